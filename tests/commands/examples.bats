#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# examples.bats - the programs of docs/examples do what they say

load helpers

setup() {
	start_test
	needs root
	EXAMPLES=$TOP/build/glibc/docs/examples
	[ -x "$EXAMPLES/two_hostnames" ] || skip "the examples are not built"
}

teardown() { end_test; }

@test "two hostnames" {
	run "$EXAMPLES/two_hostnames"
	expect_status 0
	expect_output "$(printf 'red\nblue')"
	machine_unchanged
}

@test "a memory limit holds, and is said to have" {
	needs memory
	run "$EXAMPLES/memory_limit" 64 echo enough
	expect_output enough
	run "$EXAMPLES/memory_limit" 16 sh -c 'head -c 200m /dev/zero | tail'
	[ "$status" != 0 ]
	machine_unchanged
}

@test "a container from a directory" {
	busybox_root "$SCRATCH/r"
	run "$EXAMPLES/from_directory" "$SCRATCH/r" hostname
	expect_output box
	run -127 "$EXAMPLES/from_directory" "$SCRATCH/r" nosuchthing
	machine_unchanged
}
