/* SPDX-License-Identifier: Apache-2.0 */
/* config_make.c - from what was asked to an OCI configuration, and its spec */
#include <errno.h>
#include <string.h>

#include "engine/run/defaults.h"
#include "engine/run/making.h"
#include "format/config.h"
#include "kernel/cap.h"
#include "sys/mount.h"

/* ---- process ---- */

static void add_caps(const struct making *m, struct json_writer *w)
{
	static const char *const sets[] = { "bounding", "effective",
					    "permitted", "inheritable",
					    "ambient" };
	/* Not root: only what was asked for by name is kept, as ambient. */
	uint64_t kept = m->user.uid == 0 ? m->caps : m->caps_added;
	uint64_t extra = m->user.uid == 0 ? 0 : m->caps_added;
	const uint64_t masks[] = { m->caps, kept, kept, extra, extra };

	json_key(w, "capabilities");
	json_open(w, '{');
	for (size_t i = 0; i < ARRAY_LEN(sets); i++) {
		json_key(w, sets[i]);
		json_open(w, '[');
		for (int cap = 0; cap < CAP_COUNT; cap++)
			if (masks[i] & CAP_MASK(cap))
				json_write_string(w, cap_name(cap));
		json_close(w, ']');
	}
	json_close(w, '}');
}

static void add_user(const struct making *m, struct json_writer *w)
{
	json_key(w, "user");
	json_open(w, '{');
	json_member_uint(w, "uid", m->user.uid);
	json_member_uint(w, "gid", m->user.gid);
	json_key(w, "additionalGids");
	json_open(w, '[');
	for (size_t i = 0; i < m->user.group_count; i++)
		if (m->ns[NS_USER].want != NS_NEW ||
		    idmap_outside(&m->gid_maps, m->user.groups[i],
				  &(uint32_t){ 0 }))
			json_write_uint(w, m->user.groups[i]);
	json_close(w, ']');
	json_close(w, '}');
}

static void add_ulimits(const struct making *m, struct json_writer *w)
{
	json_key(w, "rlimits");
	json_open(w, '[');
	for (size_t i = 0; i < m->ulimit_count; i++) {
		const struct ulimit *limit = &m->ulimits[i];

		json_open(w, '{');
		json_member(w, "type",
			    arena_printf(m->arena, "RLIMIT_%s", limit->name));
		json_member_uint(w, "soft", limit->soft);
		json_member_uint(w, "hard", limit->hard);
		json_close(w, '}');
	}
	json_close(w, ']');
}

void config_add_process(const struct making *m, struct json_writer *w)
{
	json_key(w, "process");
	json_open(w, '{');
	json_member_bool(w, "terminal", m->terminal);
	add_user(m, w);
	json_member_strings(w, "args", m->args);
	json_member_strings(w, "env", m->env.items);
	json_member(w, "cwd", m->run->workdir ? m->run->workdir : "/");
	add_caps(m, w);
	if (m->ulimit_count)
		add_ulimits(m, w);
	json_member_bool(w, "noNewPrivileges", m->security.no_new_privileges);
	if (m->security.apparmor)
		json_member(w, "apparmorProfile", m->security.apparmor);
	if (m->security.selinux)
		json_member(w, "selinuxLabel", m->security.selinux);
	json_close(w, '}');
}

/* ---- the whole ---- */

static void add_annotations(const struct making *m, struct json_writer *w)
{
	json_key(w, "annotations");
	json_open(w, '{');
	json_member(w, "org.kist.name", m->name.text);
	json_member(w, "org.kist.image", m->image.written);
	if (m->security.seccomp == SECCOMP_DEFAULT)
		json_member(w, ANNOTATION_SECCOMP, "default");
	for (size_t i = 0; i < m->label_count; i++)
		if (strncmp(m->labels[i].key, "org.kist.", 9) != 0)
			json_member(w, m->labels[i].key, m->labels[i].value);
	json_close(w, '}');
}

static void add_root(const struct making *m, struct json_writer *w)
{
	json_key(w, "root");
	json_open(w, '{');
	json_member(w, "path", m->root.path);
	json_member_bool(w, "readonly", m->run->read_only);
	json_close(w, '}');
}

