/*
 * kinds.c — the table of kinds, and those that are read without the model:
 * numbers, quantities, words.
 */
#include "lang/kinds.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/units.h"
#include "lang/rows.h"

enum {
	VALUE_MAX = 255, /* bytes; no name, address or quantity is longer */
	SHOWN_MAX = 40,	 /* bytes of a word that a message repeats */
	JOBS_MAX = 256,	 /* that completion lists */
};

int kind_refuse(struct kind_context *c, size_t bad, enum likeness like, int code)
{
	c->bad = bad;
	c->like = like;
	return code > 0 ? -code : code;
}

char *kind_show_word(const char *text)
{
	size_t n = strlen(text);
	struct str s = { 0 };

	if (n > SHOWN_MAX) {
		n = SHOWN_MAX;
		while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
			n--; /* a character stays whole */
	}
	str_addn(&s, text, n);
	for (char *p = s.s; *p; p++)
		if (iscntrl((unsigned char)*p))
			*p = '?';
	if (text[n])
		str_add(&s, "…");
	return str_take(&s);
}

/* ---- numbers and quantities ---- */

static enum likeness like_number(const char *text)
{
	return isdigit((unsigned char)text[*text == '-' || *text == '.']) ? LIKE_SURE
									  : LIKE_NOT;
}

/* A whole number of at least min and at most max. */
static int parse_whole(struct kind_context *c, const struct word *w, const char *text,
		       uint64_t min, uint64_t max, struct value *ret, struct err *e)
{
	uint64_t value = 0;

	if (!*text || text[strspn(text, "0123456789")]) {
		err_set(e, EINVAL, "'%s' is not a whole number", w->text);
		return kind_refuse(c, 0, like_number(text), EINVAL);
	}
	for (const char *p = text; *p; p++) {
		unsigned digit = (unsigned)(*p - '0');

		if (value > (UINT64_MAX - digit) / 10) {
			value = UINT64_MAX;
			break;
		}
		value = value * 10 + digit;
	}
	if (value > max || value < min || (value == UINT64_MAX && strlen(text) > 20)) {
		err_set(e, ERANGE, "'%s' is too %s a number", w->text,
			value < min ? "small" : "large");
		err_hint(e, "it is from %llu to %llu", (unsigned long long)min,
			 (unsigned long long)max);
		return kind_refuse(c, 0, LIKE_SURE, ERANGE);
	}
	ret->number = value;
	return 1;
}

static int parse_count(struct kind_context *c, const struct word *w, size_t n,
		       struct value *ret, struct err *e)
{
	(void)n;
	return parse_whole(c, w, w->text, 0, UINT32_MAX, ret, e);
}

static int parse_number(struct kind_context *c, const struct word *w, size_t n,
			struct value *ret, struct err *e)
{
	(void)n;
	return parse_whole(c, w, w->text, 0, UINT64_MAX, ret, e);
}

/* JSON, in which it is saved and shown, has whole numbers up to that. */
static int parse_seed(struct kind_context *c, const struct word *w, size_t n,
		      struct value *ret, struct err *e)
{
	(void)n;
	return parse_whole(c, w, w->text, 0, INT64_MAX, ret, e);
}

static int parse_job(struct kind_context *c, const struct word *w, size_t n,
		     struct value *ret, struct err *e)
{
	int r = parse_whole(c, w, w->text + (*w->text == '%'), 1, UINT32_MAX, ret, e);

	(void)n;
	if (r < 0 && c->like != LIKE_SURE) {
		err_set(e, EINVAL, "'%s' is not the number of a job", w->text);
		err_hint(e, "`jobs` lists them");
	}
	return r;
}

static void complete_job(struct kind_context *c, const struct word *before, size_t n,
			 const char *begun, choice_vec *ret)
{
	unsigned numbers[JOBS_MAX];
	size_t count = 0;

	(void)before;
	(void)n;
	if (c->lang->jobs)
		count = c->lang->jobs(c->lang->cookie, numbers, JOBS_MAX);
	for (size_t i = 0; i < count && i < JOBS_MAX; i++) {
		cleanup_free char *text = mem_printf("%u", numbers[i]);

		kind_offer(ret, begun, text, NULL, false);
	}
}

static int quantity(struct kind_context *c, const struct word *w,
		    int (*parse)(const char *, uint64_t *, struct err *),
		    struct value *ret, struct err *e)
{
	int r = parse(w->text, &ret->number, e);

	return r < 0 ? kind_refuse(c, 0, like_number(w->text), r) : 1;
}

static int parse_rate(struct kind_context *c, const struct word *w, size_t n,
		      struct value *ret, struct err *e)
{
	(void)n;
	return quantity(c, w, units_parse_rate, ret, e);
}

static int parse_time(struct kind_context *c, const struct word *w, size_t n,
		      struct value *ret, struct err *e)
{
	(void)n;
	return quantity(c, w, units_parse_time, ret, e);
}

static int parse_bytes(struct kind_context *c, const struct word *w, size_t n,
		       struct value *ret, struct err *e)
{
	(void)n;
	return quantity(c, w, units_parse_bytes, ret, e);
}

