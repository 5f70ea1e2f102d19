/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_net_new.c - kist net new, rm: network namespaces with a name, and
 * devices removed */
#include <errno.h>
#include <string.h>

#include <kist/link.h>
#include <kist/namespace.h>

#include "cli/kist.h"
#include "cli/net.h"
#include "cli/steps.h"

struct names_args {
	bool dry_run;
	const char *const *names;
};
#define ARGS names_args

static int make(const struct kist *kist, const char *name,
		const struct kist_trace *trace, struct kist_error *err)
{
	const struct kist_ns_new args = { .name = name, .kinds = KIST_NS_NET };

	return kist_ns_new(kist, &args, trace, err);
}

static int take_away(const struct kist *kist, const char *name,
		     const struct kist_trace *trace, struct kist_error *err)
{
	if (strchr(name, '@'))
		return kist_link_remove(kist, name, trace, err);
	return kist_ns_remove(kist, name, trace, err);
}

static int each(const struct kist_global *g, const struct names_args *a,
		int (*act)(const struct kist *kist, const char *name,
			   const struct kist_trace *trace,
			   struct kist_error *err),
		struct kist_error *err)
{
	const struct kist_trace trace =
		steps_to(a->dry_run, a->dry_run ? stdout : NULL);
	int ret = 0;

	if (!a->names || !a->names[0])
		return err_set(err, KIST_E_USAGE, "a name is needed");
	/* One that fails does not spare the others. */
	for (const char *const *name = a->names; *name; name++) {
		int one = act(&g->kist, *name, &trace, err);

		ret = ret < 0 ? ret : one;
	}
	return ret;
}

static int new_run(void *global, const void *args, struct kist_error *err)
{
	return each(global, args, make, err);
}

static int rm_run(void *global, const void *args, struct kist_error *err)
{
	return each(global, args, take_away, err);
}

static const struct opt new_opts[] = {
	FLAG('n', "dry-run", dry_run, "print the steps, do nothing"),
	REST("NAME...", names, "what to call them"),
	OPT_END,
};

static const struct opt rm_opts[] = {
	FLAG('n', "dry-run", dry_run, "print the steps, do nothing"),
	REST("NAME...", names, "namespaces; or devices, as DEVICE@TARGET"),
	OPT_END,
};

const struct command cmd_net_new = {
	.name = "net new|add",
	.summary = "make network namespaces and give them names",
	.see = "kist-new(1), kist-net-link(1), ip-netns(8)",
	.example = "kist net new blue",
	.notes = "Their loopback device is up. ip(8) sees them too "
		 "(/run/netns), and kist sees those of ip(8).",
	.opts = new_opts,
	.args_size = sizeof(struct names_args),
	.run = new_run,
};

const struct command cmd_net_rm = {
	.name = "net rm|del|delete",
	.summary = "remove named network namespaces, or devices",
	.see = "kist-rm(1), ip-netns(8)",
	.example = "kist net rm blue",
	.notes = "A namespace ends when nobody else keeps it: virtual devices "
		 "in it are destroyed, hardware goes back to the first network "
		 "namespace. \"eth0@blue\" removes the device alone; with one "
		 "end of a veth pair goes the other.",
	.opts = rm_opts,
	.args_size = sizeof(struct names_args),
	.run = rm_run,
};
