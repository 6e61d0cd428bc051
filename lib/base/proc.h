/*
 * proc.h — a process is known by its pid and the time it started (a pid alone
 * is used again).
 */
#ifndef BASE_PROC_H
#define BASE_PROC_H

#include <stdbool.h>
#include <sys/types.h>

struct proc {
	pid_t pid;		  /* 0: none */
	unsigned long long start; /* clock ticks after boot; field 22 of proc(5) stat */
};

/* The process that has this pid now; 0 or -ESRCH. */
int proc_find(pid_t pid, struct proc *ret);

/* Whether that very process still runs (a zombie does not). */
bool proc_alive(const struct proc *p);

/* kill(2) on that very process; -ESRCH where it is gone. */
int proc_signal(const struct proc *p, int signal);

#endif
