/* SPDX-License-Identifier: Apache-2.0 */
/*
 * volume.c - what -v, --mount and --tmpfs ask for
 *
 * Options of bind mounts are mostly those of config.json already; volume_words
 * has what Docker's and Podman's users write, and what becomes of it. "ro"
 * means read-only, all of it: also what is mounted below the source ("rro").
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <kist/cause.h>

#include "base/path.h"
#include "engine/run/volume.h"

/* What becomes of an option of -v: @oci is NULL for nothing at all. */
enum volume_rule { VOLUME_PASS, VOLUME_NOTHING, VOLUME_LATER, VOLUME_LABEL };

static const struct volume_word {
	const char *word;
	enum volume_rule rule;
	const char *oci;
} volume_words[] = {
	{ "rw", VOLUME_PASS, "rw" },
	{ "ro", VOLUME_PASS, "rro" },
	{ "rro", VOLUME_PASS, "rro" },
	{ "bind", VOLUME_PASS, "bind" },
	{ "rbind", VOLUME_PASS, "rbind" },
	{ "suid", VOLUME_PASS, "suid" },
	{ "nosuid", VOLUME_PASS, "nosuid" },
	{ "dev", VOLUME_PASS, "dev" },
	{ "nodev", VOLUME_PASS, "nodev" },
	{ "exec", VOLUME_PASS, "exec" },
	{ "noexec", VOLUME_PASS, "noexec" },
	{ "private", VOLUME_PASS, "private" },
	{ "rprivate", VOLUME_PASS, "rprivate" },
	{ "shared", VOLUME_PASS, "shared" },
	{ "rshared", VOLUME_PASS, "rshared" },
	{ "slave", VOLUME_PASS, "slave" },
	{ "rslave", VOLUME_PASS, "rslave" },
	{ "unbindable", VOLUME_PASS, "unbindable" },
	{ "runbindable", VOLUME_PASS, "runbindable" },
	{ "z", VOLUME_LABEL, NULL },
	{ "Z", VOLUME_LABEL, NULL },
	/* caches of Docker's on macOS; there are none here */
	{ "consistent", VOLUME_NOTHING, NULL },
	{ "cached", VOLUME_NOTHING, NULL },
	{ "delegated", VOLUME_NOTHING, NULL },
	{ "copy", VOLUME_LATER, NULL },
	{ "nocopy", VOLUME_LATER, NULL },
	{ "O", VOLUME_LATER, NULL },
	{ "U", VOLUME_LATER, NULL },
	{ "idmap", VOLUME_LATER, NULL },
};

const char *path_tidy(const char *path, struct arena *arena)
{
	char *tidy = arena_alloc(arena, strlen(path) + 2);

	if (!tidy || path[0] != '/' ||
	    path_normalize(path, tidy, strlen(path) + 2) < 0)
		return NULL;
	return tidy;
}

static void add_option(struct volume *volume, const char *option)
{
	size_t i = 0;

	while (volume->options[i])
		i++;
	if (i < VOLUME_OPTIONS_MAX)
		volume->options[i] = option;
}

static bool has_option(const struct volume *volume, const char *option)
{
	size_t i = 0;

	while (volume->options[i] && strcmp(volume->options[i], option) != 0)
		i++;
	return volume->options[i] != NULL;
}

/* The next piece of "a,b,c"; "" is no piece. NULL: none is left. */
static char *next_piece(char **rest, const char *separators)
{
	char *piece = *rest;

	if (!piece)
		return NULL;
	*rest = piece + strcspn(piece, separators);
	if (**rest)
		*(*rest)++ = '\0';
	else
		*rest = NULL;
	return piece;
}

static int take_bind_option(struct volume *volume, const char *word,
			    struct kist_error *err)
{
	const struct volume_word *w = volume_words;
	const struct volume_word *end = w + ARRAY_LEN(volume_words);

	while (w < end && strcmp(w->word, word) != 0)
		w++;
	if (w == end) {
		err_set(err, KIST_E_OPTION_VALUE, "unknown option '%s'", word);
		err_hint(err, "options are ro, rw, rbind, bind, nosuid, nodev, "
			      "noexec and [r]private, [r]shared, [r]slave");
		return -EINVAL;
	}
	if (w->rule == VOLUME_LATER)
		return err_set(err, KIST_E_UNSUPPORTED,
			       "option '%s' is not supported yet", word);
	if (w->rule == VOLUME_LABEL &&
	    access("/sys/fs/selinux/enforce", F_OK) == 0) {
		err_set(err, KIST_E_UNSUPPORTED,
			"option '%s' (relabelling) is not supported yet", word);
		err_hint(err, "leave it out; label the folder yourself: chcon "
			      "-Rt container_file_t FOLDER");
		return -ENOTSUP;
	}
	if (w->rule == VOLUME_PASS)
		add_option(volume, w->oci);
	return 0;
}

