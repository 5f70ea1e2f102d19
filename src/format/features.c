/* SPDX-License-Identifier: Apache-2.0 */
/*
 * features.c - what this build can do, as JSON (features.md, features-linux.md)
 *
 * Facts of the build, not of the machine, taken from the tables that do the
 * work. Engines act upon this, so nothing is claimed that is refused by name
 * elsewhere (config_mounts.c, config_seccomp.c).
 */
#include <linux/seccomp.h>
#include <string.h>

#include <kist/oci.h>

#include "base/json_write.h"
#include "kernel/cap.h"
#include "kernel/mount_option.h"
#include "kernel/ns.h"
#include "kernel/seccomp.h"

#define WORDS_MAX 128

/* A list that is sorted before it is written. */
struct words {
	const char *items[WORDS_MAX + 1]; /* ends with a NULL */
	size_t count;
};

static void add(struct words *words, const char *word)
{
	if (words->count < WORDS_MAX)
		words->items[words->count++] = word;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void write_sorted(struct json_writer *w, const char *name,
			 struct words *words)
{
	qsort(words->items, words->count, sizeof(words->items[0]), compare);
	words->items[words->count] = NULL;
	json_member_strings(w, name, words->items);
}

static void open_member(struct json_writer *w, const char *name)
{
	json_key(w, name);
	json_open(w, '{');
}

static void write_enabled(struct json_writer *w, const char *name, bool enabled)
{
	open_member(w, name);
	json_member_bool(w, "enabled", enabled);
	json_close(w, '}');
}

static void write_mount_options(struct json_writer *w)
{
	struct words words = { .count = 0 };

	for (size_t i = 0; i < mount_option_count; i++) {
		const struct mount_option *option = &mount_option_table[i];

		if (option->kind != MOUNT_OPTION_IDMAP &&
		    option->kind != MOUNT_OPTION_REMOUNT)
			add(&words, option->name);
	}
	write_sorted(w, "mountOptions", &words);
}

static void write_namespaces(struct json_writer *w)
{
	struct words words = { .count = 0 };

	for (int kind = 0; kind < NS_COUNT; kind++)
		add(&words, ns_table[kind].oci_name);
	write_sorted(w, "namespaces", &words);
}

static void write_capabilities(struct json_writer *w)
{
	json_key(w, "capabilities");
	json_open(w, '[');
	for (int cap = 0; cap < CAP_COUNT; cap++)
		json_write_string(w, cap_name(cap));
	json_close(w, ']');
}

static void write_cgroup(struct json_writer *w)
{
	open_member(w, "cgroup");
	json_member_bool(w, "v1", true);
	json_member_bool(w, "v2", true);
	json_member_bool(w, "systemd", false);
	json_member_bool(w, "systemdUser", false);
	json_member_bool(w, "rdma", true);
	json_close(w, '}');
}

/* ---- seccomp ---- */

static void write_words(struct json_writer *w, const char *name,
			const char *(*word)(size_t i))
{
	struct words words = { .count = 0 };

	for (size_t i = 0; word(i); i++)
		add(&words, word(i));
	write_sorted(w, name, &words);
}

/* All but the one that needs a listener. */
static void write_actions(struct json_writer *w)
{
	struct words words = { .count = 0 };
	const char *word;
	uint32_t action;

	for (size_t i = 0; (word = seccomp_action_word(i)); i++)
		if (seccomp_action_parse(word, &action) &&
		    action != SECCOMP_RET_USER_NOTIF)
			add(&words, word);
	write_sorted(w, "actions", &words);
}

static void write_seccomp(struct json_writer *w)
{
	open_member(w, "seccomp");
	json_member_bool(w, "enabled", true);
	write_actions(w);
	write_words(w, "operators", seccomp_op_word);
	write_words(w, "archs", seccomp_arch_word);
	write_words(w, "knownFlags", seccomp_flag_word);
	write_words(w, "supportedFlags", seccomp_flag_word);
	json_close(w, '}');
}

/* ---- all ---- */

static void write_linux(struct json_writer *w)
{
	open_member(w, "linux");
	write_namespaces(w);
	write_capabilities(w);
	write_cgroup(w);
	write_seccomp(w);
	write_enabled(w, "apparmor", true);
	write_enabled(w, "selinux", true);
	write_enabled(w, "intelRdt", false);
	write_enabled(w, "netDevices", false);
	open_member(w, "mountExtensions");
	write_enabled(w, "idmap", false);
	json_close(w, '}');
	json_close(w, '}');
}

char *kist_oci_features_json(void)
{
	static const char *const hooks[] = {
		"prestart",
		"createRuntime",
		"createContainer",
		"startContainer",
		"poststart",
		"poststop",
		NULL,
	};
	CLEANUP_BUF struct buf buf;
	struct json_writer w;

	buf_init(&buf);
	json_write_init(&w, &buf, "    ");
	json_open(&w, '{');
	json_member(&w, "ociVersionMin", "1.0.0");
	json_member(&w, "ociVersionMax", KIST_OCI_VERSION);
	json_member_strings(&w, "hooks", hooks);
	write_mount_options(&w);
	write_linux(&w);
	open_member(&w, "annotations");
	json_member(&w, "org.opencontainers.runc.checkpoint.enabled", "false");
	json_close(&w, '}');
	json_close(&w, '}');
	return buf_take(&buf);
}
