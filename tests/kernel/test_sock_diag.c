/* SPDX-License-Identifier: Apache-2.0 */
/* test_sock_diag.c - sockets of a namespace (src/kernel/sock_*.c, nsid.c,
 * neighbour.c) */
#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/neighbour.h"
#include "kernel/nsid.h"
#include "kernel/sock_diag.h"
#include "check.h"

/* ---- text ---- */

static const struct {
	const char *line;
	int family, ret;
	const char *local;
	unsigned local_port, state;
	uint64_t ino;
} lines[] = {
	{ "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 "
	  "00000000     0        0 4711 1 0000000000000000 100 0 0 10 0",
	  AF_INET, 0, "127.0.0.1", 8080, TCP_LISTEN, 4711 },
	{ "  12: 00000000000000000000000001000000:0035 "
	  "00000000000000000000000000000000:0000 07 00000000:00000000 "
	  "00:00000000 00000000  1000        0 99 2 0000000000000000 0",
	  AF_INET6, 0, "::1", 53, TCP_CLOSE, 99 },
	{ "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when "
	  "retrnsmt   uid  timeout inode",
	  AF_INET, -EINVAL, NULL, 0, 0, 0 },
	{ "   0: 0100007F:1F90 00000000:0000 0A", AF_INET, -EINVAL, NULL, 0, 0,
	  0 },
	{ "   0: 0100007F:1F90 00000000:0000 0A 0:0 0:0 0 0 0 1", AF_INET6,
	  -EINVAL, NULL, 0, 0, 0 },
	{ "   0: 0100007F:FFFFF 00000000:0000 0A 0:0 0:0 0 0 0 1", AF_INET,
	  -EINVAL, NULL, 0, 0, 0 },
	{ "", AF_INET, -EINVAL, NULL, 0, 0, 0 },
};

static void lines_of_proc_are_read_whole_or_refused(void **state)
{
	(void)state;
	EACH(row, lines) {
		struct sock sock = { 0 };
		char text[ADDRESS_TEXT];

		CASE(row->line);
		assert_int_equal(sock_proc_read(SOCK_KIND_UDP, row->family,
						row->line, &sock),
				 row->ret);
		if (row->ret < 0)
			continue;
		address_format(&sock.local, false, text);
		assert_string_equal(text, row->local);
		assert_int_equal(sock.local_port, row->local_port);
		assert_int_equal(sock.state, row->state);
		assert_int_equal(sock.ino, row->ino);
	}
}

static void kinds_and_states_have_names(void **state)
{
	(void)state;
	for (enum sock_kind kind = 0; kind < SOCK_KIND_COUNT; kind++)
		assert_int_equal(sock_kind_find(sock_kind_name(kind)), kind);
	assert_int_equal(sock_kind_find("tpc"), SOCK_KIND_COUNT);
	assert_string_equal(sock_state_name(TCP_LISTEN), "LISTEN");
	assert_string_equal(sock_state_name(200), "?");
	assert_string_equal(neighbour_state_name(0x04), "STALE");
	assert_string_equal(neighbour_state_name(0), "NONE");
}

static const struct {
	struct sock sock;
	bool is_listening;
} listeners[] = {
	{ { .kind = SOCK_KIND_TCP, .state = TCP_LISTEN }, true },
	{ { .kind = SOCK_KIND_TCP, .state = TCP_ESTABLISHED }, false },
	{ { .kind = SOCK_KIND_UDP, .state = TCP_CLOSE, .local_port = 53 },
	  true },
	{ { .kind = SOCK_KIND_UDP, .state = TCP_CLOSE }, false },
	{ { .kind = SOCK_KIND_UDP, .state = TCP_ESTABLISHED, .local_port = 1 },
	  false },
	{ { .kind = SOCK_KIND_UNIX, .state = TCP_LISTEN }, true },
	{ { .kind = SOCK_KIND_UNIX,
	    .type = SOCK_DGRAM,
	    .state = TCP_CLOSE,
	    .name = "/dev/log" },
	  true },
	{ { .kind = SOCK_KIND_UNIX, .type = SOCK_DGRAM, .state = TCP_CLOSE },
	  false },
	{ { .kind = SOCK_KIND_PACKET, .state = TCP_CLOSE }, true },
	{ { .kind = SOCK_KIND_NETLINK, .state = TCP_CLOSE }, false },
};

static void who_waits_for_others_is_known(void **state)
{
	(void)state;
	EACH(row, listeners) {
		CASE(sock_kind_name(row->sock.kind));
		assert_int_equal(sock_is_listening(&row->sock),
				 row->is_listening);
	}
}

/* ---- answers ---- */

static void answers_that_are_cut_are_refused(void **state)
{
	struct {
		struct nlmsghdr head;
		char bytes[64];
	} msg = { 0 };
	struct arena arena;
	struct sock sock;
	struct neighbour neighbour;

	(void)state;
	arena_init(&arena);
	msg.head.nlmsg_type = SOCK_DIAG_BY_FAMILY;
	for (uint32_t len = 0; len < 16; len++) {
		msg.head.nlmsg_len = NLMSG_HDRLEN + len;
		for (enum sock_kind kind = 0; kind < SOCK_KIND_COUNT; kind++)
			assert_int_equal(sock_diag_read(kind, &msg.head, &arena,
							&sock),
					 -EPROTO);
		msg.head.nlmsg_type = RTM_NEWNEIGH;
		assert_int_equal(neighbour_read(&msg.head, &neighbour),
				 -EPROTO);
		msg.head.nlmsg_type = SOCK_DIAG_BY_FAMILY;
	}
	msg.head.nlmsg_type = NLMSG_DONE;
	msg.head.nlmsg_len = sizeof(msg);
	assert_int_equal(sock_diag_read(SOCK_KIND_UNIX, &msg.head, &arena,
					&sock),
			 -EPROTO);
	arena_done(&arena);
}

