/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link_names.c - what the devices of a link are called
 *
 * As the user says; else eth0, eth1 … in a namespace (dummy0, vxlan0 … for
 * other kinds), and ve-NAME in the caller's own, after the other end.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "engine/net/link_making.h"

#define TRIES 1000

/* Return: 1, 0; or a negative errno. */
static int is_taken(struct link_making *m, struct link_place *place,
		    const char *name)
{
	for (size_t i = 0; i < m->count; i++) {
		const struct link_side *side = &m->sides[i];

		if (side->place == place && side->name &&
		    strcmp(side->name, name) == 0)
			return 1;
		if (m->sides[0].place == place && side->port &&
		    strcmp(side->port, name) == 0)
			return 1;
	}
	return site_has_device(&place->place, name);
}

/* @base and a number, so that it is free; without a number first, if that is
 * asked for. */
static int find_free(struct link_making *m, struct link_place *place,
		     const char *base, bool bare, const char **ret_name,
		     struct kist_error *err)
{
	char name[LINK_NAME];

	for (int i = bare ? -1 : 0; i < TRIES; i++) {
		char digits[8] = "";
		int ret;

		if (i >= 0)
			snprintf(digits, sizeof(digits), "%d", i);
		snprintf(name, sizeof(name), "%.*s%s",
			 (int)(LINK_NAME - 1 - strlen(digits)), base, digits);
		ret = is_taken(m, place, name);
		if (ret < 0)
			return err_sys(err, KIST_E_SYSTEM, -ret,
				       "look for devices in %s",
				       place->place.label);
		if (ret > 0)
			continue;
		*ret_name = arena_strdup(m->arena, name);
		return arena_failed(m->arena) ? err_nomem(err) : 0;
	}
	err_set(err, KIST_E_LINK_EXISTS,
		"every name like '%s0' is in use in %s", base,
		place->place.label);
	err_hint(err, "name it yourself: NAME@TARGET");
	return -EEXIST;
}

/* "ve-" and what is left of a TARGET. */
static const char *after(const struct link_side *other, char buf[LINK_NAME])
{
	const char *word = other->end.target, *slash = strrchr(word, '/');
	size_t len = 3;

	strcpy(buf, "ve-");
	word = slash && slash[1] ? slash + 1 : word;
	for (; *word && len < LINK_NAME - 1; word++)
		if (isalnum((unsigned char)*word) || strchr("_.-", *word))
			buf[len++] = *word;
	buf[len] = '\0';
	return buf;
}

static int use(struct link_making *m, struct link_side *side, const char *name,
	       struct kist_error *err)
{
	int ret = is_taken(m, side->place, name);

	if (ret < 0)
		return err_sys(err, KIST_E_SYSTEM, -ret,
			       "look for devices in %s",
			       side->place->place.label);
	if (ret > 0) {
		err_set(err, KIST_E_LINK_EXISTS, "%s has a device '%s' already",
			side->place->place.label, name);
		err_hint(err, "choose another: %s@%s ...", "NAME",
			 side->end.target);
		return -EEXIST;
	}
	side->name = name;
	return 0;
}

static int choose(struct link_making *m, struct link_side *side,
		  const char *const **names, struct kist_error *err)
{
	const struct link_side *other = &m->sides[side == m->sides ? 1 : 0];
	char base[LINK_NAME];

	if (side == m->sides && m->is_old_hub) {
		side->name = side->end.device;
		return 0;
	}
	if (side->end.device)
		return use(m, side, side->end.device, err);
	if (m->rule->is_pair && side->place->place.is_ours)
		return find_free(m, side->place, after(other, base), true,
				 &side->name, err);
	if (*names && **names)
		return use(m, side, *(*names)++, err);
	return find_free(m, side->place,
			 m->is_hub && side == m->sides ? "br" :
			 m->is_hub		       ? "eth" :
							 m->rule->base,
			 false, &side->name, err);
}

int link_choose_names(struct link_making *m, struct kist_error *err)
{
	const char *const *names = m->args->names;
	char base[LINK_NAME];
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < m->count; i++)
		ret = choose(m, &m->sides[i], &names, err);
	for (size_t i = 1; ret == 0 && m->is_hub && i < m->count; i++)
		ret = find_free(m, m->sides[0].place, after(&m->sides[i], base),
				true, &m->sides[i].port, err);
	if (ret == 0 && names && *names)
		return err_set(err, KIST_E_LINK_ARGS,
			       "no end takes the name '%s': each has its own",
			       *names);
	return ret;
}
