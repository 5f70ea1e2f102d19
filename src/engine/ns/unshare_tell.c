/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unshare_tell.c - what kist_unshare() does, as lines for sh(1)
 *
 * One line of unshare(1); what it does not do by itself is a script that it
 * runs before the command:
 *
 *	unshare --net sh -ec 'ip link set lo up
 *	exec "$@"' sh COMMAND
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/trace.h"
#include "engine/ns/unshare.h"
#include "kernel/signal.h"

/* Options in the order of unshare(1). */
static const struct {
	enum ns_kind kind;
	const char *name;
} options[] = {
	{ NS_MNT, "mount" },	 { NS_UTS, "uts" },   { NS_IPC, "ipc" },
	{ NS_NET, "net" },	 { NS_PID, "pid" },   { NS_USER, "user" },
	{ NS_CGROUP, "cgroup" }, { NS_TIME, "time" },
};

static void word(struct buf *line, const char *text)
{
	buf_putc(line, ' ');
	buf_puts(line, trace_word(text));
}

static void option(struct buf *line, const char *name, const char *value)
{
	CLEANUP_BUF struct buf text;

	buf_init(&text);
	if (value)
		buf_printf(&text, "--%s=%s", name, value);
	if (value && !buf_failed(&text))
		word(line, text.data);
}

static void tell_blocks(struct buf *line, const char *name,
			const char *const *blocks)
{
	for (; blocks && *blocks; blocks++)
		option(line, name, *blocks);
}

static bool is_auto(const char *const *blocks)
{
	return blocks && blocks[0] && strcmp(blocks[0], "auto") == 0 &&
	       !blocks[1];
}

static void tell_maps(const struct unshare *u, struct buf *line)
{
	if (u->map_user && u->map_group && strcmp(u->map_user, "0") == 0 &&
	    strcmp(u->map_group, "0") == 0) {
		word(line, "--map-root-user");
	} else {
		option(line, "map-user", u->map_user);
		option(line, "map-group", u->map_group);
	}
	if (is_auto(u->map_users) && is_auto(u->map_groups)) {
		word(line, "--map-auto");
	} else {
		tell_blocks(line, "map-users", u->map_users);
		tell_blocks(line, "map-groups", u->map_groups);
	}
	option(line, "owner", u->args->owner);
	if (u->args->setgroups == KIST_SETGROUPS_DENY)
		word(line, "--setgroups=deny");
	else if (u->args->setgroups == KIST_SETGROUPS_ALLOW)
		word(line, "--setgroups=allow");
	if (u->args->keep_caps)
		word(line, "--keep-caps");
}

static void tell_clock(struct buf *line, const char *name, int64_t offset_ns)
{
	if (offset_ns)
		buf_printf(line, " --%s %lld", name,
			   (long long)(offset_ns / 1000000000));
}

static void tell_options(const struct unshare *u, struct buf *line)
{
	static const char *const propagations[] = {
		[KIST_PROPAGATION_SLAVE] = "slave",
		[KIST_PROPAGATION_SHARED] = "shared",
		[KIST_PROPAGATION_UNCHANGED] = "unchanged",
	};
	char name[16];

	for (size_t i = 0; i < ARRAY_LEN(options); i++) {
		const char *file = u->args->keep[options[i].kind];

		if (!unshare_has(u, options[i].kind))
			continue;
		if (file)
			option(line, options[i].name, file);
		else
			buf_printf(line, " --%s", options[i].name);
	}
	if (u->forks)
		word(line, "--fork");
	if (u->args->kill_child)
		option(line, "kill-child",
		       signal_format(u->args->kill_child, name, sizeof(name)));
	if (u->args->forward)
		word(line, "--forward-signals");
	tell_maps(u, line);
	option(line, "propagation", propagations[u->args->propagation]);
	tell_clock(line, "monotonic", u->args->monotonic_ns);
	tell_clock(line, "boottime", u->args->boottime_ns);
}

/* ---- the script ---- */

static void script_line(struct buf *script, const char *fmt, const char *a,
			const char *b)
{
	/* each names two words */
	buf_puts(script, fmt);
	if (a)
		buf_printf(script, " %s", trace_word(a));
	if (b)
		buf_printf(script, " %s", trace_word(b));
	buf_putc(script, '\n');
}

static void tell_sys(const struct unshare *u, struct buf *script)
{
	const char *at = u->args->root ? u->args->root : "/mnt";

	if (u->args->root) {
		buf_printf(script, "mount -t sysfs sysfs %s/sys\n",
			   trace_word(at));
		return;
	}
	buf_puts(script, "mount -t sysfs -o nosuid,nodev,noexec sysfs /mnt\n");
	for (const char *const *place = unshare_sys_places; *place; place++)
		if (unshare_is_mount(*place))
			buf_printf(script, "mount --rbind %s /mnt%s\n", *place,
				   *place + strlen("/sys"));
	buf_puts(script, "mount --move /mnt /sys\n");
}

