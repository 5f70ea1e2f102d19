/* SPDX-License-Identifier: Apache-2.0 */
/* names.c - ids and names of containers */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "engine/names.h"

static const char *const qualities[] = {
	"able",	  "amber",  "brave",   "brisk",	 "calm",   "clear", "crisp",
	"deft",	  "eager",  "early",   "fair",	 "fleet",  "fond",  "frank",
	"gentle", "glad",   "golden",  "hardy",	 "honest", "keen",  "kind",
	"light",  "lively", "lucid",   "mellow", "merry",  "mild",  "neat",
	"nimble", "noble",  "patient", "plain",	 "proud",  "quick", "quiet",
	"ready",  "rosy",   "silver",  "sober",	 "steady", "sunny", "swift",
	"tidy",	  "true",   "warm",    "wise",	 "witty",  "young",
};

static const char *const things[] = {
	"acorn", "badger",  "barley",  "beech",	  "birch",   "brook",  "clover",
	"comet", "cove",    "curlew",  "dale",	  "dipper",  "elm",    "falcon",
	"fern",	 "finch",   "glen",    "hare",	  "harbour", "hazel",  "heron",
	"ibex",	 "isle",    "juniper", "kelp",	  "lark",    "linnet", "loch",
	"maple", "marten",  "moor",    "moss",	  "otter",   "owl",    "pebble",
	"pine",	 "plover",  "quartz",  "reed",	  "robin",   "rowan",  "sedge",
	"shoal", "sparrow", "tarn",    "thistle", "willow",  "wren",
};

static void random_bytes(void *bytes, size_t size)
{
	/* Up to 256 bytes are given whole, once the kernel has any. */
	while (getrandom(bytes, size, 0) < 0)
		;
}

void id_random(struct id *ret_id)
{
	unsigned char bytes[ID_LEN / 2];

	random_bytes(bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(ret_id->text + 2 * i, 3, "%02x", bytes[i]);
}

void name_random(struct name *ret_name)
{
	uint32_t dice[2];

	random_bytes(dice, sizeof(dice));
	snprintf(ret_name->text, sizeof(ret_name->text), "%s_%s",
		 qualities[dice[0] % ARRAY_LEN(qualities)],
		 things[dice[1] % ARRAY_LEN(things)]);
}

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

int name_check(const char *text, struct kist_error *err)
{
	size_t len = strlen(text);
	bool good = is_alnum(text[0]) && len <= NAME_MAX_LEN;

	for (size_t i = 0; good && i < len; i++)
		good = is_alnum(text[i]) || strchr("_.-", text[i]);
	if (good)
		return 0;
	err_set(err, KIST_E_OPTION_VALUE, "'%s' is not a name", text);
	err_hint(err,
		 "use letters, digits, '_', '.' and '-', beginning with "
		 "a letter or digit, at most %d",
		 NAME_MAX_LEN);
	return -EINVAL;
}

bool is_id_prefix(const char *text)
{
	size_t len = strspn(text, "0123456789abcdef");

	return len > 0 && len <= ID_LEN && text[len] == '\0';
}
