/* SPDX-License-Identifier: Apache-2.0 */
/* config.c - config.json as a whole: the top level, version, places */
#include <stdio.h>
#include <string.h>

#include "format/config.h"
#include "format/config_parts.h"

/* ---- ociVersion ---- */

static const char *skip_digits(const char *at)
{
	while (*at >= '0' && *at <= '9')
		at++;
	return at;
}

/* "1.2", "1.2.0", with anything after a '-' or '+'. */
static bool is_version(const char *text)
{
	const char *at = skip_digits(text);

	if (at == text || *at != '.')
		return false;
	text = at + 1;
	at = skip_digits(text);
	if (at == text)
		return false;
	if (*at == '.') {
		text = at + 1;
		at = skip_digits(text);
		if (at == text)
			return false;
	}
	return !*at || ((*at == '-' || *at == '+') && at[1]);
}

/* Any 1.x: what a later one adds are properties, which are skipped. */
static FIELD_READER(read_version)
{
	const char *version;
	int ret = read_string(r, json, field, &version);

	if (ret < 0)
		return ret;
	if (!is_version(version))
		return advise(r,
			      bad(r, json, KIST_E_CONFIG_VALUE,
				  "'%s' is not a version such as '1.2.0'",
				  version),
			      "write \"1.2.0\"");
	if (strncmp(version, "1.", 2) != 0)
		return advise(
			r,
			bad(r, json, KIST_E_CONFIG_VALUE,
			    "version '%s' of the specification is not known, "
			    "only 1.x",
			    version),
			"write \"1.2.0\"");
	*(const char **)to = version;
	return 0;
}

/* ---- the top level ---- */

static FIELD_READER(read_root_path)
{
	struct spec *spec = to;
	int ret = read_string(r, json, field, &spec->root_path);

	spec->root_place = place_of(json);
	if (ret == 0 && !*spec->root_path)
		ret = advise(r,
			     bad(r, json, KIST_E_CONFIG_VALUE,
				 "the path of the root is empty"),
			     "name its folder, as 'rootfs'");
	return ret;
}

static const struct field root_fields[] = {
	FIELD("path", read_root_path, 0, .required = true),
	FIELD("readonly", read_bool, offsetof(struct spec, root_readonly)),
	{ 0 },
};
static const struct shape root_shape = { .fields = root_fields };

static FIELD_READER(read_process)
{
	((struct spec_process *)to)->present = true;
	return read_object(r, json, field, to);
}

#define SPEC(member) offsetof(struct spec, member)

static const struct field config_fields[] = {
	FIELD("ociVersion", read_version, SPEC(oci_version), .required = true),
	FIELD("root", read_object, 0, .required = true, .shape = &root_shape),
	FIELD("hostname", read_text, SPEC(hostname)),
	FIELD("domainname", read_text, SPEC(domainname)),
	FIELD("process", read_process, SPEC(process), .shape = &process_shape),
	FIELD("mounts", read_list, SPEC(mounts), .count = SPEC(mount_count),
	      .shape = &mount_shape),
	FIELD("hooks", read_object, SPEC(hooks), .shape = &hooks_shape),
	FIELD("annotations", read_pairs, SPEC(annotations)),
	FIELD("linux", read_object, 0, .shape = &linux_shape),
	{ 0 },
};
const struct shape config_shape = { .fields = config_fields };

static void init_spec(struct spec *spec)
{
	static const char *const none[] = { NULL };

	process_shape.init(&spec->process);
	spec->personality = -1;
	spec->masked_paths.items = (const char **)none;
	spec->readonly_paths.items = (const char **)none;
	spec->warnings.items = (const char **)none;
	spec->ignored.items = (const char **)none;
}

/* ---- the doors ---- */

static int parse(const char *text, size_t len, const char *name,
		 const struct shape *shape, size_t offset, struct arena *arena,
		 struct spec **ret_spec, struct kist_error *err)
{
	struct spec *spec = ARENA_NEW(arena, struct spec);
	struct reader r = { .text = text,
			    .len = len,
			    .name = name,
			    .arena = arena,
			    .spec = spec,
			    .err = err };
	int ret = json_parse(text, len, name, arena, &r.root, err);

	if (ret < 0)
		return ret;
	init_spec(spec);
	ret = read_shape(&r, r.root, shape, (char *)spec + offset);
	if (ret < 0)
		return ret;
	if (arena_failed(arena))
		return err_nomem(err);
	*ret_spec = spec;
	return 0;
}

int config_parse(const char *text, size_t len, const char *name,
		 struct arena *arena, struct spec **ret_spec,
		 struct kist_error *err)
{
	return parse(text, len, name, &config_shape, 0, arena, ret_spec, err);
}

int config_parse_process(const char *text, size_t len, const char *name,
			 struct arena *arena, struct spec **ret_spec,
			 struct kist_error *err)
{
	int ret = parse(text, len, name, &process_shape, SPEC(process), arena,
			ret_spec, err);

	if (ret == 0)
		(*ret_spec)->process.present = true;
	return ret;
}

void config_place(const char *text, size_t len, const char *name,
		  const struct place *place, char *buf, size_t size)
{
	CLEANUP_ARENA struct arena arena;
	const struct json *root;
	unsigned line, column;
	char path[200] = "";

	arena_init(&arena);
	if (!place->option && place->offset &&
	    json_parse(text, len, name, &arena, &root, NULL) == 0)
		json_path(root, place->offset, path, sizeof(path));
	if (path[0]) {
		json_position(text, len, place->offset, &line, &column);
		snprintf(buf, size, "%s at %s:%u:%u", path, name, line, column);
	} else {
		snprintf(buf, size, "%s", place->option ? place->option : "");
	}
}
