/* SPDX-License-Identifier: Apache-2.0 */
/* machine.c - the line above the rows: the whole machine */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/top/top.h"
#include "sys/file.h"

/* The number behind "KEY: ", which is in KiB. */
static uint64_t kib(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	return at ? strtoull(at + strlen(key), NULL, 10) * 1024 : 0;
}

static void read_memory(int proc_fd, struct kist_top_list *list)
{
	char text[4096];
	uint64_t swap_free;

	if (sys_read_file(proc_fd, "meminfo", text, sizeof(text)) < 0)
		return;
	list->memory_total = kib(text, "MemTotal:");
	list->memory = list->memory_total - kib(text, "MemAvailable:");
	list->swap_total = kib(text, "SwapTotal:");
	swap_free = kib(text, "SwapFree:");
	list->swap =
		list->swap_total > swap_free ? list->swap_total - swap_free : 0;
}

/* "cpu  user nice system idle iowait irq softirq steal …" in ticks */
static void read_cpu(struct kist_top *top, double seconds,
		     struct kist_top_list *list)
{
	char text[1024];
	const char *at = text + 4;
	int64_t value[8] = { 0 }, busy = 0;
	CLEANUP_FD int fd = -1;
	ssize_t len;

	/* its first line is all that is wanted; the whole may be long */
	fd = openat(top->proc_fd, "stat", O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (len < 4)
		return;
	text[len] = '\0';
	for (int i = 0; i < 8; i++) {
		char *end;

		value[i] = strtoll(at, &end, 10);
		at = end;
		if (i != 3 && i != 4)
			busy += value[i];
	}
	list->cpu = -1;
	if (seconds > 0)
		list->cpu = (double)(busy - top->busy_ticks) /
			    (double)sysconf(_SC_CLK_TCK) / seconds;
	top->busy_ticks = busy;
}

static double pressure(int proc_fd, const char *path)
{
	char text[512];

	if (sys_read_file(proc_fd, path, text, sizeof(text)) < 0)
		return -1;
	return cgroup_pressure_parse(text, NULL);
}

void top_read_machine(struct kist_top *top, double seconds,
		      struct kist_top_list *list)
{
	list->cpus = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
	read_memory(top->proc_fd, list);
	read_cpu(top, seconds, list);
	list->cpu_pressure = pressure(top->proc_fd, "pressure/cpu");
	list->memory_pressure = pressure(top->proc_fd, "pressure/memory");
	list->io_pressure = pressure(top->proc_fd, "pressure/io");
	if (getloadavg(list->load, 3) != 3)
		memset(list->load, 0, sizeof(list->load));
}
