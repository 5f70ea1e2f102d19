/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_sysctl.c - sysctls of the container's namespaces
 *
 * The files of /proc/sys are those of the writer's namespaces: the child
 * writes them through this machine's verified /proc.
 */
#include <string.h>

#include "container/planning.h"
#include "kernel/sysctl.h"

static uint32_t private_kinds(const struct planning *p)
{
	uint32_t kinds = 0;

	for (int kind = 0; kind < NS_COUNT; kind++)
		if (plan_is_private(p, (enum ns_kind)kind))
			kinds |= BIT(kind);
	return kinds;
}

int plan_sysctls(struct planning *p, struct kist_error *err)
{
	const struct key_values *sysctl = &p->spec->sysctl;
	uint32_t private = sysctl->count ? private_kinds(p) : 0;

	for (size_t i = 0; i < sysctl->count; i++) {
		const struct key_value *item = &sysctl->items[i];
		char path[SYSCTL_PATH_MAX];
		struct plan_op *op;
		int ret = sysctl_check(item->key, private, path, err);

		if (ret < 0) {
			config_at(p->config, &item->place, err);
			return ret;
		}
		op = plan_add(p->plan, PLAN_WRITE);
		op->dir = (int16_t)p->proc_slot;
		op->arg[0] = plan_text(p->plan,
				       arena_printf(p->arena, "sys/%s", path));
		op->arg[1] = plan_text(p->plan, item->value);
		op->arg[2] = strlen(item->value);
		plan_say(p->plan, "set sysctl '%1' to '%2'", item->key,
			 item->value);
		plan_at(p->plan, &item->place);
	}
	return 0;
}