static int parse_percent(struct kind_context *c, const struct word *w, size_t n,
			 struct value *ret, struct err *e)
{
	uint32_t share;
	int r = units_parse_percent(w->text, &share, e);

	(void)n;
	if (r < 0)
		return kind_refuse(c, 0, like_number(w->text), r);
	ret->number = share;
	return 1;
}

static int parse_amount(struct kind_context *c, const struct word *w, size_t n,
			struct value *ret, struct err *e)
{
	bool bytes;
	int r = units_parse_amount(w->text, &ret->number, &bytes, e);

	(void)n;
	if (r < 0)
		return kind_refuse(c, 0, like_number(w->text), r);
	ret->end = bytes;
	return 1;
}

static int parse_vlan(struct kind_context *c, const struct word *w, size_t n,
		      struct value *ret, struct err *e)
{
	(void)n;
	return parse_whole(c, w, w->text, VLAN_MIN, VLAN_MAX, ret, e);
}

static int parse_vlans(struct kind_context *c, const struct word *w, size_t n,
		       struct value *ret, struct err *e)
{
	vlan_ranges v = { 0 };
	int r = vlans_parse(w->text, &v, e);

	(void)n;
	(void)ret;
	vec_free(&v);
	return r < 0 ? kind_refuse(c, 0, like_number(w->text), r) : 1;
}

/* ---- words ---- */

static int parse_word(struct kind_context *c, const struct word *w, size_t n,
		      struct value *ret, struct err *e)
{
	(void)c;
	(void)w;
	(void)n;
	(void)ret;
	(void)e;
	return 1;
}

static int parse_file(struct kind_context *c, const struct word *w, size_t n,
		      struct value *ret, struct err *e)
{
	(void)n;
	(void)ret;
	if (*w->text)
		return 1;
	err_set(e, EINVAL, "the name of a file is empty");
	return kind_refuse(c, 0, LIKE_SURE, EINVAL);
}

static int parse_verb(struct kind_context *c, const struct word *w, size_t n,
		      struct value *ret, struct err *e)
{
	const struct verb *v = lang_verb(c->lang, w->text);

	(void)n;
	if (!v) {
		/* the same words as for a statement that begins so */
		rows_find(c->lang, NULL, w, e);
		return kind_refuse(c, 0, LIKE_MAYBE, ENOENT);
	}
	ret->text = v->name;
	return 1;
}

static void complete_verb(struct kind_context *c, const struct word *before, size_t n,
			  const char *begun, choice_vec *ret)
{
	(void)before;
	(void)n;
	for (size_t i = 0; i < c->lang->n; i++)
		if (c->lang->verbs[i].name)
			kind_offer(ret, begun, c->lang->verbs[i].name,
				   mem_strdup(c->lang->verbs[i].help), false);
}

static int parse_moment(struct kind_context *c, const struct word *w, size_t n,
			struct value *ret, struct err *e)
{
	struct word time = *w;

	(void)n;
	ret->end = *w->text == '+';
	time.text += ret->end;
	return quantity(c, &time, units_parse_time, ret, e);
}

/* ---- the table ---- */

