/* SPDX-License-Identifier: Apache-2.0 */
/* rootless.c - what an ordinary user needs a user namespace for */
#include <errno.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/rootless.h"
#include "kernel/idmap.h"
#include "sys/socket.h"

/* In the child: tell that the namespace is there, wait for its maps. */
static int remove_inside(const struct folders *folders,
			 const struct record *record, int socket_fd)
{
	char byte = 0;

	if (unshare(CLONE_NEWUSER) < 0)
		return errno;
	if (write(socket_fd, &byte, 1) != 1 || read(socket_fd, &byte, 1) != 1)
		return EPIPE;
	if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		return errno;
	return -tree_remove(folders->containers_fd, record->id.text);
}

static int give_maps(pid_t pid, int socket_fd, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct id_maps uids, gids;
	char byte = 0;
	int ret;

	arena_init(&arena);
	if (read(socket_fd, &byte, 1) != 1)
		return 0; /* its exit status says why */
	ret = idmap_rootless(geteuid(), getegid(), &arena, &uids, &gids, err);
	if (ret == 0)
		ret = idmap_write(pid, &uids, &gids, err);
	if (ret == 0 && write(socket_fd, &byte, 1) != 1)
		ret = err_sys(err, KIST_E_SYSTEM, errno, "write to a socket");
	return ret;
}

int rootless_remove(const struct folders *folders, const struct record *record,
		    struct kist_error *err)
{
	int pair[2], status = 0;
	int ret = sys_socket_pair(SOCK_STREAM, pair);
	pid_t pid;

	if (ret < 0)
		return err_sys(err, KIST_E_SYSTEM, -ret, "make a socket pair");
	pid = fork();
	if (pid == 0) {
		close(pair[0]);
		_exit(remove_inside(folders, record, pair[1]));
	}
	close(pair[1]);
	ret = pid < 0 ? err_sys(err, KIST_E_SYSTEM, errno, "make a process") :
			give_maps(pid, pair[0], err);
	close(pair[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (ret == 0 && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
		ret = err_sys(err, KIST_E_STORE,
			      WIFEXITED(status) ? WEXITSTATUS(status) : EIO,
			      "remove '%s'", record->path);
	return ret;
}
