/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load.c - cgconfig.conf carried out, or told as plain commands
 *
 * How it works
 * ============
 * Mounts first, those of one place together; then group after group. What is
 * there already is only set. In a dry run hierarchies that would have been
 * mounted are added to what the machine has, so that the groups in them can be
 * told too.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/num.h"
#include "base/trace.h"
#include "engine/cg/state.h"
#include "engine/cg/step.h"
#include "format/cgconfig.h"
#include "kernel/cgroup_convert.h"
#include "kernel/cgroup_internal.h"
#include "kernel/user.h"
#include "sys/file.h"

struct loading {
	const struct kist_cg_load *args;
	const struct kist_trace *trace;
	/* what the parts get when the lines are to be those of kist */
	struct kist_trace quiet;
	struct cg_world world;
	struct cgconfig config;
	struct arena *arena;
};

static void note(const struct loading *l, const char *text)
{
	if (l->args->note && text)
		l->args->note(l->args->context, text);
}

static const struct kist_trace *inner(const struct loading *l)
{
	return l->args->as_kist ? &l->quiet : l->trace;
}

static int at_line(const struct loading *l, uint32_t line, int ret,
		   struct kist_error *err)
{
	if (ret && err && !*err->place)
		err_place(err, "%.120s:%u", l->args->path, line);
	return ret;
}

/* ---- mounts ---- */

/* "cpu,cpuacct" of all mounts with the place of @first; NULL: told before. */
static const char *together(const struct loading *l, size_t first)
{
	const struct cgconfig_pair *m = l->config.mounts;
	const char *list = m[first].name;

	for (size_t k = 0; k < first; k++)
		if (strcmp(m[k].value, m[first].value) == 0)
			return NULL;
	for (size_t k = first + 1; k < l->config.mount_count; k++)
		if (strcmp(m[k].value, m[first].value) == 0)
			list = arena_printf(l->arena, "%s,%s", list, m[k].name);
	return list;
}

static bool is_mounted(const struct loading *l, const char *what,
		       const char *dir)
{
	for (size_t k = 0; k < l->world.mount_count; k++) {
		const struct cgroup_mount *m = &l->world.mounts[k];
		bool same = strlen(what) == strlen(m->controllers);

		if (strcmp(m->place, dir) != 0)
			continue;
		for (const char *at = m->controllers; same && *at;
		     at += strcspn(at, ","), at += *at == ',') {
			char name[96];
			size_t len = strcspn(at, ",");

			same = len < sizeof(name);
			if (!same)
				break;
			memcpy(name, at, len);
			name[len] = '\0';
			same = cgroup_controls(what, name);
		}
		if (same)
			return true;
	}
	return false;
}

/* What a dry run would have mounted. */
static void plan(struct loading *l, const char *what, const char *dir)
{
	struct cgroup_world *w = &l->world.world;
	struct cgroup_hierarchy *h = &w->h[w->count];

	for (int i = 0; i < w->count; i++)
		if (strcmp(w->h[i].controllers, what) == 0)
			return;
	if (w->count == CGROUP_HIERARCHY_MAX ||
	    strlen(dir) >= sizeof(h->mount) ||
	    strlen(what) >= sizeof(h->controllers))
		return;
	*h = (struct cgroup_hierarchy){ 0 };
	strcpy(h->mount, dir);
	strcpy(h->controllers, what);
	w->count++;
	if (w->mode == CGROUP_NONE)
		w->mode = CGROUP_V1;
}

static int do_mounts(struct loading *l, struct kist_error *err)
{
	int ret = 0;

	for (size_t k = 0; ret == 0 && k < l->config.mount_count; k++) {
		const char *what = together(l, k);
		const char *dir = l->config.mounts[k].value;

		if (!what || is_mounted(l, what, dir))
			continue;
		if (l->args->as_kist)
			trace_step(l->trace, NULL, "kist cg mount %s=%s",
				   trace_word(what), trace_word(dir));
		ret = kist_cg_mount(what, dir, inner(l), err);
		if (ret == 0 && trace_is_dry(l->trace))
			plan(l, what, dir);
		ret = at_line(l, l->config.mounts[k].line, ret, err);
	}
	if (ret || trace_is_dry(l->trace))
		return ret;
	return cg_world(l->arena, &l->world, err);
}

