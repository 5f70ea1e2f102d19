/* SPDX-License-Identifier: Apache-2.0 */
/*
 * choose.c - of all that a command was refused, what mattered
 *
 * Most refusals are everyday life: a library is looked for in five places, a
 * new system call is tried before an old one. The one that mattered is the one
 * that was complained of, or after which the process gave up.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/path.h"
#include "engine/why/trace.h"

#define RESTARTS 512 /* ERESTARTSYS and its kin never reach the program */

static bool is_of_every_day(const struct why_case *c)
{
	static const int everyday[] = { EINTR,	     ECHILD,   ENOTTY,
					EINPROGRESS, EALREADY, ESPIPE,
					ETIMEDOUT,   EISCONN,  EPIPE };

	if (c->errnum >= RESTARTS)
		return true;
	if (c->errnum == EAGAIN)
		return !(c->call & (WHY_FORK | WHY_NS | WHY_SETID | WHY_LIMIT |
				    WHY_EXEC | WHY_CGROUP_MAKE));
	for (size_t i = 0; i < ARRAY_LEN(everyday); i++)
		if (everyday[i] == c->errnum)
			return !(c->call & (WHY_CGROUP_REMOVE | WHY_LINK));
	return false;
}

static bool is_exhausted(int errnum)
{
	static const int exhausted[] = { EMFILE, ENFILE, EDQUOT,
					 ENOMEM, ENOSPC, EFBIG };

	for (size_t i = 0; i < ARRAY_LEN(exhausted); i++)
		if (exhausted[i] == errnum)
			return true;
	return false;
}

bool why_is_worth(const struct why_case *c, bool is_known_call)
{
	bool denied = c->errnum == EPERM || c->errnum == EACCES;

	if (is_of_every_day(c))
		return false;
	if (!is_known_call || c->call == WHY_OTHER)
		return denied || c->errnum == ENOSYS || is_exhausted(c->errnum);
	return true;
}

/* ---- what became of it ---- */

/* "Operation not permitted", "EPERM", "[Errno 1]" */
static bool tells_of(const char *text, int errnum)
{
	const char *name = errno_name(errnum), *words = errno_text(errnum);
	char number[24];

	/* mount(8) and others say it of both */
	if (errnum == EPERM && strcasestr(text, "permission denied"))
		return true;
	snprintf(number, sizeof(number), "[Errno %d]", errnum);
	return (name && strstr(text, name)) ||
	       (words && strcasestr(text, words)) || strstr(text, number);
}

/* "cat: /a/b: …" names the file it is about. */
static bool names(const char *text, const struct why_case *c)
{
	const char *name = c->subject ? path_name(c->subject) : NULL;

	return name && name[0] && strstr(text, name);
}

/* It tells of a file in words of its own: "cannot open /dev/mem: No such file" */
static bool names_whole(const char *text, const struct why_case *c)
{
	return c->subject && c->subject[0] == '/' && c->subject[1] &&
	       strstr(text, c->subject);
}

/* Whether one might is asked of many files, and mostly of no matter. */
static bool is_question(const struct why_refusal *r)
{
	return r->c.name && strstr(r->c.name, "access");
}

/* A file that is not there is worth telling if it was told by its name:
 * libraries and locales are looked for all the time. So are folders that are
 * there already, or are not empty yet. */
static bool is_search(const struct why_refusal *r)
{
	static const int searches[] = { ENOENT, ENOTDIR, EEXIST, ENOTEMPTY };

	if (r->is_told || !(r->c.call & (WHY_OPEN | WHY_WRITE)))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(searches); i++)
		if (searches[i] == r->c.errnum)
			return true;
	return false;
}

static struct why_refusal *latest(struct why_traced *traced, pid_t pid,
				  const char *text)
{
	for (size_t i = traced->count; i-- > 0;) {
		struct why_refusal *r = &traced->refusals[i];

		if ((!pid || r->c.pid == pid) && !is_search(r) &&
		    (!text || (!is_question(r) && tells_of(text, r->c.errnum))))
			return r;
	}
	return NULL;
}

static struct why_refusal *named_whole(struct why_traced *traced, pid_t pid,
				       const char *text)
{
	struct why_refusal *asked = NULL;

	for (size_t i = traced->count; i-- > 0;) {
		struct why_refusal *r = &traced->refusals[i];

		if (r->c.pid != pid || !names_whole(text, &r->c))
			continue;
		if (!is_question(r) && !strstr(r->c.name ?: "", "stat"))
			return r;
		if (!asked)
			asked = r;
	}
	return asked;
}

/* Locales are looked for between the failure and its message. */
static struct why_refusal *named(struct why_traced *traced, const char *text)
{
	for (size_t i = traced->count; i-- > 0;) {
		struct why_refusal *r = &traced->refusals[i];

		if (names(text, &r->c) && tells_of(text, r->c.errnum))
			return r;
	}
	return NULL;
}

void why_blame(struct why_traced *traced, pid_t pid, const char *text)
{
	struct why_refusal *r = named(traced, text);

	if (!r)
		r = latest(traced, pid, text);
	/* what follows may tell of a number */
	if (!r && text[0] && text[strlen(text) - 1] == '\n')
		r = named_whole(traced, pid, text);
	/* a parent speaks for its child */
	if (!r)
		r = latest(traced, 0, text);
	if (r)
		r->is_told = true;
	r = latest(traced, pid, NULL);
	if (r)
		r->is_blamed = true;
}

void why_executed(struct why_traced *traced, pid_t pid)
{
	size_t kept = 0;

	for (size_t i = 0; i < traced->count; i++)
		if (traced->refusals[i].c.pid != pid ||
		    traced->refusals[i].c.call != WHY_EXEC)
			traced->refusals[kept++] = traced->refusals[i];
	traced->count = kept;
}

void why_ended(struct why_traced *traced, pid_t pid)
{
	struct why_refusal *r = latest(traced, pid, NULL);

	if (r)
		r->is_fatal = true;
}

/* What is taken away at the end fails because of what failed before. */
static bool is_cleanup(const struct why_refusal *r)
{
	return r->c.call & (WHY_CGROUP_REMOVE | WHY_UMOUNT) ||
	       (r->c.name && (strcmp(r->c.name, "rmdir") == 0 ||
			      strncmp(r->c.name, "unlink", 6) == 0));
}

static int weight(const struct why_refusal *r)
{
	bool is_certain = r->why.count && r->why.findings[0].is_certain;
	bool is_fatal = r->is_fatal && (r->is_told || !is_cleanup(r));

	/* who was ended by the kernel cannot complain */
	return 8 * (r->is_told || (r->c.call == WHY_KILLED && is_certain)) +
	       4 * is_fatal + 2 * r->is_blamed + is_certain;
}

const struct why_refusal *why_choose(const struct why_traced *traced,
				     int errnum)
{
	const struct why_refusal *best = NULL;

	for (size_t i = 0; i < traced->count; i++) {
		const struct why_refusal *r = &traced->refusals[i];

		if (errnum ? r->c.errnum != errnum : is_search(r))
			continue;
		if (!best || weight(r) >= weight(best))
			best = r;
	}
	return best;
}

const struct why_refusal *why_choose_told(const struct why_traced *traced)
{
	const struct why_refusal *r = why_choose(traced, 0);

	return r && r->is_told ? r : NULL;
}
