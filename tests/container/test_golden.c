/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_golden.c - plans of whole configurations, as text
 *
 * Each configuration of tests/data becomes a plan, compared with the text in
 * tests/golden. The machine is left out: control groups are a made-up
 * hierarchy, the root is an empty directory, mounts are cloned by the child.
 * After an intended change tests/golden/update.sh writes the texts anew; read
 * their diff.
 */
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "check.h"
#include "container/planning.h"
#include "format/config.h"

static char dir[] = "/tmp/kist-golden.XXXXXX";

static const struct cgroup_world v2 = {
	.mode = CGROUP_V2,
	.count = 1,
	.h = { { .mount = "/sys/fs/cgroup", .is_v2 = true } },
};

static const struct cgroup_world v1 = {
	.mode = CGROUP_V1,
	.count = 3,
	.h = { { .mount = "/sys/fs/cgroup/systemd",
		 .controllers = "name=systemd" },
	       { .mount = "/sys/fs/cgroup/cpu,cpuacct",
		 .controllers = "cpu,cpuacct" },
	       { .mount = "/sys/fs/cgroup/memory", .controllers = "memory" } },
};

static const struct {
	const char *config, *golden;
	const struct cgroup_world *world;
	bool init;
} plans[] = {
	{ "runc-spec.json", "runc-spec", &v2, false },
	{ "runc-spec.json", "runc-spec-v1", &v1, false },
	{ "runc-spec-rootless.json", "runc-spec-rootless", &v2, false },
	{ "podman.json", "podman", &v2, true },
	{ "podman-4.3.json", "podman-4.3", &v2, false },
	{ "rich.json", "rich", &v2, false },
	{ "rich-userns.json", "rich-userns", &v1, false },
};

/* ---- operations, with what they are given ---- */

static const char *text_of(const struct plan *plan, uint64_t offset)
{
	return offset ? plan->data.data + offset : "-";
}

static void print_vector(const struct plan *plan, uint64_t offset,
			 struct buf *out)
{
	const uint64_t *item = (const void *)(plan->data.data + offset);

	for (; offset && *item; item++)
		buf_printf(out, " %s", text_of(plan, *item));
}

static void print_words(const char *words, const struct plan *plan,
			const struct plan_op *op, struct buf *out)
{
	/* x: number, t: text, v: vector, .: not shown, one for each arg */
	for (int i = 0; words[i]; i++) {
		if (words[i] == 'x')
			buf_printf(out, " %#llx",
				   (unsigned long long)op->arg[i]);
		else if (words[i] == 't')
			buf_printf(out, " '%s'", text_of(plan, op->arg[i]));
		else if (words[i] == 'v')
			print_vector(plan, op->arg[i], out);
	}
}

/* Of a mount_attr and of a call's arguments, what says something. */
static void print_attr(const struct plan *plan, uint64_t offset,
		       struct buf *out)
{
	const uint64_t *attr = (const void *)(plan->data.data + offset);

	buf_printf(out, " set %#llx clear %#llx propagation %#llx",
		   (unsigned long long)attr[0], (unsigned long long)attr[1],
		   (unsigned long long)attr[2]);
}

static void print_call(const struct plan *plan, const struct plan_op *op,
		       struct buf *out)
{
	buf_printf(out, " nr %lld", (long long)op->arg[0]);
	for (int i = 1; i < 6; i++) {
		if (op->offsets & (1 << i))
			continue;
		buf_printf(out, op->fds & (1 << i) ? " fd%lld" : " %#llx",
			   (long long)op->arg[i]);
	}
	if (op->arg[0] == SYS_mount_setattr)
		print_attr(plan, op->arg[4], out);
	for (int i = 0; i < 3; i++)
		if (op->ignore[i])
			buf_printf(out, " ignore %d", op->ignore[i]);
}

static const char *const words[PLAN_OP_COUNT] = {
	[PLAN_FORK] = "xx",	[PLAN_SYNC] = "x",	 [PLAN_WRITE] = "tt",
	[PLAN_TREE] = "tx",	[PLAN_FSMOUNT] = "tvxt", [PLAN_PLACE] = "xtx",
	[PLAN_MAKE] = "txxxx",	[PLAN_SYMLINK] = "tt",	 [PLAN_MASK] = "txx",
	[PLAN_READONLY] = "t",	[PLAN_COPYUP] = "tx",	 [PLAN_PIVOT] = "x",
	[PLAN_LINK_UP] = "t",	[PLAN_BOUND] = "x",	 [PLAN_CAPS] = "xxxx",
	[PLAN_CWD] = "t",	[PLAN_CONSOLE] = "xxx",	 [PLAN_HOOK] = "tvvx",
	[PLAN_SECCOMP] = ".xx", [PLAN_LOOKUP] = "vt",	 [PLAN_LISTEN] = "x",
	[PLAN_FDS] = "x",	[PLAN_EXEC] = "vv",
};

