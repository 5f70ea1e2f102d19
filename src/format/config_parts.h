/* SPDX-License-Identifier: Apache-2.0 */
/* config_parts.h - the parts of config.json, one source file each */
#ifndef FORMAT_CONFIG_PARTS_H
#define FORMAT_CONFIG_PARTS_H

#include "format/field.h"

extern const struct shape process_shape;   /* struct spec_process */
extern const struct shape mount_shape;	   /* struct spec_mount */
extern const struct shape hooks_shape;	   /* struct spec_hooks[] */
extern const struct shape linux_shape;	   /* struct spec */
extern const struct shape resources_shape; /* struct cgroup_limits */

FIELD_READER(read_seccomp);		 /* struct seccomp_profile * */
extern const struct shape seccomp_shape; /* of it */
extern const struct shape config_shape;	 /* struct spec: the whole */

/* A scalar of linux.resources, "memory", "limit"? They are in limit_table. */
bool config_is_limit(const char *block, const char *key);

#endif
