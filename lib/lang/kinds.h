/*
 * kinds.h — the kinds of words that patterns name: how each is read, completed
 * and described. One row a kind, in kinds.c.
 *
 * Which member of struct value counts:
 *
 *     NODE               node
 *     LINK               link
 *     IFACE              node, link, end; link 0: the node's lo
 *     END                node; number: interface number + 1, 0: none was typed
 *     UNDERLAY           node, or text where it is 0: "NETWORK.NODE"
 *     TARGET             node, or link where it is not 0
 *     PORT SERVICE       text
 *     NAME LINKNAME FILE WORD TEXT VARIABLE      text
 *     BLOCK              text; for its place see struct word
 *     VERB               text: the verb's full name
 *     ADDR ADDR/LEN      ip
 *     ENDADDR            ip; number: 1 where a length was typed
 *     PREFIX             ip; family 0 for `default`
 *     MAC                mac
 *     NIC                text
 *     COUNT NUMBER SEED JOB RATE TIME BYTES      number
 *     PERCENT            number: of 10^9
 *     VLAN               number
 *     VLANS              text, which vlans_parse() takes
 *     AMOUNT             number; end: 1 for bytes, 0 for packets
 *     MOMENT             number; end: 1 where it counts from now
 *     COMMAND PROGRAM    text: the source of the rest of the statement
 */
#ifndef LANG_KINDS_H
#define LANG_KINDS_H

#include "lang/lang.h"

/* How much a refused word looks as if this kind was meant. */
enum likeness {
	LIKE_NOT,
	LIKE_MAYBE, /* it could be one, misspelt */
	LIKE_SURE,  /* nothing else was meant */
};

/* What a kind may look at, and what it says of a word it refused. */
struct kind_context {
	const struct lang *lang;
	const struct model *m;
	const struct statement *st;
	const struct arg *args; /* captured so far */
	size_t n_args;

	size_t bad; /* refused: which of the words is wrong; their number: one is missing
		     */
	enum likeness like; /* refused: see above */
	bool more;  /* taken: further words would be taken as well, if they were there */
	bool quiet; /* nobody reads the error: spare what is costly about it */

	VEC(const struct link *) named; /* links that have a name, by it: on demand */
	bool has_named;
};

struct kind {
	const char *name;  /* in patterns, and the key of its arguments */
	const char *shown; /* in usage; several kinds may look the same to people */
	const char *what;  /* for people */
	bool any; /* takes any text; the others none that is long or unprintable */
	/*
	 * Reads a value from the n >= 1 words at w. Returns how many it took, or
	 * -errno with c->bad and c->like set and e filled, its place maybe not.
	 */
	int (*parse)(struct kind_context *c, const struct word *w, size_t n,
		     struct value *ret, struct err *e);
	/*
	 * Adds what the word that begins with `begun` may be, by kind_offer().
	 * The n words at before are of the same value and come first. NULL: the
	 * value can only be described.
	 */
	void (*complete)(struct kind_context *c, const struct word *before, size_t n,
			 const char *begun, choice_vec *ret);
};

const struct kind *kind_named(const char *name); /* NULL: none */

/* kind->parse(), after the checks that all kinds need; e may be NULL. */
int kind_parse(struct kind_context *c, const struct kind *k, const struct word *w,
	       size_t n, struct value *ret, struct err *e);

void kind_context_free(struct kind_context *c);

/* Adds a choice if it begins with `begun`, quoted where it must be; takes what over. */
void kind_offer(choice_vec *ret, const char *begun, const char *text, char *what,
		bool partial);

/* Refusals: set the context's verdict; return code made negative. */
int kind_refuse(struct kind_context *c, size_t bad, enum likeness like, int code);

/* A word for a message: cut where it is long, with '?' for what cannot be shown; free()
 * it. */
char *kind_show_word(const char *text);

/* ---- names in the model (kind_names.c, kind_offers.c) ---- */

typedef int kind_parse_fn(struct kind_context *c, const struct word *w, size_t n,
			  struct value *ret, struct err *e);
typedef void kind_complete_fn(struct kind_context *c, const struct word *before, size_t n,
			      const char *begun, choice_vec *ret);

kind_parse_fn kind_parse_node, kind_parse_end, kind_parse_iface, kind_parse_link,
	kind_parse_target, kind_parse_name;
kind_complete_fn kind_complete_node, kind_complete_end, kind_complete_iface,
	kind_complete_link, kind_complete_target;

/* ---- addresses (kind_addresses.c) ---- */

kind_parse_fn kind_parse_addr, kind_parse_addr_len, kind_parse_endaddr, kind_parse_prefix,
	kind_parse_mac;
kind_complete_fn kind_complete_prefix;

/* ---- underlays (kind_underlay.c) ---- */

kind_parse_fn kind_parse_underlay;
kind_complete_fn kind_complete_underlay;

/* ---- services (kind_services.c) ---- */

kind_parse_fn kind_parse_port, kind_parse_service;
kind_complete_fn kind_complete_port, kind_complete_service;

/* The node before the ':' of "h1:eth0"; *ret_iface is what stands behind it; NULL: none.
 */
const struct node *kind_split_iface(struct kind_context *c, const char *text,
				    const char **ret_iface);
/* Fills c->named. */
void kind_index_named(struct kind_context *c);
/* The keyword before the first TARGET, "" for none; *ret_first: no target was before. */
const char *kind_target_keyword(const struct kind_context *c, bool *ret_first);

/* ---- programs, blocks, variables (kind_commands.c) ---- */

kind_parse_fn kind_parse_command, kind_parse_program, kind_parse_variable,
	kind_parse_block;

/* ---- files and programs (kind_files.c) ---- */

kind_complete_fn kind_complete_file, kind_complete_command;

/* ---- interfaces of the machine (kind_files.c) ---- */

kind_parse_fn kind_parse_nic;
kind_complete_fn kind_complete_nic;

#endif
