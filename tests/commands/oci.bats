#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# oci.bats - kist-oci as an engine uses it: the life of a container

load helpers

setup() {
	start_test
	needs oci root
}

teardown() { end_test; }

@test "run gives the command's output and exit status" {
	make_bundle "$SCRATCH/b" '.process.args = ["sh", "-c", "echo hello; exit 7"]'
	run oci run -b "$SCRATCH/b" one
	expect_status 7
	expect_output hello
	machine_unchanged
}

@test "run reports a signal as 128 and its number" {
	make_bundle "$SCRATCH/b" '.process.args = ["sh", "-c", "kill -TERM $$"]
		| .linux.namespaces |= map(select(.type != "pid"))'
	run oci run -b "$SCRATCH/b" one
	expect_status 143
	machine_unchanged
}

@test "create, start, state, kill, delete, as an engine does it" {
	make_bundle "$SCRATCH/b" '.process.args = ["sleep", "1000"]'
	oci create -b "$SCRATCH/b" --pid-file "$SCRATCH/pid" one \
		</dev/null >"$SCRATCH/out" 2>&1
	run oci state one
	expect_status 0
	[ "$(jq -r .status <<<"$output")" = created ]
	[ "$(jq -r .pid <<<"$output")" = "$(cat "$SCRATCH/pid")" ]
	[ "$(jq -r .bundle <<<"$output")" = "$SCRATCH/b" ]

	oci start one
	[ "$(oci state one | jq -r .status)" = running ]
	run oci start one
	[ "$status" != 0 ]
	run oci list -q
	expect_output one
	run oci delete one
	[ "$status" != 0 ]

	oci kill one KILL
	is_stopped() { [ "$(oci state one | jq -r .status)" = stopped ]; }
	eventually is_stopped
	oci delete one
	run oci state one
	[ "$status" != 0 ]
	expect_has "does not exist"
	machine_unchanged
}

@test "delete --force ends what runs, and an unknown id is no error to it" {
	make_bundle "$SCRATCH/b" '.process.args = ["sleep", "1000"]'
	oci run -d -b "$SCRATCH/b" one </dev/null >/dev/null 2>&1
	oci delete --force one
	run oci delete --force one
	expect_status 0
	run oci delete one
	[ "$status" != 0 ]
	expect_has "does not exist"
	machine_unchanged
}

@test "exec runs in the container's namespaces, with its status" {
	make_bundle "$SCRATCH/b" '.process.args = ["sleep", "1000"]
		| .hostname = "blue"'
	oci run -d -b "$SCRATCH/b" one </dev/null >/dev/null 2>&1
	run oci exec one hostname
	expect_output blue
	run oci exec --cwd /tmp -e COLOUR=red one sh -c 'echo $PWD $COLOUR; exit 3'
	expect_status 3
	expect_output "/tmp red"
	run oci exec one nosuchprogram
	[ "$status" != 0 ]
	expect_has "executable file not found"
	oci delete --force one
	machine_unchanged
}

@test "ps lists the processes" {
	make_bundle "$SCRATCH/b" '.process.args = ["sleep", "1000"]'
	oci run -d -b "$SCRATCH/b" --pid-file "$SCRATCH/pid" one </dev/null >/dev/null 2>&1
	run oci ps --format json one
	[ "$(jq -c . <<<"$output")" = "[$(cat "$SCRATCH/pid")]" ]
	oci delete --force one
	machine_unchanged
}

@test "pause stops the processes, resume lets them go on" {
	needs freezer
	make_bundle "$SCRATCH/b" '.process.args = ["sleep", "1000"]'
	oci run -d -b "$SCRATCH/b" one </dev/null >/dev/null 2>&1
	oci pause one
	[ "$(oci state one | jq -r .status)" = paused ]
	run oci exec one true
	[ "$status" != 0 ]
	oci resume one
	[ "$(oci state one | jq -r .status)" = running ]
	oci exec one true
	oci delete --force one
	machine_unchanged
}

@test "limits reach the kernel" {
	needs memory pids
	make_bundle "$SCRATCH/b" '.process.args = ["sleep", "1000"]
		| .linux.resources.memory.limit = 67108864
		| .linux.resources.pids.limit = 33'
	oci run -d -b "$SCRATCH/b" --pid-file "$SCRATCH/pid" one </dev/null >/dev/null 2>&1
	run limit_of "$(cat "$SCRATCH/pid")" memory memory.max memory.limit_in_bytes
	expect_output 67108864
	run limit_of "$(cat "$SCRATCH/pid")" pids pids.max pids.max
	expect_output 33
	oci delete --force one
	machine_unchanged
}

