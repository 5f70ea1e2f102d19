/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_words.c - a plan for people: what an operation does, why it failed
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "container/advice.h"
#include "container/plan.h"
#include "format/config.h"

static const char *const kind_names[PLAN_OP_COUNT] = {
	[PLAN_CALL] = "call",	      [PLAN_FORK] = "fork",
	[PLAN_SYNC] = "sync",	      [PLAN_WRITE] = "write",
	[PLAN_TREE] = "tree",	      [PLAN_FSMOUNT] = "fsmount",
	[PLAN_PLACE] = "place",	      [PLAN_MAKE] = "make",
	[PLAN_SYMLINK] = "symlink",   [PLAN_MASK] = "mask",
	[PLAN_READONLY] = "readonly", [PLAN_COPYUP] = "copyup",
	[PLAN_PIVOT] = "pivot",	      [PLAN_LINK_UP] = "link-up",
	[PLAN_BOUND] = "bound",	      [PLAN_CAPS] = "caps",
	[PLAN_CWD] = "cwd",	      [PLAN_CONSOLE] = "console",
	[PLAN_HOOK] = "hook",	      [PLAN_SECCOMP] = "seccomp",
	[PLAN_LOOKUP] = "lookup",     [PLAN_READY] = "ready",
	[PLAN_LISTEN] = "listen",     [PLAN_FDS] = "fds",
	[PLAN_INIT] = "init",	      [PLAN_EXEC] = "exec",
};

/* Substitute %1 and %2. */
static void say(const struct plan_note *note, struct buf *out)
{
	for (const char *c = note->text; *c; c++) {
		if (*c == '%' && (c[1] == '1' || c[1] == '2')) {
			const char *word = *++c == '1' ? note->a : note->b;

			buf_puts(out, word ? word : "");
			continue;
		}
		buf_putc(out, *c);
	}
}

static const struct plan_note *note_of(const struct plan *plan, int op)
{
	if (op < 0 || (size_t)op >= plan_op_count(plan))
		return NULL;
	return (const struct plan_note *)(const void *)plan->notes.data + op;
}

void plan_describe(const struct plan *plan, int op, char *text, size_t size)
{
	const struct plan_note *note = note_of(plan, op);
	CLEANUP_BUF struct buf words;

	buf_init(&words);
	if (note && note->text)
		say(note, &words);
	snprintf(text, size, "%s", words.len ? words.data : "set up");
}

static void print_numbers(const struct plan_op *op, struct buf *out)
{
	if (op->slot >= 0)
		buf_printf(out, " -> fd%d", op->slot);
	if (op->flags & PLAN_F_OPTIONAL)
		buf_puts(out, " (optional)");
}

/* A line: number, operation, what it does in words, slots. */
void plan_print(const struct plan *plan, struct buf *out)
{
	const struct plan_op *ops = (const void *)plan->ops.data;
	const struct plan_note *notes = (const void *)plan->notes.data;

	for (size_t i = 0; i < plan_op_count(plan); i++) {
		buf_printf(out, "%3zu %-8s ", i, kind_names[ops[i].kind]);
		if (notes[i].text)
			say(&notes[i], out);
		print_numbers(&ops[i], out);
		buf_putc(out, '\n');
	}
}

/* What a failing operation of a kind is called, and the id it gets. */
static const struct {
	uint16_t kind;
	enum kist_err id;
} ids[] = {
	{ PLAN_TREE, KIST_E_MOUNT },	   { PLAN_FSMOUNT, KIST_E_MOUNT },
	{ PLAN_PLACE, KIST_E_MOUNT },	   { PLAN_MASK, KIST_E_MOUNT },
	{ PLAN_READONLY, KIST_E_MOUNT },   { PLAN_COPYUP, KIST_E_MOUNT },
	{ PLAN_PIVOT, KIST_E_ROOTFS },	   { PLAN_FORK, KIST_E_NAMESPACE },
	{ PLAN_HOOK, KIST_E_HOOK_FAILED },
};

static enum kist_err id_of(uint16_t kind)
{
	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		if (ids[i].kind == kind)
			return ids[i].id;
	return KIST_E_SYSTEM;
}

static const char *command_of(const struct plan_note *note)
{
	return note && note->a ? note->a : "";
}

/* The file is there, but what it needs to run is not. */
static int interpreter_error(const char *command, const char *text,
			     struct kist_error *err)
{
	size_t len = strlen(text += strcspn(text, " "));
	bool has_return = len > 0 && text[len - 1] == '\r';

	err_set(err, KIST_E_COMMAND_NOT_FOUND,
		"exec: \"%s\": no such file or directory: its "
		"interpreter%.*s%s",
		command, (int)(len - has_return), text,
		has_return ? "\\r" : "");
	if (has_return)
		err_hint(err, "its first line ends in a carriage return, as on "
			      "Windows: take them out with sed -i 's/\\r$//'");
	err_hint(err, "the image lacks the program's loader or script "
		      "interpreter");
	return -ENOENT;
}

