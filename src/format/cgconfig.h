/* SPDX-License-Identifier: Apache-2.0 */
/**
 * cgconfig.h - cgconfig.conf, the configuration of libcgroup
 *
 *	mount { cpu = /cgroup/cpu; "name=x" = /cgroup/x; }
 *	group daemons/www {
 *		perm { task { uid = www; } admin { uid = root; dperm = 750; } }
 *		memory { memory.limit_in_bytes = 1G; }
 *	}
 *	template users/%u { … }
 *	default { perm { … } }
 *	namespace { cpu = daemons; }
 *
 * Words may be in double quotes; '#' begins a comment.
 *
 * Ownership:  everything in the arena.
 * Threads:    no shared state.
 * See:        cgconfig.conf(5)
 */
#ifndef FORMAT_CGCONFIG_H
#define FORMAT_CGCONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

#define CGCONFIG_MAX (1u << 20)

struct cgconfig_pair {
	const char *name, *value;
	uint32_t line;
};

/* NULL: not given */
struct cgconfig_perm {
	const char *task_uid, *task_gid, *task_fperm;
	const char *admin_uid, *admin_gid, *admin_dperm, *admin_fperm;
	bool given;
};

struct cgconfig_controller {
	const char *name;
	struct cgconfig_pair *values;
	size_t value_count;
	uint32_t line;
};

struct cgconfig_group {
	const char *name;
	bool is_template;
	struct cgconfig_perm perm;
	struct cgconfig_controller *controllers;
	size_t controller_count;
	uint32_t line;
};

struct cgconfig {
	struct cgconfig_pair *mounts, *namespaces;
	size_t mount_count, namespace_count;
	struct cgconfig_group *groups;
	size_t group_count;
	struct cgconfig_perm defaults;
};

/**
 * cgconfig_parse() - read the text of such a file
 * @text, @len:	need not end with a NUL
 * @name:	of the file, for errors
 *
 * Return: 0; -EINVAL (CG_CONFIG) with "NAME:LINE:COLUMN"; -ENOMEM.
 */
MUST_CHECK int cgconfig_parse(const char *text, size_t len, const char *name,
			      struct arena *arena, struct cgconfig *ret_config,
			      struct kist_error *err);

#endif
