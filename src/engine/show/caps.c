/* SPDX-License-Identifier: Apache-2.0 */
/* caps.c - what it may do: capabilities, seccomp, the security module */
#include <string.h>

#include "engine/show/show.h"

#define LABEL_MAX 4096

/* Which file has it depends on the kernel's age. */
static void take_label(struct showing *s)
{
	static const char *const files[] = { "attr/apparmor/current",
					     "attr/current",
					     "attr/smack/current" };

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		char *text = show_read(s, files[i], LABEL_MAX);

		if (!text)
			continue;
		text[strcspn(text, "\n")] = '\0';
		if (*text) {
			s->show.lsm = text;
			return;
		}
	}
}

int show_caps(struct showing *s, struct kist_error *err)
{
	const struct proc_status *status = &s->status;
	struct kist_show *show = &s->show;

	(void)err;
	show->effective = status->caps[PROC_CAP_EFFECTIVE];
	show->permitted = status->caps[PROC_PERMITTED];
	show->inheritable = status->caps[PROC_INHERITABLE];
	show->bounding = status->caps[PROC_BOUNDING];
	show->ambient = status->caps[PROC_AMBIENT];
	show->no_new_privs = status->no_new_privs;
	show->seccomp = status->seccomp;
	show->seccomp_filters = status->filters;
	show->caps_in = s->user_ino;
	show->caps_in_initial =
		show_is_initial(s->proc_fd, NS_USER, s->user_ino);
	take_label(s);
	return 0;
}
