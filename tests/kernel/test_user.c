/* SPDX-License-Identifier: Apache-2.0 */
/* test_user.c - users of a container's own files (src/kernel/user.c) */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "kernel/user.h"
#include "sys/file.h"

static const char passwd[] = "root:x:0:0:root:/root:/bin/sh\n"
			     "1000:x:0:0:a number as name:/root:/bin/sh\n"
			     "broken line\n"
			     "\n"
			     "huge:x:4294967296:0::/:/bin/sh\n"
			     "none:x:4294967295:0::/:/bin/sh\n"
			     "web:x:33:34:web:/var/www:/bin/sh\n"
			     "nohome:x:35:35:::\n"
			     "web2:x:33:99::/second:/bin/sh\n"
			     "last:x:500:500::/home/last:/bin/sh";

static const char group[] = "root:x:0:\n"
			    "34:x:0:\n"
			    "www:x:34:web\n"
			    "tape:x:26:root,web,last\n"
			    "tape2:x:26:web\n"
			    "huge:x:4294967296:web\n"
			    "video:x:44:webb,xweb\n"
			    "audio:x:29:web";

static char folder[] = "/tmp/kist-test-user-XXXXXX";
static int root_fd = -1;

static int make_root(void **state)
{
	if (!mkdtemp(folder))
		return -1;
	root_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return mkdirat(root_fd, "etc", 0755) ||
	       sys_replace_file(root_fd, "etc/passwd", passwd,
				sizeof(passwd) - 1, 0644) ||
	       sys_replace_file(root_fd, "etc/group", group, sizeof(group) - 1,
				0644);
}

static int remove_root(void **state)
{
	unlinkat(root_fd, "etc/passwd", 0);
	unlinkat(root_fd, "etc/group", 0);
	unlinkat(root_fd, "etc", AT_REMOVEDIR);
	close(root_fd);
	return rmdir(folder);
}

static const struct {
	const char *text;
	uint32_t uid, gid;
	const char *home, *groups;
	const char *line; /* the error */
} users[] = {
	{ "root", 0, 0, "/root", "26 ", NULL },
	{ "0", 0, 0, "/root", "26 ", NULL },
	{ "1", 1, 0, "/", "", NULL },
	{ "01", 1, 0, "/", "", NULL },
	{ "1000", 1000, 0, "/", "", NULL }, /* not the line named "1000" */
	{ "33", 33, 34, "/var/www", "34 26 29 ", NULL },
	{ "web", 33, 34, "/var/www", "34 26 29 ", NULL },
	{ "web2", 33, 99, "/second", "", NULL },
	{ "web:tape", 33, 26, "/var/www", "", NULL },
	{ "web:7", 33, 7, "/var/www", "", NULL },
	{ "web:34", 33, 34, "/var/www", "", NULL }, /* not the group "34" */
	{ "nohome", 35, 35, "/", "", NULL },
	{ "last", 500, 500, "/home/last", "26 ", NULL },
	{ "last:audio", 500, 29, "/home/last", "", NULL },
	{ "4294967294", 4294967294, 0, "/", "", NULL },
	{ "", 0, 0, NULL, NULL, "user '': a name or number is missing" },
	{ ":", 0, 0, NULL, NULL, "user ':': a name or number is missing" },
	{ "1:", 0, 0, NULL, NULL, "user '1:': a name or number is missing" },
	{ ":1", 0, 0, NULL, NULL, "user ':1': a name or number is missing" },
	{ "1:2:3", 0, 0, NULL, NULL, "user '1:2:3': more than one ':'" },
	{ "-1", 0, 0, NULL, NULL, "user '-1': an id has no sign" },
	{ "1:-1", 0, 0, NULL, NULL, "user '1:-1': an id has no sign" },
	{ "+1", 0, 0, NULL, NULL, "user '+1': an id has no sign" },
	{ "4294967295", 0, 0, NULL, NULL,
	  "user '4294967295': an id is at most 4294967294" },
	{ "4294967296", 0, 0, NULL, NULL,
	  "user '4294967296': an id is at most 4294967294" },
	{ "1:4294967296", 0, 0, NULL, NULL,
	  "user '1:4294967296': an id is at most 4294967294" },
	{ "99999999999999999999999", 0, 0, NULL, NULL,
	  "user '99999999999999999999999': an id is at most 4294967294" },
	{ "nobody", 0, 0, NULL, NULL,
	  "no user 'nobody' in the container's /etc/passwd" },
	{ "huge", 0, 0, NULL, NULL,
	  "no user 'huge' in the container's /etc/passwd" },
	{ "0x1", 0, 0, NULL, NULL,
	  "no user '0x1' in the container's /etc/passwd" },
	{ " 1", 0, 0, NULL, NULL,
	  "no user ' 1' in the container's /etc/passwd" },
	{ "root:wheel", 0, 0, NULL, NULL,
	  "no group 'wheel' in the container's /etc/group" },
};

static const char *groups_of(const struct user *user)
{
	static char text[200];
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < user->group_count; i++)
		len += (size_t)sprintf(text + len, "%u ", user->groups[i]);
	return text;
}

