/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroup_devices.c - giving a group its device rules
 *
 * How it works
 * ============
 *
 * v2: one BPF program, named so that we know it again, beside those of others.
 * The new one is attached before the old one goes: for a moment both must
 * agree, and never none is asked.
 *
 * v1: the group has a default and exceptions to it, all in one direction. A
 * list of rules is brought into that form; what has none (allow a range, deny
 * a part of it) is an error. Only what differs from the group's state is
 * written, so that an update does not take a device away for a moment.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>

#include "kernel/cgroup_internal.h"
#include "kernel/device_program.h"
#include "sys/bpf.h"

/* ---- v2 ---- */

#define PROGRAM_NAME "kist_devices"
#define PROGRAMS_MAX 64

static int load_failed(int ret, const char *log, bool tolerate,
		       struct kist_error *err)
{
	if (tolerate && (ret == -EPERM || ret == -EACCES))
		return 0;
	err_sys(err, KIST_E_DEVICE_PROGRAM, -ret,
		"load the BPF program for linux.resources.devices");
	if (*log)
		err_kernel(err, "%.180s", log);
	if (ret == -EPERM)
		err_hint(err, "it needs root outside of user namespaces");
	else if (ret == -ENOSYS || ret == -EINVAL)
		err_hint(err, "the kernel needs CONFIG_BPF_SYSCALL and "
			      "CONFIG_CGROUP_BPF");
	return ret;
}

/* Our programs on the group but @keep go. */
static void detach_old(int dir_fd, const uint32_t *ids, int count)
{
	for (int i = 0; i < count; i++) {
		CLEANUP_FD int fd = bpf_open(ids[i]);
		char name[BPF_OBJ_NAME_LEN];

		if (fd < 0 || bpf_name(fd, name) ||
		    strcmp(name, PROGRAM_NAME) != 0)
			continue;
		if (bpf_detach_device(dir_fd, fd))
			continue; /* somebody else was faster */
	}
}

static int attach_program(int dir_fd, const struct buf *code, bool tolerate,
			  struct kist_error *err)
{
	char log[2048] = "";
	CLEANUP_FD int fd = bpf_load((const void *)code->data,
				     code->len / sizeof(struct bpf_insn),
				     PROGRAM_NAME, log, sizeof(log));
	int ret;

	if (fd < 0)
		return load_failed(fd, log, tolerate, err);
	ret = bpf_attach_device(dir_fd, fd);
	if (ret == 0 || (tolerate && (ret == -EPERM || ret == -EACCES)))
		return 0;
	ret = err_sys(err, KIST_E_DEVICE_PROGRAM, -ret,
		      "attach the BPF program for linux.resources.devices");
	if (ret == -EPERM)
		err_hint(err, "a group above has a program that allows no "
			      "other: see 'bpftool cgroup tree'");
	return ret;
}

int cgroup_v2_devices(int dir_fd, const struct device_rule *rules, size_t count,
		      bool tolerate, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	CLEANUP_BUF struct buf code;
	uint32_t old[PROGRAMS_MAX];
	struct device_policy policy;
	int old_count, ret;

	arena_init(&arena);
	buf_init(&code);
	ret = device_policy_make(rules, count, &arena, &policy, err);
	if (ret)
		return ret;

	old_count = bpf_list_device(dir_fd, old, PROGRAMS_MAX);
	if (policy.count || !policy.allow) { /* else nothing is denied */
		ret = device_program_compile(&policy, &code, err);
		if (ret == 0)
			ret = attach_program(dir_fd, &code, tolerate, err);
	}
	if (ret == 0)
		detach_old(dir_fd, old, old_count);
	return ret;
}

/* ---- v1 ---- */

/* A default and exceptions to it: the form of a v1 group. */
struct exceptions {
	bool allow; /* the default */
	struct device_rule *items;
	size_t count;
};

static void add_exception(struct exceptions *to, struct device_rule rule)
{
	for (size_t i = 0; i < to->count; i++) {
		struct device_rule *e = &to->items[i];

		if (device_rule_covers(e, &rule) &&
		    device_rule_covers(&rule, e)) {
			e->access |= rule.access;
			return;
		}
	}
	to->items[to->count++] = rule;
}

