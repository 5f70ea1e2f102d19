/* SPDX-License-Identifier: Apache-2.0 */
/*
 * now.h - the readers behind "for you now", one a word of the "now:" fields
 *
 * Each writes one line; what cannot be read here is said in it.
 */
#ifndef ENGINE_EXPLAIN_NOW_H
#define ENGINE_EXPLAIN_NOW_H

#include <errno.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/buf.h"

/* @rest: what stands behind the word: "uid", "/proc/self/uid_map" */
struct now {
	const char *rest;
	int proc_fd;
	pid_t pid; /* the caller, in that procfs */
	struct arena arena;
	struct buf line;
};

/* "not readable here: …", for -errno. */
void now_refused(struct now *now, int ret);

/* A file's text as one line; a long one is cut. */
void now_text(struct now *now, char *text);

/* now_cgroup.c, now_mount.c, now_feature.c */
void now_cgroup(struct now *now);
void now_mount(struct now *now);
void now_feature(struct now *now);

#endif
