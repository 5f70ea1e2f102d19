/* SPDX-License-Identifier: Apache-2.0 */
/**
 * store.h - the state folders: one per container, private, on a memory disk
 *
 * Files of a folder: "group", a link whose text is the control group's path,
 * renamed from "group.new", which is there before the group; "record" (format/record.h), renamed from
 * "record.new" when it is whole; "start.new" while the container is made,
 * "start" while it waits to be started (the same socket, renamed when all is
 * ready). Whenever a command is killed, what is there suffices to clean up.
 */
#ifndef CONTAINER_STORE_H
#define CONTAINER_STORE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#define STORE_GROUP_NEW "group.new"
#define STORE_GROUP "group"
#define STORE_RECORD_NEW "record.new"
#define STORE_RECORD "record"
#define STORE_START_NEW "start.new"
#define STORE_START "start"

/* Open the state folder; with @make also make it and its parents (0700).
 * Return: an fd, or -errno (STATE_FOLDER). -ENOENT sets no error. */
MUST_CHECK int store_open(const char *path, bool make, struct kist_error *err);

/* Make the folder of a new container. Return: its fd (CONTAINER_EXISTS). */
MUST_CHECK int store_add(int root_fd, const char *id, struct kist_error *err);

/* Open that of an existing one. Return: its fd (CONTAINER_UNKNOWN). */
MUST_CHECK int store_find(int root_fd, const char *id, struct kist_error *err);

/* Remove a container's folder with the files in it; gone already is fine. */
MUST_CHECK int store_remove(int root_fd, const char *id,
			    struct kist_error *err);

/* The names in the folder, sorted. */
MUST_CHECK int store_list(int root_fd, struct arena *arena,
			  const char ***ret_ids, size_t *ret_count,
			  struct kist_error *err);

#endif
