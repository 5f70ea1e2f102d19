/* SPDX-License-Identifier: Apache-2.0 */
/* probe_exec.c - executing a program: found, readable, of this machine */
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/near.h"
#include "base/path.h"
#include "engine/why/look.h"
#include "kernel/cap.h"
#include "sys/file.h"

#define ENVIRON_MAX (1u << 20)
#define HEAD_BYTES 4096
#define MACHINE_LOONGARCH 258 /* EM_LOONGARCH of newer headers */
#define STRING_MAX_KIB 128    /* MAX_ARG_STRLEN */

/* ---- where it is ---- */

static const char *search_path(const struct why_case *c)
{
	CLEANUP_BUF struct buf buf;
	const char *path = "/usr/local/bin:/usr/bin:/bin";

	buf_init(&buf);
	if (sys_load_file(c->proc_fd, "environ", &buf, ENVIRON_MAX) < 0)
		return path;
	buf_putc(&buf, '\0');
	if (buf_failed(&buf))
		return path;
	for (size_t at = 0; at < buf.len; at += strlen(buf.data + at) + 1)
		if (strncmp(buf.data + at, "PATH=", 5) == 0)
			path = arena_strdup(c->arena, buf.data + at + 5);
	return path;
}

static bool is_word(const struct why_case *c)
{
	return c->subject && *c->subject && !strchr(c->subject, '/');
}

/* The file, as a path; NULL: it is in no folder of PATH. */
static const char *program(const struct why_case *c)
{
	char *list, *save = NULL;
	struct stat st;

	if (!c->subject || !*c->subject || !is_word(c))
		return c->subject;
	list = arena_strdup(c->arena, search_path(c));
	for (char *dir = strtok_r(list, ":", &save); dir;
	     dir = strtok_r(NULL, ":", &save)) {
		const char *path =
			arena_printf(c->arena, "%s/%s", dir, c->subject);

		if (look_stat(c, path, &st))
			return path;
	}
	return NULL;
}

static const struct {
	const char *program, *package;
} packages[] = {
	{ "nft", "nftables" },	    { "iptables", "iptables" },
	{ "ip", "iproute2" },	    { "ss", "iproute2" },
	{ "newuidmap", "uidmap" },  { "newgidmap", "uidmap" },
	{ "pasta", "passt" },	    { "slirp4netns", "slirp4netns" },
	{ "criu", "criu" },	    { "fuse-overlayfs", "fuse-overlayfs" },
	{ "ping", "iputils-ping" }, { "capsh", "libcap2-bin" },
	{ "setfacl", "acl" },	    { "strace", "strace" },
};

int probe_exec_package(const struct why_case *c, struct why_finding *found)
{
	const char *name = c->subject ? path_name(c->subject) : "";
	struct stat st;

	if (program(c) && (is_word(c) || look_stat(c, c->subject, &st)))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(packages); i++)
		if (strcmp(packages[i].program, name) == 0)
			return look_found(c, found, true, name,
					  packages[i].package,
					  "no '%s' is in PATH, which is %s",
					  name, search_path(c));
	return 0;
}

static void offer_folder(const struct why_case *c, struct near *near,
			 const char *path)
{
	DIR *dir = look_list(c, path);
	struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		const char *before = near->best;

		near_offer(near, entry->d_name);
		if (near->best != before)
			near->best = arena_strdup(c->arena, near->best);
	}
	closedir(dir);
}

int probe_exec_typo(const struct why_case *c, struct why_finding *found)
{
	const char *path = search_path(c);
	char *list, *save = NULL;
	struct near near;

	if (!is_word(c) || program(c))
		return 0;
	near_init(&near, c->subject);
	list = arena_strdup(c->arena, path);
	for (char *dir = strtok_r(list, ":", &save); dir;
	     dir = strtok_r(NULL, ":", &save))
		offer_folder(c, &near, dir);
	if (!near.best)
		return 0;
	return look_found(c, found, true, c->subject, near.best,
			  "PATH is %s; it has '%s', and no '%s'", path,
			  near.best, c->subject);
}

