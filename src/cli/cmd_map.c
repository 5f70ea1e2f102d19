/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_map.c - kist map: a picture of the machine */
#include <stdio.h>

#include <kist/map.h>

#include "cli/kist.h"

struct map_args {
	bool json;
};
#define ARGS map_args

static const struct opt map_opts[] = {
	FLAG('J', "json", json, "as JSON"),
	OPT_END,
};

static int map_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	struct kist_map map;
	char *text;
	int ret = kist_map(&g->kist, 0, &map, err);

	(void)args;
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
