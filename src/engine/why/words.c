/* SPDX-License-Identifier: Apache-2.0 */
/* words.c - kist why EPERM mount /proc: a number and what it was about */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/near.h"
#include "base/num.h"
#include "base/path.h"
#include "engine/why/why.h"
#include "kernel/ns.h"
#include "kernel/syscalls.h"

#define ERRNO_MAX 133

/* ---- the number ---- */

static int bad_number(const char *word, struct kist_error *err)
{
	struct near near;
	int ret = err_set(err, KIST_E_WHY_WORDS, "'%s' is no errno", word);

	near_init(&near, word);
	for (int i = 1; i <= ERRNO_MAX; i++)
		near_offer(&near, errno_name(i));
	if (near.best)
		err_hint(err, "did you mean '%s'?", near.best);
	return ret;
}

/* "EPERM", "eperm", "1", "-1" */
static int read_number(const char *word, int *ret_errnum,
		       struct kist_error *err)
{
	uint32_t number;

	if (num_parse_u32(word + (word[0] == '-'), &number) == 0 &&
	    number > 0 && number <= ERRNO_MAX && errno_name((int)number)) {
		*ret_errnum = (int)number;
		return 0;
	}
	for (int i = 1; i <= ERRNO_MAX; i++) {
		const char *name = errno_name(i);

		if (name && strcasecmp(name, word) == 0) {
			*ret_errnum = i;
			return 0;
		}
	}
	/* names that stand for another's number */
	if (strcasecmp(word, "EWOULDBLOCK") == 0 ||
	    strcasecmp(word, "ENOTSUP") == 0) {
		*ret_errnum = word[1] == 'W' || word[1] == 'w' ? EWOULDBLOCK :
								 ENOTSUP;
		return 0;
	}
	return bad_number(word, err);
}

/* ---- the call ---- */

static int bad_call(const char *word, struct kist_error *err)
{
	struct near near;
	int ret = err_set(err, KIST_E_WHY_WORDS,
			  "'%s' is no call that is known", word);

	near_init(&near, word);
	for (size_t i = 0; i < why_word_count; i++)
		near_offer(&near, why_words[i].word);
	if (near.best)
		err_hint(err, "did you mean '%s'?", near.best);
	return ret;
}

/* "bind mount", "rmdir cgroup": two words of the table. */
static const struct why_word *find_call(const char *const *words,
					size_t *ret_used)
{
	char both[64];

	*ret_used = 2;
	if (words[1] && snprintf(both, sizeof(both), "%s %s", words[0],
				 words[1]) < (int)sizeof(both)) {
		const struct why_word *word = why_word_find(both);

		if (word)
			return word;
	}
	*ret_used = 1;
	return why_word_find(words[0]);
}

static int read_call(const char *const *words, struct why_case *c,
		     size_t *ret_used, struct kist_error *err)
{
	const struct why_word *word = find_call(words, ret_used);

	c->name = words[0];
	if (word) {
		c->name = word->word;
		c->call = (enum why_call)word->call;
		return 0;
	}
	/* what the kernel has not may be any call */
	if (c->errnum == ENOSYS && syscall_find(words[0]) >= 0) {
		c->call = WHY_OTHER;
		return 0;
	}
	/* a file: its path or its name says what it is */
	c->call = why_path_call(words[0], "write", WHY_WRITE);
	if (c->call == WHY_WRITE && words[0][0] == '/')
		c->call = WHY_OPEN;
	if (c->call == WHY_WRITE)
		return bad_call(words[0], err);
	if (words[0][0] == '/') {
		*ret_used = 0; /* it is the subject, too */
		c->name = c->call == WHY_OPEN ? "open" : "write";
	}
	return 0;
}

/* ---- the subject ---- */

static const char *type_of(const char *path)
{
	static const struct {
		const char *path, *type;
	} types[] = {
		{ "/proc", "proc" },
		{ "/sys", "sysfs" },
		{ "/dev/pts", "devpts" },
		{ "/dev/mqueue", "mqueue" },
		{ "/sys/fs/cgroup", "cgroup2" },
		{ "/sys/fs/bpf", "bpf" },
	};

	for (size_t i = 0; path && i < ARRAY_LEN(types); i++)
		if (strcmp(types[i].path, path) == 0)
			return types[i].type;
	return NULL;
}

