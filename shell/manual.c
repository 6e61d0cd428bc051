/*
 * manual.c — the manual page and --help.
 *
 * Nothing is told here that a table knows. A verb's details are paragraphs of
 * plain text; lines that begin with a blank are examples and stay as they are.
 */
#include "shell/manual.h"

#include <stdio.h>
#include <string.h>

#include "lang/lang.h"
#include "shell/options.h"
#include "shell/text.h"
#include "shell/verbs.h"
#include "stat/report.h"

#define MANUAL_DATE "2026-11-21" /* of the last change to the prose below */

/* ---- roff ---- */

static uint32_t code_point(const char *s, size_t len)
{
	uint32_t c = (unsigned char)*s & (0x7f >> len);

	for (size_t i = 1; i < len; i++)
		c = c << 6 | ((unsigned char)s[i] & 0x3f);
	return c;
}

/* Text that roff shows as it is; quoted: as an argument of a macro. */
static void add_text(struct str *b, const char *text, size_t n, bool quoted)
{
	for (size_t at = 0; at < n;) {
		size_t len = text_utf8(text + at, n - at);
		char c = text[at];

		if (len > 1)
			str_addf(b, "\\[u%04X]", code_point(text + at, len));
		else if (c == '\\')
			str_add(b, "\\e");
		else if (c == '-')
			str_add(b, "\\-");
		else if (c == '^')
			str_add(b, "\\(ha");
		else if (c == '~')
			str_add(b, "\\(ti");
		else if (c == '`')
			str_add(b, "\\(ga");
		else if (c == '\'')
			str_add(b, "\\(aq");
		else if (c == '"' && quoted)
			str_add(b, "\\(dq");
		else if (c == '.' && at == 0 && !quoted)
			str_add(b, "\\&.");
		else
			str_addn(b, &c, 1);
		at += len ? len : 1;
	}
}

static void macro(struct str *b, const char *name, const char *text)
{
	str_addf(b, ".%s \"", name);
	add_text(b, text, strlen(text), true);
	str_add(b, "\"\n");
}

static void line(struct str *b, const char *text)
{
	add_text(b, text, strlen(text), false);
	str_add(b, "\n");
}

/* Paragraphs and examples. */
static void prose(struct str *b, const char *text)
{
	bool example = false, begun = false;

	while (*text) {
		size_t n = strcspn(text, "\n");
		bool indented = *text == ' ' || *text == '\t';

		if (indented && !example)
			str_add(b, begun ? ".PP\n.RS 4\n.nf\n" : ".RS 4\n.nf\n");
		else if (example && !indented)
			str_add(b, ".fi\n.RE\n.PP\n");
		example = indented;
		begun = true;
		if (n == 0) {
			str_add(b, ".PP\n");
		} else {
			size_t skip = strspn(text, " \t");

			add_text(b, text + skip, n - skip, false);
			str_add(b, "\n");
		}
		text += n + (text[n] == '\n');
	}
	if (example)
		str_add(b, ".fi\n.RE\n");
}

/* ---- the page ---- */

static void synopsis(struct str *b)
{
	str_add(b, ".SH SYNOPSIS\n.nf\n");
	for (size_t i = 0; i < n_usage_rows; i++) {
		str_add(b, "\\fBespalier\\fR [\\fIOPTION\\fR]... ");
		line(b, usage_rows[i].usage);
	}
	str_add(b, ".fi\n");
}

