/* SPDX-License-Identifier: Apache-2.0 */
/* test_config.c - config.json becomes a spec (src/format/config*.c, field.c) */
#include <linux/audit.h>
#include <linux/mount.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "check.h"
#include "config_around.h"
#include "format/config.h"
#include "kernel/cap.h"

/* ---- good ones ---- */

static struct spec *parse_good(struct arena *arena, const char *text)
{
	struct kist_error err = { 0 };
	struct spec *spec = NULL;

	CASE(text);
	assert_int_equal(config_parse(text, strlen(text), "c.json", arena,
				      &spec, &err) < 0,
			 err.id != KIST_OK);
	CHECK_ERR(&err, NULL);
	assert_non_null(spec);
	return spec;
}

static struct spec *parse_fragment(struct arena *arena, const char *around,
				   const char *fragment)
{
	char text[2048];

	make_config(text, sizeof(text), around, fragment);
	return parse_good(arena, text);
}

static struct spec *parse_file(struct arena *arena, const char *name)
{
	char path[300], *text = arena_alloc(arena, 65536);
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", getenv("KIST_TEST_DATA"), name);
	file = fopen(path, "r");
	CHECK_SYS(file ? 0 : -1);
	assert_true(fread(text, 1, 65535, file) > 0);
	fclose(file);
	return parse_good(arena, text);
}

static void what_is_absent_is_said_to_be(void **state)
{
	CLEANUP_ARENA struct arena arena;
	const struct spec *spec;

	arena_init(&arena);
	spec = parse_fragment(&arena, TOP, "'x':null");
	assert_false(spec->process.present);
	assert_int_equal(spec->process.umask, -1);
	assert_int_equal(spec->process.scheduler.policy, -1);
	assert_true(spec->personality == -1);
	assert_null(spec->hostname);
	assert_null(spec->seccomp);
	assert_null(spec->masked_paths.items[0]);
	assert_null(spec->process.args.items[0]);
	assert_int_equal(spec->warnings.count, 0);
	assert_true(cgroup_limits_empty(&spec->limits));
}

static void what_is_not_known_or_null_is_skipped(void **state)
{
	CLEANUP_ARENA struct arena arena;
	const struct spec *spec;

	arena_init(&arena);
	spec = parse_fragment(&arena, TOP,
			      "'vm':{'hypervisor':{}},'hostname':null,"
			      "'windows':[1],'process':null,'linux':{"
			      "'intelRdt':{},'resources':null,'foo':1}");
	assert_null(spec->hostname);
	assert_false(spec->process.present);
}

static void later_versions_of_the_specification_are_read(void **state)
{
	static const char *const versions[] = {
		"'1.0'",
		"'1.0.2-dev'",
		"'1.3.0'",
		"'1.99.0+x'",
	};

	EACH(version, versions) {
		CLEANUP_ARENA struct arena arena;
		char fragment[100];

		arena_init(&arena);
		snprintf(fragment, sizeof(fragment),
			 "'root':{'path':'r'},'ociVersion':%s", *version);
		parse_fragment(&arena, BARE, fragment);
	}
}

static void unknown_capabilities_are_warned_about(void **state)
{
	CLEANUP_ARENA struct arena arena;
	const struct spec *spec;

	arena_init(&arena);
	spec = parse_fragment(&arena, PROCESS,
			      "'capabilities':{'bounding':['CAP_KILL',"
			      "'CAP_FLY','kill']}");
	assert_true(spec->process.has_caps);
	assert_true(spec->process.caps[CAP_SET_BOUNDING] == CAP_MASK(5));
	assert_int_equal(spec->warnings.count, 2);
	assert_string_equal(spec->warnings.items[0],
			    "process.capabilities.bounding[1]: unknown "
			    "capability 'CAP_FLY' is left out (c.json:1:117)");
	assert_null(spec->warnings.items[2]);
}

