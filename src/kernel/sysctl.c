/* SPDX-License-Identifier: Apache-2.0 */
/* sysctl.c - which sysctls belong to a container's namespaces */
#include <string.h>

#include "base/path.h"
#include "kernel/ns.h"
#include "kernel/sysctl.h"

/* A name ending in '/' is a folder: all below belongs to the namespace. */
static const struct {
	const char *path;
	enum ns_kind kind;
} namespaced[] = {
	{ "net/", NS_NET },
	{ "kernel/msgmax", NS_IPC },
	{ "kernel/msgmnb", NS_IPC },
	{ "kernel/msgmni", NS_IPC },
	{ "kernel/msg_next_id", NS_IPC },
	{ "kernel/sem", NS_IPC },
	{ "kernel/sem_next_id", NS_IPC },
	{ "kernel/shmall", NS_IPC },
	{ "kernel/shmmax", NS_IPC },
	{ "kernel/shmmni", NS_IPC },
	{ "kernel/shm_next_id", NS_IPC },
	{ "kernel/shm_rmid_forced", NS_IPC },
	{ "fs/mqueue/", NS_IPC },
	{ "kernel/domainname", NS_UTS },
	{ "user/", NS_USER },
};

/* The key with '/' as separator. */
static int path_of_key(const char *key, char path[SYSCTL_PATH_MAX])
{
	size_t len = strlen(key);
	const char *first = strpbrk(key, "./");

	if (len >= SYSCTL_PATH_MAX)
		return -1;
	memcpy(path, key, len + 1);
	if (!first || *first == '/')
		return 0;
	for (char *at = path; *at; at++) {
		if (*at == '.')
			*at = '/';
		else if (*at == '/')
			*at = '.';
	}
	return 0;
}

/* No component is empty, "." or "..". */
static bool stays_below(const char *path)
{
	char rooted[SYSCTL_PATH_MAX + 1] = "/";

	memcpy(rooted + 1, path, strlen(path) + 1);
	return path[0] && path_is_clean(rooted);
}

enum ns_kind sysctl_kind(const char *path)
{
	for (size_t i = 0; i < ARRAY_LEN(namespaced); i++) {
		const char *known = namespaced[i].path;
		size_t len = strlen(known);

		if (known[len - 1] == '/' ? strncmp(path, known, len) == 0 :
					    strcmp(path, known) == 0)
			return namespaced[i].kind;
	}
	return NS_COUNT;
}

int sysctl_check(const char *key, uint32_t private,
		 char ret_path[SYSCTL_PATH_MAX], struct kist_error *err)
{
	char path[SYSCTL_PATH_MAX];
	enum ns_kind kind;
	int ret;

	if (path_of_key(key, path) < 0 || !stays_below(path))
		return err_set(err, KIST_E_SYSCTL,
			       "'%s' is not the name of a sysctl", key);
	if (strcmp(path, "kernel/hostname") == 0) {
		ret = err_set(err, KIST_E_SYSCTL,
			      "sysctl '%s' conflicts with the hostname", key);
		err_hint(err, "set the container's hostname instead");
		return ret;
	}
	kind = sysctl_kind(path);
	if (kind == NS_COUNT) {
		ret = err_set(err, KIST_E_SYSCTL,
			      "sysctl '%s' is not in a separate kernel "
			      "namespace: it is the whole machine's",
			      key);
		err_hint(err, "set it on the host with 'sysctl -w'");
		return ret;
	}
	if (!(private & BIT(kind))) {
		ret = err_set(err, KIST_E_SYSCTL,
			      "sysctl '%s' needs its own %s namespace: the "
			      "container shares the host's",
			      key, ns_table[kind].oci_name);
		err_hint(err, "without one it would change the host");
		return ret;
	}
	memcpy(ret_path, path, strlen(path) + 1);
	return 0;
}