static void a_number_is_never_a_name_and_nothing_is_never_root(void **state)
{
	CLEANUP_ARENA struct arena arena;

	arena_init(&arena);
	EACH(row, users) {
		struct user user = { .uid = 4711 };
		struct kist_error err = { 0 };
		int ret = user_lookup(root_fd, row->text, &arena, &user, &err);

		CASE(row->text);
		CHECK_ERR(&err, row->line);
		if (row->line) {
			assert_true(ret < 0);
			assert_int_equal(user.uid, 4711);
			continue;
		}
		assert_int_equal(ret, 0);
		assert_true(user.uid == row->uid);
		assert_true(user.gid == row->gid);
		assert_string_equal(user.home, row->home);
		assert_string_equal(groups_of(&user), row->groups);
	}
}

static const struct {
	const char *text;
	int ret;
	uint32_t uid, gid;
} ids[] = {
	{ "1", 0, 1, 7 },	    { "1:2", 0, 1, 2 },
	{ "01", 0, 1, 7 },	    { "1:", -EINVAL, 9, 7 },
	{ ":1", -EINVAL, 9, 7 },    { "", -EINVAL, 9, 7 },
	{ "-1", -EINVAL, 9, 7 },    { "4294967296", -EINVAL, 9, 7 },
	{ "root", -EINVAL, 9, 7 },  { "1:root", -EINVAL, 9, 7 },
	{ "1:2:3", -EINVAL, 9, 7 },
};

static void ids_alone_take_no_names(void **state)
{
	EACH(row, ids) {
		uint32_t uid = 9, gid = 7;

		CASE(row->text);
		assert_int_equal(user_parse_ids(row->text, &uid, &gid, NULL),
				 row->ret);
		assert_int_equal(uid, row->uid);
		assert_int_equal(gid, row->gid);
	}
}

static void home_and_name_are_found_by_number(void **state)
{
	CLEANUP_ARENA struct arena arena;

	arena_init(&arena);
	assert_string_equal(user_home(root_fd, 33, &arena), "/var/www");
	assert_string_equal(user_home(root_fd, 35, &arena), "/");
	assert_string_equal(user_home(root_fd, 4711, &arena), "/");
	assert_string_equal(user_name(root_fd, 33, &arena), "web");
	assert_null(user_name(root_fd, 4711, &arena));
	assert_string_equal(user_name(AT_FDCWD, 0, &arena), "root");
}

/* The look-up of "web" when /etc/passwd is something else. */
static void try_web(int want, const char *line)
{
	CLEANUP_ARENA struct arena arena;
	struct kist_error err = { 0 };
	struct user user;

	arena_init(&arena);
	assert_int_equal(user_lookup(root_fd, "web", &arena, &user, &err),
			 want);
	CHECK_ERR(&err, line);
	CHECK_SYS(unlinkat(root_fd, "etc/passwd", 0));
}

static void a_hostile_passwd_cannot_hang_leave_or_fill_memory(void **state)
{
	CLEANUP_FREE char *large = calloc(1, USER_FILE_MAX + 1);

	CHECK_SYS(unlinkat(root_fd, "etc/passwd", 0));
	CASE("link");
	CHECK_SYS(symlinkat("/etc/group", root_fd, "etc/passwd"));
	try_web(-ENOENT, "no user 'web' in the container's /etc/passwd");
	CASE("link to the outside");
	CHECK_SYS(symlinkat("/../../../../etc/passwd", root_fd, "etc/passwd"));
	try_web(-ELOOP, "read '/etc/passwd' of the container: Too many levels "
			"of symbolic links (ELOOP)");
	CASE("fifo");
	CHECK_SYS(mkfifoat(root_fd, "etc/passwd", 0600));
	try_web(-EINVAL, "read '/etc/passwd' of the container: Invalid "
			 "argument (EINVAL)");
	CASE("large");
	assert_int_equal(sys_replace_file(root_fd, "etc/passwd", large,
					  USER_FILE_MAX + 1, 0644),
			 0);
	try_web(-EFBIG, "read '/etc/passwd' of the container: File too large "
			"(EFBIG)");
}

static void without_files_there_are_numbers(void **state)
{
	CLEANUP_ARENA struct arena arena;
	struct kist_error err = { 0 };
	struct user user;

	arena_init(&arena);
	unlinkat(root_fd, "etc/passwd", 0);
	unlinkat(root_fd, "etc/group", 0);
	assert_int_equal(user_lookup(root_fd, "5:6", &arena, &user, &err), 0);
	assert_int_equal(user.gid, 6);
	assert_int_equal(user_lookup(root_fd, "web", &arena, &user, &err),
			 -ENOENT);
	CHECK_HINT(&err, "a number works without an entry there");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_number_is_never_a_name_and_nothing_is_never_root),
		cmocka_unit_test(ids_alone_take_no_names),
		cmocka_unit_test(home_and_name_are_found_by_number),
		cmocka_unit_test(
			a_hostile_passwd_cannot_hang_leave_or_fill_memory),
		cmocka_unit_test(without_files_there_are_numbers),
	};

	return cmocka_run_group_tests(tests, make_root, remove_root);
}
