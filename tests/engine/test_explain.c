/* SPDX-License-Identifier: Apache-2.0 */
/* test_explain.c - the glossary: what it has, finds, and reads of the caller
 * (src/engine/explain) */
#include <stdio.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <kist/explain.h>

#include "check.h"
#include "kernel/cap.h"
#include "kernel/ns.h"
#include "kernel/signal.h"

static const struct kist kist;

/* ---- what it has ---- */

static const char *kind_of(const char *word)
{
	struct kist_explained found;
	const char *kind;

	assert_int_equal(kist_explain_find(word, &found, NULL), 0);
	if (!found.count || found.how != KIST_EXPLAIN_WHOLE)
		fail_msg("'%s' is not explained", word);
	kind = found.entries[0].kind; /* constant: outlives the result */
	kist_explain_free(&found);
	return kind;
}

static void every_kind_of_namespace_is_explained(void **state)
{
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++) {
		CASE(ns_table[kind].name);
		/* "cgroup" alone is what control groups are about */
		assert_string_equal(kind_of(kind == NS_CGROUP ?
						    "cgroup namespace" :
						    ns_table[kind].name),
				    "namespace");
	}
}

static void every_capability_is_explained(void **state)
{
	for (int cap = 0; cap < CAP_COUNT; cap++) {
		char name[40];

		snprintf(name, sizeof(name), "CAP_%s", cap_name(cap));
		CASE(name);
		assert_string_equal(kind_of(name), "capability");
	}
}

static void every_signal_is_explained(void **state)
{
	for (int number = 1; number < 32; number++) {
		char name[20], word[30];

		signal_format(number, name, sizeof(name));
		snprintf(word, sizeof(word), "SIG%s",
			 strncmp(name, "SIG", 3) == 0 ? name + 3 : name);
		CASE(word);
		assert_string_equal(kind_of(word), "signal");
	}
	assert_string_equal(kind_of("SIGRTMIN"), "signal");
}

static const char *const calls[] = {
	"bpf",
	"capset",
	"chroot",
	"clock_gettime",
	"clone",
	"clone3",
	"close_range",
	"execve",
	"fork",
	"fsconfig",
	"fsmount",
	"fsopen",
	"fspick",
	"ioctl",
	"keyctl",
	"kill",
	"listmount",
	"listns",
	"memfd_create",
	"mount(2)",
	"mount_setattr",
	"move_mount",
	"name_to_handle_at",
	"open_by_handle_at",
	"open_tree",
	"openat2",
	"pidfd_getfd",
	"pidfd_open",
	"pidfd_send_signal",
	"pivot_root",
	"prctl",
	"ptrace",
	"reboot",
	"seccomp",
	"setdomainname",
	"setgroups",
	"sethostname",
	"setns",
	"setresuid",
	"setrlimit",
	"setsid",
	"setuid",
	"statmount",
	"umount2",
	"unshare",
	"vfork",
	"wait4",
	"waitid",
};

static void every_system_call_of_the_subject_is_explained(void **state)
{
	EACH(call, calls) {
		CASE(*call);
		assert_string_equal(kind_of(*call), "system call");
	}
}

