/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_limit.c - kist limit: limits for a command or for processes */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <kist/limit.h>

#include "base/num.h"
#include "cli/kist.h"
#include "cli/limit.h"
#include "cli/steps.h"

#define PIDS_MAX 256

struct limit_args {
	struct opt_list pids, tids, targets, presets;
	const char *preset_file, *parent, *oom;
	bool direct, systemd, kill, wait, keep, get, keys, json, dry_run, quiet;
	const char *const *words;
};
#define ARGS limit_args

static const char *const oom_words[] = { "report", "quiet", NULL };

static const struct opt limit_opts[] = {
	TITLE("Whom (without one: COMMAND)"),
	OPT('p', "pid", "PID", opt_list, pids,
	    "these processes: $$ is the calling shell; 'caller': who used sudo"),
	OPT('t', "target", "TARGET", opt_list, targets,
	    "a container, a unit, a named set: as a whole"),
	OPT(0, "thread", "TID", opt_list, tids, "these threads alone"),
	TITLE("Which"),
	OPT(0, "preset", "NAME", opt_list, presets,
	    "the limits of this line of a file of presets"),
	OPT(0, "preset-file", "FILE", opt_string, preset_file,
	    "it is in this file"),
	OPT(0, "parent", "GROUP", opt_string, parent,
	    "below this control group instead of one's own"),
	FLAG(0, "direct", direct, "by files, even if systemd owns the tree"),
	FLAG(0, "systemd", systemd, "by a scope of systemd"),
	TITLE("Afterwards"),
	{ .kind = OPT_VALUE,
	  .name = "oom",
	  .value = "WHAT",
	  .read = opt_string,
	  .offset = offsetof(struct ARGS, oom),
	  .help = "say who was killed for want of memory (report), or not",
	  .words = oom_words,
	  .only_words = true },
	FLAG(0, "wait", wait, "wait for what the command left running"),
	FLAG(0, "kill", kill, "end it"),
	FLAG(0, "keep", keep, "leave the control group, too"),
	TITLE("How"),
	FLAG(0, "get", get, "change nothing: what limits them, and who set it"),
	FLAG(0, "keys", keys, "change nothing: the limits there are"),
	FLAG('J', "json", json, "either, as JSON"),
	FLAG('n', "dry-run", dry_run,
	     "only print what would be done, as lines for sh"),
	FLAG('q', "quiet", quiet, "do not say what is written"),
	REST("LIMIT... COMMAND", words,
	     "KEY=VALUE, as mem=3G (see --keys); and what to run"),
	OPT_END,
};

static int usage(struct kist_error *err, const char *hint, const char *what)
{
	int ret = err_set(err, KIST_E_USAGE, "%s", what);

	err_hint(err, "%s", hint);
	return ret;
}

/* "1,2", "3", "caller" as numbers. Return: how many, or a negative errno. */
static int read_pids(const struct opt_list *list, pid_t *pids, bool *ret_caller,
		     struct kist_error *err)
{
	int count = 0;

	for (size_t i = 0; i < list->count; i++)
		for (const char *at = list->items[i]; at;) {
			size_t len = strcspn(at, ",");
			uint64_t pid;

			if (ret_caller && strcmp(at, "caller") == 0) {
				*ret_caller = true;
				break;
			}
			if (count == PIDS_MAX ||
			    num_parse_u64_n(at, len, &pid) || !pid ||
			    pid > INT32_MAX)
				return err_set(err, KIST_E_USAGE,
					       "'%.40s' is not a process id",
					       list->items[i]);
			pids[count++] = (pid_t)pid;
			at = at[len] ? at + len + 1 : NULL;
		}
	return count;
}

/* "sh -c 'kist limit -p $$ …'": what ends there, and would have the limits, is
 * kist. */
static int check_pids(const pid_t *pids, int count, struct kist_error *err)
{
	for (int i = 0; i < count; i++) {
		if (pids[i] != getpid())
			continue;
		err_set(err, KIST_E_USAGE,
			"process %d is kist itself, and ends with this",
			pids[i]);
		err_hint(err, "a shell becomes the last command of its -c: let "
			      "one follow, or limit that: 'kist limit mem=3G "
			      "-- COMMAND'");
		return -EINVAL;
	}
	return 0;
}

/* ---- the words: LIMIT... [options] LIMIT... [--] COMMAND ---- */

struct words {
	const char **limits;
	size_t count;
	const char *const *command;
};

/* A limit has '=' before any '/': what has not begins the command. */
static bool is_limit(const char *word)
{
	size_t len = strcspn(word, "=/ ");

	return len && word[len] == '=';
}

static int read_words(struct limit_args *a, struct words *w,
		      struct kist_error *err)
{
	const char *const *at = a->words;
	int ret = 0;

