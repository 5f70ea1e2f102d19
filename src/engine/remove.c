/* SPDX-License-Identifier: Apache-2.0 */
/* remove.c - forget a container */
#include <errno.h>
#include <signal.h>

#include "engine/subject.h"

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

static int forget(struct subject *s, bool force, struct kist_error *err)
{
	int ret;

	if (!force && (subject_is_running(s) || life_read(&s->record).held))
		return is_running(s, err);
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
		struct kist_error *err)
{
	struct subject s;
	int ret = subject_open(kist, container, &s, err);

	if (ret < 0)
		return ret;
	ret = forget(&s, force, err);
	subject_close(&s);
	return ret;
}
