#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# groups-inside.bats - what a container sees and may do of control groups

load helpers

setup() {
	start_test
	needs oci root pids
}

teardown() { end_test; }

# Find the folder of the own group's pids controller, v1 or v2.
look='cd /sys/fs/cgroup; [ ! -d pids ] || cd pids'

@test "without a cgroup namespace its own group is all there is" {
	make_bundle "$SCRATCH/b" '.process.args = ["sh", "-c", "'"$look"'
			cat cgroup.procs; cat pids.max"]
		| .linux.resources.pids = {limit: 17}
		| .linux.namespaces -= [{type: "cgroup"}]'
	run oci run -b "$SCRATCH/b" one
	expect_status 0
	expect_has 17
	[ "${lines[0]}" = 1 ]
	machine_unchanged
}

@test "a mount of control groups cannot be written by default" {
	make_bundle "$SCRATCH/b" '.process.args = ["sh", "-c", "'"$look"'
			mkdir mine && echo made"]'
	run oci run -b "$SCRATCH/b" one
	expect_has "Read-only file system"
	expect_lacks made
	machine_unchanged
}

@test "in a user namespace without a cgroup namespace it is read-only, whatever was asked" {
	make_bundle "$SCRATCH/b" '.process.args = ["sh", "-c", "'"$look"'
			mkdir mine && echo made"]
		| (.mounts[] | select(.type == "cgroup") | .options) -= ["ro"]
		| .linux.namespaces -= [{type: "cgroup"}]
		| .linux.namespaces += [{type: "user"}]
		| .linux.uidMappings = [{containerID: 0, hostID: 0, size: 65536}]
		| .linux.gidMappings = .linux.uidMappings'
	run oci run -b "$SCRATCH/b" one
	expect_has "Read-only file system"
	expect_lacks made
	machine_unchanged
}
