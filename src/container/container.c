/* SPDX-License-Identifier: Apache-2.0 */
/*
 * container.c - one that exists: found by its id, and what state it is in
 *
 * Its state is not written down but seen: the first process lives or not
 * (the pid and its start time name it for ever), the start socket is there or
 * not, the group is frozen or not. So nothing can be out of date.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "container/lifecycle.h"
#include "container/store.h"
#include "format/config.h"
#include "kernel/proc.h"
#include "sys/file.h"

#define RECORD_MAX (16u << 20)

/* What is known of one that has no record: its control group, made or about
 * to be. */
static int read_group(struct container *container, struct kist_error *err)
{
	char path[512];
	ssize_t len =
		readlinkat(container->dir_fd, STORE_GROUP, path, sizeof(path));

	if (len < 0 && errno == ENOENT)
		len = readlinkat(container->dir_fd, STORE_GROUP_NEW, path,
				 sizeof(path));
	if (len < 0 && errno == ENOENT)
		return 0;
	if (len < 0 || len == sizeof(path))
		return err_sys(err, KIST_E_STATE_FOLDER,
			       len < 0 ? errno : ENAMETOOLONG,
			       "read the control group of '%s'", container->id);
	container->record.cgroup =
		arena_strndup(&container->arena, path, (size_t)len);
	return 0;
}

static int read_record(struct container *container, struct kist_error *err)
{
	char *text;
	size_t len;
	int ret = sys_load_text(container->dir_fd, STORE_RECORD,
				&container->arena, RECORD_MAX, &text, &len);

	if (ret == -ENOENT) /* it is still being made, or that was cut off */
		return read_group(container, err);
	if (ret < 0)
		return err_sys(err, KIST_E_STATE_FOLDER, -ret,
			       "read the record of '%s'", container->id);
	ret = record_parse(text, len, &container->arena, &container->record,
			   err);
	if (ret < 0)
		err_while(err, "container '%s'", container->id);
	return ret;
}

/* A zombie is readable. */
static bool has_ended(int pidfd)
{
	struct pollfd fd = { .fd = pidfd, .events = POLLIN };

	return poll(&fd, 1, 0) > 0;
}

/* A pidfd of the first process, if it lives. */
static int find_process(struct container *container, struct kist_error *err)
{
	const struct container_record *record = &container->record;
	CLEANUP_FD int pidfd = -1;

	if (record->pid <= 0)
		return 0;
	container->proc_fd = proc_open(err);
	if (container->proc_fd < 0)
		return container->proc_fd;
	container->process.pid = record->pid;
	pidfd = proc_open_pidfd(container->proc_fd, record->pid,
				record->start_time);
	if (pidfd >= 0 && !has_ended(pidfd))
		container->process.pidfd = TAKE_FD(pidfd);
	return 0;
}

static int find_cgroup(struct container *container, struct kist_error *err)
{
	struct kist_error gone = { 0 };
	int ret;

	if (!container->record.cgroup)
		return 0;
	ret = cgroup_probe(&container->world, err);
	if (ret < 0)
		return ret;
	ret = cgroup_open(&container->world, container->record.cgroup,
			  &container->cgroup, &gone);
	container->has_cgroup = ret == 0;
	return 0; /* without its group it has stopped, or soon will have */
}

int container_open(const char *state_root, const char *id,
		   struct container *ret_container, struct kist_error *err)
{
	struct container *c = ret_container;
	int ret = container_check_id(id, err);

	container_init(c, id);
	if (ret < 0)
		return ret;
	c->root_fd = store_open(state_root, false, err);
	if (c->root_fd == -ENOENT)
		ret = err_set(err, KIST_E_CONTAINER_UNKNOWN,
			      "container '%s' does not exist", id);
	else if (c->root_fd < 0)
		ret = c->root_fd;
	if (ret == 0) {
		c->dir_fd = store_find(c->root_fd, id, err);
		ret = c->dir_fd < 0 ? c->dir_fd : 0;
	}
	if (ret == 0)
		ret = read_record(c, err);
	if (ret == 0)
		ret = find_process(c, err);
	if (ret == 0)
		ret = find_cgroup(c, err);
	if (ret < 0)
		container_close(c);
	return ret;
}

void container_init(struct container *container, const char *id)
{
	*container = (struct container){
		.root_fd = -1,
		.dir_fd = -1,
		.proc_fd = -1,
		.process = { .pidfd = -1, .report_fd = -1, .released = true },
	};
	arena_init(&container->arena);
	container->id = arena_strdup(&container->arena, id);
}

void container_close(struct container *container)
{
	spawn_release(&container->process);
	spawn_done(&container->process);
	if (container->has_cgroup)
		cgroup_close(&container->cgroup);
	container->has_cgroup = false;
	cleanup_fd(&container->proc_fd);
	cleanup_fd(&container->dir_fd);
	cleanup_fd(&container->root_fd);
	container->proc_fd = container->dir_fd = container->root_fd = -1;
	arena_done(&container->arena);
}

static bool has_file(const struct container *container, const char *name)
{
	return faccessat(container->dir_fd, name, F_OK, 0) == 0;
}

enum kist_status container_status(const struct container *container)
{
	if (container->record.pid <= 0)
		return KIST_CREATING;
	if (container->process.pidfd < 0)
		return KIST_STOPPED;
	if (has_file(container, STORE_START_NEW))
		return KIST_CREATING;
	if (has_file(container, STORE_START))
		return KIST_CREATED;
	if (container->has_cgroup && cgroup_is_frozen(&container->cgroup))
		return KIST_PAUSED;
	return KIST_RUNNING;
}

int container_spec(struct container *container, struct spec **ret_spec,
		   struct kist_error *err)
{
	const struct container_record *record = &container->record;

	return config_parse(record->config, record->config_len,
			    record->config_name, &container->arena, ret_spec,
			    err);
}

int container_wait(struct container *container)
{
	return spawn_wait(&container->process);
}

int container_pause(struct container *container, bool pause,
		    struct kist_error *err)
{
	enum kist_status status = container_status(container);

	if (status != KIST_RUNNING && status != KIST_PAUSED &&
	    status != KIST_CREATED) {
		err_set(err, KIST_E_CONTAINER_STATE,
			"container not running: '%s' is %s", container->id,
			kist_status_name(status));
		err_hint(err, "there is nothing to freeze: delete it, and run "
			      "it again");
		return -EBUSY;
	}
	if (!container->has_cgroup)
		return err_set(err, KIST_E_CGROUP_UNKNOWN,
			       "container '%s' has no control group to freeze",
			       container->id);
	return cgroup_freeze(&container->cgroup, pause, 10000, err);
}

int container_list(const char *state_root, struct arena *arena,
		   const char ***ret_ids, size_t *ret_count,
		   struct kist_error *err)
{
	CLEANUP_FD int root_fd = store_open(state_root, false, err);

	*ret_ids = NULL;
	*ret_count = 0;
	if (root_fd == -ENOENT)
		return 0;
	if (root_fd < 0)
		return root_fd;
	return store_list(root_fd, arena, ret_ids, ret_count, err);
}
