/*
 * text.c — UTF-8 checked by hand, so that it does not depend on the locale.
 */
#include "shell/text.h"

#include <langinfo.h>
#include <locale.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

size_t text_utf8(const char *s, size_t n)
{
	/* the least code point that needs so many bytes: shorter forms are invalid */
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char first = n > 0 ? (unsigned char)*s : 0;
	size_t len = first < 0x80   ? 1
		     : first < 0xc0 ? 0
		     : first < 0xe0 ? 2
		     : first < 0xf0 ? 3
		     : first < 0xf8 ? 4
				    : 0;
	uint32_t point;

	if (n == 0 || len == 0 || len > n)
		return 0;
	if (len == 1)
		return 1;
	point = first & (0x7f >> len);
	for (size_t i = 1; i < len; i++) {
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | ((unsigned char)s[i] & 0x3f);
	}
	if (point < least[len] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
		return 0;
	return len;
}

char *text_clean(const char *s, size_t n)
{
	char *clean = mem_strndup("", 0);
	size_t at = 0;

	clean = mem_resize(clean, n + 1, 1);
	while (at < n) {
		size_t len = text_utf8(s + at, n - at);
		unsigned char c = (unsigned char)s[at];

		if (len > 1 && !(c == 0xc2 && (unsigned char)s[at + 1] < 0xa0)) {
			memcpy(clean + at, s + at, len);
			at += len;
			continue;
		}
		/* U+0080 to U+009F are control characters too, of two bytes */
		if (c == '\t' || c == '\n' || c == '\r')
			clean[at++] = ' ';
		else if (len == 1 && c >= 0x20 && c != 0x7f)
			clean[at++] = (char)c;
		else
			clean[at++] = '?';
	}
	clean[n] = '\0';
	return clean;
}

size_t text_fit(const char *s, size_t n, size_t columns)
{
	size_t at = 0, used = 0;

	while (at < n) {
		size_t len = text_utf8(s + at, n - at);
		size_t width;

		len = len ? len : 1;
		width = str_width(s + at, len);
		if (used + width > columns)
			break;
		used += width;
		at += len;
	}
	return at;
}

json_t *text_json(const char *s, size_t n)
{
	struct str clean = { 0 };
	json_t *json;

	str_addn(&clean, "", 0);
	for (size_t at = 0; at < n;) {
		size_t len = text_utf8(s + at, n - at);

		if (len)
			str_addn(&clean, s + at, len);
		else
			str_add(&clean, "\xef\xbf\xbd");
		at += len ? len : 1;
	}
	json = json_stringn(clean.s, clean.n);
	str_free(&clean);
	return json;
}

bool text_locale_is_utf8(void)
{
	locale_t own = newlocale(LC_CTYPE_MASK, "", NULL);
	bool utf8 = own && strcmp(nl_langinfo_l(CODESET, own), "UTF-8") == 0;

	if (own)
		freelocale(own);
	return utf8;
}
