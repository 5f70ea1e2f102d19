/* SPDX-License-Identifier: Apache-2.0 */
/* change.c - making control groups, setting, filling and removing them */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/num.h"
#include "engine/cg/state.h"
#include "engine/cg/step.h"
#include "kernel/cgroup_internal.h"
#include "kernel/user.h"
#include "sys/file.h"

int kist_cg_set(const char *word, const char *const *words, bool leaf,
		const struct kist_trace *trace, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct cg_world world;
	struct cg_group group;
	struct cg_value *values;
	size_t count;
	int ret;

	arena_init(&arena);
	ret = cg_values_parse(words, &arena, &values, &count, err);
	if (ret == 0)
		ret = cg_find_there(word, &arena, &world, &group, err);
	if (ret == 0)
		ret = cg_values_place(&group, false, values, count, err);
	if (ret == 0)
		ret = cg_values_write(&group, leaf, values, count, trace, err);
	return ret;
}

/* ---- making ---- */

struct making {
	const struct kist_cg_new *args;
	struct cg_group group;
	struct cg_value *values;
	size_t value_count;
	uint32_t where; /* hierarchies */
	struct cg_group made[CGROUP_HIERARCHY_MAX * 16];
	int made_in[CGROUP_HIERARCHY_MAX * 16];
	size_t made_count;
	struct user owner;
};

/* The hierarchies to make it in. */
static uint32_t hierarchies(const struct making *m)
{
	uint32_t where = 0;

	if (!m->group.named)
		for (size_t k = 0; k < m->value_count; k++)
			where |= BIT(m->values[k].hierarchy);
	if (!m->group.named && m->args->threaded &&
	    cgroup_find_v2(m->group.world) >= 0)
		where |= BIT(cgroup_find_v2(m->group.world));
	if (where)
		return where;
	for (int i = 0; i < m->group.world->count; i++)
		if (m->group.path[i])
			where |= BIT(i);
	return where;
}

static int make_all(struct making *m, int i, struct arena *arena,
		    const struct kist_trace *trace, struct kist_error *err)
{
	const char *path = m->group.path[i], *slash = path;
	int ret = 0;

	do {
		struct cg_group *g = &m->made[m->made_count];

		if (m->made_count == ARRAY_LEN(m->made))
			return err_set(err, KIST_E_CG_PATH,
				       "control group '%.200s': it has too "
				       "many parts",
				       m->group.word);
		slash = strchr(slash + 1, '/');
		*g = m->group;
		g->path[i] = slash ? arena_strndup(arena, path,
						   (size_t)(slash - path)) :
				     path;
		if (arena_failed(arena))
			return err_nomem(err);
		ret = cg_step_make(g, i, m->args->exists_ok, trace, err);
		if (ret < 0)
			return ret;
		if (ret == 0)
			m->made_in[m->made_count++] = i;
		if (ret == 0 &&
		    cgroup_controls(m->group.world->h[i].controllers,
				    "cpuset")) {
			ret = cg_step_cpuset(g, i,
					     slash ? NULL : m->args->values,
					     trace, err);
			if (ret)
				return ret;
		}
	} while (slash);
	return 0;
}

/* ---- whose it is ---- */

static const char *const delegated[] = { "cgroup.procs", "cgroup.threads",
					 "cgroup.subtree_control", "tasks" };

static bool is_delegated(const char *name)
{
	for (size_t k = 0; k < ARRAY_LEN(delegated); k++)
		if (strcmp(delegated[k], name) == 0)
			return true;
	return false;
}

static int give(int dir_fd, const char *name, const struct making *m,
		struct kist_error *err)
{
	if (fchownat(dir_fd, name, m->owner.uid, m->owner.gid, 0) == 0)
		return 0;
	return err_sys(err, KIST_E_CGROUP_DENIED, errno,
		       "give '%s' of control group '%.200s' to user %u", name,
		       m->group.word, m->owner.uid);
}

