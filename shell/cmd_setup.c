/*
 * cmd_setup.c — vlan, attach and keep: what is set up inside of nodes.
 */
#include <errno.h>

#include "base/str.h"
#include "run/rootless.h"
#include "shell/handlers.h"

/* ---- vlan ---- */

static int set_port(struct session *s, const struct args *a, struct err *e)
{
	const struct value *port = args_get(a, "IFACE", 0);
	struct vlans v = { .trunk = args_has(a, "trunk") };
	int r = 0;

	if (v.trunk) {
		r = vlans_parse(args_get(a, "trunk", 0)->text, &v.tagged, e);
		v.native = (uint16_t)args_number(a, "native", 0);
		vlan_ranges_remove(&v.tagged, v.native);
	} else if (!args_has(a, "none")) {
		v.native = (uint16_t)args_number(a, "VLAN", VLAN_DEFAULT);
		if (v.native == VLAN_DEFAULT)
			v.native = 0;
	}
	if (r == 0 && v.trunk && !v.tagged.n) {
		err_set(e, EINVAL, "a trunk of its native VLAN alone");
		err_hint(e, "without trunk, it is a port of that VLAN");
		r = args_blame(a, "native", 0, e);
	}
	if (r == 0 && !port->link) {
		err_set(e, EINVAL, "lo is no port");
		r = args_blame(a, "IFACE", 0, e);
	}
	if (r == 0) {
		r = model_set_vlans(s->draft, port->link, port->end, &v, e);
		if (r < 0)
			args_blame(a, "IFACE", 0, e);
	}
	vlans_free(&v);
	return r;
}

int cmd_vlan(struct session *s, const struct args *a, struct err *e)
{
	if (args_get(a, "IFACE", 0))
		return set_port(s, a, e);
	if (model_set_vlan(s->draft, args_get(a, "NODE", 0)->node, args_has(a, "on"), e) <
	    0)
		return args_blame(a, "NODE", 0, e);
	return 0;
}

/* ---- attach ---- */

int cmd_attach(struct session *s, const struct args *a, struct err *e)
{
	uint32_t node = args_get(a, "NODE", 0)->node;
	const char *name = args_get(a, "NIC", 0)->text;
	int r;

	if (rootless_is_inside()) {
		err_set(e, EPERM,
			"without root, the machine's interfaces are out of reach");
		return err_hint(e, "'sudo espalier' reaches them");
	}
	r = args_has(a, "off")
		    ? model_release_nic(s->draft, node, name, e)
		    : model_attach_nic(s->draft, node, name, args_has(a, "anyway"), e);
	return r < 0 ? args_blame(a, "NIC", 0, e) : 0;
}

/* ---- keep ---- */

static void add_word(struct str *out, const char *text)
{
	cleanup_free char *quoted = lex_quote(text);

	str_addf(out, "%s%s", out->n ? " " : "", quoted);
}

/* The command as words that mean the same wherever they are read again. */
static char *command_of(const struct args *a)
{
	const struct arg *words = &a->v.v[a->v.n - 1];
	cleanup_free char *line = NULL;
	cleanup_free char **argv = handlers_program(a, words, &line);
	struct str out = { 0 };

	if (argv[2] == line) { /* sh -c */
		for (size_t i = 0; i < 3; i++)
			add_word(&out, argv[i]);
		return str_take(&out);
	}
	for (size_t i = 0; i < words->n_words; i++) {
		cleanup_free char *block =
			words->word[i].block ? mem_printf("{%s}", argv[i]) : NULL;

		add_word(&out, block ? block : argv[i]);
	}
	return str_take(&out);
}

int cmd_keep(struct session *s, const struct args *a, struct err *e)
{
	uint32_t node = args_get(a, "NODE", 0)->node;
	cleanup_free char *command = NULL;

	if (a->statement->background) {
		err_set(e, EINVAL, "a command that is kept runs to its end");
		return err_hint(e, "`run` is for programs in the background");
	}
	if (args_get(a, "COMMAND", 0)) {
		command = command_of(a);
		return model_keep(s->draft, node, command, e);
	}
	if (args_count(a, "none") && args_number(a, "none", 0) == 0) {
		err_set(e, ERANGE, "the first one is number 1");
		return args_blame(a, "none", 0, e);
	}
	if (model_forget(s->draft, node, args_number(a, "none", 0), e) < 0)
		return args_blame(a, args_count(a, "none") ? "none" : "NODE", 0, e);
	return 0;
}
