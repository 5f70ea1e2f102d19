/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_process.c - the process itself: attributes, credentials, the program
 *
 * How it works
 * ============
 * The order is forced: what needs privilege first (limits, names, working
 * directory), then the bounding set, then the ids with the capabilities kept,
 * then the capabilities cut down, then no_new_privs. The filter comes last;
 * without no_new_privs installing it needs CAP_SYS_ADMIN, so there it is
 * before the credentials (config.md, noNewPrivileges).
 *
 * A created container waits between READY and LISTEN; all behind that is in
 * plan_after_start(), which is also run alone to name what failed there.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <linux/sched/types.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "container/planning.h"
#include "kernel/lsm.h"
#include "kernel/rlimit.h"
#include "kernel/seccomp.h"
#include "kernel/user.h"

static const struct spec_process *process_of(const struct planning *p)
{
	return &p->spec->process;
}

static void plan_session(struct planning *p)
{
	struct plan_op *op = plan_call(p->plan, SYS_setsid, 0, 0, 0);

	op->ignore[0] = EPERM; /* it leads one already */
	plan_say(p->plan, "make a new session", NULL, NULL);
	if (p->no_new_keyring)
		return;
	op = plan_call(p->plan, SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING,
		       plan_text(p->plan,
				 arena_printf(p->arena, "_ses.%s", p->id)),
		       0);
	op->offsets = BIT(2);
	op->ignore[0] = ENOSYS; /* no keyrings in this kernel */
	op->ignore[1] = EDQUOT; /* the user's quota of keys: go on without */
	op->ignore[2] = EPERM;	/* an outer container's filter */
	plan_say(p->plan, "join session keyring '_ses.%1'", p->id, NULL);
}

static void plan_names(struct planning *p)
{
	const struct {
		long call;
		const char *name, *words;
	} names[] = {
		{ SYS_sethostname, p->spec->hostname, "set hostname '%1'" },
		{ SYS_setdomainname, p->spec->domainname,
		  "set domainname '%1'" },
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct plan_op *op;

		if (!names[i].name)
			continue;
		op = plan_call(p->plan, names[i].call,
			       plan_text(p->plan, names[i].name),
			       strlen(names[i].name), 0);
		op->offsets = BIT(1);
		plan_say(p->plan, names[i].words, names[i].name, NULL);
	}
}

/* Without its own namespace they would be this machine's. */
static int check_names(const struct planning *p, struct kist_error *err)
{
	const struct spec *spec = p->spec;
	const char *name = spec->hostname ? spec->hostname : spec->domainname;

	if (!name || p->is_exec || plan_is_private(p, NS_UTS))
		return 0;
	err_set(err, KIST_E_CONFIG_VALUE,
		"%s '%s' would be set for this whole machine",
		spec->hostname ? "hostname" : "domainname", name);
	err_hint(err, "add {\"type\": \"uts\"} to linux.namespaces, or take "
		      "the name out");
	return -EINVAL;
}

static void plan_rlimits(struct planning *p)
{
	const struct spec_process *process = process_of(p);

	for (size_t i = 0; i < process->rlimit_count; i++) {
		const struct spec_rlimit *limit = &process->rlimits[i];
		uint64_t pair[2] = { limit->soft, limit->hard };
		struct plan_op *op = plan_call(
			p->plan, SYS_prlimit64, 0, (uint64_t)limit->resource,
			plan_bytes(p->plan, pair, sizeof(pair)));

		op->offsets = BIT(3);
		plan_say(p->plan, "set rlimit %1",
			 rlimit_table[limit->resource].oci_name, NULL);
		plan_at(p->plan, &limit->place);
	}
}