/* The terms of the documents kist is built from. */
static const char *const words[] = {
	"initial namespace",
	"init_nsproxy",
	"nsproxy",
	"nsfs",
	"nsid",
	"pid_for_children",
	"time_for_children",
	"task_struct",
	"struct net",
	"holder",
	"process 1",
	"init",
	"zombie",
	"orphan",
	"subreaper",
	"reaping",
	"signal shielding",
	"dead pid namespace",
	"uid_map",
	"gid_map",
	"projid_map",
	"subuid",
	"subgid",
	"newuidmap",
	"newgidmap",
	"overflow id",
	"65534",
	"nobody",
	"root inside",
	"CLOCK_REALTIME",
	"CLOCK_MONOTONIC",
	"CLOCK_BOOTTIME",
	"timens_offsets",
	"container",
	"image",
	"runtime",
	"OCI",
	"runc",
	"crun",
	"pod",
	"sandbox",
	"jail",
	"chroot jail",
	"rootless",
	"delegation",
	"veth",
	"bridge",
	"macvlan",
	"ipvlan",
	"vlan",
	"vxlan",
	"dummy",
	"tun",
	"tap",
	"lo",
	"netlink",
	"NAT",
	"nft",
	"port publishing",
	"ip netns",
	"/etc/netns",
	"conntrack",
	"message queue",
	"semaphore",
	"shared memory",
	"POSIX message queue",
	"mqueue",
	"Plan 9",
	"Menage",
	"process containers",
	"haifux",
	"LWN 531114",
	"reading list",
	"125",
	"126",
	"127",
	"128",
	"pidfd",
	"virtualization",
	"guard",
	"exit status",
	"mtab",
	"bind mount",
	"volume",
	"wall clock",
};

static void every_term_is_explained(void **state)
{
	EACH(word, words) {
		CASE(*word);
		kind_of(*word);
	}
}

/* What is often said, each with its truth. */
static const char *const myths[] = {
	"six kinds",
	"deleted namespaces return devices",
	"mtab is shared",
	"a pid is in one namespace",
	"processes cannot be moved",
	"the soft limit shrinks",
	"time namespaces change the date",
	"nsproxy holds all",
	"uid_map has 5 lines",
	"process 1 gets only KILL and STOP",
	"files are less error prone",
	"root inside is root",
	"containers are virtual machines",
	"chroot is a jail",
	"a pid namespace hides /proc",
};

static void every_myth_is_explained(void **state)
{
	EACH(myth, myths) {
		CASE(*myth);
		assert_string_equal(kind_of(*myth), "myth");
	}
}

static void entries_are_sorted_and_complete(void **state)
{
	struct kist_entry_kind kind;
	size_t next = 0;

	for (size_t i = 0; (kind = kist_explain_kind(i)).name; i++) {
		CASE(kind.name);
		if (!kind.count)
			continue;
		assert_int_equal(kind.first, next);
		next += kind.count;
	}
	assert_int_equal(next, kist_explain_count());
	for (size_t i = 0; i < next; i++) {
		const struct kist_entry entry = kist_explain_entry(i);

		CASE(entry.name);
		assert_non_null(entry.text);
		assert_non_null(entry.try_line);
		assert_non_null(entry.source);
		assert_non_null(entry.subject);
		assert_non_null(kist_explain_title(entry.subject));
	}
}

/* ---- what it finds ---- */

static const struct {
	const char *word, *name;
	enum kist_explain_how how;
} searches[] = {
	{ "net", "net", KIST_EXPLAIN_WHOLE },
	{ "NET", "net", KIST_EXPLAIN_WHOLE },
	{ " network namespace", "net", KIST_EXPLAIN_WHOLE },
	{ "CLONE_NEWNET", "net", KIST_EXPLAIN_WHOLE },
	{ "newnet", "net", KIST_EXPLAIN_WHOLE },
	{ "CLONE_NEWUTS", "uts", KIST_EXPLAIN_WHOLE },
	{ "setns(2)", "setns", KIST_EXPLAIN_WHOLE },
	{ "sys_admin", "CAP_SYS_ADMIN", KIST_EXPLAIN_WHOLE },
	{ "cap_sys_admin", "CAP_SYS_ADMIN", KIST_EXPLAIN_WHOLE },
	{ "term", "SIGTERM", KIST_EXPLAIN_WHOLE },
	{ "zombies", "zombie", KIST_EXPLAIN_WHOLE },
	{ "/proc/self/uid_map", "/proc/PID/uid_map", KIST_EXPLAIN_WHOLE },
	{ "/proc/1234/uid_map", "/proc/PID/uid_map", KIST_EXPLAIN_WHOLE },
	{ "/proc/PID/gid_map", "/proc/PID/gid_map", KIST_EXPLAIN_WHOLE },
	{ "capabilities", "CAP_AUDIT_CONTROL", KIST_EXPLAIN_OF_KIND },
	{ "Myth", NULL, KIST_EXPLAIN_OF_KIND },
	{ "pidfd_send", "pidfd_send_signal", KIST_EXPLAIN_NAMES },
	{ "faster than runc", "crun", KIST_EXPLAIN_TEXTS },
	/* whatever stands between the words */
	{ "cgroup-namespace", "cgroup namespace", KIST_EXPLAIN_WHOLE },
	{ "controlgroups", "cgroup", KIST_EXPLAIN_WHOLE },
	{ "memory max", "memory.max", KIST_EXPLAIN_WHOLE },
	{ "net cls", "net_cls", KIST_EXPLAIN_WHOLE },
	{ "name systemd", "named hierarchy", KIST_EXPLAIN_WHOLE },
	{ "umount -l", "detach", KIST_EXPLAIN_WHOLE },
	{ "kill -9", "SIGKILL", KIST_EXPLAIN_WHOLE },
};

