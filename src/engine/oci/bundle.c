/* SPDX-License-Identifier: Apache-2.0 */
/* oci_bundle.c - bundles and state folders of the OCI operations */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "engine/oci/oci.h"
#include "format/config.h"
#include "sys/file.h"

#define CONFIG_MAX (16u << 20)

static int absolute(const char *path, char ret[PATH_MAX],
		    struct kist_error *err)
{
	if (!realpath(path, ret))
		return err_sys(err, KIST_E_BUNDLE, errno, "open bundle '%s'",
			       path);
	return 0;
}

/* From a pipe, whose size is not known. */
static int read_input(struct bundle *bundle, struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	int ret;

	buf_init(&text);
	ret = buf_read(&text, STDIN_FILENO, CONFIG_MAX);
	if (ret < 0)
		return err_sys(err, KIST_E_CONFIG_FILE, -ret,
			       "read standard input");
	bundle->config.name = "standard input";
	bundle->config.text = arena_strndup(
		&bundle->arena, text.len ? text.data : "", text.len);
	bundle->config.len = text.len;
	return 0;
}

static int read_config(struct bundle *bundle, const char *path,
		       const char *shown, struct kist_error *err)
{
	char *text;
	int ret = sys_load_text(AT_FDCWD, path, &bundle->arena, CONFIG_MAX,
				&text, &bundle->config.len);

	if (ret == -ENOENT) {
		err_set(err, KIST_E_CONFIG_FILE, "'%s' is not there", shown);
		err_hint(err, "a bundle is a directory with config.json: make "
			      "one with `kist-oci spec`");
		return -ENOENT;
	}
	if (ret < 0)
		return err_sys(err, KIST_E_CONFIG_FILE, -ret, "read '%s'",
			       shown);
	bundle->config.text = text;
	return 0;
}

int bundle_open(const struct kist_oci_create *args, struct bundle *ret_bundle,
		struct kist_error *err)
{
	struct bundle *b = ret_bundle;
	const char *folder = args->bundle ? args->bundle : ".";
	const char *file = args->config;
	char path[PATH_MAX];
	int ret;

	*b = (struct bundle){ .path = NULL };
	arena_init(&b->arena);
	ret = absolute(folder, path, err);
	if (ret == 0) {
		b->path = arena_strdup(&b->arena, path);
		if (!file)
			file = arena_printf(&b->arena, "%s/config.json", path);
		b->config.name = args->config ? args->config : "config.json";
		ret = strcmp(file, "-") == 0 ? read_input(b, err) :
					       read_config(b, file, file, err);
	}
	if (ret == 0)
		ret = config_parse(b->config.text, b->config.len,
				   b->config.name, &b->arena, &b->spec, err);
	if (ret < 0)
		bundle_close(b);
	return ret;
}

void bundle_close(struct bundle *bundle)
{
	arena_done(&bundle->arena);
}

const char *oci_root(const struct kist_oci *oci, struct arena *arena)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	if (oci->root)
		return oci->root;
	if (geteuid() == 0)
		return "/run/kist-oci";
	if (runtime && runtime[0] == '/')
		return arena_printf(arena, "%s/kist-oci", runtime);
	return arena_printf(arena, "/tmp/kist-oci-%u", geteuid());
}

int oci_open(const struct kist_oci *oci, const char *id,
	     struct container *ret_container, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;

	arena_init(&arena);
	return container_open(oci_root(oci, &arena), id, ret_container, err);
}

void oci_list_add(struct string_list *list, struct arena *arena,
		  const char *const *texts, size_t count)
{
	const char **items =
		ARENA_ARRAY(arena, const char *, list->count + count + 1);

	if (!items)
		return;
	if (list->count)
		memcpy(items, list->items, list->count * sizeof(*items));
	if (count)
		memcpy(items + list->count, texts, count * sizeof(*items));
	list->items = items;
	list->count += count;
}

int oci_listen_fds(struct spec *spec, struct arena *arena)
{
	const char *text = getenv("LISTEN_FDS");
	const char *names = getenv("LISTEN_FDNAMES");
	const char *env[3];
	size_t count = 0;
	uint32_t fds;

	if (!text || num_parse_u32(text, &fds) < 0 || fds == 0 || fds > 1024)
		return 0;
	env[count++] = arena_printf(arena, "LISTEN_FDS=%u", fds);
	env[count++] = "LISTEN_PID=1";
	if (names)
		env[count++] = arena_printf(arena, "LISTEN_FDNAMES=%s", names);
	oci_list_add(&spec->process.env, arena, env, count);
	return (int)fds;
}
