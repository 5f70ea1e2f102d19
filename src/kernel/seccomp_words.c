/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seccomp_words.c - the words of a seccomp profile in config.json
 *
 * All that runtime-spec 1.3 and libseccomp 2.6 know. An architecture this
 * machine cannot run is a known word all the same: profiles are written for
 * many machines, and seccomp_compile() passes it over.
 */
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <string.h>

#include "kernel/seccomp.h"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV /* Linux 5.19 */
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

struct word {
	const char *word;
	uint32_t value;
};

/* Each list is sorted, and ends with a NULL. */
static const struct word action_words[] = {
	{ "SCMP_ACT_ALLOW", SECCOMP_RET_ALLOW },
	{ "SCMP_ACT_ERRNO", SECCOMP_RET_ERRNO },
	{ "SCMP_ACT_KILL", SECCOMP_RET_KILL_THREAD },
	{ "SCMP_ACT_KILL_PROCESS", SECCOMP_RET_KILL_PROCESS },
	{ "SCMP_ACT_KILL_THREAD", SECCOMP_RET_KILL_THREAD },
	{ "SCMP_ACT_LOG", SECCOMP_RET_LOG },
	{ "SCMP_ACT_NOTIFY", SECCOMP_RET_USER_NOTIF },
	{ "SCMP_ACT_TRACE", SECCOMP_RET_TRACE },
	{ "SCMP_ACT_TRAP", SECCOMP_RET_TRAP },
	{ NULL, 0 },
};

static const struct word op_words[] = {
	{ "SCMP_CMP_EQ", SECCOMP_OP_EQ },
	{ "SCMP_CMP_GE", SECCOMP_OP_GE },
	{ "SCMP_CMP_GT", SECCOMP_OP_GT },
	{ "SCMP_CMP_LE", SECCOMP_OP_LE },
	{ "SCMP_CMP_LT", SECCOMP_OP_LT },
	{ "SCMP_CMP_MASKED_EQ", SECCOMP_OP_MASKED_EQ },
	{ "SCMP_CMP_NE", SECCOMP_OP_NE },
	{ NULL, 0 },
};

static const struct word arch_words[] = {
	{ "SCMP_ARCH_AARCH64", AUDIT_ARCH_AARCH64 },
	{ "SCMP_ARCH_ARM", AUDIT_ARCH_ARM },
	{ "SCMP_ARCH_LOONGARCH64", AUDIT_ARCH_LOONGARCH64 },
	{ "SCMP_ARCH_M68K", AUDIT_ARCH_M68K },
	{ "SCMP_ARCH_MIPS", AUDIT_ARCH_MIPS },
	{ "SCMP_ARCH_MIPS64", AUDIT_ARCH_MIPS64 },
	{ "SCMP_ARCH_MIPS64N32", AUDIT_ARCH_MIPS64N32 },
	{ "SCMP_ARCH_MIPSEL", AUDIT_ARCH_MIPSEL },
	{ "SCMP_ARCH_MIPSEL64", AUDIT_ARCH_MIPSEL64 },
	{ "SCMP_ARCH_MIPSEL64N32", AUDIT_ARCH_MIPSEL64N32 },
	{ "SCMP_ARCH_PARISC", AUDIT_ARCH_PARISC },
	{ "SCMP_ARCH_PARISC64", AUDIT_ARCH_PARISC64 },
	{ "SCMP_ARCH_PPC", AUDIT_ARCH_PPC },
	{ "SCMP_ARCH_PPC64", AUDIT_ARCH_PPC64 },
	{ "SCMP_ARCH_PPC64LE", AUDIT_ARCH_PPC64LE },
	{ "SCMP_ARCH_RISCV64", AUDIT_ARCH_RISCV64 },
	{ "SCMP_ARCH_S390", AUDIT_ARCH_S390 },
	{ "SCMP_ARCH_S390X", AUDIT_ARCH_S390X },
	{ "SCMP_ARCH_SH", AUDIT_ARCH_SHEL },
	{ "SCMP_ARCH_SHEB", AUDIT_ARCH_SH },
	{ "SCMP_ARCH_X32", SECCOMP_ARCH_X32 },
	{ "SCMP_ARCH_X86", AUDIT_ARCH_I386 },
	{ "SCMP_ARCH_X86_64", AUDIT_ARCH_X86_64 },
	{ NULL, 0 },
};

static const struct word flag_words[] = {
	{ "SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG },
	{ "SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW },
	{ "SECCOMP_FILTER_FLAG_TSYNC", SECCOMP_FILTER_FLAG_TSYNC },
	{ "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
	  SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV },
	{ NULL, 0 },
};

static const struct word *find(const struct word *list, const char *word)
{
	while (list->word && strcmp(list->word, word) != 0)
		list++;
	return list->word ? list : NULL;
}

static bool parse(const struct word *list, const char *word,
		  uint32_t *ret_value)
{
	const struct word *found = find(list, word);

	if (found)
		*ret_value = found->value;
	return found != NULL;
}

bool seccomp_action_parse(const char *word, uint32_t *ret_action)
{
	return parse(action_words, word, ret_action);
}

bool seccomp_op_parse(const char *word, enum seccomp_op *ret_op)
{
	uint32_t value;

	if (!parse(op_words, word, &value))
		return false;
	*ret_op = (enum seccomp_op)value;
	return true;
}

bool seccomp_arch_parse(const char *word, uint32_t *ret_arch)
{
	return parse(arch_words, word, ret_arch);
}

bool seccomp_flag_parse(const char *word, uint32_t *ret_flag)
{
	return parse(flag_words, word, ret_flag);
}

/* One behind the last is the NULL that ends the list. */
const char *seccomp_action_word(size_t i)
{
	return action_words[i].word;
}

const char *seccomp_op_word(size_t i)
{
	return op_words[i].word;
}

const char *seccomp_arch_word(size_t i)
{
	return arch_words[i].word;
}

const char *seccomp_flag_word(size_t i)
{
	return flag_words[i].word;
}