static void plan_scheduler(struct planning *p)
{
	const struct spec_scheduler *s = &process_of(p)->scheduler;
	struct sched_attr attr = {
		.size = sizeof(attr),
		.sched_policy = (uint32_t)s->policy,
		.sched_flags = s->flags,
		.sched_nice = s->nice,
		.sched_priority = s->priority,
		.sched_runtime = s->runtime,
		.sched_deadline = s->deadline,
		.sched_period = s->period,
	};
	struct plan_op *op;

	if (s->policy >= 0) {
		op = plan_call(p->plan, SYS_sched_setattr, 0,
			       plan_bytes(p->plan, &attr, sizeof(attr)), 0);
		op->offsets = BIT(2);
		plan_say(p->plan, "set the scheduler", NULL, NULL);
		plan_at(p->plan, &s->place);
	}
	if (process_of(p)->io_class) {
		plan_call(p->plan, SYS_ioprio_set, 1, 0,
			  ((uint64_t)process_of(p)->io_class << 13) |
				  (uint64_t)process_of(p)->io_priority);
		plan_say(p->plan, "set ioPriority", NULL, NULL);
	}
	if (p->spec->personality >= 0) {
		plan_call(p->plan, SYS_personality,
			  (uint64_t)p->spec->personality, 0, 0);
		plan_say(p->plan, "set the personality", NULL, NULL);
	}
}

void plan_oom_score(struct planning *p)
{
	const struct spec_process *process = process_of(p);
	char *number = arena_printf(p->arena, "%d", process->oom_score_adj);
	struct plan_op *op;

	/* in a new user namespace the parent does it, with its rights */
	if (!process->has_oom_score_adj || p->spec->ns[NS_USER].want == NS_NEW)
		return;
	op = plan_add(p->plan, PLAN_WRITE);
	op->dir = (int16_t)p->proc_slot;
	op->arg[0] = plan_text(p->plan, "self/oom_score_adj");
	op->arg[1] = plan_text(p->plan, number);
	op->arg[2] = strlen(number);
	if (geteuid() != 0)
		op->ignore[0] = EACCES; /* lowering needs CAP_SYS_RESOURCE */
	plan_say(p->plan, "set oomScoreAdj to %1", number, NULL);
}

/* For the next exec: through this machine's verified /proc, for the own files
 * in it are closed to who has dropped its privileges. */
static void plan_label(struct planning *p)
{
	const struct spec_process *process = process_of(p);
	const bool apparmor = process->apparmor_profile != NULL;
	const char *label = apparmor ? process->apparmor_profile :
				       process->selinux_label;
	const char *text;
	struct plan_op *op;

	if (!label)
		return;
	text = apparmor ?
		       arena_printf(p->arena, LSM_APPARMOR_PREFIX "%s", label) :
		       label;
	op = plan_add(p->plan, PLAN_WRITE);
	op->dir = (int16_t)p->proc_slot;
	op->arg[0] = plan_text(p->plan, apparmor ? "self/" LSM_APPARMOR_EXEC :
						   "self/" LSM_SELINUX_EXEC);
	op->arg[1] = plan_text(p->plan, text);
	op->arg[2] = strlen(text);
	plan_say(p->plan, "set security label '%1'", label, NULL);
}

/* A label that nothing would enforce is not silently dropped. */
static int check_labels(const struct planning *p, struct kist_error *err)
{
	const struct spec_process *process = process_of(p);

	if (process->apparmor_profile && !lsm_has_apparmor())
		return err_set(err, KIST_E_LABEL,
			       "apparmorProfile '%s': AppArmor is not enabled "
			       "on this machine",
			       process->apparmor_profile);
	if ((process->selinux_label || p->spec->mount_label) &&
	    !lsm_has_selinux())
		return err_set(err, KIST_E_LABEL,
			       "SELinux label '%s': SELinux is not enabled on "
			       "this machine",
			       process->selinux_label ? process->selinux_label :
							p->spec->mount_label);
	return 0;
}

static void plan_cwd(struct planning *p)
{
	const struct spec_process *process = process_of(p);
	struct plan_op *op = plan_add(p->plan, PLAN_CWD);

	/* among this machine's own files nothing is made */
	if (p->root_path || p->spec->root_mount)
		op->flags = PLAN_F_MAKE_DIR;
	op->arg[0] = plan_text(p->plan, process->cwd);
	plan_say(p->plan, "enter working directory '%1'", process->cwd, NULL);
	plan_at(p->plan, &process->cwd_place);
}

static void plan_seccomp(struct planning *p, const struct seccomp_program *code)
{
	struct plan_op *op;

	if (!code->len)
		return;
	op = plan_add(p->plan, PLAN_SECCOMP);
	op->arg[0] = plan_bytes(p->plan, code->code,
				code->len * sizeof(*code->code));
	op->arg[1] = code->len;
	op->arg[2] = p->spec->seccomp->flags;
	plan_say(p->plan, "install the system call filter", NULL, NULL);
}

