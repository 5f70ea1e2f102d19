/* SPDX-License-Identifier: Apache-2.0 */
/* cgroup_write.c - writing one limit, and saying why it was refused */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/cgroup_internal.h"
#include "kernel/cgroup_refusal.h"

static int refused(int dir_fd, const char *file, const char *text,
		   const char *oci, int errnum, struct kist_error *err)
{
	enum kist_err id = KIST_E_CGROUP_LIMIT;
	bool cpuset = strncmp(file, "cpuset.", 7) == 0;
	const struct cgroup_attempt attempt = {
		.dir_fd = dir_fd,
		.name = "the group",
		.file = file,
		.value = text,
		.uid = geteuid(),
		.errnum = errnum,
	};
	struct cgroup_refusal refusal;
	int ret;

	if ((errnum == EACCES && !cpuset) || errnum == EPERM || errnum == EROFS)
		id = KIST_E_CGROUP_DENIED;
	ret = err_sys(err, id, errnum,
		      "set linux.resources.%s: write '%s' to '%s'", oci, text,
		      file);
	if (id == KIST_E_CGROUP_LIMIT &&
	    cgroup_refused_write(&attempt, &refusal))
		cgroup_refusal_tell(&refusal, err);
	return ret;
}

/* The file is not there: the controller, or this knob of it. */
static int absent(const char *file, const char *oci, struct kist_error *err)
{
	int ret = err_set(err, KIST_E_CGROUP_CONTROLLER,
			  "set linux.resources.%s: this kernel has no '%s' "
			  "here",
			  oci, file);

	if (strstr(file, "memsw") || strstr(file, "swap.max"))
		err_hint(err, "swap is not accounted: before Linux 6.1 boot "
			      "with 'swapaccount=1', or leave out "
			      "linux.resources.memory.swap");
	else if (strstr(file, "rt_"))
		err_hint(err, "it needs a kernel with "
			      "CONFIG_RT_GROUP_SCHED, and cgroup v1");
	else if (strstr(file, "burst"))
		err_hint(err, "it needs Linux 5.14 or newer");
	else if (strstr(file, "cpu.idle"))
		err_hint(err, "it needs Linux 5.15 or newer");
	else if (strstr(file, "weight"))
		err_hint(err, "weights need an I/O scheduler that knows "
			      "them: 'modprobe bfq', and choose it in "
			      "/sys/block/DISK/queue/scheduler");
	return ret;
}

int cgroup_write_value(int dir_fd, const char *file, const char *text,
		       const char *oci, bool lax, struct kist_error *err)
{
	int ret = cgroup_file_write(dir_fd, file, text);

	if (ret == 0)
		return 0;
	if (ret == -ENOENT)
		return lax ? 0 : absent(file, oci, err);
	if (ret == -EOPNOTSUPP && lax)
		return 0;
	return refused(dir_fd, file, text, oci, -ret, err);
}

int cgroup_write_limit(int dir_fd, bool v2, enum cgroup_limit which,
		       int64_t value, struct kist_error *err)
{
	const struct limit_info *info = &limit_table[which];
	const char *file = v2 ? info->v2_file : info->v1_file;
	char text[32], oci[64];

	snprintf(oci, sizeof(oci), "%s.%s", info->block, info->oci);
	if (value >= 0 && value != INT64_MAX)
		snprintf(text, sizeof(text), "%" PRId64, value);
	else
		strcpy(text, v2 || which == LIMIT_PIDS ? "max" : "-1");
	return cgroup_write_value(dir_fd, file, text, oci,
				  limit_is_harmless(which, value), err);
}

int cgroup_write_present(int dir_fd, bool v2, enum cgroup_limit which,
			 const struct cgroup_limits *limits,
			 struct kist_error *err)
{
	const struct limit_value *v = &limits->values[which];

	if (!v->present)
		return 0;
	return cgroup_write_limit(dir_fd, v2, which, v->value, err);
}

int cgroup_not_expressible(const char *oci, bool v2, const char *nearest,
			   struct kist_error *err)
{
	int ret = err_set(err, KIST_E_CGROUP_LIMIT,
			  "set linux.resources.%s: cgroup %s has no such limit",
			  oci, v2 ? "v2" : "v1");

	err_hint(err, "%s", nearest);
	return ret;
}

