/* SPDX-License-Identifier: Apache-2.0 */
/* limit_words.c - reading limits as people write them */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/sysmacros.h>

#include "base/num.h"
#include "engine/cg/limit.h"
#include "engine/values.h"
#include "kernel/cgroup_internal.h"
#include "sys/file.h"

#define NANO 1000000000LL

static int bad(struct kist_error *err, const char *hint, const char *fmt, ...)
	PRINTF(3, 4);

static int bad(struct kist_error *err, const char *hint, const char *fmt, ...)
{
	char text[300];
	va_list args;
	int ret;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	ret = err_set(err, KIST_E_LIMIT_WORD, "%s", text);
	if (hint)
		err_hint(err, "%s", hint);
	return ret;
}

static bool is_none(const char *text)
{
	return strcmp(text, "max") == 0 || strcmp(text, "infinity") == 0 ||
	       strcmp(text, "unlimited") == 0 || strcmp(text, "-1") == 0;
}

/* "25%" of @whole. Return: false if it is no percentage. */
static bool read_percent(const char *text, int64_t whole, int64_t *ret_part)
{
	char number[24];
	size_t len = strlen(text);
	int64_t nano;

	if (len < 2 || len >= sizeof(number) || text[len - 1] != '%')
		return false;
	memcpy(number, text, len - 1);
	number[len - 1] = '\0';
	if (value_cpus(number, &nano, NULL))
		return false;
	*ret_part = (int64_t)((double)whole * (double)nano / NANO / 100);
	return true;
}

static int64_t machine_bytes(enum limit_key key)
{
	struct sysinfo info = { 0 };

	sysinfo(&info);
	return (int64_t)(key == KEY_SWAP ? info.totalswap : info.totalram) *
	       info.mem_unit;
}

static int read_bytes(struct limit_ask *ask, const char *text,
		      struct kist_error *err)
{
	int64_t bytes;
	int64_t whole =
		strchr(text, '%') ? machine_bytes((enum limit_key)ask->key) : 0;

	if (!read_percent(text, whole, &bytes) && num_parse_bytes(text, &bytes))
		return bad(err, "write it like 64M, 1.5G, 25% or max",
			   "%s: '%s' is not an amount of memory", ask->word,
			   text);
	ask->number = bytes < 0 ? LIMIT_NONE : bytes;
	return 0;
}

/* The kernel's own: "150000 100000", "max", of cpu.max; "150000". */
static bool read_quota(const char *text, int64_t *ret_nano)
{
	size_t len = strcspn(text, " ");
	uint64_t quota, period = 100000;

	if (num_parse_u64_n(text, len, &quota) || quota > 1u << 30 ||
	    (text[len] && num_parse_u64(text + len + 1, &period)) || !period)
		return false;
	*ret_nano = (int64_t)(quota * NANO / period);
	return true;
}

static int read_cpus(struct limit_ask *ask, const char *text,
		     struct kist_error *err)
{
	int64_t whole = sysconf(_SC_NPROCESSORS_ONLN) * NANO;

	if (strncmp(ask->word, "cpu.", 4) == 0) {
		if (read_quota(text, &ask->number))
			return 0;
		return bad(err, "write QUOTA [PERIOD], in microseconds",
			   "%s: not a quota", ask->word);
	}
	/* systemd counts one processor as 100 % */
	if (strncmp(ask->word, "CPU", 3) == 0)
		whole = NANO;
	if (read_percent(text, whole, &ask->number))
		return 0;
	if (value_cpus(text, &ask->number, NULL) == 0)
		return 0;
	return bad(err, "write it like 1.5, .5 or 50%; at least .01",
		   "%s: '%s' is not a number of processors", ask->word, text);
}

static int read_number(struct limit_ask *ask, const char *text,
		       struct kist_error *err)
{
	const struct limit_key_info *k = &limit_keys[ask->key];
	uint64_t value;

