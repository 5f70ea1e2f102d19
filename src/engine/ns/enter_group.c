/* SPDX-License-Identifier: Apache-2.0 */
/* enter_group.c - the target's control groups and SELinux context */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/path.h"
#include "engine/ns/enter.h"
#include "sys/file.h"

#define GROUPS_BYTES 8192

/* The directory a hierarchy is mounted at, by the names of its controllers as
 * /proc/PID/cgroup has them: "memory", "cpu,cpuacct", "name=systemd", "". */
static bool find_mount(const struct target *t, const char *controllers,
		       struct buf *mounts, char *ret_path, size_t size)
{
	char *rest = arena_strdup((struct arena *)&t->arena, mounts->data);
	const size_t len = strlen(controllers);
	char *line;

	while ((line = strsep(&rest, "\n"))) {
		const char *where, *type = strstr(line, " - cgroup");
		const char *options = type ? strrchr(type, ' ') : NULL;
		const char *found;

		if (!type)
			continue;
		if (!*controllers != (strncmp(type, " - cgroup2 ", 11) == 0))
			continue;
		found = *controllers ? strstr(options, controllers) : options;
		if (!found ||
		    (*controllers &&
		     ((found[-1] != ',') || (found[len] && found[len] != ','))))
			continue;
		where = line;
		for (int field = 0; field < 4 && where; field++)
			where = strchr(where + 1, ' ');
		if (!where)
			continue;
		snprintf(ret_path, size, "%.*s", (int)strcspn(where + 1, " "),
			 where + 1);
		return true;
	}
	return false;
}

static int open_group(struct entering *e, const char *mount, const char *path,
		      struct kist_error *err)
{
	const char *file = arena_printf(&e->arena, "%s%s/cgroup.procs", mount,
					strcmp(path, "/") == 0 ? "" : path);
	int fd = open(file, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(err, KIST_E_CGROUP_DENIED, errno, "open '%s'",
			       file);
	e->group_fd[e->group_count++] = fd;
	return 0;
}

/* "8:memory:/a/b" */
static int enter_line(struct entering *e, char *line, struct buf *mounts,
		      struct kist_error *err)
{
	char *controllers = strchr(line, ':');
	char *path = controllers ? strchr(controllers + 1, ':') : NULL;
	char mount[PATH_BYTES];

	if (!path || e->group_count == ENTER_GROUPS_MAX)
		return 0;
	*path++ = '\0';
	/* A hierarchy that is not mounted cannot be entered. */
	if (!find_mount(&e->target, controllers + 1, mounts, mount,
			sizeof(mount)))
		return 0;
	return open_group(e, mount, path, err);
}

int enter_groups(struct entering *e, struct kist_error *err)
{
	CLEANUP_BUF struct buf mounts;
	char path[64], text[GROUPS_BYTES];
	char *rest = text, *line;
	pid_t pid = 0;
	int ret = 0;

	buf_init(&mounts);
	if (e->has_target)
		pid = target_pid(&e->target, err);
	if (pid < 0)
		return pid;
	if (!pid)
		return err_set(err, KIST_E_TARGET_NO_PROCESS,
			       "there is no target whose control groups to "
			       "join");
	snprintf(path, sizeof(path), "%d/cgroup", pid);
	if (sys_read_file(e->target.proc_fd, path, text, sizeof(text)) < 0 ||
	    sys_load_file(e->target.proc_fd, "self/mountinfo", &mounts,
			  64u << 20) < 0)
		return err_set(err, KIST_E_TARGET_UNKNOWN, "%s has ended",
			       e->target.label);
	while (ret == 0 && (line = strsep(&rest, "\n")))
		ret = enter_line(e, line, &mounts, err);
	return ret;
}

int enter_selinux(struct entering *e, struct kist_error *err)
{
	pid_t pid = e->has_target ? target_pid(&e->target, err) : 0;
	char path[64], text[1024];
	ssize_t len;

	if (access("/sys/fs/selinux/enforce", F_OK) < 0)
		return err_set(err, KIST_E_LABEL,
			       "SELinux is not enabled on this machine");
	if (pid <= 0)
		return pid < 0 ? pid :
				 err_set(err, KIST_E_TARGET_NO_PROCESS,
					 "there is no target whose SELinux "
					 "context to follow");
	snprintf(path, sizeof(path), "%d/attr/current", pid);
	len = sys_read_file(e->target.proc_fd, path, text, sizeof(text));
	if (len <= 0)
		return err_sys(err, KIST_E_LABEL, len < 0 ? (int)-len : EINVAL,
			       "read the SELinux context of %s",
			       e->target.label);
	text[strcspn(text, "\n")] = '\0';
	e->context = arena_strdup(&e->arena, text);
	return 0;
}