int probe_exec_not_in_path(const struct why_case *c, struct why_finding *found)
{
	struct why_finding other;

	if (!is_word(c) || program(c) || probe_exec_typo(c, &other) ||
	    probe_exec_package(c, &other))
		return 0;
	return look_found(c, found, true, c->subject, NULL,
			  "PATH is %s, and none of them has it",
			  search_path(c));
}

/* ---- what it is ---- */

/* Its first bytes. Return: how many, or -1. */
static ssize_t head(const struct why_case *c, const char *path,
		    char buf[HEAD_BYTES + 1])
{
	CLEANUP_FD int fd = look_open(c, path, O_RDONLY | O_NONBLOCK);
	struct stat st;
	ssize_t len;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return -1;
	len = pread(fd, buf, HEAD_BYTES, 0);
	if (len >= 0)
		buf[len] = '\0';
	return len;
}

/* "#!/bin/sh -e": "/bin/sh"; NULL: it is no script. */
static const char *interpreter(const struct why_case *c, const char *path,
			       bool *ret_has_return)
{
	char buf[HEAD_BYTES + 1];
	const char *at;
	size_t len;

	if (!path || head(c, path, buf) < 2 || buf[0] != '#' || buf[1] != '!')
		return NULL;
	at = buf + 2 + strspn(buf + 2, " \t");
	len = strcspn(at, " \t\n\r");
	*ret_has_return = at[len] == '\r';
	return arena_strndup(c->arena, at, len);
}

int probe_exec_return(const struct why_case *c, struct why_finding *found)
{
	const char *path = program(c), *name;
	bool has_return;

	name = interpreter(c, path, &has_return);
	if (!name || !has_return)
		return 0;
	return look_found(c, found, true, path, name,
			  "its first line is '#!%s' and a carriage return",
			  name);
}

int probe_exec_interpreter(const struct why_case *c, struct why_finding *found)
{
	const char *path = program(c), *name;
	bool has_return;
	struct stat st;

	name = interpreter(c, path, &has_return);
	if (!name || has_return || look_stat(c, name, &st))
		return 0;
	return look_found(c, found, true, path, name,
			  "its first line is '#!%s', and '%s' is there, no "
			  "more of it",
			  name, look_nearest(c, name));
}

/* The parts of both widths that are of use. */
struct elf {
	unsigned width, machine;
	bool is_big;
	char loader[256];
};

static void take_loader(const char *buf, size_t len, uint64_t at, uint64_t size,
			struct elf *elf)
{
	if (at < len && size < sizeof(elf->loader) && size <= len - at)
		memcpy(elf->loader, buf + at, size);
}

static bool read_elf64(const char *buf, size_t len, struct elf *elf)
{
	Elf64_Ehdr head_of;
	Elf64_Phdr part;

	if (len < sizeof(head_of))
		return false;
	memcpy(&head_of, buf, sizeof(head_of));
	for (unsigned i = 0; i < head_of.e_phnum && !elf->is_big; i++) {
		uint64_t at = head_of.e_phoff + i * sizeof(part);

		if (head_of.e_phoff > len || at + sizeof(part) > len)
			break;
		memcpy(&part, buf + at, sizeof(part));
		if (part.p_type == PT_INTERP)
			take_loader(buf, len, part.p_offset, part.p_filesz,
				    elf);
	}
	return true;
}

static bool read_elf32(const char *buf, size_t len, struct elf *elf)
{
	Elf32_Ehdr head_of;
	Elf32_Phdr part;

	if (len < sizeof(head_of))
		return false;
	memcpy(&head_of, buf, sizeof(head_of));
	for (unsigned i = 0; i < head_of.e_phnum && !elf->is_big; i++) {
		uint64_t at = (uint64_t)head_of.e_phoff + i * sizeof(part);

		if (at + sizeof(part) > len)
			break;
		memcpy(&part, buf + at, sizeof(part));
		if (part.p_type == PT_INTERP)
			take_loader(buf, len, part.p_offset, part.p_filesz,
				    elf);
	}
	return true;
}

