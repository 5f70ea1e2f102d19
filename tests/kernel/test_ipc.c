/* SPDX-License-Identifier: Apache-2.0 */
/* Unit tests of kernel/ipc.c. */
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

#include "check.h"
#include "kernel/ipc.h"
#include "kernel/proc.h"

static struct ipc_object objects[IPC_MAX + 1];

static void test_the_tables_of_system_v(void **state)
{
	struct ipc_list list = { .objects = objects };

	(void)state;
	ipc_parse(
		IPC_SHM,
		"       key      shmid perms                  size  cpid  lpid "
		"nattch   uid   gid  cuid  cgid      atime      dtime      "
		"ctime                   rss                  swap\n"
		"      4660          3  1600                  8192    77    78 "
		"     2  1000  1001  1002  1003 1700000001 1700000002 "
		"1700000003                  4096                     0\n",
		&list);
	ipc_parse(
		IPC_SEM,
		"       key      semid perms      nsems   uid   gid  cuid  "
		"cgid      otime      ctime\n"
		"        -5          0   644          9     1     2     3     "
		"4          0 1700000009\n",
		&list);
	ipc_parse(
		IPC_MSG,
		"       key      msqid perms      cbytes       qnum lspid "
		"lrpid   uid   gid  cuid  cgid      stime      rtime      "
		"ctime\n"
		"         0          7   600          12          2    11    12"
		"     5     6     7     8          1          2          3\n",
		&list);
	assert_int_equal(list.count, 3);
	assert_int_equal(objects[0].key, 0x1234);
	assert_int_equal(objects[0].id, 3);
	assert_int_equal(objects[0].mode & 0777, 0600);
	assert_int_equal(objects[0].bytes, 8192);
	assert_int_equal(objects[0].pid, 77);
	assert_int_equal(objects[0].attached, 2);
	assert_int_equal(objects[0].uid, 1000);
	assert_int_equal(objects[0].creator, 1002);
	assert_int_equal(objects[0].changed, 1700000003);
	assert_int_equal(objects[1].key, -5);
	assert_int_equal(objects[1].count, 9);
	assert_int_equal(objects[1].changed, 1700000009);
	assert_int_equal(objects[2].bytes, 12);
	assert_int_equal(objects[2].count, 2);
	assert_int_equal(objects[2].uid, 5);
	assert_int_equal(objects[2].changed, 3);
}

static void test_damaged_lines_are_passed_over(void **state)
{
	struct ipc_list list = { .objects = objects };

	(void)state;
	ipc_parse(IPC_SHM, "1 2 3\n\n  \nx y z\n1 2 3 4 5 6 7 8 9 10 11 12 13",
		  &list);
	ipc_parse(IPC_SEM, "99999999999999999999999999 1 1 1 1 1 1 1 1 1\n",
		  &list);
	assert_int_equal(list.count, 0);
}

static void test_no_more_than_there_is_room_for(void **state)
{
	struct ipc_list list = { .objects = objects, .count = IPC_MAX };

	(void)state;
	ipc_parse(IPC_SEM, "1 1 1 1 1 1 1 1 1 1\n", &list);
	assert_int_equal(list.count, IPC_MAX);
	assert_true(list.cut);
}

static const struct ipc_object *
find(const struct ipc_list *list, enum ipc_kind kind, int id, const char *name)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct ipc_object *o = &list->objects[i];

		if (o->kind == kind &&
		    (name ? strcmp(o->name, name) == 0 : o->id == id))
			return o;
	}
	return NULL;
}

static void test_what_this_process_makes_is_found(void **state)
{
	int proc_fd = proc_open(NULL), sem, queue;
	struct ipc_list list;
	struct arena arena;
	char name[32];

	(void)state;
	arena_init(&arena);
	sem = semget(IPC_PRIVATE, 4, 0600);
	queue = msgget(IPC_PRIVATE, 0600);
	snprintf(name, sizeof(name), "/kist-test-%d", getpid());
	if (sem < 0 || queue < 0)
		skip();
	mq_close(mq_open(name, O_RDWR | O_CREAT, 0600, NULL));
	assert_int_equal(ipc_read(proc_fd, -1, -1, &arena, &list, NULL), 0);
	semctl(sem, 0, IPC_RMID);
	msgctl(queue, IPC_RMID, NULL);
	mq_unlink(name);
	assert_true(list.has_sysv);
	assert_int_equal(find(&list, IPC_SEM, sem, NULL)->count, 4);
	assert_int_equal(find(&list, IPC_MSG, queue, NULL)->uid, geteuid());
	if (list.has_queues)
		assert_int_equal(find(&list, IPC_MQUEUE, 0, name)->count, 0);
	close(proc_fd);
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_tables_of_system_v),
		cmocka_unit_test(test_damaged_lines_are_passed_over),
		cmocka_unit_test(test_no_more_than_there_is_room_for),
		cmocka_unit_test(test_what_this_process_makes_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
