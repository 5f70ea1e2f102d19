#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# kist.bats - kist run and what goes with it, as a person types it

load helpers

setup() {
	start_test
	needs kist
}

teardown() { end_test; }

@test "a directory: output, exit status, and nothing stays" {
	needs root
	busybox_root "$SCRATCH/r"
	run kist run --rm "$SCRATCH/r" sh -c 'echo hello; exit 7'
	expect_status 7
	expect_output hello
	machine_unchanged
}

@test "host: this machine's system, and nothing written inside stays" {
	needs root
	run kist run --rm host -- sh -c 'echo x >/etc/kist-was-here && cat /etc/kist-was-here'
	expect_status 0
	expect_output x
	[ ! -e /etc/kist-was-here ]
	machine_unchanged
}

@test "host: also for an ordinary user" {
	needs user
	run as_user kist run --rm host -- sh -c 'echo x >$HOME/new; id -u; cat /proc/1/comm'
	expect_status 0
	[ ! -e "$SCRATCH/home/new" ]
	machine_unchanged
}

@test "its own hostname, process ids and network" {
	needs root
	busybox_root "$SCRATCH/r"
	run kist run --rm --hostname blue "$SCRATCH/r" \
		sh -c 'hostname; echo $$; ls /sys/class/net'
	expect_status 0
	expect_output "$(printf 'blue\n1\nlo')"
	machine_unchanged
}

@test "a command that is not there is 127, one that cannot run 126" {
	needs root
	busybox_root "$SCRATCH/r"
	run -127 kist run --rm "$SCRATCH/r" nosuchthing
	expect_has nosuchthing
	touch "$SCRATCH/r/data"
	run kist run --rm "$SCRATCH/r" /data
	expect_status 126
	machine_unchanged
}

@test "a mistake is one line that names it, and 2 or 125" {
	run kist run --memroy 5m host
	expect_status 2
	expect_has --memroy
	run kist run -m lots host -- true
	expect_status 2
	expect_has lots
	run kist run "$SCRATCH/nowhere" true
	expect_status 125
	expect_has "$SCRATCH/nowhere"
	run kist nosuchverb
	expect_status 2
	expect_has nosuchverb
	machine_unchanged
}

@test "detached: ps, logs, exec, stop, wait, rm" {
	needs root
	busybox_root "$SCRATCH/r"
	kist run -d --name kt-web "$SCRATCH/r" \
		sh -c 'echo started; trap "exit 5" TERM; while :; do sleep 0.1; done' \
		>"$SCRATCH/id"
	run kist ps
	expect_has kt-web
	has_log() { kist logs kt-web | grep -q started; }
	eventually has_log
	run kist exec kt-web hostname
	expect_status 0
	kist stop kt-web
	run kist wait kt-web
	expect_output 5
	kist rm kt-web
	run kist inspect kt-web
	expect_status 125
	machine_unchanged
}

@test "volumes: read-write reaches the machine, read-only does not" {
	needs root
	busybox_root "$SCRATCH/r"
	mkdir "$SCRATCH/mine"
	kist run --rm -v "$SCRATCH/mine:/data" "$SCRATCH/r" touch /data/new
	[ -e "$SCRATCH/mine/new" ]
	run kist run --rm -v "$SCRATCH/mine:/data:ro" "$SCRATCH/r" touch /data/more
	[ "$status" != 0 ]
	expect_has "Read-only"
	machine_unchanged
}

@test "limits are the kernel's" {
	needs root memory pids
	busybox_root "$SCRATCH/r"
	run kist run --rm -m 32m --pids-limit 30 "$SCRATCH/r" sh -c 'cd /sys/fs/cgroup
		cat memory.max memory/memory.limit_in_bytes pids.max pids/pids.max 2>/dev/null'
	expect_has 33554432
	expect_has 30
	machine_unchanged
}

@test "a sane default: few capabilities, no new privileges, a filter" {
	needs root
	busybox_root "$SCRATCH/r"
	run kist run --rm "$SCRATCH/r" grep -E '^(CapEff|NoNewPrivs|Seccomp):' /proc/self/status
	expect_has 00000000a80425fb
	[[ $output =~ NoNewPrivs:[[:space:]]1 ]]
	[[ $output =~ Seccomp:[[:space:]]2 ]]
	run kist run --rm "$SCRATCH/r" sh -c 'cat /proc/kcore | head -c 1; echo 1 >/proc/sys/vm/swappiness'
	[ "$status" != 0 ]
	machine_unchanged
}

@test "a signal to kist reaches the command" {
	needs root
	busybox_root "$SCRATCH/r"
	"${kist[@]}" run --rm "$SCRATCH/r" sh -c 'trap "exit 9" TERM; echo up; while :; do sleep 0.1; done' \
		>"$SCRATCH/out" &
	local pid=$!
	is_up() { grep -q up "$SCRATCH/out"; }
	eventually is_up
	kill -TERM $pid
	local code=0
	wait $pid || code=$?
	[ $code = 9 ]
	machine_unchanged
}

@test "every verb has --help" {
	for verb in run exec ps logs stop kill wait rm inspect; do
		run kist "$verb" --help
		expect_status 0
		expect_has "$verb"
	done
}