/* As people ask who have read nothing. */
static const struct {
	const char *question, *name;
} questions[] = {
	{ "what is blkio?", "blkio" },
	{ "What is name=systemd?", "named hierarchy" },
	{ "net_cls and net_prio?", "net_cls" },
	{ "what does perf_event limit?", "perf_event" },
	{ "what is the difference of cgroup namespace and cgroups?",
	  "cgroup namespace and cgroups" },
	{ "difference between cgroup v1 and v2", "cgroup v2" },
	{ "difference between namespaces and cgroups", "namespace" },
	{ "who keeps this namespace alive?", "holder" },
	{ "why is my pid 1?", "process 1" },
	{ "why can't I kill pid 1?", "signal shielding" },
	{ "what is 65534?", "overflow id" },
	{ "why does my file belong to nobody", "overflow id" },
	{ "where did 3 GB go?", "where memory goes" },
	{ "what are SysV semaphores?", "semaphore" },
	{ "what is vfsmount?", "vfsmount" },
	{ "when did namespaces come?", "versions of the kinds" },
	{ "who made cgroups?", "history of control groups" },
	{ "what should I read?", "reading list" },
	{ "how do I limit memory", "memory.max" },
	{ "how do I enter a namespace", "setns" },
	{ "limit open files", "RLIMIT_NOFILE" },
	{ "is root in a container root?", "root inside is root" },
	{ "can root escape a container", "chroot is a jail" },
	{ "which namespaces exist", "six kinds" },
	{ "two processes on the same port", "port publishing" },
	{ "why was my process killed", "OOM killer" },
	{ "exit code 137", "128" },
	{ "what is a container made of", "container" },
	{ "change the date in a container", "wall clock" },
	{ "netwrok namespace", "net" },
	{ "why may I not mount /proc", "mount too revealing" },
	{ "what are the 12 lines in /proc/self/cgroup", "/proc/PID/cgroup" },
	{ "why is my hostname changed everywhere", "uts" },
	{ "write error: Invalid argument cpuset.cpus", "cpuset.cpus" },
	{ "permission denied cgroup.procs", "cgroup.procs" },
	{ "pivot_root: invalid argument", "pivot_root" },
	{ "\"no space left on device\" inotify", "ENOSPC" },
	{ "how does docker limit memory", "memory.max" },
	{ "lower upper work dir", "overlayfs" },
	{ "where is a namespace kept", "nsfs" },
	{ "bash: fork: retry", "EAGAIN" },
	{ "inside a container free shows all memory", "memory seen inside" },
	{ "strace: Operation not permitted", "CAP_SYS_PTRACE" },
	{ "what is slirp4netns", "pasta" },
	{ "what does --privileged do", "--privileged" },
	{ "exec format error", "ENOEXEC" },
	{ "Bad system call", "SIGSYS" },
	{ "why is memory.max not there", "cgroup.subtree_control" },
	{ "kill all processes in a cgroup", "cgroup.kill" },
	{ "how many namespaces can I have", "/proc/sys/user" },
	{ "OOMKilled", "OOM killer" },
	{ "13", "SIGPIPE" },
	{ "9", "SIGKILL" },
	{ "137", "128" },
	{ "--cap-drop ALL", "capability" },
	/* half of the words are nowhere: what one of them names */
	{ "my beautiful little blue veth", "veth" },
};

