/*
 * self.h — this program again, as a process of another purpose: a mere fork of the shell
 * would keep all of the shell's memory, its name, and its lock.
 */
#ifndef RUN_SELF_H
#define RUN_SELF_H

/*
 * In a forked child: away from the shell's terminal and folder, into the program with
 * these arguments. kept stays open; out (-1: none) becomes standard output; the rest of
 * the standard descriptors is /dev/null.
 */
_Noreturn void self_become(char *const *argv, int kept, int out);

#endif