static bool read_elf(const struct why_case *c, const char *path,
		     struct elf *elf)
{
	char buf[HEAD_BYTES + 1];
	ssize_t len = path ? head(c, path, buf) : -1;

	*elf = (struct elf){ .width = 64 };
	if (len < EI_NIDENT + 4 || memcmp(buf, ELFMAG, SELFMAG) != 0)
		return false;
	elf->width = buf[EI_CLASS] == ELFCLASS32 ? 32 : 64;
	elf->is_big = buf[EI_DATA] == ELFDATA2MSB;
	elf->machine =
		elf->is_big ?
			(unsigned char)buf[19] + (unsigned char)buf[18] * 256u :
			(unsigned char)buf[18] + (unsigned char)buf[19] * 256u;
	return elf->width == 32 ? read_elf32(buf, (size_t)len, elf) :
				  read_elf64(buf, (size_t)len, elf);
}

int probe_exec_loader(const struct why_case *c, struct why_finding *found)
{
	const char *path = program(c);
	struct elf elf;
	struct stat st;

	if (!read_elf(c, path, &elf) || !elf.loader[0] ||
	    look_stat(c, elf.loader, &st))
		return 0;
	return look_found(c, found, true, path,
			  arena_strdup(c->arena, elf.loader),
			  "'%s' is there; its PT_INTERP is '%s', which is not",
			  path, elf.loader);
}

static const struct {
	unsigned machine, width;
	const char *name;
} machines[] = {
	{ EM_X86_64, 64, "x86_64" },   { EM_386, 32, "i386" },
	{ EM_AARCH64, 64, "aarch64" }, { EM_ARM, 32, "arm" },
	{ EM_RISCV, 64, "riscv64" },   { EM_PPC64, 64, "ppc64le" },
	{ EM_S390, 64, "s390x" },      { EM_MIPS, 32, "mips" },
	{ EM_MIPS, 64, "mips64" },     { MACHINE_LOONGARCH, 64, "loongarch64" },
	{ EM_X86_64, 32, "x32" },      { EM_RISCV, 32, "riscv32" },
};

int probe_exec_machine(const struct why_case *c, struct why_finding *found)
{
	const char *path = program(c), *name = "another machine";
	struct utsname self;
	struct elf elf;

	if (!read_elf(c, path, &elf) || uname(&self) < 0)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(machines); i++)
		if (machines[i].machine == elf.machine &&
		    machines[i].width == elf.width)
			name = machines[i].name;
	if (strcmp(name, self.machine) == 0)
		return 0;
	return look_found(
		c, found, true, path, name,
		"its ELF header has machine %u, %u bits; this machine "
		"is %s, and no binfmt_misc handler took it",
		elf.machine, elf.width, self.machine);
}

int probe_exec_empty(const struct why_case *c, struct why_finding *found)
{
	const char *path = program(c);
	char buf[HEAD_BYTES + 1];

	if (!path || head(c, path, buf) != 0)
		return 0;
	return look_found(c, found, true, path, NULL, "'%s' has 0 bytes", path);
}

int probe_exec_no_magic(const struct why_case *c, struct why_finding *found)
{
	const char *path = program(c);
	char buf[HEAD_BYTES + 1];
	ssize_t len = path ? head(c, path, buf) : -1;

	if (len <= 0 || memcmp(buf, "#!", 2) == 0 ||
	    (len >= SELFMAG && memcmp(buf, ELFMAG, SELFMAG) == 0))
		return 0;
	return look_found(c, found, true, path, NULL,
			  "'%s' begins with bytes %02x %02x, not with '#!' or "
			  "the mark of ELF",
			  path, (unsigned char)buf[0], (unsigned char)buf[1]);
}

/* ---- may it be executed ---- */

