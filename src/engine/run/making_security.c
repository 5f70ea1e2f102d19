/* SPDX-License-Identifier: Apache-2.0 */
/* making_security.c - what --security-opt says */
#include <errno.h>
#include <string.h>

#include "base/near.h"
#include "engine/run/defaults.h"
#include "engine/run/making.h"
#include "kernel/lsm.h"

/* "=" or ":" separates, as in Docker. Return: the value, or NULL. */
static const char *value_of(const char *word, const char *name)
{
	size_t len = strlen(name);

	if (strncmp(word, name, len) != 0)
		return NULL;
	if (word[len] == '\0')
		return word + len;
	return word[len] == '=' || word[len] == ':' ? word + len + 1 : NULL;
}

static const char **with(struct arena *arena, const char **list,
			 const char *path)
{
	size_t count = list_count(list);
	const char **more = ARENA_ARRAY(arena, const char *, count + 2);

	if (!more || arena_failed(arena))
		return list;
	memcpy(more, list, count * sizeof(*more));
	more[count] = path;
	return more;
}

static const char **without(struct arena *arena, const char *const *list,
			    const char *path)
{
	const char **less =
		ARENA_ARRAY(arena, const char *, list_count(list) + 1);
	size_t count = 0;

	for (; less && *list; list++)
		if (strcmp(*list, path) != 0)
			less[count++] = *list;
	return less;
}

static int take_paths(struct making *m, const char *value, bool mask,
		      struct kist_error *err)
{
	struct security *s = &m->security;
	char *rest = arena_strdup(m->arena, value), *path;

	if (!mask && strcasecmp(value, "all") == 0) {
		s->masked = s->readonly =
			ARENA_ARRAY(m->arena, const char *, 1);
		return 0;
	}
	for (path = strtok_r(rest, ":", &rest); path;
	     path = strtok_r(NULL, ":", &rest)) {
		if (path[0] != '/') {
			err_set(err, KIST_E_OPTION_VALUE,
				"'%s' is not an absolute path", path);
			err_hint(
				err,
				"paths to mask begin with '/', as /proc/kcore");
			return -EINVAL;
		}
		if (mask) {
			s->masked = with(m->arena, s->masked, path);
			continue;
		}
		s->masked = without(m->arena, s->masked, path);
		s->readonly = without(m->arena, s->readonly, path);
	}
	return 0;
}

static int take_seccomp(struct making *m, const char *value,
			struct kist_error *err)
{
	struct security *s = &m->security;

	if (strcmp(value, "unconfined") == 0) {
		s->seccomp = SECCOMP_UNCONFINED;
		return 0;
	}
	if (strcmp(value, "default") == 0 || strcmp(value, "builtin") == 0) {
		s->seccomp = SECCOMP_DEFAULT;
		return 0;
	}
	s->seccomp = SECCOMP_FILE;
	s->seccomp_path = value;
	return seccomp_file_read(value, m->caps, m->arena, &s->seccomp_json,
				 err);
}

static int take_privileges(struct making *m, const char *value,
			   struct kist_error *err)
{
	if (!*value || strcmp(value, "true") == 0)
		m->security.no_new_privileges = true;
	else if (strcmp(value, "false") == 0)
		m->security.no_new_privileges = false;
	else {
		err_set(err, KIST_E_OPTION_VALUE,
			"'%s' is neither true nor false", value);
		err_hint(err, "write true or false");
		return -EINVAL;
	}
	return 0;
}

static int take_apparmor(struct making *m, const char *value,
			 struct kist_error *err)
{
	if (strcmp(value, "unconfined") == 0)
		return 0;
	if (!lsm_has_apparmor()) {
		err_set(err, KIST_E_UNSUPPORTED,
			"AppArmor is not in force on this machine");
		err_hint(err, "leave it out: without AppArmor nothing is "
			      "confined by it");
		return -ENOTSUP;
	}
	m->security.apparmor = value;
	return 0;
}

static int take_label(struct making *m, const char *value,
		      struct kist_error *err)
{
	if (strcmp(value, "disable") == 0)
		return 0;
	if (!lsm_has_selinux()) {
		err_set(err, KIST_E_UNSUPPORTED,
			"SELinux is not in force on this machine");
		err_hint(err,
			 "leave it out: without SELinux nothing has a label");
		return -ENOTSUP;
	}
	m->security.selinux = value;
	return 0;
}

static int take_mask(struct making *m, const char *value,
		     struct kist_error *err)
{
	return take_paths(m, value, true, err);
}

static int take_unmask(struct making *m, const char *value,
		       struct kist_error *err)
{
	return take_paths(m, value, false, err);
}

static int take_system_paths(struct making *m, const char *value,
			     struct kist_error *err)
{
	if (strcmp(value, "unconfined") != 0) {
		err_set(err, KIST_E_OPTION_VALUE,
			"systempaths can only be 'unconfined'");
		err_hint(err, "write --security-opt systempaths=unconfined, "
			      "or name paths with unmask=");
		return -EINVAL;
	}
	return take_paths(m, "all", false, err);
}

static const struct {
	const char *name;
	int (*take)(struct making *m, const char *value,
		    struct kist_error *err);
} security_words[] = {
	{ "no-new-privileges", take_privileges },
	{ "seccomp", take_seccomp },
	{ "apparmor", take_apparmor },
	{ "label", take_label },
	{ "mask", take_mask },
	{ "unmask", take_unmask },
	{ "systempaths", take_system_paths },
};

static int take_word(struct making *m, const char *word, struct kist_error *err)
{
	char *name = arena_strndup(m->arena, word, strcspn(word, "=:"));
	struct near near;

	near_init(&near, name);
	for (size_t i = 0; i < ARRAY_LEN(security_words); i++) {
		const char *value = value_of(word, security_words[i].name);

		if (value)
			return security_words[i].take(m, value, err);
		near_offer(&near, security_words[i].name);
	}
	err_set(err, KIST_E_OPTION_VALUE, "unknown option '%s'", name);
	if (near.best)
		err_hint(err, "did you mean '%s'?", near.best);
	else
		err_hint(err, "there are no-new-privileges, seccomp, "
			      "apparmor, label, mask, unmask, systempaths");
	return -EINVAL;
}

int making_read_security(struct making *m, struct kist_error *err)
{
	struct security *s = &m->security;
	const char *const *words = m->run->security;
	bool free = m->run->privileged;

	s->no_new_privileges = !free;
	s->seccomp = free ? SECCOMP_UNCONFINED : SECCOMP_DEFAULT;
	s->masked = without(
		m->arena, free ? (const char *const[]){ NULL } : default_masked,
		"");
	s->readonly = without(
		m->arena,
		free ? (const char *const[]){ NULL } : default_readonly, "");
	for (; words && *words; words++) {
		int ret = take_word(m, *words, err);

		if (ret < 0) {
			option_while(err, "--security-opt", *words);
			return ret;
		}
	}
	return 0;
}