static const char description[] =
	"Espalier is a network emulator that one types at: it grows a network of\n"
	"hosts, routers and switches while it runs, each of them a network namespace\n"
	"of Linux, and each link a pair of virtual Ethernet devices. At the prompt, in\n"
	"a lab file and with -c the same commands are understood.\n"
	"\n"
	"Without root, the shell and its network live in namespaces of the user's own.\n"
	"\n"
	"A network ends with its shell, and nothing of it stays. It goes on after\n"
	"detach, with --keep, when a shell is killed, and when one that took it up by\n"
	"attach without a prompt (-b, -c, or commands from a pipe) ends but by quit.\n"
	"\n"
	"Commands are parted by newlines or ';'. '#' begins a comment, quotes are as in\n"
	"sh, and a '\\' at the end of a line continues it. A command may be shortened\n"
	"to any beginning that no other has. A line that begins with a node's name runs\n"
	"a program there. A command that fails or is interrupted changes nothing. A '{'\n"
	"that stands alone begins a block of commands, which the '}' alone ends.\n"
	"\n"
	"A lab is a file of commands. At a terminal, one that has steps is walked\n"
	"through: next, check, hint, solve, back and restart lead on.\n"
	"\n"
	"At the prompt, Tab completes a word and lists what it could be; a '?' where a\n"
	"word begins says what may stand there; Ctrl-C drops the line or interrupts the\n"
	"command; Ctrl-D leaves. NO_COLOR turns colours off.\n";

static void calls(struct str *b)
{
	str_add(b, ".SS \"Ways to call it\"\n");
	for (size_t i = 0; i < n_usage_rows; i++) {
		str_add(b, ".TP\n\\fBespalier\\fR ");
		line(b, usage_rows[i].usage);
		line(b, usage_rows[i].help);
	}
}

static void options(struct str *b)
{
	str_add(b, ".SH OPTIONS\n");
	for (size_t i = 0; i < n_option_rows; i++) {
		const struct option_row *o = option_rows + i;

		str_add(b, ".TP\n");
		if (o->letter)
			str_addf(b, "\\fB\\-%c\\fR, ", o->letter);
		str_add(b, "\\fB\\-\\-");
		add_text(b, o->name, strlen(o->name), true);
		str_addf(b, "\\fR%s%s%s\n", o->value ? "=\\fI" : "",
			 o->value ? o->value : "", o->value ? "\\fR" : "");
		line(b, o->help);
	}
}

static void commands(struct str *b)
{
	str_add(b, ".SH COMMANDS\n");
	for (size_t i = 0; i < n_verbs; i++) {
		cleanup_free char *usage = lang_usage(verbs + i);

		macro(b, "SS", usage);
		prose(b, verbs[i].help);
		if (verbs[i].details) {
			str_add(b, ".PP\n");
			prose(b, verbs[i].details);
		}
	}
}

static void words(struct str *b)
{
	const char *what = NULL, *kind;

	str_add(b, ".SH WORDS\nWhat the words in capitals stand for.\n");
	for (size_t i = 0; (kind = lang_kind(i, &what)); i++) {
		str_add(b, ".TP\n\\fB");
		add_text(b, kind, strlen(kind), true);
		str_add(b, "\\fR\n");
		line(b, what);
	}
}

static void monitor_keys(struct str *b, manual_keys_fn *keys)
{
	const char *help, *key;

	str_add(b, ".SH \"KEYS OF THE MONITOR\"\n");
	for (size_t i = 0; (key = keys(i, &help)); i++) {
		str_add(b, ".TP\n\\fB");
		add_text(b, key, strlen(key), true);
		str_add(b, "\\fR\n");
		line(b, help);
	}
}

static const char recordings[] =
	"record writes CSV: a line of names, which carry the units, and then for every\n"
	"sample a row for each direction of each link and of each interface of the\n"
	"machine in a node, and one for each TCP connection in a node. What a kind of\n"
	"row does not have, and what is not known, is empty: rates in the first sample,\n"
	"of what just came, or after a counter began anew. A file whose recording was\n"
	"killed may end in the midst of a row.\n";

static const char json[] =
	"As JSON a sample is one object: time_s, monotonic_s, took_s (how long it "
	"took),\n"
	"interval_s (since the one before), trouble (what could not be read, or null),\n"
	"links, nics, nodes and tcp. A link has link, id, wire (whether Espalier's own\n"
	"process carries it) and two directions, with the names above, and lost "
	"(packets\n"
	"by the place that counted them), interface (counters of the sending one) and\n"
	"queues (its disciplines and classes). A member of nics, an interface of the\n"
	"machine in a node, has nic and two directions. A node has node, id, kind, "
	"presence\n"
	"(fresh, stale, gone), up, interfaces (their number), rates as above, and\n"
	"forwarded, no_route, in_discarded, out_discarded, header_error and\n"
	"bridge_dropped packets, cpu (1 is a whole core), cpu_s, programs, tcp_sockets,\n"
	"udp_sockets. Members of tcp are those of the rows of that kind.\n";

