/*
 * qdisc_options.c — see qdisc_options.h. What each member means is said by
 * linux/pkt_sched.h and the kernel's net/sched/sch_*.c.
 */
#include "kern/qdisc_options.h"

#include <linux/pkt_sched.h>
#include <math.h>
#include <netlink/attr.h>
#include <stdlib.h>
#include <string.h>

#include "model/distribution.h"

/* ---- shares ---- */

static uint32_t share_to_kernel(uint32_t share)
{
	return (uint32_t)llround((double)share / SHAPE_CERTAIN * UINT32_MAX);
}

static uint32_t share_from_kernel(uint32_t k)
{
	return (uint32_t)llround((double)k / UINT32_MAX * SHAPE_CERTAIN);
}

/* ---- tbf ---- */

static void put_tbf(struct nl_msg *m, const struct qdisc *q)
{
	struct tc_tbf_qopt o = {
		.rate = { .linklayer = TC_LINKLAYER_ETHERNET },
		.limit = q->limit,
	};

	o.rate.rate = q->rate > UINT32_MAX ? UINT32_MAX : (uint32_t)q->rate;
	nla_put(m, TCA_TBF_PARMS, sizeof(o), &o);
	if (q->rate > UINT32_MAX)
		nla_put_u64(m, TCA_TBF_RATE64, q->rate);
	nla_put_u32(m, TCA_TBF_BURST, q->burst);
}

static void read_tbf(struct nlattr *options, struct qdisc *ret)
{
	struct nlattr *a[TCA_TBF_MAX + 1];
	struct tc_tbf_qopt o;

	if (nla_parse_nested(a, TCA_TBF_MAX, options, NULL) < 0 || !a[TCA_TBF_PARMS] ||
	    nla_len(a[TCA_TBF_PARMS]) < (int)sizeof(o))
		return;
	memcpy(&o, nla_data(a[TCA_TBF_PARMS]), sizeof(o));
	ret->rate = a[TCA_TBF_RATE64] ? nla_get_u64(a[TCA_TBF_RATE64]) : o.rate.rate;
	ret->limit = o.limit;
}

/* ---- netem ---- */

static void put_table(struct nl_msg *m, uint32_t distribution)
{
	int16_t table[DISTRIBUTION_POINTS];

	if (distribution == SHAPE_UNIFORM)
		return; /* netem's own */
	for (int i = 0; i < DISTRIBUTION_POINTS; i++)
		table[i] = (int16_t)lround(distribution_quantile(distribution, i) *
					   NETEM_DIST_SCALE);
	nla_put(m, TCA_NETEM_DELAY_DIST, sizeof(table), table);
}

static void put_bursts(struct nl_msg *m, const struct shape *s)
{
	/* h: what passes in a burst; k1: what is lost outside of one; nothing of both */
	struct tc_netem_gemodel g = {
		.p = share_to_kernel(s->burst_begin),
		.r = share_to_kernel(s->burst_end),
	};
	struct nlattr *loss;

	if (!s->burst_begin)
		return;
	loss = nla_nest_start(m, TCA_NETEM_LOSS);
	nla_put(m, NETEM_LOSS_GE, sizeof(g), &g);
	nla_nest_end(m, loss);
}

static void put_netem(struct nl_msg *m, const struct qdisc *q)
{
	const struct shape *s = &q->netem;
	struct tc_netem_qopt o = {
		.limit = q->limit,
		.loss = share_to_kernel(s->loss),
		.duplicate = share_to_kernel(s->duplicate),
		.gap = s->reorder ? 1 : 0,
	};
	struct tc_netem_corr corr = { .loss_corr = share_to_kernel(s->loss_correlation) };
	struct tc_netem_reorder reorder = { .probability = share_to_kernel(s->reorder) };
	struct tc_netem_corrupt corrupt = { .probability = share_to_kernel(s->corrupt) };
	struct tc_netem_slot slot = { .min_delay = (int64_t)s->slot_min,
				      .max_delay = (int64_t)s->slot_max };
	int64_t delay = (int64_t)s->delay, jitter = (int64_t)s->jitter;

	nlmsg_append(m, &o, sizeof(o), NLMSG_ALIGNTO);
	nla_put(m, TCA_NETEM_CORR, sizeof(corr), &corr);
	nla_put(m, TCA_NETEM_REORDER, sizeof(reorder), &reorder);
	nla_put(m, TCA_NETEM_CORRUPT, sizeof(corrupt), &corrupt);
	nla_put(m, TCA_NETEM_LATENCY64, sizeof(delay), &delay);
	nla_put(m, TCA_NETEM_JITTER64, sizeof(jitter), &jitter);
	nla_put(m, TCA_NETEM_SLOT, sizeof(slot), &slot);
	put_bursts(m, s);
	put_table(m, s->distribution);
}

