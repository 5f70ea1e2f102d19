/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seccomp_file.c - a seccomp profile in a file: Docker's form becomes OCI's
 *
 * Docker's profile has "archMap" for architectures, and rules with "includes"
 * and "excludes": they hold only with (or without) a capability, on some
 * architectures, or from some kernel on. What holds here is written out as an
 * OCI object; a profile that is one already is taken as it is.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "engine/run/making.h"
#include "kernel/cap.h"
#include "sys/file.h"

#define PROFILE_MAX (4u << 20)

struct converting {
	uint64_t caps;
	struct json_writer w;
};

/* ---- does a rule hold here? ---- */

#if defined(__x86_64__)
#define ARCH_WORD "amd64"
#define ARCH_SCMP "SCMP_ARCH_X86_64"
#elif defined(__aarch64__)
#define ARCH_WORD "arm64"
#define ARCH_SCMP "SCMP_ARCH_AARCH64"
#else
#define ARCH_WORD ""
#define ARCH_SCMP ""
#endif

static bool has_all_caps(const struct json *caps, uint64_t mask, bool any)
{
	JSON_ITEMS(item, caps) {
		const char *word = json_string(item);
		int number = word ? cap_parse(word) : -1;
		bool has = number >= 0 && (mask & CAP_MASK(number));

		if (any && has)
			return true;
		if (!any && !has)
			return false;
	}
	return !any;
}

static bool has_arch(const struct json *arches)
{
	JSON_ITEMS(item, arches)
		if (json_string(item) &&
		    strcmp(json_string(item), ARCH_WORD) == 0)
			return true;
	return false;
}

static bool kernel_is_at_least(const char *wanted)
{
	struct utsname name;
	unsigned have[2] = { 0 }, want[2] = { 0 };

	if (uname(&name) < 0 || !wanted)
		return true;
	if (sscanf(name.release, "%u.%u", &have[0], &have[1]) != 2 ||
	    sscanf(wanted, "%u.%u", &want[0], &want[1]) != 2)
		return true;
	return have[0] > want[0] || (have[0] == want[0] && have[1] >= want[1]);
}

static bool rule_holds(const struct json *rule, uint64_t caps)
{
	const struct json *with = json_get(rule, "includes");
	const struct json *without = json_get(rule, "excludes");
	const struct json *v;

	if (with && (v = json_get(with, "caps")) &&
	    !has_all_caps(v, caps, false))
		return false;
	if (with && (v = json_get(with, "arches")) && v->len && !has_arch(v))
		return false;
	if (with && (v = json_get(with, "minKernel")) &&
	    !kernel_is_at_least(json_string(v)))
		return false;
	if (without && (v = json_get(without, "caps")) &&
	    has_all_caps(v, caps, true))
		return false;
	if (without && (v = json_get(without, "arches")) && has_arch(v))
		return false;
	return !(without && (v = json_get(without, "minKernel")) &&
		 kernel_is_at_least(json_string(v)));
}

/* ---- writing it out ---- */

static void write_rule(struct converting *c, const struct json *rule)
{
	static const char *const left_out[] = { "includes", "excludes",
						"comment", "name", NULL };

	json_open(&c->w, '{');
	JSON_MEMBERS(key, rule) {
		size_t i = 0;

		while (left_out[i] && strcmp(left_out[i], key->text) != 0)
			i++;
		if (left_out[i] || key[1].type == JSON_NULL)
			continue;
		json_key(&c->w, key->text);
		json_write_value(&c->w, key + 1);
	}
	json_close(&c->w, '}');
}

static void write_arches(struct converting *c, const struct json *map)
{
	json_key(&c->w, "architectures");
	json_open(&c->w, '[');
	JSON_ITEMS(item, map) {
		const char *arch = json_string(json_get(item, "architecture"));
		const struct json *sub = json_get(item, "subArchitectures");

		if (!arch || strcmp(arch, ARCH_SCMP) != 0)
			continue;
		json_write_string(&c->w, arch);
		for (const struct json *s = sub ? sub + 1 : NULL;
		     s && s < sub + sub->size; s += s->size)
			json_write_value(&c->w, s);
	}
	json_close(&c->w, ']');
}

static void convert(struct converting *c, const struct json *profile)
{
	json_open(&c->w, '{');
	JSON_MEMBERS(key, profile) {
		const struct json *value = key + 1;

		if (strcmp(key->text, "archMap") == 0) {
			write_arches(c, value);
			continue;
		}
		json_key(&c->w, key->text);
		if (strcmp(key->text, "syscalls") != 0) {
			json_write_value(&c->w, value);
			continue;
		}
		json_open(&c->w, '[');
		JSON_ITEMS(rule, value)
			if (rule_holds(rule, c->caps))
				write_rule(c, rule);
		json_close(&c->w, ']');
	}
	json_close(&c->w, '}');
}

int seccomp_file_read(const char *path, uint64_t caps, struct arena *arena,
		      const struct json **ret_json, struct kist_error *err)
{
	CLEANUP_BUF struct buf text, converted;
	struct converting c = { .caps = caps };
	const struct json *profile;
	int ret;

	buf_init(&text);
	buf_init(&converted);
	ret = sys_load_file(AT_FDCWD, path, &text, PROFILE_MAX);
	if (ret < 0)
		return err_sys(err, KIST_E_OPTION_VALUE, -ret, "read '%s'",
			       path);
	ret = json_parse(text.data ? text.data : "", text.len, path, arena,
			 &profile, err);
	if (ret < 0)
		return ret;
	if (!json_get(profile, "defaultAction")) {
		err_set(err, KIST_E_OPTION_VALUE,
			"'%s' is no seccomp profile: it has no "
			"'defaultAction'",
			path);
		err_hint(err, "a profile begins with {\"defaultAction\": "
			      "\"SCMP_ACT_ERRNO\", …}");
		return -EINVAL;
	}
	json_write_init(&c.w, &converted, NULL);
	convert(&c, profile);
	if (buf_failed(&converted))
		return err_nomem(err);
	return json_parse(converted.data, converted.len, path, arena, ret_json,
			  err);
}
