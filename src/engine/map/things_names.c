/* SPDX-License-Identifier: Apache-2.0 */
/*
 * things_names.c - what people call a container of another engine
 *
 * Docker and containerd keep a JSON file for each container, podman one for
 * all; the monitor that podman and CRI-O start for each has the name among its
 * words. No engine is asked, for it may not run, or not answer.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/path.h"
#include "engine/container/about.h"
#include "engine/map/finding.h"
#include "kernel/proc.h"
#include "sys/file.h"

#define FILE_MAX (4u << 20)
#define WORDS_MAX 16384
#define ID_SHOWN 12

static const struct json *load(struct arena *arena, const char *path)
{
	const struct json *json;
	char *text;
	size_t len;

	if (sys_load_text(AT_FDCWD, path, arena, FILE_MAX, &text, &len) < 0 ||
	    json_parse(text, len, path, arena, &json, NULL) < 0)
		return NULL;
	return json;
}

/* ---- Docker ---- */

static void call_docker(struct finding *f, struct kist_thing *thing)
{
	const struct json *json = load(
		f->arena,
		arena_printf(f->arena,
			     "/var/lib/docker/containers/%s/config.v2.json",
			     thing->id));
	const char *name = json ? json_string(json_get(json, "Name")) : NULL;
	const struct json *config = json ? json_get(json, "Config") : NULL;

	if (name)
		thing->name = name + (*name == '/');
	if (config)
		thing->image = json_string(json_get(config, "Image"));
}

/* ---- containerd ---- */

static void call_containerd(struct finding *f, struct kist_thing *thing)
{
	const struct json *json, *notes;
	const char *pod, *name;

	json = load(f->arena,
		    arena_printf(f->arena,
				 "/run/containerd/io.containerd.runtime.v2"
				 ".task/k8s.io/%s/config.json",
				 thing->id));
	notes = json ? json_get(json, "annotations") : NULL;
	if (!notes)
		return;
	pod = json_string(json_get(notes, "io.kubernetes.cri.sandbox-name"));
	name = json_string(json_get(notes, "io.kubernetes.cri.container-name"));
	if (pod)
		thing->name = arena_printf(f->arena, "%s/%s", pod,
					   name ? name : "(pod)");
	thing->image =
		json_string(json_get(notes, "io.kubernetes.cri.image-name"));
}

/* ---- podman, CRI-O ---- */

/* "conmon … -n NAME …", the parent of the first process. */
static const char *name_of_monitor(struct finding *f, pid_t pid)
{
	char path[40], text[WORDS_MAX];
	CLEANUP_FD int fd = -1;
	struct proc_stat stat;
	ssize_t len;

	if (proc_stat(f->scan->proc_fd, pid, &stat) < 0 || stat.parent <= 1)
		return NULL;
	snprintf(path, sizeof(path), "%d/cmdline", stat.parent);
	fd = openat(f->scan->proc_fd, path, O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (len <= 0)
		return NULL;
	text[len] = '\0';
	if (strcmp(path_name(text), "conmon") != 0)
		return NULL;
	for (char *at = text; at < text + len; at += strlen(at) + 1)
		if (strcmp(at, "-n") == 0 && at + 3 < text + len)
			return arena_strdup(f->arena, at + 3);
	return NULL;
}

static const struct json *podman_list(struct finding *f)
{
	const char *home = getenv("HOME");

	if (f->podman_read)
		return f->podman;
	f->podman_read = true;
	f->podman = load(f->arena, "/var/lib/containers/storage/"
				   "overlay-containers/containers.json");
	if (!f->podman && home)
		f->podman = load(f->arena,
				 arena_printf(f->arena,
					      "%s/.local/share/containers/"
					      "storage/overlay-containers/"
					      "containers.json",
					      home));
	return f->podman;
}

/* Its "metadata" is JSON within a string. */
static const char *podman_image(struct finding *f, const struct json *one)
{
	const char *text = json_string(json_get(one, "metadata"));
	const struct json *json;

	if (!text || json_parse(text, strlen(text), "metadata", f->arena, &json,
				NULL) < 0)
		return NULL;
	return json_string(json_get(json, "image-name"));
}

static void call_podman(struct finding *f, struct kist_thing *thing)
{
	const struct json *list = podman_list(f);

	if (thing->pid && f->scan)
		thing->name = name_of_monitor(f, thing->pid);
	if (!list || list->type != JSON_ARRAY)
		return;
	JSON_ITEMS(one, list) {
		const char *id = json_string(json_get(one, "id"));
		const struct json *names = json_get(one, "names");

		if (!id || strcmp(id, thing->id) != 0)
			continue;
		if (!thing->name && names && names->type == JSON_ARRAY &&
		    names->len)
			thing->name = json_string(names + 1);
		thing->image = podman_image(f, one);
	}
}

/* ---- kist ---- */

/* Of one that lives the record was read before. */
static void call_kist(struct finding *f, struct kist_thing *thing)
{
	struct folders folders;
	struct record record;
	struct about about;
	struct id id;

	if (!f->kist || f->scan || strlen(thing->id) >= sizeof(id.text) ||
	    folders_open(f->kist, &folders, NULL) < 0)
		return;
	strcpy(id.text, thing->id);
	if (record_open(&folders, &id, &record, NULL) == 0) {
		if (about_load(&record, f->arena, &about, NULL) == 0) {
			thing->name = about.name;
			thing->image = about.image;
		}
		record_close(&record);
	}
	folders_close(&folders);
}

/* ---- all ---- */

static const struct {
	const char *engine;
	void (*call)(struct finding *f, struct kist_thing *thing);
} engines[] = {
	{ "kist", call_kist },	   { "docker", call_docker },
	{ "podman", call_podman }, { "containerd", call_containerd },
	{ "cri-o", call_podman },
};

void things_call(struct finding *f, struct kist_thing *thing)
{
	for (size_t i = 0; i < ARRAY_LEN(engines); i++)
		if (strcmp(engines[i].engine, thing->engine) == 0)
			engines[i].call(f, thing);
	if (!thing->name || !*thing->name)
		thing->name = arena_strndup(f->arena, thing->id, ID_SHOWN);
}
