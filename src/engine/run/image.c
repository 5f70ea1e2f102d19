/* SPDX-License-Identifier: Apache-2.0 */
/* image.c - what IMAGE means */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/near.h"
#include "engine/run/image.h"

static bool is_path(const char *word)
{
	return strchr(word, '/') || strcmp(word, ".") == 0 ||
	       strcmp(word, "..") == 0;
}

static int find_dir(const char *word, struct arena *arena,
		    struct image *ret_image, struct kist_error *err)
{
	char real[PATH_MAX];
	struct stat st;

	if (!realpath(word, real) || stat(real, &st) < 0)
		return err_sys(err, KIST_E_IMAGE, errno, "image '%s'", word);
	if (!S_ISDIR(st.st_mode)) {
		err_sys(err, KIST_E_IMAGE, ENOTDIR, "image '%s'", word);
		err_hint(err,
			 "an image is a root directory; of an archive it is "
			 "made so: mkdir rootfs && tar -xf '%s' -C rootfs",
			 word);
		return -ENOTDIR;
	}
	if (faccessat(AT_FDCWD, real, X_OK, AT_EACCESS) < 0)
		return err_sys(err, KIST_E_IMAGE, errno, "enter image '%s'",
			       word);
	if (strcmp(real, "/") == 0) {
		err_set(err, KIST_E_OPTION_VALUE,
			"image '%s' is this machine's own root", word);
		err_hint(err, "'kist run host' uses it, copy-on-write");
		return -EINVAL;
	}
	*ret_image = (struct image){
		.kind = IMAGE_DIR,
		.written = word,
		.look_path = arena_strdup(arena, real),
	};
	return 0;
}

static bool is_archive(const char *word)
{
	return strncmp(word, "oci:", 4) == 0 ||
	       strncmp(word, "oci-archive:", 12) == 0 ||
	       strncmp(word, "docker-archive:", 15) == 0;
}

static int not_found(const char *word, struct kist_error *err)
{
	struct near near;
	struct stat st;

	err_set(err, KIST_E_IMAGE, "there is no image '%s'", word);
	near_init(&near, word);
	near_offer(&near, "host");
	if (stat(word, &st) == 0 && S_ISDIR(st.st_mode))
		err_hint(err, "for the directory here write './%s'", word);
	else if (near.best)
		err_hint(err, "did you mean 'host'?");
	else
		err_hint(err, "an image is 'host' or a directory such as "
			      "./rootfs; pulling is not supported yet");
	return -ENOENT;
}

int image_find(const char *word, struct arena *arena, struct image *ret_image,
	       struct kist_error *err)
{
	if (!word || !*word) {
		err_set(err, KIST_E_USAGE, "no image is named");
		err_hint(err, "write 'host', for this machine's own system, "
			      "or a root directory such as ./rootfs");
		return -EINVAL;
	}
	if (strcmp(word, "host") == 0) {
		*ret_image = (struct image){ IMAGE_HOST, word, "/" };
		return 0;
	}
	if (is_archive(word)) {
		err_set(err, KIST_E_UNSUPPORTED,
			"image archive '%s' is not supported yet", word);
		err_hint(err,
			 "an image is 'host' or a directory such as ./rootfs");
		return -ENOTSUP;
	}
	if (is_path(word))
		return find_dir(word, arena, ret_image, err);
	return not_found(word, err);
}
