/* SPDX-License-Identifier: Apache-2.0 */
/* folders.c - kist's folders, and finding containers in them */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/folders.h"

#include "base/near.h"

/* ---- where ---- */

static const char *run_path(const struct kist *kist, struct arena *arena)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	if (kist->run_root)
		return arena_strdup(arena, kist->run_root);
	if (geteuid() == 0)
		return "/run/kist";
	if (runtime && runtime[0] == '/')
		return arena_printf(arena, "%s/kist", runtime);
	return arena_printf(arena, "/tmp/kist-%u", (unsigned)geteuid());
}

static const char *data_path(const struct kist *kist, struct arena *arena)
{
	const char *data = getenv("XDG_DATA_HOME");
	const char *home = getenv("HOME");

	if (kist->data_root)
		return arena_strdup(arena, kist->data_root);
	if (kist->run_root)
		return arena_printf(arena, "%s/data", kist->run_root);
	if (geteuid() == 0)
		return "/var/lib/kist";
	if (data && data[0] == '/')
		return arena_printf(arena, "%s/kist", data);
	if (home && home[0] == '/')
		return arena_printf(arena, "%s/.local/share/kist", home);
	return NULL;
}

static int make_parents(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		int ret;

		*slash = '\0';
		ret = mkdir(path, 0755);
		*slash = '/';
		if (ret < 0 && errno != EEXIST && errno != EROFS &&
		    errno != EACCES)
			return -errno;
	}
	return 0;
}

/* Return: an O_PATH-less fd of the folder, ours, or -errno. */
static int open_folder(const char *path, struct arena *arena,
		       struct kist_error *err)
{
	CLEANUP_FD int fd = -1;
	struct stat st;
	int ret = make_parents(arena_strdup(arena, path));

	if (ret == 0 && mkdir(path, 0700) < 0 && errno != EEXIST)
		ret = -errno;
	if (ret < 0)
		return err_sys(err, KIST_E_STORE, -ret, "make folder '%s'",
			       path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, KIST_E_STORE, errno, "open folder '%s'",
			       path);
	if (fstat(fd, &st) < 0)
		return err_sys(err, KIST_E_STORE, errno, "look at '%s'", path);
	if (st.st_uid != geteuid() || (st.st_mode & 022)) {
		err_sys(err, KIST_E_STORE, EPERM,
			"folder '%s' can be changed by others", path);
		err_hint(err, "it has to belong to you with mode 0700");
		return -EPERM;
	}
	return TAKE_FD(fd);
}

static int open_below(int dir_fd, const char *path, const char *name,
		      struct kist_error *err)
{
	int fd;

	if (mkdirat(dir_fd, name, 0700) < 0 && errno != EEXIST)
		return err_sys(err, KIST_E_STORE, errno, "make folder '%s/%s'",
			       path, name);
	fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, KIST_E_STORE, errno, "open folder '%s/%s'",
			       path, name);
	return fd;
}

static int open_data(struct folders *folders, struct kist_error *err)
{
	CLEANUP_FD int data_fd = -1;

	data_fd = open_folder(folders->data_path, &folders->arena, err);
	if (data_fd < 0)
		return data_fd;
	folders->containers_fd =
		open_below(data_fd, folders->data_path, "containers", err);
	if (folders->containers_fd < 0)
		return folders->containers_fd;
	folders->names_fd =
		open_below(data_fd, folders->data_path, "names", err);
	return folders->names_fd < 0 ? folders->names_fd : 0;
}

static const char *absolute(const char *path, struct arena *arena)
{
	CLEANUP_FREE char *here = NULL;

	if (!path || path[0] == '/')
		return path;
	here = getcwd(NULL, 0);
	return here ? arena_printf(arena, "%s/%s", here, path) : NULL;
}

int folders_open(const struct kist *kist, struct folders *ret_folders,
		 struct kist_error *err)
{
	static const struct kist anywhere;
	struct folders *f = ret_folders;
	CLEANUP_FD int run_fd = -1;
	int ret;

	if (!kist)
		kist = &anywhere;
	/* In place: an arena does not move. */
	f->containers_fd = f->names_fd = -1;
	arena_init(&f->arena);
	f->run_path = absolute(run_path(kist, &f->arena), &f->arena);
	f->data_path = absolute(data_path(kist, &f->arena), &f->arena);
	if (!f->run_path || !f->data_path) {
		ret = err_set(err, KIST_E_STORE, "no place for kist's data");
		err_hint(err, "set HOME");
		goto undo;
	}
	f->state_root = arena_printf(&f->arena, "%s/state", f->run_path);
	run_fd = open_folder(f->run_path, &f->arena, err);
	ret = run_fd < 0 ? run_fd : open_data(f, err);
	if (ret >= 0 && arena_failed(&f->arena))
		ret = err_nomem(err);
	if (ret < 0)
		goto undo;
	return 0;
undo:
	folders_close(f);
	return ret;
}

