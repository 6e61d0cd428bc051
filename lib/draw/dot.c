/*
 * dot.c — see dot.h.
 *
 * The places are found by `neato`, whose distances are like those in the network, and
 * which is named in the text itself. An edge is as long as the labels at its ends need,
 * and that is kept when nodes that overlap are moved apart. Every name is quoted, so none
 * can be taken for a keyword.
 */
#include "draw/dot.h"

#include <arpa/inet.h>

#include "lang/shape_text.h"

enum {
	MANY = 30, /* nodes; from here on labels are smaller, and the distances greater */
};

struct writer {
	const struct model *m;
	struct str out;
};

/* ---- strings ---- */

/*
 * In a label, \N and the like stand for something else, as do \n and &amp;; a newline is
 * the only control character that may be meant.
 */
void dot_quote(struct str *out, const char *text)
{
	str_add(out, "\"");
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			str_addf(out, "\\%c", *text);
		else if (*text == '\n')
			str_add(out, "\\n");
		else if (*text == '&')
			str_add(out, "&amp;");
		else
			str_addn(out, (unsigned char)*text < ' ' ? "?" : text, 1);
	}
	str_add(out, "\"");
}

/* Appends ", key="text""; takes the text over; nothing for NULL or "". */
static void add_label(struct writer *w, const char *key, char *text)
{
	if (text && *text) {
		str_addf(&w->out, ", %s=", key);
		dot_quote(&w->out, text);
	}
	free(text);
}

/* ---- nodes ---- */

/* IPv4, and IPv6 where it was typed or is all there is; each on a line of its own. */
static void add_addresses(struct str *text, const char *before, const address_vec *v)
{
	char buf[IP_TEXT_MAX];
	bool has_ipv4 = false;

	vec_each (v, a)
		has_ipv4 |= a->ip.family == AF_INET;
	vec_each (v, a)
		if (a->ip.family == AF_INET || !a->automatic || !has_ipv4)
			str_addf(text, "%s%s%s", text->n ? "\n" : "", before,
				 ip_text_length(&a->ip, buf));
}

static void add_node(struct writer *w, const struct node *n)
{
	static const char *const looks[] = {
		[NODE_HOST] = "shape=ellipse, fillcolor=\"#e8f0fe\"",
		[NODE_ROUTER] = "shape=ellipse, peripheries=2, fillcolor=\"#fdecd2\"",
		[NODE_SWITCH] = "shape=box, fillcolor=\"#e3f1e1\"",
	};
	static const char nat[] = "shape=house, fillcolor=\"#fdecd2\"";
	struct str label = { 0 };

	str_add(&label, n->name);
	add_addresses(&label, "lo ", &n->loopback);
	vec_each (&n->nics, nic)
		str_addf(&label, "\nnic %s", nic->name);
	str_add(&w->out, "\t");
	dot_quote(&w->out, n->name);
	str_addf(&w->out, " [%s", n->nat ? nat : looks[n->kind]);
	add_label(w, "label", str_take(&label));
	if (!n->up)
		str_add(&w->out, ", style=\"filled,dashed\", fontcolor=\"#777777\", "
				 "color=\"#b03030\"");
	str_add(&w->out, "];\n");
}

/* ---- links ---- */

static char *end_text(const struct link *l, int end)
{
	struct str text = { 0 };

	str_addf(&text, "eth%u", l->end[end].index);
	add_addresses(&text, "", &l->end[end].addresses);
	return str_take(&text);
}

static void add_line(struct str *text, const char *before, char *line)
{
	if (line)
		str_addf(text, "%s%s%s", text->n ? "\n" : "", before, line);
	free(line);
}

/* Its name, its tunnel, its shapes: what is not the same for every link. */
static char *link_label(const struct writer *w, const struct link *l)
{
	const struct tunnel *t = &l->tunnel;
	cleanup_free char *a = tunnel_underlay_text(w->m, t, 0);
	cleanup_free char *b = tunnel_underlay_text(w->m, t, 1);
	struct str text = { 0 };

	if (l->name)
		str_add(&text, l->name);
	if (t->kind)
		add_line(&text, "",
			 mem_printf("%s %u", tunnel_kind_name(t->kind), t->key));
	if (t->kind && a)
		add_line(&text, "over ", mem_printf("%s %s", a, b));
	if (shape_same(&l->shape[0], &l->shape[1])) {
		add_line(&text, "", shape_text(&l->shape[0]));
	} else {
		for (int end = 0; end < 2; end++) {
			const struct node *n = model_node(w->m, l->end[end].node);
			cleanup_free char *from = mem_printf("from %s: ", n->name);

			add_line(&text, from, shape_text(&l->shape[end]));
		}
	}
	if (l->enforced)
		add_line(&text, "", mem_strdup("enforced"));
	return str_take(&text);
}

static void add_link(struct writer *w, const struct link *l)
{
	bool up = !l->gone && model_iface_up(w->m, l, 0) && model_iface_up(w->m, l, 1);

	str_add(&w->out, "\t");
	for (int end = 0; end < 2; end++) {
		str_add(&w->out, end ? " -- " : "");
		dot_quote(&w->out, model_node(w->m, l->end[end].node)->name);
	}
	str_addf(&w->out, " [style=%s, color=\"%s\"",
		 !up		  ? "dashed"
		 : l->tunnel.kind ? "bold"
				  : "solid",
		 !up		  ? "#b03030"
		 : l->tunnel.kind ? "#6a3fa0"
				  : "#444444");
	add_label(w, "taillabel", end_text(l, 0));
	add_label(w, "headlabel", end_text(l, 1));
	add_label(w, "label", link_label(w, l));
	str_add(&w->out, "];\n");
}

/* ---- all of it ---- */

char *dot_text(const struct model *m, const char *title)
{
	struct writer w = { .m = m };
	bool many = m->nodes.n > MANY;

	str_add(&w.out, "graph ");
	dot_quote(&w.out, title);
	/* ways around nodes take minutes to find where there are hundreds */
	str_addf(&w.out,
		 " {\n\tgraph [layout=neato, start=1, overlap=false, "
		 "overlap_shrink=false, "
		 "overlap_scaling=%d,\n\t\tsplines=%s, sep=\"+12\", bgcolor=white, "
		 "fontname=\"sans\", labelloc=t",
		 many ? -6 : -4, many ? "line" : "true");
	add_label(&w, "label", mem_strdup(title));
	str_addf(&w.out,
		 "];\n\tnode [style=filled, color=\"#444444\", fontname=\"sans\", "
		 "fontsize=%d, margin=\"0.08,0.04\"];\n"
		 "\tedge [fontname=\"sans\", fontsize=%d, fontcolor=\"#333333\", "
		 "len=3, labeldistance=%s];\n",
		 many ? 12 : 14, many ? 7 : 9, many ? "1.4" : "1.8");
	vec_each (&m->nodes, n)
		add_node(&w, *n);
	vec_each (&m->links, l)
		add_link(&w, *l);
	str_add(&w.out, "}\n");
	return str_take(&w.out);
}
