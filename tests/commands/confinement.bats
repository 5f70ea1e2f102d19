#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# confinement.bats - what a container can see, touch and become

load helpers

setup_file() {
	export ADVERSARY=$BATS_FILE_TMPDIR/adversary
	cc -O1 -static -o "$ADVERSARY" "$BATS_TEST_DIRNAME/adversary.c" || :
}

setup() {
	start_test
	needs oci root
	ROOT=$BATS_FILE_TMPDIR/root
	if [ ! -e "$ROOT/bin/sh" ]; then
		busybox_root "$ROOT"
		[ ! -x "$ADVERSARY" ] || cp "$ADVERSARY" "$ROOT/bin/adversary"
	fi
}

teardown() { end_test; }

# bundle FILTER - the usual one, changed
bundle() { make_bundle "$SCRATCH/b" "$1" "$ROOT"; }

# inside COMMAND - the output of a shell command in a container
inside() {
	bundle "${2:-.}"
	jq --arg command "$1" '.process.args = ["sh", "-c", $command]' \
		"$SCRATCH/b/config.json" >"$SCRATCH/b/new"
	mv "$SCRATCH/b/new" "$SCRATCH/b/config.json"
	run oci run -b "$SCRATCH/b" one
}

# A container that stays, for exec.
running() {
	bundle "${1:-.} | .process.args = [\"sleep\", \"100\"]"
	oci run -d -b "$SCRATCH/b" one </dev/null >/dev/null 2>&1 9</etc/passwd
}

@test "processes have fds 0 to 2 and nothing else" {
	can_terminal || skip "$reason"
	[ -x "$ROOT/bin/adversary" ] || skip "adversary.c was not compiled"
	running
	oci exec -d one sleep 101 9</etc/passwd </dev/null >/dev/null 2>&1
	run oci exec one sh -c 'for pid in $(pidof sleep); do
		adversary fds $pid; done'
	expect_output ""
	run oci exec one sh -c 'pidof sleep | wc -w'
	expect_output 2
	oci delete --force one
	bundle '.process.terminal = true | .process.args = ["sh", "-c",
		"sleep 1 & adversary fds $!"]'
	run timeout 20 script -qec "$OCI --root $STATE run -b $SCRATCH/b two" \
		/dev/null
	[[ $output != *[0-9]* ]] || { echo "$output"; return 1; }
	machine_unchanged
}

@test "the environment is the configuration's" {
	export SECRET=host
	running '.process.env = ["PATH=/bin", "HOME=/", "ONE=1"]'
	run oci exec one sh -c 'tr "\0" "\n" </proc/1/environ | sort'
	expect_output $'HOME=/\nONE=1\nPATH=/bin'
	run oci exec one sh -c 'tr "\0" "\n" </proc/self/environ | sort'
	expect_lacks SECRET
	expect_lacks KIST
}

@test "no capability is inheritable unless it is asked for" {
	local caps='.process.capabilities |= (del(.inheritable) | del(.ambient))'
	running "$caps"
	run oci exec one grep -E 'Cap(Inh|Amb)' /proc/1/status /proc/self/status
	[ "$(grep -c 0000000000000000 <<<"$output")" = 4 ]
	run oci exec --cap CAP_NET_RAW one grep CapInh /proc/self/status
	expect_has 0000000000000000
}

@test "supplementary groups are those asked for, none of the caller's" {
	local row want
	while read -r row want; do
		inside 'grep ^Groups: /proc/self/status' ".process.user = $row"
		expect_status 0
		[ "$(echo ${output#Groups:})" = "$want" ] || {
			echo "$row: $output"
			return 1
		}
	done <<-'ROWS'
		{"uid":0,"gid":0}
		{"uid":1000,"gid":1000}
		{"uid":1000,"gid":1000,"additionalGids":[7,5]} 5 7
		{"uid":0,"gid":5,"additionalGids":[5]} 5
	ROWS
}

@test "exec -u takes ids and nothing that only looks like them" {
	local user want
	running
	while read -r user want; do
		run oci exec -u "${user/EMPTY/}" one sh -c 'echo $(id -u):$(id -g)'
		if [ "$want" = refused ]; then
			[ "$status" != 0 ] && continue
		elif [ "$output" = "$want" ]; then
			continue
		fi
		echo "-u '$user': $status $output, wanted $want"
		return 1
	done <<-'ROWS'
		1 1:0
		1:2 1:2
		0:0 0:0
		01 1:0
		1: refused
		:1 refused
		EMPTY refused
		-1 refused
		+1 refused
		0x1 refused
		4294967295 refused
		4294967296 refused
		18446744073709551617 refused
		1:2:3 refused
		1:4294967295 refused
		root refused
	ROWS
}

@test "only sysctls of the container's own namespaces are set" {
	local key before bad=0
	before=$(cat /proc/sys/kernel/core_pattern)
	for key in kernel.core_pattern kernel/core_pattern vm.swappiness \
		net.ipv4/../../kernel/core_pattern net//../kernel/core_pattern \
		net..kernel.core_pattern /kernel/core_pattern kernel.hostname \
		net/../kernel/core_pattern fs.file-max; do
		bundle ".linux.sysctl = {\"$key\": \"x\"}"
		run oci run -b "$SCRATCH/b" one
		[ "$status" = 1 ] && [[ $output == *sysctl* ]] ||
			{ echo "$key: $status $output"; bad=1; }
	done
	bundle '.linux.namespaces |= map(select(.type != "network"))
		| .linux.sysctl = {"net.ipv4.ip_forward": "1"}'
	run oci run -b "$SCRATCH/b" one
	expect_status 1
	bundle '.linux.namespaces |= map(if .type == "network" then
		.path = "/proc/self/ns/net" else . end)
		| .linux.sysctl = {"net.core.somaxconn": "4097"}'
	run oci run -b "$SCRATCH/b" one
	expect_status 1
	expect_has "needs its own network namespace"
	[ "$(cat /proc/sys/net/core/somaxconn)" != 4097 ]
	[ "$before" = "$(cat /proc/sys/kernel/core_pattern)" ] && [ $bad = 0 ]
}