	if (num_parse_u64(text, &value) || value > INT32_MAX)
		return bad(err, "write a whole number, up to 2147483647",
			   "%s: '%s' is not a number%s", ask->word, text,
			   k->most ? "" : " or 'max'");
	if ((int64_t)value < k->least || (k->most && (int64_t)value > k->most))
		return bad(err, NULL, "%s: it is a number from %lld to %lld",
			   ask->word, (long long)k->least,
			   (long long)(k->most ? k->most : INT32_MAX));
	ask->number = (int64_t)value;
	return 0;
}

/* ---- devices ---- */

/* A partition's disk: limits are a disk's. */
static void disk_of(unsigned *major_no, unsigned *minor_no)
{
	char path[96], text[32];
	unsigned a, b;

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/partition",
		 *major_no, *minor_no);
	if (access(path, F_OK))
		return;
	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/../dev", *major_no,
		 *minor_no);
	if (sys_read_file(AT_FDCWD, path, text, sizeof(text)) > 0 &&
	    sscanf(text, "%u:%u", &a, &b) == 2) {
		*major_no = a;
		*minor_no = b;
	}
}

static bool read_numbers(const char *text, unsigned *major_no,
			 unsigned *minor_no)
{
	size_t len = strcspn(text, ":");
	uint64_t a, b;

	if (!text[len] || num_parse_u64_n(text, len, &a) ||
	    num_parse_u64(text + len + 1, &b) || a > 4095 || b > 1048575)
		return false;
	*major_no = (unsigned)a;
	*minor_no = (unsigned)b;
	return true;
}

static int read_device(struct limit_ask *ask, const char *name,
		       struct arena *arena, struct kist_error *err)
{
	unsigned major_no, minor_no;
	struct stat st;

	if (!read_numbers(name, &major_no, &minor_no)) {
		if (*name != '/' || stat(name, &st))
			return bad(err,
				   "name a disk as /dev/vda, by a folder on "
				   "it, or as MAJOR:MINOR",
				   "%s: there is no disk '%s'", ask->word,
				   name);
		dev_t dev = S_ISBLK(st.st_mode) ? st.st_rdev : st.st_dev;

		major_no = major(dev);
		minor_no = minor(dev);
		if (major_no == 0 || S_ISCHR(st.st_mode))
			return bad(err, "name the disk itself: see 'lsblk -d'",
				   "%s: '%s' is not on one disk", ask->word,
				   name);
	}
	disk_of(&major_no, &minor_no);
	ask->device = arena_printf(arena, "%u:%u", major_no, minor_no);
	return 0;
}

/* "WHERE:VALUE", or "WHERE VALUE" as the kernel writes it. */
static const char *split(struct limit_ask *ask, const char *text,
			 struct arena *arena)
{
	const char *at = strrchr(text, ' ');

	if (!at)
		at = strrchr(text, ':');
	if (!at)
		return NULL;
	ask->name = arena_strndup(arena, text, (size_t)(at - text));
	return at + 1;
}

static int read_rate(struct limit_ask *ask, const char *text,
		     struct arena *arena, struct kist_error *err)
{
	const char *value = split(ask, text, arena);
	int ret;

	if (!value)
		return bad(err, NULL, "%s: write it as %s=/dev/vda:VALUE",
			   ask->word, limit_keys[ask->key].name);
	ret = read_device(ask, ask->name, arena, err);
	if (ret)
		return ret;
	if (limit_keys[ask->key].kind == KIND_RATE)
		return read_bytes(ask, value, err);
	if (is_none(value)) {
		ask->number = LIMIT_NONE;
		return 0;
	}
	return read_number(ask, value, err);
}

static int read_share(struct limit_ask *ask, const char *text,
		      struct arena *arena, struct kist_error *err)
{
	const char *value = split(ask, text, arena);
	int ret;

	if (!value)
		return read_number(ask, text, err);
	ret = strcmp(ask->name, "default") == 0 ?
		      0 :
		      read_device(ask, ask->name, arena, err);
	return ret ? ret : read_number(ask, value, err);
}

