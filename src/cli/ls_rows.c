/* SPDX-License-Identifier: Apache-2.0 */
/* ls_rows.c - namespaces as rows of texts */
#include <inttypes.h>
#include <string.h>

#include "base/err.h"
#include "cli/filter.h"
#include "cli/ls_rows.h"

const struct ls_column_info ls_columns[LS_COUNT] = {
	[LS_NS] = { "NS", "namespace identifier (inode number)", true, true,
		    false },
	[LS_TYPE] = { "TYPE", "kind of namespace", false, false, false },
	[LS_PATH] = { "PATH", "path to the namespace", false, false, false },
	[LS_NPROCS] = { "NPROCS", "number of processes in the namespace", true,
			true, false },
	[LS_PID] = { "PID", "lowest PID in the namespace", true, true, false },
	[LS_PPID] = { "PPID", "PPID of the PID", true, true, false },
	[LS_COMMAND] = { "COMMAND", "command line of the PID", false, false,
			 true },
	[LS_UID] = { "UID", "UID of the PID", true, true, false },
	[LS_USER] = { "USER", "username of the PID", false, false, false },
	[LS_NETNSID] = { "NETNSID", "namespace ID as used by network subsystem",
			 true, false, false },
	[LS_NSFS] = { "NSFS",
		      "nsfs mountpoint (usually used network subsystem)", false,
		      false, false },
	[LS_PNS] = { "PNS", "parent namespace identifier (inode number)", true,
		     true, false },
	[LS_ONS] = { "ONS", "owner namespace identifier (inode number)", true,
		     true, false },
	[LS_STATE] = { "STATE",
		       "initial: the machine's own; dead: its process 1 is "
		       "gone; held: no process is in it",
		       false, false, false },
	[LS_NAMES] = { "NAMES", "what people call it", false, false, false },
	[LS_PINS] = { "PINS", "what keeps it alive", false, false, true },
};

/* ---- views ---- */

enum ls_column ls_column_find(const struct ls_view *view, const char *name,
			      size_t len)
{
	size_t known = view->all_columns ? LS_COUNT : LS_OF_LSNS;

	for (enum ls_column i = 0; i < known; i++)
		if (strlen(ls_columns[i].name) == len &&
		    strncasecmp(ls_columns[i].name, name, len) == 0)
			return i;
	return LS_COUNT;
}

const char *ls_view_columns(struct ls_view *view, const char *list, char *word)
{
	if (*list == '+')
		list++;
	else
		view->count = 0;
	while (*list) {
		size_t len = strcspn(list, ",");
		enum ls_column column = ls_column_find(view, list, len);

		if (column == LS_COUNT ||
		    view->count ==
			    sizeof(view->columns) / sizeof(view->columns[0])) {
			snprintf(word, LS_WORD, "%.*s", (int)len, list);
			return word;
		}
		view->columns[view->count++] = column;
		list += len + (list[len] == ',');
	}
	return NULL;
}

static bool shows(const struct ls_view *view, enum ls_column column)
{
	for (size_t i = 0; i < view->count; i++)
		if (view->columns[i] == column)
			return true;
	/* Which columns a filter names is not worth a reading of its own. */
	return view->filter && column < LS_NAMES;
}

unsigned ls_view_wants(const struct ls_view *view)
{
	unsigned want = 0;

	if (view->tree == LS_TREE_PROCESS || shows(view, LS_COMMAND) ||
	    shows(view, LS_UID) || shows(view, LS_USER) || shows(view, LS_PPID))
		want |= KIST_NS_WANT_PROCESS;
	if (shows(view, LS_NETNSID))
		want |= KIST_NS_WANT_NETNSID;
	if (shows(view, LS_PNS) || shows(view, LS_ONS) ||
	    view->tree == LS_TREE_PARENT || view->tree == LS_TREE_OWNER)
		want |= KIST_NS_WANT_RELATIONS;
	if (shows(view, LS_NAMES))
		want |= KIST_NS_WANT_NAMES;
	if (shows(view, LS_PINS))
		want |= KIST_NS_WANT_PINS;
	return want;
}

/* ---- cells ---- */

