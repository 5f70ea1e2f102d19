/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link_move.c - devices moved to another namespace
 *
 * The kernel takes a moved device down, and its addresses and routes away.
 * When a namespace ends, hardware in it goes back to the first network
 * namespace, under its name there unless that is in use; what is virtual is
 * destroyed.
 */
#include <errno.h>
#include <string.h>

#include <kist/cause.h>
#include <kist/link.h>

#include "base/trace.h"
#include "engine/net/device_state.h"
#include "engine/net/link_end.h"
#include "engine/net/link_place.h"
#include "kernel/ns.h"

/**
 * struct moving - one move
 * @name:	what the device is called there
 * @state:	as it is before
 * @addresses:	what it gets there, beside what it keeps
 */
struct moving {
	const struct kist *kist;
	const struct kist_link_move *args;
	const struct kist_trace *trace;
	struct arena *arena;
	struct link_place from, to;
	struct link link;
	const char *name;
	struct device_state state;
	struct address *addresses;
	size_t count;
};

static void close_places(struct moving *m)
{
	site_close(&m->from.place);
	site_close(&m->to.place);
}

/* ---- may it? ---- */

static int stays(const struct moving *m, const char *why,
		 struct kist_error *err)
{
	return err_set(err, KIST_E_LINK_FIXED, "'%s' cannot be moved: %s",
		       m->link.name, why);
}

static int check_device(const struct moving *m, struct kist_error *err)
{
	int ret;

	if (strcmp(m->link.name, "lo") == 0) {
		ret = stays(m,
			    "every network namespace has a loopback device "
			    "of its own",
			    err);
		err_hint(err,
			 "its addresses can be added there: kist net "
			 "exec %s ip addr add ... dev lo",
			 m->to.word);
		return ret;
	}
	if (m->link.is_local || strcmp(m->link.kind, "bridge") == 0) {
		ret = stays(m,
			    "the kernel keeps such a device in the "
			    "namespace it was made in (netns-immutable)",
			    err);
		if (m->link.kind[0])
			err_hint(err,
				 "make one there: kist net link --type "
				 "%s %s@%s",
				 m->link.kind, m->link.name, m->to.word);
		return ret;
	}
	if (ns_is_same(m->from.place.ns_fd, m->to.place.ns_fd) == 1)
		return stays(m, "it is there already", err);
	return 0;
}

/* Why the kernel might have said no to a move. */
static int explain(const struct moving *m, int ret, struct kist_error *err)
{
	if (ret == -EINVAL)
		err_cause(err, KIST_CAUSE_DEVICE_FIXED, m->link.name,
			  m->link.kind);
	if (ret == -EPERM)
		err_cause(err, KIST_CAUSE_NET_ADMIN_BOTH, NULL, NULL);
	return ret;
}

static int take_addresses(struct moving *m, struct kist_error *err)
{
	const char *const *words = m->args->addresses;
	int ret = 0;

	m->count = 0;
	while (words && words[m->count])
		m->count++;
	m->addresses = ARENA_ARRAY(m->arena, struct address, m->count + 1);
	if (!m->addresses)
		return err_nomem(err);
	for (size_t i = 0; ret == 0 && i < m->count; i++) {
		ret = link_address_parse(words[i], strlen(words[i]),
					 &m->addresses[i], err);
		if (ret == 0)
			ret = site_check_address(&m->to.place, NULL,
						 &m->addresses[i], err);
	}
	return ret;
}

static int check_name(struct moving *m, struct kist_error *err)
{
	int ret;

	m->name = m->args->name ? m->args->name : m->link.name;
	if (!link_is_name(m->name))
		return err_set(err, KIST_E_LINK_END,
			       "'%s' is not a name for a device", m->name);
	ret = site_has_device(&m->to.place, m->name);
	if (ret <= 0)
		return ret;
	ret = err_set(err, KIST_E_LINK_EXISTS, "%s has a device '%s' already",
		      m->to.place.label, m->name);
	err_hint(err, "choose another name for it there: --name NAME");
	return ret;
}