static bool tell_give(const struct making *m, const char *place, bool v2,
		      const struct kist_trace *trace)
{
	unsigned uid = m->owner.uid, gid = m->owner.gid;

	trace_step(trace, NULL, "chown %u:%u %s", uid, gid, trace_word(place));
	if (!m->args->delegate)
		return trace_step(trace, NULL,
				  "find %s -maxdepth 1 -type f -exec chown "
				  "%u:%u {} +",
				  trace_word(place), uid, gid);
	return trace_step(
		trace, NULL,
		v2 ? "(cd %s && chown %u:%u cgroup.procs cgroup.threads "
		     "cgroup.subtree_control)" :
		     "(cd %s && chown %u:%u cgroup.procs tasks)",
		trace_word(place), uid, gid);
}

static int give_all(const struct making *m, int i, struct arena *arena,
		    const struct kist_trace *trace, struct kist_error *err)
{
	const char *place = cg_place(&m->group, i, NULL, arena);
	struct dirent *entry;
	int fd, ret;
	DIR *dir;

	if (arena_failed(arena))
		return err_nomem(err);
	if (!tell_give(m, place, m->group.world->h[i].is_v2, trace))
		return 0;
	fd = cg_open(&m->group, i);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		cleanup_fd(&fd);
		return cg_explain_directory(&m->group, i, "open", ENOENT, err);
	}
	ret = give(fd, ".", m, err);
	while (ret == 0 && (entry = readdir(dir)))
		if (entry->d_type == DT_REG &&
		    (!m->args->delegate || is_delegated(entry->d_name)))
			ret = give(fd, entry->d_name, m, err);
	closedir(dir);
	return ret;
}

static int find_owner(struct making *m, struct arena *arena,
		      struct kist_error *err)
{
	const char *owner = m->args->owner;

	if (m->args->delegate && !owner)
		return err_set(
			err, KIST_E_USAGE,
			"--delegate says what is given, --owner to whom");
	if (!owner)
		return 0;
	return user_lookup(AT_FDCWD, owner, arena, &m->owner, err);
}

static bool is_everywhere(const struct making *m)
{
	for (int i = 0; i < m->group.world->count; i++)
		if (m->where & BIT(i) && !cg_is_there(&m->group, i))
			return false;
	return true;
}

static int check(struct making *m, struct kist_error *err)
{
	int ret;

	for (int i = 0; i < m->group.world->count; i++)
		if (m->where & BIT(i) && !*m->group.path[i])
			return err_set(err, KIST_E_CG_PATH,
				       "control group '%s': it is the root of "
				       "the hierarchy, and always there",
				       m->group.word);
	if (m->args->exists_ok || !is_everywhere(m))
		return 0;
	ret = err_set(err, KIST_E_NAME_TAKEN,
		      "control group '%s' is there already", m->group.word);
	err_hint(err, "'kist cg set %.100s FILE=VALUE' changes it",
		 m->group.word);
	return ret;
}

static int make(struct making *m, struct arena *arena,
		const struct kist_trace *trace, struct kist_error *err)
{
	int ret = 0, v2 = cgroup_find_v2(m->group.world);

	for (int i = 0; ret == 0 && i < m->group.world->count; i++)
		if (m->where & BIT(i))
			ret = make_all(m, i, arena, trace, err);
	if (ret == 0 && m->args->threaded) {
		if (v2 < 0 || !(m->where & BIT(v2))) {
			err_set(err, KIST_E_CG_RULE,
				"threaded groups are of cgroup v2, and "
				"'%s' is not in it",
				m->group.word);
			err_hint(err, "leave -t out: on v1 each thread can be "
				      "moved by itself");
			return -EBUSY;
		}
		ret = cg_step_write(&m->group, v2, "cgroup.type", "threaded",
				    NULL, trace, err);
	}
	if (ret == 0)
		ret = cg_values_write(&m->group, m->args->leaf, m->values,
				      m->value_count, trace, err);
	for (int i = 0; ret == 0 && i < m->group.world->count; i++)
		if (m->where & BIT(i) && m->args->owner)
			ret = give_all(m, i, arena, trace, err);
	return ret;
}