/* Control characters of strangers are shown as \x0a; JSON has its own way. */
static const char *tame(struct arena *arena, const struct ls_view *view,
			const char *text)
{
	static const char digits[] = "0123456789abcdef";
	char *copy, *to;

	if (!text || view->json)
		return text;
	for (const char *c = text;; c++) {
		if (!*c)
			return text;
		if ((unsigned char)*c < ' ' || *c == 127)
			break;
	}
	to = copy = ARENA_ARRAY(arena, char, 4 * strlen(text) + 1);
	for (; copy && *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= ' ' && c != 127) {
			*to++ = *text;
			continue;
		}
		*to++ = '\\';
		*to++ = 'x';
		*to++ = digits[c >> 4];
		*to++ = digits[c & 15];
	}
	return copy;
}

static const char *join(struct arena *arena, const struct ls_view *view,
			const char *const *items, char by)
{
	const char *text = NULL;

	for (; items && *items; items++) {
		const char *item = tame(arena, view, *items);

		text = text ? arena_printf(arena, "%s%c%s", text, by, item) :
			      item;
	}
	return text;
}

static const char *netnsid_text(struct arena *arena, int id)
{
	if (id == KIST_NETNSID_NONE)
		return "unassigned";
	return id < 0 ? NULL : arena_printf(arena, "%d", id);
}

static const char *state_text(const struct kist_ns_info *info)
{
	if (info->is_initial)
		return "initial";
	if (info->is_dead)
		return "dead";
	return info->processes ? NULL : "held";
}

/* "descriptor 4 of 1234 (sleep)" */
static const char *pin_text(struct arena *arena, const struct ls_view *view,
			    const struct kist_ns_pin *pin)
{
	const char *name = pin->command ? tame(arena, view, pin->command) : "";
	const char *path = tame(arena, view, pin->path);

	switch (pin->kind) {
	case KIST_NS_PIN_PROCESS:
		return arena_printf(arena, "process %d (%s)", pin->pid, name);
	case KIST_NS_PIN_THREAD:
		return arena_printf(arena, "thread %d of %d (%s)", pin->fd,
				    pin->pid, name);
	case KIST_NS_PIN_CHILDREN:
		return arena_printf(arena, "for children of %d (%s)", pin->pid,
				    name);
	case KIST_NS_PIN_FD:
		return arena_printf(arena, "descriptor %d of %d (%s)", pin->fd,
				    pin->pid, name);
	case KIST_NS_PIN_SOCKET:
		return arena_printf(arena, "socket %d of %d (%s)", pin->fd,
				    pin->pid, name);
	case KIST_NS_PIN_MOUNT:
		if (!pin->pid)
			return arena_printf(arena, "mount %s", path);
		return arena_printf(arena,
				    "mount %s in mnt:[%" PRIu64
				    "], as %d (%s) sees it",
				    path, pin->ino, pin->pid, name);
	default:
		return arena_printf(arena, "%s %s:[%" PRIu64 "]",
				    pin->kind == KIST_NS_PIN_CHILD ?
					    "parent of" :
					    "owner of",
				    pin->type, pin->ino);
	}
}

#define PINS_SHOWN 3

/* A line a reason; of those that are many of a kind, the first few. */
static const char *pins_text(struct arena *arena, const struct ls_view *view,
			     const struct kist_ns_info *info, char by)
{
	const char *text = NULL;
	size_t i = 0;

	while (i < info->pin_count) {
		enum kist_ns_pin_kind kind = info->pins[i].kind;
		size_t end = i, shown = 0;

		for (; end < info->pin_count && info->pins[end].kind == kind;
		     end++) {
			const char *one;

			if (shown++ >= PINS_SHOWN)
				continue;
			one = pin_text(arena, view, &info->pins[end]);
			text = text ? arena_printf(arena, "%s%c%s", text, by,
						   one) :
				      one;
		}
		if (shown > PINS_SHOWN)
			text = arena_printf(arena, "%s%cand %zu more such",
					    text, by, shown - PINS_SHOWN);
		i = end;
	}
	return text;
}

static const char *cell(struct arena *arena, const struct ls_view *view,
			const struct kist_ns_info *info, enum ls_column column)
{
	char by = view->no_wrap ? ',' : '\n';
	bool has = info->pid != 0;

	switch (column) {
	case LS_NS:
		return arena_printf(arena, "%" PRIu64, info->ino);
	case LS_TYPE:
		return info->type;
	case LS_PATH:
		return info->path;
	case LS_NPROCS:
		return arena_printf(arena, "%zu", info->processes);
	case LS_PID:
		return has ? arena_printf(arena, "%d", info->pid) : NULL;
	case LS_PPID:
		return has ? arena_printf(arena, "%d", info->ppid) : NULL;
	case LS_COMMAND:
		return tame(arena, view, info->command);
	case LS_UID:
		return info->uid < 0 ?
			       NULL :
			       arena_printf(arena, "%" PRId64, info->uid);
	case LS_USER:
		return info->user;
	case LS_NETNSID:
		return netnsid_text(arena, info->netnsid);
	case LS_NSFS:
		return join(arena, view, info->mounts, by);
	case LS_PNS:
		return arena_printf(arena, "%" PRIu64, info->parent);
	case LS_ONS:
		return arena_printf(arena, "%" PRIu64, info->owner);
	case LS_STATE:
		return state_text(info);
	case LS_NAMES:
		return join(arena, view, info->names, ',');
	case LS_PINS:
		return pins_text(arena, view, info, by);
	case LS_COUNT:
		break;
	}
	return NULL;
}

