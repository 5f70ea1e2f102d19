/* SPDX-License-Identifier: Apache-2.0 */
/* list_target.c - the words of a query for namespaces */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/ns/target.h"

#include <kist/list.h>

#define FLAG_PREFIX "CLONE_NEW"

/* "CLONE_NEWNET", as system calls have it: "net". */
static bool find_flag(const char *text, uint32_t *ret_mask)
{
	const char *name = text + strlen(FLAG_PREFIX);

	if (strncasecmp(text, FLAG_PREFIX, strlen(FLAG_PREFIX)) != 0)
		return false;
	if (strcasecmp(name, "NS") == 0)
		name = "mnt";
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++) {
		if (strcasecmp(name, ns_table[kind].name) != 0)
			continue;
		*ret_mask = 1u << kind;
		return true;
	}
	return false;
}

int kist_ns_kinds(const char *text, unsigned *ret_kinds, struct kist_error *err)
{
	uint32_t mask;
	int ret = find_flag(text, &mask) ? 0 : ns_parse(text, &mask, err);

	if (ret == 0)
		*ret_kinds = mask;
	return ret;
}

static int take_inode(struct target *target, struct kist_ns_query *query,
		      struct kist_error *err)
{
	uint32_t kinds = target_kinds(target);
	enum ns_kind kind = 0;
	struct stat st;
	int fd;

	while (kind < NS_COUNT - 1 && !(kinds & (1u << kind)))
		kind++;
	fd = target_ns(target, kind, err);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return err_sys(err, KIST_E_SYSTEM, errno, "look at %s",
			       target->label);
	query->ino = st.st_ino;
	return 0;
}

int kist_ns_query_target(const struct kist *kist, const char *word,
			 struct kist_ns_query *query, struct kist_error *err)
{
	CLEANUP_TARGET struct target target;
	int ret = target_open(kist, word, &target, err);

	if (ret < 0)
		return ret;
	if (target.kind == TARGET_NAMESPACE)
		return take_inode(&target, query, err);
	ret = target_pid(&target, err);
	if (ret < 0)
		return ret;
	query->pid = ret;
	return 0;
}
