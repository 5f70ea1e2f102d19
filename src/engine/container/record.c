/* SPDX-License-Identifier: Apache-2.0 */
/* record.c - one container's folder: made, locked, read, removed */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "engine/rootless.h"
#include "engine/folders.h"

int64_t time_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* ---- names ---- */

/* A link to a record that is gone does not count. */
static bool is_stale(const struct folders *folders, const char *name)
{
	struct id id = { 0 };

	if (readlinkat(folders->names_fd, name, id.text, ID_LEN) != ID_LEN)
		return false;
	return faccessat(folders->containers_fd, id.text, F_OK, 0) < 0 &&
	       errno == ENOENT;
}

static void drop_name(const struct folders *folders, const char *name)
{
	/* Only if nobody has taken it meanwhile. */
	if (is_stale(folders, name))
		unlinkat(folders->names_fd, name, 0);
}

static void drop_stale_names(const struct folders *folders)
{
	int fd = openat(folders->names_fd, ".",
			O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		drop_name(folders, entry->d_name);
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
}

static int claim_name(const struct folders *folders, const char *name,
		      const struct id *id)
{
	if (symlinkat(id->text, folders->names_fd, name) == 0)
		return 0;
	if (errno == EEXIST && is_stale(folders, name)) {
		unlinkat(folders->names_fd, name, 0);
		if (symlinkat(id->text, folders->names_fd, name) == 0)
			return 0;
	}
	return -errno;
}

static int name_taken(const char *name, struct kist_error *err)
{
	err_set(err, KIST_E_NAME_TAKEN, "there is a container named '%s'",
		name);
	err_hint(err,
		 "choose another name, or end and remove it: kist rm -f "
		 "%s",
		 name);
	return -EEXIST;
}

static int choose_name(const struct folders *folders, const char *wanted,
		       const struct id *id, struct name *ret_name,
		       struct kist_error *err)
{
	int ret;

	if (wanted) {
		snprintf(ret_name->text, sizeof(ret_name->text), "%s", wanted);
		ret = claim_name(folders, wanted, id);
		if (ret == -EEXIST)
			return name_taken(wanted, err);
	} else {
		int tries = 100;

		do {
			name_random(ret_name);
			ret = claim_name(folders, ret_name->text, id);
		} while (ret == -EEXIST && --tries > 0);
	}
	if (ret < 0)
		return err_sys(err, KIST_E_STORE, -ret, "claim name '%s'",
			       ret_name->text);
	return 0;
}

/* ---- the folder ---- */

static int open_life(int dir_fd)
{
	int fd = openat(dir_fd, "life", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		int ret = -errno;

		close(fd);
		return ret;
	}
	return fd;
}

int record_make(struct folders *folders, const struct id *id, const char *name,
		struct name *ret_name, struct record *ret_record,
		struct kist_error *err)
{
	struct record record = { .id = *id, .dir_fd = -1, .life_fd = -1 };
	int ret;

	record.path = arena_printf(&folders->arena, "%s/containers/%s",
				   folders->data_path, id->text);
	if (mkdirat(folders->containers_fd, id->text, 0700) < 0)
		return err_sys(err, KIST_E_STORE, errno, "make folder '%s'",
			       record.path);
	record.dir_fd = openat(folders->containers_fd, id->text,
			       O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	record.life_fd = ret = record.dir_fd < 0 ? -errno :
						   open_life(record.dir_fd);
	if (ret < 0) {
		err_sys(err, KIST_E_STORE, -ret, "open '%s'", record.path);
		goto undo;
	}
	ret = choose_name(folders, name, id, ret_name, err);
	if (ret < 0)
		goto undo;
	*ret_record = record;
	return 0;
undo:
	record_close(&record);
	tree_remove(folders->containers_fd, id->text);
	return ret;
}

int record_open(struct folders *folders, const struct id *id,
		struct record *ret_record, struct kist_error *err)
{
	int fd = openat(folders->containers_fd, id->text,
			O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return err_set(err, KIST_E_CONTAINER_UNKNOWN,
			       "there is no container '%s'", id->text);
	if (fd < 0)
		return err_sys(err, KIST_E_STORE, errno,
			       "open the folder of container '%s'", id->text);
	*ret_record = (struct record){
		.id = *id,
		.dir_fd = fd,
		.life_fd = -1,
		.path = arena_printf(&folders->arena, "%s/containers/%s",
				     folders->data_path, id->text),
	};
	return 0;
}

void record_close(struct record *record)
{
	if (record->dir_fd >= 0)
		close(record->dir_fd);
	if (record->life_fd >= 0)
		close(record->life_fd);
	record->dir_fd = record->life_fd = -1;
}

int record_remove(struct folders *folders, const struct record *record,
		  const char *name, struct kist_error *err)
{
	int ret = tree_remove(folders->containers_fd, record->id.text);

	if ((ret == -EACCES || ret == -EPERM) && geteuid() != 0) {
		ret = rootless_remove(folders, record, err);
		if (ret < 0)
			return ret;
	}
	if (ret < 0)
		return err_sys(err, KIST_E_STORE, -ret, "remove '%s'",
			       record->path);
	if (name && *name)
		drop_name(folders, name);
	else
		drop_stale_names(folders);
	return 0;
}

/* ---- life ---- */

void life_end(const struct record *record, int status)
{
	char text[64];
	int len = snprintf(text, sizeof(text), "%d %" PRId64 "\n", status,
			   time_now());

	/* A full disk leaves it empty: the status is then not known. */
	if (pwrite(record->life_fd, text, (size_t)len, 0) != len)
		(void)!ftruncate(record->life_fd, 0);
}

static struct life read_life(int fd, bool held)
{
	struct life life = { .held = held, .status = -1 };
	char text[64] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) > 0)
		sscanf(text, "%d %" SCNd64, &life.status, &life.finished);
	return life;
}

struct life life_read(const struct record *record)
{
	CLEANUP_FD int fd =
		openat(record->dir_fd, "life", O_RDONLY | O_CLOEXEC);
	bool held;

	if (fd < 0)
		return (struct life){ .status = -1 };
	held = flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;
	return read_life(fd, held);
}

struct life life_wait(const struct record *record)
{
	CLEANUP_FD int fd =
		openat(record->dir_fd, "life", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return (struct life){ .status = -1 };
	while (flock(fd, LOCK_SH) < 0 && errno == EINTR)
		;
	return read_life(fd, false);
}

/* ---- removing trees ---- */

static int remove_entries(int dir_fd)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int ret = 0;

	if (!dir) {
		ret = -errno;
		if (fd >= 0)
			close(fd);
		return ret;
	}
	while (ret == 0 && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			ret = tree_remove(dirfd(dir), entry->d_name);
	closedir(dir);
	return ret;
}

static int remove_folder(int dir_fd, const char *name)
{
	CLEANUP_FD int fd = -1;
	struct stat here, there;
	int ret;

	/* An overlay's work folder is empty, ours, and has no permissions. */
	if (unlinkat(dir_fd, name, AT_REMOVEDIR) == 0)
		return 0;
	fchmodat(dir_fd, name, 0700, 0); /* refused: open says so */
	fd = openat(dir_fd, name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(dir_fd, &here) < 0 || fstat(fd, &there) < 0)
		return -errno;
	if (here.st_dev != there.st_dev)
		return -EBUSY;
	ret = remove_entries(fd);
	if (ret == 0 && unlinkat(dir_fd, name, AT_REMOVEDIR) < 0)
		ret = -errno;
	return ret;
}

int tree_remove(int dir_fd, const char *name)
{
	if (unlinkat(dir_fd, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno == EISDIR || errno == EPERM)
		return remove_folder(dir_fd, name);
	return -errno;
}
