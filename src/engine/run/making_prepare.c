/* SPDX-License-Identifier: Apache-2.0 */
/*
 * making_prepare.c - what has to be on disk before a container starts: its
 * root, and the three files of /etc that belong to its network and name
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/run/making.h"
#include "sys/file.h"

#define ETC_FILE_MAX (1u << 20)

/* Return: the file's path, or NULL with the error set. */
static const char *write_etc(struct making *m, const struct record *record,
			     const char *name, const struct buf *text,
			     struct kist_error *err)
{
	const char *path = arena_printf(m->arena, "files/%s", name);
	int ret = buf_failed(text) ?
			  -ENOMEM :
			  sys_replace_file(record->dir_fd, path,
					   text->data ? text->data : "",
					   text->len, 0644);

	if (ret < 0) {
		err_sys(err, KIST_E_STORE, -ret, "write '%s/%s'", record->path,
			path);
		return NULL;
	}
	return arena_printf(m->arena, "%s/%s", record->path, path);
}

static const char *write_hosts(struct making *m, const struct record *record,
			       struct kist_error *err)
{
	CLEANUP_BUF struct buf text;

	buf_init(&text);
	/* Sharing this machine's network: its names are right, too. */
	if (m->ns[NS_NET].want == NS_INHERIT &&
	    sys_load_file(AT_FDCWD, "/etc/hosts", &text, ETC_FILE_MAX) == 0)
		buf_puts(&text, "\n");
	else
		buf_puts(&text, "127.0.0.1\tlocalhost\n"
				"::1\tlocalhost ip6-localhost ip6-loopback\n");
	if (m->hostname)
		buf_printf(&text, "127.0.1.1\t%s\n", m->hostname);
	return write_etc(m, record, "hosts", &text, err);
}

static const char *write_hostname(struct making *m, const struct record *record,
				  struct kist_error *err)
{
	CLEANUP_BUF struct buf text;

	buf_init(&text);
	buf_printf(&text, "%s\n", m->hostname);
	return write_etc(m, record, "hostname", &text, err);
}

static const char *write_resolv(struct making *m, const struct record *record,
				struct kist_error *err)
{
	CLEANUP_BUF struct buf text;

	buf_init(&text);
	/* A machine without one has none for its containers. */
	if (sys_load_file(AT_FDCWD, "/etc/resolv.conf", &text, ETC_FILE_MAX) <
	    0)
		buf_puts(&text, "");
	return write_etc(m, record, "resolv.conf", &text, err);
}

/* Can a file be mounted at /etc/NAME: is it there, or can it be made? */
static bool has_place(const struct making *m, const char *name)
{
	CLEANUP_FD int root_fd =
		open(m->image.look_path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	CLEANUP_FD int etc_fd = -1;
	struct stat st;

	if (root_fd < 0)
		return false;
	etc_fd = sys_openat2(root_fd, "etc", O_PATH | O_DIRECTORY, 0,
			     RESOLVE_SAFE);
	if (etc_fd < 0)
		return false;
	return fstatat(etc_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 ||
	       (m->image.kind == IMAGE_DIR &&
		faccessat(etc_fd, ".", W_OK, AT_EACCESS) == 0);
}

static int prepare_etc(struct making *m, const struct record *record,
		       struct kist_error *err)
{
	if (mkdirat(record->dir_fd, "files", 0755) < 0)
		return err_sys(err, KIST_E_STORE, errno, "make '%s/files'",
			       record->path);
	if (has_place(m, "hosts") &&
	    !(m->hosts_file = write_hosts(m, record, err)))
		return -EIO;
	if (m->hostname && has_place(m, "hostname") &&
	    !(m->hostname_file = write_hostname(m, record, err)))
		return -EIO;
	if (m->ns[NS_NET].want != NS_NEW && has_place(m, "resolv.conf") &&
	    !(m->resolv_file = write_resolv(m, record, err)))
		return -EIO;
	return 0;
}

/*
 * The overlays are made inside the container's user namespace. Its root has to
 * be who kist is, or it could not reach the folders of the record.
 */
static int prepare_host(struct making *m, const struct record *record,
			struct kist_error *err)
{
	bool inside = m->ns[NS_USER].want != NS_INHERIT;
	uint32_t outside = geteuid();

	if (m->ns[NS_USER].want == NS_NEW &&
	    (!idmap_outside(&m->uid_maps, 0, &outside) ||
	     outside != geteuid())) {
		err_set(err, KIST_E_HOST_IMAGE,
			"image 'host': user 0 inside is not user %u outside",
			(unsigned)geteuid());
		err_hint(err, "leave out --uidmap, or map 0:%u:1",
			 (unsigned)geteuid());
		return -EINVAL;
	}
	return image_root_host(m->folders, record, inside, m->arena, &m->root,
			       err);
}

int making_prepare(struct making *m, const struct record *record,
		   struct kist_error *err)
{
	int ret = prepare_etc(m, record, err);

	if (ret < 0)
		return ret;
	if (m->image.kind == IMAGE_HOST)
		return prepare_host(m, record, err);
	m->root = (struct image_root){ .path = m->image.look_path };
	return 0;
}
