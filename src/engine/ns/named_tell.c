/* SPDX-License-Identifier: Apache-2.0 */
/*
 * named_tell.c - the shell's words for making and keeping named namespaces
 *
 * unshare(1) and mount(8) do the same. Where a process has to stay, the lines
 * start one in the background and call it $holder.
 */
#include <string.h>

#include "base/buf.h"
#include "engine/ns/named_about.h"
#include "engine/ns/named_tell.h"

static const char *const unshare_names[NS_COUNT] = {
	[NS_USER] = "user", [NS_CGROUP] = "cgroup", [NS_IPC] = "ipc",
	[NS_NET] = "net",   [NS_PID] = "pid",	    [NS_TIME] = "time",
	[NS_UTS] = "uts",   [NS_MNT] = "mount",
};

static void tell_about(const struct named_place *place, uint32_t kinds,
		       bool holder, const struct kist_trace *trace,
		       struct arena *arena)
{
	const struct named_about about = { .kinds = kinds,
					   .created = time_now() };
	const char *text = named_about_text(&about, arena);

	if (text && holder)
		trace_step(
			trace, "what makes it a set",
			"printf '{\"holder\":%%d,\"holderStart\":%%d,%%s\\n' "
			"\"$holder\" "
			"\"$(cut -d' ' -f22 /proc/$holder/stat)\" "
			"%s > %s/about",
			trace_word(text + 1), trace_word(place->path));
	else if (text)
		trace_step(trace, "what makes it a set", "echo %s > %s/about",
			   trace_word(text), trace_word(place->path));
}

static void add_kinds(struct buf *line, const struct named_place *place,
		      uint32_t kinds)
{
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++) {
		if (!(kinds & BIT(kind)))
			continue;
		buf_printf(line, " --%s", unshare_names[kind]);
		if (named_can_bind())
			buf_printf(line, "=%s/%s", place->path,
				   ns_table[kind].name);
	}
}

static void add_maps(struct buf *line, const char *option,
		     const char *const *maps)
{
	/* unshare(1) of before 2.39 knows only OUTSIDE,INSIDE,COUNT */
	for (; maps && *maps; maps++) {
		size_t in = strcspn(*maps, ":");
		size_t out = strcspn(*maps + in + 1, ":");

		buf_printf(line, " --%s=%.*s,%.*s,%s", option, (int)out,
			   *maps + in + 1, (int)in, *maps,
			   *maps + in + 1 + out + 1);
	}
}

static void add_options(struct buf *line, const struct kist_ns_new *args,
			uint32_t kinds)
{
	if ((kinds & BIT(NS_USER)) && args->uid_maps) {
		add_maps(line, "map-users", args->uid_maps);
		add_maps(line, "map-groups", args->gid_maps);
	} else if ((kinds & BIT(NS_USER)) && named_can_bind()) {
		buf_puts(line, " --map-users=0,0,4294967295"
			       " --map-groups=0,0,4294967295");
	} else if (kinds & BIT(NS_USER)) {
		buf_puts(line, " --map-root-user --map-auto");
	}
	if ((kinds & BIT(NS_PID)) && (kinds & BIT(NS_MNT)))
		buf_puts(line, " --mount-proc");
	if (args->monotonic_ns)
		buf_printf(line, " --monotonic %lld",
			   (long long)(args->monotonic_ns / 1000000000));
	if (args->boottime_ns)
		buf_printf(line, " --boottime %lld",
			   (long long)(args->boottime_ns / 1000000000));
}

static void add_settings(struct buf *script, const struct kist_ns_new *args,
			 uint32_t kinds)
{
	if (args->hostname)
		buf_printf(script, "hostname %s; ", trace_word(args->hostname));
	if (kinds & BIT(NS_NET))
		buf_puts(script, "ip link set lo up; ");
}

static void tell_unshare(const struct named_place *place,
			 const struct kist_ns_new *args, uint32_t kinds,
			 bool holder, const struct kist_trace *trace)
{
	CLEANUP_BUF struct buf line, script;

	buf_init(&line);
	buf_init(&script);
	if (named_can_bind()) {
		buf_puts(&line, "touch");
		for (enum ns_kind kind = 0; kind < NS_COUNT; kind++)
			if (kinds & BIT(kind))
				buf_printf(&line, " %s/%s", place->path,
					   ns_table[kind].name);
		trace_step(trace, NULL, "%s", line.data ? line.data : "");
		line.len = 0;
	}
	add_settings(&script, args, kinds);
	buf_puts(&script, holder ? "exec sleep infinity" : ":");
	buf_puts(&line, holder ? "setsid unshare --fork" : "unshare");
	add_kinds(&line, place, kinds);
	add_options(&line, args, kinds);
	if (buf_failed(&line) || buf_failed(&script))
		return;
	trace_step(trace, holder ? "a process that keeps them" : NULL,
		   "%s sh -c %s%s", line.data, trace_word(script.data),
		   holder ? " </dev/null >/dev/null 2>&1 &" : "");
	if (holder)
		trace_step(trace, NULL,
			   "until holder=$(pgrep -x -P $! sleep) || "
			   "! kill -0 $!; do sleep 0.1; done");
}

static int tell_netns(const char *name, const struct named_place *place,
		      uint32_t kinds, const struct kist_trace *trace,
		      struct arena *arena, struct kist_error *err)
{
	if (!(kinds & BIT(NS_NET)) || !named_can_bind())
		return 0;
	return named_share_netns(
		name, arena_printf(arena, "%s/net", place->path), trace, err);
}

int named_tell_new(const struct kist *kist, const struct kist_ns_new *args,
		   uint32_t kinds, const struct kist_trace *trace,
		   struct kist_error *err)
{
	const bool holder = !named_can_bind() || (kinds & BIT(NS_PID));
	CLEANUP_ARENA struct arena arena;
	struct named_place place;
	int ret;

	arena_init(&arena);
	ret = named_claim(kist, args->name, trace, &arena, &place, err);
	if (ret < 0)
		return ret;
	tell_unshare(&place, args, kinds, holder, trace);
	tell_about(&place, kinds, holder, trace, &arena);
	return tell_netns(args->name, &place, kinds, trace, &arena, err);
}

/* A file that is the namespace. */
static const char *source_of(const struct kist *kist, struct target *target,
			     enum ns_kind kind, struct arena *arena)
{
	const char *word = target->word;
	pid_t pid = target_pid(target, NULL);
	struct named set;

	if (pid > 0)
		return arena_printf(arena, "/proc/%d/ns/%s", pid,
				    ns_table[kind].name);
	if (strncmp(word, "netns:", 6) == 0)
		return arena_printf(arena, NETNS_FOLDER "/%s", word + 6);
	if (target->kind == TARGET_SET &&
	    named_find(kist, word, arena, &set, NULL) == 0 && set.path[kind])
		return set.path[kind];
	return word;
}

int named_tell_keep(const struct kist *kist, const char *name,
		    struct target *target, uint32_t kinds,
		    const struct kist_trace *trace, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct named_place place;
	int ret;

	arena_init(&arena);
	ret = named_claim(kist, name, trace, &arena, &place, err);
	if (ret < 0)
		return ret;
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++)
		if (kinds & BIT(kind))
			trace_step(trace, NULL,
				   "touch %s/%s && mount --bind %s %s/%s",
				   place.path, ns_table[kind].name,
				   source_of(kist, target, kind, &arena),
				   place.path, ns_table[kind].name);
	tell_about(&place, kinds, false, trace, &arena);
	return tell_netns(name, &place, kinds, trace, &arena, err);
}
