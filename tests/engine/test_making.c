/* SPDX-License-Identifier: Apache-2.0 */
/* test_making.c - from options to a spec (src/engine/making*.c, config*.c) */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "engine/run/making.h"
#include "kernel/cap.h"

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

static char top[64], root[80];
static struct kist kist;
static struct folders folders;
static struct arena arena;
static struct making making;
static struct record record;

static void write_file(const char *name, const char *text)
{
	char path[160];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", root, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static int begin(void **state)
{
	char path[160];

	strcpy(top, "/tmp/kist-test.XXXXXX");
	if (!mkdtemp(top))
		return -1;
	snprintf(root, sizeof(root), "%s/root", top);
	snprintf(path, sizeof(path), "%s/etc", root);
	CHECK_SYS(mkdir(root, 0755));
	CHECK_SYS(mkdir(path, 0755));
	write_file("etc/passwd", "root:x:0:0::/root:/bin/sh\n"
				 "app:x:1000:1001::/home/app:/bin/sh\n");
	write_file("etc/group", "video:x:44:app\n");
	kist.run_root = arena_printf(&arena, "%s/kist", top);
	return folders_open(&kist, &folders, NULL) || check_begin(state);
}

static int end(void **state)
{
	CLEANUP_FD int tmp_fd = open("/tmp", O_RDONLY | O_CLOEXEC);
	int ret = check_end(state);

	folders_close(&folders);
	return tree_remove(tmp_fd, top + strlen("/tmp/")) || ret ? -1 : 0;
}

static int read_options(struct kist_run *run, struct kist_error *err)
{
	if (!run->image)
		run->image = root;
	making = (struct making){ .run = run,
				  .folders = &folders,
				  .arena = &arena };
	id_random(&making.id);
	return making_read(&making, err);
}

/* The whole way; the spec. */
static const struct spec *make(struct kist_run run)
{
	struct kist_error err = { 0 };

	assert_int_equal(read_options(&run, &err), 0);
	CHECK_ERR(&err, NULL);
	assert_int_equal(record_make(&folders, &making.id, NULL, &making.name,
				     &record, NULL),
			 0);
	if (making_prepare(&making, &record, &err) == 0)
		(void)!making_config(&making, &err);
	CHECK_ERR(&err, NULL);
	record_close(&record);
	assert_non_null(making.spec);
	return making.spec;
}

static const struct spec_mount *mount_at(const struct spec *spec,
					 const char *path)
{
	const struct spec_mount *found = NULL;

	for (size_t i = 0; i < spec->mount_count; i++)
		if (strcmp(spec->mounts[i].destination, path) == 0)
			found = &spec->mounts[i];
	return found;
}

static bool has(const struct string_list *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i], text) == 0)
			return true;
	return false;
}

static void the_defaults_are_safe(void **state)
{
	const struct spec *spec = make((struct kist_run){ 0 });

	assert_true(spec->process.no_new_privileges);
	assert_true(spec->process.caps[CAP_SET_BOUNDING] == CAP_DOCKER_DEFAULT);
	assert_true(spec->process.caps[CAP_SET_INHERITABLE] == 0);
	assert_true(spec->process.caps[CAP_SET_AMBIENT] == 0);
	assert_non_null(spec->seccomp);
	assert_true(has(&spec->masked_paths, "/proc/kcore"));
	assert_true(has(&spec->readonly_paths, "/proc/sys"));
	assert_true(has(&spec->process.env, "container=kist"));
	assert_true(has(&spec->process.env, "HOME=/root"));
	assert_string_equal(spec->process.args.items[0], "/bin/sh");
	assert_string_equal(spec->process.cwd, "/");
	assert_int_equal(strlen(spec->hostname), ID_SHORT);
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++)
		if (kind != NS_USER)
			assert_int_equal(spec->ns[kind].want, NS_NEW);
	assert_int_equal(spec->ns[NS_USER].want,
			 geteuid() ? NS_NEW : NS_INHERIT);
}

