/* SPDX-License-Identifier: Apache-2.0 */
/* test_tell.c - handing a struct kist_error to the program that started us */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"

#include "base/err.h"
#include "sys/tell.h"

static void make_pair(int fds[2])
{
	assert_int_equal(tell_pair(fds), 0);
}

static void an_error_arrives_as_it_was(void **state)
{
	struct kist_error err = { 0 }, got = { 0 };
	int fds[2];

	make_pair(fds);
	assert_int_equal(tell_receive(fds[0], &got), 0);
	err_set(&err, KIST_E_USAGE, "the first");
	tell_error(fds[1], &err);
	err_set(&err, KIST_E_USAGE, "what is %s", "wrong");
	tell_error(fds[1], &err);
	assert_int_equal(tell_receive(fds[0], &got), 1);
	assert_memory_equal(&got, &err, sizeof(err));
	assert_int_equal(tell_receive(fds[0], &got), 0);
	tell_error(-1, &err); /* nobody asks */
	close(fds[0]);
	tell_error(fds[1], &err); /* who asked is gone */
	close(fds[1]);
}

/* Whoever runs as a child has the socket: each byte may be anything. */
static void what_is_not_of_this_program_is_not_taken(void **state)
{
	char message[sizeof(struct kist_error) + 64], other[sizeof(message)];
	struct kist_error err = { 0 }, got = { 0 };
	ssize_t len;
	int fds[2];

	make_pair(fds);
	err_set(&err, KIST_E_USAGE, "wrong");
	tell_error(fds[1], &err);
	len = recv(fds[0], message, sizeof(message), 0);
	assert_true(len > (ssize_t)sizeof(err));
	/* shorter, empty, and another mark, version or kind */
	send(fds[1], message, (size_t)len - 1, 0);
	send(fds[1], message, 1, 0);
	for (ssize_t at = 0; at < len - (ssize_t)sizeof(err); at++) {
		memcpy(other, message, (size_t)len);
		other[at] ^= 0x55;
		send(fds[1], other, (size_t)len, 0);
		/* behind the mark's end nothing is compared */
		if (at >= 13 && at < 16)
			assert_int_equal(tell_receive(fds[0], &got), 1);
		else
			assert_int_equal(tell_receive(fds[0], &got), 0);
	}
	/* texts without an end */
	memcpy(other, message, (size_t)len);
	memcpy(&got, message + len - sizeof(err), sizeof(err));
	memset(got.what, 'x', sizeof(got.what));
	memset(got.context, 'x', sizeof(got.context));
	memset(got.hint, 'x', sizeof(got.hint));
	memcpy(other + len - sizeof(err), &got, sizeof(err));
	send(fds[1], other, (size_t)len, 0);
	assert_int_equal(tell_receive(fds[0], &got), 1);
	assert_int_equal(strlen(got.what), sizeof(got.what) - 1);
	assert_int_equal(strlen(got.context), sizeof(got.context) - 1);
	assert_int_equal(strlen(got.hint), sizeof(got.hint) - 1);
	close(fds[0]);
	close(fds[1]);
}

static void only_a_socket_is_found_and_not_handed_on(void **state)
{
	static const char *const bad[] = { "",		 "x",	       "-1",
					   "0",		 "2",	       "999",
					   "4294967295", "99999999999" };
	char word[16];
	int fds[2], null;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CASE(bad[i]);
		setenv(TELL_VARIABLE, bad[i], 1);
		assert_int_equal(tell_find(), -1);
		assert_null(getenv(TELL_VARIABLE));
	}
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	snprintf(word, sizeof(word), "%d", null);
	setenv(TELL_VARIABLE, word, 1);
	assert_int_equal(tell_find(), -1);
	close(null);

	make_pair(fds);
	fcntl(fds[1], F_SETFD, 0);
	snprintf(word, sizeof(word), "%d", fds[1]);
	setenv(TELL_VARIABLE, word, 1);
	assert_int_equal(tell_find(), fds[1]);
	assert_null(getenv(TELL_VARIABLE));
	assert_int_equal(fcntl(fds[1], F_GETFD), FD_CLOEXEC);
	assert_int_equal(tell_find(), -1);
	close(fds[0]);
	close(fds[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_error_arrives_as_it_was),
		cmocka_unit_test(what_is_not_of_this_program_is_not_taken),
		cmocka_unit_test(only_a_socket_is_found_and_not_handed_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
