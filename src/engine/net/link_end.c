/* SPDX-License-Identifier: Apache-2.0 */
/* link_end.c - one end of a link, as it is written */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <kist/cause.h>

#include "engine/net/link_end.h"
#include "kernel/link.h"

#define END_HINT                                     \
	"write [DEVICE@]NAME[:ADDRESS/PREFIX,...], " \
	"such as ns1:192.168.1.1/24"

/* Forms of a TARGET with a ':' in it. */
static const char *const forms[] = { "net:[",	 "netns:", "docker:", "podman:",
				     "unit:",	 "cg:",	   "fd:",     "user:[",
				     "mnt:[",	 "pid:[",  "ipc:[",   "uts:[",
				     "cgroup:[", "time:[" };

int link_address_parse(const char *text, size_t len,
		       struct address *ret_address, struct kist_error *err)
{
	struct address address;
	char buf[ADDRESS_TEXT];

	if (address_parse_n(text, len, &address) < 0) {
		int ret = err_set(err, KIST_E_LINK_END,
				  "'%.*s' is not an address with a prefix",
				  (int)len, text);

		err_hint(err, "write it as 192.168.1.1/24 or fd00::1/64");
		return ret;
	}
	if (!memchr(text, '/', len)) {
		int ret = err_set(err, KIST_E_LINK_END,
				  "'%.*s' has no prefix: how large is its "
				  "subnet?",
				  (int)len, text);

		err_hint(err, "write %.*s/%d", (int)len, text,
			 address.family == AF_INET ? 24 : 64);
		return ret;
	}
	if (address_is_reserved(&address)) {
		struct address first = address_subnet(&address);
		int ret = err_set(err, KIST_E_ADDRESS,
				  "'%.*s' is the subnet itself or its "
				  "broadcast address: no device can have it",
				  (int)len, text);

		first.bytes[3]++;
		address_format(&first, true, buf);
		err_hint(err, "the first of this subnet is %s", buf);
		return ret;
	}
	*ret_address = address;
	return 0;
}

static size_t count_commas(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += *text == ',';
	return count;
}

static int parse_addresses(const char *text, struct arena *arena,
			   struct link_end *end, struct kist_error *err)
{
	end->addresses =
		ARENA_ARRAY(arena, struct address, count_commas(text) + 1);
	if (!end->addresses)
		return err_nomem(err);
	for (;;) {
		size_t len = strcspn(text, ",");
		int ret = link_address_parse(text, len,
					     &end->addresses[end->count], err);

		if (ret < 0)
			return ret;
		end->count++;
		if (!text[len])
			return 0;
		text += len + 1;
	}
}

static bool are_addresses(const char *text)
{
	struct address address;
	size_t len = strcspn(text, ",");

	return address_parse_n(text, len, &address) == 0;
}

/* Where the TARGET ends: at a ':', or the NUL. */
static const char *end_of_target(const char *text)
{
	const char *start = text;

	if (*text == ':')
		start++;
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		size_t len = strlen(forms[i]);

		if (strncmp(text, forms[i], len) != 0)
			continue;
		if (!are_addresses(text + strcspn(text, ":") + 1))
			start = text + len;
	}
	if (start != text && start[-1] == '[')
		start += strcspn(start, "]");
	return start + strcspn(start, ":");
}

int link_device_parse(const char *word, struct arena *arena,
		      const char **ret_device, const char **ret_target,
		      struct kist_error *err)
{
	const char *at = strchr(word, '@');
	size_t len = at ? (size_t)(at - word) : strlen(word);
	const char *device = arena_strndup(arena, word, len);

	if (arena_failed(arena))
		return err_nomem(err);
	if (!link_is_name(device)) {
		int ret = err_set(err, KIST_E_LINK_END,
				  "'%s' is not a name for a device", device);

		err_cause(err, KIST_CAUSE_DEVICE_NAME, NULL, NULL);
		return ret;
	}
	if (at && !at[1])
		return err_set(err, KIST_E_LINK_END, "'%s' names no namespace",
			       word);
	*ret_device = device;
	*ret_target = at ? at + 1 : NULL;
	return 0;
}

/* Is what stands before the '@' a device? In "fd:4@1234" it is not. */
static bool has_device(const char *word)
{
	const char *at = strchr(word, '@');

	return at && !memchr(word, ':', (size_t)(at - word)) &&
	       !memchr(word, '/', (size_t)(at - word));
}

int link_end_parse(const char *word, struct arena *arena,
		   struct link_end *ret_end, struct kist_error *err)
{
	struct link_end end = { .word = word };
	const char *rest = word, *stop;
	int ret;

	if (has_device(word)) {
		ret = link_device_parse(word, arena, &end.device, &rest, err);
		if (ret < 0)
			goto hint;
	}
	if (!rest) /* there is an '@', so there is something behind it */
		rest = "";
	stop = end_of_target(rest);
	end.target = arena_strndup(arena, rest, (size_t)(stop - rest));
	if (arena_failed(arena))
		return err_nomem(err);
	if (!end.target[0]) {
		ret = err_set(err, KIST_E_LINK_END, "'%s' names no namespace",
			      word);
		goto hint;
	}
	if (*stop) {
		ret = parse_addresses(stop + 1, arena, &end, err);
		if (ret < 0)
			goto hint;
	}
	*ret_end = end;
	return 0;

hint:
	err_hint(err, END_HINT);
	return ret;
}