/* v1's exceptions have a type; 'a' is two. */
static void add_both_types(struct exceptions *to, struct device_rule rule)
{
	bool any = rule.type == 'a';

	if (any)
		rule.type = 'b';
	add_exception(to, rule);
	if (any)
		rule.type = 'c';
	if (any)
		add_exception(to, rule);
}

/* Take @rule out of the exceptions. Return: 0, or -EINVAL if it would make a
 * hole in a wider one. */
static int take_out(struct exceptions *from, const struct device_rule *rule)
{
	for (size_t i = 0; i < from->count; i++) {
		struct device_rule *e = &from->items[i];

		if (!(e->access & rule->access) || !device_rule_meets(e, rule))
			continue;
		if (!device_rule_covers(rule, e))
			return -EINVAL;
		e->access &= ~rule->access;
	}
	return 0;
}

static int has_hole(const struct device_rule *rule, struct kist_error *err)
{
	struct device_rule_text t = device_rule_format(rule);
	int ret = err_set(err, KIST_E_DEVICE_RULE,
			  "linux.resources.devices: '%s' cannot be %s again "
			  "after a wider rule: cgroup v1 has no such order",
			  t.text, rule->allow ? "allowed" : "denied");

	err_hint(err, "name the devices of the wider rule one by one, or boot "
		      "with cgroup v2");
	return ret;
}

/*
 * v1 grants a request only if one exception has all of it, so each exception
 * gets what wider ones allow too.
 */
static void widen(struct exceptions *e)
{
	for (size_t i = 0; i < e->count; i++)
		for (size_t j = 0; j < e->count; j++)
			if (e->items[i].access &&
			    device_rule_covers(&e->items[j], &e->items[i]))
				e->items[i].access |= e->items[j].access;
}

static int exceptions_of(const struct device_policy *policy,
			 struct arena *arena, struct exceptions *ret,
			 struct kist_error *err)
{
	ret->allow = policy->allow;
	ret->count = 0;
	ret->items =
		ARENA_ARRAY(arena, struct device_rule, 2 * policy->count + 1);
	if (arena_failed(arena))
		return err_nomem(err);
	for (size_t i = 0; i < policy->count; i++) {
		if (policy->rules[i].allow != policy->allow)
			add_both_types(ret, policy->rules[i]);
		else if (take_out(ret, &policy->rules[i]))
			return has_hole(&policy->rules[i], err);
	}
	if (!policy->allow)
		widen(ret);
	return 0;
}

static int64_t number_or_any(const char *text)
{
	return *text == '*' ? -1 : strtoll(text, NULL, 10);
}

static unsigned access_of(const char *text)
{
	return (strchr(text, 'r') ? DEVICE_READ : 0) |
	       (strchr(text, 'w') ? DEVICE_WRITE : 0) |
	       (strchr(text, 'm') ? DEVICE_MKNOD : 0);
}

/* devices.list: "a *:* rwm" for a group that allows by default (its
 * exceptions are not told), or a line per exception of one that denies. */
static int read_state(int dir_fd, struct arena *arena, struct exceptions *ret)
{
	CLEANUP_FD int fd = cgroup_file_open(dir_fd, "devices.list", O_RDONLY);
	CLEANUP_BUF struct buf text;
	size_t lines = 1;
	const char *at;
	int done;

	buf_init(&text);
	memset(ret, 0, sizeof(*ret));
	if (fd < 0)
		return fd;
	done = buf_read(&text, fd, 16u << 20);
	if (done)
		return done;
	buf_putc(&text, '\n');
	for (size_t i = 0; i < text.len; i++)
		lines += text.data[i] == '\n';
	ret->items = ARENA_ARRAY(arena, struct device_rule, lines);
	if (arena_failed(arena) || buf_failed(&text))
		return -ENOMEM;

	for (at = text.data; *at; at += strcspn(at, "\n") + 1) {
		char type, major[16], minor[16], access[8];

		if (sscanf(at, "%c %15[^:]:%15s %7s", &type, major, minor,
			   access) != 4)
			continue;
		if (type == 'a') {
			ret->allow = true;
			continue;
		}
		ret->items[ret->count++] = (struct device_rule){
			.type = type,
			.major = number_or_any(major),
			.minor = number_or_any(minor),
			.access = access_of(access),
		};
	}
	return 0;
}

