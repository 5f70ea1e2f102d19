/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_mounts.c - config.json: "mounts"
 *
 * The options are words of kernel/mount_option.h; what is not there belongs to
 * the file system. A mount is a bind mount if, and only if, "bind" or "rbind"
 * is among its options (as runc has it): the type does not count.
 */
#include <string.h>

#include "format/config_parts.h"
#include "kernel/mount_option.h"

#define MOUNT(member) offsetof(struct spec_mount, member)

static FIELD_READER(read_destination)
{
	const char *path;
	int ret = want_string(r, json, &path);

	(void)field;
	if (ret < 0)
		return ret;
	if (!*path)
		return advise(r,
			      bad(r, json, KIST_E_CONFIG_VALUE,
				  "the destination is empty"),
			      "name a folder of the container, as '/data'");
	if (*path != '/') {
		warn(r, json, "'%s' is not absolute, taken as '/%s'", path,
		     path);
		path = arena_printf(r->arena, "/%s", path);
	}
	*(const char **)to = path;
	return 0;
}

/* Where the words of one mount are collected. */
struct options {
	struct spec_mount *mount;
	size_t data_count, sb_flag_count;
};

static void apply(struct options *o, const struct mount_option *option)
{
	struct spec_mount *m = o->mount;

	switch (option->kind) {
	case MOUNT_OPTION_ATTR:
		mount_option_apply(option, &m->attr_set, &m->attr_clr);
		break;
	case MOUNT_OPTION_RECURSIVE:
		mount_option_apply(option, &m->rec_set, &m->rec_clr);
		break;
	case MOUNT_OPTION_SUPERBLOCK:
		m->sb_flags[o->sb_flag_count++] = option->sb_flag;
		break;
	case MOUNT_OPTION_PROPAGATION:
		m->propagation = option->propagation;
		break;
	case MOUNT_OPTION_BIND:
		m->bind = true;
		m->recursive |= option->recursive;
		break;
	case MOUNT_OPTION_COPY_UP:
		m->copy_up = true;
		break;
	case MOUNT_OPTION_COPY_SYMLINK:
		m->copy_symlink = true;
		break;
	case MOUNT_OPTION_SRC_NOFOLLOW:
		m->src_nofollow = true;
		break;
	case MOUNT_OPTION_DEST_NOFOLLOW:
		m->dest_nofollow = true;
		break;
	case MOUNT_OPTION_NOTHING:
	case MOUNT_OPTION_IDMAP:
	case MOUNT_OPTION_REMOUNT:
		break;
	}
}

static int refuse(struct reader *r, const struct json *json)
{
	int ret = err_set(r->err, KIST_E_UNSUPPORTED,
			  "mount option '%s' is not supported yet", json->text);

	place_error(r, json);
	return ret;
}

static int read_option(struct reader *r, const struct json *json,
		       struct options *o)
{
	const struct mount_option *option;
	const char *word;
	int ret = want_string(r, json, &word);

	if (ret < 0 || !*word)
		return ret;
	option = mount_option_find(word);
	if (option ? option->kind == MOUNT_OPTION_IDMAP ||
			     option->kind == MOUNT_OPTION_REMOUNT :
		     strncmp(word, "idmap=", 6) == 0)
		return refuse(r, json);
	if (option)
		apply(o, option);
	else
		o->mount->data[o->data_count++] = word;
	return 0;
}

static FIELD_READER(read_options)
{
	struct options o = { .mount = to };
	int ret = want(r, json, JSON_ARRAY);

	(void)field;
	if (ret < 0)
		return ret;
	o.mount->data =
		new_items(r, json->len + (size_t)1, sizeof(*o.mount->data));
	o.mount->sb_flags =
		new_items(r, json->len + (size_t)1, sizeof(*o.mount->sb_flags));
	if (!o.mount->data || !o.mount->sb_flags)
		return no_memory(r);
	JSON_ITEMS(item, json) {
		ret = read_option(r, item, &o);
		if (ret < 0)
			return ret;
	}
	return 0;
}

static const struct field mount_fields[] = {
	FIELD("destination", read_destination, MOUNT(destination),
	      .required = true),
	FIELD("type", read_text, MOUNT(type)),
	FIELD("source", read_text, MOUNT(source)),
	FIELD("options", read_options, 0),
	FIELD("uidMappings", read_unsupported, 0),
	FIELD("gidMappings", read_unsupported, 0),
	{ 0 },
};

static void init_mount(void *object)
{
	static const char *const none[] = { NULL };
	struct spec_mount *mount = object;

	mount->data = (const char **)none;
	mount->sb_flags = (const char **)none;
}

/* The option of a bind mount that would be for its file system. */
static int check_bind(struct reader *r, const struct json *json,
		      const struct spec_mount *mount)
{
	const struct json *options = json_get(json, "options");

	if (!mount->source)
		return advise(
			r,
			bad(r, json, KIST_E_CONFIG_MISSING,
			    "'source' is missing for a bind mount"),
			"add the folder or file of the host that is to be seen there");
	if (!mount->data[0])
		return 0;
	JSON_ITEMS(item, options)
		if (item->text == mount->data[0])
			return advise(
				r,
				bad(r, item, KIST_E_CONFIG_VALUE,
				    "a bind mount cannot change its file "
				    "system's options: '%s'",
				    item->text),
				"a bind mount takes flags alone, such as ro, nosuid, nodev, noexec: take out what is none");
	return 0;
}

static int check_mount(struct reader *r, const struct json *json, void *object)
{
	const struct spec_mount *mount = object;
	int ret;

	if (mount->bind)
		return check_bind(r, json, mount);
	if (!mount->type)
		return advise(
			r,
			bad(r, json, KIST_E_CONFIG_MISSING,
			    "'type' is missing, and 'bind' is not an option"),
			"add 'type', or 'rbind' to its options");
	if (strcmp(mount->type, "bind") != 0)
		return 0;
	ret = bad(r, json, KIST_E_CONFIG_VALUE,
		  "'bind' is not a file system type");
	err_hint(r->err, "add 'bind' or 'rbind' to its options");
	return ret;
}

const struct shape mount_shape = {
	.fields = mount_fields,
	.size = sizeof(struct spec_mount),
	.place = PLACE_OF(struct spec_mount, place),
	.init = init_mount,
	.check = check_mount,
};
