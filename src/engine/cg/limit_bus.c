/* SPDX-License-Identifier: Apache-2.0 */
/* limit_bus.c - asking systemd to make a scope, or to change a unit */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/cg/limit_bus.h"
#include "sys/dbus.h"

#define ANSWER_MS 30000

static void add_text(struct dbus_call *call, const char *name, const char *text)
{
	dbus_begin_struct(call);
	dbus_add_string(call, name);
	dbus_add_signature(call, "s");
	dbus_add_string(call, text);
}

static void add_pids(struct dbus_call *call, const struct limit_unit *s)
{
	size_t mark;

	dbus_begin_struct(call);
	dbus_add_string(call, "PIDs");
	dbus_add_signature(call, "au");
	mark = dbus_begin_array(call, 4);
	for (size_t i = 0; i < s->pid_count; i++)
		dbus_add_u32(call, (uint32_t)s->pids[i]);
	dbus_end_array(call, mark, 4);
}

static int send_call(int fd, const struct limit_unit *s, bool oom_policy)
{
	struct dbus_call call;
	size_t mark;
	int ret;

	dbus_call_begin(&call, LIMIT_MANAGER, LIMIT_INTERFACE,
			"StartTransientUnit", "ssa(sv)a(sa(sv))");
	dbus_add_string(&call, s->name);
	dbus_add_string(&call, "fail");
	mark = dbus_begin_array(&call, 8);
	add_text(&call, "Description", "kist limit");
	/* one that ended badly is forgotten, too */
	add_text(&call, "CollectMode", "inactive-or-failed");
	if (oom_policy)
		add_text(&call, "OOMPolicy", "continue");
	if (s->slice)
		add_text(&call, "Slice", s->slice);
	add_pids(&call, s);
	for (size_t i = 0; i < s->count; i++)
		limit_property_add(&s->properties[i], &call);
	dbus_end_array(&call, mark, 8);
	mark = dbus_begin_array(&call, 8);
	dbus_end_array(&call, mark, 8);
	ret = dbus_send(fd, &call, 1);
	dbus_call_done(&call);
	return ret;
}

static int refused(const struct limit_unit *s, const struct dbus_message *m,
		   struct kist_error *err)
{
	const char *text = m->error;
	size_t at = 0;
	int ret;

	(void)dbus_read_string(m, &at, &text);
	ret = err_set(err, KIST_E_LIMIT_SYSTEMD, "systemd refused '%s': %.200s",
		      s->name, text);
	if (strstr(m->error, "PropertyReadOnly") ||
	    strstr(m->error, "UnknownProperty"))
		err_hint(err,
			 "this version of systemd has not all of the "
			 "properties: %s …",
			 s->count ? s->properties[0].name : "");
	return ret;
}

static int job_failed(const struct limit_unit *s, const char *result,
		      struct kist_error *err)
{
	int ret = err_set(err, KIST_E_LIMIT_SYSTEMD,
			  "systemd did not start scope '%s': job %.40s",
			  s->name, result);

	err_hint(err,
		 "see 'journalctl%s -u %s'; a process may have ended, or "
		 "not be yours",
		 s->is_user ? " --user" : "", s->name);
	return ret;
}

/* JobRemoved: its number, its path, the unit, how it ended. */
static bool is_job(const struct limit_unit *s, const struct dbus_message *m,
		   const char **ret_result)
{
	const char *path, *unit;
	uint32_t number;
	size_t at = 0;

	return m->type == DBUS_SIGNAL && strcmp(m->member, "JobRemoved") == 0 &&
	       dbus_read_u32(m, &at, &number) &&
	       dbus_read_string(m, &at, &path) &&
	       dbus_read_string(m, &at, &unit) &&
	       dbus_read_string(m, &at, ret_result) &&
	       strcmp(unit, s->name) == 0;
}

static int wait_for_job(int fd, const struct limit_unit *s,
			struct dbus_message *m, struct kist_error *err)
{
	const char *result;

	for (;;) {
		int ret = dbus_receive(fd, m, ANSWER_MS);

		if (ret)
			return err_sys(err, KIST_E_LIMIT_SYSTEMD, -ret,
				       "wait for systemd to start scope '%s'",
				       s->name);
		if (m->type == DBUS_ERROR)
			return refused(s, m, err);
		if (!is_job(s, m, &result))
			continue;
		return strcmp(result, "done") == 0 ? 0 :
						     job_failed(s, result, err);
	}
}

static int call(int fd, const struct limit_unit *s, struct dbus_message *m,
		bool oom_policy, struct kist_error *err)
{
	int ret = send_call(fd, s, oom_policy);

	if (ret)
		return err_sys(err, KIST_E_LIMIT_SYSTEMD, -ret,
			       "ask systemd at '%s'", s->socket);
	return wait_for_job(fd, s, m, err);
}

/* Scopes have an OOMPolicy since systemd 253: without, one process killed for
 * want of memory ends them all. */
int limit_unit_start(const struct limit_unit *s, bool oom_policy,
		     struct kist_error *err)
{
	CLEANUP_FD int fd = dbus_connect(s->socket);
	CLEANUP_FREE void *memory = malloc(sizeof(struct dbus_message));
	struct dbus_message *m = memory;
	struct kist_error why = { 0 };
	int ret;

	if (!m)
		return err_nomem(err);
	if (fd < 0)
		return err_sys(err, KIST_E_LIMIT_SYSTEMD, -fd,
			       "ask systemd at '%s'", s->socket);
	ret = call(fd, s, m, oom_policy, &why);
	if (ret && oom_policy && m->type == DBUS_ERROR &&
	    strstr(why.what, "OOMPolicy")) {
		why = (struct kist_error){ 0 };
		ret = call(fd, s, m, false, &why);
	}
	if (ret && err && !err->id)
		*err = why;
	return ret;
}

static int send_set(int fd, const struct limit_unit *s)
{
	struct dbus_call call;
	size_t mark;
	int ret;

	dbus_call_begin(&call, LIMIT_MANAGER, LIMIT_INTERFACE,
			"SetUnitProperties", "sba(sv)");
	dbus_add_string(&call, s->name);
	dbus_add_bool(&call, true); /* not on disk */
	mark = dbus_begin_array(&call, 8);
	for (size_t i = 0; i < s->count; i++)
		limit_property_add(&s->properties[i], &call);
	dbus_end_array(&call, mark, 8);
	ret = dbus_send(fd, &call, 1);
	dbus_call_done(&call);
	return ret;
}

int limit_unit_set(const struct limit_unit *s, struct kist_error *err)
{
	CLEANUP_FD int fd = dbus_connect(s->socket);
	CLEANUP_FREE void *memory = malloc(sizeof(struct dbus_message));
	struct dbus_message *m = memory;
	int ret = fd;

	if (!m)
		return err_nomem(err);
	if (fd >= 0)
		ret = send_set(fd, s);
	while (ret >= 0) {
		ret = dbus_receive(fd, m, ANSWER_MS);
		if (ret == 0 && m->reply_serial == 1)
			return m->type == DBUS_ERROR ? refused(s, m, err) : 0;
	}
	return err_sys(err, KIST_E_LIMIT_SYSTEMD, -ret, "ask systemd at '%s'",
		       s->socket);
}
