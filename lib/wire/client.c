/*
 * client.c — asks the process that carries wire links; see control.h.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "base/mem.h"
#include "wire/control.h"

enum { ANSWER_S = 20 };

static int connect_to(const char *path, struct err *e)
{
	const struct timeval patience = { .tv_sec = ANSWER_S };
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	cleanup_close int fd = -1;

	if (strlen(path) >= sizeof(sa.sun_path))
		return err_set(e, ENAMETOOLONG, "%s: too long for a socket", path);
	memcpy(sa.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0)
		return err_sys(e, errno, "%s: connect to the process of wire links",
			       path);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return steal_fd(&fd);
}

int wire_client_open(struct wire_client *c, const char *path, struct err *e)
{
	int r;

	c->fd = connect_to(path, e);
	r = c->fd < 0 ? c->fd : wire_client_answers(c, e);
	if (r < 0)
		wire_client_close(c);
	return r;
}

void wire_client_close(struct wire_client *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

/* Closed: an answer that comes late would be taken for the next one's. */
static int ended(struct wire_client *c, int error, struct err *e)
{
	wire_client_close(c);
	if (error == EPIPE)
		error = ECONNRESET;
	else if (error == EAGAIN)
		error = ETIMEDOUT;
	return err_sys(e, error, "the process of wire links does not answer");
}

static int send_request(struct wire_client *c, enum wire_op op, uint32_t link,
			const void *body, size_t n, const int *taps, struct err *e)
{
	struct wire_header h = { WIRE_MAGIC, WIRE_VERSION, (uint16_t)op, link,
				 (uint32_t)n };
	struct iovec iov[] = { { &h, sizeof(h) }, { (void *)(uintptr_t)body, n } };
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(2 * sizeof(int))] = { 0 };
	struct msghdr m = { .msg_iov = iov, .msg_iovlen = n ? 2 : 1 };

	if (taps) {
		struct cmsghdr *cmsg;

		m.msg_control = control;
		m.msg_controllen = sizeof(control);
		cmsg = CMSG_FIRSTHDR(&m);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(2 * sizeof(int));
		memcpy(CMSG_DATA(cmsg), taps, 2 * sizeof(int));
	}
	while (sendmsg(c->fd, &m, MSG_NOSIGNAL) < 0)
		if (errno != EINTR)
			return ended(c, errno, e);
	return 0;
}

/* What the process said of a failure: a text, a NUL, a hint, a NUL. */
static int refused(int code, const char *text, size_t n, struct err *e)
{
	size_t first = strnlen(text, n), rest = n > first ? n - first - 1 : 0;

	err_set(e, code, "%.*s", (int)first, text);
	if (rest && text[first + 1])
		err_hint(e, "%.*s", (int)strnlen(text + first + 1, rest),
			 text + first + 1);
	return code;
}

/* Up to max bytes of data into ret; how many, or the error. */
static ssize_t receive(struct wire_client *c, enum wire_op op, uint32_t link, void *ret,
		       size_t max, struct err *e)
{
	const size_t behind = sizeof(struct wire_answer) - sizeof(struct wire_header);
	_Alignas(8) uint8_t message[WIRE_MESSAGE_MAX];
	struct wire_answer a;
	ssize_t n;

	do
		n = recv(c->fd, message, sizeof(message), 0);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return ended(c, n < 0 ? errno : ECONNRESET, e);
	if ((size_t)n < sizeof(a))
		return err_set(e, EPROTO,
			       "the process of wire links answers too shortly");
	memcpy(&a, message, sizeof(a));
	n -= (ssize_t)sizeof(a);
	if (a.header.magic != WIRE_MAGIC || a.header.version != WIRE_VERSION ||
	    a.header.length != behind + (size_t)n || a.code > 0)
		return err_set(e, EPROTO,
			       "the process of wire links speaks another protocol");
	if (a.code < 0)
		return refused(a.code, (char *)message + sizeof(a), (size_t)n, e);
	if (a.header.op != op || a.header.link != link || (size_t)n > max)
		return err_set(e, EPROTO,
			       "the process of wire links answers something else");
	if (n)
		memcpy(ret, message + sizeof(a), (size_t)n);
	return n;
}

