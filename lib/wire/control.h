/*
 * control.h — how a shell drives the process that carries wire links.
 *
 * One process carries all of a network's wire links: it runs wire_serve() on a
 * Unix socket (SOCK_SEQPACKET), to which any number of clients may connect. A
 * request is one message, a struct wire_header and what its op wants behind it; it
 * is answered, in order, by one message: a struct wire_answer, and behind it data,
 * or after a failure a text and, behind a NUL, a hint. Both sides are of the same
 * machine and the same build (WIRE_VERSION), so numbers are in its own order.
 *
 * A client that dies changes nothing: links stay until they are deleted, or the
 * process ends. They keep their nodes' namespaces (see tap.h).
 */
#ifndef WIRE_CONTROL_H
#define WIRE_CONTROL_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/shape.h"
#include "wire/engine.h"

enum {
	WIRE_MAGIC = 0x77697265, /* "wire" */
	WIRE_VERSION = 2,
	WIRE_LIST_MAX = 4096,	  /* links in one answer */
	WIRE_MESSAGE_MAX = 32768, /* bytes of any message */
};

enum wire_op {
	WIRE_ADD,    /* struct wire_add, and two taps by SCM_RIGHTS */
	WIRE_SHAPE,  /* struct wire_reshape */
	WIRE_MTU,    /* uint32_t */
	WIRE_DELETE, /* nothing */
	WIRE_STATS,  /* nothing; answered with struct wire_counted */
	WIRE_LIST, /* nothing; answered with up to WIRE_LIST_MAX uint32_t, from link on */
	WIRE_QUIT, /* nothing */
};

struct wire_header {
	uint32_t magic;
	uint16_t version;
	uint16_t op; /* enum wire_op */
	uint32_t link;
	uint32_t length; /* bytes of what follows the header */
};

struct wire_answer {
	struct wire_header header; /* its length counts code and spare, too */
	int32_t code;		   /* 0 or -errno */
	uint32_t spare;
};

/* struct shape, with every bit of it defined. */
struct wire_shape {
	uint64_t rate, delay, jitter, queue, slot_min, slot_max, seed;
	uint32_t distribution, loss, loss_correlation, burst_begin, burst_end;
	uint32_t duplicate, reorder, corrupt, aqm;
	uint32_t flags; /* enum wire_shape_flag */
};

enum wire_shape_flag {
	WIRE_QUEUE_IN_BYTES = 1,
	WIRE_ECN = 2,
	WIRE_HAS_SEED = 4,
	WIRE_SHAPE_FLAGS = 7, /* all of them */
};

struct wire_add {
	uint32_t mtu, spare;
	struct wire_shape shapes[2];
};

struct wire_reshape {
	uint32_t direction, spare;
	struct wire_shape shape;
};

struct wire_counted {
	struct wire_stats direction[2];
	uint32_t gone[2];
	struct wire_shape shapes[2];
};

struct wire_shape wire_shape_pack(const struct shape *s);
/* -EINVAL for flags that are not there; the rest is judged by direction_check(). */
int wire_shape_unpack(const struct wire_shape *w, struct shape *ret, struct err *e);

/*
 * What a request says of itself: -EPROTO where n bytes are not a whole one of this
 * version, -EOPNOTSUPP for an op that is not there, -EINVAL where what follows the
 * header, or the number of descriptors, is not what the op wants.
 */
int wire_request_check(const void *message, size_t n, size_t n_fds, struct err *e);

/* ---- the process ---- */

/* A listening socket at that path (a file of mode 0600; -EADDRINUSE where there is one),
 * or -errno. */
int wire_listen(const char *path, struct err *e);

/*
 * Carries links until a client says WIRE_QUIT (0), or it cannot go on (-errno). The
 * socket stays the caller's. Only processes of its own user, or root, are served.
 */
int wire_serve(int listen_fd, struct err *e);

/* ---- the client ---- */

/* Requests wait for their answers, 20 s at most. What a link refuses is in e, with its
 * words; where the process ends (-ECONNRESET) or hangs (-ETIMEDOUT) the client is
 * closed. */
struct wire_client {
	int fd; /* -1: closed */
};

/* -ENOENT, -ECONNREFUSED or -ECONNRESET: there is no process, or it is being killed (its
 * sockets stay open a little longer than it runs). */
int wire_client_open(struct wire_client *c, const char *path, struct err *e);
/* Whether it still does. */
int wire_client_answers(struct wire_client *c, struct err *e);
void wire_client_close(struct wire_client *c);

/* The descriptors stay the caller's, who may close them then. */
int wire_client_add(struct wire_client *c, uint32_t link, uint32_t mtu,
		    const struct shape shapes[2], const int taps[2], struct err *e);
int wire_client_shape(struct wire_client *c, uint32_t link, unsigned direction,
		      const struct shape *s, struct err *e);
int wire_client_mtu(struct wire_client *c, uint32_t link, uint32_t mtu, struct err *e);
int wire_client_delete(struct wire_client *c, uint32_t link, struct err *e);
int wire_client_stats(struct wire_client *c, uint32_t link, struct wire_link_stats *ret,
		      struct err *e);
/* All links in ascending order; free() *ret. */
int wire_client_list(struct wire_client *c, uint32_t **ret, size_t *ret_n, struct err *e);
int wire_client_quit(struct wire_client *c, struct err *e);

#endif
