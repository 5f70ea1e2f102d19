/* SPDX-License-Identifier: Apache-2.0 */
/* screen.c - drawing on a terminal, and reading its keys */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/letters.h"
#include "cli/screen.h"
#include "cli/terminal.h"

#define ESC "\033"
#define ESCAPE_MS 30 /* between the bytes of one key */

static const char *const styles[] = {
	[SCREEN_PLAIN] = ESC "[0m",   [SCREEN_BOLD] = ESC "[0;1m",
	[SCREEN_DIM] = ESC "[0;2m",   [SCREEN_REVERSE] = ESC "[0;7m",
	[SCREEN_GOOD] = ESC "[0;32m", [SCREEN_WARN] = ESC "[0;33m",
	[SCREEN_BAD] = ESC "[0;31m",  [SCREEN_TITLE] = ESC "[0;1;36m",
};
/* The same without colours. */
static const enum screen_style plain[] = {
	[SCREEN_PLAIN] = SCREEN_PLAIN, [SCREEN_BOLD] = SCREEN_BOLD,
	[SCREEN_DIM] = SCREEN_PLAIN,   [SCREEN_REVERSE] = SCREEN_REVERSE,
	[SCREEN_GOOD] = SCREEN_PLAIN,  [SCREEN_WARN] = SCREEN_BOLD,
	[SCREEN_BAD] = SCREEN_BOLD,    [SCREEN_TITLE] = SCREEN_BOLD,
};

/* ---- begin and end ---- */

static void read_size(struct screen *screen)
{
	struct winsize size;

	screen->rows = 24;
	screen->cols = 80;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row &&
	    size.ws_col) {
		screen->rows = size.ws_row;
		screen->cols = size.ws_col;
	}
}

static void put(const char *text)
{
	(void)!write(STDOUT_FILENO, text, strlen(text));
}

static void enter(struct screen *screen)
{
	struct termios raw = screen->former;

	raw.c_iflag &= ~(tcflag_t)(ICRNL | IXON | ISTRIP);
	raw.c_lflag &= ~(tcflag_t)(ECHO | ICANON | IEXTEN | ISIG);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw);
	/* the other screen, no cursor, no wrapping */
	put(ESC "[?1049h" ESC "[?25l" ESC "[?7l" ESC "[2J");
	read_size(screen);
}

static void leave(const struct screen *screen)
{
	put(ESC "[0m" ESC "[?7h" ESC "[?25h" ESC "[?1049l");
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &screen->former);
}

int screen_begin(struct screen *screen, struct kist_error *err)
{
	const char *term = getenv("TERM");
	const char *no_colour = getenv("NO_COLOR");
	sigset_t mask;

	memset(screen, 0, sizeof(*screen));
	if (!isatty(STDOUT_FILENO) ||
	    tcgetattr(STDIN_FILENO, &screen->former) < 0)
		return err_set(err, KIST_E_SCREEN,
			       "standard input and output are not a terminal");
	sigemptyset(&mask);
	sigaddset(&mask, SIGWINCH);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGHUP);
	sigaddset(&mask, SIGINT);
	screen->signal_fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (screen->signal_fd < 0)
		return err_sys(err, KIST_E_SYSTEM, errno, "make a signal fd");
	sigprocmask(SIG_BLOCK, &mask, &screen->former_mask);
	screen->colour = !(no_colour && *no_colour) &&
			 !(term && strcmp(term, "dumb") == 0);
	screen->utf8 = terminal_is_utf8();
	buf_init(&screen->frame);
	enter(screen);
	return 0;
}

void screen_end(struct screen *screen)
{
	leave(screen);
	sigprocmask(SIG_SETMASK, &screen->former_mask, NULL);
	close(screen->signal_fd);
	buf_done(&screen->frame);
}

/* ^Z: the shell gets its terminal back meanwhile. */
static void stop(struct screen *screen)
{
	leave(screen);
	raise(SIGSTOP);
	enter(screen);
}

/* ---- drawing ---- */

void screen_start(struct screen *screen)
{
	screen->frame.len = 0;
	buf_puts(&screen->frame, ESC "[H");
	screen->row = screen->col = 0;
}

static void set_style(struct screen *screen, enum screen_style style)
{
	buf_puts(&screen->frame, styles[screen->colour ? style : plain[style]]);
}

void screen_text(struct screen *screen, enum screen_style style,
		 const char *fmt, ...)
{
	char text[1024];
	va_list args;

	if (screen->row >= screen->rows)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	set_style(screen, style);
	for (const char *at = text; *at;) {
		size_t len = letter_len(at);
		int own = letter_columns(at);

		if (screen->col + (own < 0 ? 1 : own) > screen->cols)
			break;
		if (own < 0)
			buf_putc(&screen->frame, '?');
		else
			buf_add(&screen->frame, at, len);
		at += len ? len : 1;
		screen->col += own < 0 ? 1 : own;
	}
}

void screen_fill(struct screen *screen, enum screen_style style, int col)
{
	if (col > screen->cols)
		col = screen->cols;
	if (screen->row >= screen->rows || screen->col >= col)
		return;
	set_style(screen, style);
	for (; screen->col < col; screen->col++)
		buf_putc(&screen->frame, ' ');
}