/* ---- values ---- */

static bool is_other_version(const struct loading *l,
			     const struct cg_group *group, const char *file)
{
	int version = cgroup_file_version(file);
	bool v1 = false, v2 = false;

	for (int i = 0; i < l->world.world.count; i++)
		if (group->path[i])
			*(l->world.world.h[i].is_v2 ? &v2 : &v1) = true;
	return (version == 1 && !v1 && v2) || (version == 2 && !v2 && v1);
}

/* Those of the other version translated, others as they are. */
static int translate(struct loading *l, const struct cg_group *group,
		     const struct cgconfig_controller *c, const char **words,
		     size_t size, struct kist_error *err)
{
	struct cgroup_setting *settings = ARENA_ARRAY(
		l->arena, struct cgroup_setting, c->value_count + 1);
	struct cgroup_converted *out;
	size_t count = 0, n = 0, used = 0;
	int ret = 0, to = 0;

	if (arena_failed(l->arena))
		return err_nomem(err);
	for (size_t k = 0; k < c->value_count; k++) {
		const struct cgconfig_pair *p = &c->values[k];

		if (l->args->convert && is_other_version(l, group, p->name)) {
			to = cgroup_file_version(p->name) == 1 ? 2 : 1;
			settings[count++] =
				(struct cgroup_setting){ p->name, p->value };
		} else if (used + 1 < size) {
			words[used++] = arena_printf(l->arena, "%s=%s", p->name,
						     p->value);
		}
	}
	if (count)
		ret = cgroup_convert(settings, count, to, l->arena, &out, &n,
				     err);
	for (size_t k = 0; ret == 0 && k < n; k++) {
		if (!out[k].to_file)
			note(l, arena_printf(l->arena,
					     "%s=%s has no equivalent: %s",
					     out[k].file, out[k].value,
					     out[k].note ? out[k].note : ""));
		else if (!out[k].joined && used + 1 < size)
			words[used++] = arena_printf(l->arena, "%s=%s",
						     out[k].to_file,
						     out[k].to_value);
	}
	words[used] = NULL;
	if (ret == 0 && arena_failed(l->arena))
		ret = err_nomem(err);
	return ret;
}

/* ---- owners ---- */

static const char *const task_files[] = { "tasks", "cgroup.procs",
					  "cgroup.threads" };

static bool is_task_file(const char *name)
{
	for (size_t k = 0; k < ARRAY_LEN(task_files); k++)
		if (strcmp(task_files[k], name) == 0)
			return true;
	return false;
}

/* A user or group of the file as a number; -1: not given. */
static int id_of(struct loading *l, const char *word, bool group,
		 int64_t *ret_id, struct kist_error *err)
{
	struct user user;
	uint32_t n;
	int ret;

	*ret_id = -1;
	if (!word)
		return 0;
	if (num_parse_u32(word, &n) == 0) {
		*ret_id = n;
		return 0;
	}
	ret = user_lookup(AT_FDCWD,
			  group ? arena_printf(l->arena, "0:%s", word) : word,
			  l->arena, &user, err);
	if (ret == 0)
		*ret_id = group ? user.gid : user.uid;
	return ret;
}

static int mode_of(const char *word, int64_t *ret_mode, struct kist_error *err)
{
	char *end;
	long mode;

	*ret_mode = -1;
	if (!word)
		return 0;
	mode = strtol(word, &end, 8);
	if (!*word || *end || mode < 0 || mode > 07777) {
		err_set(err, KIST_E_CG_CONFIG, "'%.60s' is no octal mode",
			word);
		err_hint(err, "write it as chmod(1) has it: 0640");
		return -EINVAL;
	}
	*ret_mode = mode;
	return 0;
}

struct owner {
	int64_t uid, gid, mode;
};

