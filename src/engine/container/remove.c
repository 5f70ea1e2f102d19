/* SPDX-License-Identifier: Apache-2.0 */
/* remove.c - forget a container */
#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "base/path.h"
#include "base/trace.h"
#include "engine/container/remove.h"
#include "engine/container/subject.h"

/* ---- telling ---- */

void remove_tell_groups(const struct container *container,
			const struct kist_trace *trace)
{
	for (int h = 0; container->has_cgroup && h < container->world.count;
	     h++) {
		char path[700];

		if (container->cgroup.dir_fd[h] < 0)
			continue;
		snprintf(path, sizeof(path), "%s%s",
			 container->world.h[h].mount, container->cgroup.path);
		trace_step(trace, NULL, "rmdir %s", trace_word(path));
	}
}

void remove_tell_name(const struct folders *folders, const char *name,
		      const struct kist_trace *trace)
{
	char path[PATH_BYTES];

	if (!*name)
		return;
	snprintf(path, sizeof(path), "%s/names/%s", folders->data_path, name);
	trace_step(trace, NULL, "rm -f %s", trace_word(path));
}

/* Who looks after it clears the state away, and it may take a moment. */
static void tell_state(const struct subject *s, bool supervised,
		       const struct kist_trace *trace)
{
	char path[PATH_BYTES];

	snprintf(path, sizeof(path), "%s/%s", s->folders.state_root,
		 s->record.id.text);
	if (subject_is_running(s))
		trace_step(trace, "its first process; the others end with it",
			   "kill -KILL %d", s->container.process.pid);
	if (supervised) {
		trace_step(trace, "until all is cleared away",
			   "while [ -e %s ]; do sleep 0.1; done",
			   trace_word(path));
	} else if (s->has_state) {
		remove_tell_groups(&s->container, trace);
		trace_step(trace, NULL, "rm -rf %s", trace_word(path));
	}
}

static void tell(const struct subject *s, const struct kist_trace *trace)
{
	tell_state(s, life_read(&s->record).held, trace);
	trace_step(trace, "its record, log and layers", "rm -rf %s",
		   trace_word(s->record.path));
	remove_tell_name(&s->folders, s->about.name, trace);
}

/* ---- removing ---- */

static int is_running(const struct subject *s, struct kist_error *err)
{
	err_set(err, KIST_E_CONTAINER_RUNNING, "container '%s' is running",
		s->word);
	err_hint(err, "stop it first (kist stop %s), or kist rm -f %s", s->word,
		 s->word);
	return -EBUSY;
}

static int kill_it(struct subject *s, struct kist_error *err)
{
	if (!subject_is_running(s))
		return 0;
	return container_kill(&s->container, SIGKILL, true, err);
}

static int forget(struct subject *s, bool force, const struct kist_trace *trace,
		  struct kist_error *err)
{
	int ret;

	if (!force && (subject_is_running(s) || life_read(&s->record).held))
		return is_running(s, err);
	if (trace) {
		tell(s, trace);
		if (trace->dry_run)
			return 0;
	}
	ret = kill_it(s, err);
	if (ret == 0)
		ret = subject_clear(s, err);
	/* With --rm its supervisor was quicker: nothing is left then. */
	if (ret == 0)
		ret = record_remove(&s->folders, &s->record, s->about.name,
				    err);
	return ret;
}

int kist_remove(const struct kist *kist, const char *container, bool force,
		const struct kist_trace *trace, struct kist_error *err)
{
	struct subject s;
	int ret = subject_open(kist, container, &s, err);

	if (ret < 0)
		return ret;
	ret = forget(&s, force, trace, err);
	subject_close(&s);
	return ret;
}
