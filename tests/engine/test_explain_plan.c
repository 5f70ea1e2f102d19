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
	assert_true(strstr(steps.steps[0].what, "network namespace") != NULL);
	assert_true(strstr(steps.steps[1].what, "uts namespace") != NULL);
	assert_string_equal(steps.steps[3].what, "set the host name to 'blue'");
	assert_string_equal(steps.steps[4].what,
			    "become the program: true (execve)");
	assert_true(has(steps.open, "no pid namespace"));
	kist_explain_steps_free(&steps);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_operation_has_words),
		cmocka_unit_test(what_is_open_and_ignored_is_said),
		cmocka_unit_test(lines_of_a_dry_run_become_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
