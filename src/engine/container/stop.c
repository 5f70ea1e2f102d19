/* SPDX-License-Identifier: Apache-2.0 */
/* stop.c - signals to a container, and waiting for its end */
#include <errno.h>
#include <signal.h>

#include "engine/container/subject.h"

/* The end of the process, and of what its supervisor has to do then. */
static int wait_end(struct subject *s, int64_t timeout_ms)
{
	int ret = subject_end(s, timeout_ms);

	if (ret == 0)
		life_wait(&s->record);
	return ret;
}

static int end(struct subject *s, int64_t timeout_ms, struct kist_error *err)
{
	int ret =
		container_kill(&s->container, s->about.stop_signal, false, err);

	if (ret < 0)
		return ret;
	if (wait_end(s, timeout_ms) == 0)
		return subject_clear(s, err);
	ret = container_kill(&s->container, SIGKILL, true, err);
	if (ret < 0)
		return ret;
	ret = wait_end(s, -1);
	return ret < 0 ? ret : subject_clear(s, err);
}

int kist_stop(const struct kist *kist, const char *container,
	      int64_t timeout_ms, struct kist_error *err)
{
	struct subject s;
	int ret = subject_open(kist, container, &s, err);

	if (ret < 0)
		return ret;
	if (subject_is_running(&s))
		ret = end(&s, timeout_ms, err);
	subject_close(&s);
	if (ret < 0)
		err_while(err, "cannot stop '%s'", container);
	return ret;
}

int kist_kill(const struct kist *kist, const char *container, int signal,
	      struct kist_error *err)
{
	struct subject s;
	int ret = subject_open(kist, container, &s, err);

	if (ret < 0)
		return ret;
	if (subject_is_running(&s))
		ret = container_kill(&s.container, signal, false, err);
	else
		ret = subject_not_running(&s, err);
	subject_close(&s);
	return ret;
}

int kist_wait(const struct kist *kist, const char *container, int *ret_status,
	      struct kist_error *err)
{
	struct subject s;
	struct life life;
	int ret = subject_open(kist, container, &s, err);

	if (ret < 0)
		return ret;
	life = life_wait(&s.record);
	/* Its supervisor was killed: at least it has ended then. */
	ret = subject_end(&s, -1);
	subject_close(&s);
	if (ret < 0)
		return err_sys(err, KIST_E_SYSTEM, -ret, "wait for '%s'",
			       container);
	*ret_status = life.status;
	return 0;
}
