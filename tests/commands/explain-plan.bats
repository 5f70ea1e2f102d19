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
	expect_lacks "open a terminal"
	expect_has "install a filter of system calls: "
	expect_has "become the program: true"
	expect_has "WHAT IS NOT PROTECTED"
	expect_lacks "network is this machine's"
	run kist explain run -it host sh
	expect_has "open a terminal of the container's own devpts"
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
	# a file that is not there, and a word
	rm config.json
	run -0 kist explain config.json
	expect_has "bundle (word)"
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
}

@test "the plan of an exec is told from the container that runs" {
	needs root
	kist run -d --name web host sleep 60 >/dev/null
	run kist explain exec -it -u nobody web sh
	expect_status 0
	expect_has "join the namespaces of the container: cgroup, ipc, net, pid"
	expect_has "open a terminal of the container's own devpts"
	expect_has "become user 65534"
	expect_has "install a filter of system calls: "
	expect_has "become the program: sh"
	expect_lacks "(null)"
	run kist explain exec --privileged web sh
	expect_has "all 41 capabilities"
	expect_has "there is no filter"
	run -0 kist exec --dry-run web sh
	expect_has "join the container's namespaces"
	run kist explain enter web ps -e
	expect_status 0
	expect_has "uts, mnt namespaces of"
	expect_has "become the program: ps -e"
	expect_has "It only goes there: user, capabilities"
	run -0 kist explain mnt rm web /proc
	expect_has "unmount /proc"
	run -0 kist explain net link .:10.99.9.1/24 web:10.99.9.2/24
	expect_has "the two ends of one wire"
	expect_has ": give eth0 the address"
	kist rm -f web >/dev/null
	run kist explain exec web sh
	expect_status 125
	expect_has "there is no container 'web'"
	machine_unchanged
}

@test "every verb with a dry run can be explained, and none is carried out" {
	needs root
	local verb
	for verb in 'try make' 'new -n x' 'limit pids=5 -- ls' 'unshare -n ls' \
		'net new x' 'cg new /kisttest-explained' 'try -- drop it' \
		'cg mount memory=/mnt/kisttest' 'net sysctl . net.ipv4.ip_forward=0'; do
		run kist explain $verb
		expect_status 0
		expect_has "Nothing of it is done now."
		expect_lacks "--dry-run"
	done
	run kist explain clean --yes
	expect_status 0
	# those that only show have no plan, and are not run for one
	for verb in 'cg ls' 'cg tree' 'net ls' 'mnt tree' 'try diff it'; do
		run kist explain $verb
		expect_status 2
		expect_has "has no plan to explain"
	done
	run kist ps -aq
	expect_output ""
	run kist ls --names
	expect_lacks " x "
	[ ! -e /mnt/kisttest ]
	machine_unchanged
}

@test "what is the name of something is no command" {
	run -0 kist explain exec format error
	expect_has "ENOEXEC (errno)"
	run -0 kist explain limit the memory of a program
	expect_has "memory.max (cgroup file)"
	run kist explain exec format ls
	expect_status 125
	expect_has "there is no container 'format'"
}

@test "what is estimated is told to be" {
	run -0 kist explain run host true
	expect_has "costs     about 150 µs (estimated); some KB of disk"
	expect_has "measured on another machine"
	run -0 kist explain --json run host true
	run -0 jq -c '[.steps[] | select(.part == "namespaces") | .estimated] |
		unique' <<<"$output"
	expect_output "[false]"
}
