# SPDX-License-Identifier: Apache-2.0
# explain-plan.bats - kist explain run …, config.json: a plan in words

load helpers

setup() {
	needs kist
	start_test
	cd "$SCRATCH" || return
}

teardown() { end_test; }

@test "the plan of a run is told step by step, and nothing is done" {
	mkdir src
	run kist explain run -m 64m -v ./src:/src:ro host true
	expect_status 0
	expect_has "64 MiB of memory"
	expect_has "a new network namespace"
	expect_has "protects"
	expect_has "at '/src', read-only"
	expect_has "asked by  -v ./src:/src:ro"
	expect_has "14 capabilities: chown,"
	expect_has "install a filter of system calls: "
	expect_has "become the program: true"
	expect_has "WHAT IS NOT PROTECTED"
	expect_lacks "network is this machine's"
	run kist explain run --network host --security-opt seccomp=unconfined \
		host true
	expect_has "The network is this machine's"
	expect_has "there is no filter"
	run kist ps -aq
	expect_output ""
	machine_unchanged
}

@test "an ordinary user reads the plan of the own, mapped container" {
	needs user
	run -0 as_user sh -c 'exec "$KIST" explain run host true'
	expect_has "a new user namespace"
	run as_user sh -c 'exec "$KIST" explain unshare -r true'
	expect_status 0
	expect_has "a new user namespace"
}

@test "a plan as JSON has each step with what it protects and costs" {
	run -0 kist explain --json run host true
	run -0 jq -r '[(.steps | length > 30), (.us > 1000),
		(.steps | any(.protects)), (.notProtected | length > 0)] |
		all' <<<"$output"
	expect_output true
}

@test "a configuration is told with its places, and what nobody knows" {
	"$OCI" spec
	sed -i '1a "vm": {},' config.json
	run -0 kist explain config.json
	expect_has "linux.namespaces[0] at config.json:"
	expect_has "vm at config.json:2:1"
	expect_has "rootfs' is not there"
	run -0 kist explain . --json
	run -0 jq -r '.ignored[]' <<<"$output"
	expect_output "vm at config.json:2:1"
}

@test "a mistake in a configuration is told as kist-oci tells it" {
	"$OCI" spec
	sed -i 's/"uid": 0/"uid": "x"/' config.json
	run kist explain config.json
	expect_status 125
	expect_has "process.user.uid: expected a number, found a string"
	expect_has "config.json:6:11"
	run kist explain nosuch.json
	expect_has "'nosuch.json' is not there"
}

@test "the dry run of other verbs is told in the same words" {
	run kist explain unshare -un --hostname blue true
	expect_status 0
	expect_has "a new uts namespace"
	expect_has "set the host name to 'blue'"
	expect_has "no pid namespace"
	run kist explain unshare --nosuch true
	expect_status 2
	expect_has "unknown option '--nosuch'"
	run kist explain exec web ps
	expect_status 125
	expect_has "is not explained yet"
}
