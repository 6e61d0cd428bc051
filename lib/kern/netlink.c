/*
 * netlink.c — a raw route-netlink socket with batches.
 *
 * Only the last request of a datagram asks for an acknowledgement: the kernel
 * works through a datagram in order and always reports errors, so when that
 * one is answered all are decided. Datagrams stay well below the default
 * socket buffers, which hold an error with its quoted request for every
 * message of one (NETLINK_CAP_ACK keeps the quotes short).
 */
#include "kern/netlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"

enum {
	DATAGRAM_MAX = 32768, /* bytes sent at once */
	RECEIVE_MAX = 65536,  /* one recv(); dumps come in at most 32 KiB pieces */
	DUMP_ATTEMPTS = 5,
};

int netlink_open(struct netlink *nl, struct err *e)
{
	return netlink_open_protocol(nl, NETLINK_ROUTE, e);
}

int netlink_open_protocol(struct netlink *nl, int protocol, struct err *e)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };
	int on = 1;

	nl->seq = 1;
	nl->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	if (nl->fd < 0)
		return err_sys(e, errno, "open a netlink socket");
	/* options that an old kernel lacks only make messages poorer */
	setsockopt(nl->fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(nl->fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	if (bind(nl->fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
		int r = err_sys(e, errno, "bind a netlink socket");

		netlink_close(nl);
		return r;
	}
	return 0;
}

void netlink_close(struct netlink *nl)
{
	if (nl->fd >= 0)
		close(nl->fd);
	nl->fd = -1;
}

void netlink_batch_add(struct netlink_batch *b, struct nl_msg *msg)
{
	const struct nlmsghdr *h = nlmsg_hdr(msg);
	static const char padding[NLMSG_ALIGNTO];

	str_addn(&b->bytes, (const char *)h, h->nlmsg_len);
	str_addn(&b->bytes, padding, NLMSG_ALIGN(h->nlmsg_len) - h->nlmsg_len);
	vec_push(&b->ends, (uint32_t)b->bytes.n);
	nlmsg_free(msg);
}

void netlink_batch_free(struct netlink_batch *b)
{
	str_free(&b->bytes);
	vec_free(&b->ends);
}

/* The text attributes behind an NLMSG_ERROR, if the kernel gave any. */
static char *extended_message(const struct nlmsghdr *h)
{
	const struct nlmsgerr *answer = NLMSG_DATA(h);
	size_t skip = sizeof(*answer), room;
	const struct nlattr *a;
	int left;

	if (!(h->nlmsg_flags & NLM_F_ACK_TLVS))
		return NULL;
	if (!(h->nlmsg_flags & NLM_F_CAPPED))
		skip += answer->msg.nlmsg_len - sizeof(answer->msg);
	room = h->nlmsg_len - NLMSG_HDRLEN;
	if (room <= NLMSG_ALIGN(skip))
		return NULL;
	left = (int)(room - NLMSG_ALIGN(skip));
	a = (const struct nlattr *)((const char *)answer + NLMSG_ALIGN(skip));
	for (; nla_ok(a, left); a = nla_next(a, &left))
		if (nla_type(a) == NLMSGERR_ATTR_MSG)
			return mem_strndup(nla_data(a), (size_t)nla_len(a));
	return NULL;
}

/* Numbers the requests [first, last) and asks for an answer to the final one of which
 * there is any. */
static void prepare(struct netlink *nl, struct netlink_batch *b, size_t first,
		    size_t last)
{
	for (size_t i = first; i < last; i++) {
		struct nlmsghdr *h =
			(struct nlmsghdr *)(b->bytes.s + (i ? b->ends.v[i - 1] : 0));

		h->nlmsg_seq = nl->seq++;
		h->nlmsg_pid = 0;
		h->nlmsg_flags |= NLM_F_REQUEST;
		if (i + 1 + b->is_transaction == last)
			h->nlmsg_flags |= NLM_F_ACK;
		else
			h->nlmsg_flags &= (uint16_t)~NLM_F_ACK;
	}
}

static int send_all(struct netlink *nl, const char *bytes, size_t n, struct err *e)
{
	ssize_t sent;

	do
		sent = send(nl->fd, bytes, n, 0);
	while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return err_sys(e, errno, "send netlink requests");
	return 0;
}

static ssize_t receive(struct netlink *nl, char *buf, struct err *e)
{
	ssize_t got;

	do
		got = recv(nl->fd, buf, RECEIVE_MAX, MSG_TRUNC);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return err_sys(e, errno, "receive netlink replies");
	if (got > RECEIVE_MAX)
		return err_set(e, EMSGSIZE, "a netlink reply of %zd bytes was cut off",
			       got);
	return got;
}

/* Replies up to that of sequence number `last`, or one that ends a transaction; `base` is
 * that of results[0]. */
static int collect(struct netlink *nl, uint32_t base, uint32_t last, bool is_transaction,
		   struct netlink_result *results, struct err *e)
{
	cleanup_free char *buf = mem_resize(NULL, RECEIVE_MAX, 1);

	for (;;) {
		ssize_t got = receive(nl, buf, e);
		const struct nlmsghdr *h = (const struct nlmsghdr *)buf;
		int left = (int)got;

		if (got < 0)
			return (int)got;
		for (; nlmsg_ok(h, left); h = nlmsg_next((struct nlmsghdr *)h, &left)) {
			const struct nlmsgerr *answer = NLMSG_DATA(h);
			uint32_t i = h->nlmsg_seq - base;

			if (h->nlmsg_type != NLMSG_ERROR || i > last - base)
				continue; /* of an older request that timed out */
			results[i].code = answer->error;
			free(results[i].message);
			results[i].message = extended_message(h);
			if (h->nlmsg_seq == last || (is_transaction && answer->error))
				return 0;
		}
	}
}

int netlink_batch_run(struct netlink *nl, struct netlink_batch *b,
		      struct netlink_result *results, struct err *e)
{
	size_t first = 0;
	int failed = 0, r = 0;

	for (size_t i = 0; i < b->ends.n; i++)
		results[i] = (struct netlink_result){ 0 };
	while (first < b->ends.n) {
		uint32_t start = first ? b->ends.v[first - 1] : 0, base = nl->seq;
		size_t last = first + 1;

		while (last < b->ends.n && b->ends.v[last] - start <= DATAGRAM_MAX)
			last++;
		prepare(nl, b, first, last);
		r = send_all(nl, b->bytes.s + start, b->ends.v[last - 1] - start, e);
		if (r == 0)
			r = collect(nl, base, nl->seq - 1 - b->is_transaction,
				    b->is_transaction, results + first, e);
		if (r < 0)
			break;
		first = last;
	}
	for (size_t i = 0; i < b->ends.n && r == 0; i++)
		failed += results[i].code != 0;
	b->ends.n = 0;
	b->bytes.n = 0;
	return r < 0 ? r : failed;
}

int netlink_request(struct netlink *nl, struct nl_msg *m, const char *what, struct err *e)
{
	struct netlink_batch b = { 0 };
	struct netlink_result result = { 0 };
	int r;

	netlink_batch_add(&b, m);
	r = netlink_batch_run(nl, &b, &result, e);
	if (r > 0)
		r = err_sys(e, result.code, "%s%s%s", what, result.message ? ": " : "",
			    result.message ? result.message : "");
	free(result.message);
	netlink_batch_free(&b);
	return r;
}

/* One attempt; -EAGAIN where the kernel says that things changed meanwhile. */
static int dump_once(struct netlink *nl, struct nlmsghdr *request,
		     void (*each)(const struct nlmsghdr *h, void *cookie), void *cookie,
		     struct err *e)
{
	cleanup_free char *buf = mem_resize(NULL, RECEIVE_MAX, 1);
	bool interrupted = false;
	int r;

	request->nlmsg_seq = nl->seq++;
	request->nlmsg_flags |= NLM_F_REQUEST | NLM_F_DUMP;
	r = send_all(nl, (const char *)request, request->nlmsg_len, e);
	if (r < 0)
		return r;
	for (;;) {
		ssize_t got = receive(nl, buf, e);
		const struct nlmsghdr *h = (const struct nlmsghdr *)buf;
		int left = (int)got;

		if (got < 0)
			return (int)got;
		for (; nlmsg_ok(h, left); h = nlmsg_next((struct nlmsghdr *)h, &left)) {
			if (h->nlmsg_seq != request->nlmsg_seq)
				continue;
			interrupted |= !!(h->nlmsg_flags & NLM_F_DUMP_INTR);
			if (h->nlmsg_type == NLMSG_DONE)
				return interrupted ? -EAGAIN : 0;
			if (h->nlmsg_type == NLMSG_ERROR) {
				const struct nlmsgerr *answer = NLMSG_DATA(h);

				return err_sys(e, answer->error, "netlink dump");
			}
			each(h, cookie);
		}
	}
}

int netlink_dump(struct netlink *nl, struct nl_msg *request, void (*begin)(void *cookie),
		 void (*each)(const struct nlmsghdr *h, void *cookie), void *cookie,
		 struct err *e)
{
	int r = -EAGAIN;

	for (int i = 0; i < DUMP_ATTEMPTS && r == -EAGAIN; i++) {
		begin(cookie);
		r = dump_once(nl, nlmsg_hdr(request), each, cookie, e);
	}
	nlmsg_free(request);
	if (r == -EAGAIN)
		err_set(e, EAGAIN, "the kernel's list kept changing while it was read");
	return r;
}

static int await_answer(struct netlink *nl, uint32_t seq,
			void (*each)(const struct nlmsghdr *h, void *cookie),
			void *cookie, struct err *e)
{
	cleanup_free char *buf = mem_resize(NULL, RECEIVE_MAX, 1);

	for (;;) {
		ssize_t got = receive(nl, buf, e);
		const struct nlmsghdr *h = (const struct nlmsghdr *)buf;
		int left = (int)got;

		if (got < 0)
			return (int)got;
		for (; nlmsg_ok(h, left); h = nlmsg_next((struct nlmsghdr *)h, &left)) {
			if (h->nlmsg_seq != seq)
				continue;
			if (h->nlmsg_type == NLMSG_ERROR) {
				const struct nlmsgerr *answer = NLMSG_DATA(h);

				return err_sys(e, answer->error, "ask the kernel");
			}
			each(h, cookie);
			return 0;
		}
	}
}

int netlink_ask(struct netlink *nl, struct nl_msg *question,
		void (*each)(const struct nlmsghdr *h, void *cookie), void *cookie,
		struct err *e)
{
	struct nlmsghdr *h = nlmsg_hdr(question);
	uint32_t seq = nl->seq++;
	int r;

	h->nlmsg_seq = seq;
	r = send_all(nl, (const char *)h, h->nlmsg_len, e);
	if (r == 0)
		r = await_answer(nl, seq, each, cookie, e);
	nlmsg_free(question);
	return r;
}
