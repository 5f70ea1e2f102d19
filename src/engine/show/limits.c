/* SPDX-License-Identifier: Apache-2.0 */
/* limits.c - what counts for it beside control groups: rlimits, process ids */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "engine/show/show.h"
#include "kernel/rlimit.h"
#include "sys/file.h"

/* Columns of /proc/PID/limits, whose lines are in the order of RLIMIT_*. */
#define SOFT_COLUMN 26
#define HARD_COLUMN 47

static int64_t number_at(const char *line, size_t len, size_t column)
{
	uint64_t value;
	size_t n = 0;

	if (column >= len)
		return KIST_SHOW_UNKNOWN;
	while (column + n < len && line[column + n] != ' ')
		n++;
	if (num_parse_u64_n(line + column, n, &value) || value > INT64_MAX)
		return KIST_SHOW_UNLIMITED;
	return (int64_t)value;
}

static void take_rlimits(struct showing *s)
{
	const char *text = show_read(s, "limits", 8192);
	struct kist_show *show = &s->show;

	if (!text) {
		show_hide(s, "its resource limits");
		return;
	}
	text += strcspn(text, "\n");
	while (*text == '\n' && show->rlimit_count < RLIMIT_COUNT) {
		size_t len = strcspn(++text, "\n");
		const struct rlimit_info *info =
			&rlimit_table[show->rlimit_count];

		if (!len)
			return;
		show->rlimits[show->rlimit_count++] = (struct kist_show_rlimit){
			.name = info->name,
			.unit = info->unit,
			.soft = number_at(text, len, SOFT_COLUMN),
			.hard = number_at(text, len, HARD_COLUMN),
		};
		text += len;
	}
}

static int64_t sysctl(const struct showing *s, const char *path)
{
	char text[32];
	int64_t value;

	if (sys_read_file(s->proc_fd, path, text, sizeof(text)) <= 0)
		return KIST_SHOW_UNKNOWN;
	text[strcspn(text, "\n")] = '\0';
	return num_parse_i64(text, &value) ? KIST_SHOW_UNKNOWN : value;
}

int show_limits(struct showing *s, struct kist_error *err)
{
	struct kist_show *show = &s->show;

	show->rlimits =
		ARENA_ARRAY(&s->arena, struct kist_show_rlimit, RLIMIT_COUNT);
	if (arena_failed(&s->arena))
		return err_nomem(err);
	take_rlimits(s);
	show->tasks_here = KIST_SHOW_UNKNOWN;
	for (size_t i = 0; i < show->ns_count; i++)
		if (show->ns[i].kind == 1u << NS_PID)
			show->tasks_here = show->ns[i].processes;
	show->pid_max = sysctl(s, "sys/kernel/pid_max");
	show->threads_max = sysctl(s, "sys/kernel/threads-max");
	return 0;
}
