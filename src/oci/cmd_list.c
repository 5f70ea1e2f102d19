/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_list.c - kist-oci list: all containers of the state folder */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "oci/oci.h"

struct list_args {
	const char *format;
	bool quiet;
};
#define ARGS list_args

static const struct list_args list_defaults = { .format = "table" };

static const struct opt list_opts[] = {
	{ .kind = OPT_VALUE,
	  .letter = 'f',
	  .name = "format",
	  .value = "FORMAT",
	  .read = opt_string,
	  .offset = offsetof(struct list_args, format),
	  .words = oci_formats,
	  .only_words = true,
	  .help = "table (default) or json" },
	FLAG('q', "quiet", quiet, "names only"),
	OPT_END,
};

/* ---- table ---- */

#define COLUMNS 6
#define COLUMN_MIN 12
#define COLUMN_GAP 3

struct row {
	const char *cell[COLUMNS];
	char pid[16];
};

static void fill_row(struct row *row, const struct kist_state *state)
{
	snprintf(row->pid, sizeof(row->pid), "%d", (int)state->pid);
	row->cell[0] = state->id;
	row->cell[1] = row->pid;
	row->cell[2] = kist_status_name(state->status);
	row->cell[3] = state->bundle;
	row->cell[4] = state->created;
	row->cell[5] = state->owner;
}

static void widen(int width[COLUMNS], const struct row *row)
{
	for (int i = 0; i < COLUMNS; i++) {
		int len = (int)strlen(row->cell[i]) + COLUMN_GAP;

		if (len > width[i])
			width[i] = len;
	}
}

static void print_row(const int width[COLUMNS], const struct row *row)
{
	for (int i = 0; i < COLUMNS - 1; i++)
		printf("%-*s", width[i], row->cell[i]);
	puts(row->cell[COLUMNS - 1]);
}

static int print_table(const struct kist_state *states, size_t count,
		       struct kist_error *err)
{
	static const struct row head = {
		.cell = { "ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER" }
	};
	CLEANUP_FREE struct row *rows = calloc(count + 1, sizeof(*rows));
	int width[COLUMNS];

	if (!rows)
		return err_nomem(err);
	for (int i = 0; i < COLUMNS; i++)
		width[i] = COLUMN_MIN;
	for (size_t i = 0; i < count; i++) {
		fill_row(&rows[i], &states[i]);
		widen(width, &rows[i]);
	}

	print_row(width, &head);
	for (size_t i = 0; i < count; i++)
		print_row(width, &rows[i]);
	return 0;
}

/* ---- json ---- */

/* Without the white space between things: all on one line. */
static void print_compact(const char *json)
{
	bool in_string = false;

	for (; *json; json++) {
		if (*json == '"')
			in_string = !in_string;
		if (in_string && *json == '\\')
			putchar(*json++);
		if (in_string || !strchr(" \n", *json))
			putchar(*json);
	}
}

static int print_json(const struct kist_state *states, size_t count,
		      struct kist_error *err)
{
	putchar('[');
	for (size_t i = 0; i < count; i++) {
		CLEANUP_FREE char *text = kist_state_json(&states[i]);

		if (!text)
			return err_nomem(err);
		if (i > 0)
			putchar(',');
		print_compact(text);
	}
	puts("]");
	return 0;
}

static int print_states(const struct list_args *args,
			const struct kist_state *states, size_t count,
			struct kist_error *err)
{
	if (args->quiet) {
		for (size_t i = 0; i < count; i++)
			puts(states[i].id);
		return 0;
	}
	if (strcmp(args->format, "json") == 0)
		return print_json(states, count, err);
	return print_table(states, count, err);
}

static int list_run(void *arg, const void *args, struct kist_error *err)
{
	const struct oci_global *global = arg;
	struct kist_state *states;
	size_t count;
	int ret = kist_oci_list(&global->oci, &states, &count, err);

	if (ret < 0)
		return ret;
	ret = print_states(args, states, count, err);
	kist_states_free(states, count);
	return ret;
}

const struct command cmd_list = {
	.name = "list",
	.group = "what there is",
	.summary = "list the containers of the state folder",
	.see = "kist-oci-state(8)",
	.opts = list_opts,
	.args_size = sizeof(struct list_args),
	.defaults = &list_defaults,
	.run = list_run,
};
