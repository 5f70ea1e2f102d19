#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# faults.bats - every operation of a plan fails once, or dies: the machine is as
# before. Needs kist-oci built to be made to fail (make faults).

load helpers

setup() {
	OCI=${KIST_FAULTS:-$TOP/build/faults}/src/program/kist-oci
	start_test
	needs oci root
}

teardown() { end_test; }

# Everything that adds operations and needs nothing of the machine but root.
rich='.hostname = "blue" | .domainname = "sky"
	| .process.capabilities.ambient = ["CAP_NET_BIND_SERVICE"]
	| .process.capabilities.inheritable = ["CAP_NET_BIND_SERVICE"]
	| .process.rlimits = [{type: "RLIMIT_NOFILE", soft: 512, hard: 512}]
	| .process.oomScoreAdj = 100
	| .process.user.additionalGids = [10, 20]
	| .root.readonly = true
	| .mounts += [
		{destination: "/tmp", type: "tmpfs", source: "tmpfs",
			options: ["size=1m", "tmpcopyup"]},
		{destination: "/new/deep", type: "bind", source: "/usr/share",
			options: ["rbind", "ro"]}]
	| .linux.namespaces += [{type: "time"}]
	| .linux.timeOffsets = {monotonic: {secs: 7}}
	| .linux.sysctl = {"net.ipv4.ip_forward": "1", "kernel.msgmax": "4096"}
	| .linux.resources.pids = {limit: 64}
	| .linux.devices = [{path: "/dev/fuse", type: "c", major: 10, minor: 229,
		fileMode: 438, uid: 0, gid: 0}]
	| .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [
		{names: ["swapon"], action: "SCMP_ACT_ERRNO"}]}
	| .hooks = {
		prestart: [{path: "/bin/true"}],
		createRuntime: [{path: "/bin/true"}],
		createContainer: [{path: "/bin/true"}],
		startContainer: [{path: "/bin/true"}],
		poststart: [{path: "/bin/true"}],
		poststop: [{path: "/bin/true"}]}'

userns='.linux.namespaces += [{type: "user"}]
	| .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
	| .linux.gidMappings = .linux.uidMappings'

# said_clearly ERRNO - $output is one error that says what was being done
said_clearly() {
	local died='the first process (ended with status|was killed by signal)'
	[ "$(grep -c '^kist-oci: ' <<<"$output")" = 1 ] || return 1
	if [ "$1" = -1 ]; then
		[[ $output =~ $died ]]
	else
		[[ $output == "kist-oci: "*": "*" ("E[A-Z]*")"* ]]
	fi
}

# sweep COMMAND… - with each operation of the plan failing in turn; the first
# number behind the last operation lets the command through
sweep() {
	local op errnum bad=0
	for errnum in $errnums; do
		for ((op = 0; op < 250; op++)); do
			run timeout 10 "$OCI" --root "$STATE" --fault-op $op \
				--fault-errno "$errnum" "$@"
			[ "$status" != 0 ] || break
			said_clearly "$errnum" && is_empty "$STATE" && continue
			echo "operation $op, errno $errnum: status $status: $output"
			ls "$STATE"
			bad=1
			oci delete --force one
		done
		[ "$op" -gt 60 ] || { echo "only $op operations"; bad=1; }
		oci delete --force one
	done
	machine_unchanged && [ $bad = 0 ]
}

is_empty() { [ -z "$(ls -A "$1")" ]; }

@test "run: each operation fails or dies" {
	errnums="5 -1"
	make_bundle "$SCRATCH/b" "$rich"
	sweep run -b "$SCRATCH/b" one
}

@test "create: each operation fails" {
	errnums=28
	make_bundle "$SCRATCH/b" "$rich"
	sweep create -b "$SCRATCH/b" one
}

@test "in a user namespace: each operation fails or dies" {
	errnums="5 -1"
	make_bundle "$SCRATCH/b" "$rich | $userns"
	chown -R 100000:100000 "$SCRATCH/b/rootfs"
	sweep run -b "$SCRATCH/b" one
}

# killed_at MS COMMAND… - kill kist-oci itself after so long
killed_at() {
	local ms=$1 pid
	shift
	"$OCI" --root "$STATE" "$@" </dev/null >/dev/null 2>&1 &
	pid=$!
	sleep "0.0$(printf %02d "$ms")"
	kill -KILL $pid 2>/dev/null || :
	wait $pid 2>/dev/null || :
}

# cleaned ID - delete --force takes away all that a killed command left
cleaned() {
	run oci delete --force "$1"
	[ "$status" = 0 ] && is_empty "$STATE" && no_groups "$1" && return
	echo "$2: delete gave $status: $output"
	ls "$STATE"
	return 1
}

no_groups() { ! compgen -G "/sys/fs/cgroup/*/kist-$1" >/dev/null; }

@test "kist-oci killed while it creates: delete --force cleans up" {
	local try bad=0 what
	RANDOM=7
	make_bundle "$SCRATCH/a" "$rich"' | .process.args = ["sleep", "100"]'
	make_bundle "$SCRATCH/b" "$rich | $userns"'
		| .process.args = ["sleep", "100"]' "$SCRATCH/a/rootfs"
	for try in {1..30}; do
		what=$((try % 3))
		set -- create run "run -d"
		shift $what
		bundle=$SCRATCH/a
		[ $((try % 2)) = 0 ] || bundle=$SCRATCH/b
		# shellcheck disable=SC2086
		killed_at $((RANDOM % 25)) $1 -b "$bundle" k$try
		cleaned k$try "$1 $bundle" || bad=1
	done
	machine_unchanged && [ $bad = 0 ]
}

@test "kist-oci killed in exec, kill and delete: delete --force cleans up" {
	local try bad=0
	RANDOM=11
	make_bundle "$SCRATCH/a" "$rich"' | .process.args = ["sleep", "100"]'
	for try in {1..6}; do
		oci run -d -b "$SCRATCH/a" k$try </dev/null >/dev/null 2>&1
		killed_at $((RANDOM % 10)) exec k$try sleep 100
		[ $((try % 2)) = 0 ] ||
			killed_at $((RANDOM % 15)) delete --force k$try
		cleaned k$try "try $try" || bad=1
	done
	machine_unchanged && [ $bad = 0 ]
}
