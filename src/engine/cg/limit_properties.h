/* SPDX-License-Identifier: Apache-2.0 */
/**
 * limit_properties.h - limits as properties of a unit of systemd
 *
 * See: org.freedesktop.systemd1(5), systemd.resource-control(5)
 */
#ifndef ENGINE_CG_LIMIT_PROPERTIES_H
#define ENGINE_CG_LIMIT_PROPERTIES_H

#include "engine/cg/limit.h"
#include "sys/dbus.h"

/**
 * struct limit_property - one, ready for both of its forms
 * @name:	"MemoryMax"; on the wire "CPUQuotaPerSecUSec"
 * @type:	'u': a number; 'b': bits of a list; 'd': a device and a number
 * @shell:	for systemd-run -p: "MemoryMax=67108864"
 */
struct limit_property {
	const char *name, *shell, *device, *list;
	char type;
	uint64_t number;
};

/* The property of an ask. Return: 0; LIMIT_VERSION: systemd has none. */
MUST_CHECK int limit_property_of(const struct limit_asks *asks,
				 const struct limit_ask *ask,
				 struct arena *arena,
				 struct limit_property *ret,
				 struct kist_error *err);

/* Add it as (sv) to a call. */
void limit_property_add(const struct limit_property *property,
			struct dbus_call *call);

/* "0-3,6" as bits, the first in the first byte. Return: their length in
 * bytes. */
size_t limit_list_bits(const char *list, uint8_t *ret_bits, size_t size);

#endif
