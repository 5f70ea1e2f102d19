/* SPDX-License-Identifier: Apache-2.0 */
/* config_linux.c - config.json: "linux", but resources and seccomp */
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "format/config_parts.h"

#define SPEC(member) offsetof(struct spec, member)

/* ---- namespaces ---- */

static bool find_ns(const char *word, int64_t *ret_value)
{
	for (int64_t kind = 0; kind < NS_COUNT; kind++) {
		if (strcmp(ns_table[kind].oci_name, word) == 0) {
			*ret_value = kind;
			return true;
		}
	}
	return false;
}

static const char *ns_word(size_t i)
{
	return i < NS_COUNT ? ns_table[i].oci_name : NULL;
}

static const struct word_kind ns_words = {
	.what = "namespace type",
	.find = find_ns,
	.name = ns_word,
};

struct ns_entry {
	int64_t kind;
	const char *path;
};

static FIELD_READER(read_ns_type)
{
	(void)field;
	return want_word(r, json, &ns_words, to);
}

static FIELD_READER(read_ns_path)
{
	if (json->type == JSON_STRING && !json->len)
		return 0; /* Docker's way of saying "a new one" */
	return read_absolute(r, json, field, to);
}

static const struct field ns_fields[] = {
	FIELD("type", read_ns_type, offsetof(struct ns_entry, kind),
	      .required = true),
	FIELD("path", read_ns_path, offsetof(struct ns_entry, path)),
	{ 0 },
};
static const struct shape ns_shape = { .fields = ns_fields };

static FIELD_READER(read_namespaces)
{
	struct spec *spec = to;
	int ret = want(r, json, JSON_ARRAY);

	(void)field;
	if (ret < 0)
		return ret;
	JSON_ITEMS(item, json) {
		struct ns_entry entry = { 0 };
		struct spec_ns *ns;

		ret = read_shape(r, item, &ns_shape, &entry);
		if (ret < 0)
			return ret;
		ns = &spec->ns[entry.kind];
		if (ns->want != NS_INHERIT)
			return advise(r,
				      bad(r, item, KIST_E_CONFIG_VALUE,
					  "the %s namespace is there twice",
					  ns_table[entry.kind].oci_name),
				      "keep one of the two");
		ns->want = entry.path ? NS_JOIN : NS_NEW;
		ns->path = entry.path;
		ns->place = place_of(item);
	}
	return 0;
}

/* ---- id maps ---- */

#define MAP(member) offsetof(struct id_map, member)

static const struct field map_fields[] = {
	FIELD("containerID", read_id, MAP(inside), .required = true),
	FIELD("hostID", read_id, MAP(outside), .required = true),
	FIELD("size", read_u32, MAP(count), .required = true),
	{ 0 },
};
static const struct shape map_shape = {
	.fields = map_fields,
	.size = sizeof(struct id_map),
};

static int read_maps(struct reader *r, const struct json *json,
		     const struct field *field, struct id_maps *maps,
		     const char *word)
{
	int ret = read_list(r, json, field, &maps->maps);

	if (ret < 0)
		return ret;
	ret = idmap_check(maps, word, r->err);
	if (ret < 0) {
		place_error(r, json);
		err_while(r->err, "linux.%s", field->key);
	}
	return ret;
}

static FIELD_READER(read_uid_maps)
{
	return read_maps(r, json, field, to, "uid");
}

static FIELD_READER(read_gid_maps)
{
	return read_maps(r, json, field, to, "gid");
}

/* ---- time offsets ---- */

#define OFFSET(member) offsetof(struct time_offset, member)

static FIELD_READER(read_nanosecs)
{
	int64_t value;
	int ret = want_int(r, json, 0, 999999999, &value);

	(void)field;
	if (ret == 0)
		*(uint32_t *)to = (uint32_t)value;
	return ret;
}

static void init_offset(void *object)
{
	((struct time_offset *)object)->present = true;
}

static const struct field offset_fields[] = {
	FIELD("secs", read_i64, OFFSET(secs)),
	FIELD("nanosecs", read_nanosecs, OFFSET(nanosecs)),
	{ 0 },
};
static const struct shape offset_shape = {
	.fields = offset_fields,
	.init = init_offset,
};

static const struct field offsets_fields[] = {
	FIELD("monotonic", read_object, SPEC(monotonic),
	      .shape = &offset_shape),
	FIELD("boottime", read_object, SPEC(boottime), .shape = &offset_shape),
	{ 0 },
};
static const struct shape offsets_shape = { .fields = offsets_fields };

/* ---- devices ---- */

#define DEVICE(member) offsetof(struct spec_device, member)

static const struct word_kind device_type_words = {
	.what = "device type",
	.words =
		(const struct word[]){
			{ "c", S_IFCHR },
			{ "u", S_IFCHR },
			{ "b", S_IFBLK },
			{ "p", S_IFIFO },
			{ 0 },
		},
};

static FIELD_READER(read_device_type)
{
	int64_t type;
	int ret = want_word(r, json, &device_type_words, &type);

	(void)field;
	if (ret == 0)
		*(mode_t *)to = (mode_t)type;
	return ret;
}

/* Engines give the whole st_mode: the type in it is ignored. */
static FIELD_READER(read_mode)
{
	int64_t mode;
	int ret = want_int(r, json, 0, 0177777, &mode);

	(void)field;
	if (ret == 0)
		*(mode_t *)to = (mode_t)mode & 07777;
	return ret;
}

