/* SPDX-License-Identifier: Apache-2.0 */
/* test_explain_plan.c - plans in words (src/engine/explain/plan*.c) */
#include <stdio.h>
#include <unistd.h>

#include "check.h"
#include "engine/explain/plan.h"
#include "engine/oci/oci.h"

static const char *const configs[] = {
	"runc-spec.json", "runc-spec-rootless.json",
	"podman.json",	  "podman-4.3.json",
	"rich.json",	  "rich-userns.json",
};

/* Every operation of a plan has a row, or its steps would be left out. */
static void check_ops(void *context, const struct planning *p)
{
	const struct plan_op *ops = (const void *)p->plan->ops.data;
	size_t *seen = context;

	for (size_t i = 0; i < plan_op_count(p->plan); i++) {
		char words[200];

		plan_describe(p->plan, (int)i, words, sizeof(words));
		if (step_of(ops[i].kind, words) == STEP_COUNT)
			fail_msg("%s: no step for '%s'", p->bundle, words);
		(*seen)++;
	}
}

static void every_operation_has_words(void **state)
{
	const struct kist_oci oci = { .fault_op = -1 };
	size_t seen = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(configs); i++) {
		struct kist_error err = { 0 };
		char path[300];
		struct kist_oci_create args = { .id = "ID",
						.bundle = ".",
						.config = path };

		snprintf(path, sizeof(path), "%s/%s", getenv("KIST_TEST_DATA"),
			 configs[i]);
		CASE(configs[i]);
		(void)!oci_plan(&oci, &args, true, check_ops, &seen, &err);
		CHECK_ERR(&err, NULL);
	}
	assert_true(seen > 200);
}

static bool has(const char *const *list, const char *part)
{
	for (; *list; list++)
		if (strstr(*list, part))
			return true;
	return false;
}

static void what_is_open_and_ignored_is_said(void **state)
{
	static const char text[] =
		"{ \"ociVersion\": \"1.2.0\", \"vm\": {},\n"
		"\"root\": { \"path\": \"/nonexistent\" },\n"
		"\"process\": { \"cwd\": \"/\", \"args\": [\"sh\"],\n"
		"  \"user\": { \"colour\": 1 } },\n"
		"\"linux\": { \"resources\": { \"memory\":\n"
		"  { \"limit\": 1048576, \"limits\": 1 } },\n"
		"  \"namespaces\": [ { \"type\": \"mount\" } ] } }";
	const struct kist_oci oci = { .fault_op = -1 };
	char path[] = "/tmp/kist-explain.XXXXXX";
	struct kist_oci_create args = { .bundle = ".", .config = path };
	struct kist_error err = { 0 };
	struct kist_steps steps;
	int fd = mkstemp(path);

	(void)state;
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	(void)kist_explain_bundle(&oci, &args, &steps, &err);
	CHECK_ERR(&err, NULL);
	unlink(path);
	assert_true(has(steps.open, "The network is this machine's"));
	assert_true(has(steps.open, "there is no filter"));
	assert_true(has(steps.missing, "'/nonexistent' is not there"));
	assert_true(has(steps.ignored, "vm at"));
	assert_true(has(steps.ignored, "process.user.colour at"));
	assert_true(has(steps.ignored, "linux.resources.memory.limits at"));
	assert_false(has(steps.ignored, "memory.limit at"));
	kist_explain_steps_free(&steps);
}

static void lines_of_a_dry_run_become_steps(void **state)
{
	struct kist_error err = { 0 };
	struct kist_steps steps;

	(void)state;
	(void)kist_explain_lines(
		"unshare --net --uts sh -ec 'ip link set lo up\n"
		"echo blue >/proc/sys/kernel/hostname\n"
		"exec \"$@\"' sh true\n",
		&steps, &err);
	CHECK_ERR(&err, NULL);
	assert_int_equal(steps.count, 5);
	assert_string_equal(steps.steps[0].part, "namespaces");
	assert_true(strstr(steps.steps[0].what, "network namespace") != NULL);
	assert_true(strstr(steps.steps[1].what, "uts namespace") != NULL);
	assert_string_equal(steps.steps[3].what, "set the host name to 'blue'");
	assert_string_equal(steps.steps[4].what,
			    "become the program: true (execve)");
	assert_true(has(steps.open, "no pid namespace"));
	kist_explain_steps_free(&steps);
}

/* A line, and the step that it is. */
static const struct {
	const char *line, *what;
} lines[] = {
	{ "nsenter -t 12 -m -r umount /a",
	  "in the mnt namespace of process 12: unmount /a" },
	{ "nsenter --net=/proc/7/ns/net ip addr add 10.0.0.1/8 dev eth0",
	  "in the net namespace of process 7: give eth0 the address "
	  "10.0.0.1/8" },
	{ "ip -n web link set dev eth0 up",
	  "in network namespace 'web': bring the network device eth0 up" },
	{ "nsenter --net=/run/netns/a --uts=/proc/9/ns/uts -- ps -e",
	  "join the net, uts namespaces of process 9: what is there is "
	  "shared" },
	{ "echo 5 > /sys/fs/cgroup/a/pids.max  # pids=5",
	  "write 5 to /sys/fs/cgroup/a/pids.max (pids=5)" },
	{ "echo 1 > /sys/fs/cgroup/a/cgroup.procs",
	  "move process 1 into the control group: "
	  "/sys/fs/cgroup/a/cgroup.procs" },
	{ "mount -t cgroup -o nosuid,pids pids /mnt/a",
	  "mount a hierarchy of control groups at /mnt/a" },
	{ "mount -t tmpfs -o nosuid tmpfs '/a b'",
	  "mount a new tmpfs at '/a b': empty, in memory" },
	{ "# why\nrm '/it'\\''s'", "remove /it's (why)" },
	{ "what is this", "what is this" },
	{ "unshare --net=/a sh -c 'ip link set lo up; :'",
	  "a new network namespace: devices, addresses, routes, ports and "
	  "firewall of its own, empty (kept by the file /a)" },
	/* what does not end is no reason to read on */
	{ "echo 'no end", "echo 'no end" },
	{ "# alone", "alone" },
	{ "nsenter -t", "in the root namespace of another process: " },
};

static void each_line_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct kist_error err = { 0 };
		struct kist_steps steps;

		CASE(lines[i].line);
		(void)kist_explain_lines(lines[i].line, &steps, &err);
		CHECK_ERR(&err, NULL);
		assert_true(steps.count > 0);
		assert_string_equal(steps.steps[0].what, lines[i].what);
		kist_explain_steps_free(&steps);
	}
}

static void steps_point_to_words_that_are_explained(void **state)
{
	size_t unknown = 0;

	(void)state;
	for (size_t i = 0; i < STEP_COUNT; i++) {
		struct kist_error err = { 0 };
		struct kist_explained found;

		if (!*step_rows[i].see)
			continue;
		(void)kist_explain_find(step_rows[i].see, &found, &err);
		CHECK_ERR(&err, NULL);
		if (found.how != KIST_EXPLAIN_WHOLE &&
		    found.how != KIST_EXPLAIN_OF_KIND && found.count != 1) {
			print_error("%s: see '%s'\n", step_rows[i].name,
				    step_rows[i].see);
			unknown++;
		}
		kist_explain_free(&found);
	}
	assert_int_equal(unknown, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_operation_has_words),
		cmocka_unit_test(what_is_open_and_ignored_is_said),
		cmocka_unit_test(lines_of_a_dry_run_become_steps),
		cmocka_unit_test(each_line_is_told),
		cmocka_unit_test(steps_point_to_words_that_are_explained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
