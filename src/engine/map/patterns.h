/* SPDX-License-Identifier: Apache-2.0 */
/**
 * patterns.h - whose a control group is, by its path
 *
 * Engines write the id of a container into the name of its control group, and
 * systemd the name of a unit. One table has all of them.
 *
 * See: systemd.slice(5), runc's and crun's cgroup drivers, kubelet's
 *	cm/cgroup_manager_linux.go
 */
#ifndef ENGINE_MAP_PATTERNS_H
#define ENGINE_MAP_PATTERNS_H

#include <kist/map.h>

/**
 * struct pattern_match - what a path says
 * @engine:	"docker", "systemd" …
 * @id, @id_len: points into the path; of a unit its whole name
 * @end:	length of the path of the thing itself: what is behind are groups
 *		within it
 * @is_named:	@id is a name for people (LXC, machines, units)
 */
struct pattern_match {
	enum kist_thing_kind kind;
	const char *engine;
	const char *id;
	size_t id_len, end;
	bool is_named;
};

/* A container goes before a unit, and the innermost before what it is in.
 * Return: false if it is of neither. */
bool pattern_find(const char *path, struct pattern_match *ret_match);

#endif
