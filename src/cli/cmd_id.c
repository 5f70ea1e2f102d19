/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_id.c - kist id: id maps: show, translate, owners */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <kist/idmap.h>

#include "base/json_write.h"
#include "base/letters.h"
#include "base/num.h"
#include "cli/cmd_id.h"
#include "cli/kist.h"
#include "cli/table.h"

static const char *const words[] = { "uid", "gid" };

int id_print_json(struct buf *text, struct kist_error *err)
{
	buf_putc(text, '\n');
	if (buf_failed(text))
		return err_nomem(err);
	fputs(text->data, stdout);
	return 0;
}

/* "100004", "65534 (nobody: not mapped)" */
static const char *id_text(uint32_t id, enum kist_id_kind kind, char buf[64])
{
	if (id == KIST_ID_NONE)
		snprintf(buf, 64, "not mapped (seen as %u, '%s')",
			 kist_id_overflow(kind),
			 kind == KIST_ID_UID ? "nobody" : "nogroup");
	else
		snprintf(buf, 64, "%u", id);
	return buf;
}

/* ---- id show ---- */

struct show_args {
	const char *target;
	bool json;
};
#define ARGS show_args

static const struct opt show_opts[] = {
	FLAG('J', "json", json, "as JSON"),
	MAYBE("TARGET", opt_string, target, "whose (default: my own)"),
	OPT_END,
};

static void json_map(struct json_writer *w, const struct kist_id_level *level,
		     enum kist_id_kind kind)
{
	json_key(w, kind == KIST_ID_UID ? "uid_map" : "gid_map");
	json_open(w, '[');
	for (size_t i = 0; i < level->count[kind]; i++) {
		const struct kist_id_map *map = &level->map[kind][i];

		json_open(w, '{');
		json_member_uint(w, "inside", map->inside);
		json_member_uint(w, "outside", map->outside);
		json_member_uint(w, "count", map->count);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void json_id(struct json_writer *w, const char *name, uint32_t id)
{
	json_key(w, name);
	if (id == KIST_ID_NONE)
		json_write_string(w, NULL);
	else
		json_write_uint(w, id);
}

static int show_json(const struct kist_ids *ids, struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	struct json_writer w;

	buf_init(&text);
	json_write_init(&w, &text, "  ");
	json_open(&w, '{');
	json_member(&w, "target", ids->label);
	json_member_int(&w, "pid", ids->pid);
	json_id(&w, "uid", ids->outside[0]);
	json_id(&w, "gid", ids->outside[1]);
	json_id(&w, "uid_inside", ids->inside[0]);
	json_id(&w, "gid_inside", ids->inside[1]);
	json_member_uint(&w, "capabilities", ids->caps);
	json_key(&w, "namespaces");
	json_open(&w, '[');
	for (size_t i = 0; i < ids->level_count; i++) {
		const struct kist_id_level *level = &ids->level[i];

		json_open(&w, '{');
		json_member_uint(&w, "ns", level->inode);
		json_member_int(&w, "pid", level->pid);
		json_map(&w, level, KIST_ID_UID);
		json_map(&w, level, KIST_ID_GID);
		if (level->setgroups >= 0) {
			json_member_bool(&w, "setgroups", level->setgroups);
		}
		json_close(&w, '}');
	}
	json_close(&w, ']');
	json_close(&w, '}');
	return id_print_json(&text, err);
}

static int print_level(const struct kist_id_level *level,
		       struct kist_error *err)
{
	static const struct table_column columns[] = { { "", false },
						       { "INSIDE", true },
						       { "OUTSIDE", true },
						       { "COUNT", true } };
	CLEANUP_TABLE struct table table;

	table_init(&table, columns, ARRAY_LEN(columns));
	for (int kind = 0; kind < 2; kind++) {
		for (size_t i = 0; i < level->count[kind]; i++) {
			const struct kist_id_map *map = &level->map[kind][i];

			table_add(&table, words[kind]);
			table_addf(&table, "%u", map->inside);
			table_addf(&table, "%u", map->outside);
			table_addf(&table, "%u", map->count);
		}
	}
	return table_print(&table, stdout, TABLE_HEADINGS) < 0 ?
		       err_nomem(err) :
		       0;
}

static void print_who(const struct kist_ids *ids)
{
	char inside[64], outside[64];

	for (int kind = 0; ids->pid && kind < 2; kind++)
		printf("%s: %s inside, %s here\n", words[kind],
		       id_text(ids->inside[kind], (enum kist_id_kind)kind,
			       inside),
		       id_text(ids->outside[kind], (enum kist_id_kind)kind,
			       outside));
	if (ids->pid)
		printf("capabilities: %016llx%s\n",
		       (unsigned long long)ids->caps,
		       ids->caps ? "" : " (none)");
}

static int print_levels(const struct kist_ids *ids, struct kist_error *err)
{
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < ids->level_count; i++) {
		const struct kist_id_level *level = &ids->level[i];

		printf("\n%suser:[%llu]", i ? "in " : "",
		       (unsigned long long)level->inode);
		if (i == 0 && ids->is_ours)
			fputs(", the same as ours", stdout);
		if (level->setgroups >= 0)
			printf(", setgroups %s",
			       level->setgroups ? "allowed" : "denied");
		putchar('\n');
		if (!level->pid)
			puts("no process is in it: its maps cannot be read");
		else if (!level->count[0] && !level->count[1])
			puts("nothing is mapped: every id is shown as the "
			     "overflow id");
		else
			ret = print_level(level, err);
	}
	return ret;
}

static int show_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct show_args *a = args;
	struct kist_ids ids;
	int ret = kist_ids(&g->kist, a->target, &ids, err);

