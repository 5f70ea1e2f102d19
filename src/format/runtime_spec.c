/* SPDX-License-Identifier: Apache-2.0 */
/* runtime_spec.c - a config.json to begin with, as `runc spec` prints it */
#include <unistd.h>

#include <kist/oci.h>

#include "base/json_write.h"

/* Who gets a row of a table: root, an ordinary user, or both. */
#define FOR_ROOT 1
#define FOR_USER 2
#define FOR_BOTH 3

static const struct {
	int who;
	const char *destination, *type, *source;
	const char *options[8];
} mounts[] = {
	{ FOR_BOTH, "/proc", "proc", "proc", { NULL } },
	{ FOR_BOTH,
	  "/dev",
	  "tmpfs",
	  "tmpfs",
	  { "nosuid", "strictatime", "mode=755", "size=65536k" } },
	{ FOR_ROOT,
	  "/dev/pts",
	  "devpts",
	  "devpts",
	  { "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620",
	    "gid=5" } },
	/* group 5 is not mapped */
	{ FOR_USER,
	  "/dev/pts",
	  "devpts",
	  "devpts",
	  { "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620" } },
	{ FOR_BOTH,
	  "/dev/shm",
	  "tmpfs",
	  "shm",
	  { "nosuid", "noexec", "nodev", "mode=1777", "size=65536k" } },
	{ FOR_BOTH,
	  "/dev/mqueue",
	  "mqueue",
	  "mqueue",
	  { "nosuid", "noexec", "nodev" } },
	{ FOR_ROOT,
	  "/sys",
	  "sysfs",
	  "sysfs",
	  { "nosuid", "noexec", "nodev", "ro" } },
	/* sysfs is mounted by who owns the network namespace only */
	{ FOR_USER,
	  "/sys",
	  "none",
	  "/sys",
	  { "rbind", "nosuid", "noexec", "nodev", "ro" } },
	{ FOR_BOTH,
	  "/sys/fs/cgroup",
	  "cgroup",
	  "cgroup",
	  { "nosuid", "noexec", "nodev", "relatime", "ro" } },
};

static const struct {
	int who;
	const char *type;
} namespaces[] = {
	{ FOR_BOTH, "pid" },  { FOR_ROOT, "network" }, { FOR_BOTH, "ipc" },
	{ FOR_BOTH, "uts" },  { FOR_BOTH, "mount" },   { FOR_BOTH, "cgroup" },
	{ FOR_USER, "user" },
};

static const char *const args[] = { "sh", NULL };
static const char *const env[] = {
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
	"TERM=xterm",
	NULL,
};
static const char *const caps[] = {
	"CAP_AUDIT_WRITE",
	"CAP_KILL",
	"CAP_NET_BIND_SERVICE",
	NULL,
};
static const char *const masked[] = {
	"/proc/acpi",
	"/proc/asound",
	"/proc/kcore",
	"/proc/keys",
	"/proc/latency_stats",
	"/proc/timer_list",
	"/proc/timer_stats",
	"/proc/sched_debug",
	"/sys/firmware",
	"/proc/scsi",
	NULL,
};
static const char *const readonly[] = {
	"/proc/bus",	       "/proc/fs", "/proc/irq", "/proc/sys",
	"/proc/sysrq-trigger", NULL,
};

static void open_member(struct json_writer *w, const char *name, char bracket)
{
	json_key(w, name);
	json_open(w, bracket);
}

static void write_caps(struct json_writer *w)
{
	open_member(w, "capabilities", '{');
	json_member_strings(w, "bounding", caps);
	json_member_strings(w, "effective", caps);
	json_member_strings(w, "permitted", caps);
	json_close(w, '}');
}

static void write_rlimits(struct json_writer *w)
{
	open_member(w, "rlimits", '[');
	json_open(w, '{');
	json_member(w, "type", "RLIMIT_NOFILE");
	json_member_int(w, "hard", 1024);
	json_member_int(w, "soft", 1024);
	json_close(w, '}');
	json_close(w, ']');
}

static void write_process(struct json_writer *w)
{
	open_member(w, "process", '{');
	json_member_bool(w, "terminal", true);
	open_member(w, "user", '{');
	json_member_int(w, "uid", 0);
	json_member_int(w, "gid", 0);
	json_close(w, '}');
	json_member_strings(w, "args", args);
	json_member_strings(w, "env", env);
	json_member(w, "cwd", "/");
	write_caps(w);
	write_rlimits(w);
	json_member_bool(w, "noNewPrivileges", true);
	json_close(w, '}');
}

static void write_mounts(struct json_writer *w, int who)
{
	open_member(w, "mounts", '[');
	for (size_t i = 0; i < ARRAY_LEN(mounts); i++) {
		if (!(mounts[i].who & who))
			continue;
		json_open(w, '{');
		json_member(w, "destination", mounts[i].destination);
		json_member(w, "type", mounts[i].type);
		json_member(w, "source", mounts[i].source);
		if (mounts[i].options[0])
			json_member_strings(w, "options", mounts[i].options);
		json_close(w, '}');
	}
	json_close(w, ']');
}

/* Nothing may be used but what the runtime itself gives. */
static void write_resources(struct json_writer *w)
{
	open_member(w, "resources", '{');
	open_member(w, "devices", '[');
	json_open(w, '{');
	json_member_bool(w, "allow", false);
	json_member(w, "access", "rwm");
	json_close(w, '}');
	json_close(w, ']');
	json_close(w, '}');
}

static void write_id_map(struct json_writer *w, const char *name, int64_t id)
{
	open_member(w, name, '[');
	json_open(w, '{');
	json_member_int(w, "containerID", 0);
	json_member_int(w, "hostID", id);
	json_member_int(w, "size", 1);
	json_close(w, '}');
	json_close(w, ']');
}

static void write_namespaces(struct json_writer *w, int who)
{
	open_member(w, "namespaces", '[');
	for (size_t i = 0; i < ARRAY_LEN(namespaces); i++) {
		if (!(namespaces[i].who & who))
			continue;
		json_open(w, '{');
		json_member(w, "type", namespaces[i].type);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void write_linux(struct json_writer *w, int who)
{
	open_member(w, "linux", '{');
	if (who == FOR_USER) {
		write_id_map(w, "uidMappings", geteuid());
		write_id_map(w, "gidMappings", getegid());
	} else {
		write_resources(w);
	}
	write_namespaces(w, who);
	json_member_strings(w, "maskedPaths", masked);
	json_member_strings(w, "readonlyPaths", readonly);
	json_close(w, '}');
}

char *kist_oci_spec_json(bool rootless)
{
	int who = rootless ? FOR_USER : FOR_ROOT;
	CLEANUP_BUF struct buf buf;
	struct json_writer w;

	buf_init(&buf);
	json_write_init(&w, &buf, "\t");
	json_open(&w, '{');
	json_member(&w, "ociVersion", KIST_OCI_VERSION);
	write_process(&w);
	open_member(&w, "root", '{');
	json_member(&w, "path", "rootfs");
	json_member_bool(&w, "readonly", true);
	json_close(&w, '}');
	json_member(&w, "hostname", "runc");
	write_mounts(&w, who);
	write_linux(&w, who);
	json_close(&w, '}');
	return buf_take(&buf);
}
