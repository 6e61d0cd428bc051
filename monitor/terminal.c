/*
 * terminal.c — ncurses: colours, keys, the mouse, and a terminal that is given back.
 *
 * What restores the terminal is looked up when it is opened, so that a handler of a
 * crash has only to write() it.
 */
#include "monitor/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <curses.h>

#include "base/mem.h"
#include "monitor/state.h"
#include "monitor/theme.h"

enum { ESCAPE_DELAY = 25 /* ms that the rest of a key may take */, WHEEL_LINES = 3 };

/* ncurses makes a click of a press and a release that it finds together. */
static const mmask_t PRESSES = BUTTON1_PRESSED | BUTTON1_CLICKED | BUTTON1_DOUBLE_CLICKED;
static const int crashes[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT };

static struct {
	SCREEN *screen;
	bool colours, many; /* 8, 256 */
	bool no_color;	    /* it was asked for: https://no-color.org */
	int theme;	    /* whose colours are set */
	struct grid shown;  /* in that theme */
	struct termios before;
	char restore[256];
	size_t restore_n;
	struct sigaction old[ARRAY_LEN(crashes)];
} term;

/* ---- giving it back ---- */

static void on_crash(int signal)
{
	if (write(STDOUT_FILENO, term.restore, term.restore_n) >= 0)
		tcsetattr(STDIN_FILENO, TCSANOW, &term.before);
	for (size_t i = 0; i < ARRAY_LEN(crashes); i++)
		sigaction(crashes[i], &term.old[i], NULL);
	raise(signal);
}

static void add_restore(const char *capability)
{
	const char *text = tigetstr(capability);
	size_t n;

	if (!text || text == (const char *)-1)
		return;
	n = strcspn(text, "$"); /* padding is for real vt100s */
	if (term.restore_n + n <= sizeof(term.restore)) {
		memcpy(term.restore + term.restore_n, text, n);
		term.restore_n += n;
	}
}

static void catch_crashes(void)
{
	struct sigaction a = { .sa_handler = on_crash, .sa_flags = SA_NODEFER };

	term.restore_n = 0;
	if (tigetstr("kmous") && tigetstr("kmous") != (char *)-1) {
		static const char mouse_off[] = "\033[?1000l\033[?1006l";

		memcpy(term.restore, mouse_off, sizeof(mouse_off) - 1);
		term.restore_n = sizeof(mouse_off) - 1;
	}
	add_restore("sgr0");
	add_restore("cnorm");
	add_restore("rmkx");
	add_restore("rmcup");
	sigemptyset(&a.sa_mask);
	for (size_t i = 0; i < ARRAY_LEN(crashes); i++)
		sigaction(crashes[i], &a, &term.old[i]);
}

/* ---- opening ---- */

bool terminal_is_ascii(void)
{
	locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
	const char *name = getenv("TERM");
	bool ascii = true;

	if (locale != (locale_t)0) {
		ascii = strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") != 0;
		freelocale(locale);
	}
	/* the console's fonts have no braille */
	return ascii || (name && strcmp(name, "linux") == 0);
}

static int no_terminal(struct err *e)
{
	const char *name = getenv("TERM");

	err_set(e, ENOTTY, "a terminal of the kind '%s' cannot show pictures",
		name ? name : "");
	return err_hint(e, "TERM says which kind it is; --text needs none");
}

int terminal_open(struct err *e)
{
	const char *name = getenv("TERM"), *no_color = getenv("NO_COLOR"), *cup;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return err_set(e, ENOTTY, "this is no terminal");
	if (!name || !*name || tcgetattr(STDIN_FILENO, &term.before) < 0)
		return no_terminal(e);
	term.screen = newterm(NULL, stdout, stdin);
	if (!term.screen)
		return no_terminal(e);
	cup = tigetstr("cup");
	if (!cup || cup == (char *)-1) {
		endwin();
		delscreen(term.screen);
		term.screen = NULL;
		return no_terminal(e);
	}
	catch_crashes();
	raw();
	noecho();
	nonl();
	nodelay(stdscr, TRUE);
	keypad(stdscr, TRUE);
	set_escdelay(ESCAPE_DELAY);
	leaveok(stdscr, TRUE);
	curs_set(0);
	mouseinterval(0);
	mousemask(PRESSES | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
	term.no_color = no_color && *no_color;
	term.colours = has_colors() && start_color() == OK &&
		       use_default_colors() == OK && COLORS >= 8;
	term.many = term.colours && COLORS >= 256;
	term.theme = -1;
	return 0;
}

void terminal_close(void)
{
	if (!term.screen)
		return;
	grid_end(&term.shown);
	mousemask(0, NULL);
	endwin();
	for (size_t i = 0; i < ARRAY_LEN(crashes); i++)
		sigaction(crashes[i], &term.old[i], NULL);
	delscreen(term.screen);
	term.screen = NULL;
}

/* ---- showing ---- */

void terminal_size(int *ret_width, int *ret_height)
{
	struct winsize size;
	int width, height;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col && size.ws_row &&
	    is_term_resized(size.ws_row, size.ws_col))
		resizeterm(size.ws_row, size.ws_col);
	getmaxyx(stdscr, height, width);
	*ret_width = width;
	*ret_height = height;
}