/* What the last of the values was is of no interest when all is undone. */
static void unmake(struct making *m, const struct kist_trace *trace,
		   struct kist_error *err)
{
	if (trace_is_dry(trace))
		return;
	while (m->made_count) {
		m->made_count--;
		if (cg_step_remove(&m->made[m->made_count],
				   m->made_in[m->made_count], NULL, NULL))
			break; /* somebody is in it by now */
	}
	if (err)
		*err->place = '\0';
}

int cg_new_in(const struct cg_world *world, const struct kist_cg_new *args,
	      const struct kist_trace *trace, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct making *m;
	int ret;

	arena_init(&arena);
	m = ARENA_NEW(&arena, struct making);
	if (arena_failed(&arena))
		return err_nomem(err);
	m->args = args;
	ret = cg_values_parse(args->values, &arena, &m->values, &m->value_count,
			      err);
	if (ret == 0)
		ret = cg_find(world, args->group, &arena, &m->group, err);
	if (ret == 0)
		ret = cg_values_place(&m->group, true, m->values,
				      m->value_count, err);
	if (ret == 0)
		ret = find_owner(m, &arena, err);
	if (ret)
		return ret;
	m->where = hierarchies(m);
	ret = check(m, err);
	if (ret)
		return ret;
	ret = make(m, &arena, trace, err);
	if (ret)
		unmake(m, trace, err);
	return ret;
}

int kist_cg_new(const struct kist_cg_new *args, const struct kist_trace *trace,
		struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct cg_world world;
	int ret;

	arena_init(&arena);
	ret = cg_world(&arena, &world, err);
	return ret ? ret : cg_new_in(&world, args, trace, err);
}

/* ---- removing ---- */

static int remove_tree(const struct cg_group *group, int i, bool recursive,
		       bool move_up, struct arena *arena,
		       const struct kist_trace *trace, struct kist_error *err);

static int remove_below(const struct cg_group *group, int i, bool move_up,
			struct arena *arena, const struct kist_trace *trace,
			struct kist_error *err)
{
	int fd = cg_open(group, i), ret = 0;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!dir) {
		cleanup_fd(&fd);
		return 0;
	}
	while (ret == 0 && (entry = readdir(dir))) {
		struct cg_group sub = *group;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		sub.path[i] = arena_printf(arena, "%s/%s", group->path[i],
					   entry->d_name);
		ret = remove_tree(&sub, i, true, move_up, arena, trace, err);
	}
	closedir(dir);
	return ret;
}

static int move_all_up(const struct cg_group *group, int i, struct arena *arena,
		       const struct kist_trace *trace, struct kist_error *err)
{
	CLEANUP_FD int fd = cg_open(group, i);
	struct cg_group up;
	size_t count = 1;
	pid_t *pids;

	if (fd < 0 || !cg_above(group, i, arena, &up))
		return 0;
	for (int round = 0; count && round < 20; round++) {
		if (cg_read_pids(fd, "cgroup.procs", arena, &pids, &count))
			return 0; /* gone, or threaded */
		for (size_t k = 0; k < count; k++) {
			struct kist_error why = { 0 };
			int ret = cg_step_move(&up, i, pids[k], false, trace,
					       &why);

			if (ret && ret != -ESRCH) {
				if (err)
					*err = why;
				return ret;
			}
		}
		if (trace_is_dry(trace))
			return 0;
	}
	return 0;
}

/* Who keeps the group from being removed? */
static int refuse_used(const struct cg_group *group, int i, bool recursive,
		       bool move_up, struct arena *arena,
		       struct kist_error *err)
{
	CLEANUP_FD int fd = cg_open(group, i);
	size_t count = 0;
	pid_t *pids = NULL;
	struct stat st;
	int ret;

