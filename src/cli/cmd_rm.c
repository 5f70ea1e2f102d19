/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_rm.c - kist rm: forget containers, take names of namespaces away */
#include <stdio.h>

#include <kist/namespace.h>

#include "cli/each.h"
#include "cli/kinds.h"
#include "cli/steps.h"

struct rm_args {
	bool force, volumes, dry_run, quiet;
	const char *const *names;
};
#define ARGS rm_args

static const struct opt rm_opts[] = {
	FLAG('f', "force", force,
	     "kill one that runs; one that is not there is no error"),
	FLAG('v', "volumes", volumes,
	     "also what it alone had (always done: there is nothing else)"),
	FLAG(0, "dry-run", dry_run, "print what would be done, as shell lines"),
	REST("CONTAINER...", names,
	     "their names, the starts of their ids, or names of namespaces"),
	OPT_END,
};

/* On standard error: what is not said could be missed. */
static void say_ending(const char *name, const struct kist_ns_ending *ending)
{
	if (ending->killed)
		fprintf(stderr, "kist: %s: %zu process%s of it end%s\n", name,
			ending->killed, ending->killed == 1 ? "" : "es",
			ending->killed == 1 ? "s" : "");
	if (ending->devices_back)
		fprintf(stderr,
			"kist: %s: these devices come back to the initial "
			"network namespace: %s\n",
			name, ending->devices_back);
	if (ending->devices_gone)
		fprintf(stderr, "kist: %s: these devices are destroyed: %s\n",
			name, ending->devices_gone);
}

static int rm_namespaces(const struct kist *kist, const char *name,
			 const struct rm_args *a, struct kist_error *err)
{
	const struct kist_trace trace =
		steps_to(a->dry_run, a->dry_run ? stdout : NULL);
	struct kist_ns_ending ending;
	int ret = kist_ns_ending(kist, name, &ending, err);

	if (ret < 0)
		return ret;
	if (!a->quiet)
		say_ending(name, &ending);
	kist_ns_ending_done(&ending);
	ret = kist_ns_remove(kist, name, &trace, err);
	if (ret == 0 && !a->dry_run)
		puts(name);
	return ret;
}

/* The container's error is the clearer one if it is neither. */
static int rm_other(const struct kist *kist, const char *name,
		    const struct rm_args *a, struct kist_error *err)
{
	struct kist_error failure = { 0 };
	int ret = rm_namespaces(kist, name, a, &failure);

	if (ret < 0 && failure.id == KIST_E_TARGET_UNKNOWN) {
		if (a->force)
			return 0;
		*err = (struct kist_error){ 0 };
		*err = failure;
		snprintf(err->what, sizeof(err->what),
			 "no container and no namespaces are named '%s'", name);
		return ret;
	}
	if (ret < 0)
		*err = failure;
	return ret;
}

static int rm_one(const struct kist *kist, const char *name, const void *args,
		  struct kist_error *err)
{
	const struct rm_args *a = args;
	const struct kist_trace trace = steps_to(true, stdout);
	struct kist_error failure = { 0 };
	int ret = kist_remove(kist, name, a->force, a->dry_run ? &trace : NULL,
			      &failure);

	if (ret < 0 && failure.id == KIST_E_CONTAINER_UNKNOWN)
		return rm_other(kist, name, a, err);
	if (ret < 0)
		*err = failure;
	else if (!a->dry_run)
		puts(name);
	return ret;
}

static int rm_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	struct rm_args a = *(const struct rm_args *)args;

	a.quiet = g->quiet;
	return each_container(global, a.names, rm_one, &a, err);
}

const struct command cmd_rm = {
	.name = "rm",
	.group = "containers",
	.summary = "forget containers, or take names of namespaces away",
	.see = "kist-stop(1), kist-new(1), kist-keep(1)",
	.example = "kist rm -f web",
	.notes =
		"A container goes with its logs and what it changed.\n"
		"\n"
		"Namespaces that have a name (kist new, kist keep, ip netns "
		"add) end with the name, unless processes are in them. What ends "
		"is said first: the processes of a pid namespace, and the "
		"network devices: those made by programs (veth, bridge …) "
		"are destroyed, hardware comes back to the initial namespace.",
	.opts = rm_opts,
	.args_size = sizeof(struct rm_args),
	.run = rm_run,
};