static void plan_console(struct planning *p)
{
	const struct spec_process *process = process_of(p);
	struct plan_op *op = plan_add(p->plan, PLAN_CONSOLE);

	op->dir = (int16_t)p->root_slot;
	op->arg[0] = (uint64_t)plan_fd(p->plan, p->console_fd);
	op->arg[1] = (uint64_t)process->rows << 16 | process->columns;
	op->arg[2] = process->uid;
	if (p->binds_console)
		op->flags = PLAN_F_BIND_CONSOLE;
	plan_say(p->plan, "open the terminal", NULL, NULL);
}

void plan_terminal(struct planning *p)
{
	plan_session(p);
	if (process_of(p)->terminal && (p->console_fd >= 0 || p->in_words))
		plan_console(p);
}

static void plan_ids(struct planning *p)
{
	const struct spec_process *process = process_of(p);
	struct plan_op *op;

	op = plan_call(p->plan, SYS_setgroups, process->group_count,
		       plan_bytes(p->plan, process->groups,
				  process->group_count * sizeof(gid_t)),
		       0);
	op->offsets = BIT(2);
	if (!process->group_count)
		op->ignore[0] = EPERM; /* setgroups is denied in this user
					* namespace: then there are none */
	plan_say(p->plan, "set the supplementary groups", NULL, NULL);
	plan_at(p->plan, &process->user_place);
	plan_call(p->plan, SYS_setresgid, process->gid, process->gid,
		  process->gid);
	plan_say(p->plan, "become gid %1",
		 arena_printf(p->arena, "%u", process->gid), NULL);
	plan_at(p->plan, &process->user_place);
	plan_call(p->plan, SYS_setresuid, process->uid, process->uid,
		  process->uid);
	plan_say(p->plan, "become uid %1",
		 arena_printf(p->arena, "%u", process->uid), NULL);
	plan_at(p->plan, &process->user_place);
}

static void plan_credentials(struct planning *p)
{
	const struct spec_process *process = process_of(p);
	struct plan_op *op;

	if (process->has_caps) {
		op = plan_add(p->plan, PLAN_BOUND);
		op->arg[0] = process->caps[CAP_SET_BOUNDING];
		plan_say(p->plan, "cut the bounding set", NULL, NULL);
		plan_call(p->plan, SYS_prctl, PR_SET_KEEPCAPS, 1, 0);
		plan_say(p->plan, "keep capabilities over the change of ids",
			 NULL, NULL);
	}
	plan_ids(p);
	if (process->has_caps) {
		op = plan_add(p->plan, PLAN_CAPS);
		op->arg[0] = process->caps[CAP_SET_EFFECTIVE];
		op->arg[1] = process->caps[CAP_SET_PERMITTED];
		op->arg[2] = process->caps[CAP_SET_INHERITABLE];
		op->arg[3] = process->caps[CAP_SET_AMBIENT];
		plan_say(p->plan, "set the capabilities", NULL, NULL);
	}
	plan_call(p->plan, SYS_umask,
		  (uint64_t)(process->umask >= 0 ? process->umask : 0022), 0,
		  0);
	plan_say(p->plan, "set the umask", NULL, NULL);
	if (process->no_new_privileges) {
		plan_call(p->plan, SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0);
		plan_say(p->plan, "set no_new_privs", NULL, NULL);
	}
}

static const char *environment_value(const struct string_list *env,
				     const char *name)
{
	size_t len = strlen(name);

	for (size_t i = env->count; i-- > 0;)
		if (strncmp(env->items[i], name, len) == 0 &&
		    env->items[i][len] == '=')
			return env->items[i] + len + 1;
	return NULL;
}

static uint64_t arguments(struct planning *p)
{
	const struct string_list *args = &process_of(p)->args;

	return plan_vector(p->plan, args->items, args->count);
}