	if (fd < 0)
		return 0;
	if (!move_up &&
	    cg_read_pids(fd, "cgroup.procs", arena, &pids, &count) == 0 &&
	    count) {
		ret = err_set(err, KIST_E_CGROUP_BUSY,
			      "remove control group '%.200s' of %.80s: %zu "
			      "process%s in it (%d %s%s)",
			      cg_shown(group, i),
			      cg_hierarchy_name(&group->world->h[i]), count,
			      count == 1 ? " is" : "es are", pids[0],
			      pids[0] > 0 ? cg_comm(pids[0], arena) : "",
			      count > 1 ? ", …" : "");
		err_hint(err,
			 "'--move-up' moves them to the group above, 'kist cg "
			 "kill %.100s' ends them",
			 group->word);
		return ret;
	}
	/* v1 counts two links and one for each group below; so does v2 */
	if (recursive || fstat(fd, &st) || st.st_nlink <= 2)
		return 0;
	ret = err_set(err, KIST_E_CGROUP_BUSY,
		      "remove control group '%.200s' of %.80s: %lu group%s "
		      "below it",
		      cg_shown(group, i),
		      cg_hierarchy_name(&group->world->h[i]),
		      (unsigned long)st.st_nlink - 2,
		      st.st_nlink == 3 ? " is" : "s are");
	err_hint(err, "'-r' removes them too");
	return ret;
}

static int remove_tree(const struct cg_group *group, int i, bool recursive,
		       bool move_up, struct arena *arena,
		       const struct kist_trace *trace, struct kist_error *err)
{
	int ret = 0;

	if (arena_failed(arena))
		return err_nomem(err);
	if (recursive)
		ret = remove_below(group, i, move_up, arena, trace, err);
	if (ret == 0 && move_up)
		ret = move_all_up(group, i, arena, trace, err);
	if (ret == 0)
		ret = cg_step_remove(group, i, trace, err);
	return ret;
}

/* All of it is looked at before anything is removed. */
static int check_tree(const struct cg_group *group, int i, bool recursive,
		      bool move_up, struct arena *arena, struct kist_error *err)
{
	int ret = refuse_used(group, i, recursive, move_up, arena, err), fd;
	struct dirent *entry;
	DIR *dir;

	if (ret || !recursive)
		return ret;
	fd = cg_open(group, i);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		cleanup_fd(&fd);
		return 0;
	}
	while (ret == 0 && (entry = readdir(dir))) {
		struct cg_group sub = *group;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		sub.path[i] = arena_printf(arena, "%s/%s", group->path[i],
					   entry->d_name);
		if (!arena_failed(arena))
			ret = check_tree(&sub, i, true, move_up, arena, err);
	}
	closedir(dir);
	return ret;
}

static int remove_word(const char *word, bool recursive, bool move_up,
		       const struct kist_trace *trace, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct cg_world world;
	struct cg_group group;
	int ret;

	arena_init(&arena);
	ret = cg_find_there(word, &arena, &world, &group, err);
	for (int i = 0; ret == 0 && i < world.world.count; i++) {
		if (!cg_is_there(&group, i))
			continue;
		if (!*group.path[i])
			ret = err_set(err, KIST_E_CG_PATH,
				      "control group '%s': it is the root of "
				      "the hierarchy, which 'kist cg umount' "
				      "takes away",
				      word);
		else
			ret = check_tree(&group, i, recursive, move_up, &arena,
					 err);
	}
	for (int i = 0; ret == 0 && i < world.world.count; i++)
		if (cg_is_there(&group, i))
			ret = remove_tree(&group, i, recursive, move_up, &arena,
					  trace, err);
	return ret;
}

int kist_cg_remove(const char *const *groups, bool recursive, bool move_up,
		   const struct kist_trace *trace, struct kist_error *err)
{
	int ret = 0;

	for (; ret == 0 && *groups; groups++)
		ret = remove_word(*groups, recursive, move_up, trace, err);
	return ret;
}
