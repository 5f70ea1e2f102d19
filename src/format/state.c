/* SPDX-License-Identifier: Apache-2.0 */
/* state.c - the state of a container as JSON: for people, engines and hooks */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "format/record.h"
#include "format/state.h"

/* ---- for people and engines: as runc prints it ---- */

static const char *const status_names[] = {
	[KIST_CREATING] = "creating", [KIST_CREATED] = "created",
	[KIST_RUNNING] = "running",   [KIST_PAUSED] = "paused",
	[KIST_STOPPED] = "stopped",
};

const char *kist_status_name(enum kist_status status)
{
	return status_names[status];
}

static void write_annotations(struct json_writer *w, const char *text)
{
	CLEANUP_ARENA struct arena arena;
	const struct json *json;

	arena_init(&arena);
	if (json_parse(text, strlen(text), "", &arena, &json, NULL) < 0 ||
	    !json->len)
		return;
	json_key(w, "annotations");
	json_write_value(w, json);
}

void state_write(struct json_writer *w, const struct kist_state *state)
{
	json_open(w, '{');
	json_member(w, "ociVersion", state->oci_version);
	json_member(w, "id", state->id);
	json_member_int(w, "pid", state->pid);
	json_member(w, "status", kist_status_name(state->status));
	json_member(w, "bundle", state->bundle);
	json_member(w, "rootfs", state->rootfs);
	json_member(w, "created", state->created);
	if (state->annotations_json)
		write_annotations(w, state->annotations_json);
	json_member(w, "owner", state->owner ? state->owner : "");
	json_close(w, '}');
}

char *kist_state_json(const struct kist_state *state)
{
	CLEANUP_BUF struct buf buf;
	struct json_writer w;

	buf_init(&buf);
	json_write_init(&w, &buf, "  ");
	state_write(&w, state);
	return buf_take(&buf);
}

/* ---- for hooks ---- */

static void write_pairs(struct json_writer *w, const struct key_values *pairs)
{
	json_open(w, '{');
	for (size_t i = 0; i < pairs->count; i++)
		json_member(w, pairs->items[i].key, pairs->items[i].value);
	json_close(w, '}');
}

static const char *keep(struct arena *arena, const struct buf *buf)
{
	if (buf_failed(buf))
		arena->failed = true;
	return buf_failed(buf) ? "" : arena_strdup(arena, buf->data);
}

const char *record_annotations(const struct spec *spec, struct arena *arena)
{
	CLEANUP_BUF struct buf buf;
	struct json_writer w;

	buf_init(&buf);
	if (!spec->annotations.count)
		return NULL;
	json_write_init(&w, &buf, NULL);
	write_pairs(&w, &spec->annotations);
	return keep(arena, &buf);
}

/* The pid is written as 0 and cut out again: so the writer keeps the commas
 * right. */
void record_hook_state(struct arena *arena, const struct spec *spec,
		       const char *id, const char *bundle, const char *status,
		       const char **ret_before, const char **ret_after)
{
	CLEANUP_BUF struct buf buf;
	struct json_writer w;
	size_t before;

	buf_init(&buf);
	json_write_init(&w, &buf, NULL);
	json_open(&w, '{');
	json_member(&w, "ociVersion",
		    spec->oci_version ? spec->oci_version : KIST_OCI_VERSION);
	json_member(&w, "id", id);
	json_member(&w, "status", status);
	json_key(&w, "pid");
	before = buf.len;
	json_write_int(&w, 0);
	json_member(&w, "bundle", bundle);
	if (spec->annotations.count) {
		json_key(&w, "annotations");
		write_pairs(&w, &spec->annotations);
	}
	json_close(&w, '}');
	*ret_before = keep(arena, &buf);
	*ret_after = *ret_before + before + 1;
	*ret_before = arena_strndup(arena, *ret_before, before);
}