static void questions_are_answered_with_the_right_entry_first(void **state)
{
	EACH(row, questions) {
		struct kist_explained found;

		CASE(row->question);
		assert_int_equal(kist_explain_find(row->question, &found, NULL),
				 0);
		assert_true(found.count > 0);
		assert_string_equal(found.entries[0].name, row->name);
		kist_explain_free(&found);
	}
}

static void words_are_found_however_they_are_written(void **state)
{
	EACH(row, searches) {
		struct kist_explained found;

		CASE(row->word);
		assert_int_equal(kist_explain_find(row->word, &found, NULL), 0);
		assert_true(found.count > 0);
		assert_int_equal(found.how, row->how);
		if (row->name)
			assert_string_equal(found.entries[0].name, row->name);
		kist_explain_free(&found);
	}
}

static const struct {
	const char *word, *nearest;
} mistakes[] = {
	{ "mountnamespce", "mount namespace" },
	{ "unsahre", "unshare" },
	{ "CAP_SYS_ADMON", "CAP_SYS_ADMIN" },
	{ "capabilites", "capabilities" },
	{ "xyzzyxyzzy", NULL },
};

static void a_wrong_word_is_answered_with_the_nearest(void **state)
{
	EACH(row, mistakes) {
		struct kist_explained found;

		CASE(row->word);
		assert_int_equal(kist_explain_find(row->word, &found, NULL), 0);
		assert_int_equal(found.count, 0);
		if (row->nearest)
			assert_string_equal(found.nearest, row->nearest);
		else
			assert_null(found.nearest);
		kist_explain_free(&found);
	}
}

