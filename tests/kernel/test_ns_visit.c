/* SPDX-License-Identifier: Apache-2.0 */
/* test_ns_visit.c - acting inside other namespaces (src/kernel/ns_visit.c) */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "kernel/ns_visit.h"
#include "check.h"

struct seen {
	char name[65];
	int fd;
	char *heap;
};

static int look(void *arg, struct kist_error *err)
{
	struct seen *seen = arg;
	struct utsname uts;

	if (uname(&uts) < 0)
		return err_sys(err, KIST_E_SYSTEM, errno, "uname");
	strcpy(seen->name, uts.nodename);
	seen->heap = strdup(uts.nodename);
	seen->fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return 7;
}

static int refuse(void *arg, struct kist_error *err)
{
	(void)arg;
	return err_set(err, KIST_E_USAGE, "not here");
}

static int die(void *arg, struct kist_error *err)
{
	(void)arg;
	(void)err;
	return kill(getpid(), SIGKILL);
}

static void visit_another_name(void)
{
	struct kist_error err = { 0 };
	struct seen seen = { .fd = -1 };
	int fd[NS_COUNT];
	struct utsname uts;

	CHECK_SYS(unshare(CLONE_NEWUSER | CLONE_NEWUTS));
	CHECK_SYS(sethostname("there", 5));
	memset(fd, -1, sizeof(fd));
	fd[NS_UTS] = open_ns("/proc/self/ns/uts");
	CHECK_SYS(unshare(CLONE_NEWUTS));
	CHECK_SYS(sethostname("here", 4));

	assert_int_equal(ns_visit(fd, look, &seen, &err), 7);
	assert_string_equal(seen.name, "there");
	assert_string_equal(seen.heap, "there");
	assert_true(fcntl(seen.fd, F_GETFD) >= 0);
	CHECK_SYS(uname(&uts));
	assert_string_equal(uts.nodename, "here");
	free(seen.heap);
}

static void what_is_stored_and_opened_there_is_the_callers(void **state)
{
	skip_unless(can_make_user_namespaces());
	in_child(visit_another_name);
}

static void errors_and_deaths_come_back(void **state)
{
	struct kist_error err = { 0 };
	int fd[NS_COUNT];

	memset(fd, -1, sizeof(fd));
	assert_int_equal(ns_visit(fd, refuse, NULL, &err), -EINVAL);
	CHECK_ERR(&err, "not here");

	err = (struct kist_error){ 0 };
	assert_int_equal(ns_visit(fd, die, NULL, &err), -ECHILD);

	err = (struct kist_error){ 0 };
	fd[NS_NET] = open_ns("/proc/self/ns/uts");
	assert_int_equal(ns_visit(fd, refuse, NULL, &err), -EINVAL);
	close(fd[NS_NET]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			what_is_stored_and_opened_there_is_the_callers),
		cmocka_unit_test(errors_and_deaths_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