static void privileged_takes_the_protections_away(void **state)
{
	const struct spec *spec = make((struct kist_run){ .privileged = true });

	assert_false(spec->process.no_new_privileges);
	assert_true(spec->process.caps[CAP_SET_BOUNDING] == CAP_ALL);
	assert_null(spec->seccomp);
	assert_int_equal(spec->masked_paths.count, 0);
	assert_int_equal(spec->readonly_paths.count, 0);
}

static const struct {
	const char *name;
	const char *const *add, *const *drop;
	bool privileged;
	uint64_t caps;
} capabilities[] = {
	{ "add one", LIST("net_admin"), NULL, false,
	  CAP_DOCKER_DEFAULT | CAP_MASK(12) },
	{ "drop one", NULL, LIST("CAP_CHOWN"), false,
	  CAP_DOCKER_DEFAULT & ~CAP_MASK(0) },
	{ "drop all", NULL, LIST("ALL"), false, 0 },
	{ "drop all, add one", LIST("CHOWN"), LIST("all"), false, CAP_MASK(0) },
	{ "add all", LIST("ALL"), NULL, false, CAP_ALL },
	{ "add all, drop one", LIST("ALL"), LIST("CHOWN"), false,
	  CAP_ALL & ~CAP_MASK(0) },
	{ "privileged, drop one", NULL, LIST("CHOWN"), true,
	  CAP_ALL & ~CAP_MASK(0) },
};

static void capabilities_are_added_and_dropped(void **state)
{
	EACH(row, capabilities) {
		struct kist_run run = {
			.cap_add = row->add,
			.cap_drop = row->drop,
			.privileged = row->privileged,
		};

		CASE(row->name);
		assert_int_equal(read_options(&run, NULL), 0);
		assert_true(making.caps == row->caps);
	}
}

static void somebody_else_than_root_keeps_what_was_named(void **state)
{
	const struct spec *spec = make((struct kist_run){
		.user = "app",
		.cap_add = LIST("NET_RAW"),
	});
	const struct spec_process *p = &spec->process;

	assert_int_equal(p->uid, 1000);
	assert_int_equal(p->gid, 1001);
	assert_true(has(&p->env, "HOME=/home/app"));
	assert_true(p->caps[CAP_SET_BOUNDING] == CAP_DOCKER_DEFAULT);
	assert_true(p->caps[CAP_SET_EFFECTIVE] == CAP_MASK(13));
	assert_true(p->caps[CAP_SET_AMBIENT] == CAP_MASK(13));
}

static void limits_are_where_the_kernel_part_looks_for_them(void **state)
{
	const struct spec *spec = make((struct kist_run){
		.memory = 64 << 20,
		.memory_swap = -1,
		.memory_reservation = 32 << 20,
		.cpus = 1500000000,
		.cpu_shares = 512,
		.cpuset_cpus = "0-3",
		.pids_limit = 7,
	});
	const struct limit_value *v = spec->limits.values;

	assert_int_equal(v[LIMIT_MEMORY].value, 64 << 20);
	assert_int_equal(v[LIMIT_MEMORY_SWAP].value, -1);
	assert_int_equal(v[LIMIT_MEMORY_RESERVATION].value, 32 << 20);
	assert_int_equal(v[LIMIT_CPU_QUOTA].value, 150000);
	assert_int_equal(v[LIMIT_CPU_PERIOD].value, 100000);
	assert_int_equal(v[LIMIT_CPU_SHARES].value, 512);
	assert_string_equal(spec->limits.cpus, "0-3");
	assert_int_equal(v[LIMIT_PIDS].value, 7);
}

static void no_limit_is_asked_for_unless_one_is_given(void **state)
{
	assert_true(cgroup_limits_empty(&make((struct kist_run){ 0 })->limits));
}

