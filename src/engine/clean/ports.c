/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ports.c - published ports whose namespace nobody is in any more
 *
 * A forwarder keeps the namespace open itself, so it would carry on for ever.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/path.h"
#include "engine/clean/clean.h"
#include "engine/net/port_record.h"
#include "engine/ns/named.h"

static bool is_named(struct cleaning *c, uint64_t ino)
{
	struct named *sets;
	size_t count;

	if (named_list(&c->kist, &c->arena, &sets, &count, NULL) < 0)
		return true;
	for (size_t i = 0; i < count; i++)
		if (sets[i].ino[NS_NET] == ino)
			return true;
	return false;
}

static const char *reason_of(struct cleaning *c,
			     const struct port_record *record)
{
	if (record->is_stale)
		return "its forwarder has ended";
	if (!clean_in_use(c, NS_NET, record->ns, record->pid) &&
	    !is_named(c, record->ns))
		return "nobody is in its namespace";
	return NULL;
}

static int remove_port(struct cleaning *c, const struct leftover *left,
		       const struct kist_trace *trace, struct kist_error *err)
{
	struct port_record record;
	char path[PATH_BYTES];
	CLEANUP_FD int fd = port_folder(&c->kist, err);
	int ret;

	if (fd < 0)
		return fd;
	ret = port_record_load(fd, left->name, &c->arena, &record);
	if (ret == -ENOENT)
		return 0;
	if (!record.is_stale && (ret < 0 || !reason_of(c, &record)))
		return -EBUSY;
	snprintf(path, sizeof(path), "%s/ports/%s", c->folders.run_path,
		 left->name);
	if (!trace_step(trace, "its forwarder ends with it", "rm %s",
			trace_word(path)))
		return 0;
	return port_record_end(fd, left->name, err);
}

int clean_find_ports(struct cleaning *c, struct kist_error *err)
{
	CLEANUP_FD int fd = port_folder(&c->kist, err);
	struct port_record *records;
	size_t count;
	int ret;

	if (fd < 0)
		return fd;
	ret = port_record_list(fd, &c->arena, &records, &count, err);
	for (size_t i = 0; ret == 0 && i < count; i++) {
		struct leftover left = {
			.remove = remove_port,
			.shown = { .kind = KIST_LEFTOVER_PORT,
				   .reason = reason_of(c, &records[i]),
				   .owner = geteuid(),
				   .is_removable = true },
		};

		if (!left.shown.reason)
			continue;
		left.name = arena_strdup(&c->arena, records[i].id);
		left.shown.what = arena_printf(&c->arena, "%s of '%s'",
					       records[i].id,
					       records[i].target);
		clean_add(c, &left);
	}
	return ret;
}