/* ---- rows ---- */

void ls_rows_init(struct ls_rows *rows)
{
	arena_init(&rows->arena);
	rows->first = rows->last = NULL;
	rows->count = 0;
}

void ls_rows_done(struct ls_rows *rows)
{
	arena_done(&rows->arena);
}

static void hang(struct ls_rows *rows, struct ls_row *row,
		 struct ls_row *parent)
{
	struct ls_row **first = parent ? &parent->child : &rows->first;
	struct ls_row **last = parent ? &parent->last_child : &rows->last;

	row->parent = parent;
	if (*last)
		(*last)->next = row;
	else
		*first = row;
	*last = row;
	rows->count++;
}

struct lookup {
	const struct ls_view *view;
	struct ls_row *row;
};

static const char *look_up(void *context, const char *name)
{
	struct lookup *lookup = context;
	enum ls_column column =
		ls_column_find(lookup->view, name, strlen(name));
	const char *text;

	if (column == LS_COUNT)
		return NULL;
	text = lookup->row ? lookup->row->cells[column] : NULL;
	return text ? text : "";
}

static int passes(const struct ls_view *view, struct ls_row *row,
		  bool *ret_passes, struct kist_error *err)
{
	struct lookup lookup = { view, row };

	*ret_passes = true;
	if (!view->filter)
		return 0;
	return filter_apply(view->filter, look_up, &lookup, ret_passes, err);
}

static struct ls_row *make_row(struct ls_rows *rows, const struct ls_view *view,
			       const struct kist_ns_info *info)
{
	struct ls_row *row = ARENA_NEW(&rows->arena, struct ls_row);

	row->info = info;
	for (enum ls_column i = 0; i < LS_COUNT; i++)
		if (shows(view, i))
			row->cells[i] = cell(&rows->arena, view, info, i);
	return row;
}

/* Where rows of the same list are, by what others hang from them. */
struct tree {
	struct ls_rows *rows;
	const struct ls_view *view;
	const struct kist_ns_list *list;
	struct ls_row **of;   /* the row of each item */
	bool *is_being_added; /* parents of parents in a circle: never */
};

static ptrdiff_t index_of(const struct kist_ns_list *list, uint64_t ino)
{
	size_t low = 0, high = list->count;

	while (ino && low < high) {
		size_t middle = (low + high) / 2;

		if (list->items[middle].ino == ino)
			return (ptrdiff_t)middle;
		if (list->items[middle].ino < ino)
			low = middle + 1;
		else
			high = middle;
	}
	return -1;
}

/* The last row so far of a process: its children's rows hang from that. */
static struct ls_row *row_of_process(const struct tree *tree, size_t before,
				     pid_t pid)
{
	while (pid && before-- > 0)
		if (tree->of[before] && tree->list->items[before].pid == pid)
			return tree->of[before];
	return NULL;
}

static int add_item(struct tree *tree, size_t i, struct kist_error *err);

static int find_parent(struct tree *tree, size_t i, struct ls_row **ret_parent,
		       struct kist_error *err)
{
	const struct kist_ns_info *info = &tree->list->items[i];
	ptrdiff_t above = -1;
	int ret = 0;

	*ret_parent = NULL;
	if (tree->view->tree == LS_TREE_PROCESS && info->pid)
		*ret_parent = row_of_process(tree, i, info->ppid);
	if (tree->view->tree == LS_TREE_PARENT)
		above = index_of(tree->list, info->parent);
	if (above < 0 && (tree->view->tree == LS_TREE_OWNER ||
			  tree->view->tree == LS_TREE_PARENT))
		above = index_of(tree->list, info->owner);
	if (above < 0)
		return 0;
	if (!tree->of[above] && !tree->is_being_added[above])
		ret = add_item(tree, (size_t)above, err);
	*ret_parent = tree->of[above];
	return ret;
}

