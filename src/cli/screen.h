/* SPDX-License-Identifier: Apache-2.0 */
/**
 * screen.h - a whole terminal to draw on, and its keys
 *
 *	screen_begin(&screen, &err);
 *	do {
 *		screen_start(&screen);
 *		screen_text(&screen, SCREEN_BOLD, "%s", title);
 *		screen_newline(&screen);
 *		screen_show(&screen);
 *		key = screen_key(&screen, 1000);
 *	} while (key != 'q');
 *	screen_end(&screen);
 *
 * A frame is written at once, and each line cut at the terminal's width; the
 * terminal is as before when it ends, also by a signal. Escape sequences are
 * those of ECMA-48, which every terminal since the VT100 has.
 */
#ifndef CLI_SCREEN_H
#define CLI_SCREEN_H

#include <stdbool.h>
#include <signal.h>
#include <termios.h>

#include "base/buf.h"
#include "base/err.h"

enum screen_style {
	SCREEN_PLAIN,
	SCREEN_BOLD,
	SCREEN_DIM,
	SCREEN_REVERSE,
	SCREEN_GOOD,
	SCREEN_WARN,
	SCREEN_BAD,
	SCREEN_TITLE,
};

/* Keys beyond those that are characters. */
enum screen_key {
	KEY_NONE = -1, /* nothing was typed in time */
	KEY_RESIZE = -2,
	KEY_STOP = -3, /* SIGTERM, SIGHUP, SIGINT, or no terminal any more */
	KEY_UP = 1000,
	KEY_DOWN,
	KEY_LEFT,
	KEY_RIGHT,
	KEY_PAGE_UP,
	KEY_PAGE_DOWN,
	KEY_HOME,
	KEY_END,
	KEY_DELETE,
	KEY_ESCAPE,
	KEY_F0 = 1100, /* KEY_F0 + 5 is F5 */
};

struct screen {
	int rows, cols;
	struct termios former;
	sigset_t former_mask;
	int signal_fd;
	struct buf frame;
	int row, col;
	bool colour, utf8;
	unsigned char typed[64];
	size_t typed_len;
};

/* Return: 0; -ENOTTY (SCREEN): standard input and output are no terminal. */
MUST_CHECK int screen_begin(struct screen *screen, struct kist_error *err);
void screen_end(struct screen *screen);

void screen_start(struct screen *screen);
void screen_text(struct screen *screen, enum screen_style style,
		 const char *fmt, ...) PRINTF(3, 4);
/* Blanks in @style up to column @col. */
void screen_fill(struct screen *screen, enum screen_style style, int col);
void screen_newline(struct screen *screen);
void screen_show(struct screen *screen);

/* Wait for a key. */
int screen_key(struct screen *screen, int timeout_ms);

#endif
