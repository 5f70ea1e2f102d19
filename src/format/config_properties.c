/* SPDX-License-Identifier: Apache-2.0 */
/* config_properties.c - all properties of config.json, from the field tables */
#include <stdio.h>
#include <string.h>

#include "format/config.h"
#include "format/config_parts.h"

#define PATH_MAX_LEN 120

struct walk {
	void (*each)(void *context, const char *path);
	void *context;
};

static void tell(const struct walk *walk, const char *above, const char *key,
		 char path[PATH_MAX_LEN])
{
	snprintf(path, PATH_MAX_LEN, "%s%s%s", above, *above ? "." : "", key);
	walk->each(walk->context, path);
}

static void scalars(const struct walk *walk, const char *block,
		    const char *above)
{
	char path[PATH_MAX_LEN];

	for (size_t i = 0; i < LIMIT_COUNT; i++)
		if (strcmp(limit_table[i].block, block) == 0)
			tell(walk, above, limit_table[i].oci, path);
}

/* Is it a list, or a map with names of any kind? */
static bool is_many(const struct field *field)
{
	return field->count || strcmp(field->key, "namespaces") == 0 ||
	       strcmp(field->key, "rdma") == 0;
}

static void walk_shape(const struct walk *walk, const struct shape *shape,
		       const char *above)
{
	char path[PATH_MAX_LEN];

	for (const struct field *f = shape->fields; f->key; f++) {
		tell(walk, above, f->key, path);
		if (!f->shape)
			continue;
		if (is_many(f) && strlen(path) < sizeof(path) - 2)
			strcat(path, "[]");
		if (f->read == read_block)
			scalars(walk, f->key, path);
		walk_shape(walk, f->shape, path);
	}
}

void config_properties(void (*each)(void *context, const char *path),
		       void *context)
{
	const struct walk walk = { each, context };

	walk_shape(&walk, &config_shape, "");
}