const char *folders_run_path(const struct kist *kist, struct arena *arena)
{
	static const struct kist anywhere;

	return absolute(run_path(kist ? kist : &anywhere, arena), arena);
}

int folders_open_run(const struct kist *kist, struct arena *arena,
		     struct kist_error *err)
{
	const char *path = folders_run_path(kist, arena);

	if (!path)
		return err_set(err, KIST_E_STORE, "no place for kist's data");
	return open_folder(path, arena, err);
}

void folders_close(struct folders *folders)
{
	if (folders->containers_fd >= 0)
		close(folders->containers_fd);
	if (folders->names_fd >= 0)
		close(folders->names_fd);
	arena_done(&folders->arena);
	folders->containers_fd = folders->names_fd = -1;
}

/* ---- which ---- */

static void hint_nearest(const struct folders *folders, const char *word,
			 struct kist_error *err)
{
	int fd = openat(folders->names_fd, ".",
			O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	char best[NAME_MAX + 1];

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return;
	}
	best[0] = '\0';
	while ((entry = readdir(dir))) {
		struct near near;

		near_init(&near, word);
		near_offer(&near, best[0] ? best : NULL);
		near_offer(&near, entry->d_name);
		if (near.best == entry->d_name)
			strcpy(best, entry->d_name);
	}
	closedir(dir);
	if (best[0])
		err_hint(err, "did you mean '%s'?", best);
}

static int unknown(const struct folders *folders, const char *word,
		   struct kist_error *err)
{
	err_set(err, KIST_E_CONTAINER_UNKNOWN, "there is no container '%s'",
		word);
	hint_nearest(folders, word, err);
	if (geteuid() == 0)
		err_hint(err, "kist ps -a lists them");
	else
		err_hint(err, "kist ps -a lists yours; each user has their "
			      "own, root too");
	return -ENOENT;
}

static bool find_name(const struct folders *folders, const char *word,
		      struct id *ret_id)
{
	struct id id = { 0 };
	ssize_t len;

	if (strchr(word, '/'))
		return false;
	len = readlinkat(folders->names_fd, word, id.text, ID_LEN);
	if (len != ID_LEN ||
	    faccessat(folders->containers_fd, id.text, F_OK, 0) < 0)
		return false;
	*ret_id = id;
	return true;
}

static void copy_id(struct id *id, const char *text)
{
	memcpy(id->text, text, ID_LEN);
	id->text[ID_LEN] = '\0';
}

int folders_list(const struct folders *folders, struct arena *arena,
		 struct id **ret_ids, size_t *ret_count, struct kist_error *err)
{
	int fd = openat(folders->containers_fd, ".",
			O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct id *ids = NULL;
	size_t count = 0, room = 0;
	struct dirent *entry;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return err_sys(err, KIST_E_STORE, errno, "list containers");
	}
	while ((entry = readdir(dir))) {
		if (strlen(entry->d_name) != ID_LEN ||
		    !is_id_prefix(entry->d_name))
			continue;
		if (count == room) {
			struct id *more;

			room = room ? 2 * room : 16;
			more = ARENA_ARRAY(arena, struct id, room);
			if (arena_failed(arena))
				break;
			if (count)
				memcpy(more, ids, count * sizeof(*ids));
			ids = more;
		}
		copy_id(&ids[count++], entry->d_name);
	}
	closedir(dir);
	if (arena_failed(arena))
		return err_nomem(err);
	*ret_ids = ids;
	*ret_count = count;
	return 0;
}

int folders_find(const struct folders *folders, const char *word,
		 struct id *ret_id, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct id *ids;
	const struct id *found = NULL;
	size_t count;
	int ret;

	arena_init(&arena);
	if (find_name(folders, word, ret_id))
		return 0;
	if (!is_id_prefix(word))
		return unknown(folders, word, err);
	ret = folders_list(folders, &arena, &ids, &count, err);
	if (ret < 0)
		return ret;
	for (size_t i = 0; i < count; i++) {
		if (strncmp(ids[i].text, word, strlen(word)) != 0)
			continue;
		if (found)
			return err_set(err, KIST_E_CONTAINER_AMBIGUOUS,
				       "more than one container's id begins "
				       "with '%s'",
				       word);
		found = &ids[i];
	}
	if (!found)
		return unknown(folders, word, err);
	*ret_id = *found;
	return 0;
}
