/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_mounts.c - the mounts of a container, in the order they are made:
 * those of the image, the defaults, the files of /etc, the user's
 *
 * A default is left out where the user mounts something of their own.
 */
#include <fcntl.h>
#include <string.h>

#include "engine/run/defaults.h"
#include "engine/run/making.h"
#include "kernel/ns.h"

static void open_mount(struct json_writer *w, const char *destination,
		       const char *type, const char *source)
{
	json_open(w, '{');
	json_member(w, "destination", destination);
	json_member(w, "type", type);
	json_member(w, "source", source);
	json_key(w, "options");
	json_open(w, '[');
}

static void close_mount(struct json_writer *w)
{
	json_close(w, ']');
	json_close(w, '}');
}

static void add_options(struct json_writer *w, const char *const *options)
{
	while (*options)
		json_write_string(w, *options++);
}

static bool is_the_users(const struct making *m, const char *destination)
{
	for (size_t i = 0; i < m->volume_count; i++)
		if (strcmp(m->volumes[i].destination, destination) == 0)
			return true;
	return false;
}

/* ---- defaults ---- */

static void add_bind(struct json_writer *w, const char *path,
		     const char *source, const char *const *options)
{
	open_mount(w, path, "bind", source);
	json_write_string(w, "rbind");
	json_write_string(w, "rprivate");
	add_options(w, options);
	close_mount(w);
}

/* What shows a namespace that is this machine's is this machine's, too. */
static bool is_hosts(const struct making *m, const char *destination)
{
	bool ipc = m->ns[NS_IPC].want == NS_INHERIT;
	bool pid = m->ns[NS_PID].want == NS_INHERIT &&
		   m->ns[NS_USER].want != NS_INHERIT;

	if (strcmp(destination, "/dev/shm") == 0 ||
	    strcmp(destination, "/dev/mqueue") == 0)
		return ipc && access(destination, F_OK) == 0;
	return strcmp(destination, "/proc") == 0 && pid;
}

/* Does our own user namespace have it? */
static bool we_have_group(const struct making *m, uint32_t gid)
{
	struct id_maps maps;
	uint32_t outside;

	return idmap_read(AT_FDCWD, "/proc/self/gid_map", m->arena, &maps) <
		       0 ||
	       idmap_outside(&maps, gid, &outside);
}

static bool maps_group(const struct making *m, uint32_t gid)
{
	uint32_t outside;

	if (m->ns[NS_USER].want == NS_NEW)
		return idmap_outside(&m->gid_maps, gid, &outside);
	return m->ns[NS_USER].want != NS_INHERIT || ns_is_machine_root() ||
	       we_have_group(m, gid);
}

static bool wants_option(const struct making *m, const char *destination,
			 const char *option)
{
	if (m->run->privileged && strcmp(option, "ro") == 0 &&
	    strncmp(destination, "/sys", 4) == 0)
		return false;
	return strcmp(option, "gid=5") != 0 || maps_group(m, 5);
}

/* Message queues of a shared namespace can be shown only if they are here. */
static bool is_possible(const struct making *m, const char *destination)
{
	return strcmp(destination, "/dev/mqueue") != 0 ||
	       m->ns[NS_IPC].want != NS_INHERIT ||
	       m->ns[NS_USER].want == NS_INHERIT ||
	       access(destination, F_OK) == 0;
}

static void add_default(const struct making *m, struct json_writer *w,
			const struct default_mount *mount)
{
	static const char *const safe[] = { "nosuid", "noexec", "nodev", NULL };

	if (is_the_users(m, mount->destination) ||
	    !is_possible(m, mount->destination))
		return;
	if (is_hosts(m, mount->destination)) {
		add_bind(w, mount->destination, mount->destination, safe);
		return;
	}
	open_mount(w, mount->destination, mount->type, mount->source);
	for (size_t i = 0; mount->options[i]; i++)
		if (wants_option(m, mount->destination, mount->options[i]))
			json_write_string(w, mount->options[i]);
	close_mount(w);
}

static void add_defaults(const struct making *m, struct json_writer *w,
			 const struct default_mount *mounts)
{
	for (; mounts->destination; mounts++)
		add_default(m, w, mounts);
}

/* ---- the image's, /etc, the user's ---- */

static void add_image(const struct making *m, struct json_writer *w)
{
	for (size_t i = 0; i < m->root.mount_count; i++) {
		const struct image_mount *mount = &m->root.mounts[i];

		if (is_the_users(m, mount->destination))
			continue;
		open_mount(w, mount->destination, mount->type, mount->source);
		add_options(w, mount->options);
		close_mount(w);
	}
}

static void add_etc(const struct making *m, struct json_writer *w)
{
	static const char *const none[] = { NULL };
	const char *const files[][2] = {
		{ "/etc/hosts", m->hosts_file },
		{ "/etc/hostname", m->hostname_file },
		{ "/etc/resolv.conf", m->resolv_file },
	};

	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		if (files[i][1] && !is_the_users(m, files[i][0]))
			add_bind(w, files[i][0], files[i][1], none);
}

/* In a user namespace nobody makes device nodes: they are mounted. */
static void add_devices(const struct making *m, struct json_writer *w)
{
	for (size_t i = 0; i < m->device_count; i++) {
		const struct device *d = &m->devices[i];

		open_mount(w, d->path, "bind", d->source);
		json_write_string(w, "bind");
		json_write_string(w, "nosuid");
		json_write_string(w, "noexec");
		if (!strchr(d->access, 'w'))
			json_write_string(w, "ro");
		close_mount(w);
	}
}

void config_add_mounts(const struct making *m, struct json_writer *w)
{
	json_key(w, "mounts");
	json_open(w, '[');
	add_image(m, w);
	add_defaults(m, w, default_mounts);
	if (m->run->read_only)
		add_defaults(m, w, default_writable);
	add_etc(m, w);
	if (m->ns[NS_USER].want != NS_INHERIT)
		add_devices(m, w);
	for (size_t i = 0; i < m->volume_count; i++) {
		const struct volume *v = &m->volumes[i];

		open_mount(w, v->destination, v->type, v->source);
		add_options(w, v->options);
		close_mount(w);
	}
	json_close(w, ']');
}
