/* SPDX-License-Identifier: Apache-2.0 */
/* bpf.c - bpf(2), as far as cgroup device programs need it */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>

#include "sys/bpf.h"
#include "sys/syscall.h"

static int bpf(int command, union bpf_attr *attr)
{
	return sys_result(syscall(SYS_bpf, command, attr, sizeof(*attr)));
}

static int load(union bpf_attr *attr)
{
	int ret;

	do /* EAGAIN: a signal came while the verifier worked */
		ret = bpf(BPF_PROG_LOAD, attr);
	while (ret == -EAGAIN);
	return ret;
}

/* Before 5.11: EPERM, too, means that too little memory may be locked. */
static int load_unlocked(union bpf_attr *attr)
{
	struct rlimit old, all = { RLIM_INFINITY, RLIM_INFINITY };
	int ret = load(attr);

	if (ret != -EPERM || getrlimit(RLIMIT_MEMLOCK, &old) ||
	    old.rlim_cur == RLIM_INFINITY || setrlimit(RLIMIT_MEMLOCK, &all))
		return ret;
	ret = load(attr);
	setrlimit(RLIMIT_MEMLOCK, &old);
	return ret;
}

int bpf_load(const struct bpf_insn *insns, size_t count, const char *name,
	     char *log, size_t log_size)
{
	union bpf_attr attr;
	int ret;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
	attr.insns = (uint64_t)(uintptr_t)insns;
	attr.insn_cnt = (uint32_t)count;
	attr.license = (uint64_t)(uintptr_t) "Apache-2.0";
	strncpy(attr.prog_name, name, sizeof(attr.prog_name) - 1);

	ret = load_unlocked(&attr);
	if (ret >= 0 || !log || !log_size)
		return ret;
	/* again, for the words alone: logging makes loading slower */
	attr.log_buf = (uint64_t)(uintptr_t)log;
	attr.log_size = (uint32_t)log_size;
	attr.log_level = 1;
	log[0] = '\0';
	return load(&attr);
}

static int attach(int command, int cgroup_fd, int program_fd, uint32_t flags)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.target_fd = (uint32_t)cgroup_fd;
	attr.attach_bpf_fd = (uint32_t)program_fd;
	attr.attach_type = BPF_CGROUP_DEVICE;
	attr.attach_flags = flags;
	return bpf(command, &attr);
}

int bpf_attach_device(int cgroup_fd, int program_fd)
{
	return attach(BPF_PROG_ATTACH, cgroup_fd, program_fd,
		      BPF_F_ALLOW_MULTI);
}

int bpf_detach_device(int cgroup_fd, int program_fd)
{
	return attach(BPF_PROG_DETACH, cgroup_fd, program_fd, 0);
}

int bpf_list_device(int cgroup_fd, uint32_t *ids, size_t max)
{
	union bpf_attr attr;
	int ret;

	memset(&attr, 0, sizeof(attr));
	attr.query.target_fd = (uint32_t)cgroup_fd;
	attr.query.attach_type = BPF_CGROUP_DEVICE;
	attr.query.prog_ids = (uint64_t)(uintptr_t)ids;
	attr.query.prog_cnt = (uint32_t)max;
	ret = bpf(BPF_PROG_QUERY, &attr);
	if (ret < 0 && ret != -ENOSPC)
		return ret;
	return (int)(attr.query.prog_cnt < max ? attr.query.prog_cnt : max);
}

int bpf_open(uint32_t id)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_id = id;
	return bpf(BPF_PROG_GET_FD_BY_ID, &attr);
}

int bpf_name(int program_fd, char ret_name[BPF_OBJ_NAME_LEN])
{
	struct bpf_prog_info info;
	union bpf_attr attr;
	int ret;

	memset(&info, 0, sizeof(info));
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = (uint32_t)program_fd;
	attr.info.info_len = sizeof(info);
	attr.info.info = (uint64_t)(uintptr_t)&info;
	ret = bpf(BPF_OBJ_GET_INFO_BY_FD, &attr);
	if (ret)
		return ret;
	memcpy(ret_name, info.name, BPF_OBJ_NAME_LEN);
	return 0;
}