	while (ret == 0 && at && *at) {
		if (is_limit(*at)) {
			w->limits[w->count++] = *at++;
		} else if ((*at)[0] == '-' && strcmp(*at, "--") != 0) {
			/* options may stand behind limits, too */
			a->words = NULL;
			ret = opt_parse(limit_opts, OPT_STYLE_GNU, at, a, NULL,
					err);
			at = a->words;
		} else {
			break;
		}
	}
	if (at && *at && strcmp(*at, "--") == 0)
		at++;
	w->command = at && *at ? at : NULL;
	return ret;
}

static size_t count_words(const char *const *words)
{
	size_t count = 0;

	while (words && words[count])
		count++;
	return count;
}

/* ---- what is said ---- */

static void say_oom(const struct kist_limit_result *r)
{
	char limit[16], peak[16] = "";

	num_format_bytes((uint64_t)(r->memory_bytes < 0 ? 0 : r->memory_bytes),
			 limit, sizeof(limit));
	if (r->peak_bytes >= 0)
		num_format_bytes((uint64_t)r->peak_bytes, peak, sizeof(peak));
	fprintf(stderr, "kist: out of memory: ");
	for (size_t i = 0; i < r->killed_count; i++) {
		fprintf(stderr, "%sprocess %d (", i ? ", " : "",
			r->killed[i].pid);
		for (const char *c = r->killed[i].name; *c; c++)
			fputc(*c < ' ' || *c == 127 ? '?' : *c, stderr);
		fputc(')', stderr);
	}
	if (!r->killed_count)
		fprintf(stderr, "%lld process%s", (long long)r->oom_kills,
			r->oom_kills == 1 ? "" : "es");
	fprintf(stderr, " killed by the kernel");
	if (r->memory_bytes >= 0)
		fprintf(stderr, "; the limit is %s", limit);
	if (*peak)
		fprintf(stderr, ", the peak was %s", peak);
	fputc('\n', stderr);
}

static void say_pids(const struct kist_limit_result *r)
{
	fprintf(stderr,
		"kist: the limit of processes (pids) was reached: %lld could "
		"not be started\nhint: give it more: pids=NUMBER\n",
		(long long)r->forks_refused);
}

static void say_end(const struct limit_args *a,
		    const struct kist_limit_result *r)
{
	if (r->oom_kills > 0 && (!a->oom || strcmp(a->oom, "quiet") != 0))
		say_oom(r);
	if (r->forks_refused > 0 && !a->quiet)
		say_pids(r);
	if (r->left && !a->quiet && !a->wait && !a->kill)
		fprintf(stderr,
			"kist: %zu process%s left in %s, and the limits with "
			"%s\n",
			r->left, r->left == 1 ? " is" : "es are", r->group,
			r->left == 1 ? "it" : "them");
}

/* ---- doing it ---- */

static int run_command(const struct limit_args *a,
		       const struct kist_limit *limit,
		       const struct kist_trace *trace, struct kist_error *err)
{
	struct kist_limit_result result = { 0 };
	int ret = kist_limit_run(limit, trace, &result, err);

	if (ret < 0 || a->dry_run)
		return ret;
	say_end(a, &result);
	return result.status;
}

static int check(const struct limit_args *a, bool has_target, bool has_command,
		 struct kist_error *err)
{
	if (has_target && has_command)
		return usage(err,
			     "limit what runs already, or start "
			     "something",
			     "a command and -p, --target or "
			     "--thread do not go together");
	if (!has_target && !has_command)
		return usage(err,
			     "'kist limit mem=3G -- firefox', or 'kist "
			     "limit -p PID mem=3G'",
			     "there is nothing to limit");
	if (a->direct && a->systemd)
		return usage(err, "choose one",
			     "--direct and --systemd do not "
			     "go together");
	if (a->keep + a->wait + a->kill > 1)
		return usage(err, "choose one",
			     "--wait, --kill and --keep do "
			     "not go together");
	if (has_target && (a->wait || a->kill))
		return usage(err, "it is for commands",
			     "--wait and --kill are "
			     "about a command");
	return 0;
}

