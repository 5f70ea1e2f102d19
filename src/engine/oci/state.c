/* SPDX-License-Identifier: Apache-2.0 */
/* oci_state.c - what a container is doing, and telling it to do otherwise */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "engine/oci/oci.h"
#include "kernel/user.h"

static char *copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

/* The uid in words, where it has any. */
static char *owner_name(const char *owner, struct arena *arena)
{
	const char *name = NULL;
	uint32_t uid;

	if (owner && strcmp(owner, "0") == 0)
		name = "root"; /* nearly always: no file to read */
	else if (owner && num_parse_u32(owner, &uid) == 0)
		name = user_name(AT_FDCWD, uid, arena);
	return copy(name ? name : owner);
}

static void fill_state(struct container *container, struct kist_state *state)
{
	const struct container_record *record = &container->record;
	enum kist_status status = container_status(container);

	*state = (struct kist_state){
		.id = copy(container->id),
		.status = status,
		.pid = status == KIST_STOPPED ? 0 : record->pid,
		.bundle = copy(record->bundle),
		.rootfs = copy(record->rootfs),
		.created = copy(record->created),
		.owner = owner_name(record->owner, &container->arena),
		.oci_version = copy(record->oci_version),
		.annotations_json = copy(record->annotations),
	};
}

int kist_oci_state(const struct kist_oci *oci, const char *id,
		   struct kist_state *ret_state, struct kist_error *err)
{
	struct container container;
	int ret = oci_open(oci, id, &container, err);

	if (ret < 0)
		return ret;
	fill_state(&container, ret_state);
	container_close(&container);
	return 0;
}

void kist_state_done(struct kist_state *state)
{
	free(state->id);
	free(state->bundle);
	free(state->rootfs);
	free(state->created);
	free(state->owner);
	free(state->oci_version);
	free(state->annotations_json);
	*state = (struct kist_state){ 0 };
}

void kist_states_free(struct kist_state *states, size_t count)
{
	for (size_t i = 0; i < count; i++)
		kist_state_done(&states[i]);
	free(states);
}

int kist_oci_list(const struct kist_oci *oci, struct kist_state **ret_states,
		  size_t *ret_count, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct kist_state *states;
	const char **ids;
	size_t count, found = 0;
	int ret;

	arena_init(&arena);
	ret = container_list(oci_root(oci, &arena), &arena, &ids, &count, err);
	if (ret < 0)
		return ret;
	states = calloc(count + 1, sizeof(*states));
	if (!states)
		return err_nomem(err);
	for (size_t i = 0; i < count; i++) {
		struct kist_error gone = { 0 };

		if (kist_oci_state(oci, ids[i], &states[found], &gone) == 0)
			found++;
	}
	*ret_states = states;
	*ret_count = found;
	return 0;
}

int kist_oci_kill(const struct kist_oci *oci, const char *id, int signal,
		  bool all, struct kist_error *err)
{
	struct container container;
	int ret = oci_open(oci, id, &container, err);

	if (ret < 0)
		return ret;
	ret = container_kill(&container, signal, all, err);
	container_close(&container);
	return ret;
}

int kist_oci_delete(const struct kist_oci *oci, const char *id, bool force,
		    struct kist_error *err)
{
	struct kist_error unknown = { 0 };
	struct container container;
	int ret = oci_open(oci, id, &container, &unknown);

	if (ret < 0) {
		if (force && unknown.id == KIST_E_CONTAINER_UNKNOWN)
			return 0;
		if (err)
			*err = unknown;
		return ret;
	}
	ret = container_delete(&container, force, err);
	container_close(&container);
	return ret;
}

int kist_oci_ps(const struct kist_oci *oci, const char *id, pid_t **ret_pids,
		size_t *ret_count, struct kist_error *err)
{
	struct container container;
	pid_t *pids = NULL;
	size_t count = 0;
	int ret = oci_open(oci, id, &container, err);

	if (ret < 0)
		return ret;
	if (container.has_cgroup)
		ret = cgroup_pids(&container.cgroup, &container.arena, &pids,
				  &count, err);
	if (ret == 0) {
		*ret_pids = malloc((count + 1) * sizeof(**ret_pids));
		if (!*ret_pids)
			ret = err_nomem(err);
		else if (count)
			memcpy(*ret_pids, pids, count * sizeof(**ret_pids));
		*ret_count = count;
	}
	container_close(&container);
	return ret;
}

static int set_paused(const struct kist_oci *oci, const char *id, bool pause,
		      struct kist_error *err)
{
	struct container container;
	int ret = oci_open(oci, id, &container, err);

	if (ret < 0)
		return ret;
	ret = container_pause(&container, pause, err);
	container_close(&container);
	return ret;
}

int kist_oci_pause(const struct kist_oci *oci, const char *id,
		   struct kist_error *err)
{
	return set_paused(oci, id, true, err);
}

int kist_oci_resume(const struct kist_oci *oci, const char *id,
		    struct kist_error *err)
{
	return set_paused(oci, id, false, err);
}
