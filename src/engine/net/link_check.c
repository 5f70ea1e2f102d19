/* SPDX-License-Identifier: Apache-2.0 */
/* link_check.c - what can be known of a link before it is made */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <kist/cause.h>

#include "base/near.h"
#include "engine/net/link_making.h"

#define VLAN_IDS 1, 4094
#define MTU_MIN 68
#define MTU_MAX 65535
#define VXLAN_IDS 0, 16777215

static const struct link_rule rules[] = {
	{ "veth", "eth", false, false, true, 0, 0 },
	{ "bridge", "br", false, false, false, 0, 0 },
	{ "macvlan", "eth", true, true, false, 0, 0 },
	{ "macvtap", "eth", true, true, false, 0, 0 },
	{ "ipvlan", "eth", true, true, false, 0, 0 },
	{ "vlan", "vlan", true, true, false, VLAN_IDS },
	{ "vxlan", "vxlan", false, true, false, VXLAN_IDS },
	{ "dummy", "dummy", false, false, false, 0, 0 },
	{ "ifb", "ifb", false, false, false, 0, 0 },
	{ "wireguard", "wg", false, false, false, 0, 0 },
	{ "tun", "tun", false, false, false, 0, 0 },
	{ "tap", "tap", false, false, false, 0, 0 },
};

/* ---- words ---- */

static int find_rule(struct link_making *m, struct kist_error *err)
{
	const char *type = m->args->type ? m->args->type : "veth";
	struct near near;
	int ret;

	near_init(&near, type);
	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		if (strcmp(rules[i].name, type) == 0) {
			m->rule = &rules[i];
			return 0;
		}
		near_offer(&near, rules[i].name);
	}
	ret = err_set(err, KIST_E_LINK_ARGS, "no kind of device is called '%s'",
		      type);
	if (near.best)
		err_hint(err, "did you mean '%s'?", near.best);
	err_hint(err, "veth, bridge, macvlan, macvtap, ipvlan, vlan, vxlan, "
		      "dummy, ifb, wireguard, tun or tap");
	return ret;
}

static int check_mode(const struct link_making *m, struct kist_error *err)
{
	const struct link_kind *kind = link_kind_find(m->rule->name);
	struct near near;
	int ret;

	if (!m->args->mode)
		return 0;
	if (!kind->modes)
		return err_set(err, KIST_E_LINK_ARGS, "a %s device has no mode",
			       m->rule->name);
	near_init(&near, m->args->mode);
	for (size_t i = 0; kind->modes[i]; i++) {
		if (strcmp(kind->modes[i], m->args->mode) == 0)
			return 0;
		near_offer(&near, kind->modes[i]);
	}
	ret = err_set(err, KIST_E_LINK_ARGS, "a %s device has no mode '%s'",
		      m->rule->name, m->args->mode);
	if (near.best)
		err_hint(err, "did you mean '%s'?", near.best);
	err_hint(err, "its modes are %s",
		 kind->modes[3] ? "private, vepa, bridge and passthru" :
				  "l2, l3 and l3s");
	return ret;
}

static int check_id(const struct link_making *m, struct kist_error *err)
{
	const struct link_rule *rule = m->rule;

	if (!rule->max_id && m->args->has_id)
		return err_set(err, KIST_E_LINK_ARGS, "a %s device has no id",
			       rule->name);
	if (!rule->max_id)
		return 0;
	if (!m->args->has_id) {
		int ret = err_set(err, KIST_E_LINK_ARGS,
				  "a %s device needs an id", rule->name);

		err_hint(err, "add --id, a number from %u to %u", rule->min_id,
			 rule->max_id);
		return ret;
	}
	if (m->args->id < rule->min_id || m->args->id > rule->max_id)
		return err_set(err, KIST_E_LINK_ARGS,
			       "the id of a %s device is a number from %u to "
			       "%u, not %u",
			       rule->name, rule->min_id, rule->max_id,
			       m->args->id);
	return 0;
}

/* What the kernel takes for those kinds. */
static int check_mtu(const struct link_making *m, struct kist_error *err)
{
	uint32_t mtu = m->args->mtu;

	if (!mtu || (mtu >= MTU_MIN && mtu <= MTU_MAX))
		return 0;
	return err_set(err, KIST_E_LINK_ARGS,
		       "the mtu of a %s device is a number from %d to %d, "
		       "not %u",
		       m->rule->name, MTU_MIN, MTU_MAX, mtu);
}

