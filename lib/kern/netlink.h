/*
 * netlink.h — route netlink: a socket in one namespace, and batches of requests.
 *
 * libnl builds the messages; this sends many at once, matches the replies by
 * sequence number, and keeps each request's errno and the kernel's own
 * message (NLMSGERR_ATTR_MSG). The kernel goes on after a request that fails,
 * so each has its own outcome.
 */
#ifndef KERN_NETLINK_H
#define KERN_NETLINK_H

#include <netlink/msg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "base/vec.h"

struct netlink {
	int fd; /* -1: closed */
	uint32_t seq;
};

/* A NETLINK_ROUTE socket in the caller's present network namespace. */
int netlink_open(struct netlink *nl, struct err *e);
/* The same of another protocol, NETLINK_SOCK_DIAG for instance. */
int netlink_open_protocol(struct netlink *nl, int protocol, struct err *e);
void netlink_close(struct netlink *nl);

/* What became of one request. */
struct netlink_result {
	int code;      /* 0 or -errno */
	char *message; /* the kernel's words, owned; NULL: it gave none */
};

struct netlink_batch {
	struct str bytes;   /* the messages, one behind the other */
	VEC(uint32_t) ends; /* where each ends in bytes */
	/* of nfnetlink: all or none, of one datagram; the kernel does not answer the last
	 * message, which ends it, and nothing behind one that failed */
	bool is_transaction;
};

/* Appends a message (its sequence number is set on sending) and frees it. */
void netlink_batch_add(struct netlink_batch *b, struct nl_msg *msg);
void netlink_batch_free(struct netlink_batch *b);

/*
 * Sends all and waits for all replies. results has room for one per request
 * and is always filled; free each message. Returns the number of requests
 * that failed, or -errno when the socket itself did (then e is set and the
 * outcome of requests is unknown). The batch is emptied.
 */
int netlink_batch_run(struct netlink *nl, struct netlink_batch *b,
		      struct netlink_result *results, struct err *e);

/* One request (taken over) by itself: 0, or -errno, where e says what failed and the
 * kernel's words. */
int netlink_request(struct netlink *nl, struct nl_msg *m, const char *what,
		    struct err *e);

/*
 * A dump (takes the request over): calls each() for every message. One that the kernel
 * marks as interrupted (NLM_F_DUMP_INTR) is repeated, 5 times at the most, then -EAGAIN.
 * begin() is called before every attempt, to forget what was collected.
 */
int netlink_dump(struct netlink *nl, struct nl_msg *request, void (*begin)(void *cookie),
		 void (*each)(const struct nlmsghdr *h, void *cookie), void *cookie,
		 struct err *e);

/* A question (taken over) with one answer: calls each() for it. */
int netlink_ask(struct netlink *nl, struct nl_msg *question,
		void (*each)(const struct nlmsghdr *h, void *cookie), void *cookie,
		struct err *e);

#endif
