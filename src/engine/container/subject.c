/* SPDX-License-Identifier: Apache-2.0 */
/* subject.c - the container a verb is about */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>

#include "engine/container/subject.h"

static int open_record(struct subject *s, struct kist_error *err)
{
	struct id id;
	int ret = folders_find(&s->folders, s->word, &id, err);

	if (ret == 0)
		ret = record_open(&s->folders, &id, &s->record, err);
	if (ret < 0)
		return ret;
	return about_load(&s->record, &s->arena, &s->about, err);
}

int subject_open(const struct kist *kist, const char *word,
		 struct subject *ret_subject, struct kist_error *err)
{
	struct subject *s = ret_subject;
	int ret;

	*s = (struct subject){
		.word = word,
		.folders = { .containers_fd = -1, .names_fd = -1 },
		.record = RECORD_NONE,
	};
	arena_init(&s->arena);
	ret = folders_open(kist, &s->folders, err);
	if (ret == 0)
		ret = open_record(s, err);
	if (ret < 0) {
		subject_close(s);
		return ret;
	}
	s->has_state = container_open(s->folders.state_root, s->record.id.text,
				      &s->container, NULL) == 0;
	return 0;
}

void subject_close(struct subject *subject)
{
	if (subject->has_state)
		container_close(&subject->container);
	subject->has_state = false;
	record_close(&subject->record);
	folders_close(&subject->folders);
	arena_done(&subject->arena);
}

bool subject_is_running(const struct subject *subject)
{
	return subject->has_state && subject->container.process.pidfd >= 0 &&
	       container_status(&subject->container) != KIST_STOPPED;
}

int subject_not_running(const struct subject *subject, struct kist_error *err)
{
	err_set(err, KIST_E_CONTAINER_ENDED, "container '%s' is not running",
		subject->word);
	err_hint(err,
		 "'kist ps -a' tells how it ended, 'kist logs %s' what it "
		 "said; 'kist run' makes a new one",
		 subject->word);
	return -ESRCH;
}

int subject_end(const struct subject *subject, int64_t timeout_ms)
{
	struct pollfd process = {
		.fd = subject->container.process.pidfd,
		.events = POLLIN,
	};
	int timeout = timeout_ms < 0	   ? -1 :
		      timeout_ms > INT_MAX ? INT_MAX :
					     (int)timeout_ms;
	int ret;

	if (!subject->has_state || process.fd < 0)
		return 0;
	do
		ret = poll(&process, 1, timeout);
	while (ret < 0 && errno == EINTR);
	return ret == 0 ? -ETIMEDOUT : 0;
}

int subject_clear(struct subject *subject, struct kist_error *err)
{
	if (life_read(&subject->record).held) {
		life_wait(&subject->record);
		return 0;
	}
	if (!subject->has_state)
		return 0;
	return container_delete(&subject->container, true, err);
}