static int check_kind(struct link_making *m, struct kist_error *err)
{
	const struct kist_link *args = m->args;
	const char *name = m->rule->name;
	bool is_vxlan = strcmp(name, "vxlan") == 0;
	int ret;

	if (m->rule->needs_parent && !args->parent) {
		ret = err_set(err, KIST_E_LINK_ARGS,
			      "a %s device is made of another device: "
			      "which?",
			      name);

		err_hint(err, "add --parent eth0, or whatever it is called");
		return ret;
	}
	if (args->parent && !m->rule->may_have_parent)
		return err_set(err, KIST_E_LINK_ARGS,
			       "a %s device has no parent", name);
	if ((args->remote || args->port) && !is_vxlan)
		return err_set(err, KIST_E_LINK_ARGS,
			       "only a vxlan device has a remote end");
	if (args->has_owner && strcmp(m->rule->base, "tun") != 0 &&
	    strcmp(m->rule->base, "tap") != 0)
		return err_set(err, KIST_E_LINK_ARGS,
			       "only a tun or tap device has an owner");
	if (args->remote && (strchr(args->remote, '/') ||
			     address_parse(args->remote, &m->remote) < 0))
		return err_set(err, KIST_E_LINK_ARGS,
			       "'%s' is not an address of another machine",
			       args->remote);
	ret = check_mtu(m, err);
	return ret < 0 ? ret : check_id(m, err);
}

static size_t count_words(const char *const *words)
{
	size_t count = 0;

	while (words && words[count])
		count++;
	return count;
}

static int take_macs(struct link_making *m, struct kist_error *err)
{
	const char *const *macs = m->args->macs;

	if (count_words(macs) > m->count)
		return err_set(err, KIST_E_LINK_ARGS,
			       "there are more hardware addresses than ends");
	for (size_t i = 0; macs && macs[i]; i++) {
		uint8_t *mac = arena_alloc(m->arena, 6);

		if (link_parse_mac(macs[i], mac) < 0) {
			err_set(err, KIST_E_LINK_ARGS,
				"'%s' is not a hardware address", macs[i]);
			err_hint(err, "write it as 02:00:5e:10:00:01");
			return -EINVAL;
		}
		if (mac[0] & 1) {
			err_set(err, KIST_E_LINK_ARGS,
				"'%s' is a group's hardware address, not a "
				"device's",
				macs[i]);
			err_hint(err, "make its first byte even: 02");
			return -EINVAL;
		}
		m->sides[i].mac = mac;
	}
	return 0;
}

static int take_ends(struct link_making *m, struct kist_error *err)
{
	m->count = count_words(m->args->ends);
	if (m->count > LINK_ENDS_MAX)
		return err_set(err, KIST_E_LINK_ARGS,
			       "a link has at most %d ends", LINK_ENDS_MAX);
	m->sides = ARENA_ARRAY(m->arena, struct link_side, m->count + 1);
	m->places = ARENA_ARRAY(m->arena, struct link_place, m->count + 1);
	if (!m->sides || !m->places)
		return err_nomem(err);
	for (size_t i = 0; i < m->count; i++) {
		int ret = link_end_parse(m->args->ends[i], m->arena,
					 &m->sides[i].end, err);

		if (ret < 0)
			return ret;
	}
	return take_macs(m, err);
}

static int check_count(struct link_making *m, struct kist_error *err)
{
	bool is_bridge = strcmp(m->rule->name, "bridge") == 0;
	int ret = 0;

	m->is_hub = is_bridge || (m->rule->is_pair && m->count > 2);
	if (m->count == 0)
		ret = err_set(err, KIST_E_LINK_ARGS, "a link of nothing?");
	else if (m->rule->is_pair && m->count == 1)
		ret = err_set(err, KIST_E_LINK_ARGS,
			      "a link has two ends: '%s' and what?",
			      m->sides[0].end.word);
	if (ret < 0) {
		err_hint(err, "as in: kist net link ns1:192.168.1.1/24 "
			      "ns2:192.168.1.2/24");
		return ret;
	}
	if (!m->rule->is_pair && !is_bridge && m->count > 1)
		return err_set(err, KIST_E_LINK_ARGS,
			       "a %s device is in one namespace, not %zu",
			       m->rule->name, m->count);
	if (m->is_hub && !is_bridge && !m->sides[0].end.device) {
		ret = err_set(err, KIST_E_LINK_ARGS,
			      "more than two ends need a bridge between them");
		err_hint(err, "put one first: br0@host %s ...",
			 m->sides[0].end.word);
		return ret;
	}
	return 0;
}

/* Names of devices that no end takes would be forgotten silently. */
static int check_names(const struct link_making *m, struct kist_error *err)
{
	const char *const *names = m->args->names;

	if (count_words(names) > m->count)
		return err_set(err, KIST_E_LINK_ARGS,
			       "there are more names than ends");
	for (size_t i = 0; names && names[i]; i++)
		if (!link_is_name(names[i])) {
			err_set(err, KIST_E_LINK_ARGS,
				"'%s' is not a name for a device", names[i]);
			err_cause(err, KIST_CAUSE_DEVICE_NAME, NULL, NULL);
			return -EINVAL;
		}
	return 0;
}

int link_check_words(struct link_making *m, struct kist_error *err)
{
	int ret = find_rule(m, err);

	if (ret == 0)
		ret = take_ends(m, err);
	if (ret == 0)
		ret = check_count(m, err);
	if (ret == 0)
		ret = check_kind(m, err);
	if (ret == 0)
		ret = check_mode(m, err);
	if (ret == 0)
		ret = check_names(m, err);
	return ret;
}
