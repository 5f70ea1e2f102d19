#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# examples.bats - the programs of docs/examples do what they say

load helpers

setup() {
	start_test
	GLIBC=$TOP/build/glibc
	EXAMPLES=$GLIBC/docs/examples
	[ -x "$EXAMPLES/two_hostnames" ] || skip "the examples are not built"
}

teardown() { end_test; }

@test "two hostnames" {
	needs root
	run "$EXAMPLES/two_hostnames"
	expect_status 0
	expect_output "$(printf 'red\nblue')"
	machine_unchanged
}

@test "two hostnames, as an ordinary user" {
	needs user
	cp "$EXAMPLES/two_hostnames" "$SCRATCH/"
	run as_user "$SCRATCH/two_hostnames"
	expect_status 0
	expect_output "$(printf 'red\nblue')"
	machine_unchanged
}

@test "a memory limit holds, and is said to have" {
	needs root
	needs memory
	run --separate-stderr "$EXAMPLES/memory_limit" 64 echo enough
	expect_status 0
	expect_output enough
	[ "$stderr" = "memory_limit: exit status 0" ]
	run "$EXAMPLES/memory_limit" 16 tail /dev/zero
	expect_status 137
	expect_output "memory_limit: it wanted more than 16 MiB"
	run "$EXAMPLES/memory_limit" 16 nosuchthing
	expect_status 125
	expect_has nosuchthing
	machine_unchanged
}

@test "a container from a directory" {
	needs root
	busybox_root "$SCRATCH/r"
	run "$EXAMPLES/from_directory" "$SCRATCH/r" hostname
	expect_output box
	run -127 "$EXAMPLES/from_directory" "$SCRATCH/r" nosuchthing
	machine_unchanged
}

@test "each compiles against the installed library, shared and static" {
	local file name prefix lib
	command -v pkg-config >/dev/null || skip "there is no pkg-config"
	DESTDIR=$SCRATCH/installed meson install -C "$GLIBC" --no-rebuild \
		--quiet
	lib=$(dirname "$(find "$SCRATCH/installed" -name libkist.a)")
	prefix=$(dirname "$lib")
	export PKG_CONFIG_LIBDIR=$lib/pkgconfig
	for file in "$TOP"/docs/examples/*.c; do
		name=$(basename "$file" .c)
		# shellcheck disable=SC2046 # the words of pkg-config
		cc -Wall -Wextra -Werror -o "$SCRATCH/$name" "$file" \
			$(pkg-config --define-variable=prefix="$prefix" \
				--cflags --libs kist)
		cc -o "$SCRATCH/$name-static" -static "$file" \
			-I"$prefix/include" "$lib/libkist.a"
	done
	if can_root; then
		run env LD_LIBRARY_PATH="$lib" "$SCRATCH/two_hostnames"
		expect_output "$(printf 'red\nblue')"
		run "$SCRATCH/two_hostnames-static"
		expect_output "$(printf 'red\nblue')"
	fi
}
