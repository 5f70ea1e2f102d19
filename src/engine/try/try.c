/* SPDX-License-Identifier: Apache-2.0 */
/* try.c - kist_try(): a command behind an overlay; what it changed */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <kist/explain.h>
#include <kist/try.h>

#include "base/path.h"
#include "engine/try/changes.h"

/* Of these the command has its own, empty ones. */
static const char *visible(const char *cwd)
{
	static const char *const own[] = { "/run", "/dev", "/proc", "/sys" };

	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (path_below(cwd, own[i]))
			return "/";
	return cwd;
}

/* The same as a run, and what that points to. */
struct try_run {
	char cwd[PATH_MAX], hostname[HOST_NAME_MAX + 1];
	struct kist_run run;
};

static int as_run(const struct kist_try *args, struct try_run *ret_try,
		  struct kist_error *err)
{
	static const char *const labels[] = { "org.kist.try=yes", NULL };
	static const char *const env[] = { "*", NULL };

	if (!getcwd(ret_try->cwd, sizeof(ret_try->cwd)))
		return err_sys(err, KIST_E_SYSTEM, errno,
			       "read the working directory");
	ret_try->hostname[0] = ret_try->hostname[HOST_NAME_MAX] = '\0';
	gethostname(ret_try->hostname, HOST_NAME_MAX);
	ret_try->run = (struct kist_run){
		.image = "host",
		.command = args->command,
		.name = args->name,
		.layers = args->again,
		.remove = args->again != NULL,
		.network = args->no_net ? "none" : "host",
		.hostname = ret_try->hostname[0] ? ret_try->hostname : NULL,
		.workdir = visible(ret_try->cwd),
		.env = env,
		.labels = labels,
	};
	return 0;
}

int kist_try(const struct kist *kist, const struct kist_try *args,
	     struct kist_run_result *ret_result, struct kist_error *err)
{
	struct try_run try;
	int ret = as_run(args, &try, err);

	return ret < 0 ? ret : kist_run(kist, &try.run, ret_result, err);
}

int kist_try_plan(const struct kist *kist, const struct kist_try *args,
		  char **ret_text, struct kist_error *err)
{
	struct try_run try;
	int ret = as_run(args, &try, err);

	return ret < 0 ? ret : kist_run_plan(kist, &try.run, ret_text, err);
}

int kist_explain_try(const struct kist *kist, const struct kist_try *args,
		     struct kist_steps *ret_steps, struct kist_error *err)
{
	struct try_run try;
	int ret = as_run(args, &try, err);

	return ret < 0 ? ret : kist_explain_run(kist, &try.run, ret_steps, err);
}

/* One block: the structs, then the paths. */
static int copy_out(const struct change *changes, size_t count,
		    struct kist_change **ret_changes, struct kist_error *err)
{
	size_t size = (count + 1) * sizeof(struct kist_change);
	struct kist_change *out;
	char *text;

	for (size_t i = 0; i < count; i++)
		size += strlen(changes[i].shown.path) + 1;
	out = malloc(size);
	if (!out)
		return err_nomem(err);
	text = (char *)(out + count + 1);
	for (size_t i = 0; i < count; i++) {
		out[i] = changes[i].shown;
		out[i].path = text;
		text = stpcpy(text, changes[i].shown.path) + 1;
	}
	*ret_changes = out;
	return 0;
}

int kist_try_changes(const struct kist *kist, const char *name,
		     const struct kist_try_filter *filter,
		     struct kist_change **ret_changes, size_t *ret_count,
		     struct kist_error *err)
{
	struct subject s;
	struct change *changes;
	size_t count;
	int ret = subject_open(kist, name, &s, err);

	if (ret < 0)
		return ret;
	ret = changes_list(&s, filter, &s.arena, &changes, &count, err);
	if (ret == 0)
		ret = copy_out(changes, count, ret_changes, err);
	if (ret == 0)
		*ret_count = count;
	subject_close(&s);
	return ret;
}

void kist_try_changes_free(struct kist_change *changes)
{
	free(changes);
}