/* Tell it for the places in @what (words for sh). Return: do it. */
static bool tell_give(const struct loading *l, const char *what, bool all,
		      const struct owner *o)
{
	const char *begin = all ? " -exec " : "", *end = all ? " {} +" : "";
	char who[48] = "";

	if (o->uid >= 0)
		snprintf(who, sizeof(who), "%lld", (long long)o->uid);
	if (o->gid >= 0)
		snprintf(who + strlen(who), sizeof(who) - strlen(who), ":%lld",
			 (long long)o->gid);
	if (*who && all)
		trace_step(l->trace, NULL, "%s%schown %s%s", what, begin, who,
			   end);
	else if (*who)
		trace_step(l->trace, NULL, "chown %s %s", who, what);
	if (o->mode >= 0 && all)
		trace_step(l->trace, NULL, "%s%schmod %llo%s", what, begin,
			   (unsigned long long)o->mode, end);
	else if (o->mode >= 0)
		trace_step(l->trace, NULL, "chmod %llo %s",
			   (unsigned long long)o->mode, what);
	return !trace_is_dry(l->trace);
}

static int give(int dir_fd, const char *name, const struct owner *o,
		struct kist_error *err)
{
	int ret = 0;

	if (o->uid >= 0 || o->gid >= 0)
		ret = fchownat(dir_fd, name, (uid_t)o->uid, (gid_t)o->gid, 0);
	if (ret == 0 && o->mode >= 0)
		ret = fchmodat(dir_fd, name, (mode_t)o->mode, 0);
	return ret ? err_sys(err, KIST_E_CGROUP_DENIED, errno,
			     "give '%.250s' away", name) :
		     0;
}

static void tell_group(struct loading *l, const struct cg_group *g, int i,
		       const struct owner *dir, const struct owner *files,
		       const struct owner *task)
{
	const char *place = cg_place(g, i, NULL, l->arena), *what;
	bool v2 = g->world->h[i].is_v2;

	if (arena_failed(l->arena))
		return;
	place = arena_strdup(l->arena, trace_word(place));
	tell_give(l, place, false, dir);
	what = arena_printf(l->arena,
			    "find %s -maxdepth 1 -type f ! -name tasks ! -name "
			    "cgroup.procs ! -name cgroup.threads",
			    place);
	if (!arena_failed(l->arena))
		tell_give(l, what, true, files);
	what = arena_printf(l->arena, "%s/cgroup.procs %s/%s", place, place,
			    v2 ? "cgroup.threads" : "tasks");
	if (!arena_failed(l->arena))
		tell_give(l, what, false, task);
}

static int give_group(struct loading *l, const struct cg_group *g, int i,
		      const struct owner *dir_owner, const struct owner *files,
		      const struct owner *task, struct kist_error *err)
{
	struct dirent *entry;
	int fd, ret;
	DIR *dir;

	tell_group(l, g, i, dir_owner, files, task);
	if (trace_is_dry(l->trace))
		return 0;
	fd = cg_open(g, i);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		cleanup_fd(&fd);
		return cg_missing(g, err);
	}
	ret = give(fd, ".", dir_owner, err);
	while (ret == 0 && (entry = readdir(dir)))
		if (entry->d_type == DT_REG)
			ret = give(fd, entry->d_name,
				   is_task_file(entry->d_name) ? task : files,
				   err);
	closedir(dir);
	return ret;
}

static int do_perm(struct loading *l, const struct cg_group *g,
		   const struct cgconfig_perm *p, struct kist_error *err)
{
	struct owner dir, files, task;
	int ret = id_of(l, p->admin_uid, false, &dir.uid, err);

	if (ret == 0)
		ret = id_of(l, p->admin_gid, true, &dir.gid, err);
	if (ret == 0)
		ret = id_of(l, p->task_uid, false, &task.uid, err);
	if (ret == 0)
		ret = id_of(l, p->task_gid, true, &task.gid, err);
	if (ret == 0)
		ret = mode_of(p->admin_dperm, &dir.mode, err);
	if (ret)
		return ret;
	files = dir;
	ret = mode_of(p->admin_fperm, &files.mode, err);
	if (ret == 0)
		ret = mode_of(p->task_fperm, &task.mode, err);
	for (int i = 0; ret == 0 && i < l->world.world.count; i++)
		if (g->path[i] && (cg_is_there(g, i) || trace_is_dry(l->trace)))
			ret = give_group(l, g, i, &dir, &files, &task, err);
	return ret;
}

/* ---- groups ---- */