static void print_details(const struct plan *plan, int i, struct buf *out)
{
	const struct plan_op *op =
		(const struct plan_op *)(const void *)plan->ops.data + i;

	if (op->kind == PLAN_CALL)
		print_call(plan, op, out);
	else if (words[op->kind])
		print_words(words[op->kind], plan, op, out);
	if (op->kind == PLAN_TREE && op->arg[2])
		print_attr(plan, op->arg[2], out);
	if (op->dir >= 0)
		buf_printf(out, " below fd%d", op->dir);
	if (op->flags)
		buf_printf(out, " flags %#x", op->flags);
}

/* plan_print()'s lines, each with its details below. */
static void print(const struct plan *plan, struct buf *out)
{
	CLEANUP_BUF struct buf lines;
	char *rest, *line;

	buf_init(&lines);
	plan_print(plan, &lines);
	buf_printf(out, "clone flags %#llx\n",
		   (unsigned long long)plan->clone_flags);
	rest = lines.data;
	for (int i = 0; (line = strsep(&rest, "\n")) && *line; i++) {
		buf_printf(out, "%s\n\t", line);
		print_details(plan, i, out);
		buf_putc(out, '\n');
	}
}

/* ---- configuration to plan ---- */

static struct spec *load(const char *name, struct arena *arena)
{
	struct kist_error err = { 0 };
	static char text[1 << 17];
	struct spec *spec = NULL;
	char path[512];
	size_t len;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", getenv("KIST_TEST_DATA"), name);
	file = fopen(path, "r");
	assert_non_null(file);
	len = fread(text, 1, sizeof(text), file);
	fclose(file);
	if (config_parse(text, len, name, arena, &spec, &err) < 0)
		CHECK_ERR(&err, NULL);
	/* whether this machine has them is another matter */
	spec->process.apparmor_profile = spec->process.selinux_label = NULL;
	spec->mount_label = NULL;
	return spec;
}

static void make_text(size_t i, struct buf *out)
{
	CLEANUP_ARENA struct arena arena;
	struct kist_error err = { 0 };
	struct plan plan;
	int file = (int)CHECK_SYS(memfd_create("stdio", MFD_CLOEXEC));
	const int stdio[3] = { file, file, file };
	struct planning planning = { .plan = &plan,
				     .stdio = stdio,
				     .arena = &arena,
				     .world = plans[i].world,
				     .id = "one",
				     .bundle = "/bundle",
				     .root_path = dir,
				     .console_fd = -1,
				     .listen_fd = -1,
				     .binds_console = true,
				     .init = plans[i].init };

	arena_init(&arena);
	plan_init(&plan, &arena);
	planning.spec = load(plans[i].config, &arena);
	planning.is_rootless = planning.spec->ns[NS_USER].want != NS_INHERIT;
	if (planning.spec->process.terminal)
		planning.console_fd = 0;
	if (plan_container(&planning, &err) < 0)
		CHECK_ERR(&err, NULL);
	print(&plan, out);
	plan_done(&plan);
	close(file);
}

/* The one path that differs from run to run. */
static void name_root(struct buf *text, const char *place)
{
	char *at;

	while ((at = strstr(text->data, dir)))
		memcpy(at, place, strlen(dir));
}

static void compare(const char *name, const struct buf *text)
{
	char golden[512], got[512], command[1100];
	bool update = getenv("KIST_GOLDEN_UPDATE") != NULL;
	FILE *file;

	snprintf(golden, sizeof(golden), "%s/../golden/%s.txt",
		 getenv("KIST_TEST_DATA"), name);
	snprintf(got, sizeof(got), "%s/%s.txt", dir, name);
	file = fopen(update ? golden : got, "w");
	assert_non_null(file);
	fwrite(text->data, 1, text->len, file);
	fclose(file);
	if (update)
		return;
	snprintf(command, sizeof(command), "diff -u %s %s >&2", golden, got);
	if (system(command) != 0)
		fail_msg("the plan is not as in %s", golden);
	unlink(got);
}

static void plans_are_as_written_down(void **state)
{
#ifndef __x86_64__
	skip_unless(!"the numbers of calls are those of x86-64");
#endif
	skip_unless(is_root()); /* another user's plans differ */
	CHECK_SYS(mkdtemp(dir) ? 0 : -1);
	for (size_t i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
		CLEANUP_BUF struct buf text;

		CASE(plans[i].golden);
		buf_init(&text);
		make_text(i, &text);
		name_root(&text, "/tmp/kist-golden.ROOTFS");
		compare(plans[i].golden, &text);
	}
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plans_are_as_written_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
