/* SPDX-License-Identifier: Apache-2.0 */
/**
 * making.h - from options to a spec: what the stages share
 *
 * How it works
 * ============
 * making_read() understands every option and looks up what it names; so all
 * mistakes of the command line are found before anything is made, and named
 * by the option. making_prepare() makes the root and the files of the record.
 * making_config() writes it all down as an OCI configuration, which
 * config_parse() reads as it would read a bundle's: both programs share one
 * spec and one lifecycle. What JSON cannot say is then put into the spec: the
 * options for errors, the overlay that is the root, the default seccomp
 * profile.
 *
 * Ownership: everything in the arena, for as long as the container is made.
 */
#ifndef ENGINE_MAKING_H
#define ENGINE_MAKING_H

#include <stdbool.h>

#include "base/json_write.h"
#include "engine/run/image.h"
#include "engine/folders.h"
#include "engine/values.h"
#include "engine/run/volume.h"
#include "format/spec.h"
#include "kernel/user.h"

/* An annotation: "default" if the built-in seccomp profile is in force. */
#define ANNOTATION_SECCOMP "org.kist.seccomp"

enum seccomp_choice { SECCOMP_DEFAULT, SECCOMP_UNCONFINED, SECCOMP_FILE };

/**
 * struct security - what --security-opt says
 * @seccomp_json: of SECCOMP_FILE: an OCI seccomp object
 * @masked, @readonly: what is to be, NULL-terminated
 */
struct security {
	bool no_new_privileges;
	enum seccomp_choice seccomp;
	const struct json *seccomp_json;
	const char *seccomp_path;
	const char *apparmor, *selinux;
	const char **masked, **readonly;
};

/**
 * struct sharing - one kind of namespace
 * @path:	NS_JOIN: its file
 */
struct sharing {
	enum ns_want want;
	const char *path;
};

struct making {
	const struct kist_run *run;
	struct folders *folders;
	struct arena *arena;
	struct id id;
	struct name name;
	bool rootless;

	struct image image;
	struct image_root root;
	bool terminal;
	const char **args;
	struct env env;
	struct user user;
	uint64_t caps, caps_added;
	struct security security;
	struct volume *volumes;
	size_t volume_count;
	struct device *devices;
	size_t device_count;
	struct ulimit *ulimits;
	size_t ulimit_count;
	struct key_value *sysctls, *labels;
	size_t sysctl_count, label_count;
	struct sharing ns[NS_COUNT];
	struct id_maps uid_maps, gid_maps;
	const char *hostname;

	/* files of the record that are mounted in the container; NULL: none */
	const char *hosts_file, *hostname_file, *resolv_file;

	const char *config_text;
	size_t config_len;
	struct spec *spec;
};

/* Understand the options. Nothing is made. */
MUST_CHECK int making_read(struct making *m, struct kist_error *err);

/* The parts of it, each in a file of its own. */
MUST_CHECK int making_read_security(struct making *m, struct kist_error *err);
MUST_CHECK int making_read_sharing(struct making *m, struct kist_error *err);
MUST_CHECK int making_read_process(struct making *m, struct kist_error *err);

/* With --privileged; in a user namespace device nodes cannot be made. */
void making_add_all_devices(struct making *m);

/* Make the root directory and the files in @record. */
MUST_CHECK int making_prepare(struct making *m, const struct record *record,
			      struct kist_error *err);

/* Write the configuration and read it into m->spec. */
MUST_CHECK int making_config(struct making *m, struct kist_error *err);
void config_add_process(const struct making *m, struct json_writer *w);
void config_add_mounts(const struct making *m, struct json_writer *w);
void config_add_linux(const struct making *m, struct json_writer *w);

/* How many strings are in a list that may be NULL. */
size_t list_count(const char *const *list);

/**
 * seccomp_file_read() - a profile file, Docker's way or OCI's
 * @caps:	for the rules that hold only with some capability
 * @ret_json:	an OCI seccomp object
 */
MUST_CHECK int seccomp_file_read(const char *path, uint64_t caps,
				 struct arena *arena,
				 const struct json **ret_json,
				 struct kist_error *err);

#endif