static const struct field device_fields[] = {
	FIELD("type", read_device_type, DEVICE(type), .required = true),
	FIELD("path", read_absolute, DEVICE(path), .required = true),
	FIELD("major", read_u32, DEVICE(major)),
	FIELD("minor", read_u32, DEVICE(minor)),
	FIELD("fileMode", read_mode, DEVICE(mode)),
	FIELD("uid", read_id, DEVICE(uid)),
	FIELD("gid", read_id, DEVICE(gid)),
	{ 0 },
};

static void init_device(void *object)
{
	((struct spec_device *)object)->mode = 0666;
}

/* null is "not there", for all readers */
static bool has(const struct json *object, const char *key)
{
	const struct json *value = json_get(object, key);

	return value && value->type != JSON_NULL;
}

static int check_device(struct reader *r, const struct json *json, void *object)
{
	const struct spec_device *device = object;

	if (device->type == S_IFIFO)
		return 0;
	if (!has(json, "major") || !has(json, "minor"))
		return advise(
			r,
			bad(r, json, KIST_E_CONFIG_MISSING,
			    "'major' or 'minor' is missing"),
			"add both: 'stat -c %t:%T FILE' prints them of a device, in hexadecimal");
	return 0;
}

static const struct shape device_shape = {
	.fields = device_fields,
	.size = sizeof(struct spec_device),
	.place = PLACE_OF(struct spec_device, place),
	.init = init_device,
	.check = check_device,
};

/* ---- single properties ---- */

static const struct word_kind propagation_words = {
	.what = "propagation",
	.words =
		(const struct word[]){
			{ "", 0 },
			{ "shared", MS_SHARED },
			{ "slave", MS_SLAVE },
			{ "private", MS_PRIVATE },
			{ "unbindable", MS_UNBINDABLE },
			{ "rshared", MS_SHARED | MS_REC },
			{ "rslave", MS_SLAVE | MS_REC },
			{ "rprivate", MS_PRIVATE | MS_REC },
			{ "runbindable", MS_UNBINDABLE | MS_REC },
			{ 0 },
		},
};

static FIELD_READER(read_propagation)
{
	int64_t flags;
	int ret;

	(void)field;
	if (json->type == JSON_STRING && !json->len)
		return 0; /* Go's "absent" */
	ret = want_word(r, json, &propagation_words, &flags);
	if (ret == 0)
		*(unsigned long *)to = (unsigned long)flags;
	return ret;
}

/* personality(2) */
static const struct word_kind domain_words = {
	.what = "personality domain",
	.words = (const struct word[]){ { "LINUX", 0 },
					{ "LINUX32", 8 },
					{ 0 } },
};

static FIELD_READER(read_domain)
{
	(void)field;
	return want_word(r, json, &domain_words, to);
}

static const struct field personality_fields[] = {
	FIELD("domain", read_domain, SPEC(personality), .required = true),
	FIELD("flags", read_unsupported, 0),
	{ 0 },
};
static const struct shape personality_shape = { .fields = personality_fields };

static FIELD_READER(read_cgroups_path)
{
	struct spec *spec = to;

	spec->cgroups_place = place_of(json);
	return read_text(r, json, field, &spec->cgroups_path);
}

/* ---- all ---- */

static const struct field linux_fields[] = {
	FIELD("namespaces", read_namespaces, 0, .shape = &ns_shape),
	FIELD("uidMappings", read_uid_maps, SPEC(uid_maps),
	      .count = SPEC(uid_maps.count), .shape = &map_shape),
	FIELD("gidMappings", read_gid_maps, SPEC(gid_maps),
	      .count = SPEC(gid_maps.count), .shape = &map_shape),
	FIELD("timeOffsets", read_object, 0, .shape = &offsets_shape),
	FIELD("devices", read_list, SPEC(devices), .count = SPEC(device_count),
	      .shape = &device_shape),
	FIELD("netDevices", read_unsupported, 0),
	FIELD("cgroupsPath", read_cgroups_path, 0),
	FIELD("resources", read_object, SPEC(limits),
	      .shape = &resources_shape),
	FIELD("intelRdt", read_unsupported, 0),
	FIELD("memoryPolicy", read_unsupported, 0),
	FIELD("sysctl", read_pairs, SPEC(sysctl)),
	FIELD("seccomp", read_seccomp, SPEC(seccomp), .shape = &seccomp_shape),
	FIELD("rootfsPropagation", read_propagation, SPEC(root_propagation)),
	FIELD("maskedPaths", read_paths, SPEC(masked_paths)),
	FIELD("readonlyPaths", read_paths, SPEC(readonly_paths)),
	FIELD("mountLabel", read_text, SPEC(mount_label)),
	FIELD("personality", read_object, 0, .shape = &personality_shape),
	{ 0 },
};

/* What needs a new namespace of a kind. */
static int check_linux(struct reader *r, const struct json *json, void *object)
{
	const struct spec *spec = object;

	if ((spec->uid_maps.count || spec->gid_maps.count) &&
	    spec->ns[NS_USER].want != NS_NEW)
		return advise(
			r,
			bad(r,
			    json_get(json, spec->uid_maps.count ?
						   "uidMappings" :
						   "gidMappings"),
			    KIST_E_CONFIG_VALUE,
			    "id mappings are for a new user namespace only"),
			"add {\"type\": \"user\"} to linux.namespaces, or take the mappings out");
	if ((spec->monotonic.present || spec->boottime.present) &&
	    spec->ns[NS_TIME].want != NS_NEW)
		return advise(
			r,
			bad(r, json_get(json, "timeOffsets"),
			    KIST_E_CONFIG_VALUE,
			    "offsets are for a new time namespace only"),
			"add {\"type\": \"time\"} to linux.namespaces, or take the offsets out");
	return 0;
}

const struct shape linux_shape = { .fields = linux_fields,
				   .check = check_linux };
