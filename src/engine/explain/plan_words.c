/* SPDX-License-Identifier: Apache-2.0 */
/* plan_words.c - a plan in words: capabilities, ids, filters, mounts */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/seccomp.h>
#include <string.h>
#include <unistd.h>

#include "engine/explain/plan.h"
#include "kernel/cap.h"
#include "kernel/rlimit.h"
#include "kernel/syscalls.h"
#include "sys/mount.h"

static const char *kept(struct telling *t, const struct buf *text)
{
	return text->len ? arena_strdup(t->arena, text->data) : "";
}

const char *words_of_caps(struct telling *t, uint64_t mask)
{
	int count = __builtin_popcountll(mask & CAP_ALL);
	CLEANUP_BUF struct buf text;

	buf_init(&text);
	if (count == CAP_COUNT)
		return "all 41 capabilities";
	if (count == 0)
		return "no capabilities at all";
	buf_printf(&text, "%d capabilit%s: ", count, count == 1 ? "y" : "ies");
	for (int cap = 0, first = 1; cap < CAP_COUNT; cap++) {
		if (!(mask & CAP_MASK(cap)))
			continue;
		buf_puts(&text, first ? "" : ", ");
		for (const char *c = cap_name(cap) + 4; *c; c++)
			buf_putc(&text, (char)tolower((unsigned char)*c));
		first = 0;
	}
	return kept(t, &text);
}

const char *words_of_kinds(struct telling *t)
{
	CLEANUP_BUF struct buf text;

	buf_init(&text);
	for (int kind = 0; kind < NS_COUNT; kind++)
		if (t->p->spec->ns[kind].want != NS_INHERIT)
			buf_printf(&text, "%s%s", text.len ? ", " : "",
				   ns_table[kind].name);
	return kept(t, &text);
}

static void add_maps(struct buf *text, const struct id_maps *maps,
		     const char *word)
{
	for (size_t i = 0; i < maps->count; i++) {
		const struct id_map *map = &maps->maps[i];

		buf_printf(text, "%s%s %u", text->len ? "; " : "", word,
			   map->inside);
		if (map->count > 1)
			buf_printf(text, " to %" PRIu64,
				   (uint64_t)map->inside + map->count - 1);
		buf_printf(text, " inside %s %u", map->count > 1 ? "are" : "is",
			   map->outside);
		if (map->count > 1)
			buf_puts(text, " and up");
		buf_puts(text, " outside");
	}
}

const char *words_of_ids(struct telling *t)
{
	CLEANUP_BUF struct buf text;

	buf_init(&text);
	add_maps(&text, &t->p->spec->uid_maps, "user");
	add_maps(&text, &t->p->spec->gid_maps, "group");
	return text.len ? kept(t, &text) : "none: everybody is nobody (65534)";
}

static const char *number(struct telling *t, uint64_t value)
{
	return value == UINT64_MAX ? "unlimited" :
				     arena_printf(t->arena, "%" PRIu64, value);
}

const char *words_of_rlimit(struct telling *t, const char *oci_name)
{
	const struct spec_process *process = &t->p->spec->process;
	int resource = rlimit_parse_oci(oci_name);

	for (size_t i = 0; i < process->rlimit_count; i++)
		if (process->rlimits[i].resource == resource)
			return arena_printf(
				t->arena,
				"the limit %s of each process to %s (%s)",
				oci_name, number(t, process->rlimits[i].soft),
				rlimit_table[resource].unit);
	return oci_name;
}

const char *words_of_command(struct telling *t)
{
	const struct string_list *args = &t->p->spec->process.args;
	CLEANUP_BUF struct buf text;

	buf_init(&text);
	for (size_t i = 0; i < args->count; i++)
		buf_printf(&text, "%s%s", i ? " " : "", args->items[i]);
	return kept(t, &text);
}

/* ---- the filter ---- */

#if defined(__x86_64__)
#define NATIVE SYSCALL_X86_64
#elif defined(__aarch64__)
#define NATIVE SYSCALL_AARCH64
#else
#define NATIVE SYSCALL_RISCV64
#endif

static bool lets(uint32_t action)
{
	action &= SECCOMP_RET_ACTION_FULL;
	return action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG;
}

static bool names(const struct seccomp_rule *rule, const char *name)
{
	for (const char **n = rule->names; *n; n++)
		if (strcmp(*n, name) == 0)
			return true;
	return false;
}

enum may { MAY, MAY_SOMETIMES, MAY_NOT };

/* A rule without arguments decides alone. */
static enum may may_call(const struct seccomp_profile *profile,
			 const char *name)
{
	bool sometimes = false;

	for (size_t i = 0; i < profile->rule_count; i++) {
		const struct seccomp_rule *rule = &profile->rules[i];

		if (!names(rule, name))
			continue;
		if (!rule->arg_count)
			return lets(rule->action) ? MAY : MAY_NOT;
		sometimes |= lets(rule->action) !=
			     lets(profile->default_action);
	}
	if (sometimes)
		return MAY_SOMETIMES;
	return lets(profile->default_action) ? MAY : MAY_NOT;
}