static void read_member(struct nlattr *a, void *ret, size_t n)
{
	if (a && nla_len(a) >= (int)n)
		memcpy(ret, nla_data(a), n);
}

static void read_bursts(struct nlattr *loss, struct shape *s)
{
	struct nlattr *a[NETEM_LOSS_MAX + 1];
	struct tc_netem_gemodel g = { 0 };

	if (!loss || nla_parse_nested(a, NETEM_LOSS_MAX, loss, NULL) < 0)
		return;
	read_member(a[NETEM_LOSS_GE], &g, sizeof(g));
	s->burst_begin = share_from_kernel(g.p);
	s->burst_end = share_from_kernel(g.r);
}

static void read_netem(struct nlattr *options, struct qdisc *ret)
{
	struct nlattr *a[TCA_NETEM_MAX + 1];
	struct tc_netem_qopt o;
	struct tc_netem_corr corr = { 0 };
	struct tc_netem_reorder reorder = { 0 };
	struct tc_netem_corrupt corrupt = { 0 };
	struct tc_netem_slot slot = { 0 };
	struct shape *s = &ret->netem;
	int rest = nla_len(options) - (int)NLA_ALIGN(sizeof(o));

	if (rest < 0)
		return;
	memcpy(&o, nla_data(options), sizeof(o));
	if (nla_parse(a, TCA_NETEM_MAX,
		      (struct nlattr *)((char *)nla_data(options) + NLA_ALIGN(sizeof(o))),
		      rest, NULL) < 0)
		return;
	read_member(a[TCA_NETEM_CORR], &corr, sizeof(corr));
	read_member(a[TCA_NETEM_REORDER], &reorder, sizeof(reorder));
	read_member(a[TCA_NETEM_CORRUPT], &corrupt, sizeof(corrupt));
	read_member(a[TCA_NETEM_SLOT], &slot, sizeof(slot));
	read_member(a[TCA_NETEM_LATENCY64], &s->delay, sizeof(s->delay));
	read_member(a[TCA_NETEM_JITTER64], &s->jitter, sizeof(s->jitter));
	read_bursts(a[TCA_NETEM_LOSS], s);
	ret->limit = o.limit;
	s->loss = share_from_kernel(o.loss);
	s->duplicate = share_from_kernel(o.duplicate);
	s->loss_correlation = share_from_kernel(corr.loss_corr);
	s->reorder = share_from_kernel(reorder.probability);
	s->corrupt = share_from_kernel(corrupt.probability);
	s->slot_min = (uint64_t)slot.min_delay;
	s->slot_max = (uint64_t)slot.max_delay;
}

/* ---- red ---- */

/*
 * Floyd and Jacobson's parameters: thresholds of a sixth and a half of the
 * queue, at most a tenth dropped between them, and a weight by which a burst
 * of a third of the way from one threshold to the other does not count.
 */
static void put_red(struct nl_msg *m, const struct qdisc *q)
{
	struct tc_red_qopt o = {
		.limit = q->limit,
		.qth_max = q->limit / 2,
		.qth_min = q->limit / 6,
		.flags = q->ecn ? TC_RED_ECN : 0,
	};
	double burst = (2.0 * o.qth_min + o.qth_max) / (3.0 * q->frame) + 1;
	double slope = 0.1 / (o.qth_max - o.qth_min + 1.0), us_per_packet, idle;
	uint8_t decay[256]; /* by the time that the queue was empty: how often the mean is
			       halved */

	while (o.Plog < 31 && slope * exp2(o.Plog) < 1)
		o.Plog++;
	o.Wlog = 1;
	while (o.Wlog < 31 && (1 - pow(1 - exp2(-o.Wlog), burst)) * exp2(o.Wlog) <
				      burst - (double)o.qth_min / q->frame)
		o.Wlog++;
	us_per_packet = 1e6 * q->frame / (double)(q->rate ? q->rate : 1);
	/* the last entry stands for a mean that is gone: 31 halvings */
	idle = 31 * us_per_packet / -log2(1 - exp2(-o.Wlog));
	while (o.Scell_log < 31 && exp2(o.Scell_log) * 255 < idle)
		o.Scell_log++;
	for (int i = 0; i < 256; i++) {
		double packets = exp2(o.Scell_log) * i / us_per_packet;
		double halvings = -log2(1 - exp2(-o.Wlog)) * packets;

		decay[i] = halvings > 31 ? 31 : (uint8_t)halvings;
	}
	decay[255] = 31;
	nla_put(m, TCA_RED_PARMS, sizeof(o), &o);
	nla_put(m, TCA_RED_STAB, sizeof(decay), decay);
	nla_put_u32(m, TCA_RED_MAX_P, (uint32_t)(0.1 * UINT32_MAX));
}