static void tell_bind(void *context, const char *from, const char *to)
{
	script_line(context, "mount --bind", from, to);
}

static void tell_binfmt(const struct unshare *u, struct buf *script)
{
	const char *at = u->args->mount_binfmt;
	const char *rule = u->args->load_interp;

	if (!at && rule)
		at = "/proc/sys/fs/binfmt_misc";
	if (!at)
		return;
	script_line(script, "mount -t binfmt_misc binfmt_misc", at, NULL);
	if (rule) {
		buf_printf(script, "printf %%s %s >", trace_word(rule));
		buf_printf(script, "%s/register\n", trace_word(at));
	}
}

static void tell_mounts(const struct unshare *u, struct buf *script)
{
	const char *root = u->args->root ? u->args->root : "";

	if (u->fresh_sys)
		tell_sys(u, script);
	if (u->groups)
		unshare_cgroup_binds(u, false, tell_bind, script);
	if (u->fresh_proc) {
		CLEANUP_BUF struct buf at;

		buf_init(&at);
		buf_printf(&at, "%s%s", root, u->fresh_proc);
		if (!buf_failed(&at))
			script_line(script,
				    "mount -t proc -o nosuid,nodev,noexec proc",
				    at.data, NULL);
	}
	if (u->fresh_mqueue)
		buf_puts(script, "mount -t mqueue -o nosuid,nodev,noexec "
				 "mqueue /dev/mqueue\n");
	tell_binfmt(u, script);
}

/* The last line: what is left for a second unshare(1), and the command. */
static void tell_end(const struct unshare *u, struct buf *script)
{
	CLEANUP_BUF struct buf line;

	buf_init(&line);
	option(&line, "root", u->args->root);
	option(&line, "wd", u->args->cwd);
	if (u->gid.given)
		buf_printf(&line, " --setgid %u", u->gid.id);
	if (u->uid.given)
		buf_printf(&line, " --setuid %u", u->uid.id);
	if (line.len)
		buf_printf(script, "exec unshare%s \"$@\"", line.data);
	else if (script->len)
		buf_puts(script, "exec \"$@\"");
}

static void make_script(const struct unshare *u, struct buf *script)
{
	if (unshare_has(u, NS_NET) && !u->args->plain)
		buf_puts(script, "ip link set lo up\n");
	if (u->args->hostname)
		buf_printf(script, "echo %s >/proc/sys/kernel/hostname\n",
			   trace_word(u->args->hostname));
	if (u->args->domainname)
		buf_printf(script, "echo %s >/proc/sys/kernel/domainname\n",
			   trace_word(u->args->domainname));
	tell_mounts(u, script);
	if (u->args->setup)
		script_line(script, "sh -c", u->args->setup, NULL);
	tell_end(u, script);
}

/* ---- files that keep namespaces ---- */

static void tell_files(const struct unshare *u, const struct kist_trace *trace)
{
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++) {
		const char *file = u->args->keep[kind];

		if (!file)
			continue;
		trace_step(trace, NULL, "touch %s", trace_word(file));
		if (kind != NS_MNT || !outside_is_on_shared(file))
			continue;
		trace_step(trace,
			   "a mount namespace is bound where nobody else gets "
			   "to see it",
			   "mount --bind %s %s", trace_word(file),
			   trace_word(file));
		trace_step(trace, NULL, "mount --make-private %s",
			   trace_word(file));
	}
}

static const char *reason(const struct unshare *u)
{
	if (unshare_has(u, NS_USER) && !(u->args->ns & KIST_NS_USER) &&
	    !u->args->map_user && !u->args->map_users)
		return "who may not make the others gets a user namespace";
	return NULL;
}

void unshare_tell(const struct unshare *u, const struct kist_trace *trace)
{
	CLEANUP_BUF struct buf line, script;

	buf_init(&line);
	buf_init(&script);
	tell_files(u, trace);
	buf_puts(&line, "unshare");
	tell_options(u, &line);
	make_script(u, &script);
	if (script.len && !buf_failed(&script)) {
		CLEANUP_BUF struct buf quoted;

		/* longer than a quoted word may be: by hand */
		buf_init(&quoted);
		for (const char *c = script.data; *c; c++)
			if (*c == '\'')
				buf_puts(&quoted, "'\\''");
			else
				buf_putc(&quoted, *c);
		if (!buf_failed(&quoted))
			buf_printf(&line, " sh -ec '%s' sh", quoted.data);
	}
	for (const char *const *arg = u->argv; *arg; arg++)
		word(&line, *arg);
	if (!buf_failed(&line) && !buf_failed(&script))
		trace_step(trace, reason(u), "%s", line.data);
}
