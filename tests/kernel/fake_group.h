/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fake_group.h - a plain directory that stands for a control group: what is
 * written to its files stays to be read
 */
#ifndef TESTS_KERNEL_FAKE_GROUP_H
#define TESTS_KERNEL_FAKE_GROUP_H

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "kernel/cgroup_internal.h"

struct fake {
	char path[64];
	int fd;
};

/* A group with these files, "name" or "name=contents". */
static inline struct fake fake_group(const char *const *files)
{
	struct fake fake = { .path = "/tmp/kist-test-group-XXXXXX" };

	assert_non_null(mkdtemp(fake.path));
	fake.fd = open(fake.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fake.fd >= 0);
	for (; *files; files++) {
		char name[96];
		const char *equals = strchr(*files, '=');
		int fd;

		snprintf(name, sizeof(name), "%.*s", (int)strcspn(*files, "="),
			 *files);
		fd = openat(fake.fd, name, O_WRONLY | O_CREAT | O_CLOEXEC,
			    0600);
		assert_true(fd >= 0);
		if (equals)
			CHECK_SYS(write(fd, equals + 1, strlen(equals + 1)));
		close(fd);
	}
	return fake;
}

static inline void fake_done(struct fake *fake)
{
	char command[96];

	close(fake->fd);
	snprintf(command, sizeof(command), "rm -rf '%s'", fake->path);
	assert_int_equal(system(command), 0);
}

struct value {
	enum cgroup_limit which;
	int64_t value;
};

#define VALUES 5
#define FILES 8

struct row {
	const char *name;
	int (*write)(int, const struct cgroup_limits *, struct kist_error *);
	struct value values[VALUES]; /* until { 0, 0 } */
	const char *files[FILES];
	const char *wanted[FILES]; /* "name=contents" afterwards */
	const char *line;
};

static inline void check_files(const struct fake *group,
			       const char *const *wanted)
{
	for (; *wanted; wanted++) {
		char name[96], text[256];

		snprintf(name, sizeof(name), "%.*s", (int)strcspn(*wanted, "="),
			 *wanted);
		assert_int_equal(cgroup_file_read(group->fd, name, text,
						  sizeof(text)),
				 0);
		assert_string_equal(text, strchr(*wanted, '=') + 1);
	}
}

static inline struct cgroup_limits limits_of(const struct value *values)
{
	struct cgroup_limits limits = { 0 };

	for (int i = 0; i < VALUES; i++) {
		struct limit_value *v = &limits.values[values[i].which];

		if (values[i].which == 0 && values[i].value == 0)
			break;
		v->present = true;
		v->value = values[i].value;
	}
	return limits;
}

/* One row of a table of scalar limits: written as wanted, or refused. */
static inline void check_row(const struct row *row)
{
	struct cgroup_limits limits = limits_of(row->values);
	struct fake group = fake_group(row->files);
	struct kist_error err = { 0 };
	int ret;

	CASE(row->name);
	ret = row->write(group.fd, &limits, &err);
	CHECK_ERR(&err, row->line);
	assert_int_equal(ret < 0, row->line != NULL);
	check_files(&group, row->wanted);
	fake_done(&group);
}

#endif
