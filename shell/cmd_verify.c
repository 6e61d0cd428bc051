/*
 * cmd_verify.c — verify: measures links, and sets what they do beside what they
 * should do.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "base/units.h"
#include "kern/netns.h"
#include "measure/measure.h"
#include "plan/plan.h"
#include "shell/describe.h"
#include "shell/handlers.h"

enum { FLAGS = 9, DIGITS = 4 };
static const uint64_t TIME_MAX = 20000000000; /* ns, unless more is asked for */

/* What has been found so far, of all links. */
struct verification {
	struct session *s;
	struct table table;
	unsigned flags;		  /* that were seen */
	size_t set, off, unknown; /* quantities */
	json_t *directions;	  /* NULL: nobody reads JSON */
};

/* ---- quantities as text ---- */

/* Four digits, and the unit that suits: 9.982mbit. */
static char *scaled(double value, const double *factors, const char *const *names,
		    size_t n)
{
	size_t i = n - 1;

	while (i > 0 && value < factors[i])
		i--;
	return mem_printf("%.*g%s", DIGITS, value / factors[i], names[i]);
}

static char *quantity_text(enum measure_quantity q, double value)
{
	static const double rates[] = { 1, 1e3, 1e6, 1e9 },
			    times[] = { 1, 1e3, 1e6, 1e9 };
	static const char *const rate_names[] = { "bit", "kbit", "mbit", "gbit" };
	static const char *const time_names[] = { "ns", "us", "ms", "s" };

	if (isnan(value))
		return NULL;
	switch (q) {
	case MEASURE_RATE:
		return scaled(value, rates, rate_names, ARRAY_LEN(rates));
	case MEASURE_DELAY:
	case MEASURE_JITTER:
		return scaled(value, times, time_names, ARRAY_LEN(times));
	case MEASURE_DISTRIBUTION:
		return mem_printf("D %.3f", value);
	case MEASURE_BURST:
		return mem_printf("%.*gpkt", DIGITS, value);
	default:
		return mem_printf("%.*g%%", DIGITS, 100 * value);
	}
}

static char *error_text_of(const struct measure_line *l)
{
	if (l->verdict == MEASURE_UNSET || isnan(l->error) || l->set == 0)
		return NULL;
	return mem_printf("%+.2f%%", 100 * l->error);
}

static char *flags_text(unsigned flags)
{
	struct str text = { 0 };

	for (unsigned i = 0; i < FLAGS; i++)
		if (flags & 1u << i)
			str_addf(&text, "%s%s", text.n ? "; " : "",
				 measure_flag_text((enum measure_flag)(1u << i)));
	return str_take(&text);
}

/* ---- one direction ---- */

static json_t *number(double value)
{
	return isnan(value) ? json_null() : json_real(value);
}

static void add_json(struct verification *x, const char *from, const char *to,
		     const struct measured *m)
{
	json_t *lines = json_array();
	json_t *o = json_pack(
		"{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "from", from, "to",
		to, "rate", (json_int_t)m->rate, "goodput", (json_int_t)m->goodput,
		"delay_median", (json_int_t)m->delay_median, "delay_p99",
		(json_int_t)m->delay_p99, "sent", (json_int_t)m->sent, "lost",
		(json_int_t)m->lost, "duplicates", (json_int_t)m->duplicates, "corrupted",
		(json_int_t)m->corrupted);

	for (enum measure_quantity q = 0; q < MEASURE_QUANTITIES; q++) {
		const struct measure_line *l = &m->lines[q];
		cleanup_free char *why = flags_text(l->flags);

		json_array_append_new(
			lines,
			json_pack("{s:s, s:s, s:o, s:o, s:o, s:s}", "quantity",
				  measure_quantity_name(q), "verdict",
				  measure_verdict_text(l->verdict), "set", number(l->set),
				  "achieved", number(l->achieved), "error",
				  number(l->error), "why", why ? why : ""));
	}
	json_object_set_new(o, "jitter", number(m->jitter));
	json_object_set_new(o, "quantities", lines);
	json_array_append_new(x->directions, o);
}

/* Whether it is worth a row: the rate and delay always are, and what is not as it should
 * be. */
static bool is_told(enum measure_quantity q, const struct measure_line *l)
{
	return q == MEASURE_RATE || q == MEASURE_DELAY || l->verdict == MEASURE_OFF ||
	       (l->verdict != MEASURE_UNSET && l->set != 0);
}

static void add_rows(struct verification *x, const char *from, const char *to,
		     const struct measured *m)
{
	bool first = true;

	for (enum measure_quantity q = 0; q < MEASURE_QUANTITIES; q++) {
		const struct measure_line *l = &m->lines[q];
		bool set = l->verdict != MEASURE_UNSET;

		x->set += set;
		x->off += l->verdict == MEASURE_OFF;
		x->unknown += l->verdict == MEASURE_UNKNOWN;
		if (!is_told(q, l))
			continue;
		table_add(&x->table, mem_strdup(first ? from : ""), NULL, STYLE_STRONG);
		table_add(&x->table, mem_strdup(first ? to : ""), NULL, STYLE_PLAIN);
		table_add_text(&x->table, "%s", measure_quantity_name(q));
		table_add(&x->table, set ? quantity_text(q, l->set) : NULL, NULL,
			  STYLE_PLAIN);
		table_add(&x->table, quantity_text(q, l->achieved), NULL, STYLE_PLAIN);
		table_add(&x->table, error_text_of(l), NULL, STYLE_PLAIN);
		table_add(&x->table,
			  set ? mem_strdup(measure_verdict_text(l->verdict)) : NULL, NULL,
			  l->verdict == MEASURE_OFF  ? STYLE_BAD
			  : l->verdict == MEASURE_OK ? STYLE_GOOD
						     : STYLE_PLAIN);
		first = false;
	}
	if (m->goodput) {
		table_add(&x->table, mem_strdup(""), NULL, STYLE_PLAIN);
		table_add(&x->table, mem_strdup(""), NULL, STYLE_PLAIN);
		table_add_text(&x->table, "%s", "TCP goodput");
		table_add(&x->table, NULL, NULL, STYLE_PLAIN);
		table_add(&x->table, quantity_text(MEASURE_RATE, (double)m->goodput),
			  NULL, STYLE_PLAIN);
		table_add(&x->table, NULL, NULL, STYLE_PLAIN);
		table_add(&x->table, NULL, NULL, STYLE_PLAIN);
	}
}

