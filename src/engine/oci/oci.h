/* SPDX-License-Identifier: Apache-2.0 */
/* oci.h - what the operations of kist/oci.h share (inside engine/) */
#ifndef ENGINE_OCI_H
#define ENGINE_OCI_H

#include <kist/oci.h>

#include "base/arena.h"
#include "base/buf.h"
#include "container/lifecycle.h"

/**
 * struct bundle - a bundle that has been read
 * @path:	absolute
 * @config:	its config.json; the name is as the user wrote it
 */
struct bundle {
	struct arena arena;
	const char *path;
	struct config_source config;
	struct spec *spec;
};

/* Return: 0; BUNDLE, CONFIG_FILE, or what config_parse() found. */
MUST_CHECK int bundle_open(const struct kist_oci_create *args,
			   struct bundle *ret_bundle, struct kist_error *err);
void bundle_close(struct bundle *bundle);

/* The state folder, in @arena: as given, else the user's default. */
const char *oci_root(const struct kist_oci *oci, struct arena *arena);

/* container_open() in that folder. */
MUST_CHECK int oci_open(const struct kist_oci *oci, const char *id,
			struct container *ret_container,
			struct kist_error *err);

/* The plan of a bundle, read by @read. */
MUST_CHECK int oci_plan(const struct kist_oci *oci,
			const struct kist_oci_create *args, bool in_words,
			plan_reader *read, void *context,
			struct kist_error *err);

/* Add @count texts to a list of the spec. */
void oci_list_add(struct string_list *list, struct arena *arena,
		  const char *const *texts, size_t count);

/* Fds 3… that systemd-like callers pass (LISTEN_FDS), and the environment
 * that tells the program of them. Return: how many. */
int oci_listen_fds(struct spec *spec, struct arena *arena);

#endif