/* "memory:/daemons/www", with what namespace{} puts before it */
static const char *word_of(const struct loading *l,
			   const struct cgconfig_group *g,
			   const struct cgconfig_controller *c)
{
	const char *above = "", *name = g->name;

	for (size_t k = 0; k < l->config.namespace_count; k++)
		if (strcmp(l->config.namespaces[k].name, c->name) == 0)
			above = l->config.namespaces[k].value;
	if (strcmp(name, ".") == 0)
		name = "";
	return arena_printf(l->arena, "%s:/%s%s%s",
			    strcmp(c->name, "cgroup") == 0 ? "v2" : c->name,
			    above, *above ? "/" : "", name);
}

static void tell_kist(const struct loading *l, const char *word,
		      const char *const *words, bool is_root)
{
	CLEANUP_BUF struct buf line;

	buf_init(&line);
	buf_printf(&line, "kist cg %s %s", is_root ? "set" : "new --exist-ok",
		   trace_word(word));
	for (; *words; words++)
		buf_printf(&line, " %s", trace_word(*words));
	if (!buf_failed(&line))
		trace_step(l->trace, NULL, "%s", line.data);
}

#define WORDS_MAX 512

static int do_controller(struct loading *l, const struct cgconfig_group *g,
			 const struct cgconfig_controller *c,
			 struct kist_error *err)
{
	const char **words = ARENA_ARRAY(l->arena, const char *, WORDS_MAX);
	const char *word = word_of(l, g, c);
	const struct cgconfig_perm *perm = g->perm.given ? &g->perm :
							   &l->config.defaults;
	struct kist_cg_new make = { .values = words,
				    .exists_ok = true,
				    .leaf = l->args->leaf };
	struct cg_group group;
	bool is_root = true;
	int ret;

	if (arena_failed(l->arena))
		return err_nomem(err);
	make.group = word;
	ret = cg_find(&l->world, word, l->arena, &group, err);
	if (ret == 0)
		ret = translate(l, &group, c, words, WORDS_MAX, err);
	if (ret)
		return ret;
	for (int i = 0; i < l->world.world.count; i++)
		is_root = is_root && (!group.path[i] || !*group.path[i]);
	if (l->args->as_kist)
		tell_kist(l, word, words, is_root);
	if (is_root && !*words)
		return 0;
	ret = is_root ? kist_cg_set(word, words, l->args->leaf, inner(l), err) :
			cg_new_in(&l->world, &make, inner(l), err);
	if (ret == 0 && perm->given)
		ret = do_perm(l, &group, perm, err);
	return ret;
}

static int do_group(struct loading *l, const struct cgconfig_group *g,
		    struct kist_error *err)
{
	int ret = 0;

	if (g->is_template) {
		note(l, arena_printf(l->arena,
				     "template '%.100s' is for a rules daemon: "
				     "nothing is made of it",
				     g->name));
		return 0;
	}
	for (size_t k = 0; ret == 0 && k < g->controller_count; k++)
		ret = at_line(l, g->controllers[k].line,
			      do_controller(l, g, &g->controllers[k], err),
			      err);
	return ret;
}

static int read_config(struct loading *l, struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	bool std = strcmp(l->args->path, "-") == 0;
	int ret;

	buf_init(&text);
	ret = std ? buf_read(&text, STDIN_FILENO, CGCONFIG_MAX) :
		    sys_load_file(AT_FDCWD, l->args->path, &text, CGCONFIG_MAX);
	if (ret)
		return err_sys(err, KIST_E_CONFIG_FILE, -ret, "read '%.250s'",
			       l->args->path);
	return cgconfig_parse(text.data ? text.data : "", text.len,
			      std ? "standard input" : l->args->path, l->arena,
			      &l->config, err);
}

int kist_cg_load(const struct kist_cg_load *args,
		 const struct kist_trace *trace, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct loading *l;
	int ret;

	arena_init(&arena);
	l = ARENA_NEW(&arena, struct loading);
	if (arena_failed(&arena))
		return err_nomem(err);
	l->args = args;
	l->trace = trace;
	l->arena = &arena;
	l->quiet.dry_run = trace_is_dry(trace);
	ret = read_config(l, err);
	if (ret == 0)
		ret = cg_world(&arena, &l->world, err);
	if (ret == 0)
		ret = do_mounts(l, err);
	for (size_t k = 0; ret == 0 && k < l->config.group_count; k++)
		ret = do_group(l, &l->config.groups[k], err);
	return ret;
}