static void data(struct str *b)
{
	str_add(b, ".SH RECORDINGS\n");
	prose(b, recordings);
	for (int i = 0; i < REPORT_COLUMNS; i++) {
		str_add(b, ".TP\n\\fB");
		line(b, report_column_name((enum report_column)i));
		str_add(b, "\\fR");
		line(b, report_column_help((enum report_column)i));
	}
	str_add(b, ".PP\n");
	prose(b, json);
}

static const char *const files[][2] = {
	{ "/run/espalier/NETWORK/",
	  "all of a running network: its state, its journal, its "
	  "namespaces, its jobs and their output" },
	{ "/run/netns/NETWORK.NODE",
	  "a node's namespace, for ip netns exec and other programs" },
	{ "$XDG_STATE_HOME/espalier/history",
	  "lines typed at prompts; by default in ~/.local/state" },
	{ "$XDG_RUNTIME_DIR/espalier/NETWORK.keeper",
	  "the process that holds a network of a user who is not root" },
};

static const char examples[] = "    espalier\n"
			       "    espalier -n lab1 dumbbell.lab\n"
			       "    espalier -b dumbbell.lab\n"
			       "    espalier check dumbbell.lab\n"
			       "    espalier -c 'topo star 4; pingall'\n"
			       "    espalier --json -c 'topo line 3; show links'\n"
			       "    espalier --keep -n lab1 -b dumbbell.lab\n"
			       "    espalier attach lab1 -c 'show nodes'\n"
			       "    espalier destroy lab1\n";

char *manual_page(manual_keys_fn *keys)
{
	struct str b = { 0 };

	str_add(&b, ".TH ESPALIER 1 " MANUAL_DATE " \"Espalier " ESPALIER_VERSION "\" "
		    "\"User Commands\"\n"
		    ".SH NAME\nespalier \\- a shell that grows a network\n");
	synopsis(&b);
	str_add(&b, ".SH DESCRIPTION\n");
	prose(&b, description);
	calls(&b);
	options(&b);
	commands(&b);
	words(&b);
	monitor_keys(&b, keys);
	data(&b);
	str_add(&b, ".SH FILES\n");
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		str_add(&b, ".TP\n.I ");
		add_text(&b, files[i][0], strlen(files[i][0]), true);
		str_add(&b, "\n");
		line(&b, files[i][1]);
	}
	str_add(&b, ".SH \"EXIT STATUS\"\n");
	for (size_t i = 0; i < n_exit_rows; i++) {
		str_addf(&b, ".TP\n%zu\n", i);
		line(&b, exit_rows[i]);
	}
	str_add(&b,
		".TP\n128+\\fIN\\fR\nsignal N ended the shell, which took its network "
		"down before\n.SH EXAMPLES\n");
	prose(&b, examples);
	return str_take(&b);
}

/* ---- --help ---- */

char *manual_usage(void)
{
	struct str b = { 0 };

	for (size_t i = 0; i < n_usage_rows; i++)
		str_addf(&b, "%s espalier %-25s %s\n",
			 i ? "      " : "usage:", usage_rows[i].usage,
			 usage_rows[i].help);
	str_add(&b, "\n");
	for (size_t i = 0; i < n_option_rows; i++) {
		const struct option_row *o = option_rows + i;
		char letter[] = { '-', o->letter, ',', '\0' };
		cleanup_free char *name = mem_printf("--%s%s%s", o->name,
						     o->value ? " " : "",
						     o->value ? o->value : "");

		str_addf(&b, "  %-3s %-20s %s\n", o->letter ? letter : "", name, o->help);
	}
	str_add(&b,
		"\nCommands are listed by 'help' at the prompt, and by man espalier.\n");
	return str_take(&b);
}
