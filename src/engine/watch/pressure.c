/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pressure.c - how long processes waited, against a threshold
 *
 * The kernel could wake us (a trigger written to the file), but for windows
 * under two seconds it asks for CAP_SYS_RESOURCE; the total it counts is read
 * instead, and costs one small read a look.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/near.h"
#include "base/num.h"
#include "engine/watch/watch.h"
#include "kernel/cgroup_file.h"
#include "sys/file.h"

#define WINDOW_MS 2000
#define SAMPLE_MS 200 /* at least, between two */

static const char *const resources[] = { "cpu", "memory", "io" };

static int bad(const char *text, struct kist_error *err)
{
	int ret = err_set(err, KIST_E_WATCH_PRESSURE,
			  "'%s' is not a threshold of pressure", text);

	err_hint(err, "write RESOURCE=SHARE%% or RESOURCE=TIME/WINDOW, such as "
		      "cpu=20%% or memory=100ms/1s; the resources are cpu, "
		      "memory and io");
	return ret;
}

static int parse_share(const char *text, struct watched_pressure *pressure)
{
	char *end;
	double percent = strtod(text, &end);
	char time[32];
	uint64_t part_ms, window_ms;

	if (end != text && strcmp(end, "%") == 0) {
		pressure->share = percent / 100;
		pressure->window_ms = WINDOW_MS;
		return percent > 0 && percent <= 100 ? 0 : -EINVAL;
	}
	end = strchr(text, '/');
	if (!end || (size_t)(end - text) >= sizeof(time))
		return -EINVAL;
	snprintf(time, sizeof(time), "%.*s", (int)(end - text), text);
	if (num_parse_duration(time, &part_ms) < 0 ||
	    num_parse_duration(end + 1, &window_ms) < 0 || !part_ms ||
	    window_ms < 500 || window_ms > 10000 || part_ms > window_ms)
		return -EINVAL;
	pressure->share = (double)part_ms / (double)window_ms;
	pressure->window_ms = (int64_t)window_ms;
	return 0;
}

int watch_pressure_parse(const char *text,
			 struct watched_pressure *ret_pressure,
			 struct kist_error *err)
{
	const size_t len = strcspn(text, "=");

	*ret_pressure = (struct watched_pressure){ .resource = NULL };
	for (size_t i = 0; i < ARRAY_LEN(resources); i++)
		if (strlen(resources[i]) == len &&
		    memcmp(resources[i], text, len) == 0)
			ret_pressure->resource = resources[i];
	if (!ret_pressure->resource || !text[len] ||
	    parse_share(text + len + 1, ret_pressure) < 0)
		return bad(text, err);
	return 0;
}

/* Of the target's group where it has the file, else of the machine. */
static int64_t read_total(const struct watching *w, const char *resource)
{
	char path[700], text[512];
	int64_t total = -1;

	for (int i = 0; w->only_group && i < w->world.count; i++) {
		if (!w->world.h[i].is_v2 || w->root_fds[i] < 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s.pressure",
			 w->only_group + 1, resource);
		if (sys_read_file(w->root_fds[i], path, text, sizeof(text)) >=
			    0 &&
		    cgroup_pressure_parse(text, &total) >= 0)
			return total;
	}
	snprintf(path, sizeof(path), "pressure/%s", resource);
	if (sys_read_file(w->proc_fd, path, text, sizeof(text)) < 0 ||
	    cgroup_pressure_parse(text, &total) < 0)
		return -1;
	return total;
}

static int64_t now_ms(void)
{
	return watch_now_us() / 1000;
}

/* Of the window that ends now; negative: it is not over yet. */
static double share_now(struct watched_pressure *p, int64_t total, int64_t ms)
{
	const size_t at = p->count++ % WATCH_SAMPLES;
	double share = -1;

	p->samples[at].total_usec = total;
	p->samples[at].at_ms = ms;
	for (size_t back = 1; back < WATCH_SAMPLES && back < p->count; back++) {
		size_t i = (at + WATCH_SAMPLES - back) % WATCH_SAMPLES;
		int64_t span = ms - p->samples[i].at_ms;

		if (span < p->window_ms)
			continue;
		share = (double)(total - p->samples[i].total_usec) /
			((double)span * 1000);
		break;
	}
	return share;
}

static void tell(struct watching *w, const struct watched_pressure *p,
		 double share)
{
	char detail[160], subject[600] = "the machine";
	struct kist_event event = {
		.kind = KIST_EVENT_PRESSURE,
		.what = p->resource,
		.subject = subject,
		.detail = detail,
		.cgroup = w->only_group,
		.status = -1,
		.value = share,
	};

	if (w->only_group)
		snprintf(subject, sizeof(subject), "cgroup %s", w->only_group);
	snprintf(detail, sizeof(detail),
		 "some waited for %s %d%% of the last %d ms",
		 strcmp(p->resource, "cpu") == 0 ? "a processor" : p->resource,
		 (int)(share * 100), (int)p->window_ms);
	watch_tell(w, &event);
}

void watch_pressure(struct watching *w)
{
	/* what else wakes us must not fill the ring within a window */
	if (w->pressure_at_ms && now_ms() - w->pressure_at_ms < SAMPLE_MS)
		return;
	w->pressure_at_ms = now_ms();
	for (size_t i = 0; i < w->pressure_count; i++) {
		struct watched_pressure *p = &w->pressures[i];
		const int64_t total = read_total(w, p->resource);
		const double share = total < 0 ? -1 :
						 share_now(p, total, now_ms());

		if (share >= p->share && !p->is_over)
			tell(w, p, share);
		if (share >= 0)
			p->is_over = share >= p->share;
	}
}
