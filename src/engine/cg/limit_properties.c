/* SPDX-License-Identifier: Apache-2.0 */
/* limit_properties.c - limits as properties of a unit of systemd */
#include <inttypes.h>
#include <string.h>

#include "engine/cg/limit_properties.h"
#include "base/num.h"

#define BITS_BYTES 1024

size_t limit_list_bits(const char *list, uint8_t *ret_bits, size_t size)
{
	size_t used = 0;

	memset(ret_bits, 0, size);
	while (*list) {
		size_t len = strcspn(list, ",");
		size_t dash = strcspn(list, "-,");
		uint64_t first, last;

		if (num_parse_u64_n(list, dash, &first))
			return used;
		last = first;
		if (dash < len &&
		    num_parse_u64_n(list + dash + 1, len - dash - 1, &last))
			return used;
		for (uint64_t bit = first; bit <= last && bit / 8 < size;
		     bit++) {
			ret_bits[bit / 8] |= (uint8_t)(1u << bit % 8);
			if (used < bit / 8 + 1)
				used = bit / 8 + 1;
		}
		list += len + (list[len] == ',');
	}
	return used;
}

static int none(const struct limit_ask *ask, struct kist_error *err)
{
	int ret = err_set(err, KIST_E_LIMIT_VERSION,
			  "%s: systemd has no such property", ask->word);

	if (ask->key >= 0 && limit_keys[ask->key].nearest)
		err_hint(err, "%s", limit_keys[ask->key].nearest);
	else
		err_hint(err, "root can write the file itself: --direct");
	return ret;
}

/* In the measure of v2, which is systemd's. */
static int value_of(const struct limit_asks *asks, const struct limit_ask *ask,
		    int64_t *ret_value, struct kist_error *err)
{
	const struct limit_ask *mem = limit_ask_of(asks, KEY_MEM);
	int64_t value = ask->number;
	int ret;

	if (ask->key == KEY_SHARES)
		value = (int64_t)limit_weight_of_shares((uint64_t)value);
	else if (ask->key == KEY_BLKIO_WEIGHT)
		value = (int64_t)limit_io_weight_of_blkio((uint64_t)value);
	else if (ask->key == KEY_CPUS && value != LIMIT_NONE)
		value /= 1000;
	else if (ask->key == KEY_MEMSW && value != LIMIT_NONE) {
		if (!mem || mem->number > value) {
			ret = err_set(err, KIST_E_LIMIT_VERSION,
				      "%s: it is memory and swap together, and "
				      "mem is %s",
				      ask->word, mem ? "more" : "not given");
			err_hint(err, "swap= limits swap alone");
			return ret;
		}
		value -= mem->number;
	}
	*ret_value = value;
	return 0;
}

/* What the key's property is on the wire. */
static const char *name_of(const struct limit_ask *ask)
{
	switch (ask->key) {
	case -1:
	case KEY_HUGETLB:
		return NULL;
	case KEY_MEMSW:
		return limit_key_systemd(KEY_SWAP);
	case KEY_SHARES:
		return limit_key_systemd(KEY_WEIGHT);
	case KEY_BLKIO_WEIGHT:
	case KEY_IO_WEIGHT:
		return ask->device ? "IODeviceWeight" :
				     limit_key_systemd(KEY_IO_WEIGHT);
	default:
		return limit_key_systemd((enum limit_key)ask->key);
	}
}

static const char *shell_of(const struct limit_property *p,
			    const struct limit_ask *ask, struct arena *arena)
{
	if (p->type == 'b')
		return arena_printf(arena, "%s=%s", p->name, p->list);
	if (p->number == UINT64_MAX)
		return arena_printf(arena, "%s=%s%s%s",
				    ask->key == KEY_CPUS ? "CPUQuota" : p->name,
				    p->device ? p->device : "",
				    p->device ? " " : "",
				    ask->key == KEY_CPUS ? "" : "infinity");
	if (ask->key == KEY_CPUS) /* in hundredths of a percent of one */
		return arena_printf(arena,
				    "CPUQuota=%" PRIu64 ".%02" PRIu64 "%%",
				    p->number / 10000, p->number % 10000 / 100);
	return arena_printf(arena, "%s=%s%s%" PRIu64, p->name,
			    p->device ? p->device : "", p->device ? " " : "",
			    p->number);
}

int limit_property_of(const struct limit_asks *asks,
		      const struct limit_ask *ask, struct arena *arena,
		      struct limit_property *ret, struct kist_error *err)
{
	struct limit_property p = { .name = name_of(ask), .type = 'u' };
	int64_t value = 0;
	int failed;

	if (!p.name)
		return none(ask, err);
	failed = value_of(asks, ask, &value, err);
	if (failed)
		return failed;
	p.number = value == LIMIT_NONE ? UINT64_MAX : (uint64_t)value;
	if (limit_keys[ask->key].kind == KIND_LIST) {
		p.type = 'b';
		p.list = ask->text;
	} else if (ask->device) {
		p.type = 'd';
		p.device = arena_printf(arena, "/dev/block/%s", ask->device);
	}
	p.shell = shell_of(&p, ask, arena);
	*ret = p;
	return 0;
}

void limit_property_add(const struct limit_property *p, struct dbus_call *call)
{
	uint8_t bits[BITS_BYTES];
	size_t mark;

	dbus_begin_struct(call);
	dbus_add_string(call, p->name);
	if (p->type == 'b') {
		size_t len = limit_list_bits(p->list, bits, sizeof(bits));

		dbus_add_signature(call, "ay");
		dbus_add_bytes(call, bits, (uint32_t)len);
	} else if (p->type == 'd') {
		dbus_add_signature(call, "a(st)");
		mark = dbus_begin_array(call, 8);
		dbus_begin_struct(call);
		dbus_add_string(call, p->device);
		dbus_add_u64(call, p->number);
		dbus_end_array(call, mark, 8);
	} else {
		dbus_add_signature(call, "t");
		dbus_add_u64(call, p->number);
	}
}
