/*
 * snapshot.c — see snapshot.h.
 */
#include "stat/snapshot.h"

#include <stdlib.h>

static const char *const error_names[] = {
	[STAT_RX_ERRORS] = "rx_errors",	      [STAT_RX_DROPPED] = "rx_dropped",
	[STAT_RX_MISSED] = "rx_missed",	      [STAT_RX_OVER] = "rx_over",
	[STAT_RX_LENGTH] = "rx_length",	      [STAT_RX_CRC] = "rx_crc",
	[STAT_RX_FRAME] = "rx_frame",	      [STAT_RX_FIFO] = "rx_fifo",
	[STAT_RX_NOHANDLER] = "rx_nohandler", [STAT_TX_ERRORS] = "tx_errors",
	[STAT_TX_DROPPED] = "tx_dropped",     [STAT_TX_ABORTED] = "tx_aborted",
	[STAT_TX_CARRIER] = "tx_carrier",     [STAT_TX_FIFO] = "tx_fifo",
	[STAT_TX_HEARTBEAT] = "tx_heartbeat", [STAT_TX_WINDOW] = "tx_window",
	[STAT_COLLISIONS] = "collisions",
};
_Static_assert(ARRAY_LEN(error_names) == STAT_ERRORS, "a name each");

const char *stat_error_name(enum stat_error e)
{
	return error_names[e];
}

const char *stat_node_kind(const struct stat_node *n)
{
	return n->nat ? "nat" : node_kind_name(n->kind);
}

struct snapshot *snapshot_new(void)
{
	return mem_alloc(sizeof(struct snapshot));
}

void snapshot_free(struct snapshot *s)
{
	if (!s)
		return;
	vec_each (&s->links, l)
		free(l->name);
	vec_free(&s->nodes);
	vec_free(&s->links);
	vec_free(&s->queues);
	vec_free(&s->tcp);
	free(s->trouble);
	free(s);
}

static int by_link(const void *id, const void *link)
{
	uint32_t a = *(const uint32_t *)id, b = ((const struct stat_link *)link)->id;

	return (a > b) - (a < b);
}

static int by_node(const void *id, const void *node)
{
	uint32_t a = *(const uint32_t *)id, b = ((const struct stat_node *)node)->id;

	return (a > b) - (a < b);
}

const struct stat_link *snapshot_link(const struct snapshot *s, uint32_t id)
{
	return s->links.n ? bsearch(&id, s->links.v, s->links.n, sizeof(*s->links.v),
				    by_link)
			  : NULL;
}

const struct stat_node *snapshot_node(const struct snapshot *s, uint32_t id)
{
	return s->nodes.n ? bsearch(&id, s->nodes.v, s->nodes.n, sizeof(*s->nodes.v),
				    by_node)
			  : NULL;
}
