/* SPDX-License-Identifier: Apache-2.0 */
/* test_mount_option.c - words of mount options (src/kernel/mount_option.c) */
#include "check.h"
#include "kernel/mount_option.h"
#include "sys/mount.h"

#define ATIME ((uint64_t)MOUNT_ATTR__ATIME)

static const struct {
	const char *words[4];
	uint64_t set, clr;
} lists[] = {
	{ { "ro" }, MOUNT_ATTR_RDONLY, 0 },
	{ { "ro", "rw" }, 0, MOUNT_ATTR_RDONLY },
	{ { "rw", "ro" }, MOUNT_ATTR_RDONLY, 0 },
	{ { "nosuid", "nodev", "noexec" },
	  MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
	  0 },
	{ { "noatime" }, MOUNT_ATTR_NOATIME, ATIME },
	{ { "noatime", "atime" }, MOUNT_ATTR_RELATIME, ATIME },
	{ { "noatime", "strictatime" }, MOUNT_ATTR_STRICTATIME, ATIME },
	{ { "strictatime", "noatime", "ro" },
	  MOUNT_ATTR_NOATIME | MOUNT_ATTR_RDONLY,
	  ATIME },
	{ { "nodiratime", "nosymfollow" },
	  MOUNT_ATTR_NODIRATIME | MOUNT_ATTR_NOSYMFOLLOW,
	  0 },
	{ { "rro", "rnoatime" }, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOATIME, ATIME },
};

static void the_later_word_wins(void **state)
{
	EACH(row, lists) {
		uint64_t set = 0, clr = 0;

		CASE(row->words[0]);
		for (int i = 0; i < 4 && row->words[i]; i++)
			mount_option_apply(mount_option_find(row->words[i]),
					   &set, &clr);
		assert_true(set == row->set);
		assert_true(clr == row->clr);
	}
}

/* Every option of runtime-spec config.md, and those of runc and crun. */
static const struct {
	const char *word;
	enum mount_option_kind kind;
	bool recursive;
} words[] = {
	{ "async", MOUNT_OPTION_SUPERBLOCK, false },
	{ "atime", MOUNT_OPTION_ATTR, false },
	{ "bind", MOUNT_OPTION_BIND, false },
	{ "rbind", MOUNT_OPTION_BIND, true },
	{ "defaults", MOUNT_OPTION_NOTHING, false },
	{ "dev", MOUNT_OPTION_ATTR, false },
	{ "diratime", MOUNT_OPTION_ATTR, false },
	{ "dirsync", MOUNT_OPTION_SUPERBLOCK, false },
	{ "exec", MOUNT_OPTION_ATTR, false },
	{ "iversion", MOUNT_OPTION_NOTHING, false },
	{ "lazytime", MOUNT_OPTION_SUPERBLOCK, false },
	{ "loud", MOUNT_OPTION_NOTHING, false },
	{ "mand", MOUNT_OPTION_SUPERBLOCK, false },
	{ "noiversion", MOUNT_OPTION_NOTHING, false },
	{ "nolazytime", MOUNT_OPTION_SUPERBLOCK, false },
	{ "nomand", MOUNT_OPTION_SUPERBLOCK, false },
	{ "norelatime", MOUNT_OPTION_ATTR, false },
	{ "nostrictatime", MOUNT_OPTION_ATTR, false },
	{ "relatime", MOUNT_OPTION_ATTR, false },
	{ "remount", MOUNT_OPTION_REMOUNT, false },
	{ "silent", MOUNT_OPTION_NOTHING, false },
	{ "suid", MOUNT_OPTION_ATTR, false },
	{ "symfollow", MOUNT_OPTION_ATTR, false },
	{ "sync", MOUNT_OPTION_SUPERBLOCK, false },
	{ "private", MOUNT_OPTION_PROPAGATION, false },
	{ "rprivate", MOUNT_OPTION_PROPAGATION, true },
	{ "shared", MOUNT_OPTION_PROPAGATION, false },
	{ "rslave", MOUNT_OPTION_PROPAGATION, true },
	{ "unbindable", MOUNT_OPTION_PROPAGATION, false },
	{ "rro", MOUNT_OPTION_RECURSIVE, true },
	{ "rsymfollow", MOUNT_OPTION_RECURSIVE, true },
	{ "rnostrictatime", MOUNT_OPTION_RECURSIVE, true },
	{ "tmpcopyup", MOUNT_OPTION_COPY_UP, false },
	{ "idmap", MOUNT_OPTION_IDMAP, false },
	{ "ridmap", MOUNT_OPTION_IDMAP, true },
	{ "copy-symlink", MOUNT_OPTION_COPY_SYMLINK, false },
	{ "src-nofollow", MOUNT_OPTION_SRC_NOFOLLOW, false },
	{ "dest-nofollow", MOUNT_OPTION_DEST_NOFOLLOW, false },
};

static void the_words_of_the_specification_are_known(void **state)
{
	EACH(row, words) {
		const struct mount_option *option;

		CASE(row->word);
		option = mount_option_find(row->word);
		assert_non_null(option);
		assert_int_equal(option->kind, row->kind);
		assert_int_equal(option->recursive, row->recursive);
	}
}

static void other_words_are_the_file_systems(void **state)
{
	static const char *const others[] = { "size=64k", "RO", "", "ro ",
					      "mode=755" };

	EACH(word, others) {
		CASE(*word);
		assert_null(mount_option_find(*word));
	}
}

static void propagation_is_one_flag_and_maybe_rec(void **state)
{
	assert_int_equal(mount_option_find("slave")->propagation, MS_SLAVE);
	assert_int_equal(mount_option_find("rshared")->propagation,
			 MS_SHARED | MS_REC);
	assert_string_equal(mount_option_find("ro")->sb_flag, "ro");
	assert_string_equal(mount_option_find("dirsync")->sb_flag, "dirsync");
}

static void no_word_is_there_twice(void **state)
{
	for (size_t i = 0; i < mount_option_count; i++)
		assert_ptr_equal(mount_option_find(mount_option_table[i].name),
				 &mount_option_table[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_later_word_wins),
		cmocka_unit_test(the_words_of_the_specification_are_known),
		cmocka_unit_test(other_words_are_the_file_systems),
		cmocka_unit_test(propagation_is_one_flag_and_maybe_rec),
		cmocka_unit_test(no_word_is_there_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
