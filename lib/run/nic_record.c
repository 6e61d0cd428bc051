/*
 * nic_record.c — see nic_record.h.
 */
#include "run/nic_record.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"

enum { RECORD_MAX = 64 << 20 }; /* bytes: a card may have a full table of routes */

static char *record_path(const char *dir, const char *node, const char *name)
{
	return mem_printf("%s/uplinks/%s.%s.nic", dir, node, name);
}

/* ---- bytes as text ---- */

static json_t *write_bytes(const void *bytes, size_t n)
{
	const uint8_t *b = bytes;
	struct str text = { 0 };
	json_t *j;

	for (size_t i = 0; i < n; i++)
		str_addf(&text, "%02x", b[i]);
	j = json_string(text.s ? text.s : "");
	str_free(&text);
	return j;
}

/* Into room for max; how many, or -1. */
static ssize_t read_bytes(const json_t *j, void *bytes, size_t max)
{
	const char *text = json_string_value(j);
	size_t n = text ? strlen(text) / 2 : 0;

	if (!text || strlen(text) % 2 || n > max)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (sscanf(text + 2 * i, "%2hhx", (uint8_t *)bytes + i) != 1)
			return -1;
	return (ssize_t)n;
}

static json_t *write_settings(const nic_settings *v)
{
	json_t *array = json_array();

	vec_each (v, s)
		json_array_append_new(array, write_bytes(s->bytes, s->n));
	return array;
}

/* Each has at least its header. */
static bool read_settings(const json_t *array, size_t header, nic_settings *ret)
{
	const json_t *item;
	size_t i;

	if (!json_is_array(array))
		return false;
	json_array_foreach(array, i, item)
	{
		size_t room = json_string_length(item) / 2 + 1;
		struct nic_setting s = { .bytes = mem_alloc(room) };
		ssize_t n = read_bytes(item, s.bytes, room);

		s.n = n < 0 ? 0 : (size_t)n;
		vec_push(ret, s);
		if (s.n < NLMSG_ALIGN(header))
			return false;
	}
	return true;
}

/* ---- a record ---- */

static json_t *write_record(const struct nic_record *r)
{
	const struct nic_state *s = &r->was;

	return json_pack(
		"{s:I, s:I, s:I, s:i, s:i, s:I, s:b, s:o, s:o, s:o}", "node",
		(json_int_t)r->node_id, "machine_device", (json_int_t)r->machine.dev,
		"machine", (json_int_t)r->machine.ino, "number", s->ifindex, "inside",
		r->inside, "mtu", (json_int_t)s->mtu, "up", s->up, "mac",
		write_bytes(s->mac, s->mac_n), "addresses", write_settings(&s->addresses),
		"routes", write_settings(&s->routes));
}

static bool read_record(const json_t *o, struct nic_record *r)
{
	struct nic_state *s = &r->was;
	json_int_t node, dev, ino, mtu;
	const json_t *addresses, *routes, *mac;
	ssize_t n;
	int up;

	if (json_unpack((json_t *)o, "{s:I, s:I, s:I, s:i, s:i, s:I, s:b, s:o, s:o, s:o}",
			"node", &node, "machine_device", &dev, "machine", &ino, "number",
			&s->ifindex, "inside", &r->inside, "mtu", &mtu, "up", &up, "mac",
			&mac, "addresses", &addresses, "routes", &routes) < 0)
		return false;
	r->node_id = (uint32_t)node;
	r->machine = (struct netns_id){ .dev = (dev_t)dev, .ino = (ino_t)ino };
	s->mtu = (uint32_t)mtu;
	s->up = up;
	n = read_bytes(mac, s->mac, sizeof(s->mac));
	s->mac_n = n < 0 ? 0 : (size_t)n;
	return n >= 0 && s->ifindex > 0 && r->inside > 0 &&
	       read_settings(addresses, sizeof(struct ifaddrmsg), &s->addresses) &&
	       read_settings(routes, sizeof(struct rtmsg), &s->routes);
}

static int read_file(const char *dir, const char *file, nic_records *ret, struct err *e)
{
	const char *dot = strchr(file, '.'), *end = strrchr(file, '.');
	cleanup_free char *node = mem_strndup(file, (size_t)(dot - file));
	cleanup_free char *name = end > dot
					  ? mem_strndup(dot + 1, (size_t)(end - dot - 1))
					  : mem_strdup("");
	cleanup_free char *path = record_path(dir, node, name);
	cleanup_free char *text = NULL;
	struct nic_record r = { 0 };
	json_t *o;
	size_t n;
	int code;

	/* what a killed shell was writing aside ends otherwise */
	if (strcmp(end, ".nic") != 0 || model_check_name(node, NULL) < 0 ||
	    nic_check_name(name, NULL) < 0)
		return 0;
	code = file_read(path, RECORD_MAX, &text, &n, e);
	if (code < 0)
		return code;
	snprintf(r.node, sizeof(r.node), "%s", node);
	snprintf(r.was.name, sizeof(r.was.name), "%s", name);
	o = json_loads(text, 0, NULL);
	if (!o || !read_record(o, &r)) {
		err_set(e, EBADMSG, "%s is not as it was written", path);
		code = err_hint(e, "remove it to go on without putting %s back",
				r.was.name);
		nic_state_free(&r.was);
	} else {
		vec_push(ret, r);
	}
	json_decref(o);
	return code;
}

int nic_records_read(const char *dir, nic_records *ret, struct err *e)
{
	cleanup_free char *folder = mem_printf("%s/uplinks", dir);
	DIR *d = opendir(folder);
	struct dirent *i;
	int r = 0;

	*ret = (nic_records){ 0 };
	if (!d)
		return errno == ENOENT ? 0 : err_sys(e, errno, "read %s", folder);
	while (r == 0 && (i = readdir(d)))
		if (strchr(i->d_name, '.'))
			r = read_file(dir, i->d_name, ret, e);
	closedir(d);
	if (r < 0)
		nic_records_free(ret);
	return r;
}

void nic_records_free(nic_records *v)
{
	vec_each (v, r)
		nic_state_free(&r->was);
	vec_free(v);
}

int nic_record_write(const char *dir, const struct nic_record *r, struct err *e)
{
	cleanup_free char *folder = mem_printf("%s/uplinks", dir);
	cleanup_free char *path = record_path(dir, r->node, r->was.name);
	json_t *o = write_record(r);
	cleanup_free char *text = o ? json_dumps(o, JSON_COMPACT) : NULL;
	int code = file_make_dirs(folder, 0755, e);

	json_decref(o);
	if (code == 0 && !text)
		code = err_set(e, EINVAL, "%s cannot be written", path);
	return code < 0 ? code : file_replace(path, text, strlen(text), e);
}

void nic_record_remove(const char *dir, const struct nic_record *r)
{
	cleanup_free char *path = record_path(dir, r->node, r->was.name);

	unlink(path);
}
