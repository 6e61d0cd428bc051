/*
 * shape_text.c — see shape_text.h. The keys come in the order of effects.
 */
#include "lang/shape_text.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/units.h"

/* Appends " key text"; takes the text over. */
static void add(struct str *out, const char *key, char *text)
{
	str_addf(out, " %s %s", key, text);
	free(text);
}

static void add_pair(struct str *out, const char *key, char *first, char *second)
{
	str_addf(out, " %s %s %s", key, first, second);
	free(first);
	free(second);
}

static void add_share(struct str *out, const char *key, uint32_t share)
{
	if (share)
		add(out, key, units_print_percent(share));
}

static void add_queue(struct str *out, const struct shape *s)
{
	if (s->rate)
		add(out, "rate", units_print_rate(s->rate));
	if (s->queue)
		add(out, "queue", units_print_amount(s->queue, s->queue_in_bytes));
	if (s->aqm != SHAPE_FIFO)
		str_addf(out, " aqm %s", shape_aqm_name(s->aqm));
	if (s->ecn)
		str_add(out, " ecn on");
}

static void add_delay(struct str *out, const struct shape *s)
{
	if (s->delay)
		add(out, "delay", units_print_time(s->delay));
	if (s->jitter)
		add(out, "jitter", units_print_time(s->jitter));
	if (s->distribution != SHAPE_UNIFORM)
		str_addf(out, " distribution %s",
			 shape_distribution_name(s->distribution));
	if (s->slot_max)
		add_pair(out, "slot", units_print_time(s->slot_min),
			 units_print_time(s->slot_max));
}

void shape_text_add(struct str *out, const struct shape *s)
{
	add_queue(out, s);
	add_delay(out, s);
	add_share(out, "loss", s->loss);
	add_share(out, "correlation", s->loss_correlation);
	if (s->burst_begin)
		add_pair(out, "loss gemodel", units_print_percent(s->burst_begin),
			 units_print_percent(s->burst_end));
	add_share(out, "duplicate", s->duplicate);
	add_share(out, "reorder", s->reorder);
	add_share(out, "corrupt", s->corrupt);
	if (s->has_seed && !s->seed_derived)
		str_addf(out, " seed %" PRIu64, s->seed);
}

char *shape_text(const struct shape *s)
{
	struct str text = { 0 };
	char *ret = NULL;

	shape_text_add(&text, s);
	if (text.n)
		ret = mem_strdup(text.s + 1); /* behind the first blank */
	str_free(&text);
	return ret;
}