static void a_volume_replaces_the_default_at_its_place(void **state)
{
	const struct spec *spec = make((struct kist_run){
		.volumes = LIST("/tmp:/etc/hosts", "/tmp:/data:ro"),
		.tmpfs = LIST("/dev/shm:size=1m"),
	});
	size_t hosts = 0;

	for (size_t i = 0; i < spec->mount_count; i++)
		hosts += strcmp(spec->mounts[i].destination, "/etc/hosts") == 0;
	assert_int_equal(hosts, 1);
	assert_string_equal(mount_at(spec, "/etc/hosts")->source, "/tmp");
	assert_true(mount_at(spec, "/data")->bind);
	assert_true(mount_at(spec, "/data")->recursive);
	assert_true(mount_at(spec, "/data")->rec_set != 0);
	assert_string_equal(mount_at(spec, "/data")->place.option,
			    "-v /tmp:/data:ro");
	assert_string_equal(mount_at(spec, "/dev/shm")->data[0], "size=1m");
}

static void a_read_only_root_has_writable_places(void **state)
{
	const struct spec *spec = make((struct kist_run){ .read_only = true });

	assert_true(spec->root_readonly);
	assert_string_equal(mount_at(spec, "/tmp")->type, "tmpfs");
	assert_string_equal(mount_at(spec, "/run")->type, "tmpfs");
}

static void clocks_may_be_behind(void **state)
{
	const struct spec *spec = make((struct kist_run){
		.boottime_ms = 7LL * 86400 * 1000,
		.monotonic_ms = -1500,
	});

	assert_int_equal(spec->boottime.secs, 7 * 86400);
	assert_int_equal(spec->monotonic.secs, -2);
	assert_int_equal(spec->monotonic.nanosecs, 500000000);
}

static void security_options_add_and_take_away(void **state)
{
	const struct spec *spec = make((struct kist_run){
		.security = LIST("no-new-privileges=false",
				 "seccomp=unconfined", "mask=/a:/b",
				 "unmask=/proc/kcore:/proc/sys"),
	});

	assert_false(spec->process.no_new_privileges);
	assert_null(spec->seccomp);
	assert_true(has(&spec->masked_paths, "/a"));
	assert_true(has(&spec->masked_paths, "/b"));
	assert_false(has(&spec->masked_paths, "/proc/kcore"));
	assert_false(has(&spec->readonly_paths, "/proc/sys"));
	assert_true(has(&spec->readonly_paths, "/proc/irq"));
}

static void labels_are_annotations_ours_cannot_be_forged(void **state)
{
	const struct spec *spec = make((struct kist_run){
		.labels = LIST("color=blue", "org.kist.seccomp=none"),
	});
	size_t found = 0;

	for (size_t i = 0; i < spec->annotations.count; i++) {
		const struct key_value *a = &spec->annotations.items[i];

		found += strcmp(a->key, "color") == 0;
		if (strcmp(a->key, ANNOTATION_SECCOMP) == 0)
			assert_string_equal(a->value, "default");
	}
	assert_int_equal(found, 1);
}

static void namespaces_are_shared_by_process_and_by_file(void **state)
{
	struct kist_run run = {
		.network = "host",
		.ipc = "/proc/self/ns/ipc",
		.pid = arena_printf(&arena, "%d", (int)getpid()),
		.uts = "private",
	};

	assert_int_equal(read_options(&run, NULL), 0);
	assert_int_equal(making.ns[NS_NET].want, NS_INHERIT);
	assert_int_equal(making.ns[NS_IPC].want, NS_JOIN);
	assert_string_equal(making.ns[NS_IPC].path, "/proc/self/ns/ipc");
	assert_int_equal(making.ns[NS_PID].want, NS_JOIN);
	assert_int_equal(making.ns[NS_UTS].want, NS_NEW);
}