void screen_newline(struct screen *screen)
{
	if (screen->row >= screen->rows)
		return;
	set_style(screen, SCREEN_PLAIN);
	/* a full line leaves the cursor on its last character */
	if (screen->col < screen->cols)
		buf_puts(&screen->frame, ESC "[K");
	screen->row++;
	screen->col = 0;
	if (screen->row < screen->rows)
		buf_puts(&screen->frame, "\r\n");
}

void screen_show(struct screen *screen)
{
	if (screen->row < screen->rows)
		buf_puts(&screen->frame, ESC "[0m" ESC "[J");
	if (!buf_failed(&screen->frame))
		(void)!buf_write(&screen->frame, STDOUT_FILENO);
}

/* ---- keys ---- */

/* What terminals send behind ESC. */
static const struct {
	const char *bytes;
	int key;
} sequences[] = {
	{ "[A", KEY_UP },	  { "[B", KEY_DOWN },
	{ "[C", KEY_RIGHT },	  { "[D", KEY_LEFT },
	{ "OA", KEY_UP },	  { "OB", KEY_DOWN },
	{ "OC", KEY_RIGHT },	  { "OD", KEY_LEFT },
	{ "[H", KEY_HOME },	  { "[F", KEY_END },
	{ "OH", KEY_HOME },	  { "OF", KEY_END },
	{ "[1~", KEY_HOME },	  { "[4~", KEY_END },
	{ "[7~", KEY_HOME },	  { "[8~", KEY_END },
	{ "[3~", KEY_DELETE },	  { "[5~", KEY_PAGE_UP },
	{ "[6~", KEY_PAGE_DOWN }, { "OP", KEY_F0 + 1 },
	{ "OQ", KEY_F0 + 2 },	  { "OR", KEY_F0 + 3 },
	{ "OS", KEY_F0 + 4 },	  { "[11~", KEY_F0 + 1 },
	{ "[12~", KEY_F0 + 2 },	  { "[13~", KEY_F0 + 3 },
	{ "[14~", KEY_F0 + 4 },	  { "[[A", KEY_F0 + 1 },
	{ "[[B", KEY_F0 + 2 },	  { "[[C", KEY_F0 + 3 },
	{ "[[D", KEY_F0 + 4 },	  { "[[E", KEY_F0 + 5 },
	{ "[15~", KEY_F0 + 5 },	  { "[17~", KEY_F0 + 6 },
	{ "[18~", KEY_F0 + 7 },	  { "[19~", KEY_F0 + 8 },
	{ "[20~", KEY_F0 + 9 },	  { "[21~", KEY_F0 + 10 },
};

static void take(struct screen *screen, size_t len)
{
	screen->typed_len -= len;
	memmove(screen->typed, screen->typed + len, screen->typed_len);
}

/* The bytes of a sequence end with a letter or '~'. */
static int take_sequence(struct screen *screen)
{
	const char *typed = (const char *)screen->typed + 1;
	size_t left = screen->typed_len - 1, len = 1;

	for (size_t i = 0; i < ARRAY_LEN(sequences); i++) {
		len = strlen(sequences[i].bytes);
		if (len <= left &&
		    memcmp(typed, sequences[i].bytes, len) == 0) {
			take(screen, len + 1);
			return sequences[i].key;
		}
	}
	if (!left || (*typed != '[' && *typed != 'O')) {
		take(screen, 1);
		return KEY_ESCAPE;
	}
	len = 1;
	while (len < left && (unsigned char)typed[len] < '@')
		len++;
	take(screen, len < left ? len + 2 : screen->typed_len);
	return KEY_NONE;
}

static int take_key(struct screen *screen)
{
	int key = screen->typed[0];

	if (key == 033)
		return take_sequence(screen);
	take(screen, 1);
	return key;
}

/* Return: false at the end of the input. */
static bool read_typed(struct screen *screen)
{
	ssize_t n = read(STDIN_FILENO, screen->typed + screen->typed_len,
			 sizeof(screen->typed) - screen->typed_len);

	if (n > 0)
		screen->typed_len += (size_t)n;
	return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

static int take_signal(struct screen *screen)
{
	struct signalfd_siginfo info;

	if (read(screen->signal_fd, &info, sizeof(info)) != sizeof(info))
		return KEY_NONE;
	if (info.ssi_signo != SIGWINCH)
		return KEY_STOP;
	read_size(screen);
	return KEY_RESIZE;
}

/* @timeout_ms: for the first byte. Return: KEY_NONE: bytes may be there. */
static int wait_for_input(struct screen *screen, int timeout_ms)
{
	struct pollfd fds[2] = { { STDIN_FILENO, POLLIN, 0 },
				 { screen->signal_fd, POLLIN, 0 } };

	if (poll(fds, 2, timeout_ms) <= 0)
		return KEY_NONE;
	if (fds[1].revents)
		return take_signal(screen);
	return read_typed(screen) ? KEY_NONE : KEY_STOP;
}

int screen_key(struct screen *screen, int timeout_ms)
{
	int key = KEY_NONE;

	if (!screen->typed_len)
		key = wait_for_input(screen, timeout_ms);
	if (key != KEY_NONE || !screen->typed_len)
		return key;
	if (screen->typed[0] == 033 && screen->typed_len == 1)
		key = wait_for_input(screen, ESCAPE_MS);
	if (key != KEY_NONE)
		return key;
	key = take_key(screen);
	if (key == ('C' & 0x1f))
		return KEY_STOP;
	if (key != ('Z' & 0x1f))
		return key;
	stop(screen);
	return KEY_RESIZE;
}
