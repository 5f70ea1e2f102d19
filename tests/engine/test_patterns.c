/* SPDX-License-Identifier: Apache-2.0 */
/* test_patterns.c - whose a control group is (src/engine/map/patterns.c) */
#include "check.h"
#include "engine/map/patterns.h"
#include "engine/map/things.h"
#include "engine/ns/scan.h"
#include "kernel/proc.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define POD "kubepods-besteffort-pod1a2b_3c.slice"

static const struct {
	const char *path;
	enum kist_thing_kind kind;
	const char *engine, *id, *group;
} paths[] = {
	/* containers, with systemd and without */
	{ "/system.slice/docker-" ID ".scope", KIST_THING_CONTAINER, "docker",
	  ID, "/system.slice/docker-" ID ".scope" },
	{ "/docker/" ID, KIST_THING_CONTAINER, "docker", ID, "/docker/" ID },
	{ "/docker/" ID "/init", KIST_THING_CONTAINER, "docker", ID,
	  "/docker/" ID },
	{ "/machine.slice/libpod-" ID ".scope/container", KIST_THING_CONTAINER,
	  "podman", ID, "/machine.slice/libpod-" ID ".scope" },
	{ "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID
	  ".scope",
	  KIST_THING_CONTAINER, "podman", ID,
	  "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID
	  ".scope" },
	{ "/libpod_parent/libpod-" ID, KIST_THING_CONTAINER, "podman", ID,
	  "/libpod_parent/libpod-" ID },
	{ "/kubepods.slice/" POD "/cri-containerd-" ID ".scope",
	  KIST_THING_CONTAINER, "containerd", ID,
	  "/kubepods.slice/" POD "/cri-containerd-" ID ".scope" },
	{ "/kubepods/besteffort/pod1a2b-3c/" ID, KIST_THING_CONTAINER,
	  "containerd", ID, "/kubepods/besteffort/pod1a2b-3c/" ID },
	{ "/kubepods.slice/" POD "/crio-" ID ".scope", KIST_THING_CONTAINER,
	  "cri-o", ID, "/kubepods.slice/" POD "/crio-" ID ".scope" },
	{ "/kist-" ID, KIST_THING_CONTAINER, "kist", ID, "/kist-" ID },
	{ "/lxc.payload.web/system.slice/x.service", KIST_THING_CONTAINER,
	  "lxc", "web", "/lxc.payload.web" },
	{ "/lxc/web", KIST_THING_CONTAINER, "lxc", "web", "/lxc/web" },
	{ "/machine.slice/systemd-nspawn@deb.service/payload",
	  KIST_THING_CONTAINER, "nspawn", "deb",
	  "/machine.slice/systemd-nspawn@deb.service" },
	/* the innermost */
	{ "/docker/" OTHER "/kist-" ID, KIST_THING_CONTAINER, "kist", ID,
	  "/docker/" OTHER "/kist-" ID },
	{ "/docker/" ID "/system.slice/ssh.service", KIST_THING_CONTAINER,
	  "docker", ID, "/docker/" ID },
	/* units */
	{ "/system.slice/ssh.service", KIST_THING_UNIT, "systemd",
	  "ssh.service", "/system.slice/ssh.service" },
	{ "/user.slice/user-1000.slice/user@1000.service/app.slice/a.service",
	  KIST_THING_UNIT, "systemd", "a.service",
	  "/user.slice/user-1000.slice/user@1000.service/app.slice/a.service" },
	{ "/user.slice/user-1000.slice/session-3.scope", KIST_THING_UNIT,
	  "systemd", "session-3.scope",
	  "/user.slice/user-1000.slice/session-3.scope" },
	{ "/machine.slice/libpod-conmon-" ID ".scope", KIST_THING_UNIT,
	  "systemd", "libpod-conmon-" ID ".scope",
	  "/machine.slice/libpod-conmon-" ID ".scope" },
	{ "/kist-limit-77", KIST_THING_UNIT, "kist", "kist-limit-77",
	  "/kist-limit-77" },
	/* nobody's */
	{ "/", 0, NULL, NULL, NULL },
	{ "", 0, NULL, NULL, NULL },
	{ "/docker", 0, NULL, NULL, NULL },
	{ "/docker/" ID "0", 0, NULL, NULL, NULL },
	{ "/docker-x/" ID, 0, NULL, NULL, NULL },
	{ "/a/" ID, 0, NULL, NULL, NULL },
	{ "/system.slice", 0, NULL, NULL, NULL },
	{ "/.service", 0, NULL, NULL, NULL },
	{ "//docker//", 0, NULL, NULL, NULL },
	{ "/kist-web", 0, NULL, NULL, NULL },
};

static void a_path_tells_whose_group_it_is(void **state)
{
	EACH(row, paths) {
		struct pattern_match m = { 0 };
		bool found = pattern_find(row->path, &m);

		CASE(row->path);
		assert_int_equal(found, row->engine != NULL);
		if (!found)
			continue;
		assert_string_equal(m.engine, row->engine);
		assert_int_equal(m.kind, row->kind);
		assert_int_equal(m.id_len, strlen(row->id));
		assert_memory_equal(m.id, row->id, m.id_len);
		assert_int_equal(m.end, strlen(row->group));
	}
}

static void a_container_nobody_has_a_name_for_is_called_by_its_id(void **state)
{
	struct kist_thing thing;
	struct arena arena;

	arena_init(&arena);
	assert_true(things_name(NULL, "/docker/" ID "/sub", &arena, &thing));
	assert_string_equal(thing.name, "0123456789ab");
	assert_string_equal(thing.id, ID);
	assert_string_equal(thing.cgroup, "/docker/" ID);
	assert_false(things_name(NULL, "/a", &arena, &thing));
	arena_done(&arena);
}

static void each_process_that_is_seen_is_of_one_thing(void **state)
{
	static const struct kist_ns_query query = { 0 };
	struct kist_error err = { 0 };
	CLEANUP_FD int proc_fd = proc_open(&err);
	struct things things;
	struct arena arena;
	struct scan scan;
	size_t procs = 0;

	arena_init(&arena);
	scan_init(&scan, &arena, &query, proc_fd);
	CHECK_SYS(scan_processes(&scan));
	CHECK_SYS(things_find(NULL, &scan, &things, NULL, &err));
	for (size_t i = 0; i < things.count; i++) {
		assert_non_null(things.items[i].name);
		procs += things.items[i].procs;
	}
	assert_true(procs > 0);
	scan_done(&scan);
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_tells_whose_group_it_is),
		cmocka_unit_test(
			a_container_nobody_has_a_name_for_is_called_by_its_id),
		cmocka_unit_test(each_process_that_is_seen_is_of_one_thing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
