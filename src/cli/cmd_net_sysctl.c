/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_net_sysctl.c - kist net sysctl: sysctls of a namespace, from outside */
#include <stdio.h>
#include <string.h>

#include <kist/netns.h>

#include "base/json_write.h"
#include "cli/kist.h"
#include "cli/net.h"
#include "cli/steps.h"

struct sysctl_args {
	bool dry_run, json;
	const char *target;
	const char *const *words;
};
#define ARGS sysctl_args

static const struct opt sysctl_opts[] = {
	FLAG('J', "json", json, "as JSON"),
	FLAG('n', "dry-run", dry_run, "print the steps, do nothing"),
	OPERAND("TARGET", opt_string, target, "whose network namespace"),
	REST("KEY[=VALUE]...", words,
	     "what to show or set (default: show all)"),
	OPT_END,
};

static int print_text(const struct kist_netns_sysctl *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		printf("%s = %s\n", list[i].key, list[i].value);
	return 0;
}

static int print_json(const struct kist_netns_sysctl *list, size_t count)
{
	CLEANUP_BUF struct buf buf = { 0 };
	struct json_writer w;

	json_write_init(&w, &buf, "  ");
	json_open(&w, '{');
	for (size_t i = 0; i < count; i++)
		json_member(&w, list[i].key, list[i].value);
	json_close(&w, '}');
	buf_putc(&buf, '\n');
	fflush(stdout);
	return buf_write(&buf, 1);
}

static int show(const struct kist_global *g, const struct sysctl_args *a,
		struct kist_error *err)
{
	struct kist_netns_sysctl *list;
	size_t count;
	int ret = kist_netns_sysctls(&g->kist, a->target, a->words, &list,
				     &count, err);

	if (ret < 0)
		return ret;
	ret = a->json ? print_json(list, count) : print_text(list, count);
	kist_netns_sysctls_free(list, count);
	return ret < 0 ? err_sys(err, KIST_E_SYSTEM, -ret, "print") : 0;
}

static int sysctl_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct sysctl_args *a = args;
	const struct kist_trace trace =
		steps_to(a->dry_run, a->dry_run ? stdout : NULL);
	size_t settings = 0, words = 0;

	for (; a->words && a->words[words]; words++)
		settings += strchr(a->words[words], '=') != NULL;
	if (settings == 0)
		return show(g, a, err);
	if (settings < words)
		return err_set(err, KIST_E_USAGE,
			       "either show or set: some of these words have "
			       "an '=', some have not");
	return kist_netns_sysctl_set(&g->kist, a->target, a->words, &trace,
				     err);
}

const struct command cmd_net_sysctl = {
	.name = "net sysctl",
	.summary = "sysctls of a network namespace, shown and set",
	.see = "sysctl(8), network_namespaces(7)",
	.example = "kist net sysctl web net.ipv4.ip_forward=1",
	.notes = "A key is written as with sysctl(8), or with slashes; one "
		 "that others begin with (net.ipv4.conf) stands for all of "
		 "them. Settings are all made, or none. JSON: an object, value "
		 "by key.",
	.opts = sysctl_opts,
	.args_size = sizeof(struct sysctl_args),
	.run = sysctl_run,
};