static const struct {
	struct kist_run run;
	int id;
	const char *line;
} mistakes[] = {
	{ { .network = "bridge" },
	  KIST_E_UNSUPPORTED,
	  "--network bridge: 'bridge' is not supported yet" },
	{ { .pid = "4194999" },
	  KIST_E_TARGET_UNKNOWN,
	  "--pid 4194999: there is no process '4194999'" },
	{ { .uts = "nosuch" },
	  KIST_E_CONTAINER_UNKNOWN,
	  "--uts nosuch: there is no container 'nosuch'" },
	{ { .uts = "host", .hostname = "x" },
	  KIST_E_OPTION_VALUE,
	  "--hostname: the uts namespace is not the container's own" },
	{ { .time = "host", .boottime_ms = 1 },
	  KIST_E_OPTION_VALUE,
	  "--boottime and --monotonic need a time namespace of the "
	  "container's own" },
	{ { .memory = 1024 },
	  KIST_E_OPTION_VALUE,
	  "--memory: 1024 bytes are too few for a program" },
	{ { .memory_swap = 1 << 20 },
	  KIST_E_OPTION_VALUE,
	  "--memory-swap needs --memory" },
	{ { .memory = 2 << 20, .memory_swap = 1 << 20 },
	  KIST_E_OPTION_VALUE,
	  "--memory-swap is less than --memory" },
	{ { .cpu_shares = 1 },
	  KIST_E_OPTION_VALUE,
	  "--cpu-shares: 1 is not between 2 and 262144" },
	{ { .pids_limit = -2 },
	  KIST_E_OPTION_VALUE,
	  "--pids-limit: -2 is negative" },
	{ { .cap_add = LIST("NET_RAWW") },
	  KIST_E_OPTION_VALUE,
	  "--cap-add: there is no capability 'NET_RAWW'" },
	{ { .security = LIST("secomp=x") },
	  KIST_E_OPTION_VALUE,
	  "--security-opt secomp=x: unknown option 'secomp'" },
	{ { .security = LIST("mask=x") },
	  KIST_E_OPTION_VALUE,
	  "--security-opt mask=x: 'x' is not an absolute path" },
	{ { .sysctls = LIST("x") },
	  KIST_E_OPTION_VALUE,
	  "--sysctl x: 'x' is not NAME=VALUE" },
	{ { .ulimits = LIST("core=0", "core=1") },
	  KIST_E_OPTION_VALUE,
	  "--ulimit core=1: this limit was given before" },
	{ { .tmpfs = LIST("/x", "/x/") },
	  KIST_E_OPTION_VALUE,
	  "--tmpfs /x/: something else is mounted on '/x' already" },
	{ { .workdir = "x" },
	  KIST_E_OPTION_VALUE,
	  "--workdir 'x' is not an absolute path" },
	{ { .name = "a b" },
	  KIST_E_OPTION_VALUE,
	  "--name: 'a b' is not a name" },
	{ { .user = "nobody-there" },
	  KIST_E_USER_UNKNOWN,
	  "--user nobody-there: no user 'nobody-there' in the container's "
	  "/etc/passwd" },
	{ { .uid_maps = LIST("0:1") },
	  KIST_E_OPTION_VALUE,
	  "--uidmap 0:1: '0:1' is not INSIDE:OUTSIDE:COUNT" },
};

static void a_mistake_is_named_by_its_option(void **state)
{
	EACH(row, mistakes) {
		struct kist_error err = { 0 };
		struct kist_run run = row->run;

		CASE(row->line);
		assert_true(read_options(&run, &err) < 0);
		CHECK_ERR(&err, row->line);
		assert_int_equal(err.id, row->id);
	}
}

#define TEST(f)                                                   \
	{                                                         \
#f, check_run, begin, end, (void *)(uintptr_t)(f) \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_defaults_are_safe),
		TEST(privileged_takes_the_protections_away),
		TEST(capabilities_are_added_and_dropped),
		TEST(somebody_else_than_root_keeps_what_was_named),
		TEST(limits_are_where_the_kernel_part_looks_for_them),
		TEST(no_limit_is_asked_for_unless_one_is_given),
		TEST(a_volume_replaces_the_default_at_its_place),
		TEST(a_read_only_root_has_writable_places),
		TEST(clocks_may_be_behind),
		TEST(security_options_add_and_take_away),
		TEST(labels_are_annotations_ours_cannot_be_forged),
		TEST(namespaces_are_shared_by_process_and_by_file),
		TEST(a_mistake_is_named_by_its_option),
	};
	int failed;

	arena_init(&arena);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_done(&arena);
	return failed;
}
