/* SPDX-License-Identifier: Apache-2.0 */
/* things_own.c - containers and named sets that kist itself knows of */
#include <fcntl.h>
#include <string.h>

#include "container/store.h"
#include "engine/container/about.h"
#include "engine/map/finding.h"
#include "engine/ns/named.h"
#include "engine/oci/oci.h"
#include "format/record.h"
#include "kernel/proc.h"
#include "sys/file.h"

#define RECORD_FILE_MAX (1u << 20)

static struct own *own_of_pid(struct finding *f, struct own *own, pid_t pid)
{
	for (size_t i = 0; pid && i < f->scan->proc_count; i++)
		if (f->scan->procs[i].pid == pid)
			memcpy(own->ns, f->scan->procs[i].ino, sizeof(own->ns));
	own->pid = pid;
	return own;
}

/* ---- containers ---- */

/* RUN/state/ID/record. Return: false: it has no process that lives. */
static bool read_record(struct finding *f, int state_fd, const char *id,
			struct own *own)
{
	const char *path = arena_printf(f->arena, "%s/%s", id, STORE_RECORD);
	struct container_record record;
	char *text;
	size_t len;

	if (sys_load_text(state_fd, path, f->arena, RECORD_FILE_MAX, &text,
			  &len) < 0 ||
	    record_parse(text, len, f->arena, &record, NULL) < 0 ||
	    !proc_is_alive(f->scan->proc_fd, record.pid, record.start_time))
		return false;
	own->id = arena_strdup(f->arena, id);
	own->cgroup = record.cgroup;
	own_of_pid(f, own, record.pid);
	return true;
}

static int open_state(const char *path)
{
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void load_containers(struct finding *f, struct folders *folders)
{
	CLEANUP_FD int state_fd = open_state(folders->state_root);
	struct id *ids;
	size_t count;

	if (state_fd < 0 ||
	    folders_list(folders, f->arena, &ids, &count, NULL) < 0)
		return;
	f->own = ARENA_ARRAY(f->arena, struct own, count + 1);
	for (size_t i = 0; f->own && i < count; i++) {
		struct own *own = &f->own[f->own_count];
		struct record record;
		struct about about;

		if (!read_record(f, state_fd, ids[i].text, own) ||
		    record_open(folders, &ids[i], &record, NULL) < 0)
			continue;
		own->engine = "kist";
		own->name = own->id;
		if (about_load(&record, f->arena, &about, NULL) == 0) {
			own->name = about.name;
			own->image = about.image;
		}
		record_close(&record);
		f->own_count++;
	}
}

/* Room for @count more. */
static bool more(struct finding *f, size_t count)
{
	struct own *larger =
		ARENA_ARRAY(f->arena, struct own, f->own_count + count + 1);

	if (!larger || arena_failed(f->arena))
		return false;
	if (f->own_count)
		memcpy(larger, f->own, f->own_count * sizeof(*larger));
	f->own = larger;
	return true;
}

static bool is_group_known(const struct own *own)
{
	struct pattern_match match;

	return own->cgroup && pattern_find(own->cgroup, &match) &&
	       match.kind == KIST_THING_CONTAINER;
}

/* kist-oci's; those an engine had made are the engine's. */
static void load_oci(struct finding *f)
{
	const struct kist_oci none = { 0 };
	const char *root = oci_root(&none, f->arena), **ids;
	CLEANUP_FD int state_fd = open_state(root);
	size_t count;

	if (state_fd < 0 ||
	    container_list(root, f->arena, &ids, &count, NULL) < 0 ||
	    !more(f, count))
		return;
	for (size_t i = 0; i < count; i++) {
		struct own *own = &f->own[f->own_count];

		if (!read_record(f, state_fd, ids[i], own) ||
		    is_group_known(own)) {
			*own = (struct own){ 0 };
			continue;
		}
		own->engine = "kist-oci";
		own->name = own->id;
		f->own_count++;
	}
}

/* ---- named sets ---- */

static void load_sets(struct finding *f)
{
	struct named *sets;
	size_t count;

	if (named_list(f->kist, f->arena, &sets, &count, NULL) < 0 ||
	    !more(f, count))
		return;
	for (size_t i = 0; i < count; i++) {
		struct own *own = &f->own[f->own_count++];

		*own = (struct own){
			.engine = sets[i].only_netns ? "ip" : "kist",
			.name = sets[i].name,
			.is_set = true,
			.only_netns = sets[i].only_netns,
		};
		own_of_pid(f, own, sets[i].is_dead ? 0 : sets[i].holder);
		memcpy(own->ns, sets[i].ino, sizeof(own->ns));
	}
}

void things_load_own(struct finding *f)
{
	struct folders folders;

	if (folders_open(f->kist, &folders, NULL) == 0) {
		load_containers(f, &folders);
		folders_close(&folders);
	}
	load_oci(f);
	load_sets(f);
}

/* ---- whose a process is ---- */

/* All namespaces of the set, and not just the machine's. */
static bool is_in_set(const struct finding *f, const struct own *own,
		      const struct scan_proc *proc)
{
	bool any = false;

	for (enum ns_kind k = 0; k < NS_COUNT; k++) {
		if (own->ns[k] && own->ns[k] != proc->ino[k])
			return false;
		any = any || (own->ns[k] && own->ns[k] != f->host[k]);
	}
	return any;
}

struct own *things_own_of(struct finding *f, const struct scan_proc *proc)
{
	if (memcmp(proc->ino, f->host, sizeof(f->host)) == 0)
		return NULL;
	for (size_t i = 0; i < f->own_count; i++) {
		struct own *own = &f->own[i];

		if (own->is_set)
			continue;
		if (own->pid == proc->pid ||
		    (own->ns[NS_PID] && own->ns[NS_PID] == proc->ino[NS_PID] &&
		     own->ns[NS_PID] != f->host[NS_PID]))
			return own;
	}
	for (size_t i = 0; i < f->own_count; i++)
		if (f->own[i].is_set && is_in_set(f, &f->own[i], proc))
			return &f->own[i];
	return NULL;
}