static int request(struct wire_client *c, enum wire_op op, uint32_t link,
		   const void *body, size_t n, const int *taps, struct err *e)
{
	int r = send_request(c, op, link, body, n, taps, e);

	return r < 0 ? r : (int)receive(c, op, link, NULL, 0, e);
}

int wire_client_answers(struct wire_client *c, struct err *e)
{
	uint32_t last;
	ssize_t n = send_request(c, WIRE_LIST, UINT32_MAX, NULL, 0, NULL, e);

	if (n == 0)
		n = receive(c, WIRE_LIST, UINT32_MAX, &last, sizeof(last), e);
	return n < 0 ? (int)n : 0;
}

int wire_client_add(struct wire_client *c, uint32_t link, uint32_t mtu,
		    const struct shape shapes[2], const int taps[2], struct err *e)
{
	struct wire_add add = { .mtu = mtu,
				.shapes = { wire_shape_pack(&shapes[0]),
					    wire_shape_pack(&shapes[1]) } };

	return request(c, WIRE_ADD, link, &add, sizeof(add), taps, e);
}

int wire_client_shape(struct wire_client *c, uint32_t link, unsigned direction,
		      const struct shape *s, struct err *e)
{
	struct wire_reshape reshape = { .direction = direction,
					.shape = wire_shape_pack(s) };

	return request(c, WIRE_SHAPE, link, &reshape, sizeof(reshape), NULL, e);
}

int wire_client_mtu(struct wire_client *c, uint32_t link, uint32_t mtu, struct err *e)
{
	return request(c, WIRE_MTU, link, &mtu, sizeof(mtu), NULL, e);
}

int wire_client_delete(struct wire_client *c, uint32_t link, struct err *e)
{
	return request(c, WIRE_DELETE, link, NULL, 0, NULL, e);
}

int wire_client_stats(struct wire_client *c, uint32_t link, struct wire_link_stats *ret,
		      struct err *e)
{
	struct wire_counted counted;
	ssize_t n = send_request(c, WIRE_STATS, link, NULL, 0, NULL, e);

	if (n == 0)
		n = receive(c, WIRE_STATS, link, &counted, sizeof(counted), e);
	if (n < 0)
		return (int)n;
	if (n != sizeof(counted))
		return err_set(e, EPROTO, "counters of another length");
	for (int i = 0; i < 2 && n >= 0; i++) {
		ret->direction[i] = counted.direction[i];
		ret->gone[i] = counted.gone[i];
		n = wire_shape_unpack(&counted.shapes[i], &ret->shape[i], e);
	}
	return n < 0 ? (int)n : 0;
}

int wire_client_list(struct wire_client *c, uint32_t **ret, size_t *ret_n, struct err *e)
{
	cleanup_free uint32_t *ids = NULL;
	size_t have = 0, got;
	uint32_t from = 0;

	do {
		ssize_t n = send_request(c, WIRE_LIST, from, NULL, 0, NULL, e);

		ids = mem_resize(ids, have + WIRE_LIST_MAX, sizeof(*ids));
		if (n == 0)
			n = receive(c, WIRE_LIST, from, ids + have,
				    WIRE_LIST_MAX * sizeof(*ids), e);
		if (n < 0)
			return (int)n;
		got = (size_t)n / sizeof(*ids);
		have += got;
		from = have ? ids[have - 1] + 1 : 0;
	} while (got == WIRE_LIST_MAX && from);
	*ret = steal_ptr(ids);
	*ret_n = have;
	return 0;
}

int wire_client_quit(struct wire_client *c, struct err *e)
{
	return request(c, WIRE_QUIT, 0, NULL, 0, NULL, e);
}