int cgroup_check_usage(int dir_fd, const char *file, int64_t limit,
		       const char *oci, struct kist_error *err)
{
	int64_t used = cgroup_file_number(dir_fd, file);
	int ret;

	if (limit < 0 || used <= limit)
		return 0;
	ret = err_set(err, KIST_E_CGROUP_LIMIT,
		      "set linux.resources.%s to %" PRId64 ": %" PRId64
		      " bytes are in use",
		      oci, limit, used);
	err_hint(err, "the processes would be killed; checkBeforeUpdate "
		      "forbids that");
	return ret;
}

/* ---- controllers whose files are the same on both versions ---- */

int cgroup_any_cpuset(int dir_fd, const struct cgroup_limits *limits,
		      struct kist_error *err)
{
	int ret = 0;

	if (limits->cpus && *limits->cpus)
		ret = cgroup_write_value(dir_fd, "cpuset.cpus", limits->cpus,
					 "cpu.cpus", false, err);
	if (ret == 0 && limits->mems && *limits->mems)
		ret = cgroup_write_value(dir_fd, "cpuset.mems", limits->mems,
					 "cpu.mems", false, err);
	return ret;
}

/* The first process counts as one already, so 0 and 1 mean the same; but a
 * process cannot be born into a group whose limit is 0. */
int cgroup_any_pids(int dir_fd, const struct cgroup_limits *limits,
		    struct kist_error *err)
{
	const struct limit_value *v = &limits->values[LIMIT_PIDS];

	if (!v->present)
		return 0;
	return cgroup_write_limit(dir_fd, true, LIMIT_PIDS,
				  v->value == 0 ? 1 : v->value, err);
}

int cgroup_any_rdma(int dir_fd, const struct cgroup_limits *limits,
		    struct kist_error *err)
{
	for (size_t i = 0; i < limits->rdma_count; i++) {
		const struct limit_rdma *r = &limits->rdma[i];
		char text[160], handles[40] = "", objects[40] = "";
		int ret;

		if (r->handles >= 0)
			snprintf(handles, sizeof(handles),
				 " hca_handle=%" PRId64, r->handles);
		if (r->objects >= 0)
			snprintf(objects, sizeof(objects),
				 " hca_object=%" PRId64, r->objects);
		snprintf(text, sizeof(text), "%.70s%s%s", r->device, handles,
			 objects);
		ret = cgroup_write_value(dir_fd, "rdma.max", text, "rdma",
					 false, err);
		if (ret)
			return ret;
	}
	return 0;
}

static int unknown_page_size(const char *size, struct kist_error *err)
{
	int ret = err_set(err, KIST_E_CGROUP_LIMIT,
			  "set linux.resources.hugepageLimits: this kernel "
			  "has no pages of '%.40s'",
			  size);

	err_hint(err, "sizes are written like 2MB or 1GB; see "
		      "/sys/kernel/mm/hugepages");
	return ret;
}

static bool is_page_size(const char *size)
{
	size_t digits = strspn(size, "0123456789");
	const char *unit = size + digits;

	return digits && digits < 10 &&
	       (strcmp(unit, "KB") == 0 || strcmp(unit, "MB") == 0 ||
		strcmp(unit, "GB") == 0);
}

/* Reserved pages (rsvd, Linux 5.7) are limited too, where they can be: they
 * are what a process counts on after mmap(2). */
int cgroup_write_hugepages(int dir_fd, const char *suffix,
			   const struct cgroup_limits *limits,
			   struct kist_error *err)
{
	for (size_t i = 0; i < limits->hugepage_count; i++) {
		const struct limit_pair *p = &limits->hugepages[i];
		char file[64];
		int ret;

		if (!is_page_size(p->key))
			return unknown_page_size(p->key, err);
		snprintf(file, sizeof(file), "hugetlb.%s.%s", p->key, suffix);
		if (!cgroup_file_exists(dir_fd, file))
			return unknown_page_size(p->key, err);
		ret = cgroup_write_value(dir_fd, file, p->value,
					 "hugepageLimits", false, err);
		if (ret)
			return ret;
		snprintf(file, sizeof(file), "hugetlb.%s.rsvd.%s", p->key,
			 suffix);
		ret = cgroup_write_value(dir_fd, file, p->value,
					 "hugepageLimits", true, err);
		if (ret)
			return ret;
	}
	return 0;
}
