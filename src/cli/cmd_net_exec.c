/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_net_exec.c - kist net exec, kist net nft: programs in a network
 * namespace */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kist/netns.h>

#include "cli/kist.h"
#include "cli/net.h"
#include "cli/steps.h"

struct exec_args {
	bool all, dry_run;
	const char *const *words;
};
#define ARGS exec_args

static const struct opt exec_opts[] = {
	FLAG('a', "all", all, "in every one that has a name"),
	REST("COMMAND", words, "TARGET (not with --all), program, arguments"),
	OPT_END,
};

static int exec_all(const struct kist *kist, const char *const *command,
		    struct kist_error *err)
{
	struct kist_enter_end end = { 0 };
	const char **names;
	int status = 0, ret = kist_netns_names(kist, &names, err);

	if (ret < 0)
		return ret;
	for (size_t i = 0; ret == 0 && names[i]; i++) {
		printf("\nnetns: %s\n", names[i]);
		fflush(stdout);
		ret = kist_netns_exec(kist, names[i], command, &end, err);
		if (ret == 0 && end.status != 0)
			status = end.status;
	}
	free(names);
	return ret < 0 ? ret : status;
}

static int exec_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct exec_args *a = args;
	const char *const *words = a->words;
	struct kist_enter_end end;
	int ret;

	if (!words || !words[0])
		return err_set(err, KIST_E_USAGE,
			       a->all ? "a command is needed" :
					"a namespace is needed, and a command");
	if (a->all)
		return exec_all(&g->kist, words, err);
	ret = kist_netns_exec(&g->kist, words[0], words[1] ? words + 1 : NULL,
			      &end, err);
	return ret < 0 ? ret : end.status;
}

#undef ARGS

struct nft_args {
	bool dry_run;
	const char *target;
	const char *const *words;
};
#define ARGS nft_args

static const struct opt nft_opts[] = {
	FLAG('n', "dry-run", dry_run, "print the step, do nothing"),
	OPERAND("TARGET", opt_string, target, "whose network namespace"),
	REST("COMMAND", words, "FILE with a '/', -, or what nft(8) takes"),
	OPT_END,
};

static int nft_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct nft_args *a = args;
	const struct kist_trace trace =
		steps_to(a->dry_run, a->dry_run ? stdout : NULL);
	struct kist_enter_end end;
	int ret = kist_netns_nft(&g->kist, a->target, a->words, &trace, &end,
				 err);

	return ret < 0 ? ret : end.status;
}

const struct command cmd_net_exec = {
	.name = "net exec",
	.summary = "run a command in a network namespace",
	.see = "kist-enter(1), ip-netns(8)",
	.example = "kist net exec blue ip addr",
	.notes =
		"Only the network namespace is joined (kist enter joins more); "
		"/sys shows its devices, and the files of /etc/netns/NAME are "
		"seen in /etc. Without a command, a shell. With --all, each "
		"is announced by an empty line and \"netns: NAME\".",
	.opts = exec_opts,
	.args_size = sizeof(struct exec_args),
	.run = exec_run,
};

const struct command cmd_net_nft = {
	.name = "net nft",
	.summary = "firewall rules of a network namespace, by nft(8)",
	.see = "nft(8), kist-net-exec(1)",
	.example = "kist net nft blue list ruleset",
	.notes = "Without words: all rules are listed. A word with a '/' in it "
		 "is a file of rules (\"-\": standard input), which are set "
		 "all or none. Other words are nft's own. The exit status is "
		 "that of nft.",
	.opts = nft_opts,
	.args_size = sizeof(struct nft_args),
	.run = nft_run,
};
