/* SPDX-License-Identifier: Apache-2.0 */
/**
 * checkup.h - what the check-up of the machine looks at, and how
 *
 * How it works
 * ============
 * checkup_table.c lists what is checked. What can only be known by trying is
 * tried by a few children at once, each in namespaces of its own (checkup_try.c):
 * when they end, the kernel takes away all they made. They store what came out
 * in memory that is shared with us. Everything else is read meanwhile. Then the
 * row's judge makes words of both.
 *
 * No module is loaded that was not: what lies in one that is not loaded is not
 * tried, but looked up in the list of modules, for a check-up shall not change
 * the machine.
 */
#ifndef ENGINE_WHY_CHECKUP_H
#define ENGINE_WHY_CHECKUP_H

#include <stdbool.h>
#include <stdint.h>

#include <kist/why.h>

#include "base/arena.h"
#include "base/err.h"

/* Where a row is tried: each is a child of its own. */
enum check_place {
	CHECK_NOWHERE, /* nothing to try, it is read */
	CHECK_PLAIN,   /* as we are */
	CHECK_NS,      /* to make namespaces */
	CHECK_MOUNT,   /* in a mount namespace, on a tmpfs */
	CHECK_PROC,    /* as process 1 of a pid namespace */
	CHECK_NET,     /* in a network namespace */
	CHECK_NOBODY,  /* as an ordinary user, if we are the machine's root */
	CHECK_PLACES
};

/* The same place, of a user namespace that the child made. */
enum check_how {
	CHECK_HERE = 1 << 0,
	CHECK_INSIDE = 1 << 1,
	CHECK_EITHER = CHECK_HERE | CHECK_INSIDE,
	/* Without it a main part of kist does not work: for anybody, or for
	 * root alone, as ordinary users do without. */
	CHECK_ESSENTIAL = 1 << 2,
	CHECK_ESSENTIAL_ROOT = 1 << 3,
};

#define CHECK_UNTRIED (-1)

/* What came out: 0, a positive errno, CHECK_UNTRIED. @number is the row's. */
struct check_slot {
	int here, inside;
	int64_t number;
};

struct checkup;
struct check_groups;

/**
 * struct check - a row
 * @how:	mask of enum check_how
 * @option:	what the kernel has to be built with, or NULL
 * @since:	the Linux that brought it, or NULL
 * @fix:	another remedy, or NULL
 * @module:	that it may be in, or NULL
 * @arg, @number: for @attempt and @judge
 * @attempt:	tries it, in the child. Return: 0 or -errno
 * @judge:	fills in works, detail and fix; NULL: checkup_judge()
 */
struct check {
	const char *group, *name, *needed_by, *word;
	unsigned how;
	enum check_place place;
	const char *option, *since, *fix, *module, *arg;
	uint64_t number;
	int (*attempt)(const struct check *check, int64_t *ret_number);
	void (*judge)(struct checkup *up, const struct check *check,
		      const struct check_slot *slot, struct kist_checked *item);
};

extern const struct check checkup_table[];
extern const size_t checkup_count;

/**
 * struct checkup - a check-up that goes on
 * @is_master:	root, and of the machine's own user namespace
 * @user:	name of the caller, or NULL
 * @has_modules: the kernel can load some; @module_list: those on disk, ""
 *		if the list is not there
 */
struct checkup {
	const struct kist *kist;
	struct arena *arena;
	bool is_root, is_master, has_modules;
	uint32_t uid;
	const char *user, *release, *module_list, *builtin_list;
	struct check_slot *slots;
	struct check_groups *groups;
};

/* ---- the children ---- */

/* Start them all. Return: 0 or -errno. */
MUST_CHECK int checkup_start(struct checkup *up, pid_t pids[CHECK_PLACES * 2]);
/* Wait until they have ended. */
void checkup_finish(const pid_t pids[CHECK_PLACES * 2]);

/* ---- judging ---- */

/* Works if it worked, else says why not by the number it failed with. */
void checkup_judge(struct checkup *up, const struct check *check,
		   const struct check_slot *slot, struct kist_checked *item);
/* It is not there: how to get it, from @option, @since, @fix. */
void checkup_missing(struct checkup *up, const struct check *check,
		     struct kist_checked *item, const char *detail);
void checkup_works(struct kist_checked *item, const char *detail);

enum check_module { MODULE_READY, MODULE_ON_DISK, MODULE_ABSENT };
/* May it be tried without the kernel loading something? */
enum check_module checkup_module(const struct checkup *up, const char *name);

/* A small file of one line; false: it is not there. */
bool checkup_read(const char *path, char *ret_text, size_t size);
/* The number in it, or -1. */
int64_t checkup_number(const char *path);

/* ---- attempts and judges, by subject ---- */

int attempt_unshare(const struct check *check, int64_t *ret_number);
int attempt_nothing(const struct check *check, int64_t *ret_number);
int attempt_overlay(const struct check *check, int64_t *ret_number);
int attempt_idmapped(const struct check *check, int64_t *ret_number);
int attempt_new_mount(const struct check *check, int64_t *ret_number);
int attempt_mount(const struct check *check, int64_t *ret_number);
int attempt_link(const struct check *check, int64_t *ret_number);
int attempt_nftables(const struct check *check, int64_t *ret_number);
int attempt_seccomp(const struct check *check, int64_t *ret_number);
int attempt_notify(const struct check *check, int64_t *ret_number);
int attempt_no_new_privs(const struct check *check, int64_t *ret_number);
int attempt_landlock(const struct check *check, int64_t *ret_number);
int attempt_device_program(const struct check *check, int64_t *ret_number);
int attempt_call(const struct check *check, int64_t *ret_number);
int attempt_sealed_exec(const struct check *check, int64_t *ret_number);

#define CHECK_JUDGE(name)                                        \
	void name(struct checkup *up, const struct check *check, \
		  const struct check_slot *slot, struct kist_checked *item)

CHECK_JUDGE(judge_namespace);
CHECK_JUDGE(judge_nobody);
CHECK_JUDGE(judge_subid);
CHECK_JUDGE(judge_controller);
CHECK_JUDGE(judge_delegation);
CHECK_JUDGE(judge_systemd);
CHECK_JUDGE(judge_landlock);
CHECK_JUDGE(judge_lsm);
CHECK_JUDGE(judge_yama);
CHECK_JUDGE(judge_sysctl);
CHECK_JUDGE(judge_used);
CHECK_JUDGE(judge_rlimit);
CHECK_JUDGE(judge_program);

#endif