static unsigned access_in(const struct exceptions *e,
			  const struct device_rule *rule)
{
	for (size_t i = 0; i < e->count; i++)
		if (device_rule_covers(&e->items[i], rule) &&
		    device_rule_covers(rule, &e->items[i]))
			return e->items[i].access;
	return 0;
}

struct v1_files {
	int allow_fd, deny_fd;
	bool tolerate;
};

static int write_rule(const struct v1_files *files, bool allow,
		      const char *text, struct kist_error *err)
{
	int fd = allow ? files->allow_fd : files->deny_fd;
	int errnum, ret;

	if (write(fd, text, strlen(text)) >= 0)
		return 0;
	errnum = errno;
	if (errnum == EPERM && files->tolerate)
		return 0;
	ret = err_sys(err, KIST_E_DEVICE_RULE, errnum,
		      "linux.resources.devices: write '%s' to '%s'", text,
		      allow ? "devices.allow" : "devices.deny");
	if (errnum == EPERM && allow)
		err_hint(err, "the group above does not allow it");
	else if (errnum == EINVAL && *text == 'a')
		err_hint(err, "a group with groups below cannot change from "
			      "denying to allowing all, or back");
	return ret;
}

/* Write the part of each rule of @what that is not in @but. */
static int write_difference(const struct v1_files *files, bool allow,
			    const struct exceptions *what,
			    const struct exceptions *but,
			    struct kist_error *err)
{
	for (size_t i = 0; i < what->count; i++) {
		struct device_rule rule = what->items[i];
		int ret;

		rule.access &= ~access_in(but, &rule);
		if (!rule.access)
			continue;
		ret = write_rule(files, allow, device_rule_format(&rule).text,
				 err);
		if (ret)
			return ret;
	}
	return 0;
}

static int go_from(struct exceptions *state, const struct exceptions *wanted,
		   const struct v1_files *files, struct kist_error *err)
{
	int ret = 0;

	if (wanted->allow || state->allow) {
		ret = write_rule(files, wanted->allow, "a", err);
		state->count = 0;
	}
	/* first what comes, then what goes */
	if (ret == 0)
		ret = write_difference(files, !wanted->allow, wanted, state,
				       err);
	if (ret == 0)
		ret = write_difference(files, wanted->allow, state, wanted,
				       err);
	return ret;
}

int cgroup_v1_devices(int dir_fd, const struct device_rule *rules, size_t count,
		      bool tolerate, struct kist_error *err)
{
	CLEANUP_FD int allow_fd =
		cgroup_file_open(dir_fd, "devices.allow", O_WRONLY | O_APPEND);
	CLEANUP_FD int deny_fd =
		cgroup_file_open(dir_fd, "devices.deny", O_WRONLY | O_APPEND);
	struct v1_files files = { allow_fd, deny_fd, tolerate };
	struct exceptions state, wanted;
	CLEANUP_ARENA struct arena arena;
	struct device_policy policy;
	int ret;

	arena_init(&arena);
	ret = device_policy_make(rules, count, &arena, &policy, err);
	if (ret == 0)
		ret = exceptions_of(&policy, &arena, &wanted, err);
	if (ret)
		return ret;

	ret = allow_fd < 0 ? allow_fd : deny_fd < 0 ? deny_fd : 0;
	if (ret == 0)
		ret = read_state(dir_fd, &arena, &state);
	if (ret && tolerate && cgroup_is_denial(ret))
		return 0;
	if (ret)
		return err_sys(err, KIST_E_DEVICE_RULE, -ret,
			       "linux.resources.devices: open the group's "
			       "device files");
	return go_from(&state, &wanted, &files, err);
}
