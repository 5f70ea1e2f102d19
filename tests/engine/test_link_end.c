/* SPDX-License-Identifier: Apache-2.0 */
/* test_link_end.c - ends of links as people write them
 * (src/engine/net/link_end.c) */
#include <stdio.h>

#include "check.h"
#include "engine/net/link_end.h"

/* "DEVICE|TARGET|ADDRESS,…" */
static void describe(const struct link_end *end, char *buf, size_t size)
{
	char text[ADDRESS_TEXT];
	size_t len = (size_t)snprintf(buf, size, "%s|%s|",
				      end->device ? end->device : "",
				      end->target);

	for (size_t i = 0; i < end->count; i++) {
		address_format(&end->addresses[i], true, text);
		len += (size_t)snprintf(buf + len, size - len, "%s%s",
					i ? "," : "", text);
	}
}

static void ends_are_read(void **state)
{
	static const struct {
		const char *word, *wanted;
	} good[] = {
		{ "ns1", "|ns1|" },
		{ ".", "|.|" },
		{ "ns1:192.168.1.1/24", "|ns1|192.168.1.1/24" },
		{ "ns1:10.0.0.1/8,fd00::1/64", "|ns1|10.0.0.1/8,fd00::1/64" },
		{ "wan0@ns1:fd00::1/64", "wan0|ns1|fd00::1/64" },
		{ "br0@host", "br0|host|" },
		{ ":7:10.0.0.1/8", "|:7|10.0.0.1/8" },
		{ ":7", "|:7|" },
		{ "netns:blue:10.0.0.1/8", "|netns:blue|10.0.0.1/8" },
		{ "netns:blue", "|netns:blue|" },
		{ "netns:10.0.0.1/8", "|netns|10.0.0.1/8" },
		{ "docker:fd00::1/64", "|docker|fd00::1/64" },
		{ "docker:0f3a", "|docker:0f3a|" },
		{ "net:[4026531956]:10.0.0.1/8",
		  "|net:[4026531956]|10.0.0.1/8" },
		{ "unit:x.service:10.0.0.1/8", "|unit:x.service|10.0.0.1/8" },
		{ "fd:4@1234:10.0.0.1/8", "|fd:4@1234|10.0.0.1/8" },
		{ "eth1@fd:4@1234", "eth1|fd:4@1234|" },
		{ "/run/netns/a@b:10.0.0.1/8", "|/run/netns/a@b|10.0.0.1/8" },
		{ "1234:10.0.0.1/8", "|1234|10.0.0.1/8" },
	};

	EACH(row, good) {
		struct kist_error err = { 0 };
		struct link_end end;
		struct arena arena;
		char text[200];

		CASE(row->word);
		arena_init(&arena);
		assert_int_equal(link_end_parse(row->word, &arena, &end, &err),
				 0);
		CHECK_ERR(&err, NULL);
		describe(&end, text, sizeof(text));
		assert_string_equal(text, row->wanted);
		arena_done(&arena);
	}
}

static void mistakes_in_ends_are_named(void **state)
{
	static const struct {
		const char *word, *line;
	} bad[] = {
		{ "", "'' names no namespace" },
		{ "eth0@", "'eth0@' names no namespace" },
		{ "@ns1", "'' is not a name for a device" },
		{ "a-name-too-long-for-it@ns1",
		  "'a-name-too-long-for-it' is not a name for a device" },
		{ "ns1:", "'' is not an address with a prefix" },
		{ "ns1:10.0.0.1/24,", "'' is not an address with a prefix" },
		{ "ns1:10.0.0.1",
		  "'10.0.0.1' has no prefix: how large is its subnet?" },
		{ "ns1:10.0.0.300/24",
		  "'10.0.0.300/24' is not an address with a prefix" },
		{ "ns1:10.0.0.255/24",
		  "'10.0.0.255/24' is the subnet itself or its broadcast "
		  "address: no device can have it" },
		{ "a b@ns1", "'a b' is not a name for a device" },
	};

	EACH(row, bad) {
		struct kist_error err = { 0 };
		struct link_end end;
		struct arena arena;

		CASE(row->word);
		arena_init(&arena);
		assert_int_equal(link_end_parse(row->word, &arena, &end, &err),
				 -EINVAL);
		CHECK_ERR(&err, row->line);
		arena_done(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_are_read),
		cmocka_unit_test(mistakes_in_ends_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