static const struct kind kinds[] = {
	{ "NODE", "NODE", "a node's name; the end of a link may be NODE:eth3, too", false,
	  kind_parse_node, kind_complete_node },
	{ "END", "NODE", "a node, or NODE:ethN for an interface of that number", false,
	  kind_parse_end, kind_complete_end },
	{ "LINK", "LINK",
	  "a link: its two nodes, an interface of it (h1:eth0), or its name", false,
	  kind_parse_link, kind_complete_link },
	{ "IFACE", "NODE:IFACE", "an interface of a node, as in h1:eth0 or h1:lo", false,
	  kind_parse_iface, kind_complete_iface },
	{ "PORT", "IFACE", "an interface of the node that is named before, as in eth0",
	  false, kind_parse_port, kind_complete_port },
	{ "SERVICE", "SERVICE", "the name of a service, as `show services` shows it",
	  false, kind_parse_service, kind_complete_service },
	{ "UNDERLAY", "[NETWORK.]NODE", "a node, or one of another network, as in sub.m1",
	  false, kind_parse_underlay, kind_complete_underlay },
	{ "TARGET", "TARGET", "a node, or a link: its name, h1:eth0, or its two nodes",
	  false, kind_parse_target, kind_complete_target },
	{ "NAME", "NAME",
	  "a new name: letters, digits, '-' and '_', a letter first, at most 63", false,
	  kind_parse_name, NULL },
	{ "LINKNAME", "NAME", "a new name, for the link", false, kind_parse_name, NULL },
	{ "ADDR", "ADDR", "an address, as in 10.0.0.1 or fd00::1", false, kind_parse_addr,
	  NULL },
	{ "ADDR/LEN", "ADDR/LEN",
	  "an address with its prefix length, as in 10.0.0.1/24 or fd00::1/64", false,
	  kind_parse_addr_len, NULL },
	{ "ENDADDR", "ADDR[/LEN]",
	  "an address, with or without its prefix length, as in 10.0.0.1/24", false,
	  kind_parse_endaddr, NULL },
	{ "PREFIX", "PREFIX", "a subnet, as in 10.0.0.0/24 or fd00::/64, or default",
	  false, kind_parse_prefix, kind_complete_prefix },
	{ "MAC", "MAC", "a MAC address, as in 02:00:00:00:00:01", false, kind_parse_mac,
	  NULL },
	{ "COUNT", "COUNT", "a whole number", false, parse_count, NULL },
	{ "NUMBER", "NUMBER", "a whole number of at most 64 bits", false, parse_number,
	  NULL },
	{ "SEED", "SEED", "a whole number; the same one gives the same result", false,
	  parse_seed, NULL },
	{ "RATE", "RATE", "bits a second, as in 10mbit", false, parse_rate, NULL },
	{ "TIME", "TIME", "a time with its unit, as in 20ms", false, parse_time, NULL },
	{ "BYTES", "BYTES", "a size with its unit, as in 1500B", false, parse_bytes,
	  NULL },
	{ "PERCENT", "PERCENT", "a share of the packets, as in 1%", false, parse_percent,
	  NULL },
	{ "AMOUNT", "AMOUNT", "packets or bytes, as in 100pkt or 64kB", false,
	  parse_amount, NULL },
	{ "VLAN", "VLAN", "the number of a VLAN, 1 to 4094", false, parse_vlan, NULL },
	{ "VLANS", "VLANS", "VLANs and ranges of them, as in 10,20-30", false,
	  parse_vlans, NULL },
	{ "FILE", "FILE", "the name of a file", true, parse_file, kind_complete_file },
	{ "NIC", "NIC", "an interface of the machine, as `ip link` lists them", false,
	  kind_parse_nic, kind_complete_nic },
	{ "JOB", "JOB", "the number of a job, as `jobs` shows it", false, parse_job,
	  complete_job },
	{ "VERB", "VERB", "a command, or the beginning of one", false, parse_verb,
	  complete_verb },
	{ "WORD", "WORD", "any word", true, parse_word, NULL },
	{ "TEXT", "TEXT", "a text, in quotes if it has blanks", true, parse_word, NULL },
	{ "VARIABLE", "VARIABLE", "a variable's name; its value is $VARIABLE", false,
	  kind_parse_variable, NULL },
	{ "BLOCK", "BLOCK", "commands between { and }", true, kind_parse_block, NULL },
	{ "MOMENT", "MOMENT", "a time of the timeline, as in 5s, or +5s from now", false,
	  parse_moment, NULL },
	{ "PROGRAM", "PROGRAM", "a program and its arguments, up to what is said of it",
	  true, kind_parse_program, kind_complete_command },
	{ "COMMAND", "COMMAND", "a program and its arguments, up to the line's end", true,
	  kind_parse_command, kind_complete_command },
};

const struct kind *kind_named(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

const char *lang_kind(size_t i, const char **ret_description)
{
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
		bool again = false;

		for (size_t j = 0; j < k; j++)
			again |= strcmp(kinds[j].shown, kinds[k].shown) == 0;
		if (again || i-- > 0)
			continue;
		*ret_description = kinds[k].what;
		return kinds[k].shown;
	}
	return NULL;
}

/* Whether no name, address or quantity can look so. */
static bool is_outlandish(const char *text)
{
	size_t n = strnlen(text, VALUE_MAX + 1);

	for (size_t i = 0; i < n; i++)
		if (iscntrl((unsigned char)text[i]))
			return true;
	return n > VALUE_MAX;
}

int kind_parse(struct kind_context *c, const struct kind *k, const struct word *w,
	       size_t n, struct value *ret, struct err *e)
{
	struct err unread = ERR_INIT;
	struct err *told = e ? e : &unread;
	int r;

	*ret = (struct value){ .text = w->text };
	c->more = false;
	c->quiet = !e;
	if (w->block && k->parse != kind_parse_block && k->parse != kind_parse_command) {
		err_set(told, EINVAL, "a block cannot be a %s", k->shown);
		r = kind_refuse(c, 0, LIKE_NOT, EINVAL);
	} else if (!k->any && is_outlandish(w->text)) {
		cleanup_free char *shown = kind_show_word(w->text);

		err_set(told, EINVAL, "'%s' cannot be a %s", shown, k->shown);
		err_hint(told, "%s is %s", k->shown, k->what);
		r = kind_refuse(c, 0, LIKE_NOT, EINVAL);
	} else {
		r = k->parse(c, w, n, ret, told);
	}
	err_clear(&unread);
	return r;
}

void kind_context_free(struct kind_context *c)
{
	vec_free(&c->named);
}

void kind_offer(choice_vec *ret, const char *begun, const char *text, char *what,
		bool partial)
{
	if (str_starts(text, begun))
		vec_push(ret, ((struct choice){ lex_quote(text), what, partial }));
	else
		free(what);
}
