/* SPDX-License-Identifier: Apache-2.0 */
/*
 * containers.c - containers COUNT LINKED GROUP…: so many processes that look
 * like Docker's containers, until it is killed
 *
 * Each has namespaces of its own but for every tenth, which shares the network
 * of the one before; every fifth has a user namespace. The first LINKED have a
 * veth into the network namespace of this program, to the bridge br0; the first
 * nine of them a published port. In each folder GROUP (a control group) below
 * "docker" is one for each. What people call them is written to
 * /var/lib/docker.
 *
 * To be run by tests/commands/crowd.bash, as process 1 of a pid namespace: with
 * it they end. Prints a line when all are there. As "docker-proxy" it does
 * nothing, for the sake of its name.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAX 2000

static const char *const words[] = { "web",   "db",    "cache", "worker",
				     "queue", "proxy", "mail",	"search" };

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		perror(path);
	close(fd);
}

static void make_id(long i, char id[65])
{
	unsigned long long x = 0x9e3779b97f4a7c15ull * (unsigned long)(i + 1);

	for (int part = 0; part < 4; part++, x = x * 6364136223846793005ull + 1)
		sprintf(id + part * 16, "%016llx", x ^ x >> 29);
}

/* ---- what the outside does ---- */

static void set(const char *group, const char *file, const char *text)
{
	char path[400];

	snprintf(path, sizeof(path), "%s/%s", group, file);
	if (access(path, W_OK) == 0)
		write_file(path, text);
}

/* Its control groups, with limits for some. */
static void join(long i, const char *id, pid_t pid, char **groups)
{
	char path[300], text[32];

	for (; *groups; groups++) {
		snprintf(path, sizeof(path), "%s/docker/%s", *groups, id);
		mkdir(path, 0755);
		snprintf(text, sizeof(text), "%d", pid);
		set(path, "cgroup.procs", text);
		if (i % 3)
			continue;
		snprintf(text, sizeof(text), "%ld", (i % 7 + 1) << 22);
		set(path, "memory.limit_in_bytes", text);
		set(path, "memory.max", text);
		set(path, "pids.max", "100");
	}
}

static void call(long i, const char *id)
{
	char path[200], text[300];

	snprintf(path, sizeof(path), "/var/lib/docker/containers/%s", id);
	mkdir(path, 0755);
	strcat(path, "/config.v2.json");
	snprintf(text, sizeof(text),
		 "{\"Name\":\"/%s-%ld\",\"Config\":{\"Image\":\"%s:latest\"}}",
		 words[i % 8], i / 8 + 1, words[i % 8]);
	write_file(path, text);
}

static void map_ids(long i, pid_t pid)
{
	char path[40], text[40];

	snprintf(text, sizeof(text), "0 %ld 65536", 100000 + i * 65536);
	snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
	write_file(path, text);
	snprintf(path, sizeof(path), "/proc/%d/gid_map", pid);
	write_file(path, text);
}

static long last_byte(long i)
{
	return (i + 2) % 250 + 1;
}

static void link_all(long linked, const pid_t *pids)
{
	FILE *ip = popen("ip -batch -", "w");

	if (!ip)
		return;
	fputs("link add br0 type bridge\naddr add 10.88.0.1/16 dev br0\n"
	      "link set br0 up\n",
	      ip);
	for (long i = 0; i < linked; i++)
		if (i % 10 != 9)
			fprintf(ip,
				"link add veth%ld type veth peer name eth0 "
				"netns %d\nlink set veth%ld master br0 up\n",
				i, pids[i], i);
	if (pclose(ip) != 0)
		fputs("containers: ip failed\n", stderr);
}

static void publish(long i)
{
	char ip[40], port[16];

	snprintf(ip, sizeof(ip), "10.88.%ld.%ld", (i + 2) / 250, last_byte(i));
	snprintf(port, sizeof(port), "%ld", 8080 + i);
	if (fork() == 0) {
		execl("/proc/self/exe", "docker-proxy", "-proto", "tcp",
		      "-host-ip", "0.0.0.0", "-host-port", port,
		      "-container-ip", ip, "-container-port", "80", NULL);
		_exit(1);
	}
}

/* ---- what is inside ---- */

static void be_one(long i, int go_fd, int ready_fd, int is_linked,
		   pid_t neighbour)
{
	char text[300], ok;

	if (read(go_fd, &ok, 1) != 1)
		_exit(1);
	close(1);
	/* Who is not root inside keeps no capability over an execve(2). */
	ok = i % 5 != 3 || (setgid(0) == 0 && setuid(0) == 0);
	ok = ok && unshare(CLONE_NEWCGROUP) == 0;
	snprintf(text, sizeof(text), "%s-%ld", words[i % 8], i / 8 + 1);
	ok = ok && sethostname(text, strlen(text)) == 0;
	if (neighbour) {
		snprintf(text, sizeof(text), "/proc/%d/ns/net", neighbour);
		ok = ok && setns(open(text, O_RDONLY), CLONE_NEWNET) == 0;
	}
	if (is_linked && !neighbour) {
		snprintf(text, sizeof(text),
			 "printf 'addr add 10.88.%ld.%ld/16 dev eth0\\n"
			 "link set eth0 up\\nlink set lo up' | ip -batch -",
			 (i + 2) / 250, last_byte(i));
		ok = ok && system(text) == 0;
	}
	if (write(ready_fd, &ok, 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static pid_t make_one(long i, int go_fd, int ready_fd, int is_linked,
		      pid_t neighbour)
{
	long flags = SIGCHLD | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS |
		     CLONE_NEWIPC;
	pid_t pid;

	if (!neighbour)
		flags |= CLONE_NEWNET;
	if (i % 5 == 3)
		flags |= CLONE_NEWUSER;
	pid = (pid_t)syscall(SYS_clone, flags, 0, 0, 0, 0);
	if (pid == 0)
		be_one(i, go_fd, ready_fd, is_linked, neighbour);
	if (pid < 0)
		perror("clone");
	return pid;
}

int main(int argc, char **argv)
{
	long count = argc > 3 ? atol(argv[1]) : 0;
	long linked = argc > 3 ? atol(argv[2]) : 0;
	static pid_t pids[MAX];
	int ready[2], go[2];
	char ok, id[65];

	if (strcmp(argv[0], "docker-proxy") == 0) {
		prctl(PR_SET_NAME, "docker-proxy");
		for (;;)
			pause();
	}
	if (count < 1 || count > MAX || pipe(ready) < 0 || pipe(go) < 0)
		return 2;
	for (long i = 0; i < count; i++) {
		pids[i] = make_one(i, go[0], ready[1], i < linked,
				   i % 10 == 9 ? pids[i - 1] : 0);
		if (pids[i] < 0)
			return 1;
		make_id(i, id);
		if (i % 5 == 3)
			map_ids(i, pids[i]);
		join(i, id, pids[i], argv + 3);
		call(i, id);
	}
	link_all(linked, pids);
	for (long i = 0; i < linked && i < 9; i++)
		publish(i);
	for (long i = 0; i < count; i++)
		if (write(go[1], "1", 1) != 1)
			return 1;
	for (long i = 0; i < count; i++)
		if (read(ready[0], &ok, 1) != 1 || !ok) {
			fputs("containers: one could not be made\n", stderr);
			return 1;
		}
	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
}
