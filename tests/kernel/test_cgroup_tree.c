/* SPDX-License-Identifier: Apache-2.0 */
/* test_cgroup_tree.c - groups of several hierarchies, merged by path */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "kernel/cgroup_tree.h"

static char place[] = "/tmp/kist-tree-XXXXXX";
static struct cgroup_world world;
static int root_fds[CGROUP_HIERARCHY_MAX];
static struct arena arena;

static int begin(void **state)
{
	strcpy(place + strlen(place) - 6, "XXXXXX");
	memset(&world, 0, sizeof(world));
	arena_init(&arena);
	return mkdtemp(place) ? 0 : -1;
}

static int end(void **state)
{
	char command[100];

	for (int i = 0; i < world.count; i++)
		close(root_fds[i]);
	arena_done(&arena);
	snprintf(command, sizeof(command), "rm -rf '%s'", place);
	return system(command);
}

static void add(const char *name)
{
	struct cgroup_hierarchy *h = &world.h[world.count];

	snprintf(h->mount, sizeof(h->mount), "%s/%s", place, name);
	snprintf(h->controllers, sizeof(h->controllers), "%s", name);
	CHECK_SYS(mkdir(h->mount, 0755));
	root_fds[world.count++] =
		(int)CHECK_SYS(open(h->mount, O_PATH | O_CLOEXEC));
}

static void group(const char *path)
{
	char whole[200];

	snprintf(whole, sizeof(whole), "%s/%s", place, path);
	CHECK_SYS(mkdir(whole, 0755));
}

static void check_tree(uint32_t wanted, const char *expected)
{
	struct cgroup_tree tree;
	char text[500] = "";

	assert_int_equal(
		cgroup_tree_read(&world, root_fds, wanted, &arena, &tree), 0);
	for (size_t i = 0; i < tree.count; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "%s %d %u %u\n", tree.groups[i].path,
			 tree.groups[i].parent, tree.groups[i].depth,
			 tree.groups[i].in);
	assert_string_equal(text, expected);
}

static void groups_of_all_hierarchies_are_one_tree(void **state)
{
	add("memory");
	add("pids");
	group("memory/b");
	group("memory/b/x");
	group("pids/b");
	group("pids/b-1");
	group("pids/a");
	group("pids/a/deep");
	group("pids/a/deep/deeper");
	check_tree(3, "/ -1 0 3\n"
		      "/a 0 1 2\n"
		      "/a/deep 1 2 2\n"
		      "/a/deep/deeper 2 3 2\n"
		      "/b 0 1 3\n"
		      "/b/x 4 2 1\n"
		      "/b-1 0 1 2\n");
	check_tree(1, "/ -1 0 1\n"
		      "/b 0 1 1\n"
		      "/b/x 1 2 1\n");
}

static void no_hierarchy_is_no_group(void **state)
{
	check_tree(~0u, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			groups_of_all_hierarchies_are_one_tree, begin, end),
		cmocka_unit_test_setup_teardown(no_hierarchy_is_no_group, begin,
						end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