# limit_of PID CONTROLLER V2-FILE V1-FILE
limit_of() {
	local group
	if is_cgroup_v2; then
		group=$(sed -n 's/^0:://p' "/proc/$1/cgroup")
		cat "/sys/fs/cgroup$group/$3"
	else
		group=$(awk -F: -v c="$2" '("," $2 ",") ~ "," c "," { print $3 }' \
			"/proc/$1/cgroup")
		cat "/sys/fs/cgroup/$2$group/$4"
	fi
}

@test "an error in config.json is named by file, line and column" {
	make_bundle "$SCRATCH/b" '.process.cwd = 5'
	run oci run -b "$SCRATCH/b" one
	[ "$status" != 0 ]
	expect_has "config.json:"
	make_bundle "$SCRATCH/b" '.process.cwd = "relative"'
	run oci run -b "$SCRATCH/b" one
	[ "$status" != 0 ]
	expect_has "cwd"
	machine_unchanged
}

@test "a mount that is not possible leaves nothing behind" {
	make_bundle "$SCRATCH/b" '.mounts += [{ destination: "/mnt", type: "tmpfs",
		source: "tmpfs", options: ["sise=1m"] }]'
	run oci run -b "$SCRATCH/b" one
	[ "$status" != 0 ]
	expect_has /mnt
	expect_has sise
	machine_unchanged
}

@test "errors go to the log too, as JSON, one line" {
	run oci --log "$SCRATCH/log" --log-format json state nobody
	[ "$status" != 0 ]
	expect_has "does not exist"
	[ "$(jq -r .level "$SCRATCH/log")" = error ]
	[[ $(jq -r .msg "$SCRATCH/log") == *"does not exist"* ]]
	[ "$(wc -l <"$SCRATCH/log")" = 1 ]
}

@test "what is not done yet is refused by name" {
	for verb in checkpoint restore update events; do
		run oci "$verb" one
		[ "$status" != 0 ]
		expect_has "not supported yet"
	done
}

@test "--version and features are what engines read" {
	run oci --version
	expect_status 0
	[[ ${lines[0]} =~ ^kist-oci\ version\ [0-9] ]]
	expect_has "spec: 1."
	run oci features
	expect_status 0
	[ "$(jq -r '.ociVersionMax | type' <<<"$output")" = string ]
	[ "$(jq '.linux.namespaces | length' <<<"$output")" = 8 ]
}

@test "a Debian root runs its own programs" {
	needs debian
	make_bundle "$SCRATCH/b" '.process.args = ["dpkg", "--print-architecture"]' \
		"$DEBIAN"
	run oci run -b "$SCRATCH/b" one
	expect_status 0
	expect_output "$(dpkg --print-architecture)"
	machine_unchanged
}

@test "an ordinary user runs a rootless bundle" {
	needs user
	as_user mkdir -p b/rootfs
	busybox_root "$SCRATCH/home/b/rootfs"
	chown -R "$TEST_USER:" "$SCRATCH/home/b"
	as_user sh -c 'cd b && $OCI spec --rootless'
	jq '.process.terminal = false | .process.args = ["id", "-u"]' \
		"$SCRATCH/home/b/config.json" >"$SCRATCH/config"
	cp "$SCRATCH/config" "$SCRATCH/home/b/config.json"
	run as_user sh -c '$OCI run -b b one'
	expect_status 0
	expect_output 0
	machine_unchanged
}

@test "a small limit of open files leaves room to start and to be started" {
	make_bundle "$SCRATCH/b" '.process.args = ["sleep", "100"]
		| .process.rlimits = [{type: "RLIMIT_NOFILE", soft: 6, hard: 6}]'
	oci create -b "$SCRATCH/b" one </dev/null >"$SCRATCH/out" 2>&1 || cat "$SCRATCH/out"
	oci start one
	run oci exec one sh -c 'ulimit -n'
	expect_status 0
	expect_output 6
	oci delete -f one
	machine_unchanged
}

@test "a /dev that is read-only is filled first" {
	needs root oci
	make_bundle "$SCRATCH/b" '(.mounts[] | select(.destination == "/dev")
		).options += ["ro"] |
		.process.args = ["sh", "-c", "touch /dev/x || ls /dev/pts/ptmx /dev/null"]'
	run -0 oci run -b "$SCRATCH/b" one
	expect_has "Read-only"
	expect_has /dev/pts/ptmx
	machine_unchanged
}