/* ---- doing it ---- */

/* Back to where and how it was; what fails is not told. */
static void put_back(struct moving *m)
{
	if (site_move(&m->to.place, m->name, &m->from.place, m->link.name, NULL,
		      NULL) < 0 ||
	    device_state_give(&m->from.place, m->link.name, &m->state, NULL,
			      NULL) < 0)
		return;
}

static int dress(struct moving *m, struct kist_error *err)
{
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < m->count; i++)
		ret = site_add_address(&m->to.place, m->name, &m->addresses[i],
				       m->trace, err);
	if (ret == 0 && m->count > 0 && !(m->args->keep && m->state.is_up))
		ret = site_up(&m->to.place, m->name, m->trace, err);
	if (ret == 0 && m->args->keep)
		ret = device_state_give(&m->to.place, m->name, &m->state,
					m->trace, err);
	return ret;
}

static int move(struct moving *m, struct kist_error *err)
{
	bool remembers = m->args->keep && !trace_is_dry(m->trace);
	int ret = device_state_take(&m->from.place, &m->link, m->arena,
				    &m->state, err);

	if (ret < 0)
		return ret;
	m->state.name = m->name;
	m->state.from = m->from.word;
	m->state.to = m->args->target;
	/* Before it is moved: then it can be brought back in any case. */
	if (remembers)
		ret = device_state_save(m->kist, &m->state, m->arena, err);
	if (ret == 0) {
		ret = site_move(&m->from.place, m->link.name, &m->to.place,
				m->name, m->trace, err);
		if (ret == 0) {
			ret = dress(m, err);
			if (ret < 0 && !trace_is_dry(m->trace))
				put_back(m);
		} else {
			explain(m, ret, err);
		}
	}
	if (ret < 0 && remembers)
		device_state_forget(m->kist, &m->state);
	return ret;
}

static int find_both(struct moving *m, const char **ret_device,
		     struct kist_error *err)
{
	const char *target;
	int ret = link_device_parse(m->args->device, m->arena, ret_device,
				    &target, err);

	if (ret == 0)
		ret = link_place_find(m->kist, target ? target : ".", false,
				      m->arena, &m->from, err);
	if (ret == 0)
		ret = link_place_find(m->kist, m->args->target, false, m->arena,
				      &m->to, err);
	if (ret == 0)
		ret = link_place_check(&m->from, err);
	if (ret == 0)
		ret = link_place_check(&m->to, err);
	return ret;
}

static struct moving moving_init(const struct kist *kist,
				 const struct kist_link_move *args,
				 const struct kist_trace *trace,
				 struct arena *arena)
{
	return (struct moving){
		.kist = kist,
		.args = args,
		.trace = trace,
		.arena = arena,
		.from.place = { .ns_fd = -1, .nl = NETLINK_NONE },
		.to.place = { .ns_fd = -1, .nl = NETLINK_NONE },
	};
}

int kist_link_move(const struct kist *kist, const struct kist_link_move *args,
		   const struct kist_trace *trace, bool *ret_returns,
		   struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct moving m = moving_init(kist, args, trace, &arena);
	const char *device;
	int ret;

	arena_init(&arena);
	ret = find_both(&m, &device, err);
	if (ret == 0) {
		ret = link_find(&m.from.place.nl, device, &m.link, err);
		if (ret < 0)
			err_while(err, "%s", m.from.place.label);
	}
	if (ret == 0)
		ret = check_device(&m, err);
	if (ret == 0)
		ret = check_name(&m, err);
	if (ret == 0)
		ret = take_addresses(&m, err);
	if (ret == 0)
		ret = move(&m, err);
	if (ret == 0 && ret_returns)
		*ret_returns = !m.link.kind[0];
	close_places(&m);
	return ret;
}
