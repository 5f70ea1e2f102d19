/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check.c - what the unit tests share (check.h)
 *
 * How a child's failure becomes the test's
 * ========================================
 *
 * An assertion of cmocka that fails jumps back into the runner, which in a
 * forked child would go on with the remaining tests. So the child runs its
 * function as a group of one test of its own, with the output in a memory
 * file; the parent fails with that text.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/capability.h>

#include "check.h"

#define EXIT_SKIPPED 77

/* What is being checked, and why something is not possible here. */
static char case_name[200];
static char reason[300];
static bool skipped;

void check_case(const char *name)
{
	snprintf(case_name, sizeof(case_name), "%s", name ? name : "");
}

int check_begin(void **state)
{
	check_case(NULL);
	return 0;
}

void check_run(void **state)
{
	CMUnitTestFunction function = (CMUnitTestFunction)(uintptr_t)*state;

	*state = NULL;
	function(state);
	check_case(NULL);
}

int check_end(void **state)
{
	if (*case_name && !skipped)
		fprintf(stderr, "# the case was '%s'\n", case_name);
	skipped = false;
	return 0;
}

long check_sys(long ret, const char *call, const char *file, int line)
{
	if (ret < 0) {
		print_error("%s: %s (%d)\n", call, strerror(errno), errno);
		_fail(file, line);
	}
	return ret;
}

static void compare(const char *got, const char *want, const char *file, int at)
{
	if (strcmp(got, want) == 0)
		return;
	print_error("got:    %s\nwanted: %s\n", got, want);
	_fail(file, at);
}

void check_err(const struct kist_error *err, const char *line, const char *file,
	       int at)
{
	char got[1200] = "";

	if (err->id != KIST_OK)
		kist_error_line(err, got, sizeof(got));
	compare(got, line ? line : "", file, at);
}

void check_hint(const struct kist_error *err, const char *hint,
		const char *file, int at)
{
	char got[1200] = "";

	kist_error_hint(err, got, sizeof(got));
	compare(got, hint, file, at);
}

void check_skip_unless(bool cond, const char *text)
{
	if (cond)
		return;
	printf("# skipped, not so here: %s%s%s\n", text, *reason ? ": " : "",
	       reason);
	fflush(stdout);
	skipped = true;
	skip();
}

static bool possible(bool yes, const char *why)
{
	snprintf(reason, sizeof(reason), "%s", yes ? "" : why);
	return yes;
}

static void call(void **state)
{
	((void (*)(void))(uintptr_t)*state)();
}

/* Never returns: the child's side of in_child(). */
static void run_and_exit(void (*function)(void), int output_fd)
{
	const struct CMUnitTest tests[] = {
		{ "in a child", call, NULL, NULL, (void *)(uintptr_t)function },
	};
	int failed;

	dup2(output_fd, STDOUT_FILENO);
	dup2(output_fd, STDERR_FILENO);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	fflush(NULL);
	_exit(failed ? EXIT_FAILURE : skipped ? EXIT_SKIPPED : 0);
}

/* As a comment: its "not ok" is not one of the parent's. */
static void show_indented(const char *text)
{
	while (*text) {
		int len = (int)strcspn(text, "\n");

		fprintf(stderr, "#   %.*s\n", len, text);
		text += len + (text[len] == '\n');
	}
}

void in_child(void (*function)(void))
{
	int output_fd = (int)CHECK_SYS(memfd_create("check", MFD_CLOEXEC));
	char text[4000] = "";
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0)
		run_and_exit(function, output_fd);
	CHECK_SYS(pid);
	CHECK_SYS(waitpid(pid, &status, 0));
	CHECK_SYS(pread(output_fd, text, sizeof(text) - 1, 0));
	close(output_fd);

	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SKIPPED) {
		/* The line with the reason; the rest is a plan of its own. */
		const char *why = strstr(text, "# skipped");

		printf("%.*s\n", why ? (int)strcspn(why, "\n") : 0, why);
		skipped = true;
		skip();
	}
	if (status != 0) {
		show_indented(text);
		fail_msg("a child ended with status %#x", status);
	}
}

static void make_user_namespace(void)
{
	_exit(unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0 ? 0 : errno);
}

bool can_make_user_namespaces(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		make_user_namespace();
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return possible(false, strerror(errno));
	return possible(status == 0, strerror(WEXITSTATUS(status)));
}

bool is_root(void)
{
	return possible(geteuid() == 0, "the user is not root");
}

bool has_capability(int cap)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = { 0 };
	uint32_t bit = 1u << (cap % 32);

	CHECK_SYS(syscall(SYS_capget, &head, data));
	return possible(data[cap / 32].effective & bit,
			"the capability is missing");
}

bool has_file(const char *path)
{
	return possible(access(path, F_OK) == 0, "there is no such file");
}

bool can_limit_memory(void)
{
#ifdef __SANITIZE_ADDRESS__
	return possible(false, "AddressSanitizer has its own memory");
#else
	return true;
#endif
}

ino_t inode_of(const char *path)
{
	struct stat st;

	CHECK_SYS(stat(path, &st));
	return st.st_ino;
}

int open_ns(const char *path)
{
	return (int)CHECK_SYS(open(path, O_RDONLY | O_CLOEXEC));
}