	if (ret < 0)
		return ret;
	if (a->json) {
		ret = show_json(&ids, err);
	} else {
		text_put(ids.label, stdout);
		putchar('\n');
		print_who(&ids);
		ret = print_levels(&ids, err);
	}
	kist_ids_free(&ids);
	return ret;
}

const struct command cmd_id_show = {
	.name = "id show",
	.group = "namespaces",
	.summary = "id maps of a process, and of the namespaces around it",
	.see = "user_namespaces(7)",
	.example = "kist id show 1",
	.notes = "OUTSIDE are ids as the caller sees them, however many "
		 "namespaces are between.\n"
		 "\n"
		 "--json: target, pid, uid, gid, uid_inside, gid_inside (null: "
		 "not mapped), capabilities (a mask), namespaces: from its own "
		 "outwards, each with ns (its number), pid (a process in it), "
		 "uid_map and gid_map (inside, outside, count), setgroups.",
	.opts = show_opts,
	.args_size = sizeof(struct show_args),
	.run = show_run,
};

/* ---- id translate ---- */

#undef ARGS
struct translate_args {
	bool json;
	const char *const *words;
};
#define ARGS translate_args

static const struct opt translate_opts[] = {
	FLAG('J', "json", json, "as JSON"),
	REST("WORD...", words, "[TARGET] uid|gid NUMBER"),
	OPT_END,
};

struct question {
	const char *target;
	enum kist_id_kind kind;
	uint32_t id;
};

static int read_question(const char *const *w, struct question *q,
			 struct kist_error *err)
{
	size_t count = 0;

	while (w && w[count])
		count++;
	if (count == 3)
		q->target = *w++;
	if (count < 2 || count > 3)
		return err_set(err, KIST_E_USAGE,
			       "[TARGET] uid|gid NUMBER is expected");
	if (strcmp(w[0], "uid") != 0 && strcmp(w[0], "gid") != 0) {
		err_set(err, KIST_E_USAGE, "'%s' is neither uid nor gid", w[0]);
		err_hint(err, "write [TARGET] uid|gid NUMBER, such as 1 uid "
			      "1000");
		return -EINVAL;
	}
	q->kind = *w[0] == 'u' ? KIST_ID_UID : KIST_ID_GID;
	if (num_parse_u32(w[1], &q->id) < 0 || q->id == KIST_ID_NONE)
		return err_set(err, KIST_E_USAGE, "'%s' is not an id", w[1]);
	return 0;
}

static uint32_t to_outside(const struct kist_ids *ids, const struct question *q)
{
	return ids->is_ours ? q->id :
			      kist_id_outside(&ids->level[0], q->kind, q->id);
}

static uint32_t to_inside(const struct kist_ids *ids, const struct question *q)
{
	return ids->is_ours ? q->id :
			      kist_id_inside(&ids->level[0], q->kind, q->id);
}

/* The same user, from the innermost namespace to ours. */
static void print_chain(const struct kist_ids *ids, const struct question *q,
			uint32_t outside)
{
	char buf[64];

	if (outside == KIST_ID_NONE || ids->level_count < 2)
		return;
	fputs("chain:", stdout);
	for (size_t i = 0; i < ids->level_count; i++) {
		const struct kist_id_level *level = &ids->level[i];
		uint32_t id = kist_id_inside(level, q->kind, outside);

		printf(" %s in user:[%llu],",
		       level->pid ? id_text(id, q->kind, buf) : "?",
		       (unsigned long long)level->inode);
	}
	printf(" %u here\n", outside);
}

static void print_answer(const struct kist_ids *ids, const struct question *q)
{
	uint32_t outside = to_outside(ids, q), inside = to_inside(ids, q);
	char buf[64];

	printf("%s %u inside is %s here\n", words[q->kind], q->id,
	       id_text(outside, q->kind, buf));
	printf("%s %u here is %s inside\n", words[q->kind], q->id,
	       id_text(inside, q->kind, buf));
	print_chain(ids, q, outside);
	if (q->id == kist_id_overflow(q->kind))
		printf("%u is the overflow id: it also stands for whoever is "
		       "not mapped\n",
		       q->id);
}

static int json_answer(const struct kist_ids *ids, const struct question *q,
		       struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	struct json_writer w;

	buf_init(&text);
	json_write_init(&w, &text, "  ");
	json_open(&w, '{');
	json_member(&w, "target", ids->label);
	json_member(&w, "kind", words[q->kind]);
	json_id(&w, "id", q->id);
	json_id(&w, "outside", to_outside(ids, q));
	json_id(&w, "inside", to_inside(ids, q));
	json_close(&w, '}');
	return id_print_json(&text, err);
}