static int limit_with(const struct kist_global *g, struct limit_args *a,
		      const struct words *w, struct kist_error *err)
{
	struct kist_trace trace = steps_to(a->dry_run, a->dry_run ? stdout :
						       a->quiet || g->quiet ?
								    NULL :
								    stderr);
	pid_t pids[PIDS_MAX], tids[PIDS_MAX];
	bool caller = false;
	int pid_count = read_pids(&a->pids, pids, &caller, err);
	int tid_count = pid_count < 0 ? pid_count :
					read_pids(&a->tids, tids, NULL, err);
	struct kist_limit limit = {
		.words = w->limits,
		.presets = a->presets.items,
		.preset_file = a->preset_file,
		.parent = a->parent,
		.by = a->direct	 ? KIST_LIMIT_DIRECT :
		      a->systemd ? KIST_LIMIT_SYSTEMD :
				   KIST_LIMIT_AUTO,
		.rest = a->keep ? KIST_LIMIT_KEEP :
			a->wait ? KIST_LIMIT_WAIT :
			a->kill ? KIST_LIMIT_KILL :
				  KIST_LIMIT_LEAVE,
		.argv = w->command,
		.pids = pids,
		.pid_count = (size_t)(pid_count < 0 ? 0 : pid_count),
		.caller = caller,
		.tids = tids,
		.tid_count = (size_t)(tid_count < 0 ? 0 : tid_count),
		.targets = a->targets.items,
	};
	bool has_target;
	int ret;

	if (tid_count < 0)
		return tid_count;
	if (a->keys)
		return limit_print_keys(a->json, err);
	if (a->get)
		return limit_get(g, pids, limit.pid_count, a->targets.items,
				 a->json, err);
	ret = check_pids(pids, pid_count, err);
	if (ret < 0)
		return ret;
	has_target = caller || pid_count || tid_count || a->targets.count;
	ret = check(a, has_target, w->command, err);
	if (ret)
		return ret;
	return has_target ? kist_limit_apply(&g->kist, &limit, &trace, err) :
			    run_command(a, &limit, &trace, err);
}

static int limit_run(void *global, const void *args, struct kist_error *err)
{
	struct limit_args a = *(const struct limit_args *)args;
	const char *few[32] = { NULL };
	struct words words = { .limits = few };
	size_t count = count_words(a.words);
	int ret;

	if (count >= ARRAY_LEN(few))
		words.limits = calloc(count + 1, sizeof(char *));
	if (!words.limits)
		return err_nomem(err);
	ret = read_words(&a, &words, err);
	if (ret == 0)
		ret = limit_with(global, &a, &words, err);
	if (words.limits != few)
		free(words.limits);
	return ret;
}

const struct command cmd_limit = {
	.name = "limit",
	.group = "limits",
	.summary = "limits for a command or a process",
	.see = "kist-cg(1), kist-run(1), cgroups(7), "
	       "systemd.resource-control(5)",
	.example = "kist limit mem=3G swap=3G soft=1G -- firefox",
	.notes =
		"LIMITS are KEY=VALUE, before or behind the options: mem swap "
		"memsw soft throttle min zswap swappiness, cpus weight shares "
		"burst idle cpuset mems, pids, io.read io.write io.riops "
		"io.wiops io.weight, net.class net.prio, hugetlb.SIZE. Each "
		"may be written as podman's option (memory=3g), systemd's "
		"property (MemoryMax=3G) or the kernel's file (memory.max=3G); "
		"any other file of a control group goes as it is "
		"(memory.oom.group=1). The command begins at the first word "
		"that is no limit, or behind '--'.\n\n"
		"Amounts of memory are 64M, 1.5G, 300KiB, or 25% of the "
		"machine's; cpus is 1.5, or 50% of all; max, infinity and -1 "
		"are no limit. Disks are given with the value, by name, by a "
		"folder on them or by number: io.read=/dev/vda:10M, "
		"io.write=/home:1M.\n\n"
		"swap is swap alone, on cgroup v1 too, where the file counts "
		"memory and swap together. soft is memory.low on v2, the soft "
		"limit on v1. What is written is said on standard error; what "
		"the version of this machine cannot do is refused, and the "
		"nearest named.\n\n"
		"A command is born in its group. When it ends, the group goes; "
		"if it leaves processes, they stay limited, and a small "
		"process waits until they have ended to remove the group. "
		"--wait waits for them, --kill ends them, --keep leaves the "
		"group for good. With -p the group is removed in the same way "
		"('kist clean' finds what was left). Groups are below the "
		"process's own, so limits that held before still do.\n\n"
		"With --target a container, a unit or a control group is "
		"limited as a whole, in the group it has.\n\n"
		"Without being root it takes a part of the tree: systemd gives "
		"one to each who is logged in; else /etc/kist/limits has "
		"presets that an administrator lets be used (docs/limits.md). A "
		"line of it, or of ~/.config/kist/limits, is NAME = LIMIT...; a "
		"word without '=' is another preset.\n\n"
		"--get prints, and with --json as a list of objects with "
		"target and limits; of each limit limit, file, device, value "
		"and used (null: none, or not known), set_by. --keys prints "
		"key, podman, systemd, v1, v2 and help of each limit there is.",
	.opts = limit_opts,
	.args_size = sizeof(struct limit_args),
	.run = limit_run,
};