static void an_abstract_name_is_one_line(void **state)
{
	struct {
		struct nlmsghdr head;
		struct unix_diag_msg body;
		struct nlattr attr;
		char name[8];
	} msg = {
		.head = { .nlmsg_len = sizeof(msg),
			  .nlmsg_type = SOCK_DIAG_BY_FAMILY },
		.body = { .udiag_family = AF_UNIX,
			  .udiag_state = TCP_LISTEN,
			  .udiag_ino = 7 },
		.attr = { .nla_len = NLA_HDRLEN + 6,
			  .nla_type = UNIX_DIAG_NAME },
		.name = "\0ab\0c\0",
	};
	struct arena arena;
	struct sock sock;

	(void)state;
	arena_init(&arena);
	assert_int_equal(
		sock_diag_read(SOCK_KIND_UNIX, &msg.head, &arena, &sock), 0);
	assert_string_equal(sock.name, "@ab@c@");
	assert_int_equal(sock.ino, 7);
	arena_done(&arena);
}

/* ---- of a real namespace ---- */

static uint64_t ino_of(int fd)
{
	struct stat st;

	CHECK_SYS(fstat(fd, &st));
	return st.st_ino;
}

static const struct sock *find(const struct sock *list, size_t count,
			       uint64_t ino)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].ino == ino)
			return &list[i];
	return NULL;
}

static void list_there_from_here(void)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6,
				    .sin6_port = htons(8080) };
	struct arena arena;
	struct sock *list;
	size_t count;
	int there, tcp, raw;

	arena_init(&arena);
	CHECK_SYS(unshare(CLONE_NEWUSER | CLONE_NEWNET));
	tcp = (int)CHECK_SYS(socket(AF_INET6, SOCK_STREAM, 0));
	CHECK_SYS(bind(tcp, (void *)&any, sizeof(any)));
	CHECK_SYS(listen(tcp, 5));
	raw = (int)CHECK_SYS(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
	there = open_ns("/proc/self/ns/net");
	CHECK_SYS(unshare(CLONE_NEWNET));

	assert_int_equal(sock_diag_list(-1, SOCK_KIND_ALL, &arena, &list,
					&count, NULL),
			 0);
	assert_null(find(list, count, ino_of(tcp)));
	assert_int_equal(sock_diag_list(there, SOCK_KIND_ALL, &arena, &list,
					&count, NULL),
			 0);
	assert_non_null(find(list, count, ino_of(tcp)));
	assert_int_equal(find(list, count, ino_of(tcp))->local_port, 8080);
	assert_int_equal(find(list, count, ino_of(tcp))->state, TCP_LISTEN);
	assert_non_null(find(list, count, ino_of(raw)));
	assert_int_equal(find(list, count, ino_of(raw))->protocol,
			 IPPROTO_ICMP);
	arena_done(&arena);
}

static void sockets_of_another_namespace_are_listed(void **state)
{
	(void)state;
	skip_unless(can_make_user_namespaces());
	in_child(list_there_from_here);
}

static void number_another(void)
{
	struct kist_error err = { 0 };
	struct netlink nl;
	struct arena arena;
	int32_t *ids, id;
	size_t count;
	int other;

	arena_init(&arena);
	CHECK_SYS(unshare(CLONE_NEWUSER | CLONE_NEWNET));
	other = open_ns("/proc/self/ns/net");
	CHECK_SYS(unshare(CLONE_NEWNET));
	assert_int_equal(netlink_open(&nl, NETLINK_ROUTE), 0);

	assert_int_equal(nsid_get(&nl, other, &id, NULL), 0);
	assert_int_equal(id, -1);
	assert_int_equal(nsid_set(&nl, other, 42, NULL), 0);
	assert_int_equal(nsid_get(&nl, other, &id, NULL), 0);
	assert_int_equal(id, 42);
	assert_int_equal(nsid_list(&nl, &arena, &ids, &count, NULL), 0);
	assert_int_equal(count, 1);
	assert_int_equal(ids[0], 42);
	assert_int_equal(nsid_set(&nl, other, 43, &err), -EEXIST);
	assert_int_equal(err.id, KIST_E_NSID);
	netlink_close(&nl);
	arena_done(&arena);
}

static void a_namespace_is_given_a_number_once(void **state)
{
	(void)state;
	skip_unless(can_make_user_namespaces());
	in_child(number_another);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_of_proc_are_read_whole_or_refused),
		cmocka_unit_test(kinds_and_states_have_names),
		cmocka_unit_test(who_waits_for_others_is_known),
		cmocka_unit_test(answers_that_are_cut_are_refused),
		cmocka_unit_test(an_abstract_name_is_one_line),
		cmocka_unit_test(sockets_of_another_namespace_are_listed),
		cmocka_unit_test(a_namespace_is_given_a_number_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