static void plan_lookup(struct planning *p)
{
	const struct spec_process *process = process_of(p);
	const char *path = environment_value(&process->env, "PATH");
	struct plan_op *op = plan_add(p->plan, PLAN_LOOKUP);

	op->arg[0] = arguments(p);
	op->arg[1] = plan_text(p->plan, path ? path : "/bin:/usr/bin");
	plan_say(p->plan, "%1", process->args.items[0], NULL);
	plan_at(p->plan, &process->args.place);
}

static int compile_filter(struct planning *p, struct seccomp_program *ret_code,
			  struct kist_error *err)
{
	*ret_code = (struct seccomp_program){ 0 };
	if (!p->spec->seccomp)
		return 0;
	return seccomp_compile(p->spec->seccomp, p->arena, ret_code, err);
}

bool plan_needs_home(const struct planning *p)
{
	const char *home = environment_value(&process_of(p)->env, "HOME");

	return !home || !*home;
}

/* As given; HOME, if it is unset or empty, from the container's passwd. */
static uint64_t environment(struct planning *p)
{
	const struct string_list *env = &process_of(p)->env;
	const char **more, *home;

	if (!plan_needs_home(p) || p->root_fd < 0)
		return plan_vector(p->plan, env->items, env->count);
	more = ARENA_ARRAY(p->arena, const char *, env->count + 2);
	if (!more)
		return 0;
	if (env->count)
		memcpy(more, env->items, env->count * sizeof(*more));
	home = user_home(p->root_fd, process_of(p)->uid, p->arena);
	more[env->count] = arena_printf(p->arena, "HOME=%s", home);
	return plan_vector(p->plan, more, env->count + 1);
}

/* The name of the operation is kept for failures after start. */
static void plan_exec_program(struct planning *p)
{
	struct plan_op *op = plan_add(p->plan, PLAN_EXEC);

	op->arg[0] = arguments(p);
	op->arg[1] = environment(p);
	plan_say(p->plan, "%1", process_of(p)->args.items[0], NULL);
	plan_at(p->plan, &process_of(p)->args.place);
}

static void after_start(struct planning *p, const struct seccomp_program *code)
{
	plan_hooks(p, HOOK_START_CONTAINER);
	if (p->init) {
		plan_add(p->plan, PLAN_INIT);
		plan_say(p->plan, "stay as process 1, go on in a child", NULL,
			 NULL);
	}
	if (process_of(p)->no_new_privileges)
		plan_seccomp(p, code);
	plan_exec_program(p);
}

int plan_after_start(struct planning *p, struct kist_error *err)
{
	struct seccomp_program code;
	int ret = compile_filter(p, &code, err);

	if (ret == 0)
		after_start(p, &code);
	return ret;
}

static void wait_for_start(struct planning *p, int listener)
{
	struct plan_op *op;

	plan_add(p->plan, PLAN_READY);
	plan_say(p->plan, "say that the container is created", NULL, NULL);
	p->listen_op = (int)plan_op_count(p->plan);
	op = plan_add(p->plan, PLAN_LISTEN);
	op->arg[0] = (uint64_t)listener;
	plan_say(p->plan, "wait for start", NULL, NULL);
}

int plan_process(struct planning *p, struct kist_error *err)
{
	struct seccomp_program code;
	struct plan_op *op;
	int listener;
	int ret = check_labels(p, err);

	if (ret == 0)
		ret = check_names(p, err);
	if (ret == 0)
		ret = compile_filter(p, &code, err);
	if (ret < 0)
		return ret;
	if (!p->is_exec)
		plan_names(p);
	plan_scheduler(p);
	plan_stdio(p);
	plan_cwd(p);
	plan_label(p);
	listener = p->listen_fd < 0 ? -1 : plan_fd(p->plan, p->listen_fd);
	op = plan_add(p->plan, PLAN_FDS);
	op->arg[0] = (uint64_t)p->preserve_fds;
	op->arg[1] = (uint64_t)(int64_t)listener;
	plan_say(p->plan, "pass on %1 fds above 2",
		 arena_printf(p->arena, "%d", p->preserve_fds), NULL);
	plan_rlimits(p); /* now that few fds are open */
	if (!process_of(p)->no_new_privileges)
		plan_seccomp(p, &code);
	plan_credentials(p);
	plan_lookup(p);
	if (listener >= 0)
		wait_for_start(p, listener);
	after_start(p, &code);
	return 0;
}