static void a_very_long_word_is_no_word(void **state)
{
	char word[5000];
	struct kist_explained found;

	memset(word, 'x', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	assert_int_equal(kist_explain_find(word, &found, NULL), 0);
	assert_int_equal(found.count, 0);
	kist_explain_free(&found);
}

/* ---- what it reads ---- */

static const char *now(const char *field)
{
	static char line[700];
	const struct kist_entry entry = { .now = field };

	assert_in_range(kist_explain_now(&kist, &entry, line, sizeof(line)), 0,
			sizeof(line) - 1);
	return line;
}

static void has(const char *field, const char *text)
{
	const char *line = now(field);

	if (!strstr(line, text))
		fail_msg("'%s' gives '%s', without '%s'", field, line, text);
}

static void a_file_is_read(void **state)
{
	char text[100];
	FILE *file = fopen("/proc/sys/kernel/pid_max", "r");

	assert_non_null(file);
	assert_non_null(fgets(text, sizeof(text), file));
	fclose(file);
	text[strcspn(text, "\n")] = '\0';
	assert_string_equal(now("file /proc/sys/kernel/pid_max"), text);
	assert_string_equal(now("sysctl kernel.pid_max"), text);
	has("file /proc/self/status", "lines)");
	assert_string_equal(now("file /nowhere"),
			    "not readable here: there is no such file");
	has("file /proc", "not readable here: Is a directory");
	assert_string_equal(now("file /dev/null"), "empty");
}

static void a_namespace_is_the_callers(void **state)
{
	char text[60];
	struct stat st;

	CHECK_SYS(stat("/proc/self/ns/net", &st));
	snprintf(text, sizeof(text), "net:[%lu]", (unsigned long)st.st_ino);
	has("ns net", text);
	assert_null(strstr(now("ns net"), "for_children"));
	has("ns nothing", "not readable here");
}

static void rights_and_limits_are_the_callers(void **state)
{
	struct rlimit limit;
	char text[60];

	assert_int_equal(strncmp(now("cap CHOWN"), "yours (effective)", 17) ==
				 0,
			 cap_is_effective("CHOWN"));
	CHECK_SYS(getrlimit(RLIMIT_NOFILE, &limit));
	limit.rlim_cur = limit.rlim_cur > 100 ? 100 : limit.rlim_cur;
	CHECK_SYS(setrlimit(RLIMIT_NOFILE, &limit));
	snprintf(text, sizeof(text), "%lu ", (unsigned long)limit.rlim_cur);
	has("rlimit nofile", text);
	has("rlimit nothing", "not readable here");
}

static void a_signal_is_as_it_was_inherited(void **state)
{
	has("signal TERM", "number 15; your commands get it");
	signal(SIGTERM, SIG_IGN);
	has("signal TERM", "ignore it");
	signal(SIGTERM, SIG_DFL);
}

static void a_clock_is_told_with_its_offset(void **state)
{
	struct timespec t;
	char text[60];

	clock_gettime(CLOCK_REALTIME, &t);
	snprintf(text, sizeof(text), "%ld", (long)t.tv_sec / 100);
	has("clock REALTIME", text);
	has("clock MONOTONIC", " s");
	has("clock BOOTTIME", "moved by");
}

static void ids_are_told_in_words(void **state)
{
	const char *line = now("idmap uid");

	if (!strstr(line, "every id is itself") && !strstr(line, "outside") &&
	    !strstr(line, "no id"))
		fail_msg("'%s'", line);
}

static void mounts_are_found_by_place_and_type(void **state)
{
	has("mount /proc", "/proc: proc, ");
	has("mount proc", ": proc, ");
	assert_string_equal(now("mount nothing"), "no nothing is mounted here");
}

static void features_are_asked_for(void **state)
{
	assert_string_equal(now("feature close_range"), "this kernel has it");
	assert_string_equal(now("feature setns"), "this kernel has it");
	assert_string_equal(now("feature proc"), "this kernel has it");
	has("feature nothingfs", "not in /proc/filesystems");
	assert_string_equal(now("feature fork"),
			    "every kernel that kist runs on has it");
}

static void a_cgroup_file_is_of_the_callers_group(void **state)
{
	char line[800];

	has("cgroup no.such.file", "not readable here");
	snprintf(line, sizeof(line), "%s", now("cgroup cgroup.procs"));
	if (!strstr(line, "(group /") && !strstr(line, "not readable here"))
		fail_msg("'%s'", line);
}

static void nothing_is_nothing(void **state)
{
	assert_string_equal(now(NULL), "");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_namespace_is_explained),
		cmocka_unit_test(every_capability_is_explained),
		cmocka_unit_test(every_signal_is_explained),
		cmocka_unit_test(every_system_call_of_the_subject_is_explained),
		cmocka_unit_test(every_term_is_explained),
		cmocka_unit_test(every_myth_is_explained),
		cmocka_unit_test(entries_are_sorted_and_complete),
		cmocka_unit_test(words_are_found_however_they_are_written),
		cmocka_unit_test(
			questions_are_answered_with_the_right_entry_first),
		cmocka_unit_test(a_wrong_word_is_answered_with_the_nearest),
		cmocka_unit_test(a_very_long_word_is_no_word),
		cmocka_unit_test(a_file_is_read),
		cmocka_unit_test(a_namespace_is_the_callers),
		cmocka_unit_test(rights_and_limits_are_the_callers),
		cmocka_unit_test(a_signal_is_as_it_was_inherited),
		cmocka_unit_test(a_clock_is_told_with_its_offset),
		cmocka_unit_test(ids_are_told_in_words),
		cmocka_unit_test(mounts_are_found_by_place_and_type),
		cmocka_unit_test(features_are_asked_for),
		cmocka_unit_test(a_cgroup_file_is_of_the_callers_group),
		cmocka_unit_test(nothing_is_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