/* Why a program that is there is not executed. */
static void refusal_hint(const struct plan_report *report,
			 struct kist_error *err)
{
	const char *hint = NULL;

	if (report->errnum == EISDIR)
		hint = "name the program in it";
	else if (report->errnum == EACCES)
		hint = "it lacks the permission (chmod a+x), or is on a mount "
		       "with noexec";
	else if (report->errnum == ENOEXEC &&
		 strcmp(report->text, "machine") == 0)
		hint = "it is for another kind of machine: take the one for "
		       "this, or set up qemu-user with binfmt_misc";
	else if (report->errnum == ENOEXEC)
		hint = "begin a script with its interpreter, such as "
		       "'#!/bin/sh'";
	if (hint)
		err_hint(err, "%s", hint);
}

static int not_found(const char *command, struct kist_error *err)
{
	int ret = err_set(err, KIST_E_COMMAND_NOT_FOUND,
			  "exec: \"%s\": executable file not found in $PATH",
			  command);

	if (command[0] == '-')
		err_hint(err, "a command begins with its program: options of "
			      "the runtime stand before it");
	else
		err_hint(err, "no folder of its PATH has it: install it "
			      "there, or name it with its folder");
	return ret;
}

/* The phrases are those that engines look for. */
static int command_error(const struct plan_note *note, bool lookup,
			 const struct plan_report *report,
			 struct kist_error *err)
{
	const char *command = command_of(note);

	switch (report->errnum) {
	case ENOENT:
		if (!lookup && report->text[0])
			return interpreter_error(command, report->text, err);
		if (strchr(command, '/'))
			return err_sys(err, KIST_E_COMMAND_NOT_FOUND, ENOENT,
				       "exec: \"%s\": stat %s", command,
				       command);
		return not_found(command, err);
	case EACCES:
	case EPERM:
	case EISDIR:
	case ENOEXEC:
	case ENOTDIR:
		err_sys(err, KIST_E_COMMAND_NOT_EXECUTABLE, report->errnum,
			"exec: \"%s\"", command);
		refusal_hint(report, err);
		return -report->errnum;
	default:
		return err_sys(err, KIST_E_SYSTEM, report->errnum,
			       "exec: \"%s\"", command);
	}
}

static int hook_error(const char *words, const struct plan_report *report,
		      struct kist_error *err)
{
	const char *tail = report->text[0] ? ": " : "";

	int ret;

	if (report->errnum == ETIME)
		ret = err_set(err, KIST_E_HOOK_FAILED,
			      "%s: timed out and was killed%s%s", words, tail,
			      report->text);
	else if (report->errnum == ECHILD)
		ret = err_set(err, KIST_E_HOOK_FAILED,
			      "%s: ended with status %d%s%s", words,
			      report->value, tail, report->text);
	else
		ret = err_sys(err, KIST_E_HOOK_FAILED, report->errnum, "%s",
			      words);
	advice_hook(report->errnum, err);
	return ret;
}

void config_at(const struct config_source *config, const struct place *place,
	       struct kist_error *err)
{
	char text[200];

	if (place->option) {
		err_place(err, "%s", place->option);
	} else if (config && config->text && place->offset) {
		config_place(config->text, config->len, config->name, place,
			     text, sizeof(text));
		err_place(err, "%s", text);
	}
}

static void advise(const struct plan_op *op, const struct plan_note *note,
		   const struct plan_report *report, struct kist_error *err)
{
	if (op && id_of(op->kind) == KIST_E_MOUNT)
		advice_mount(report->errnum, report->text, note->b, err);
	else if (note && strncmp(note->text, "set sysctl", 10) == 0)
		advice_sysctl(report->errnum, err);
	else if (note && strncmp(note->text, "enter working", 13) == 0)
		advice_folder(report->errnum, err);
}

int plan_error(const struct plan *plan, const struct plan_report *report,
	       const struct config_source *config, struct kist_error *err)
{
	const struct plan_note *note = note_of(plan, report->op);
	const struct plan_op *op = NULL;
	char words[400];
	int ret;

	if (note)
		op = (const struct plan_op *)(const void *)plan->ops.data +
		     report->op;
	plan_describe(plan, report->op, words, sizeof(words));

	if (op && (op->kind == PLAN_LOOKUP || op->kind == PLAN_EXEC)) {
		ret = command_error(note, op->kind == PLAN_LOOKUP, report, err);
		advice_command(report->errnum, command_of(note), err);
	} else if (op && op->kind == PLAN_HOOK) {
		ret = hook_error(words, report, err);
	} else {
		ret = err_sys(err, op ? id_of(op->kind) : KIST_E_SYSTEM,
			      report->errnum, "%s", words);
		if (report->text[0])
			err_kernel(err, "%s", report->text);
		advise(op, note, report, err);
	}
	if (note)
		config_at(config, &note->place, err);
	return ret;
}