/* ---- the network ---- */

static bool read_hex(const char *text, size_t len, uint64_t most,
		     uint64_t *ret_value)
{
	uint64_t value = 0;

	if (!len || len > 8)
		return false;
	for (size_t i = 0; i < len; i++) {
		const char *digits = "0123456789abcdef";
		const char *at = strchr(digits, text[i] | 0x20);

		if (!at || !*at)
			return false;
		value = value << 4 | (uint64_t)(at - digits);
	}
	*ret_value = value;
	return value <= most;
}

static int read_class(struct limit_ask *ask, const char *text,
		      struct kist_error *err)
{
	size_t len = strcspn(text, ":");
	uint64_t high, low;

	if (text[len] && read_hex(text, len, 0xffff, &high) &&
	    read_hex(text + len + 1, strlen(text + len + 1), 0xffff, &low))
		low |= high << 16;
	else if (strncmp(text, "0x", 2) != 0 ||
		 !read_hex(text + 2, strlen(text + 2), UINT32_MAX, &low))
		if (num_parse_u64(text, &low) || low > UINT32_MAX)
			return bad(err, "write it as tc(8) does: 10:1",
				   "%s: '%s' is not a class", ask->word, text);
	ask->number = (int64_t)low;
	return 0;
}

static int read_prio(struct limit_ask *ask, const char *text,
		     struct arena *arena, struct kist_error *err)
{
	const char *value = split(ask, text, arena);

	if (!value || !*ask->name)
		return bad(err, "write LINK:PRIORITY", "%s: not a priority",
			   ask->word);
	return read_number(ask, value, err);
}

/* ---- words ---- */

static int read_value(struct limit_ask *ask, const char *text,
		      struct arena *arena, struct kist_error *err)
{
	enum limit_kind kind = limit_keys[ask->key].kind;

	if ((is_none(text) && kind <= KIND_TIME) ||
	    (kind == KIND_CPUS && strncmp(text, "max ", 4) == 0)) {
		if (kind == KIND_NUMBER && limit_keys[ask->key].most)
			return read_number(ask, text, err);
		ask->number = LIMIT_NONE;
		return 0;
	}
	switch (kind) {
	case KIND_BYTES:
		return read_bytes(ask, text, err);
	case KIND_CPUS:
		return read_cpus(ask, text, err);
	case KIND_RATE:
	case KIND_IOPS:
		return read_rate(ask, text, arena, err);
	case KIND_SHARE:
		return read_share(ask, text, arena, err);
	case KIND_CLASS:
		return read_class(ask, text, err);
	case KIND_PRIO:
		return read_prio(ask, text, arena, err);
	case KIND_LIST:
		ask->text = text;
		if (value_cpu_list(text, NULL) == 0)
			return 0;
		return bad(err, "write it like 0-3,6", "%s: not a list",
			   ask->word);
	default:
		return read_number(ask, text, err);
	}
}

/* "hugetlb.2MB", "hugetlb.2MB.max", "hugetlb.2MB.limit_in_bytes" */
static void read_page_size(struct limit_ask *ask, struct arena *arena)
{
	const char *size = ask->word + 8;

	ask->name = arena_strndup(arena, size, strcspn(size, ".="));
}

/* Files that do something instead of limiting something. */
static bool is_action(const char *name)
{
	static const char *const actions[] = {
		"cgroup.procs",
		"cgroup.threads",
		"cgroup.kill",
		"cgroup.type",
		"cgroup.subtree_control",
		"memory.reclaim",
		"cgroup.event_control",
	};

	for (size_t i = 0; i < ARRAY_LEN(actions); i++)
		if (strcmp(name, actions[i]) == 0)
			return true;
	return false;
}

static bool is_of_controller(const char *name)
{
	size_t len = strcspn(name, ".");

	for (int i = 0; cgroup_controller_names[i]; i++)
		if (strlen(cgroup_controller_names[i]) == len &&
		    strncmp(cgroup_controller_names[i], name, len) == 0)
			return true;
	return strncmp(name, "cgroup.", 7) == 0;
}

