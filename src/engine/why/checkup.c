/* SPDX-License-Identifier: Apache-2.0 */
/* checkup.c - kist_checkup(): all rows tried and read, and put into words */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "base/num.h"
#include "engine/why/checkup_cgroups.h"
#include "kernel/cap.h"
#include "kernel/user.h"
#include "sys/file.h"

/* The machine's own user namespace has this inode: the kernel's
 * PROC_USER_INIT_INO. */
#define INITIAL_USER_NS 0xEFFFFFFDu
#define LIST_MAX (4u << 20)

/* ---- words ---- */

bool checkup_read(const char *path, char *ret_text, size_t size)
{
	ssize_t n = sys_read_file(AT_FDCWD, path, ret_text, size);

	if (n < 0)
		return false;
	ret_text[strcspn(ret_text, "\n")] = '\0';
	return true;
}

int64_t checkup_number(const char *path)
{
	char text[64];
	int64_t value;

	if (!checkup_read(path, text, sizeof(text)) ||
	    num_parse_i64(text, &value) < 0)
		return -1;
	return value;
}

void checkup_works(struct kist_checked *item, const char *detail)
{
	item->works = KIST_WORKS;
	item->detail = detail;
	item->fix = NULL;
}

static const char *how_to_get(struct checkup *up, const struct check *check)
{
	if (check->fix)
		return check->fix;
	if (check->option && check->since)
		return arena_printf(up->arena,
				    "use a kernel with %s (Linux %s or newer)",
				    check->option, check->since);
	if (check->option)
		return arena_printf(up->arena, "use a kernel with %s",
				    check->option);
	if (check->since)
		return arena_printf(up->arena, "use Linux %s or newer",
				    check->since);
	return "use a newer kernel";
}

void checkup_missing(struct checkup *up, const struct check *check,
		     struct kist_checked *item, const char *detail)
{
	item->works = KIST_WORKS_NOT;
	item->detail = detail;
	item->fix = how_to_get(up, check);
}

/* ---- modules ---- */

static bool is_in_list(const char *list, const char *name)
{
	char wanted[80];

	/* "kernel/net/bridge/bridge.ko.xz: …" */
	snprintf(wanted, sizeof(wanted), "/%s.ko", name);
	return strstr(list, wanted) != NULL;
}

enum check_module checkup_module(const struct checkup *up, const char *name)
{
	char path[96];
	struct stat st;

	if (!name || !up->has_modules)
		return MODULE_READY;
	snprintf(path, sizeof(path), "/sys/module/%s", name);
	if (stat(path, &st) == 0 || is_in_list(up->builtin_list, name))
		return MODULE_READY;
	if (!*up->builtin_list || is_in_list(up->module_list, name))
		return MODULE_ON_DISK;
	return MODULE_ABSENT;
}

static const char *load_list(struct checkup *up, const char *name)
{
	char path[200], *text;
	size_t len;

	snprintf(path, sizeof(path), "/lib/modules/%s/%s", up->release, name);
	if (sys_load_text(AT_FDCWD, path, up->arena, LIST_MAX, &text, &len) < 0)
		return "";
	return text;
}

static void find_modules(struct checkup *up)
{
	struct stat st;

	up->module_list = up->builtin_list = "";
	up->has_modules = stat("/proc/modules", &st) == 0;
	if (!up->has_modules)
		return;
	up->module_list = load_list(up, "modules.dep");
	up->builtin_list = load_list(up, "modules.builtin");
}

/* ---- judging what was tried ---- */

static void judge_denied(struct checkup *up, const struct check *check,
			 struct kist_checked *item, int errnum)
{
	bool is_kept = check->how & CHECK_HERE && !up->is_master;

	item->works = is_kept ? KIST_WORKS_ROOT : KIST_WORKS_NOT;
	item->fix = check->fix;
	if (!is_kept) {
		item->detail = arena_printf(
			up->arena, "refused (%s)%s", errno_name(errnum),
			up->is_root ? ", even to root" : "");
		if (!item->fix)
			item->fix = "a security module, a seccomp filter or a "
				    "container around us forbids it: try it "
				    "outside, or 'kist why -- COMMAND'";
		return;
	}
	item->detail = up->is_root ? "root of the machine may; root of this "
				     "user namespace may not" :
				     "root may; you may not";
	if (!item->fix)
		item->fix = "be root: 'sudo kist …'";
}

static void judge_module(struct checkup *up, struct kist_checked *item)
{
	item->works = up->is_master ? KIST_WORKS : KIST_WORKS_ROOT;
	item->detail = *up->builtin_list ?
			       "a module, loaded when it is first used" :
			       "not tried: it may be a module, and there is no "
			       "list of them here";
	item->fix = up->is_master ? NULL :
				    arena_printf(up->arena,
						 "load it once as root: "
						 "'modprobe %s'",
						 item->name);
}