int probe_noexec(const struct why_case *c, struct why_finding *found)
{
	const char *path = program(c);
	const struct mountinfo *mount;

	mount = path ? look_mount_of(c, path) : NULL;
	if (!mount || !look_has_option(mount->options, "noexec"))
		return 0;
	return look_found(c, found, true, path, mount->point,
			  "'%s' is mounted %s", mount->point, mount->options);
}

int probe_exec_folder(const struct why_case *c, struct why_finding *found)
{
	const char *path = program(c);
	struct stat st;

	if (!path || !look_stat(c, path, &st) || S_ISREG(st.st_mode))
		return 0;
	return look_found(c, found, true, path, NULL, "'%s' is a %s", path,
			  S_ISDIR(st.st_mode) ? "folder" : "special file");
}

/* Root needs one of the three bits, others theirs. */
int probe_exec_bit(const struct why_case *c, struct why_finding *found)
{
	const char *path = program(c);
	struct proc_status status;
	unsigned bits;
	struct stat st;

	if (!path || !look_stat(c, path, &st) || !S_ISREG(st.st_mode) ||
	    !look_status(c, &status))
		return 0;
	bits = status.uid[PROC_FS] == st.st_uid ? S_IXUSR :
	       status.gid[PROC_FS] == st.st_gid ? S_IXGRP :
						  S_IXOTH;
	if (status.caps[PROC_CAP_EFFECTIVE] & (UINT64_C(1) << CAP_DAC_OVERRIDE))
		bits = S_IXUSR | S_IXGRP | S_IXOTH;
	if (st.st_mode & bits)
		return 0;
	return look_found(c, found, true, path, NULL,
			  "'%s' has mode %04o, user %u; process %d is user %u",
			  path, st.st_mode & 07777, st.st_uid, c->pid,
			  status.uid[PROC_FS]);
}

/* A program that counts on its capabilities is not started with fewer. */
int probe_exec_file_caps(const struct why_case *c, struct why_finding *found)
{
	const char *path = program(c);
	CLEANUP_FD int fd = path ? look_open(c, path, O_RDONLY | O_NONBLOCK) :
				   -1;
	struct vfs_ns_cap_data data = { 0 };
	struct proc_status status;
	uint64_t wanted;
	ssize_t len = fd < 0 ? -1 :
			       fgetxattr(fd, "security.capability", &data,
					 sizeof(data));

	if (len < (ssize_t)sizeof(struct vfs_cap_data) ||
	    !(data.magic_etc & VFS_CAP_FLAGS_EFFECTIVE) ||
	    !look_status(c, &status))
		return 0;
	wanted = data.data[0].permitted | (uint64_t)data.data[1].permitted
						  << 32;
	wanted &= ~status.caps[PROC_BOUNDING];
	for (int number = 0; number < 64; number++)
		if (wanted & (UINT64_C(1) << number))
			return look_found(
				c, found, true, path,
				cap_name(number) ? cap_name(number) : "one",
				"its security.capability asks for what the "
				"bounding set of process %d (%016llx) has not",
				c->pid,
				(unsigned long long)status.caps[PROC_BOUNDING]);
	return 0;
}

int probe_exec_arguments(const struct why_case *c, struct why_finding *found)
{
	char text[4096];
	const char *line;
	unsigned long long kib = 0;

	if (sys_read_file(c->proc_fd, "limits", text, sizeof(text)) <= 0)
		return 0;
	line = strstr(text, "Max stack size");
	if (line)
		kib = strtoull(line + strlen("Max stack size"), NULL, 10) /
		      1024 / 4;
	if (kib == 0 || kib > 6144)
		kib = 6144;
	return look_found(c, found, true,
			  arena_printf(c->arena, "%llu KiB", kib),
			  arena_printf(c->arena, "%d KiB", STRING_MAX_KIB),
			  "the kernel says E2BIG, and nothing else does; a "
			  "quarter of RLIMIT_STACK, at most 6 MiB, is %llu KiB",
			  kib);
}