static int read_file(struct limit_ask *ask, size_t len, const char *near,
		     struct arena *arena, struct kist_error *err)
{
	const char *name = arena_strndup(arena, ask->word, len);
	const char *dot = strchr(name, '.');

	if (!dot || !dot[1] || strchr(name, '/') || !is_of_controller(name)) {
		int ret = bad(err, NULL, "there is no limit '%s'", name);

		if (near)
			err_hint(err, "did you mean '%s'?", near);
		return ret;
	}
	if (is_action(name) || strchr(ask->word, '\n'))
		return bad(err, "'kist cg set' writes such files",
			   "'%s' limits nothing", name);
	ask->name = name;
	ask->text = ask->word + len + 1;
	return 0;
}

static int read_word(const char *word, struct arena *arena,
		     struct limit_ask *ask, struct kist_error *err)
{
	const char *equals = strchr(word, '=');
	const char *near;
	size_t len;

	if (!equals || equals == word)
		return bad(err, "write KEY=VALUE: mem=3G",
			   "'%.200s' is not a limit", word);
	len = (size_t)(equals - word);
	*ask = (struct limit_ask){ .word = word,
				   .key = limit_key_find(word, len, &near) };
	if (!equals[1])
		return bad(err, "to have no limit write 'max'",
			   "%s: there is no value", word);
	if (ask->key < 0)
		return read_file(ask, len, near, arena, err);
	if (ask->key == KEY_HUGETLB)
		read_page_size(ask, arena);
	return read_value(ask, equals + 1, arena, err);
}

static bool is_text_same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* The same limit, of the same disk, link, size or file. */
static bool is_same(const struct limit_ask *a, const struct limit_ask *b)
{
	return a->key == b->key && is_text_same(a->device, b->device) &&
	       (a->device || is_text_same(a->name, b->name));
}

static void put(struct limit_asks *asks, const struct limit_ask *ask,
		struct arena *arena)
{
	for (size_t i = 0; i < asks->count; i++)
		if (is_same(&asks->items[i], ask)) {
			asks->items[i] = *ask;
			return;
		}
	if (asks->count == asks->room) {
		size_t room = asks->room ? asks->room * 2 : 8;
		struct limit_ask *more =
			ARENA_ARRAY(arena, struct limit_ask, room);

		if (arena_failed(arena))
			return;
		if (asks->count)
			memcpy(more, asks->items, asks->count * sizeof(*more));
		asks->items = more;
		asks->room = room;
	}
	asks->items[asks->count++] = *ask;
}

int limit_words_read(const char *const *words, struct arena *arena,
		     struct limit_asks *asks, struct kist_error *err)
{
	for (; words && *words; words++) {
		struct limit_ask ask;
		int ret = read_word(*words, arena, &ask, err);

		if (ret)
			return ret;
		put(asks, &ask, arena);
	}
	return arena_failed(arena) ? err_nomem(err) : 0;
}

const struct limit_ask *limit_ask_of(const struct limit_asks *asks,
				     enum limit_key key)
{
	for (size_t i = 0; i < asks->count; i++)
		if (asks->items[i].key == (int)key)
			return &asks->items[i];
	return NULL;
}

bool kist_limit_key(size_t index, struct kist_limit_key *ret_key)
{
	if (index >= KEY_COUNT)
		return false;
	*ret_key = (struct kist_limit_key){
		.name = limit_keys[index].name,
		.podman = limit_keys[index].podman,
		/* as it is written; on the wire it has another name */
		.systemd = index == KEY_CPUS ?
				   "CPUQuota" :
				   limit_key_systemd((enum limit_key)index),
		.v1_file = limit_key_file((enum limit_key)index, false),
		.v2_file = limit_key_file((enum limit_key)index, true),
		.help = limit_keys[index].help,
	};
	return true;
}