void checkup_judge(struct checkup *up, const struct check *check,
		   const struct check_slot *slot, struct kist_checked *item)
{
	/* Who may not even make the place learns nothing there. */
	bool here = slot->here > 0 && (slot->inside <= 0 || up->is_master);
	int errnum = here ? slot->here : slot->inside;

	if (slot->here == 0) {
		checkup_works(item, "");
	} else if (slot->inside == 0) {
		checkup_works(item, check->how & CHECK_HERE ?
					    "in a user namespace of your own" :
					    "");
	} else if (errnum == CHECK_UNTRIED && check->module &&
		   checkup_module(up, check->module) == MODULE_ON_DISK) {
		judge_module(up, item);
		if (item->fix)
			item->fix = arena_printf(up->arena,
						 "load it once as root: "
						 "'modprobe %s'",
						 check->module);
	} else if (errnum == EPERM || errnum == EACCES) {
		judge_denied(up, check, item, errnum);
	} else if (errnum == CHECK_UNTRIED) {
		checkup_missing(up, check, item, "this kernel has none");
	} else {
		checkup_missing(up, check, item,
				errnum == ENOSYS || errnum == ENODEV ||
						errnum == EOPNOTSUPP ||
						errnum == EINVAL ?
					arena_printf(up->arena,
						     "this kernel has none "
						     "(%s)",
						     errno_name(errnum)) :
					arena_printf(up->arena, "%s (%s)",
						     errno_text(errnum),
						     errno_name(errnum)));
	}
}

/* ---- the machine ---- */

static const char *distribution(struct checkup *up)
{
	static const char key[] = "PRETTY_NAME=";
	char *text, *at;
	size_t len;

	if (sys_load_text(AT_FDCWD, "/etc/os-release", up->arena, 65536, &text,
			  &len) < 0)
		return "";
	at = strncmp(text, key, strlen(key)) == 0 ?
		     text :
		     strstr(text, "\n"
				  "PRETTY_NAME=");
	if (!at)
		return "";
	at += strcspn(at, "=") + 1;
	at += *at == '"';
	return arena_printf(up->arena, ", %.*s", (int)strcspn(at, "\"\n"), at);
}

static const char *machine(struct checkup *up, const struct utsname *uts)
{
	static const char *const modes[] = {
		[CGROUP_NONE] = "no cgroups mounted",
		[CGROUP_V1] = "cgroup v1",
		[CGROUP_V2] = "cgroup v2",
		[CGROUP_HYBRID] = "cgroup v1+v2",
	};

	return arena_printf(up->arena, "Linux %s %s%s, %s", uts->release,
			    uts->machine, distribution(up),
			    modes[up->groups->world.mode]);
}

static void who(struct checkup *up)
{
	struct stat st;
	CLEANUP_FD int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	up->uid = geteuid();
	up->is_root = up->uid == 0 && cap_is_effective("CAP_SYS_ADMIN");
	up->is_master = up->is_root && stat("/proc/self/ns/user", &st) == 0 &&
			st.st_ino == INITIAL_USER_NS;
	if (root_fd >= 0)
		up->user = user_name(root_fd, up->uid, up->arena);
}

/* ---- all of it ---- */

static void judge_all(struct checkup *up, struct kist_checked *items)
{
	for (size_t i = 0; i < checkup_count; i++) {
		const struct check *check = &checkup_table[i];
		struct kist_checked *item = &items[i];

		*item = (struct kist_checked){
			.group = check->group,
			.name = check->name,
			.detail = "",
			.needed_by = check->needed_by,
			.word = check->word,
			.is_essential = check->how & CHECK_ESSENTIAL ||
					(check->how & CHECK_ESSENTIAL_ROOT &&
					 up->is_master),
		};
		if (check->judge)
			check->judge(up, check, &up->slots[i], item);
		else
			checkup_judge(up, check, &up->slots[i], item);
	}
}

static int check_all(struct checkup *up, struct kist_checkup *result,
		     struct kist_error *err)
{
	struct kist_checked *items =
		ARENA_ARRAY(up->arena, struct kist_checked, checkup_count);
	struct check_groups *groups = ARENA_NEW(up->arena, struct check_groups);
	pid_t pids[CHECK_PLACES * 2];
	struct utsname uts;
	int ret;

	uname(&uts);
	up->release = arena_strdup(up->arena, uts.release);
	who(up);
	find_modules(up);
	if (arena_failed(up->arena))
		return err_nomem(err);
	ret = checkup_start(up, pids);
	if (ret < 0)
		return err_sys(err, KIST_E_SYSTEM, -ret, "make a process");
	up->groups = groups;
	checkup_cgroups(up, groups);
	result->machine = machine(up, &uts);
	checkup_finish(pids);
	judge_all(up, items);
	result->items = items;
	result->count = checkup_count;
	return arena_failed(up->arena) ? err_nomem(err) : 0;
}

int kist_checkup(const struct kist *kist, struct kist_checkup *ret_checkup,
		 struct kist_error *err)
{
	size_t size = checkup_count * sizeof(struct check_slot);
	struct checkup up = { .kist = kist };
	struct kist_checkup result = { 0 };
	int ret;

	up.arena = malloc(sizeof(*up.arena));
	if (!up.arena)
		return err_nomem(err);
	arena_init(up.arena);
	result.arena = up.arena;
	up.slots = mmap(NULL, size, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ret = up.slots == MAP_FAILED ? err_nomem(err) :
				       check_all(&up, &result, err);
	if (up.slots != MAP_FAILED)
		munmap(up.slots, size);
	if (ret < 0)
		kist_checkup_free(&result);
	else
		*ret_checkup = result;
	return ret;
}

void kist_checkup_free(struct kist_checkup *checkup)
{
	if (checkup->arena)
		arena_done(checkup->arena);
	free(checkup->arena);
	*checkup = (struct kist_checkup){ 0 };
}
