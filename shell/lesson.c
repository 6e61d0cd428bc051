/*
 * lesson.c — see lesson.h.
 */
#include "shell/lesson.h"

#include <string.h>

#include "shell/text.h"

enum { READABLE = 78, NARROWEST = 20 };

static unsigned width_of(const struct output *o)
{
	unsigned width = output_width(o);

	return width && width <= READABLE ? width - 1 : READABLE;
}

/* Bytes of the next word, and of what parts it from the one after it. */
static size_t next_word(const char *text, size_t *ret_gap, bool *ret_paragraph)
{
	size_t n = strcspn(text, " \t\n");
	const char *newline = strchr(text + n, '\n');

	*ret_gap = strspn(text + n, " \t\n");
	*ret_paragraph =
		newline && newline < text + n + *ret_gap &&
		memchr(newline + 1, '\n', (size_t)(text + n + *ret_gap - newline - 1));
	return n;
}

char *lesson_wrap(const char *lead, const char *text, unsigned width)
{
	size_t indent = str_width(lead, strlen(lead)), column = indent;
	struct str b = { 0 };
	bool paragraph = false, begins = true;

	str_add(&b, lead);
	if (*text == ' ') {
		str_add(&b, text);
		return str_take(&b);
	}
	if (width < indent + NARROWEST)
		width = (unsigned)indent + NARROWEST;
	text += strspn(text, "\t\n");
	while (*text) {
		size_t gap, n = next_word(text, &gap, &paragraph);
		size_t columns = str_width(text, n);

		if (!begins && column + 1 + columns > width) {
			str_addf(&b, "\n%*s", (int)indent, "");
			column = indent;
		} else if (!begins) {
			str_add(&b, " ");
			column++;
		}
		str_addn(&b, text, n);
		column += columns;
		text += n + gap;
		begins = paragraph && *text;
		if (begins) {
			str_addf(&b, "\n\n%*s", (int)indent, "");
			column = indent;
		}
	}
	return str_take(&b);
}

void lesson_say(struct output *o, enum style style, const char *lead, const char *text)
{
	cleanup_free char *wrapped = lesson_wrap(lead, text, width_of(o));

	output_say(o, style, "%s", wrapped);
}

void lesson_title(struct output *o, const char *title, const char *summary)
{
	cleanup_free char *wrapped = lesson_wrap("", title, width_of(o));
	struct str line = { 0 };
	const char *last = strrchr(wrapped, '\n');

	last = last ? last + 1 : wrapped;
	for (size_t i = str_width(last, strlen(last)); i > 0; i--)
		str_add(&line, "═");
	output_say(o, STYLE_PLAIN, "%s", "");
	output_say(o, STYLE_STRONG, "%s\n%s", wrapped, line.s ? line.s : "");
	if (summary)
		lesson_say(o, STYLE_PLAIN, "", summary);
	str_free(&line);
}

void lesson_step(struct output *o, unsigned number, unsigned of, const char *text)
{
	cleanup_free char *head = of ? mem_printf("Step %u of %u. ", number, of)
				     : mem_printf("Step %u. ", number);
	cleanup_free char *whole = mem_printf("%s%s", head, text);
	cleanup_free char *wrapped = lesson_wrap("", whole, width_of(o));

	output_say(o, STYLE_PLAIN, "%s", "");
	output_say(o, STYLE_STRONG, "%s", wrapped);
}
