/*
 * interrupt.h — signals of the whole shell: Ctrl-C, and being told to end.
 *
 * Handlers only set flags; whoever works or waits looks at them.
 */
#ifndef SHELL_INTERRUPT_H
#define SHELL_INTERRUPT_H

#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * SIGINT, SIGTERM, SIGHUP and SIGWINCH set flags; SIGPIPE is ignored (a write
 * fails instead, and the network is taken down). SIGTERM and SIGHUP end a program
 * in the foreground too, with SIGHUP. interactive: the terminal's stop signals and
 * SIGQUIT are ignored as well.
 */
void interrupt_install(bool interactive);

/* Whether the command under way should stop: Ctrl-C, or the shell is to end. */
bool interrupt_pending(void);
/* The same, for what is given a flag to look at. */
const atomic_bool *interrupt_flag(void);
/* Reports Ctrl-C and clears it. */
bool interrupt_taken(void);
/* The signal that told the shell to end; 0: none. It stays. */
int interrupt_ending(void);
/* Whether the window's size changed since the last call. */
bool interrupt_resized(void);

/* Whether a child that ends is a signal for interrupt_wait_until(), too. At first not. */
void interrupt_on_child(bool on);

/*
 * Waits until fd can be read (true), a signal came or the time is there (false).
 * fd -1: just for the time, CLOCK_MONOTONIC ns; UINT64_MAX: for ever.
 */
bool interrupt_wait_until(int fd, uint64_t until);

/* As poll(), until that time, but for what sets interrupt_pending(): then it returns -1,
 * with EINTR, however early that came. */
int interrupt_poll(struct pollfd *fds, size_t n, uint64_t until);

#endif
