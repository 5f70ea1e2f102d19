/* SPDX-License-Identifier: Apache-2.0 */
/* netns_exec.c - commands in a network namespace; its rules, by nft(8) */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <kist/netns.h>

#include "base/trace.h"
#include "engine/net/link_place.h"
#include "engine/ns/named.h"

int kist_netns_names(const struct kist *kist, const char ***ret_names,
		     struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	size_t count, size = sizeof(char *), wanted = 0;
	struct named *sets;
	const char **names;
	char *text;
	int ret;

	arena_init(&arena);
	ret = named_list(kist, &arena, &sets, &count, err);
	if (ret < 0)
		return ret;
	for (size_t i = 0; i < count; i++)
		size += sizeof(char *) + strlen(sets[i].name) + 1;
	names = malloc(size);
	if (!names)
		return err_nomem(err);
	text = (char *)(names + count + 1);
	for (size_t i = 0; i < count; i++) {
		if (!(sets[i].kinds & BIT(NS_NET)) || sets[i].is_dead)
			continue;
		names[wanted++] = strcpy(text, sets[i].name);
		text += strlen(text) + 1;
	}
	names[wanted] = NULL;
	*ret_names = names;
	return 0;
}

/* "host" is the caller's own, if nothing else is called so. */
static int enter(const struct kist *kist, const char *target,
		 const char *const *command, bool refreshes,
		 struct kist_enter_end *ret_end, struct kist_error *err)
{
	struct kist_enter args = {
		.target = target,
		.command = command,
		.kinds = KIST_NS_NET,
		.no_refresh = !refreshes,
	};
	CLEANUP_ARENA struct arena arena;
	struct link_place at;
	int ret;

	arena_init(&arena);
	ret = link_place_find(kist, target, false, &arena, &at, err);
	if (ret < 0)
		return ret;
	site_close(&at.place);
	args.target = at.word;
	return kist_enter(kist, &args, NULL, NULL, ret_end, err);
}

int kist_netns_exec(const struct kist *kist, const char *target,
		    const char *const *command, struct kist_enter_end *ret_end,
		    struct kist_error *err)
{
	return enter(kist, target, command, true, ret_end, err);
}

/* ---- nft ---- */

static bool is_file(const char *const *words)
{
	return words[0] && !words[1] &&
	       (strchr(words[0], '/') || strcmp(words[0], "-") == 0);
}

/* nft's own command line, in the arena. */
static const char *const *nft_words(const char *const *words,
				    struct arena *arena)
{
	static const char *const list[] = { "nft", "list", "ruleset", NULL };
	const char **command;
	size_t count = 0, at = 1;

	if (!words || !words[0])
		return list;
	while (words[count])
		count++;
	command = ARENA_ARRAY(arena, const char *, count + 3);
	if (!command)
		return NULL;
	command[0] = "nft";
	if (is_file(words))
		command[at++] = "-f";
	for (size_t i = 0; i < count; i++)
		command[at++] = words[i];
	return command;
}

static int tell(const struct kist *kist, const char *target,
		const char *const *command, const struct kist_trace *trace,
		struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	CLEANUP_BUF struct buf line = { 0 };
	struct link_place at;
	int ret;

	arena_init(&arena);
	ret = link_place_find(kist, target, false, &arena, &at, err);
	if (ret < 0)
		return ret;
	buf_puts(&line, at.place.run);
	for (size_t i = 0; command[i]; i++)
		buf_printf(&line, "%s%s", i ? " " : "", trace_word(command[i]));
	if (buf_failed(&line))
		ret = err_nomem(err);
	else
		ret = trace_step(trace, NULL, "%s", line.data);
	site_close(&at.place);
	return ret;
}

int kist_netns_nft(const struct kist *kist, const char *target,
		   const char *const *words, const struct kist_trace *trace,
		   struct kist_enter_end *ret_end, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct kist_error why = { 0 };
	const char *const *command;
	int ret;

	arena_init(&arena);
	command = nft_words(words, &arena);
	if (!command)
		return err_nomem(err);
	ret = tell(kist, target, command, trace, err);
	*ret_end = (struct kist_enter_end){ 0 };
	if (ret <= 0)
		return ret;
	ret = enter(kist, target, command, false, ret_end, &why);
	if (ret < 0 && why.id == KIST_E_COMMAND_NOT_FOUND)
		return err_set(err, KIST_E_NFT_MISSING,
			       "the program nft is not installed");
	if (ret < 0 && err && !err->id)
		*err = why;
	return ret;
}
