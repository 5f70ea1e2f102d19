#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# oci-errors.bats - what kist-oci says when it cannot: one line that names the
# place and the cause, and a machine as it was before

load helpers

setup() {
	start_test
	needs oci root
}

teardown() { end_test; }

# refuses ID FILTER LINE - run with a changed configuration fails with LINE. ID,
# the error's name in errors.def, is for the reader.
refuses() {
	make_bundle "$SCRATCH/b" "$2"
	run oci run -b "$SCRATCH/b" one
	[ "$status" = 1 ] && [ "${lines[0]//$SCRATCH/@}" = "kist-oci: $3" ] || {
		printf '%s\nwanted: kist-oci: %s\nsaid:   %s\nstatus: %s\n' \
			"$1" "$3" "${lines[0]//$SCRATCH/@}" "$status"
		return 1
	}
	[ ! -e "$STATE/one" ]
}

@test "a wrong value in config.json is named with its line and column" {
	refuses CONFIG_TYPE '.hostname = 3' \
		"hostname: expected a string, found a number (config.json:47:15)"
	refuses CONFIG_MISSING 'del(.process.args)' \
		"process: 'args' is missing (config.json:3:14)"
	refuses ID_MAP '.linux.namespaces += [{type: "user"}]
		| .linux.uidMappings = [{containerID: 0, hostID: 0, size: 5},
			{containerID: 3, hostID: 9, size: 1}]
		| .linux.gidMappings = [{containerID: 0, hostID: 0, size: 1}]' \
		"linux.uidMappings: the uid maps 0 0 5 and 3 9 1 overlap inside the container (config.json:175:20)"
	refuses SYSCTL '.linux.sysctl = {"kernel.panic": "1"}' "sysctl 'kernel.panic' is not in a separate kernel namespace: it is the whole machine's (linux.sysctl['kernel.panic'] at config.json:173:7)"
	refuses NS_KIND '.linux.namespaces |= map(if .type == "network"
		then .path = "/proc/self/ns/uts" else . end)' "'/proc/self/ns/uts' is a uts namespace, not a network namespace (linux.namespaces[1] at config.json:137:7)"
	machine_unchanged
}

@test "what is not there is named" {
	refuses ROOTFS '.root.path = "nowhere"' "the root directory '@/b/nowhere' is not there (root.path at config.json:44:13)"
	refuses HOOK_FAILED '.hooks.createRuntime = [{path: "/bin/sh",
		args: ["sh", "-c", "echo no >&2; exit 3"]}]' "createRuntime hook '/bin/sh': ended with status 3: no (hooks.createRuntime[0] at config.json:175:7)"
	mkdir "$SCRATCH/empty"
	run oci run -b "$SCRATCH/empty" one # CONFIG_FILE
	expect_has "config.json' is not there"
	run "$OCI" --root /dev/null/x run -b "$SCRATCH/b" one # STATE_FOLDER
	expect_has "open the state folder '/dev/null/x': Not a directory"
	machine_unchanged
}

@test "a poststop hook that fails is told, and the others still run" {
	make_bundle "$SCRATCH/b" '.process.args = ["/bin/true"]
		| .hooks.poststop = [{path: "/bin/false"}, {path: "/bin/sh",
			args: ["sh", "-c", ": >'"$SCRATCH"'/ran"]}]'
	run -0 oci run -b "$SCRATCH/b" one
	expect_has "poststop hook '/bin/false': ended with status 1"
	[ -e "$SCRATCH/ran" ]
	machine_unchanged
}

@test "a label that nothing would enforce is refused" {
	[ ! -e /sys/kernel/security/apparmor ] || skip "AppArmor is on here"
	refuses LABEL '.process.apparmorProfile = "box"' "apparmorProfile 'box': AppArmor is not enabled on this machine"
	machine_unchanged
}

@test "a terminal needs somebody to receive it" {
	make_bundle "$SCRATCH/b" '.process.terminal = true'
	run oci create -b "$SCRATCH/b" one # CONSOLE
	expect_status 1
	expect_has "cannot allocate tty if kist-oci will detach without setting console socket"
	machine_unchanged
}

@test "a start that comes too early or too late is refused" {
	make_bundle "$SCRATCH/b" '.process.args = ["sleep", "100"]'
	oci create -b "$SCRATCH/b" one </dev/null >/dev/null 2>&1
	oci start one
	run oci start one # CONTAINER_STATE
	expect_status 1
	expect_has "cannot start an already running container"
	run oci exec -u 1:2:3 one true # USER_SYNTAX
	expect_status 255
	expect_has "1:2:3"
	oci delete -f one
	machine_unchanged
}

@test "more mounts than a plan has room for are refused" {
	make_bundle "$SCRATCH/b" '.mounts += [range(1200) | {type: "tmpfs",
		source: "tmpfs", destination: "/m/\(.)"}]'
	run oci run -b "$SCRATCH/b" one # PLAN_SIZE
	expect_status 1
	expect_has "mounts, devices and fds are too many"
	machine_unchanged
}

@test "a first process that dies while it is set up is not taken for a success" {
	make_bundle "$SCRATCH/b" '.linux.namespaces |= map(select(.type != "pid"))
		| .hooks.createContainer = [{path: "/bin/sh",
			args: ["sh", "-c", "kill -9 $PPID"]}]'
	run oci run -b "$SCRATCH/b" one # CONTAINER_DIED
	expect_status 1
	expect_has "the first process was killed by signal 9 while it was set up"
	machine_unchanged
}

@test "namespaces that the kernel refuses are said to be that" {
	needs user
	make_bundle "$SCRATCH/b"
	chmod 755 "$SCRATCH/b"
	run as_user sh -c "\$OCI --root \$HOME/state run -b '$SCRATCH/b' one" # NAMESPACE
	expect_status 1
	expect_has "make the first process in its namespaces ("
	expect_has "): Operation not permitted"
	machine_unchanged
}

@test "a /proc that is not the kernel's is not written to" {
	make_bundle "$SCRATCH/b"
	run unshare -m sh -c "mount -t tmpfs tmpfs /proc
		'$OCI' --root '$STATE' run -b '$SCRATCH/b' one" # PROC_FAKE
	expect_status 1
	expect_has "'/proc' is not the kernel's"
	rm -rf "$STATE/one"
	machine_unchanged
}

@test "a host name is never set for the whole machine" {
	local before
	before=$(hostname)
	refuses CONFIG_VALUE '.linux.namespaces |= map(select(.type != "uts"))
		| .hostname = "box"' \
		"hostname 'box' would be set for this whole machine"
	refuses CONFIG_VALUE '.linux.namespaces |= map(if .type == "uts"
		then .path = "/proc/self/ns/uts" else . end) | .hostname = "box"' \
		"hostname 'box' would be set for this whole machine"
	[ "$(hostname)" = "$before" ]
	machine_unchanged
}