static void mount_options_become_attributes_and_data(void **state)
{
	CLEANUP_ARENA struct arena arena;
	const struct spec_mount *mount;

	arena_init(&arena);
	mount = parse_fragment(&arena, MOUNT,
			       "'destination':'tmp','type':'tmpfs','options':["
			       "'ro','nosuid','size=64k','rw','sync',"
			       "'tmpcopyup','mode=755']")
			->mounts;
	assert_string_equal(mount->destination, "/tmp");
	assert_true(mount->attr_set == MOUNT_ATTR_NOSUID);
	assert_true(mount->attr_clr & MOUNT_ATTR_RDONLY);
	assert_string_equal(mount->data[0], "size=64k");
	assert_string_equal(mount->data[1], "mode=755");
	assert_null(mount->data[2]);
	assert_string_equal(mount->sb_flags[0], "sync");
	assert_null(mount->sb_flags[1]);
	assert_true(mount->copy_up);

	mount = parse_fragment(&arena, MOUNT,
			       "'destination':'/a','source':'/b','options':["
			       "'rbind','rro','rslave']")
			->mounts;
	assert_true(mount->bind && mount->recursive);
	assert_true(mount->rec_set == MOUNT_ATTR_RDONLY);
	assert_int_equal(mount->propagation, MS_SLAVE | MS_REC);
	assert_null(mount->data[0]);
}

static void seccomp_words_become_numbers(void **state)
{
	CLEANUP_ARENA struct arena arena;
	const struct seccomp_profile *profile;

	arena_init(&arena);
	profile = parse_fragment(
			  &arena, SECCOMP,
			  "'defaultAction':'SCMP_ACT_ERRNO','defaultErrnoRet':"
			  "38,'architectures':['SCMP_ARCH_X86_64'],'syscalls':["
			  "{'names':['a','b'],'action':'SCMP_ACT_ERRNO'},"
			  "{'names':['c'],'action':'SCMP_ACT_ALLOW','args':["
			  "{'index':1,'value':2,'valueTwo':3,'op':"
			  "'SCMP_CMP_MASKED_EQ'}]}]")
			  ->seccomp;
	assert_true(profile->default_action == (SECCOMP_RET_ERRNO | 38));
	assert_true(profile->flags == SECCOMP_FILTER_FLAG_SPEC_ALLOW);
	assert_int_equal(profile->arch_count, 1);
	assert_true(profile->archs[0] == AUDIT_ARCH_X86_64);
	assert_int_equal(profile->rule_count, 2);
	assert_true(profile->rules[0].action == (SECCOMP_RET_ERRNO | EPERM));
	assert_string_equal(profile->rules[0].names[1], "b");
	assert_null(profile->rules[0].names[2]);
	assert_int_equal(profile->rules[1].args[0].op, SECCOMP_OP_MASKED_EQ);
	assert_true(profile->rules[1].args[0].value_two == 3);
}

static void limits_are_found_by_the_table(void **state)
{
	CLEANUP_ARENA struct arena arena;
	const struct cgroup_limits *l;

	arena_init(&arena);
	l = &parse_fragment(&arena, RESOURCES,
			    "'memory':{'limit':-1,'disableOOMKiller':false},"
			    "'cpu':{'shares':512,'cpus':'0-1'},'pids':{'limit'"
			    ":0},'hugepageLimits':[{'pageSize':'2MB','limit':"
			    "9}],'unified':{'memory.high':'1'},'rdma':{'m':{"
			    "'hcaObjects':4}},'devices':[{'allow':true,'type':"
			    "'c','major':1,'access':'rm'}]")
		     ->limits;
	assert_true(l->values[LIMIT_MEMORY].present);
	assert_true(l->values[LIMIT_MEMORY].value == -1);
	assert_true(l->values[LIMIT_MEMORY_DISABLE_OOM_KILLER].present);
	assert_false(l->values[LIMIT_MEMORY_SWAP].present);
	assert_true(l->values[LIMIT_CPU_SHARES].value == 512);
	assert_true(l->values[LIMIT_PIDS].present);
	assert_string_equal(l->cpus, "0-1");
	assert_string_equal(l->hugepages[0].key, "2MB");
	assert_string_equal(l->hugepages[0].value, "9");
	assert_string_equal(l->unified[0].key, "memory.high");
	assert_true(l->rdma[0].handles == -1 && l->rdma[0].objects == 4);
	assert_int_equal(l->devices[0].type, 'c');
	assert_true(l->devices[0].minor == -1);
	assert_int_equal(l->devices[0].access, DEVICE_READ | DEVICE_MKNOD);
}