static void write_config(const struct making *m, struct json_writer *w)
{
	json_open(w, '{');
	json_member(w, "ociVersion", "1.2.0");
	config_add_process(m, w);
	add_root(m, w);
	if (m->hostname)
		json_member(w, "hostname", m->hostname);
	if (m->run->domainname)
		json_member(w, "domainname", m->run->domainname);
	config_add_mounts(m, w);
	add_annotations(m, w);
	config_add_linux(m, w);
	json_close(w, '}');
}

/* ---- what JSON does not say ---- */

static const struct spec_mount *take_root_mount(struct making *m)
{
	struct spec_mount *mount = ARENA_NEW(m->arena, struct spec_mount);
	const struct image_mount *from = m->root.overlay;
	size_t count = list_count(from->options), used = 0;

	*mount = (struct spec_mount){
		.destination = "/",
		.type = from->type,
		.source = from->source,
		.data = ARENA_ARRAY(m->arena, const char *, count + 1),
		.sb_flags = ARENA_ARRAY(m->arena, const char *, 1),
		.place.option =
			arena_printf(m->arena, "image '%s'", m->image.written),
	};
	for (size_t i = 0; mount->data && i < count; i++)
		if (strchr(from->options[i], '='))
			mount->data[used++] = from->options[i];
	mount->attr_set = MOUNT_ATTR_NODEV;
	return mount;
}

/*
 * Errors name the user's options. The text between was never seen by the user:
 * what has no option has no place to point at.
 */
static void name_mounts(struct making *m)
{
	struct spec *spec = m->spec;

	for (size_t i = 0; i < spec->mount_count; i++) {
		spec->mounts[i].place.option = "";
		for (size_t j = 0; j < m->volume_count; j++)
			if (strcmp(spec->mounts[i].destination,
				   m->volumes[j].destination) == 0)
				spec->mounts[i].place.option =
					m->volumes[j].written;
	}
}

static void name_devices(struct making *m)
{
	struct spec *spec = m->spec;

	for (size_t i = 0; i < spec->device_count; i++)
		for (size_t j = 0; j < m->device_count; j++)
			if (strcmp(spec->devices[i].path, m->devices[j].path) ==
			    0)
				spec->devices[i].place.option =
					m->devices[j].written;
}

static void name_sysctls(struct making *m)
{
	struct spec *spec = m->spec;

	for (size_t i = 0; i < spec->sysctl.count; i++)
		for (size_t j = 0; j < m->sysctl_count; j++)
			if (strcmp(spec->sysctl.items[i].key,
				   m->sysctls[j].key) == 0)
				spec->sysctl.items[i].place =
					m->sysctls[j].place;
}

static void name_ulimits(struct making *m)
{
	struct spec_process *process = &m->spec->process;

	for (size_t i = 0; i < process->rlimit_count; i++)
		process->rlimits[i].place.option =
			i < m->ulimit_count ?
				arena_printf(m->arena, "--ulimit %s",
					     m->run->ulimits[i]) :
				"";
}

static void name_options(struct making *m)
{
	struct spec_process *process = &m->spec->process;

	process->args.place.option = "";
	process->user_place.option = m->run->user ? "--user" : "";
	process->cwd_place.option =
		m->run->workdir ? arena_printf(m->arena, "--workdir %s",
					       m->run->workdir) :
				  "";
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++)
		m->spec->ns[kind].place.option = "";
	name_ulimits(m);
	name_mounts(m);
	name_devices(m);
	name_sysctls(m);
}

static int complete_spec(struct making *m, struct kist_error *err)
{
	if (m->root.overlay)
		m->spec->root_mount = take_root_mount(m);
	m->spec->root_place.option =
		arena_printf(m->arena, "image '%s'", m->image.written);
	name_options(m);
	if (m->security.seccomp != SECCOMP_DEFAULT)
		return 0;
	return seccomp_default_profile(m->caps, m->arena, &m->spec->seccomp,
				       err);
}

int making_config(struct making *m, struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	struct json_writer w;
	int ret;

	buf_init(&text);
	json_write_init(&w, &text, "  ");
	write_config(m, &w);
	if (buf_failed(&text) || arena_failed(m->arena))
		return err_nomem(err);
	m->config_len = text.len;
	m->config_text = arena_strndup(m->arena, text.data, text.len);
	if (arena_failed(m->arena))
		return err_nomem(err);
	ret = config_parse(m->config_text, m->config_len, "config.json",
			   m->arena, &m->spec, err);
	return ret < 0 ? ret : complete_spec(m, err);
}
