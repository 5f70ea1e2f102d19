/* SPDX-License-Identifier: Apache-2.0 */
/* config_linux.c - the part "linux" of a configuration */
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/run/defaults.h"
#include "engine/run/making.h"

/* ---- namespaces ---- */

static void add_namespaces(const struct making *m, struct json_writer *w)
{
	json_key(w, "namespaces");
	json_open(w, '[');
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++) {
		if (m->ns[kind].want == NS_INHERIT)
			continue;
		json_open(w, '{');
		json_member(w, "type", ns_table[kind].oci_name);
		if (m->ns[kind].want == NS_JOIN)
			json_member(w, "path", m->ns[kind].path);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void add_maps(struct json_writer *w, const char *name,
		     const struct id_maps *maps)
{
	json_key(w, name);
	json_open(w, '[');
	for (size_t i = 0; i < maps->count; i++) {
		json_open(w, '{');
		json_member_int(w, "containerID", maps->maps[i].inside);
		json_member_int(w, "hostID", maps->maps[i].outside);
		json_member_int(w, "size", maps->maps[i].count);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void add_clock(struct json_writer *w, const char *name, int64_t ms)
{
	int64_t secs = ms / 1000, rest = ms % 1000;

	if (rest < 0) {
		secs--;
		rest += 1000;
	}
	json_key(w, name);
	json_open(w, '{');
	json_member_int(w, "secs", secs);
	json_member_int(w, "nanosecs", rest * 1000000);
	json_close(w, '}');
}

static void add_clocks(const struct making *m, struct json_writer *w)
{
	if (!m->run->boottime_ms && !m->run->monotonic_ms)
		return;
	json_key(w, "timeOffsets");
	json_open(w, '{');
	if (m->run->boottime_ms)
		add_clock(w, "boottime", m->run->boottime_ms);
	if (m->run->monotonic_ms)
		add_clock(w, "monotonic", m->run->monotonic_ms);
	json_close(w, '}');
}

/* ---- devices ---- */

static void add_devices(const struct making *m, struct json_writer *w)
{
	json_key(w, "devices");
	json_open(w, '[');
	for (size_t i = 0; i < m->device_count; i++) {
		const struct device *d = &m->devices[i];

		json_open(w, '{');
		json_member(w, "path", d->path);
		json_member(w, "type", d->type == 'b' ? "b" : "c");
		json_member_int(w, "major", d->major);
		json_member_int(w, "minor", d->minor);
		json_member_int(w, "fileMode", d->mode);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void add_device_rules(const struct making *m, struct json_writer *w)
{
	json_key(w, "devices");
	json_open(w, '[');
	json_open(w, '{');
	json_member_bool(w, "allow", m->run->privileged);
	json_member(w, "access", "rwm");
	json_close(w, '}');
	for (size_t i = 0; i < m->device_count; i++) {
		const struct device *d = &m->devices[i];

		json_open(w, '{');
		json_member_bool(w, "allow", true);
		json_member(w, "type", d->type == 'b' ? "b" : "c");
		json_member_int(w, "major", d->major);
		json_member_int(w, "minor", d->minor);
		json_member(w, "access", d->access);
		json_close(w, '}');
	}
	json_close(w, ']');
}

/* ---- limits ---- */

#define CPU_PERIOD_US 100000

static void add_memory(const struct kist_run *run, struct json_writer *w)
{
	if (!run->memory && !run->memory_swap && !run->memory_reservation)
		return;
	json_key(w, "memory");
	json_open(w, '{');
	if (run->memory)
		json_member_int(w, "limit", run->memory);
	if (run->memory_reservation)
		json_member_int(w, "reservation", run->memory_reservation);
	if (run->memory_swap)
		json_member_int(w, "swap", run->memory_swap);
	json_close(w, '}');
}

static void add_cpu(const struct kist_run *run, struct json_writer *w)
{
	if (!run->cpus && !run->cpu_shares && !run->cpuset_cpus &&
	    !run->cpuset_mems)
		return;
	json_key(w, "cpu");
	json_open(w, '{');
	if (run->cpu_shares)
		json_member_int(w, "shares", run->cpu_shares);
	if (run->cpus) {
		json_member_int(w, "quota",
				run->cpus / (1000000000 / CPU_PERIOD_US));
		json_member_int(w, "period", CPU_PERIOD_US);
	}
	if (run->cpuset_cpus)
		json_member(w, "cpus", run->cpuset_cpus);
	if (run->cpuset_mems)
		json_member(w, "mems", run->cpuset_mems);
	json_close(w, '}');
}

static void add_resources(const struct making *m, struct json_writer *w)
{
	const struct kist_run *run = m->run;

	json_key(w, "resources");
	json_open(w, '{');
	/* An ordinary user's device files are this machine's own. */
	if (!m->rootless)
		add_device_rules(m, w);
	add_memory(run, w);
	add_cpu(run, w);
	if (run->pids_limit) {
		json_key(w, "pids");
		json_open(w, '{');
		json_member_int(w, "limit", run->pids_limit);
		json_close(w, '}');
	}
	json_close(w, '}');
}

/* ---- the whole ---- */

static void add_sysctls(const struct making *m, struct json_writer *w)
{
	if (!m->sysctl_count)
		return;
	json_key(w, "sysctl");
	json_open(w, '{');
	for (size_t i = 0; i < m->sysctl_count; i++)
		json_member(w, m->sysctls[i].key, m->sysctls[i].value);
	json_close(w, '}');
}

static void add_masked(const struct making *m, struct json_writer *w)
{
	const char *const *hidden = m->root.hidden;

	json_key(w, "maskedPaths");
	json_open(w, '[');
	for (size_t i = 0; m->security.masked[i]; i++)
		json_write_string(w, m->security.masked[i]);
	for (; hidden && *hidden; hidden++)
		json_write_string(w, *hidden);
	json_close(w, ']');
	json_member_strings(w, "readonlyPaths", m->security.readonly);
}

void config_add_linux(const struct making *m, struct json_writer *w)
{
	json_key(w, "linux");
	json_open(w, '{');
	add_namespaces(m, w);
	if (m->ns[NS_USER].want == NS_NEW) {
		add_maps(w, "uidMappings", &m->uid_maps);
		add_maps(w, "gidMappings", &m->gid_maps);
	}
	add_clocks(m, w);
	if (m->device_count && m->ns[NS_USER].want == NS_INHERIT)
		add_devices(m, w);
	add_resources(m, w);
	add_sysctls(m, w);
	if (m->security.seccomp_json) {
		json_key(w, "seccomp");
		json_write_value(w, m->security.seccomp_json);
	}
	add_masked(m, w);
	json_close(w, '}');
}