static void devices_and_namespaces_are_typed(void **state)
{
	CLEANUP_ARENA struct arena arena;
	const struct spec *spec;

	arena_init(&arena);
	spec = parse_fragment(&arena, LINUX,
			      "'devices':[{'path':'/dev/f','type':'p',"
			      "'fileMode':4516}],'namespaces':[{'type':'pid'},"
			      "{'type':'network','path':'/n'}],"
			      "'rootfsPropagation':'rslave','personality':{"
			      "'domain':'LINUX32'}");
	assert_int_equal(spec->devices[0].type, S_IFIFO);
	assert_int_equal(spec->devices[0].mode, 0644);
	assert_int_equal(spec->ns[NS_PID].want, NS_NEW);
	assert_int_equal(spec->ns[NS_NET].want, NS_JOIN);
	assert_string_equal(spec->ns[NS_NET].path, "/n");
	assert_int_equal(spec->ns[NS_UTS].want, NS_INHERIT);
	assert_true(spec->root_propagation == (MS_SLAVE | MS_REC));
	assert_true(spec->personality == 8);
}

static const struct {
	const char *name;
	size_t mounts, namespaces, masked;
} files[] = {
	{ "runc-spec.json", 7, 5, 10 },
	{ "runc-spec-rootless.json", 7, 5, 10 },
	{ "podman.json", 10, 6, 13 },
	{ "podman-4.3.json", 10, 5, 11 },
};

static void what_engines_write_is_read(void **state)
{
	EACH(row, files) {
		CLEANUP_ARENA struct arena arena;
		const struct spec *spec;
		size_t namespaces = 0;

		arena_init(&arena);
		spec = parse_file(&arena, row->name);
		CASE(row->name);
		for (int kind = 0; kind < NS_COUNT; kind++)
			namespaces += spec->ns[kind].want == NS_NEW;
		assert_int_equal(spec->mount_count, row->mounts);
		assert_int_equal(namespaces, row->namespaces);
		assert_int_equal(spec->masked_paths.count, row->masked);
		assert_int_equal(spec->warnings.count, 0);
	}
}

static void a_process_alone_is_read_for_exec(void **state)
{
	static const char good[] = "{\"cwd\":\"/\",\"args\":[\"id\"]}";
	static const char bad[] = "{\"cwd\":\"/\",\"args\":[7]}";
	CLEANUP_ARENA struct arena arena;
	struct kist_error err = { 0 };
	struct spec *spec = NULL;

	arena_init(&arena);
	assert_int_equal(config_parse_process(good, strlen(good), "p", &arena,
					      &spec, &err),
			 0);
	assert_true(spec->process.present);
	assert_string_equal(spec->process.args.items[0], "id");
	assert_int_equal(config_parse_process(bad, strlen(bad), "p", &arena,
					      &spec, &err),
			 -EINVAL);
	CHECK_ERR(&err, "args[0]: expected a string, found a number");
}

static void a_place_is_found_again(void **state)
{
	static const char text[] = "{\"ociVersion\":\"1.0.2\",\n"
				   "\"root\":{\"path\":\"r\"},\n\"mounts\":"
				   "[{\"destination\":\"/\",\"type\":\"x\"}]}";
	struct place option = { .option = "-v /a:/b" };
	struct place unknown = { 0 };
	CLEANUP_ARENA struct arena arena;
	const struct spec *spec;
	char buf[100];

	arena_init(&arena);
	spec = parse_good(&arena, text);
	config_place(text, strlen(text), "dir/c.json", &spec->mounts[0].place,
		     buf, sizeof(buf));
	assert_string_equal(buf, "mounts[0] at dir/c.json:3:11");
	config_place(text, strlen(text), "c", &option, buf, sizeof(buf));
	assert_string_equal(buf, "-v /a:/b");
	config_place(text, strlen(text), "c", &unknown, buf, sizeof(buf));
	assert_string_equal(buf, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_absent_is_said_to_be),
		cmocka_unit_test(what_is_not_known_or_null_is_skipped),
		cmocka_unit_test(later_versions_of_the_specification_are_read),
		cmocka_unit_test(unknown_capabilities_are_warned_about),
		cmocka_unit_test(mount_options_become_attributes_and_data),
		cmocka_unit_test(seccomp_words_become_numbers),
		cmocka_unit_test(limits_are_found_by_the_table),
		cmocka_unit_test(devices_and_namespaces_are_typed),
		cmocka_unit_test(what_engines_write_is_read),
		cmocka_unit_test(a_process_alone_is_read_for_exec),
		cmocka_unit_test(a_place_is_found_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
