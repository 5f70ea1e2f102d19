/* SPDX-License-Identifier: Apache-2.0 */
/* proc_status.c - a process in its own words: /proc/PID/status */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "kernel/proc_status.h"
#include "sys/file.h"

#define STATUS_MAX (1u << 20) /* 65536 groups fit */

/* The next word of a line; its length, 0 at the end. */
static size_t next_word(const char **at, const char *end)
{
	const char *start;

	while (*at < end && (**at == ' ' || **at == '\t'))
		(*at)++;
	start = *at;
	while (*at < end && **at != ' ' && **at != '\t')
		(*at)++;
	return (size_t)(*at - start);
}

static bool next_number(const char **at, const char *end, uint64_t *ret)
{
	size_t len = next_word(at, end);

	return len > 0 && num_parse_u64_n(*at - len, len, ret) == 0;
}

static int number(const char *at, const char *end, int otherwise)
{
	uint64_t value;

	return next_number(&at, end, &value) && value <= INT32_MAX ?
		       (int)value :
		       otherwise;
}

/* Digits of a base that is a power of two: 8, 16. */
static bool digits(const char *at, const char *end, unsigned bits,
		   uint64_t *ret)
{
	size_t len = next_word(&at, end);
	uint64_t value = 0;

	if (len == 0 || len > 16)
		return false;
	for (const char *c = at - len; c < at; c++) {
		unsigned digit = *c >= 'a' ? (unsigned)(*c - 'a') + 10 :
					     (unsigned)(*c - '0');

		if (digit >> bits)
			return false;
		value = value << bits | digit;
	}
	*ret = value;
	return true;
}

/* ---- the lines ---- */

enum line {
	LINE_NAME,
	LINE_UMASK,
	LINE_STATE,
	LINE_PARENT,
	LINE_TRACER,
	LINE_UID,
	LINE_GID,
	LINE_GROUPS,
	LINE_PIDS,
	LINE_THREADS,
	LINE_SIGNALS,
	LINE_CAPS = LINE_SIGNALS + PROC_SIGNALS,
	LINE_NO_NEW_PRIVS = LINE_CAPS + PROC_CAPS,
	LINE_SECCOMP,
	LINE_FILTERS,
	LINE_COUNT
};

static const char *const lines[LINE_COUNT] = {
	[LINE_NAME] = "Name",
	[LINE_UMASK] = "Umask",
	[LINE_STATE] = "State",
	[LINE_PARENT] = "PPid",
	[LINE_TRACER] = "TracerPid",
	[LINE_UID] = "Uid",
	[LINE_GID] = "Gid",
	[LINE_GROUPS] = "Groups",
	[LINE_PIDS] = "NSpid",
	[LINE_THREADS] = "Threads",
	[LINE_SIGNALS + PROC_PENDING] = "SigPnd",
	[LINE_SIGNALS + PROC_SHARED_PENDING] = "ShdPnd",
	[LINE_SIGNALS + PROC_BLOCKED] = "SigBlk",
	[LINE_SIGNALS + PROC_IGNORED] = "SigIgn",
	[LINE_SIGNALS + PROC_CAUGHT] = "SigCgt",
	[LINE_CAPS + PROC_INHERITABLE] = "CapInh",
	[LINE_CAPS + PROC_PERMITTED] = "CapPrm",
	[LINE_CAPS + PROC_CAP_EFFECTIVE] = "CapEff",
	[LINE_CAPS + PROC_BOUNDING] = "CapBnd",
	[LINE_CAPS + PROC_AMBIENT] = "CapAmb",
	[LINE_NO_NEW_PRIVS] = "NoNewPrivs",
	[LINE_SECCOMP] = "Seccomp",
	[LINE_FILTERS] = "Seccomp_filters",
};

static enum line line_named(const char *name, size_t len)
{
	enum line line = 0;

	while (line < LINE_COUNT && (strlen(lines[line]) != len ||
				     memcmp(lines[line], name, len) != 0))
		line++;
	return line;
}

static bool take_ids(const char *at, const char *end, uint32_t *ret_ids)
{
	uint64_t value;

	for (int i = 0; i < PROC_IDS; i++) {
		if (!next_number(&at, end, &value) || value > UINT32_MAX)
			return false;
		ret_ids[i] = (uint32_t)value;
	}
	return true;
}

