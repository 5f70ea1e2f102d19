/* SPDX-License-Identifier: Apache-2.0 */
/* patterns.c - whose a control group is, by its path */
#include <string.h>

#include "base/macros.h"
#include "engine/map/patterns.h"

#define HEX "0123456789abcdef"
#define ID_WHOLE 64

enum id_form {
	ID_HEX,	 /* 64 hexadecimal digits */
	ID_NAME, /* anything */
	ID_WORD, /* the whole component, with what is before and behind */
};

/**
 * struct pattern - a component of a path
 * @above:	how the component above it begins, or NULL: whatever it is
 * @before, @behind: the id is between them
 */
struct pattern {
	const char *above, *before, *behind;
	enum id_form form;
	enum kist_thing_kind kind;
	const char *engine;
};

static const struct pattern patterns[] = {
	/* systemd as the cgroup driver: a scope each */
	{ NULL, "docker-", ".scope", ID_HEX, KIST_THING_CONTAINER, "docker" },
	{ NULL, "libpod-", ".scope", ID_HEX, KIST_THING_CONTAINER, "podman" },
	{ NULL, "cri-containerd-", ".scope", ID_HEX, KIST_THING_CONTAINER,
	  "containerd" },
	{ NULL, "crio-", ".scope", ID_HEX, KIST_THING_CONTAINER, "cri-o" },
	{ NULL, "kist-", ".scope", ID_HEX, KIST_THING_CONTAINER, "kist" },
	{ NULL, "machine-", ".scope", ID_NAME, KIST_THING_CONTAINER,
	  "machined" },
	{ NULL, "systemd-nspawn@", ".service", ID_NAME, KIST_THING_CONTAINER,
	  "nspawn" },
	/* directories */
	{ NULL, "kist-limit-", "", ID_WORD, KIST_THING_UNIT, "kist" },
	{ NULL, "kist-", "", ID_HEX, KIST_THING_CONTAINER, "kist" },
	{ "kist", "", "", ID_HEX, KIST_THING_CONTAINER, "kist" },
	{ "docker", "", "", ID_HEX, KIST_THING_CONTAINER, "docker" },
	{ NULL, "libpod-", "", ID_HEX, KIST_THING_CONTAINER, "podman" },
	{ "libpod_parent", "", "", ID_HEX, KIST_THING_CONTAINER, "podman" },
	{ "pod", "crio-", "", ID_HEX, KIST_THING_CONTAINER, "cri-o" },
	{ "pod", "", "", ID_HEX, KIST_THING_CONTAINER, "containerd" },
	{ NULL, "lxc.payload.", "", ID_NAME, KIST_THING_CONTAINER, "lxc" },
	{ "lxc", "", "", ID_NAME, KIST_THING_CONTAINER, "lxc" },
};

/* The rest are systemd's own. */
static const char *const unit_ends[] = { ".service", ".scope", ".socket",
					 ".mount", ".swap" };

/* "docker" of "/docker/ID", but not of "/docker-x/ID"; "pod" of "/podUID/ID" */
static bool is_above(const char *path, const char *name, const char *above)
{
	const char *end = name - 1, *start = end;
	size_t len = strlen(above);

	if (name - path < 2)
		return false;
	while (start > path && start[-1] != '/')
		start--;
	if ((size_t)(end - start) < len || memcmp(start, above, len) != 0)
		return false;
	return start + len == end || strcmp(above, "pod") == 0;
}

static bool ends_in(const char *text, size_t len, const char *end)
{
	size_t end_len = strlen(end);

	return len > end_len && memcmp(text + len - end_len, end, end_len) == 0;
}

static bool has_id(const struct pattern *p, const char *id, size_t len)
{
	if (p->form == ID_HEX)
		return len == ID_WHOLE && strspn(id, HEX) >= len;
	return len > 0;
}

static bool match(const struct pattern *p, const char *path, const char *name,
		  size_t len, struct pattern_match *ret_match)
{
	size_t before = strlen(p->before), behind = strlen(p->behind);

	if (len <= before + behind || strncmp(name, p->before, before) != 0 ||
	    !ends_in(name, len, p->behind) ||
	    !has_id(p, name + before, len - before - behind) ||
	    (p->above && !is_above(path, name, p->above)))
		return false;
	*ret_match = (struct pattern_match){
		.kind = p->kind,
		.engine = p->engine,
		.id = p->form == ID_WORD ? name : name + before,
		.id_len = p->form == ID_WORD ? len : len - before - behind,
		.end = (size_t)(name - path) + len,
		.is_named = p->form != ID_HEX,
	};
	return true;
}

static bool match_unit(const char *path, const char *name, size_t len,
		       struct pattern_match *ret_match)
{
	for (size_t i = 0; i < ARRAY_LEN(unit_ends); i++) {
		if (!ends_in(name, len, unit_ends[i]))
			continue;
		*ret_match = (struct pattern_match){
			.kind = KIST_THING_UNIT,
			.engine = "systemd",
			.id = name,
			.id_len = len,
			.end = (size_t)(name - path) + len,
			.is_named = true,
		};
		return true;
	}
	return false;
}

bool pattern_find(const char *path, struct pattern_match *ret_match)
{
	const char *end = path + strlen(path);
	bool found = false;

	/* From the innermost component outwards. */
	while (end > path) {
		const char *name = end;
		size_t len;

		while (name > path && name[-1] != '/')
			name--;
		len = (size_t)(end - name);
		for (size_t i = 0; i < ARRAY_LEN(patterns); i++) {
			struct pattern_match one;

			if (!match(&patterns[i], path, name, len, &one))
				continue;
			if (one.kind == KIST_THING_CONTAINER || !found)
				*ret_match = one;
			found = true;
			if (one.kind == KIST_THING_CONTAINER)
				return true;
		}
		found = found || match_unit(path, name, len, ret_match);
		end = name > path ? name - 1 : path;
	}
	return found;
}