static void read_red(struct nlattr *options, struct qdisc *ret)
{
	struct nlattr *a[TCA_RED_MAX + 1];
	struct tc_red_qopt o = { 0 };

	if (nla_parse_nested(a, TCA_RED_MAX, options, NULL) < 0)
		return;
	read_member(a[TCA_RED_PARMS], &o, sizeof(o));
	ret->limit = o.limit;
	ret->ecn = o.flags & TC_RED_ECN;
}

/* ---- those with a limit, ECN and little else ---- */

struct plain {
	const char *kind;
	int max, limit, ecn, target; /* attributes; 0: has none */
};

static const struct plain plains[] = {
	{ "codel", TCA_CODEL_MAX, TCA_CODEL_LIMIT, TCA_CODEL_ECN, TCA_CODEL_TARGET },
	{ "fq_codel", TCA_FQ_CODEL_MAX, TCA_FQ_CODEL_LIMIT, TCA_FQ_CODEL_ECN,
	  TCA_FQ_CODEL_TARGET },
	{ "pie", TCA_PIE_MAX, TCA_PIE_LIMIT, TCA_PIE_ECN, 0 },
	{ "cake", TCA_CAKE_MAX, TCA_CAKE_MEMORY, 0, 0 },
};

static const struct plain *plain_named(const char *kind)
{
	for (size_t i = 0; i < sizeof(plains) / sizeof(plains[0]); i++)
		if (strcmp(plains[i].kind, kind) == 0)
			return &plains[i];
	return NULL;
}

static void put_plain(struct nl_msg *m, const struct plain *p, const struct qdisc *q)
{
	/* a target below the time of a packet would drop all: RFC 8289, 4.4 */
	uint64_t packet_us = q->rate ? 1000000ull * q->frame / q->rate : 0;
	uint64_t target_us = 3 * packet_us / 2 > 5000 ? 3 * packet_us / 2 : 5000;

	nla_put_u32(m, p->limit, q->limit);
	if (p->ecn)
		nla_put_u32(m, p->ecn, q->ecn);
	if (p->target)
		nla_put_u32(m, p->target, (uint32_t)target_us);
}

static void read_plain(struct nlattr *options, const struct plain *p, struct qdisc *ret)
{
	struct nlattr *a[32];

	if (p->max >= 32 || nla_parse_nested(a, p->max, options, NULL) < 0)
		return;
	if (a[p->limit])
		ret->limit = nla_get_u32(a[p->limit]);
	if (p->ecn && a[p->ecn])
		ret->ecn = nla_get_u32(a[p->ecn]) != 0;
}

/* ---- all ---- */

void qdisc_options_put(struct nl_msg *m, const struct qdisc *q)
{
	const struct plain *p = plain_named(q->kind);
	struct nlattr *options = nla_nest_start(m, TCA_OPTIONS);

	if (strcmp(q->kind, "tbf") == 0)
		put_tbf(m, q);
	else if (strcmp(q->kind, "netem") == 0)
		put_netem(m, q);
	else if (strcmp(q->kind, "red") == 0)
		put_red(m, q);
	else if (p)
		put_plain(m, p, q);
	nla_nest_end(m, options);
}

void qdisc_options_read(struct nlattr *options, struct qdisc *ret)
{
	const struct plain *p = plain_named(ret->kind);

	if (strcmp(ret->kind, "tbf") == 0)
		read_tbf(options, ret);
	else if (strcmp(ret->kind, "netem") == 0)
		read_netem(options, ret);
	else if (strcmp(ret->kind, "red") == 0)
		read_red(options, ret);
	else if (p)
		read_plain(options, p, ret);
}
