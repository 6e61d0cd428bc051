/*
 * serve.c — the process that carries links: clients and their requests; see
 * control.h. It never waits for a client: one whose socket has no room for an
 * answer, since it does not read them, is let go.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/mem.h"
#include "wire/control.h"

enum {
	FDS_MAX = 4, /* read from a message; two are wanted */
	NICE = -10,
	BACKLOG = 16
};

struct server {
	struct watch watch; /* of the listening socket */
	struct engine *engine;
	struct client *clients;
	int spare_fd; /* given up for a moment where there are no more */
	bool quit;
};

struct client {
	struct watch watch;
	struct server *server;
	struct client *next, **link; /* link: what points here */
};

/* ---- requests ---- */

/* What a request is answered with. */
struct reply {
	struct wire_answer head;
	uint8_t data[WIRE_MESSAGE_MAX - sizeof(struct wire_answer)];
	size_t n; /* bytes of data */
};

static int do_add(struct server *s, uint32_t id, const uint8_t *body, int taps[2],
		  struct err *e)
{
	struct wire_add add;
	struct shape shapes[2];
	int r;

	memcpy(&add, body, sizeof(add));
	for (int i = 0; i < 2; i++)
		if ((r = wire_shape_unpack(&add.shapes[i], &shapes[i], e)) < 0)
			return r;
	r = engine_add(s->engine, id, add.mtu, shapes, taps, e);
	if (r == 0)
		taps[0] = taps[1] = -1;
	return r;
}

static int do_shape(struct server *s, uint32_t id, const uint8_t *body, struct err *e)
{
	struct wire_reshape reshape;
	struct shape shape;
	int r;

	memcpy(&reshape, body, sizeof(reshape));
	r = wire_shape_unpack(&reshape.shape, &shape, e);
	return r < 0 ? r : engine_shape(s->engine, id, reshape.direction, &shape, e);
}

static int do_stats(struct server *s, uint32_t id, struct reply *reply, struct err *e)
{
	struct wire_link_stats stats;
	struct wire_counted counted = { 0 };
	int r = engine_stats(s->engine, id, &stats, e);

	if (r < 0)
		return r;
	for (int i = 0; i < 2; i++) {
		counted.direction[i] = stats.direction[i];
		counted.gone[i] = stats.gone[i];
		counted.shapes[i] = wire_shape_pack(&stats.shape[i]);
	}
	memcpy(reply->data, &counted, sizeof(counted));
	reply->n = sizeof(counted);
	return 0;
}

static int do_request(struct server *s, const uint8_t *message, size_t n, int *fds,
		      size_t n_fds, struct reply *reply, struct err *e)
{
	const uint8_t *body = message + sizeof(struct wire_header);
	struct wire_header h;
	uint32_t mtu, ids[WIRE_LIST_MAX];
	int r = wire_request_check(message, n, n_fds, e);

	if (r < 0)
		return r;
	memcpy(&h, message, sizeof(h));
	switch (h.op) {
	case WIRE_ADD:
		return do_add(s, h.link, body, fds, e);
	case WIRE_SHAPE:
		return do_shape(s, h.link, body, e);
	case WIRE_MTU:
		memcpy(&mtu, body, sizeof(mtu));
		return engine_mtu(s->engine, h.link, mtu, e);
	case WIRE_DELETE:
		return engine_remove(s->engine, h.link, e);
	case WIRE_STATS:
		return do_stats(s, h.link, reply, e);
	case WIRE_LIST:
		reply->n = sizeof(uint32_t) *
			   engine_list(s->engine, h.link, ids, WIRE_LIST_MAX);
		memcpy(reply->data, ids, reply->n);
		return 0;
	default:
		s->quit = true;
		return 0;
	}
}

/* ---- clients ---- */

static void client_end(struct client *c)
{
	int fd = c->watch.fd;

	engine_unwatch(c->server->engine, &c->watch);
	close(fd);
	*c->link = c->next;
	if (c->next)
		c->next->link = c->link;
	free(c);
}

/* Takes the descriptors out of a message: how many there were, of which fds has the
 * first. */
static size_t take_fds(struct msghdr *m, int fds[FDS_MAX])
{
	size_t n = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		size_t here;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		here = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < here; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
			if (n < FDS_MAX)
				fds[n++] = fd;
			else
				close(fd);
		}
	}
	return n;
}

static void add_text(struct reply *reply, const char *text)
{
	size_t room = sizeof(reply->data) - reply->n, n = strlen(text) + 1;

	if (n > room)
		n = room;
	memcpy(reply->data + reply->n, text, n);
	reply->n += n;
	reply->data[reply->n - 1] = '\0';
}

