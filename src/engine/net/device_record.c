/* SPDX-License-Identifier: Apache-2.0 */
/* device_record.c - RUN/moved/: devices that were moved, to be brought back */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/json_write.h"
#include "engine/folders.h"
#include "engine/net/device_state.h"
#include "sys/file.h"

#define RECORD_MAX (1u << 20)

static int open_folder(const struct kist *kist, bool may_make,
		       struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	CLEANUP_FD int run_fd = -1;
	struct folders folders;
	int fd, ret;

	arena_init(&arena);
	ret = folders_open(kist, &folders, err);
	if (ret < 0)
		return ret;
	run_fd = open(folders.run_path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	folders_close(&folders);
	if (run_fd < 0 ||
	    (may_make && mkdirat(run_fd, "moved", 0700) < 0 && errno != EEXIST))
		return err_sys(err, KIST_E_STORE, errno,
			       "make the folder of moved devices");
	fd = openat(run_fd, "moved",
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT && !may_make)
		return -ENOENT;
	if (fd < 0)
		return err_sys(err, KIST_E_STORE, errno,
			       "open the folder of moved devices");
	return fd;
}

/* ---- writing ---- */

static void write_addresses(struct json_writer *w,
			    const struct device_state *state)
{
	char text[ADDRESS_TEXT];

	json_key(w, "addresses");
	json_open(w, '[');
	for (size_t i = 0; i < state->address_count; i++) {
		address_format(&state->addresses[i], true, text);
		json_write_string(w, text);
	}
	json_close(w, ']');
}

static void write_routes(struct json_writer *w,
			 const struct device_state *state)
{
	char dest[ADDRESS_TEXT], gateway[ADDRESS_TEXT],
		text[2 * ADDRESS_TEXT + 8];

	json_key(w, "routes");
	json_open(w, '[');
	for (size_t i = 0; i < state->route_count; i++) {
		const struct device_route *route = &state->routes[i];

		address_format(&route->dest, true, dest);
		snprintf(text, sizeof(text), "%s", dest);
		if (route->gateway.family) {
			address_format(&route->gateway, false, gateway);
			snprintf(text, sizeof(text), "%s via %s", dest,
				 gateway);
		}
		json_write_string(w, text);
	}
	json_close(w, ']');
}

static void write_state(struct buf *buf, const struct device_state *state)
{
	struct json_writer w;

	json_write_init(&w, buf, "  ");
	json_open(&w, '{');
	json_member(&w, "device", state->device);
	json_member(&w, "name", state->name);
	json_member(&w, "from", state->from);
	json_member(&w, "to", state->to);
	json_member(&w, "mac", state->mac);
	json_member(&w, "kind", state->kind);
	json_member_bool(&w, "up", state->is_up);
	write_addresses(&w, state);
	write_routes(&w, state);
	json_close(&w, '}');
	buf_putc(buf, '\n');
}

int device_state_save(const struct kist *kist, struct device_state *state,
		      struct arena *arena, struct kist_error *err)
{
	CLEANUP_BUF struct buf buf = { 0 };
	CLEANUP_FD int folder_fd = open_folder(kist, true, err);
	struct timespec now;
	int ret;

	if (folder_fd < 0)
		return folder_fd;
	clock_gettime(CLOCK_REALTIME, &now);
	state->file = arena_printf(arena, "%s-%lld%09ld", state->device,
				   (long long)now.tv_sec, now.tv_nsec);
	write_state(&buf, state);
	if (buf_failed(&buf) || arena_failed(arena))
		return err_nomem(err);
	ret = sys_replace_file(folder_fd, state->file, buf.data, buf.len, 0600);
	if (ret < 0)
		return err_sys(err, KIST_E_STORE, -ret,
			       "write down how '%s' was", state->device);
	return 0;
}

void device_state_forget(const struct kist *kist,
			 const struct device_state *state)
{
	CLEANUP_FD int folder_fd = open_folder(kist, false, NULL);

	if (folder_fd >= 0 && state->file)
		unlinkat(folder_fd, state->file, 0);
}

/* ---- reading ---- */

static size_t items(const struct json *array)
{
	size_t count = 0;

	if (!array || array->type != JSON_ARRAY)
		return 0;
	JSON_ITEMS(item, array)
		count++;
	return count;
}

static bool read_route(const char *text, struct device_route *ret_route)
{
	const char *via = strstr(text, " via ");
	size_t len = via ? (size_t)(via - text) : strlen(text);

	*ret_route = (struct device_route){ 0 };
	return address_parse_n(text, len, &ret_route->dest) == 0 &&
	       (!via || address_parse(via + 5, &ret_route->gateway) == 0);
}

static void read_lists(const struct json *json, struct arena *arena,
		       struct device_state *state)
{
	const struct json *addresses = json_get(json, "addresses");
	const struct json *routes = json_get(json, "routes");
	const char *text;

	state->addresses =
		ARENA_ARRAY(arena, struct address, items(addresses) + 1);
	state->routes =
		ARENA_ARRAY(arena, struct device_route, items(routes) + 1);
	if (!state->addresses || !state->routes)
		return;
	if (items(addresses))
		JSON_ITEMS(item, addresses)
			if ((text = json_string(item)) &&
			    address_parse(
				    text,
				    &state->addresses[state->address_count]) ==
				    0)
				state->address_count++;
	if (items(routes))
		JSON_ITEMS(item, routes)
			if ((text = json_string(item)) &&
			    read_route(text,
				       &state->routes[state->route_count]))
				state->route_count++;
}

/* Return: is it a record? */
static bool read_record(int folder_fd, const char *file, struct arena *arena,
			struct device_state *ret_state)
{
	struct device_state state = { .file = arena_strdup(arena, file) };
	const struct json *json, *up;
	size_t len;
	char *text;

	if (sys_load_text(folder_fd, file, arena, RECORD_MAX, &text, &len) <
		    0 ||
	    json_parse(text, len, file, arena, &json, NULL) < 0)
		return false;
	state.device = json_string(json_get(json, "device"));
	state.name = json_string(json_get(json, "name"));
	state.from = json_string(json_get(json, "from"));
	state.to = json_string(json_get(json, "to"));
	state.mac = json_string(json_get(json, "mac"));
	state.kind = json_string(json_get(json, "kind"));
	up = json_get(json, "up");
	state.is_up = up && up->type == JSON_TRUE;
	read_lists(json, arena, &state);
	*ret_state = state;
	return state.device && state.name && state.from && state.to &&
	       state.mac && state.kind && !arena_failed(arena);
}

static bool is_meant(const struct device_state *state, const char *device,
		     const char *target)
{
	if (target)
		return strcmp(state->name, device) == 0 &&
		       strcmp(state->to, target) == 0;
	return strcmp(state->device, device) == 0;
}

static int append(struct device_state **list, size_t *count, size_t *room,
		  const struct device_state *state, struct arena *arena)
{
	if (*count == *room) {
		size_t more = *room ? *room * 2 : 16;
		struct device_state *grown =
			ARENA_ARRAY(arena, struct device_state, more);

		if (!grown)
			return -ENOMEM;
		if (*count)
			memcpy(grown, *list, *count * sizeof(*grown));
		*list = grown;
		*room = more;
	}
	(*list)[(*count)++] = *state;
	return 0;
}

int device_state_list(const struct kist *kist, struct arena *arena,
		      struct device_state **ret_list, size_t *ret_count,
		      struct kist_error *err)
{
	int folder_fd = open_folder(kist, false, err);
	DIR *dir = folder_fd < 0 ? NULL : fdopendir(folder_fd);
	struct device_state state, *list = NULL;
	struct dirent *entry;
	size_t count = 0, room = 0;
	int ret = 0;

	if (folder_fd < 0 && folder_fd != -ENOENT)
		return folder_fd;
	while (dir && ret == 0 && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' &&
		    read_record(dirfd(dir), entry->d_name, arena, &state))
			ret = append(&list, &count, &room, &state, arena);
	if (dir)
		closedir(dir);
	else
		cleanup_fd(&folder_fd);
	if (ret < 0)
		return err_nomem(err);
	*ret_list = list;
	*ret_count = count;
	return 0;
}

int device_state_find(const struct kist *kist, const char *device,
		      const char *target, struct arena *arena,
		      struct device_state *ret_state, struct kist_error *err)
{
	const struct device_state *newest = NULL;
	struct device_state *list;
	size_t count;
	int ret = device_state_list(kist, arena, &list, &count, err);

	if (ret < 0)
		return ret;
	for (size_t i = 0; i < count; i++)
		if (is_meant(&list[i], device, target) &&
		    (!newest || strcmp(list[i].file, newest->file) > 0))
			newest = &list[i];
	if (newest) {
		*ret_state = *newest;
		return 0;
	}
	ret = err_set(err, KIST_E_LINK_UNKNOWN,
		      "nothing is remembered of a device '%s'", device);
	err_hint(err, "only what was moved with 'kist net move --keep' is");
	return ret;
}
