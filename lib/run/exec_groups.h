/*
 * exec_groups.h — setgroups(2) where an ordinary user's namespaces forbid it.
 */
#ifndef RUN_EXEC_GROUPS_H
#define RUN_EXEC_GROUPS_H

/*
 * Where the user namespace denies setgroups(), as it must without root's help, the
 * calling process and what it becomes see the call succeed and do nothing. There is one
 * user and one group in that namespace; programs such as tcpdump and dnsmasq give up
 * other groups first thing, and would end.
 */
void exec_pretend_groups(void);

#endif
