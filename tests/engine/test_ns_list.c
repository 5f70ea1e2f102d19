/* SPDX-License-Identifier: Apache-2.0 */
/* test_ns_list.c - looking for namespaces (src/engine/ns/list*.c, scan.c) */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "check.h"
#include "engine/ns/scan.h"
#include "kernel/proc.h"

/* ---- listns(2), made up: ids are indexes into @kinds ---- */

static const char *const made_up[] = { "user", "uts", "net", "ipc", "mnt" };
static size_t per_call, calls;
static ssize_t answer; /* if negative */
static bool goes_round, ends_with_error;

static ssize_t fake_list(uint64_t after, uint32_t kinds, uint64_t user_ns,
			 uint64_t *ids, size_t count)
{
	size_t given = 0;

	(void)kinds;
	assert_int_equal(user_ns, 0);
	calls++;
	if (answer < 0)
		return answer;
	if (goes_round)
		after = 0;
	while (given < count && given < per_call && after < 5)
		ids[given++] = ++after;
	if (given == 0 && ends_with_error)
		return -ENOENT; /* as Linux does */
	return (ssize_t)given;
}

static int fake_open(uint64_t id)
{
	char path[64];

	if (id == 4)
		return -EPERM;
	snprintf(path, sizeof(path), "/proc/self/ns/%s", made_up[id - 1]);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static const struct list_door fake = { fake_list, fake_open };

static int list_with(unsigned kinds, struct scan *scan, struct arena *arena)
{
	static struct kist_ns_query query;

	query = (struct kist_ns_query){ .kinds = kinds };
	arena_init(arena);
	scan_init(scan, arena, &query, -1);
	calls = 0;
	return list_kernel(scan, &fake);
}

static void all_that_may_be_opened_are_found(void **state)
{
	static const size_t pages[] = { 1, 2, 5, 100 };

	EACH(page, pages) {
		struct arena arena;
		struct scan scan;

		per_call = *page;
		ends_with_error = !ends_with_error;
		assert_int_equal(list_with(0, &scan, &arena), 0);
		EACH(name, made_up) {
			char path[64];

			CASE(*name);
			snprintf(path, sizeof(path), "/proc/self/ns/%s", *name);
			if (strcmp(*name, "ipc") == 0)
				assert_null(scan_find(&scan, inode_of(path)));
			else
				assert_non_null(
					scan_find(&scan, inode_of(path)));
		}
		/* so many full pages, and one that is empty */
		assert_int_equal(calls, (5 + per_call - 1) / per_call + 1);
		scan_done(&scan);
		arena_done(&arena);
	}
}

static void only_the_kinds_asked_for_are_found(void **state)
{
	struct arena arena;
	struct scan scan;

	per_call = 5;
	assert_int_equal(list_with(KIST_NS_UTS, &scan, &arena), 0);
	assert_int_equal(scan.count, 1);
	assert_int_equal(scan.items[0]->ino, inode_of("/proc/self/ns/uts"));
	scan_done(&scan);
	arena_done(&arena);
}

static void a_kernel_without_listns_is_told(void **state)
{
	struct arena arena;
	struct scan scan;

	answer = -ENOSYS;
	assert_int_equal(list_with(0, &scan, &arena), -ENOSYS);
	answer = 0;
	scan_done(&scan);
	arena_done(&arena);
}

static void a_list_that_goes_round_ends(void **state)
{
	struct arena arena;
	struct scan scan;

	per_call = 3;
	goes_round = true;
	assert_int_equal(list_with(0, &scan, &arena), -EIO);
	goes_round = false;
	scan_done(&scan);
	arena_done(&arena);
}

/* ---- the rest ---- */

static const struct {
	const char *text;
	int kind; /* -1: none */
	uint64_t ino;
} links[] = {
	{ "net:[4026531833]", NS_NET, 4026531833 },
	{ "mnt:[1]", NS_MNT, 1 },
	{ "cgroup:[2]", NS_CGROUP, 2 },
	{ "socket:[2]", -1, 0 },
	{ "net:4026531833", -1, 0 },
	{ "net:[]", -1, 0 },
	{ "ne:[3]", -1, 0 },
	{ "/tmp/net:[3]", -1, 0 },
	{ "", -1, 0 },
};

static void a_link_of_proc_is_a_kind_and_a_number(void **state)
{
	EACH(row, links) {
		enum ns_kind kind = NS_COUNT;
		uint64_t ino = 0;

		CASE(row->text);
		assert_int_equal(scan_parse_link(row->text, &kind, &ino),
				 row->kind >= 0);
		if (row->kind < 0)
			continue;
		assert_int_equal(kind, row->kind);
		assert_int_equal(ino, row->ino);
	}
}

static void our_own_are_in_the_list(void **state)
{
	const struct kist_ns_query query = { .pid = getpid(),
					     .want = KIST_NS_WANT_PROCESS |
						     KIST_NS_WANT_PINS };
	struct kist_error err = { 0 };
	struct kist_ns_list *list;
	bool found = false;

	assert_int_equal(kist_ns_list(NULL, &query, &list, &err), 0);
	CHECK_ERR(&err, NULL);
	for (size_t i = 0; i < list->count; i++) {
		const struct kist_ns_info *info = &list->items[i];

		assert_true(info->processes > 0);
		assert_true(info->pin_count >= info->processes);
		assert_true(i == 0 || info->ino > info[-1].ino);
		found = found || info->ino == inode_of("/proc/self/ns/uts");
	}
	assert_true(found);
	kist_ns_list_free(list);
}

static void what_is_not_there_is_told(void **state)
{
	struct kist_ns_query query = { .pid = 1 << 30 };
	struct kist_ns_list *list = NULL;
	struct kist_error err = { 0 };

	assert_int_equal(kist_ns_list(NULL, &query, &list, &err), -ESRCH);
	assert_int_equal(err.id, KIST_E_LIST_PROCESS);
	query = (struct kist_ns_query){ .ino = 5 };
	err = (struct kist_error){ 0 };
	assert_int_equal(kist_ns_list(NULL, &query, &list, &err), -ENOENT);
	assert_int_equal(err.id, KIST_E_LIST_NAMESPACE);
	assert_null(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_that_may_be_opened_are_found),
		cmocka_unit_test(only_the_kinds_asked_for_are_found),
		cmocka_unit_test(a_kernel_without_listns_is_told),
		cmocka_unit_test(a_list_that_goes_round_ends),
		cmocka_unit_test(a_link_of_proc_is_a_kind_and_a_number),
		cmocka_unit_test(our_own_are_in_the_list),
		cmocka_unit_test(what_is_not_there_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