static int add_item(struct tree *tree, size_t i, struct kist_error *err)
{
	struct ls_row *row, *parent;
	bool shown;
	int ret;

	if (tree->of[i] ||
	    (tree->view->persistent && tree->list->items[i].processes > 0))
		return 0;
	row = make_row(tree->rows, tree->view, &tree->list->items[i]);
	ret = passes(tree->view, row, &shown, err);
	if (ret < 0 || !shown)
		return ret;
	tree->is_being_added[i] = true;
	ret = find_parent(tree, i, &parent, err);
	if (ret < 0)
		return ret;
	hang(tree->rows, row, parent);
	tree->of[i] = row;
	return 0;
}

int ls_rows_add(struct ls_rows *rows, const struct ls_view *view,
		const struct kist_ns_list *list, struct kist_error *err)
{
	struct tree tree = { rows, view, list, NULL, NULL };
	bool shown;
	int ret = passes(view, NULL, &shown, err); /* even of no row at all */

	tree.of = ARENA_ARRAY(&rows->arena, struct ls_row *, list->count + 1);
	tree.is_being_added = ARENA_ARRAY(&rows->arena, bool, list->count + 1);
	if (!tree.of || !tree.is_being_added)
		return err_nomem(err);
	for (size_t i = 0; ret == 0 && i < list->count; i++)
		ret = add_item(&tree, i, err);
	if (ret == 0 && arena_failed(&rows->arena))
		ret = err_nomem(err);
	return ret;
}

/* ---- processes ---- */

static struct ls_row *member_row(struct ls_rows *rows,
				 const struct ls_view *view,
				 const struct kist_ns_info *info,
				 const struct kist_ns_member *m)
{
	struct ls_row *row = ARENA_NEW(&rows->arena, struct ls_row);

	row->cells[LS_NS] = arena_printf(&rows->arena, "%" PRIu64, info->ino);
	row->cells[LS_TYPE] = info->type;
	row->cells[LS_NPROCS] =
		arena_printf(&rows->arena, "%zu", info->processes);
	row->cells[LS_PATH] = arena_printf(&rows->arena, "/proc/%d/ns/%s",
					   m->pid, info->type);
	row->cells[LS_PID] = arena_printf(&rows->arena, "%d", m->pid);
	row->cells[LS_PPID] = arena_printf(&rows->arena, "%d", m->ppid);
	row->cells[LS_UID] = arena_printf(&rows->arena, "%u", m->uid);
	row->cells[LS_USER] = m->user;
	row->cells[LS_COMMAND] = tame(&rows->arena, view, m->command);
	row->cells[LS_PNS] =
		arena_printf(&rows->arena, "%" PRIu64, info->parent);
	row->cells[LS_ONS] =
		arena_printf(&rows->arena, "%" PRIu64, info->owner);
	return row;
}

static ptrdiff_t member_of(const struct kist_ns_list *list, pid_t pid)
{
	for (size_t i = 0; i < list->member_count; i++)
		if (list->members[i].pid == pid)
			return (ptrdiff_t)i;
	return -1;
}

static void add_member(struct ls_rows *rows, const struct ls_view *view,
		       const struct kist_ns_list *list, struct ls_row **of,
		       size_t i, unsigned depth)
{
	ptrdiff_t above = view->tree == LS_TREE_PROCESS ?
				  member_of(list, list->members[i].ppid) :
				  -1;

	if (of[i])
		return;
	if (above >= 0 && !of[above] && depth < list->member_count)
		add_member(rows, view, list, of, (size_t)above, depth + 1);
	of[i] = member_row(rows, view, &list->items[0], &list->members[i]);
	hang(rows, of[i], above >= 0 ? of[above] : NULL);
}

int ls_rows_add_members(struct ls_rows *rows, const struct ls_view *view,
			const struct kist_ns_list *list, struct kist_error *err)
{
	struct ls_row **of = ARENA_ARRAY(&rows->arena, struct ls_row *,
					 list->member_count + 1);

	if (!of)
		return err_nomem(err);
	for (size_t i = 0; i < list->member_count; i++) {
		bool shown;
		struct ls_row *row = member_row(rows, view, &list->items[0],
						&list->members[i]);
		int ret = passes(view, row, &shown, err);

		if (ret < 0)
			return ret;
		if (shown)
			add_member(rows, view, list, of, i, 0);
	}
	return arena_failed(&rows->arena) ? err_nomem(err) : 0;
}