static void take_groups(const char *at, const char *end, struct arena *arena,
			struct proc_status *status)
{
	/* Each takes at least a digit and a blank. */
	size_t room = (size_t)(end - at) / 2 + 1;
	uint64_t value;

	status->group_count = 0;
	status->groups = ARENA_ARRAY(arena, uint32_t, room);
	while (!arena_failed(arena) && next_number(&at, end, &value) &&
	       value <= UINT32_MAX)
		status->groups[status->group_count++] = (uint32_t)value;
}

static void take_pids(const char *at, const char *end,
		      struct proc_status *status)
{
	uint64_t value;

	status->pid_count = 0;
	while (status->pid_count < PROC_LEVELS &&
	       next_number(&at, end, &value) && value <= INT32_MAX)
		status->pids[status->pid_count++] = (pid_t)value;
}

static void take_mask(enum line line, const char *at, const char *end,
		      struct proc_status *status)
{
	uint64_t mask;

	if (!digits(at, end, 4, &mask))
		return;
	if (line >= LINE_CAPS)
		status->caps[line - LINE_CAPS] = mask;
	else
		status->signals[line - LINE_SIGNALS] = mask;
}

static bool take_line(enum line line, const char *at, const char *end,
		      struct arena *arena, struct proc_status *status)
{
	uint64_t mask;

	while (at < end && (*at == '\t' || *at == ' '))
		at++;
	if (line == LINE_NAME)
		status->name = arena_strndup(arena, at, (size_t)(end - at));
	else if (line == LINE_STATE)
		status->state = at < end ? *at : '\0';
	else if (line == LINE_UMASK)
		status->umask = digits(at, end, 3, &mask) ? (int)mask : -1;
	else if (line == LINE_PARENT)
		status->parent = number(at, end, 0);
	else if (line == LINE_TRACER)
		status->tracer = number(at, end, 0);
	else if (line == LINE_UID)
		return take_ids(at, end, status->uid);
	else if (line == LINE_GID)
		return take_ids(at, end, status->gid);
	else if (line == LINE_GROUPS)
		take_groups(at, end, arena, status);
	else if (line == LINE_PIDS)
		take_pids(at, end, status);
	else if (line == LINE_THREADS)
		status->threads = number(at, end, 0);
	else if (line == LINE_NO_NEW_PRIVS)
		status->no_new_privs = number(at, end, 0) == 1;
	else if (line == LINE_SECCOMP)
		status->seccomp = number(at, end, -1);
	else if (line == LINE_FILTERS)
		status->filters = number(at, end, -1);
	else
		take_mask(line, at, end, status);
	return true;
}

int proc_status_parse(const char *text, struct arena *arena,
		      struct proc_status *ret_status)
{
	struct proc_status status = { .umask = -1,
				      .seccomp = -1,
				      .filters = -1 };
	uint64_t seen = 0;

	while (*text) {
		size_t len = strcspn(text, "\n");
		const char *colon = memchr(text, ':', len);
		enum line line =
			colon ? line_named(text, (size_t)(colon - text)) :
				LINE_COUNT;

		/* The first of a kind counts. */
		if (line < LINE_COUNT && !(seen & UINT64_C(1) << line) &&
		    take_line(line, colon + 1, text + len, arena, &status))
			seen |= UINT64_C(1) << line;
		text += len + (text[len] == '\n');
	}
	if (arena_failed(arena))
		return -ENOMEM;
	if (!status.name || !(seen & 1u << LINE_UID) ||
	    !(seen & 1u << LINE_GID))
		return -EINVAL;
	*ret_status = status;
	return 0;
}

int proc_status_read(int proc_fd, pid_t pid, struct arena *arena,
		     struct proc_status *ret_status)
{
	CLEANUP_BUF struct buf text;
	char path[32];
	int ret;

	buf_init(&text);
	snprintf(path, sizeof(path), "%d/status", pid);
	ret = sys_load_file(proc_fd, path, &text, STATUS_MAX);
	if (ret < 0)
		return ret == -ENOENT ? -ESRCH : ret;
	return proc_status_parse(text.data ? text.data : "", arena, ret_status);
}