static int take_destination(struct volume *volume, const char *path,
			    struct arena *arena, struct kist_error *err)
{
	volume->destination = path_tidy(path, arena);
	if (!volume->destination) {
		err_set(err, KIST_E_OPTION_VALUE,
			"the destination '%s' is not an absolute path", path);
		err_hint(err,
			 "write it from the root of the container on: '/%s'",
			 path);
		return -EINVAL;
	}
	if (strcmp(volume->destination, "/") == 0) {
		err_set(err, KIST_E_OPTION_VALUE,
			"the destination cannot be '/'");
		err_hint(err, "name a folder below it: the root is the image");
		return -EINVAL;
	}
	return 0;
}

static int take_source(struct volume *volume, const char *path,
		       struct arena *arena, struct kist_error *err)
{
	char real[PATH_MAX];
	struct stat st;

	if (path[0] == '\0') {
		err_set(err, KIST_E_OPTION_VALUE, "the source is empty");
		err_hint(err, "write SOURCE:DESTINATION[:OPTIONS]");
		return -EINVAL;
	}
	if (!strchr(path, '/') && strcmp(path, ".") && strcmp(path, "..")) {
		err_set(err, KIST_E_UNSUPPORTED,
			"named volume '%s': named volumes are not supported yet",
			path);
		err_hint(err, "for a folder here write './%s'", path);
		return -ENOTSUP;
	}
	if (!realpath(path, real)) {
		int errnum = errno;

		err_sys(err, KIST_E_VOLUME_SOURCE, errnum, "source '%s'", path);
		if (errnum == ENOENT)
			err_cause(err, KIST_CAUSE_MOUNT_SOURCE_MISSING, path,
				  NULL);
		return -errnum;
	}
	if (stat(real, &st) < 0)
		return err_sys(err, KIST_E_VOLUME_SOURCE, errno, "source '%s'",
			       path);
	volume->source = arena_strdup(arena, real);
	return 0;
}

static void finish_bind(struct volume *volume)
{
	volume->type = "bind";
	if (!has_option(volume, "bind"))
		add_option(volume, "rbind");
}

static int read_volume(const char *word, struct arena *arena,
		       struct volume *volume, struct kist_error *err)
{
	char *rest = arena_strdup(arena, word);
	char *source = next_piece(&rest, ":");
	char *destination = next_piece(&rest, ":");
	char *options = next_piece(&rest, ":");
	char *option;
	int ret;

	if (!destination)
		return err_set(err, KIST_E_UNSUPPORTED,
			       "a volume without a source is not supported "
			       "yet");
	if (rest) {
		err_set(err, KIST_E_OPTION_VALUE, "too many ':'");
		err_hint(err, "write SOURCE:DESTINATION[:OPTIONS]; a path "
			      "with ':' goes with --mount "
			      "type=bind,src=…,dst=…");
		return -EINVAL;
	}
	ret = take_destination(volume, destination, arena, err);
	while (ret == 0 && (option = next_piece(&options, ",")))
		ret = take_bind_option(volume, option, err);
	if (ret == 0)
		ret = take_source(volume, source, arena, err);
	finish_bind(volume);
	return ret;
}

int volume_parse(const char *word, struct arena *arena,
		 struct volume *ret_volume, struct kist_error *err)
{
	struct volume volume = { 0 };
	int ret;

	volume.written = arena_printf(arena, "-v %s", word);
	ret = read_volume(word, arena, &volume, err);
	if (ret < 0) {
		err_while(err, "%s", volume.written);
		if (!strchr(word, ':') && err && !err->hint[0])
			err_hint(err, "write SOURCE:DESTINATION[:OPTIONS]");
		return ret;
	}
	*ret_volume = volume;
	return 0;
}

/* ---- --mount ---- */

struct mount_words {
	const char *type, *source, *destination;
	bool one_level;
};

static bool is_one_of(const char *word, const char *const *words)
{
	while (*words && strcmp(*words, word) != 0)
		words++;
	return *words != NULL;
}

static bool is_yes(const char *value)
{
	static const char *const yes[] = { "", "true", "1", "yes", NULL };

	return is_one_of(value, yes);
}

static int take_mount_option(struct volume *volume, const char *key,
			     const char *value, struct arena *arena,
			     struct kist_error *err)
{
	static const char *const propagation[] = { "bind-propagation",
						   "propagation", NULL };
	static const char *const read_only[] = { "ro", "readonly", NULL };

	if (is_one_of(key, read_only)) {
		add_option(volume, is_yes(value) ? "rro" : "rw");
	} else if (is_one_of(key, propagation)) {
		return take_bind_option(volume, value, err);
	} else if (strcmp(key, "bind-nonrecursive") == 0) {
		add_option(volume, is_yes(value) ? "bind" : "rbind");
	} else if (strncmp(key, "tmpfs-", 6) == 0) {
		add_option(volume,
			   arena_printf(arena, "%s=%s", key + 6, value));
	} else {
		return take_bind_option(volume, key, err);
	}
	return 0;
}

