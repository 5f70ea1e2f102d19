/* SPDX-License-Identifier: Apache-2.0 */
/* test_folders.c - kist's folders and records (src/engine/folders.c, record.c,
 * names.c, about.c) */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "engine/container/about.h"
#include "engine/folders.h"

static char root[64];

static int setup(void **state)
{
	strcpy(root, "/tmp/kist-test.XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

static int remove_below_tmp(const char *path)
{
	CLEANUP_FD int tmp_fd = open("/tmp", O_RDONLY | O_CLOEXEC);

	return tree_remove(tmp_fd, path + strlen("/tmp/"));
}

static int teardown(void **state)
{
	return remove_below_tmp(root);
}

static void open_folders(struct folders *folders)
{
	struct kist kist = { .run_root = root };
	struct kist_error err = { 0 };

	assert_int_equal(folders_open(&kist, folders, &err), 0);
	CHECK_ERR(&err, NULL);
}

static struct id id_of(char digit)
{
	struct id id = { 0 };

	memset(id.text, digit, ID_LEN);
	return id;
}

static struct record make_record(struct folders *folders, char digit,
				 const char *name)
{
	struct id id = id_of(digit);
	struct record record;
	struct name got;

	assert_int_equal(record_make(folders, &id, name, &got, &record, NULL),
			 0);
	return record;
}

static void names_are_letters_digits_and_three_marks(void **state)
{
	static const struct {
		const char *name;
		int ret;
	} names[] = {
		{ "web", 0 },	    { "Web-1.2_x", 0 },
		{ "9", 0 },	    { "", -EINVAL },
		{ ".x", -EINVAL },  { "-x", -EINVAL },
		{ "a/b", -EINVAL }, { "a b", -EINVAL },
		{ "a\n", -EINVAL }, { "\xc3\xa4", -EINVAL },
	};
	struct name random;

	EACH(row, names) {
		CASE(row->name);
		assert_int_equal(name_check(row->name, NULL), row->ret);
	}
	for (int i = 0; i < 50; i++) {
		name_random(&random);
		assert_int_equal(name_check(random.text, NULL), 0);
	}
}

static void a_container_is_found_by_name_id_and_start_of_id(void **state)
{
	struct folders folders;
	struct record one;
	struct record two;
	struct kist_error err = { 0 };
	struct id id;

	open_folders(&folders);
	one = make_record(&folders, 'a', "one");
	two = make_record(&folders, 'b', "bbb");
	assert_int_equal(folders_find(&folders, "one", &id, NULL), 0);
	assert_string_equal(id.text, one.id.text);
	assert_int_equal(folders_find(&folders, one.id.text, &id, NULL), 0);
	assert_int_equal(folders_find(&folders, "aa", &id, NULL), 0);
	assert_string_equal(id.text, one.id.text);
	/* a name goes before the start of an id */
	assert_int_equal(folders_find(&folders, "bbb", &id, NULL), 0);
	assert_int_equal(folders_find(&folders, "../names/one", &id, NULL),
			 -ENOENT);
	assert_int_equal(folders_find(&folders, "c", &id, &err), -ENOENT);
	assert_int_equal(err.id, KIST_E_CONTAINER_UNKNOWN);
	record_close(&one);
	record_close(&two);
	folders_close(&folders);
}

static void a_start_that_two_ids_share_is_refused(void **state)
{
	struct folders folders;
	struct id id = id_of('a'), twin = id_of('a');
	struct kist_error err = { 0 };
	struct record one, two;
	struct name name;

	open_folders(&folders);
	twin.text[5] = 'b';
	assert_int_equal(record_make(&folders, &id, NULL, &name, &one, NULL),
			 0);
	assert_int_equal(record_make(&folders, &twin, NULL, &name, &two, NULL),
			 0);
	assert_int_equal(folders_find(&folders, "aaaaa", &id, &err), -EINVAL);
	assert_int_equal(err.id, KIST_E_CONTAINER_AMBIGUOUS);
	assert_int_equal(folders_find(&folders, "aaaaab", &id, NULL), 0);
	record_close(&one);
	record_close(&two);
	folders_close(&folders);
}

static void a_name_is_claimed_once_and_free_after_removal(void **state)
{
	struct folders folders;
	struct record one, two;
	struct id id = id_of('b');
	struct kist_error err = { 0 };
	struct name name;

	open_folders(&folders);
	one = make_record(&folders, 'a', "web");
	assert_int_equal(record_make(&folders, &id, "web", &name, &two, &err),
			 -EEXIST);
	assert_int_equal(err.id, KIST_E_NAME_TAKEN);
	assert_int_equal(faccessat(folders.containers_fd, id.text, F_OK, 0),
			 -1); /* nothing is left of it */
	assert_int_equal(record_remove(&folders, &one, "web", NULL), 0);
	record_close(&one);
	assert_int_equal(record_make(&folders, &id, "web", &name, &two, NULL),
			 0);
	record_close(&two);
	folders_close(&folders);
}

static void the_lock_tells_who_is_alive_and_the_file_how_it_ended(void **state)
{
	struct folders folders;
	struct record maker, reader;
	struct life life;

	open_folders(&folders);
	maker = make_record(&folders, 'a', NULL);
	assert_int_equal(record_open(&folders, &maker.id, &reader, NULL), 0);
	assert_true(life_read(&reader).held);
	life_end(&maker, 137);
	record_close(&maker);
	life = life_wait(&reader);
	assert_false(life.held);
	assert_int_equal(life.status, 137);
	assert_true(life.finished > 0);
	record_close(&reader);
	folders_close(&folders);
}

static void a_maker_that_was_killed_leaves_no_status(void **state)
{
	struct folders folders;
	struct id id = id_of('a');
	struct record reader;
	struct about about;
	pid_t pid;

	open_folders(&folders);
	pid = fork();
	if (pid == 0) {
		make_record(&folders, 'a', "web");
		kill(getpid(), SIGKILL);
	}
	waitpid(pid, NULL, 0);
	assert_int_equal(record_open(&folders, &id, &reader, NULL), 0);
	assert_false(life_read(&reader).held);
	assert_int_equal(life_wait(&reader).status, -1);
	assert_int_equal(about_load(&reader, &folders.arena, &about, NULL), 0);
	assert_string_equal(about.name, "");
	assert_int_equal(record_remove(&folders, &reader, "", NULL), 0);
	assert_int_equal(unlinkat(folders.names_fd, "web", 0), -1);
	record_close(&reader);
	folders_close(&folders);
}

static void about_is_read_as_it_was_written(void **state)
{
	struct folders folders;
	struct record record;
	const char *command[] = { "sh", "-c", "echo \"x\"\n", NULL };
	struct key_value label = { .key = "a", .value = "b=c" };
	struct about about = {
		.name = "web",
		.image = "host",
		.command = command,
		.created = 1769860800123456789,
		.detached = true,
		.stop_signal = 10,
		.labels = &label,
		.label_count = 1,
	};
	struct about back;
	struct arena arena;

	open_folders(&folders);
	record = make_record(&folders, 'a', "web");
	arena_init(&arena);
	assert_int_equal(about_load(&record, &arena, &back, NULL), -ENOENT);
	assert_int_equal(about_save(&record, &about, NULL), 0);
	assert_int_equal(about_load(&record, &arena, &back, NULL), 0);
	assert_string_equal(back.name, "web");
	assert_string_equal(back.command[2], command[2]);
	assert_null(back.command[3]);
	assert_true(back.created == about.created);
	assert_true(back.detached);
	assert_false(back.remove);
	assert_int_equal(back.stop_signal, 10);
	assert_string_equal(back.labels[0].value, "b=c");
	assert_string_equal(about_command_line(&back, &arena),
			    "sh -c echo \"x\"\n");
	arena_done(&arena);
	record_close(&record);
	folders_close(&folders);
}

static void a_folder_others_can_change_is_not_used(void **state)
{
	struct kist kist = { .run_root = root };
	struct kist_error err = { 0 };
	struct folders folders;

	CHECK_SYS(chmod(root, 0777));
	assert_int_equal(folders_open(&kist, &folders, &err), -EPERM);
	assert_int_equal(err.id, KIST_E_STORE);
}

static void a_tree_is_removed_links_are_not_followed(void **state)
{
	char path[128], outside[128];

	snprintf(outside, sizeof(outside), "%s/outside", root);
	CHECK_SYS(mkdir(outside, 0700));
	snprintf(path, sizeof(path), "%s/tree", root);
	CHECK_SYS(mkdir(path, 0700));
	snprintf(path, sizeof(path), "%s/tree/link", root);
	CHECK_SYS(symlink(outside, path));
	snprintf(path, sizeof(path), "%s/tree/closed", root);
	CHECK_SYS(mkdir(path, 0000));
	snprintf(path, sizeof(path), "%s/outside/file", root);
	CHECK_SYS(mkdir(path, 0700));
	snprintf(path, sizeof(path), "%s/tree", root);
	assert_int_equal(remove_below_tmp(path), 0);
	assert_int_equal(access(path, F_OK), -1);
	snprintf(path, sizeof(path), "%s/outside/file", root);
	CHECK_SYS(access(path, F_OK));
	assert_int_equal(remove_below_tmp("/tmp/no-such"), 0);
}

#define TEST(f)                                                   \
	{                                                         \
#f, check_run, begin, end, (void *)(uintptr_t)(f) \
	}

static int begin(void **state)
{
	return setup(state) ? -1 : check_begin(state);
}

static int end(void **state)
{
	int ret = check_end(state);

	return teardown(state) ? -1 : ret;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(names_are_letters_digits_and_three_marks),
		TEST(a_container_is_found_by_name_id_and_start_of_id),
		TEST(a_start_that_two_ids_share_is_refused),
		TEST(a_name_is_claimed_once_and_free_after_removal),
		TEST(the_lock_tells_who_is_alive_and_the_file_how_it_ended),
		TEST(a_maker_that_was_killed_leaves_no_status),
		TEST(about_is_read_as_it_was_written),
		TEST(a_folder_others_can_change_is_not_used),
		TEST(a_tree_is_removed_links_are_not_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
