/*
 * fabric.c — see fabric.h.
 *
 * The fabric has no address and no IPv6, so that it answers nothing that passes it.
 */
#include "kern/fabric.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "base/file.h"
#include "kern/dump.h"
#include "kern/netns.h"
#include "kern/request.h"

enum { IFINDEX_PATH = 10 };

/* By names that no node can have. */
static const struct node places[] = {
	{ .id = PLACE_FABRIC, .name = ".fabric", .up = true },
	{ .id = PLACE_NEAR, .name = ".near", .up = true },
	{ .id = PLACE_FAR, .name = ".far", .up = true },
};

const struct node *fabric_place(const struct model *m, uint32_t place)
{
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (places[i].id == place)
			return &places[i];
	return model_node(m, place);
}

static void switch_off_ipv6(void)
{
	static const char *const files[] = {
		"/proc/sys/net/ipv6/conf/all/disable_ipv6",
		"/proc/sys/net/ipv6/conf/default/disable_ipv6",
	};

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		cleanup_close int fd = open(files[i], O_WRONLY | O_CLOEXEC);

		if (fd >= 0) /* else there is no IPv6 in this kernel */
			file_write_all(fd, "1", 1);
	}
}

/* The thread is in it afterwards. */
static int enter(struct kern *k, const struct node *place, struct err *e)
{
	cleanup_free char *path = kern_path(k, place->name);
	cleanup_close int ns = netns_open(path);
	int r;

	if (ns >= 0)
		return handles_enter(&k->handles, ns, e);
	netns_unpin(path, NULL);
	r = netns_create(path, e);
	k->handles.away |= r == 0;
	if (r == 0)
		switch_off_ipv6();
	return r;
}

int fabric_open(struct kern *k, struct err *e)
{
	int r = enter(k, &places[0], e);

	if (r == 0)
		r = netlink_open(&k->fabric, e);
	handles_go_home(&k->handles);
	return r;
}

int fabric_restore(struct kern *k, struct err *e)
{
	cleanup_free char *path = kern_path(k, places[0].name);
	cleanup_close int ns = netns_open(path);

	if (ns != -ENOENT)
		return 0;
	netlink_close(&k->fabric);
	return fabric_open(k, e);
}

int fabric_number(struct kern *k, const char *path, int *ret, struct err *e)
{
	cleanup_close int ns = netns_open(path);
	int r;

	if (ns < 0)
		return err_sys(e, ns, "open %s", path);
	r = dump_nsid(&k->fabric, ns, ret, e);
	if (r < 0 || *ret != DUMP_NOBODY)
		return r;
	r = netlink_request(&k->fabric, request_nsid_add(ns),
			    "give its network namespace a number", e);
	return r < 0 ? r : dump_nsid(&k->fabric, ns, ret, e);
}

/* What is there already is fine. */
static int ask_all(struct netlink *nl, struct nl_msg *const *m, size_t n, struct err *e)
{
	struct netlink_batch b = { .ends = { NULL, 0, 0 } };
	struct netlink_result results[4] = { 0 };
	int r;

	for (size_t i = 0; i < n; i++)
		netlink_batch_add(&b, m[i]);
	r = netlink_batch_run(nl, &b, results, e);
	if (r > 0)
		r = 0;
	for (size_t i = 0; i < n; i++) {
		if (r == 0 && results[i].code && results[i].code != -EEXIST)
			r = err_sys(e, results[i].code, "make the path of tunnels");
		free(results[i].message);
	}
	netlink_batch_free(&b);
	return r;
}

int fabric_make_path(struct kern *k, struct err *e)
{
	static const char *const addresses[] = { "198.18.0.1/30", "198.18.0.2/30" };
	struct handle *h[2];
	int r = 0;

	if (k->has_path)
		return 0;
	for (int end = 0; end < 2 && r == 0; end++) {
		r = enter(k, &places[1 + end], e);
		handles_go_home(&k->handles);
		if (r == 0)
			r = handles_get(&k->handles, &places[1 + end], &h[end], e);
		if (r == 0)
			r = handles_socket(&k->handles, h[end], e);
	}
	handles_go_home(&k->handles);
	if (r == 0)
		r = ask_all(
			&h[0]->nl,
			(struct nl_msg *[]){ request_path_add(IFINDEX_PATH, h[1]->ns) },
			1, e);
	for (int end = 0; end < 2 && r == 0; end++) {
		struct ip ip;

		ip_parse_with_length(addresses[end], &ip, NULL);
		r = ask_all(&h[end]->nl,
			    (struct nl_msg *[]){ request_link_up(IFINDEX_LOOPBACK),
						 request_link_up(IFINDEX_PATH),
						 request_address_add(IFINDEX_PATH, &ip) },
			    3, e);
	}
	k->has_path = r == 0;
	return r;
}