static int take_mount_word(struct volume *volume, struct mount_words *words,
			   char *word, struct arena *arena,
			   struct kist_error *err)
{
	static const char *const source[] = { "src", "source", NULL };
	static const char *const destination[] = { "dst", "destination",
						   "target", NULL };
	char *value = strchr(word, '=');

	if (value)
		*value++ = '\0';
	else
		value = word + strlen(word);
	if (strcmp(word, "type") == 0)
		words->type = value;
	else if (is_one_of(word, source))
		words->source = value;
	else if (is_one_of(word, destination))
		words->destination = value;
	else
		return take_mount_option(volume, word, value, arena, err);
	return 0;
}

/* Docker's default for a tmpfs, unless said otherwise. */
static void finish_tmpfs(struct volume *volume)
{
	static const char *const defaults[][2] = { { "exec", "noexec" },
						   { "suid", "nosuid" },
						   { "dev", "nodev" } };

	volume->type = volume->source = "tmpfs";
	for (size_t i = 0; i < ARRAY_LEN(defaults); i++)
		if (!has_option(volume, defaults[i][0]) &&
		    !has_option(volume, defaults[i][1]))
			add_option(volume, defaults[i][1]);
}

static int read_mount(const char *word, struct arena *arena,
		      struct volume *volume, struct kist_error *err)
{
	char *rest = arena_strdup(arena, word);
	struct mount_words words = { .type = "volume" };
	char *piece;
	int ret = 0;

	while (ret == 0 && (piece = next_piece(&rest, ",")))
		ret = take_mount_word(volume, &words, piece, arena, err);
	if (ret < 0)
		return ret;
	if (!words.destination) {
		err_set(err, KIST_E_OPTION_VALUE, "there is no 'dst='");
		err_hint(err,
			 "write --mount type=bind,src=SOURCE,dst=DESTINATION");
		return -EINVAL;
	}
	ret = take_destination(volume, words.destination, arena, err);
	if (ret < 0)
		return ret;
	if (strcmp(words.type, "tmpfs") == 0) {
		finish_tmpfs(volume);
		return 0;
	}
	if (strcmp(words.type, "bind") != 0) {
		err_set(err, KIST_E_UNSUPPORTED,
			"a mount of type '%s' is not supported yet",
			words.type);
		err_hint(err, "the types are bind and tmpfs");
		return -ENOTSUP;
	}
	if (!words.source) {
		err_set(err, KIST_E_OPTION_VALUE, "there is no 'src='");
		err_hint(err,
			 "write --mount type=bind,src=SOURCE,dst=DESTINATION");
		return -EINVAL;
	}
	ret = take_source(volume, words.source, arena, err);
	finish_bind(volume);
	return ret;
}

int volume_parse_mount(const char *word, struct arena *arena,
		       struct volume *ret_volume, struct kist_error *err)
{
	struct volume volume = { 0 };
	int ret;

	volume.written = arena_printf(arena, "--mount %s", word);
	ret = read_mount(word, arena, &volume, err);
	if (ret < 0) {
		err_while(err, "%s", volume.written);
		return ret;
	}
	*ret_volume = volume;
	return 0;
}

/* ---- --tmpfs ---- */

static int take_tmpfs_option(struct volume *volume, const char *word,
			     struct kist_error *err)
{
	static const char *const flags[] = { "ro",     "rw",	"exec",
					     "noexec", "suid",	"nosuid",
					     "dev",    "nodev", "noatime",
					     NULL };
	static const char *const keys[] = { "size",	 "mode", "uid",
					    "gid",	 "huge", "nr_inodes",
					    "nr_blocks", NULL };
	size_t len = strcspn(word, "=");

	for (size_t i = 0; word[len] && keys[i]; i++)
		if (strlen(keys[i]) == len && memcmp(keys[i], word, len) == 0) {
			add_option(volume, word);
			return 0;
		}
	if (!is_one_of(word, flags)) {
		err_set(err, KIST_E_OPTION_VALUE, "unknown option '%s'", word);
		err_hint(err, "options are size=, mode=, uid=, gid=, "
			      "nr_inodes=, ro, exec, suid, dev");
		return -EINVAL;
	}
	add_option(volume, word);
	return 0;
}

int volume_parse_tmpfs(const char *word, struct arena *arena,
		       struct volume *ret_volume, struct kist_error *err)
{
	struct volume volume = { 0 };
	char *rest = arena_strdup(arena, word);
	char *destination = next_piece(&rest, ":");
	char *option;
	int ret = take_destination(&volume, destination, arena, err);

	volume.written = arena_printf(arena, "--tmpfs %s", word);
	while (ret == 0 && (option = next_piece(&rest, ",")))
		ret = take_tmpfs_option(&volume, option, err);
	if (ret < 0) {
		err_while(err, "%s", volume.written);
		return ret;
	}
	finish_tmpfs(&volume);
	*ret_volume = volume;
	return 0;
}