/* An ink has two pairs of colours: as it is, and in the selected row. */
static void use_theme(int theme)
{
	if (theme == term.theme)
		return;
	for (int i = 0; term.colours && theme != THEME_MONO && i < INKS; i++) {
		const struct look *l = theme_look((enum theme)theme, (enum ink)i);
		short fg = term.many ? l->fg : l->fg_few;
		short bg = term.many ? l->bg : l->bg_few;

		init_pair((short)(1 + 2 * i), fg, bg);
		init_pair((short)(2 + 2 * i), fg, term.many ? THEME_MARKED : bg);
	}
	term.theme = theme;
}

static attr_t attributes(const struct look *l, bool marked)
{
	static const attr_t all[] = { A_BOLD, A_DIM, A_UNDERLINE, A_REVERSE };
	attr_t a = A_NORMAL;

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (l->attributes & 1u << i)
			a |= all[i];
	if (marked && (!term.many || term.theme == THEME_MONO))
		a ^= A_REVERSE;
	return a;
}

static bool cell_same(const struct grid_cell *a, const struct grid_cell *b)
{
	return a->c == b->c && a->ink == b->ink && a->marked == b->marked;
}

/* Makes room for the grid; nothing of another size or theme is shown any more. */
static void begin_shown(const struct grid *g, int theme)
{
	if (theme == term.theme && term.shown.width == g->width &&
	    term.shown.height == g->height)
		return;
	use_theme(theme);
	grid_end(&term.shown);
	grid_begin(&term.shown, g->width, g->height, g->ascii);
	erase();
}

void terminal_show(const struct grid *g, unsigned theme)
{
	bool coloured;

	/* without colours there is one theme; with NO_COLOR it comes first */
	begin_shown(g, !term.colours   ? THEME_MONO
		       : term.no_color ? (int)((theme + THEME_MONO) % THEMES)
				       : (int)(theme % THEMES));
	coloured = term.theme != THEME_MONO;
	for (int y = 0; y < g->height; y++) {
		for (int x = 0; x < g->width; x++) {
			const struct grid_cell *c = grid_at(g, x, y);
			const struct look *l = theme_look((enum theme)term.theme, c->ink);
			wchar_t text[2] = { c->c ? (wchar_t)c->c : L' ', L'\0' };
			cchar_t cell;

			if (cell_same(c, grid_at(&term.shown, x, y)))
				continue;
			setcchar(&cell, text, attributes(l, c->marked),
				 coloured ? (short)(1 + 2 * c->ink + c->marked) : 0,
				 NULL);
			mvadd_wch(y, x, &cell);
		}
	}
	memcpy(term.shown.cells, g->cells,
	       (size_t)g->width * (size_t)g->height * sizeof(*g->cells));
	refresh();
}

void terminal_redraw(void)
{
	clearok(curscr, TRUE);
}

/* ---- keys ---- */

static uint32_t key_of(wint_t c)
{
	static const struct {
		wint_t curses;
		uint32_t key;
	} rows[] = {
		{ KEY_UP, KEY_CURSOR_UP },     { KEY_DOWN, KEY_CURSOR_DOWN },
		{ KEY_LEFT, KEY_CURSOR_LEFT }, { KEY_RIGHT, KEY_CURSOR_RIGHT },
		{ KEY_PPAGE, KEY_PAGE_UP },    { KEY_NPAGE, KEY_PAGE_DOWN },
		{ KEY_HOME, KEY_TO_START },    { KEY_END, KEY_TO_END },
		{ KEY_BTAB, KEY_TAB_BACK },    { KEY_BACKSPACE, KEY_ERASE },
		{ KEY_ENTER, KEY_RETURN },
	};

	if (c >= KEY_F(1) && c <= KEY_F(12))
		return KEY_FUNCTION + (uint32_t)(c - KEY_F(0));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].curses == c)
			return rows[i].key;
	return KEY_NONE;
}

static bool mouse_event(struct terminal_event *ret)
{
	MEVENT m;

	if (getmouse(&m) != OK)
		return false;
	ret->y = m.y;
	if (m.bstate & BUTTON4_PRESSED)
		ret->wheel = -WHEEL_LINES;
	else if (m.bstate & BUTTON5_PRESSED)
		ret->wheel = WHEEL_LINES;
	else
		return (m.bstate & PRESSES) != 0;
	return true;
}

bool terminal_event(struct terminal_event *ret)
{
	wint_t c;
	int r;

	while ((r = get_wch(&c)) != ERR) {
		*ret = (struct terminal_event){ 0 };
		if (r == KEY_CODE_YES && c == KEY_MOUSE) {
			if (mouse_event(ret))
				return true;
			continue;
		}
		ret->key = r == KEY_CODE_YES ? key_of(c)
			   : c == '\n'	     ? KEY_RETURN
			   : c == 8	     ? KEY_ERASE
					     : (uint32_t)c;
		if (ret->key != KEY_NONE)
			return true;
	}
	return false;
}
