/* SPDX-License-Identifier: Apache-2.0 */
/**
 * folders.h - kist's folders, and the record of a container in them
 *
 *	RUN/state/ID/		what the container layer keeps while it lives
 *	DATA/containers/ID/	the record:
 *		about.json	what was asked: name, image, command, labels
 *		life		held locked while somebody looks after the
 *				container; its exit status afterwards
 *		log		what a detached container printed
 *		config.json	its configuration
 *		root/, layers/	image `host`: mount points, and what was changed
 *		files/		what is mounted in it: hosts, resolv.conf …
 *	DATA/names/NAME		symbolic link to the id
 *
 * How it works
 * ============
 * The lock (flock(2)) on `life` is the truth about who is alive: the kernel
 * lets go of it when its owner ends, however it ends. Waiting for a container
 * is waiting for that lock. The status is written into the same file before,
 * so that who waits can read it even if the record has been removed.
 *
 * Names are claimed by making the link, which only one can.
 *
 * Ownership: open/close; paths live as long as they are open.
 * Threads:   they belong to one thread.
 */
#ifndef ENGINE_FOLDERS_H
#define ENGINE_FOLDERS_H

#include <kist/run.h>

#include "base/arena.h"
#include "base/err.h"
#include "engine/names.h"

/**
 * struct folders - the open folders
 * @state_root:	for the container layer
 */
struct folders {
	struct arena arena;
	const char *run_path, *data_path, *state_root;
	int containers_fd, names_fd;
};

/**
 * folders_open() - find the folders, and make them if they are not there
 *
 * A folder in /tmp is trusted only if it is ours alone.
 *
 * Return: 0, or a negative errno (STORE).
 */
MUST_CHECK int folders_open(const struct kist *kist,
			    struct folders *ret_folders,
			    struct kist_error *err);
void folders_close(struct folders *folders);
#define CLEANUP_FOLDERS __attribute__((cleanup(folders_close)))

/* RUN alone, absolute, in the arena; nothing is made or looked at. NULL: the
 * working directory is not known. */
const char *folders_run_path(const struct kist *kist, struct arena *arena);

/* RUN alone, made if it is not there. Return: an fd, or a negative errno
 * (STORE). */
MUST_CHECK int folders_open_run(const struct kist *kist, struct arena *arena,
				struct kist_error *err);

/**
 * folders_find() - the container of a name, an id, or the start of an id
 *
 * Return: 0, -ENOENT (CONTAINER_UNKNOWN), -EINVAL (CONTAINER_AMBIGUOUS).
 */
MUST_CHECK int folders_find(const struct folders *folders, const char *word,
			    struct id *ret_id, struct kist_error *err);

/* The ids of all records, in the arena. */
MUST_CHECK int folders_list(const struct folders *folders, struct arena *arena,
			    struct id **ret_ids, size_t *ret_count,
			    struct kist_error *err);

/**
 * struct record - one container's folder
 * @dir_fd:	DATA/containers/ID
 * @life_fd:	the lock, held: the record's maker; else -1
 * @path:	in the arena of the folders
 */
struct record {
	struct id id;
	int dir_fd, life_fd;
	const char *path;
};

/**
 * record_make() - a new record with its name claimed and its lock held
 * @name:	what the user wants, or NULL
 *
 * Return: 0, -EEXIST (NAME_TAKEN), or what a system call gave.
 */
MUST_CHECK int record_make(struct folders *folders, const struct id *id,
			   const char *name, struct name *ret_name,
			   struct record *ret_record, struct kist_error *err);

/* Return: 0, -ENOENT (CONTAINER_UNKNOWN). */
MUST_CHECK int record_open(struct folders *folders, const struct id *id,
			   struct record *ret_record, struct kist_error *err);

/* Forgets the lock, too: see above. */
void record_close(struct record *record);
#define CLEANUP_RECORD __attribute__((cleanup(record_close)))
#define RECORD_NONE                         \
	{                                   \
		.dir_fd = -1, .life_fd = -1 \
	}

/**
 * record_remove() - the whole folder, and the name
 * @name:	"": not known; then every name that stands for nothing goes
 *
 * Return: 0, or what a system call gave (STORE).
 */
MUST_CHECK int record_remove(struct folders *folders,
			     const struct record *record, const char *name,
			     struct kist_error *err);

/**
 * struct life - what the file `life` says
 * @held:	somebody looks after the container
 * @status:	-1: not known
 * @finished:	ns since 1970; 0: not known
 */
struct life {
	bool held;
	int status;
	int64_t finished;
};

void life_end(const struct record *record, int status);
struct life life_read(const struct record *record);
/* Block until nobody holds it. */
struct life life_wait(const struct record *record);

/* Nanoseconds since 1970. */
int64_t time_now(void);

/* Everything below @name, and itself; other file systems than that of @dir_fd
 * are not entered.
 * Return: 0 or -errno; -ENOENT is 0. */
int tree_remove(int dir_fd, const char *name);

#endif