static const char *refusal(struct telling *t, uint32_t action)
{
	uint32_t kind = action & SECCOMP_RET_ACTION_FULL;

	if (kind == SECCOMP_RET_ERRNO)
		return arena_printf(t->arena, "fail with %s",
				    errno_name(action & SECCOMP_RET_DATA));
	if (kind == SECCOMP_RET_KILL_PROCESS || kind == SECCOMP_RET_KILL_THREAD)
		return "end the program";
	if (kind == SECCOMP_RET_TRAP)
		return "send SIGSYS";
	return "are refused";
}

const char *words_of_filter(struct telling *t)
{
	const struct seccomp_profile *profile = t->p->spec->seccomp;
	struct seccomp_program code = { 0 };
	int counts[3] = { 0 }, all;
	CLEANUP_BUF struct buf text;

	buf_init(&text);
	for (size_t i = 0; syscall_name(i); i++)
		if (syscall_number(i, NATIVE) >= 0)
			counts[may_call(profile, syscall_name(i))]++;
	all = counts[MAY] + counts[MAY_SOMETIMES] + counts[MAY_NOT];
	buf_printf(&text, "%d of %d are allowed", counts[MAY], all);
	if (counts[MAY_SOMETIMES])
		buf_printf(&text, ", %d with certain arguments only",
			   counts[MAY_SOMETIMES]);
	if (counts[MAY_NOT])
		buf_printf(&text, "; the others %s",
			   lets(profile->default_action) ?
				   "are refused" :
				   refusal(t, profile->default_action));
	if (seccomp_compile(profile, t->arena, &code, NULL) == 0)
		buf_printf(&text, " (%zu instructions)", code.len);
	return kept(t, &text);
}

/* ---- mounts ---- */

static const struct {
	const char *type;
	enum step_id id;
} types[] = {
	{ "proc", STEP_MOUNT_PROC },	  { "sysfs", STEP_MOUNT_SYSFS },
	{ "tmpfs", STEP_MOUNT_TMPFS },	  { "devpts", STEP_MOUNT_DEVPTS },
	{ "mqueue", STEP_MOUNT_MQUEUE },  { "cgroup", STEP_MOUNT_CGROUP },
	{ "cgroup2", STEP_MOUNT_CGROUP }, { "overlay", STEP_MOUNT_OVERLAY },
};

static enum step_id step_of_type(const char *type)
{
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (strcmp(types[i].type, type) == 0)
			return types[i].id;
	return STEP_MOUNT;
}

/* The last that is asked for at that place. */
static const struct spec_mount *asked(const struct spec *spec,
				      const char *destination)
{
	for (size_t i = spec->mount_count; i-- > 0;)
		if (strcmp(spec->mounts[i].destination, destination) == 0)
			return &spec->mounts[i];
	return NULL;
}

static const struct {
	uint64_t attr;
	const char *words;
} attributes[] = {
	{ MOUNT_ATTR_RDONLY, "read-only" },
	{ MOUNT_ATTR_NOSUID, "set-id bits do nothing" },
	{ MOUNT_ATTR_NODEV, "device files do nothing" },
	{ MOUNT_ATTR_NOEXEC, "nothing can be executed" },
};

/* ", read-only, nothing can be executed, size=64m" */
static const char *manner(struct telling *t, const struct spec_mount *mount)
{
	CLEANUP_BUF struct buf text;

	buf_init(&text);
	for (size_t i = 0; i < ARRAY_LEN(attributes); i++)
		if ((mount->attr_set | mount->rec_set) & attributes[i].attr)
			buf_printf(&text, ", %s", attributes[i].words);
	for (size_t i = 0; mount->data && mount->data[i]; i++)
		if (strncmp(mount->data[i], "size=", 5) == 0)
			buf_printf(&text, ", at most %s", mount->data[i] + 5);
	if (mount->recursive)
		buf_puts(&text, ", with what is mounted below");
	return kept(t, &text);
}

static void tell_bind(struct telling *t, const struct spec_mount *mount,
		      const char *source, const char *destination,
		      const struct place *place)
{
	bool is_readonly = (mount->attr_set | mount->rec_set) &
			   MOUNT_ATTR_RDONLY;
	struct kist_step *step;

	step = tell(t, STEP_MOUNT_BIND, NULL,
		    arena_printf(t->arena, "'%s' of this machine at '%s'%s",
				 source, destination, manner(t, mount)),
		    NULL, place);
	if (step && is_readonly)
		step->protects =
			"it from being changed inside: writing is EROFS, for "
			"root too";
	if (source[0] == '/' && access(source, F_OK) < 0 && errno == ENOENT)
		say_sentence(t, &t->missing,
			     arena_printf(t->arena,
					  "the mount source '%s' is not there",
					  source));
}

void tell_mount(struct telling *t, const char *source, const char *destination,
		const struct place *place)
{
	const struct spec_mount *mount = asked(t->p->spec, destination);
	enum step_id id = step_of_type(source);

	/* an OCI type may be bound instead: the source has a path then */
	if (mount && (mount->bind || source[0] == '/')) {
		tell_bind(t, mount, source, destination, place);
		return;
	}
	if (id == STEP_MOUNT_CGROUP) {
		tell(t, id, NULL, arena_printf(t->arena, "'%s'", destination),
		     NULL, place);
		return;
	}
	tell(t, id, NULL,
	     arena_printf(t->arena, "%s%s at '%s'%s",
			  id == STEP_MOUNT ? "" : "a new ", source, destination,
			  mount ? manner(t, mount) : ""),
	     NULL, place);
}