@test "control group paths do not climb" {
	local path bad=0
	for path in /.. /a/../../b ../up a/../b / //; do
		bundle ".linux.cgroupsPath = \"$path\""
		run oci run -b "$SCRATCH/b" one
		[ "$status" = 1 ] || { echo "$path: $status $output"; bad=1; }
	done
	running
	for path in .. ../.. /.. a/../..; do
		run oci exec --cgroup "$path" one true
		[ "$status" != 0 ] || { echo "exec $path: $status"; bad=1; }
	done
	oci delete --force one
	machine_unchanged && [ $bad = 0 ]
}

@test "masked paths are empty, read-only ones cannot be written" {
	mkdir -p "$ROOT/masked" "$ROOT/ro"
	echo secret >"$ROOT/masked/file"
	echo secret >"$ROOT/masked.file"
	inside 'ls -A /masked /proc/acpi /proc/scsi /sys/firmware 2>/dev/null |
			grep -v :\$; cat /masked.file /proc/kcore /proc/keys \
			/proc/timer_list 2>/dev/null; echo x 2>/dev/null >/masked/new &&
			echo written; for f in /proc/sys/kernel/msgmax \
			/proc/sysrq-trigger /proc/irq/new /ro/new; do
			echo x 2>/dev/null >$f && echo $f written; done; echo end' \
		'.root.readonly = false | .linux.maskedPaths += ["/masked",
			"/masked.file"] | .linux.readonlyPaths += ["/ro"]'
	output=$(grep . <<<"$output")
	expect_output end
	rm -rf "$ROOT"/{masked,masked.file,ro}
}

@test "devices are the usual ones, with their numbers and modes" {
	inside 'cd /dev && stat -c "%n %F %t:%T %a %u:%g" $(ls | grep -v fd\$) |
		grep -v -e link -e directory'
	expect_output "full character special file 1:7 666 0:0
null character special file 1:3 666 0:0
random character special file 1:8 666 0:0
tty character special file 5:0 666 0:0
urandom character special file 1:9 666 0:0
zero character special file 1:5 666 0:0"
	inside 'mknod /dev/sda b 8 0 2>&1; dd if=/dev/sda of=/dev/null count=1 \
		2>/dev/null && echo read; mknod /dev/m c 1 1 2>/dev/null; \
		dd if=/dev/m of=/dev/null count=1 2>/dev/null && echo read; true' \
		'.process.capabilities[] += ["CAP_MKNOD", "CAP_SYS_RAWIO"]'
	expect_lacks read
}

@test "the mounts inside are those asked for and no other" {
	inside 'cut -d" " -f5 /proc/self/mountinfo | grep -v ^/sys/fs/cgroup/'
	local wanted got
	wanted=$({
		echo /
		jq -r '.mounts[].destination, .linux.readonlyPaths[],
			.linux.maskedPaths[]' "$SCRATCH/b/config.json"
	} | sort)
	got=$(sort <<<"$output" | comm -23 - <(echo "$wanted"))
	echo "$got"
	[ -z "$got" ]
	for got in / /proc /dev /dev/pts /dev/shm /dev/mqueue /sys; do
		[ "$(grep -cx $got <<<"$output")" = 1 ] || { echo $got; return 1; }
	done
}

@test "with all capabilities, climbing out leads to the container's root" {
	local all='.root.readonly = false | .process.capabilities[] += [
		"CAP_SYS_ADMIN", "CAP_SYS_CHROOT"]'
	[ -x "$ROOT/bin/adversary" ] || skip "adversary.c was not compiled"
	touch "$ROOT/inside"
	inside 'adversary chroot /tmp/jail; umount -l / 2>/dev/null; cd /..;
		echo ---; ls -A; cd ../../..; ls -A' "$all"
	expect_has inside
	expect_lacks "$(basename "$SCRATCH")"
	[ "$(grep -cx -e boot -e srv -e work <<<"$output")" = 0 ]
	inside 'mkdir -p /tmp/m; for i in 1 2 3; do umount -l / ; done \
		2>/dev/null; ls -A /proc/1/root/; cd /proc/1/cwd/..; ls -A' "$all"
	[ "$(grep -cx -e boot -e srv -e work <<<"$output")" = 0 ]
	machine_unchanged
}

@test "who may trace processes finds nothing of the host's in them" {
	local number
	[ -x "$ROOT/bin/adversary" ] || skip "adversary.c was not compiled"
	bundle '.process.args = ["adversary", "steal"]
		| .process.capabilities[] += ["CAP_SYS_PTRACE"]'
	oci run -d -b "$SCRATCH/b" one </dev/null >"$SCRATCH/out" 2>&1
	for number in {1..40}; do
		oci exec one true </dev/null
	done
	oci delete --force one
	run sort -u "$SCRATCH/out"
	expect_output ""
}