static int answer(struct client *c, const struct wire_header *to, struct reply *reply,
		  int code, const struct err *e)
{
	const size_t behind = sizeof(reply->head) - sizeof(reply->head.header);
	struct iovec iov[] = { { &reply->head, sizeof(reply->head) },
			       { reply->data, 0 } };
	struct msghdr m = { .msg_iov = iov, .msg_iovlen = ARRAY_LEN(iov) };

	if (code < 0) {
		reply->n = 0;
		add_text(reply, e->msg ? e->msg : strerror(-code));
		add_text(reply, e->hint ? e->hint : "");
	}
	reply->head = (struct wire_answer){
		.header = { .magic = WIRE_MAGIC,
			    .version = WIRE_VERSION,
			    .op = to->op,
			    .link = to->link,
			    .length = (uint32_t)(behind + reply->n) },
		.code = code,
	};
	iov[1].iov_len = reply->n;
	return sendmsg(c->watch.fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static void client_ready(struct watch *w, uint32_t events)
{
	struct client *c = (struct client *)w; /* its first member */
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int) * FDS_MAX)];
	uint8_t message[sizeof(struct wire_header) + sizeof(struct wire_add) + 1];
	struct iovec iov = { message, sizeof(message) };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = control,
			    .msg_controllen = sizeof(control) };
	struct wire_header h = { 0 };
	struct err e = ERR_INIT;
	struct reply reply;
	int fds[FDS_MAX], r;
	size_t n_fds;
	ssize_t n;

	(void)events;
	for (int i = 0; i < FDS_MAX; i++)
		fds[i] = -1;
	reply.n = 0;
	n = recvmsg(w->fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		client_end(c);
		return;
	}
	n_fds = take_fds(&m, fds);
	memcpy(&h, message, (size_t)n < sizeof(h) ? (size_t)n : sizeof(h));
	if (m.msg_flags & MSG_CTRUNC) {
		r = err_set(&e, EMFILE, "no room for the descriptors of another link");
		err_hint(&e, "the limit of open files (RLIMIT_NOFILE) is two for a link");
	} else {
		r = do_request(c->server, message, (size_t)n, fds, n_fds, &reply, &e);
	}
	for (int i = 0; i < FDS_MAX; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	r = answer(c, &h, &reply, r, &e);
	err_clear(&e);
	if (r < 0)
		client_end(c);
}

/* Root, or the user whose links these are. */
static bool is_permitted(int fd)
{
	struct ucred peer;
	socklen_t n = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) == 0 &&
	       (peer.uid == 0 || peer.uid == geteuid());
}

static void server_ready(struct watch *w, uint32_t events)
{
	struct server *s = (struct server *)w; /* its first member */
	int fd = accept4(w->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct client *c;

	(void)events;
	if (fd < 0 && (errno == EMFILE || errno == ENFILE)) {
		/* one that waits would wake the loop for ever: it is turned away */
		close(s->spare_fd);
		close(accept4(w->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK));
		s->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
		return;
	}
	if (fd < 0)
		return;
	if (!is_permitted(fd)) {
		close(fd);
		return;
	}
	c = mem_alloc(sizeof(*c));
	*c = (struct client){ .watch = { fd, client_ready },
			      .server = s,
			      .next = s->clients,
			      .link = &s->clients };
	if (s->clients)
		s->clients->link = &c->next;
	s->clients = c;
	if (engine_watch(s->engine, &c->watch) < 0)
		client_end(c);
}

/* ---- the process ---- */

int wire_listen(const char *path, struct err *e)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	cleanup_close int fd = -1;

	if (strlen(path) >= sizeof(sa.sun_path))
		return err_set(e, ENAMETOOLONG, "%s: too long for a socket", path);
	memcpy(sa.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return err_sys(e, errno, "a socket for wire links");
	/* before bind(): its file is never open to others */
	if (fchmod(fd, 0600) < 0 || bind(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0)
		return err_sys(e, errno, "%s: bind a socket", path);
	if (listen(fd, BACKLOG) < 0) {
		int r = err_sys(e, errno, "%s: listen", path);

		unlink(path);
		return r;
	}
	return steal_fd(&fd);
}

/* Two descriptors a link: as many as may be. */
static void raise_limit(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		return;
	files.rlim_cur = files.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &files);
}

/* A link does not wait for programs: what they do must not show in its delays. */
static void go_first(void)
{
	(void)setpriority(PRIO_PROCESS, 0, NICE); /* an ordinary user may not */
}

int wire_serve(int listen_fd, struct err *e)
{
	struct server s = { .watch = { listen_fd, server_ready }, .spare_fd = -1 };
	int flags = fcntl(listen_fd, F_GETFL), r;

	if (flags < 0 || fcntl(listen_fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return err_sys(e, errno, "the socket for wire links");
	raise_limit();
	go_first();
	s.engine = engine_new(e);
	if (!s.engine)
		return e ? e->code : -ENOMEM;
	s.spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	r = engine_watch(s.engine, &s.watch);
	if (r < 0)
		err_sys(e, r, "watch the socket for wire links");
	while (r == 0 && !s.quit)
		r = engine_turn(s.engine, e);
	while (s.clients)
		client_end(s.clients);
	engine_free(s.engine);
	if (s.spare_fd >= 0)
		close(s.spare_fd);
	return r;
}