/* ---- one link ---- */

static const struct ip *address_of(const struct iface *i, int family)
{
	vec_each (&i->addresses, a)
		if (a->ip.family == family)
			return &a->ip;
	return NULL;
}

/* Addresses of one family, where both ends have them. */
static void choose_addresses(const struct link *l, struct measure_end ends[2])
{
	static const int families[] = { AF_INET, AF_INET6 };

	for (size_t i = 0; i < ARRAY_LEN(families) && !ends[0].address.family; i++) {
		const struct ip *a = address_of(&l->end[0], families[i]);
		const struct ip *b = address_of(&l->end[1], families[i]);

		if (a && b && ip_same_subnet(a, b)) {
			ends[0].address = *a;
			ends[1].address = *b;
		}
	}
}

/* Enough for the rarest of what was set, as far as that is bearable. */
static uint64_t time_for(const struct measure_end ends[2])
{
	uint64_t wanted = measure_time_wanted(ends);

	return wanted < TIME_MAX ? wanted : TIME_MAX;
}

static int measure(struct verification *x, const struct link *l, uint64_t time,
		   struct err *e)
{
	const struct model *m = x->s->net->model;
	struct measure_options o = { .time = time,
				     .interrupted = x->s->hooks.interrupted,
				     .cookie = x->s->hooks.cookie };
	char names[2][IFACE_TEXT_MAX];
	struct measure_end ends[2] = { 0 };
	struct measured measured[2];
	int r = 0;

	for (int i = 0; i < 2; i++) {
		const struct node *n = model_node(m, l->end[i].node);
		cleanup_free char *path = network_netns_path(x->s->net, n->name);

		ends[i].name = iface_text(m, l, i, names[i]);
		ends[i].netns = netns_open(path);
		ends[i].ifindex = (unsigned)IFINDEX_BASE + l->end[i].index;
		memcpy(ends[i].mac, l->end[i].mac, sizeof(ends[i].mac));
		ends[i].bridged = l->connector == VIA_BRIDGE;
		ends[i].wire = l->wire;
		ends[i].mtu = l->mtu;
		ends[i].shape = l->shape[i];
		if (r == 0 && ends[i].netns < 0)
			r = err_sys(e, ends[i].netns, "look into %s", n->name);
	}
	choose_addresses(l, ends);
	if (!time)
		o.time = time_for(ends);
	if (r == 0)
		r = measure_run(ends, &o, measured, e);
	for (int i = 0; i < 2; i++) {
		if (ends[i].netns >= 0)
			close(ends[i].netns);
		if (r < 0)
			continue;
		if (x->directions)
			add_json(x, names[i], names[!i], &measured[i]);
		add_rows(x, names[i], names[!i], &measured[i]);
		x->flags |= measured[i].flags;
	}
	return r;
}

/* ---- the command ---- */

static int conclude(struct verification *x, struct err *e)
{
	cleanup_free char *flags = flags_text(x->flags);

	if (!x->directions && flags && *flags)
		output_say(&x->s->out, STYLE_DIM, "noticed: %s", flags);
	if (x->off)
		return err_set(e, ERANGE, "%zu of %zu quantities %s not as set", x->off,
			       x->set, x->off == 1 ? "is" : "are");
	if (x->unknown && !x->directions)
		output_say(&x->s->out, STYLE_DIM,
			   "%zu of %zu quantities could not be told", x->unknown, x->set);
	return 0;
}

int cmd_verify(struct session *s, const struct args *a, struct err *e)
{
	static const struct column columns[] = {
		{ "from", "FROM", false, 0 },	      { "to", "TO", false, 2 },
		{ "quantity", "QUANTITY", false, 0 }, { "set", "SET", true, 0 },
		{ "achieved", "ACHIEVED", true, 0 },  { "error", "ERROR", true, 1 },
		{ "verdict", "VERDICT", false, 0 },
	};
	const struct model *m = s->net->model;
	uint64_t time = args_number(a, "for", 0);
	struct verification x = { .s = s };
	int r = 0;

	if (args_has(a, "for") && time < MEASURE_TIME_MIN) {
		err_set(e, ERANGE, "that is too short to measure in");
		err_hint(e, "at least 200ms, better some seconds");
		return args_blame(a, "for", 0, e);
	}
	table_begin(&x.table, columns, ARRAY_LEN(columns));
	if (s->out.json)
		x.directions = json_array();
	for (size_t i = 0; i < m->links.n && r == 0; i++) {
		const struct link *l = m->links.v[i];

		if (!args_has(a, "all") && l->id != args_get(a, "LINK", 0)->link)
			continue;
		if (s->hooks.progress && args_has(a, "all"))
			s->hooks.progress(s->hooks.cookie, "measuring", i, m->links.n);
		r = measure(&x, l, time, e);
	}
	if (x.directions) {
		table_free(&x.table);
		if (r == 0)
			output_result(&s->out, x.directions);
		else
			json_decref(x.directions);
	} else {
		table_end(&x.table, &s->out);
	}
	return r < 0 ? r : conclude(&x, e);
}