static int translate_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct translate_args *a = args;
	struct question q = { 0 };
	struct kist_ids ids;
	int ret = read_question(a->words, &q, err);

	if (ret == 0)
		ret = kist_ids(&g->kist, q.target, &ids, err);
	if (ret < 0)
		return ret;
	if (a->json)
		ret = json_answer(&ids, &q, err);
	else
		print_answer(&ids, &q);
	kist_ids_free(&ids);
	return ret;
}

const struct command cmd_id_translate = {
	.name = "id translate",
	.group = "namespaces",
	.summary = "an id seen from inside and from outside",
	.see = "user_namespaces(7)",
	.example = "kist id translate 1 uid 1000",
	.notes = "--json: target, kind, id; outside: what that id inside is "
		 "here; inside: what that id here is inside; null: not mapped.",
	.opts = translate_opts,
	.args_size = sizeof(struct translate_args),
	.run = translate_run,
};

/* ---- id owners ---- */

#undef ARGS
struct owners_args {
	bool json;
	const char *dir, *target;
};
#define ARGS owners_args

static const struct opt owners_opts[] = {
	FLAG('J', "json", json, "as JSON"),
	OPERAND("DIR", opt_string, dir, "looked through, on one file system"),
	MAYBE("TARGET", opt_string, target, "whose view (default: my own)"),
	OPT_END,
};

struct owners {
	struct table table;
	struct json_writer w;
	bool json;
	size_t count;
};

static void add_owner(void *context, const char *path, uint32_t uid,
		      uint32_t gid, unsigned unmapped)
{
	struct owners *o = context;

	o->count++;
	if (o->json) {
		json_open(&o->w, '{');
		json_member(&o->w, "path", path);
		json_id(&o->w, "uid", uid);
		json_id(&o->w, "gid", gid);
		json_key(&o->w, "uid_mapped");
		json_write_bool(&o->w, !(unmapped & BIT(KIST_ID_UID)));
		json_key(&o->w, "gid_mapped");
		json_write_bool(&o->w, !(unmapped & BIT(KIST_ID_GID)));
		json_close(&o->w, '}');
		return;
	}
	table_addf(&o->table, "%u%s", uid,
		   unmapped & BIT(KIST_ID_UID) ? " (nobody)" : "");
	table_addf(&o->table, "%u%s", gid,
		   unmapped & BIT(KIST_ID_GID) ? " (nobody)" : "");
	table_add(&o->table, path);
}

static int print_owners(struct owners *o, const struct kist_ids *ids,
			struct buf *text, struct kist_error *err)
{
	if (o->json) {
		json_close(&o->w, ']');
		return id_print_json(text, err);
	}
	if (!o->count) {
		puts("every owner is mapped");
		return 0;
	}
	if (table_print(&o->table, stdout, TABLE_HEADINGS) < 0)
		return err_nomem(err);
	printf("\n(nobody): not mapped, shown as %u %s; only root outside may "
	       "change who owns them\n",
	       kist_id_overflow(KIST_ID_UID), ids->is_ours ? "here" : "inside");
	return 0;
}

static int owners_run(void *global, const void *args, struct kist_error *err)
{
	static const struct table_column columns[] = { { "UID", true },
						       { "GID", true },
						       { "PATH", false } };
	const struct kist_global *g = global;
	const struct owners_args *a = args;
	struct owners o = { .json = a->json };
	CLEANUP_BUF struct buf text;
	struct kist_ids ids;
	int ret;

	buf_init(&text);
	ret = kist_ids(&g->kist, a->target, &ids, err);
	if (ret < 0)
		return ret;
	table_init(&o.table, columns, ARRAY_LEN(columns));
	json_write_init(&o.w, &text, "  ");
	json_open(&o.w, '[');
	ret = kist_id_owners(a->dir, &ids, add_owner, &o, err);
	if (ret == 0)
		ret = print_owners(&o, &ids, &text, err);
	table_done(&o.table);
	kist_ids_free(&ids);
	return ret;
}

const struct command cmd_id_owners = {
	.name = "id owners",
	.group = "namespaces",
	.summary = "files whose owners a user namespace does not know",
	.see = "user_namespaces(7), chown(1)",
	.example = "kist id owners /home 1",
	.notes = "--json: an array of path, uid and gid (as the caller sees "
		 "them), uid_mapped, gid_mapped.",
	.opts = owners_opts,
	.args_size = sizeof(struct owners_args),
	.run = owners_run,
};

/* ---- the family ---- */

static const struct command *const verbs[] = {
	&cmd_id_show,	 &cmd_id_check,	 &cmd_id_translate,
	&cmd_id_suggest, &cmd_id_owners, NULL,
};

const struct command cmd_id = {
	.name = "id",
	.group = "namespaces",
	.summary = "id maps: show, check, translate, suggest",
	.see = "user_namespaces(7), subuid(5), newuidmap(1)",
	.verbs = verbs,
};
