/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe_cross.c - from one file system, mount or layer to another (EXDEV)
 *
 * A file is given another name within one mount only: not on another file
 * system, nor on the same one through another mount of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "engine/why/look.h"

/* The two mounts of a call that has two paths. */
struct ways {
	struct mountinfo_list list;
	const struct mountinfo *from, *to;
};

static bool find_ways(const struct why_case *c, struct ways *ways)
{
	const char *folder = look_folder(c, c->subject);

	if (!c->source || !folder || !look_mounts(c, &ways->list))
		return false;
	ways->from = look_mount(c, &ways->list, c->source);
	ways->to = look_mount(c, &ways->list, folder);
	return ways->from && ways->to;
}

static bool is_one_fs(const struct ways *ways)
{
	return ways->from->major == ways->to->major &&
	       ways->from->minor == ways->to->minor;
}

/* What does the same without: a link can be symbolic, a copy made. */
static const char *instead(const struct why_case *c)
{
	if (strncmp(c->name, "link", 4) == 0)
		return arena_printf(c->arena,
				    "a symbolic link may cross: ln -s '%s' "
				    "'%s'; or make a copy",
				    look_path(c, c->source), c->subject);
	if (strncmp(c->name, "rename", 6) == 0)
		return arena_printf(c->arena,
				    "copy it and remove the old one: cp -a "
				    "'%s' '%s' && rm -r '%s', as mv(1) does",
				    c->source, c->subject, c->source);
	return arena_printf(c->arena,
			    "copy by reading and writing: cp '%s' '%s'",
			    c->source, c->subject);
}

int probe_cross_fs(const struct why_case *c, struct why_finding *found)
{
	struct ways ways;

	if (!find_ways(c, &ways) || is_one_fs(&ways))
		return 0;
	return look_found(c, found, true,
			  arena_printf(c->arena, "'%s' and '%s'",
				       ways.from->point, ways.to->point),
			  instead(c),
			  "'%s' is on %s (%u:%u), '%s' on %s (%u:%u)",
			  c->source, ways.from->type, ways.from->major,
			  ways.from->minor, c->subject, ways.to->type,
			  ways.to->major, ways.to->minor);
}

int probe_cross_mount(const struct why_case *c, struct why_finding *found)
{
	struct ways ways;

	if (!find_ways(c, &ways) || !is_one_fs(&ways) || ways.from == ways.to ||
	    strcmp(c->name, "copy_file_range") == 0)
		return 0;
	return look_found(c, found, true,
			  arena_printf(c->arena, "'%s' and '%s'",
				       ways.from->point, ways.to->point),
			  instead(c),
			  "'%s' is in the mount at '%s', '%s' in that at '%s': "
			  "both of %u:%u",
			  c->source, ways.from->point, c->subject,
			  ways.to->point, ways.to->major, ways.to->minor);
}

/* Of a folder that a lower layer has, the upper one would have to tell the
 * name it had there. */
int probe_cross_layer(const struct why_case *c, struct why_finding *found)
{
	struct ways ways;
	struct stat st;

	if (!c->name || strncmp(c->name, "rename", 6) != 0 ||
	    !find_ways(c, &ways) || ways.from != ways.to ||
	    strcmp(ways.from->type, "overlay") != 0 ||
	    !look_stat(c, c->source, &st) || !S_ISDIR(st.st_mode) ||
	    strstr(ways.from->super, "redirect_dir=on"))
		return 0;
	return look_found(c, found, true, c->source, instead(c),
			  "the overlay at '%s' is mounted %s, without "
			  "redirect_dir=on",
			  ways.from->point, ways.from->super);
}

/* ---- openat2(2) ---- */

static uint64_t resolve_of(const struct why_case *c)
{
	return c->name && strcmp(c->name, "openat2") == 0 && c->type ?
		       strtoull(c->type, NULL, 16) :
		       0;
}

int probe_cross_resolve(const struct why_case *c, struct why_finding *found)
{
	uint64_t resolve = resolve_of(c);
	const char *word = resolve & RESOLVE_BENEATH ? "RESOLVE_BENEATH" :
			   resolve & RESOLVE_NO_XDEV ? "RESOLVE_NO_XDEV" :
						       NULL;

	if (!word)
		return 0;
	return look_found(c, found, true, word,
			  resolve & RESOLVE_BENEATH ?
				  "the folder it starts from" :
				  "the mount it starts from",
			  "openat2(2) was called with resolve 0x%llx",
			  (unsigned long long)resolve);
}

/* Asked for by O_NOFOLLOW, too. */
int probe_nofollow(const struct why_case *c, struct why_finding *found)
{
	uint64_t resolve = resolve_of(c);
	const char *word =
		resolve & RESOLVE_NO_SYMLINKS	 ? "RESOLVE_NO_SYMLINKS" :
		resolve & RESOLVE_NO_MAGICLINKS	 ? "RESOLVE_NO_MAGICLINKS" :
		c->flags & O_NOFOLLOW && c->stop ? "O_NOFOLLOW" :
						   NULL;

	if (!word || look_open(c, c->subject, 0) == -ELOOP)
		return 0;
	return look_found(c, found, true, c->subject, word,
			  "the program opened it with %s", word);
}
