/* SPDX-License-Identifier: Apache-2.0 */
/* check.c - can two network namespaces reach each other? */
#include <kist/net.h>

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "engine/net/place.h"
#include "network/check.h"

#define TIMEOUT_MS 2000
#define RESULTS_MAX (2 * 2 * CHECK_PROBE_COUNT + 1)

struct checking {
	const struct kist_net_check *args;
	struct check_side a, b;
	bool is_same;
	struct kist_net_result *results;
	size_t count;
};

static struct kist_net_result *result_new(struct checking *c,
					  const struct check_side *from,
					  const struct check_side *to)
{
	struct kist_net_result *result = &c->results[c->count++];

	result->from = from->name;
	result->to = to->name;
	result->probe = "";
	return result;
}

static void probe(struct checking *c, const struct check_way *way)
{
	struct kist_net_result *out = result_new(c, way->from, way->to);
	struct check_result result = check_run(way);
	char text[ADDRESS_TEXT];

	address_format(&way->from_address, false, text);
	snprintf(out->source, sizeof(out->source), "%.47s", text);
	address_format(&way->to_address, false, text);
	snprintf(out->dest, sizeof(out->dest), "%.47s", text);
	out->family = way->to_address.family == AF_INET ? 4 : 6;
	out->probe = check_probe_name(way->probe);
	out->outcome = (enum kist_net_outcome)result.outcome;
	out->time_ns = result.time_ns;
	if (result.outcome == CHECK_FAILED)
		check_explain(way, result.errnum, out->why, out->hint);
	else
		memcpy(out->why, result.note, sizeof(out->why));
}

static void both_ways(struct checking *c, const struct address *a,
		      const struct address *b)
{
	struct check_way there = {
		.from = &c->a,
		.to = &c->b,
		.from_address = *a,
		.to_address = *b,
		.port = c->args->port,
		.timeout_ms = (int)c->args->timeout_ms ?: TIMEOUT_MS,
	};
	struct check_way back = there;

	back.from = &c->b;
	back.to = &c->a;
	back.from_address = *b;
	back.to_address = *a;
	for (there.probe = 0; there.probe < CHECK_PROBE_COUNT; there.probe++)
		probe(c, &there);
	for (back.probe = 0; !c->is_same && back.probe < CHECK_PROBE_COUNT;
	     back.probe++)
		probe(c, &back);
}

static bool is_wanted(const struct checking *c, int family)
{
	int only = c->args->only_family;

	return only == 0 || only == (family == AF_INET ? 4 : 6);
}

/* With oneself: whatever address there is, else the loopback's. */
static void with_itself(struct checking *c, int family)
{
	struct address_of mine, other;
	struct address to = { .family = (uint8_t)family };

	(void)!check_pair(&c->a, &c->b, family, &mine, &other);
	if (other.address.family)
		to = other.address;
	else if (family == AF_INET)
		memcpy(to.bytes, (const uint8_t[]){ 127, 0, 0, 1 }, 4);
	else
		to.bytes[15] = 1;
	/* Without a loopback device of IPv6 there is no IPv6 in there. */
	if (family == AF_INET6 && !other.address.family &&
	    check_has_loopback(&c->a) && !check_has_address(&c->a, &to))
		return;
	both_ways(c, &to, &to);
}

static void check(struct checking *c)
{
	static const int families[] = { AF_INET, AF_INET6 };

	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		struct address_of a, b;

		if (!is_wanted(c, families[i]))
			continue;
		if (c->is_same)
			with_itself(c, families[i]);
		else if (check_pair(&c->a, &c->b, families[i], &a, &b))
			both_ways(c, &a.address, &b.address);
	}
	if (c->count == 0) {
		struct kist_net_result *none = result_new(c, &c->a, &c->b);

		none->outcome = KIST_NET_FAILED;
		check_explain_none(&c->a, &c->b, none->why, none->hint);
	}
}

static int open_and_check(struct checking *c, const struct place *a,
			  const struct place *b, struct kist_error *err)
{
	int ret = check_side_open(&c->a, c->args->a, a->is_ours ? -1 : a->fd,
				  err);

	if (ret < 0)
		return ret;
	ret = check_side_open(&c->b, c->args->b, b->is_ours ? -1 : b->fd, err);
	if (ret == 0) {
		check(c);
		check_side_close(&c->b);
	}
	check_side_close(&c->a);
	return ret;
}

static int is_good(const struct checking *c)
{
	size_t good = 0;

	for (size_t i = 0; i < c->count; i++) {
		if (c->results[i].outcome == KIST_NET_FAILED)
			return 0;
		good += c->results[i].outcome == KIST_NET_OK;
	}
	return good > 0;
}

int kist_net_check(const struct kist *kist, const struct kist_net_check *args,
		   struct kist_net_result **ret_results, size_t *ret_count,
		   struct kist_error *err)
{
	struct checking c = { .args = args };
	struct place a, b;
	int ret = place_open(kist, args->a, &a, err);

	if (ret < 0)
		return ret;
	ret = place_open(kist, args->b, &b, err);
	if (ret < 0) {
		place_close(&a);
		return ret;
	}
	c.is_same = a.ino == b.ino;
	c.results = calloc(RESULTS_MAX, sizeof(*c.results));
	ret = c.results ? open_and_check(&c, &a, &b, err) : err_nomem(err);
	place_close(&a);
	place_close(&b);
	if (ret < 0) {
		free(c.results);
		return ret;
	}
	*ret_results = c.results;
	*ret_count = c.count;
	return is_good(&c);
}
