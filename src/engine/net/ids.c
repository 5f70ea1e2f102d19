/* SPDX-License-Identifier: Apache-2.0 */
/* ids.c - the numbers by which network namespaces know each other */
#include <kist/net.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/trace.h"
#include "engine/net/place.h"
#include "engine/net/spaces.h"
#include "kernel/net_socket.h"
#include "kernel/nsid.h"

static int compare_id(const void *a, const void *b)
{
	const struct kist_net_id *one = a, *other = b;

	return (one->id > other->id) - (one->id < other->id);
}

/* Whose number is it? The kernel tells only the number of a namespace. */
static void put_names(struct netlink *nl, const struct spaces *spaces,
		      struct kist_net_id *ids, size_t count)
{
	for (size_t i = 0; i < spaces->count; i++) {
		const struct space *space = &spaces->list[i];
		int32_t id;

		if (space->fd < 0 || nsid_get(nl, space->fd, &id, NULL) < 0)
			continue;
		for (size_t n = 0; n < count; n++) {
			if (ids[n].id != id || ids[n].label)
				continue;
			ids[n].ns = space->ino;
			ids[n].label = strdup(space->label);
		}
	}
}

static int list_ids(struct netlink *nl, const struct spaces *spaces,
		    struct kist_net_id **ret_ids, size_t *ret_count,
		    struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct kist_net_id *ids;
	int32_t *numbers;
	size_t count;
	int ret;

	arena_init(&arena);
	ret = nsid_list(nl, &arena, &numbers, &count, err);
	if (ret < 0)
		return ret;
	ids = calloc(count + 1, sizeof(*ids));
	if (!ids)
		return err_nomem(err);
	for (size_t i = 0; i < count; i++)
		ids[i].id = numbers[i];
	put_names(nl, spaces, ids, count);
	qsort(ids, count, sizeof(*ids), compare_id);
	*ret_ids = ids;
	*ret_count = count;
	return 0;
}

int kist_net_ids(const struct kist *kist, const char *target,
		 struct kist_net_id **ret_ids, size_t *ret_count,
		 struct kist_error *err)
{
	CLEANUP_NETLINK struct netlink nl = NETLINK_NONE;
	struct spaces spaces;
	struct place place;
	int ret = place_open(kist, target ? target : ".", &place, err);

	if (ret < 0)
		return ret;
	ret = net_socket_netlink(place.fd, NETLINK_ROUTE, &nl, err);
	place_close(&place);
	if (ret == 0)
		ret = spaces_load(kist, &spaces, err);
	if (ret < 0)
		return ret;
	ret = list_ids(&nl, &spaces, ret_ids, ret_count, err);
	spaces_done(&spaces);
	return ret;
}

void kist_net_ids_free(struct kist_net_id *ids, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(ids[i].label);
	free(ids);
}

/* As ip(8) is told: by a name of /run/netns, or by a process. */
static bool tell(const struct kist_trace *trace, const struct place *place,
		 const char *word, const char *number)
{
	const char *name = strncmp(word, "netns:", 6) == 0 ? word + 6 : word;
	pid_t pid = place->target.kind == TARGET_PROCESS ? place->target.pid :
							   0;

	if (pid)
		return trace_step(
			trace, "ip(8) gives ids to names alone",
			"ip netns attach kist-%d %d && ip netns set kist-%d %s "
			"&& ip netns delete kist-%d",
			pid, pid, pid, number, pid);
	return trace_step(trace, NULL, "ip netns set %s %s", trace_word(name),
			  number);
}

static int set_id(struct place *place, int32_t id, int32_t *ret_id,
		  struct kist_error *err)
{
	CLEANUP_NETLINK struct netlink nl = NETLINK_NONE;
	int32_t former;
	int ret = net_socket_netlink(-1, NETLINK_ROUTE, &nl, err);

	if (ret == 0)
		ret = nsid_get(&nl, place->fd, &former, err);
	if (ret < 0)
		return ret;
	if (former >= 0 && (id < 0 || id == former)) {
		*ret_id = former;
		return 0;
	}
	if (former >= 0)
		return err_set(err, KIST_E_NSID, "%s has the id %d already",
			       place->target.label, former);
	ret = nsid_set(&nl, place->fd, id, err);
	if (ret == 0)
		ret = nsid_get(&nl, place->fd, ret_id, err);
	return ret;
}

int kist_net_id_set(const struct kist *kist, const char *target, int32_t id,
		    const struct kist_trace *trace, int32_t *ret_id,
		    struct kist_error *err)
{
	struct place place;
	int32_t given = -1;
	char number[16];
	int ret = place_open(kist, target, &place, err);

	if (ret < 0)
		return ret;
	snprintf(number, sizeof(number), id < 0 ? "auto" : "%d", id);
	if (tell(trace, &place, target, number))
		ret = set_id(&place, id < 0 ? -1 : id, &given, err);
	place_close(&place);
	if (ret == 0 && ret_id)
		*ret_id = given;
	return ret;
}
