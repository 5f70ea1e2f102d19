/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_map.c - kist map: a picture of the machine */
#include <stdio.h>

#include "cli/cmd_map.h"

#define ARGS map_args

#define PICTURE(n, v, f, b, h)                                      \
	{                                                           \
		.kind = OPT_VALUE, .name = (n), .value = (v),       \
		.read = opt_string, .bare = (b),                    \
		.offset = offsetof(struct map_args, f), .help = (h) \
	}

static const struct opt map_opts[] = {
	FLAG('J', "json", json, "as JSON"),
	TITLE("pictures"),
	PICTURE("svg", "FILE", svg, "-", "a drawing, to print or to embed"),
	PICTURE("html", "FILE", html, "-",
		"one page for a browser, with search, filters and details; "
		"needs nothing else"),
	OPT('o', "output", "FILE", opt_string, output,
	    "where to write the drawing or the page"),
	PICTURE("serve", "PORT", serve, "0",
		"show the page on 127.0.0.1 and ::1, kept up to date, until "
		"^C; prints its address"),
	OPT(0, "token", "WORD", opt_string, token,
	    "the secret in the address of --serve; without it a random one "
	    "is made"),
	OPT_END,
};

static int map_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct map_args *a = args;
	struct kist_map map;
	char *text;
	int ret;

	if (map_wants_picture(a))
		return map_picture(g, a, err);
	ret = kist_map(&g->kist, 0, &map, err);
	if (ret < 0)
		return ret;
	text = kist_map_json(&map);
	kist_map_free(&map);
	if (!text)
		return err_nomem(err);
	fputs(text, stdout);
	free(text);
	return 0;
}

const struct command cmd_map = {
	.name = "map",
	.group = "understanding",
	.summary = "a picture of the machine: who shares what with whom",
	.opts = map_opts,
	.args_size = sizeof(struct map_args),
	.run = map_run,
};
