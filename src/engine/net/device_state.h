/* SPDX-License-Identifier: Apache-2.0 */
/**
 * device_state.h - what a device loses when it is moved, and RUN/moved/, where
 * it is remembered
 *
 *	{ "device": "eth1", "name": "wan0", "from": ".", "to": "ns1",
 *	  "mac": "02:00:5e:10:00:01", "kind": "", "up": true,
 *	  "addresses": [ "192.168.1.1/24" ],
 *	  "routes": [ "default via 192.168.1.254" ] }
 *
 * Ownership: strings in the given arena.
 */
#ifndef ENGINE_NET_DEVICE_STATE_H
#define ENGINE_NET_DEVICE_STATE_H

#include <kist/run.h>

#include "base/arena.h"
#include "network/site.h"

/* @gateway: family 0: on the link itself */
struct device_route {
	struct address dest, gateway;
};

/**
 * struct device_state - a device as it was, and where it went
 * @file:	name of its record in RUN/moved/, or NULL
 * @name:	what it is called where it went
 * @from, @to:	TARGETs
 */
struct device_state {
	const char *file;
	const char *device, *name, *from, *to, *mac, *kind;
	bool is_up;
	struct address *addresses;
	size_t address_count;
	struct device_route *routes;
	size_t route_count;
};

/* What it has now: addresses and routes that are not the kernel's own. */
MUST_CHECK int device_state_take(struct site *site, const struct link *link,
				 struct arena *arena,
				 struct device_state *ret_state,
				 struct kist_error *err);

/* Give it to a device: addresses, up, routes. */
MUST_CHECK int device_state_give(struct site *site, const char *device,
				 const struct device_state *state,
				 const struct kist_trace *trace,
				 struct kist_error *err);

/* Write it down; sets @state->file. */
MUST_CHECK int device_state_save(const struct kist *kist,
				 struct device_state *state,
				 struct arena *arena, struct kist_error *err);
void device_state_forget(const struct kist *kist,
			 const struct device_state *state);

/**
 * device_state_find() - what is remembered of a device
 * @device:	its name before it was moved, or where it went (@target)
 * @target:	where it is, or NULL
 *
 * Return: 0; -ENODEV (LINK_UNKNOWN).
 */
MUST_CHECK int device_state_find(const struct kist *kist, const char *device,
				 const char *target, struct arena *arena,
				 struct device_state *ret_state,
				 struct kist_error *err);

/* All that is remembered; in the arena. */
MUST_CHECK int device_state_list(const struct kist *kist, struct arena *arena,
				 struct device_state **ret_list,
				 size_t *ret_count, struct kist_error *err);

/* Is the device surely gone? Hardware never is: it outlives each namespace. */
bool device_state_is_lost(const struct kist *kist,
			  const struct device_state *state);

/* Is this the device that is remembered? */
bool device_state_is_of(const struct device_state *state,
			const struct link *link);

#endif
