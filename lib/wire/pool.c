/*
 * pool.c — see pool.h.
 *
 * readv() fills a packet's own bytes, then a small part, then a large one. Parts
 * that stay empty stay spare, for the next read. A rest that fills little of the
 * large part (a jumbo frame's) is copied to a medium one, so that queues of such
 * frames do not take 64 KiB each.
 */
#include "wire/pool.h"

#include <stdbool.h>
#include <string.h>

#include "base/mem.h"

static const size_t part_sizes[POOL_CLASSES] = {
	[POOL_SMALL] = 2048,
	[POOL_MEDIUM] = 16384,
	[POOL_LARGE] = POOL_PACKET_MAX,
};

/* How many are kept for later: some 16 MiB of each. */
static const size_t kept_max[POOL_CLASSES] = {
	[POOL_SMALL] = 8192,
	[POOL_MEDIUM] = 1024,
	[POOL_LARGE] = 256,
};

enum { KEPT_PACKETS_MAX = 65536 };

static void *list_pop(void **list, size_t *count)
{
	void *got = *list;

	if (got) {
		memcpy(list, got, sizeof(*list));
		--*count;
	}
	return got;
}

static void list_push(void **list, size_t *count, size_t max, void *item)
{
	if (*count == max) {
		free(item);
		return;
	}
	memcpy(item, list, sizeof(*list));
	*list = item;
	++*count;
}

/* Not mem_alloc(): it need not be zeroed, which would touch each page. */
static void *part_new(struct pool *p, enum pool_class class)
{
	void *got = list_pop(&p->free_parts[class], &p->kept_parts[class]);

	return got ? got : mem_resize(NULL, 1, part_sizes[class]);
}

static void part_give(struct pool *p, enum pool_class class, void *part)
{
	list_push(&p->free_parts[class], &p->kept_parts[class], kept_max[class], part);
}

static struct packet *packet_new(struct pool *p)
{
	struct packet *got = list_pop(&p->free_packets, &p->kept_packets);

	if (!got)
		got = mem_resize(NULL, 1, sizeof(*got));
	memset(got, 0, offsetof(struct packet, first));
	return got;
}

void pool_iov(struct pool *p, struct iovec iov[1 + POOL_PARTS])
{
	static const enum pool_class classes[POOL_PARTS] = { POOL_SMALL, POOL_LARGE };

	if (!p->spare)
		p->spare = packet_new(p);
	iov[0] = (struct iovec){ p->spare->first, POOL_FIRST };
	for (int i = 0; i < POOL_PARTS; i++) {
		if (!p->spare_parts[i])
			p->spare_parts[i] = part_new(p, classes[i]);
		iov[1 + i] = (struct iovec){ p->spare_parts[i], part_sizes[classes[i]] };
	}
}

struct packet *pool_take(struct pool *p, size_t n)
{
	struct packet *packet = steal_ptr(p->spare);
	size_t rest;

	packet->length = (uint32_t)n;
	if (n <= POOL_FIRST)
		return packet;
	packet->parts[0] = steal_ptr(p->spare_parts[0]);
	packet->classes[0] = POOL_SMALL;
	if (n <= POOL_FIRST + part_sizes[POOL_SMALL])
		return packet;
	rest = n - POOL_FIRST - part_sizes[POOL_SMALL];
	if (rest <= part_sizes[POOL_MEDIUM]) {
		packet->parts[1] = part_new(p, POOL_MEDIUM);
		packet->classes[1] = POOL_MEDIUM;
		memcpy(packet->parts[1], p->spare_parts[1], rest);
	} else {
		packet->parts[1] = steal_ptr(p->spare_parts[1]);
		packet->classes[1] = POOL_LARGE;
	}
	return packet;
}

static void scatter(const struct iovec *to, const uint8_t *bytes, size_t n)
{
	for (; n > 0; to++) {
		size_t now = n < to->iov_len ? n : to->iov_len;

		memcpy(to->iov_base, bytes, now);
		bytes += now;
		n -= now;
	}
}

struct packet *pool_make(struct pool *p, const void *bytes, size_t n)
{
	struct iovec iov[1 + POOL_PARTS];

	pool_iov(p, iov);
	scatter(iov, bytes, n);
	return pool_take(p, n);
}

struct packet *pool_copy(struct pool *p, const struct packet *from)
{
	struct packet *copy = packet_new(p);

	/* all but its place in a queue */
	*copy = *from;
	copy->timer = (struct timer){ 0 };
	copy->next = NULL;
	for (int i = 0; i < POOL_PARTS; i++)
		if (from->parts[i]) {
			copy->parts[i] = part_new(p, from->classes[i]);
			memcpy(copy->parts[i], from->parts[i],
			       part_sizes[from->classes[i]]);
		}
	return copy;
}

void pool_give(struct pool *p, struct packet *packet)
{
	if (!packet)
		return;
	for (int i = 0; i < POOL_PARTS; i++)
		if (packet->parts[i])
			part_give(p, packet->classes[i], packet->parts[i]);
	list_push(&p->free_packets, &p->kept_packets, KEPT_PACKETS_MAX, packet);
}

void pool_free(struct pool *p)
{
	void *item;

	while ((item = list_pop(&p->free_packets, &p->kept_packets)))
		free(item);
	for (int i = 0; i < POOL_CLASSES; i++)
		while ((item = list_pop(&p->free_parts[i], &p->kept_parts[i])))
			free(item);
	free(p->spare);
	for (int i = 0; i < POOL_PARTS; i++)
		free(p->spare_parts[i]);
	*p = (struct pool){ 0 };
}

int packet_iov(const struct packet *p, struct iovec iov[1 + POOL_PARTS])
{
	size_t left = p->length, now = left < POOL_FIRST ? left : POOL_FIRST;
	int n = 1;

	iov[0] = (struct iovec){ (void *)(uintptr_t)p->first, now };
	for (int i = 0; (left -= now) > 0; i++) {
		now = part_sizes[p->classes[i]];
		if (now > left)
			now = left;
		iov[n++] = (struct iovec){ p->parts[i], now };
	}
	return n;
}

uint8_t *packet_byte(struct packet *p, size_t offset)
{
	if (offset < POOL_FIRST)
		return p->first + offset;
	offset -= POOL_FIRST;
	if (offset < part_sizes[POOL_SMALL])
		return (uint8_t *)p->parts[0] + offset;
	return (uint8_t *)p->parts[1] + (offset - part_sizes[POOL_SMALL]);
}

size_t packet_memory(const struct packet *p)
{
	size_t n = sizeof(*p);

	for (int i = 0; i < POOL_PARTS; i++)
		if (p->parts[i])
			n += part_sizes[p->classes[i]];
	return n;
}
