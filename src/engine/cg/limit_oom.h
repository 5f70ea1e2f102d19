/* SPDX-License-Identifier: Apache-2.0 */
/**
 * limit_oom.h - who was killed for want of memory
 *
 * The numbers are the group's own. Who it was only the kernel's log tells
 * (/dev/kmsg), which ordinary users may not read everywhere; a line of it names
 * the group.
 */
#ifndef ENGINE_CG_LIMIT_OOM_H
#define ENGINE_CG_LIMIT_OOM_H

#include "engine/cg/limit.h"

/**
 * struct limit_oom - watching a group
 * @dir_fd:	of the group, not ours; -1: there is no limit of memory
 * @events_fd:	memory.events of v2 to poll(2) for POLLPRI, or -1
 * @kills, @peak: when it was last looked, -1: not known
 */
struct limit_oom {
	int dir_fd, events_fd;
	bool is_v2;
	const char *group;
	int64_t kills, peak;
};

void limit_oom_begin(struct limit_oom *oom, const struct limit_plan *plan);

/* The same for one group of v2 that somebody else may remove at any time. */
void limit_oom_watch(struct limit_oom *oom, int dir_fd, const char *group);

/* Look at the numbers; those of a group that is gone stay. Return: is it
 * still there? */
bool limit_oom_look(struct limit_oom *oom);

/* Look once more, and fill in the result. */
void limit_oom_end(struct limit_oom *oom, struct kist_limit_result *result);

/* Call @each for every record of the kernel's log that can still be read. Not
 * allowed to: none. */
void limit_oom_records(void (*each)(const char *record, void *arg), void *arg);

/* "key=VALUE," in a record; the value is cut at @size. */
bool limit_oom_value(const char *record, const char *key, char *ret,
		     size_t size);

/* The killed of @group in text from the kernel's log. */
void limit_oom_parse(const char *text, const char *group,
		     struct kist_limit_result *result);

#endif
