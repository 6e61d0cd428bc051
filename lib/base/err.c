/*
 * err.c — building and extending struct err.
 */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static int negative(int code)
{
	return code > 0 ? -code : code;
}

void err_clear(struct err *e)
{
	if (!e)
		return;
	free(e->msg);
	free(e->hint);
	*e = (struct err)ERR_INIT;
}

int err_set(struct err *e, int code, const char *fmt, ...)
{
	va_list ap;
	char *msg;

	if (!e)
		return negative(code);
	/* formatted first: the arguments may point into the old message */
	va_start(ap, fmt);
	msg = mem_vprintf(fmt, ap);
	va_end(ap);
	err_clear(e);
	e->code = negative(code);
	e->msg = msg;
	return e->code;
}

int err_sys(struct err *e, int code, const char *fmt, ...)
{
	va_list ap;
	char *what;

	if (!e)
		return negative(code);
	va_start(ap, fmt);
	what = mem_vprintf(fmt, ap);
	va_end(ap);
	err_clear(e);
	e->code = negative(code);
	e->msg = mem_printf("%s: %s", what, strerror(-e->code));
	free(what);
	return e->code;
}

int err_context(struct err *e, const char *fmt, ...)
{
	va_list ap;
	char *context, *msg;

	if (!e)
		return -EINVAL;
	va_start(ap, fmt);
	context = mem_vprintf(fmt, ap);
	va_end(ap);
	msg = mem_printf("%s: %s", context, e->msg ? e->msg : "");
	free(context);
	free(e->msg);
	e->msg = msg;
	return e->code;
}

int err_hint(struct err *e, const char *fmt, ...)
{
	va_list ap;
	char *hint;

	if (!e)
		return -EINVAL;
	va_start(ap, fmt);
	hint = mem_vprintf(fmt, ap);
	va_end(ap);
	free(e->hint);
	e->hint = hint;
	return e->code;
}
