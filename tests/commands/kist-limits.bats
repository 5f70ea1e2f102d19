# SPDX-License-Identifier: Apache-2.0
# kist-limits.bats - limits of kist run, as the kernel has them

load kist

setup() { start_kist; }
teardown() { end_kist; }

# limit V1-CONTROLLER V1-FILE V2-FILE - what container "one" has there
limit() {
	local pid path
	pid=$(k inspect one | jq .pid)
	if is_cgroup_v2; then
		path=$(sed -n 's/^0:://p' "/proc/$pid/cgroup")
		cat "/sys/fs/cgroup$path/$3"
	else
		path=$(grep -E "^[0-9]+:([a-z,]+,)?$1(,[a-z,]+)?:" "/proc/$pid/cgroup" | cut -d: -f3)
		cat "/sys/fs/cgroup/$1$path/$2"
	fi
}

@test "memory, and memory with swap" {
	needs root memory
	k run -d --name one -m 64m --memory-reservation 32m "$ROOT" sleep 100
	[ "$(limit memory memory.limit_in_bytes memory.max)" = 67108864 ]
	[ "$(limit memory memory.soft_limit_in_bytes memory.low)" = 33554432 ]
	k rm -f one
	nothing_left
}

@test "too much memory ends the command" {
	needs root memory
	run -137 k run --rm -m 16m "$ROOT" sh -c \
		'head -c 64m /dev/zero | tail' </dev/null
} 

@test "processors" {
	needs root cpu
	k run -d --name one --cpus .5 -c 512 "$ROOT" sleep 100
	if is_cgroup_v2; then
		[ "$(limit cpu x cpu.max)" = "50000 100000" ]
	else
		[ "$(limit cpu cpu.cfs_quota_us)" = 50000 ]
		[ "$(limit cpu cpu.shares)" = 512 ]
	fi
}

@test "which processors" {
	needs root
	has_controller cpuset || skip "no cpuset"
	run -0 k run --rm --cpuset-cpus 0 "$ROOT" \
		grep Cpus_allowed_list /proc/self/status
	[[ $output == *$'\t0' ]]
	run -125 k run --rm --cpuset-cpus 9999 "$ROOT" true
	expect_has --cpuset-cpus
	nothing_left
}

@test "how many processes" {
	needs root pids
	k run -d --name one --pids-limit 7 "$ROOT" sleep 100
	[ "$(limit pids pids.max pids.max)" = 7 ]
	run k exec one sh -c 'for i in 1 2 3 4 5 6 7 8 9; do sleep 9 >/dev/null 2>&1 & done'
	expect_has 'fork'
}

@test "bad limits are named by their option" {
	needs root
	local words
	for words in "-m 12x" "-m 1k" "--memory-swap 1g" "--cpus x" "--cpus 0" \
		"--cpuset-cpus a" "--cpu-shares 1" "--pids-limit x" \
		"-m 64m --memory-swap 32m"; do
		# shellcheck disable=SC2086
		run -2 k run --rm $words "$ROOT" true
		expect_has "kist: "
		[ "${#lines[@]}" -le 2 ]
	done
	nothing_left
}