/* mount [TYPE] [SOURCE] TARGET */
static void mount_words(const char *const *words, struct why_case *c)
{
	for (; *words; words++) {
		if ((*words)[0] != '/' && !c->type && !c->subject) {
			c->type = *words;
		} else {
			c->source = c->subject;
			c->subject = *words;
		}
	}
	if (!c->type && !c->source)
		c->type = type_of(c->subject);
}

static uint64_t kinds_of(const char *word)
{
	uint64_t flags = 0;
	uint32_t mask;

	if (strncasecmp(word, "CLONE_NEW", 9) == 0)
		word += 9;
	if (strcasecmp(word, "NS") == 0)
		word = "mnt";
	if (ns_parse(word, &mask, NULL) < 0) {
		char small[16];
		size_t i = 0;

		for (; word[i] && i + 1 < sizeof(small); i++)
			small[i] = (char)(word[i] | 0x20);
		small[i] = '\0';
		if (ns_parse(small, &mask, NULL) < 0)
			return 0;
	}
	for (int kind = 0; kind < NS_COUNT; kind++)
		if (mask & BIT(kind))
			flags |= (uint64_t)ns_table[kind].clone_flag;
	return flags;
}

static void subject_words(const char *const *words, struct why_case *c)
{
	if (c->call & (WHY_NS | WHY_JOIN) && words[0])
		c->flags = kinds_of(words[0]);
	if (c->call & (WHY_NS | WHY_JOIN) && c->flags)
		words++;
	if (!words[0])
		return;
	if (c->call == WHY_MOUNT || c->call == WHY_REMOUNT) {
		mount_words(words, c);
		return;
	}
	c->subject = words[0];
	c->value = words[1];
	/* newuidmap PID INSIDE OUTSIDE COUNT */
	if (strncmp(c->name, "new", 3) == 0 && c->call == WHY_MAP)
		c->subject = NULL;
	for (size_t i = 2; words[1] && words[i]; i++)
		c->value =
			arena_printf(c->arena, "%s %s",
				     i == 2 ? arena_printf(c->arena, "%s %s",
							   words[0], words[1]) :
					      c->value,
				     words[i]);
}

/* Of "memory.max /a" the subject is the file in that group. */
static void name_file(struct why_case *c)
{
	uint32_t in_group = WHY_CGROUP_WRITE | WHY_CGROUP_MOVE;

	if (c->call & in_group && strchr(c->name, '.') && c->subject &&
	    strcmp(path_name(c->subject), c->name) != 0)
		c->subject =
			arena_printf(c->arena, "%s/%s", c->subject, c->name);
	else if (c->subject)
		c->call = why_path_call(c->subject, c->name, c->call);
}

int kist_why_errno(const struct kist *kist, const char *errnum,
		   const char *const *words, struct kist_why *ret_why,
		   struct kist_error *err)
{
	struct why_case c = { .proc_fd = -1 };
	struct arena *arena;
	size_t used = 0;
	int ret = read_number(errnum, &c.errnum, err);

	if (ret == 0 && !words[0])
		ret = err_set(err, KIST_E_WHY_WORDS,
			      "'%s' of what? name the call", errnum);
	if (ret == 0)
		ret = read_call(words, &c, &used, err);
	if (ret == 0)
		ret = why_begin(ret_why, &arena, err);
	if (ret < 0)
		return ret;
	ret = why_case_self(kist, arena, &c);
	subject_words(words + used, &c);
	name_file(&c);
	if (ret == 0)
		ret = why_answer(&c, ret_why);
	if (c.proc_fd >= 0)
		close(c.proc_fd);
	if (ret < 0) {
		err_sys(err, KIST_E_SYSTEM, -ret, "look at the own process");
		kist_why_free(ret_why);
	}
	return ret;
}
