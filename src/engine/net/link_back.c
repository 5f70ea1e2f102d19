/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link_back.c - devices that were moved, found and brought back
 *
 * A device is known by its hardware address and kind: it may have been renamed,
 * and the kernel puts hardware whose namespace has ended back under another
 * name ("dev5") if its own is in use.
 */
#include <errno.h>
#include <string.h>

#include <kist/link.h>

#include "base/trace.h"
#include "engine/net/device_state.h"
#include "engine/net/link_end.h"
#include "engine/net/link_place.h"
#include "kernel/ns.h"

/**
 * struct returning - a device on its way back
 * @state:	as it was
 * @from:	where it is now, once it is found
 */
struct returning {
	const struct kist *kist;
	const struct kist_trace *trace;
	struct arena *arena;
	struct device_state state;
	struct link_place from, to;
	struct link link;
};

static struct returning returning_init(const struct kist *kist,
				       const struct kist_trace *trace,
				       struct arena *arena)
{
	return (struct returning){
		.kist = kist,
		.trace = trace,
		.arena = arena,
		.from.place = { .ns_fd = -1, .nl = NETLINK_NONE },
		.to.place = { .ns_fd = -1, .nl = NETLINK_NONE },
	};
}

static void close_places(struct returning *r)
{
	site_close(&r->from.place);
	site_close(&r->to.place);
}

/* Is it in the namespace @word? Return: 1, 0, -errno; with 1 @r->from is open. */
static int is_in(struct returning *r, const char *word, struct kist_error *err)
{
	struct link *list;
	size_t count;
	bool found = false;
	int ret =
		link_place_find(r->kist, word, false, r->arena, &r->from, err);

	if (ret < 0)
		return ret;
	ret = link_list(&r->from.place.nl, r->arena, &list, &count, err);
	for (size_t i = 0; ret == 0 && i < count; i++) {
		if (!device_state_is_of(&r->state, &list[i]) ||
		    (found && strcmp(list[i].name, r->state.name) != 0))
			continue;
		r->link = list[i];
		found = true;
	}
	if (found)
		return 1;
	site_close(&r->from.place);
	return ret;
}

static int find_moved(struct returning *r, struct kist_error *err)
{
	struct kist_error gone = { 0 };
	int ret = is_in(r, r->state.to, &gone);

	if (ret <= 0) /* whatever was wrong there: is it here? */
		ret = is_in(r, ".", err);
	if (ret != 0)
		return ret;
	err_set(err, KIST_E_LINK_UNKNOWN,
		"'%s' is neither in '%s' nor here: it is gone", r->state.device,
		r->state.to);
	err_hint(err, "'kist clean --yes' forgets it");
	return -ENODEV;
}

static int bring_back(struct returning *r, struct kist_error *err)
{
	const char *name = r->state.device;
	int ret;

	ret = link_place_find(r->kist, r->state.from, false, r->arena, &r->to,
			      err);
	if (ret == 0)
		ret = link_place_check(&r->to, err);
	if (ret < 0)
		return ret;
	if (ns_is_same(r->from.place.ns_fd, r->to.place.ns_fd) == 1) {
		if (strcmp(r->link.name, name) != 0)
			ret = site_rename(&r->to.place, r->link.name, name,
					  r->trace, err);
	} else {
		ret = site_move(&r->from.place, r->link.name, &r->to.place,
				name, r->trace, err);
	}
	if (ret == 0)
		ret = device_state_give(&r->to.place, name, &r->state, r->trace,
					err);
	if (ret == 0 && !trace_is_dry(r->trace))
		device_state_forget(r->kist, &r->state);
	return ret;
}

int kist_link_back(const struct kist *kist, const char *device,
		   const struct kist_trace *trace, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct returning r = returning_init(kist, trace, &arena);
	const char *name, *target;
	int ret;

	arena_init(&arena);
	ret = link_device_parse(device, &arena, &name, &target, err);
	if (ret == 0)
		ret = device_state_find(kist, name, target, &arena, &r.state,
					err);
	if (ret == 0)
		ret = find_moved(&r, err);
	if (ret > 0)
		ret = bring_back(&r, err);
	close_places(&r);
	return ret;
}

bool device_state_is_lost(const struct kist *kist,
			  const struct device_state *state)
{
	CLEANUP_ARENA struct arena arena;
	const char *const words[] = { state->to, state->from, "." };
	struct returning r = returning_init(kist, NULL, &arena);
	bool lost = state->kind[0];

	arena_init(&arena);
	r.state = *state;
	for (size_t i = 0; lost && i < ARRAY_LEN(words); i++) {
		struct kist_error err = { 0 };
		int ret = is_in(&r, words[i], &err);

		lost = ret == 0 || ret == -ENOENT || ret == -ESRCH;
		close_places(&r);
	}
	return lost;
}
