# SPDX-License-Identifier: Apache-2.0
# kist-share.bats - whose namespaces a container has

load kist

setup() { start_kist; }
teardown() { end_kist; }

@test "each kind can be this machine's" {
	needs root
	local pair
	for pair in network:net pid:pid ipc:ipc uts:uts cgroupns:cgroup time:time; do
		run -0 k run --rm "--${pair%:*}" host "$ROOT" \
			readlink "/proc/self/ns/${pair#*:}"
		expect_output "$(readlink "/proc/self/ns/${pair#*:}")"
	done
}

@test "each kind can be another container's, a process's, or a file's" {
	needs root
	k run -d --name first "$ROOT" sleep 100
	local pid pair whose
	pid=$(k inspect first | jq .pid)
	for pair in network:net pid:pid ipc:ipc uts:uts cgroupns:cgroup time:time; do
		for whose in first container:first "$pid" "/proc/$pid/ns/${pair#*:}"; do
			run -0 k run --rm "--${pair%:*}" "$whose" "$ROOT" \
				readlink "/proc/self/ns/${pair#*:}"
			expect_output "$(readlink "/proc/$pid/ns/${pair#*:}")"
		done
	done
	k rm -f first
	nothing_left
}

@test "two containers talk over one network namespace" {
	needs root
	k run -d --name server "$ROOT" sh -c 'echo hello | nc -l -p 1234'
	eventually k exec server sh -c 'netstat -ltn | grep -q 1234'
	run -0 k run --rm --network server "$ROOT" sh -c 'nc 127.0.0.1 1234'
	expect_output hello
}

@test "a user namespace of root's container, with maps" {
	needs root
	run -0 k run --rm --uidmap 0:100000:1000 "$ROOT" sh -c 'id -u; cat /proc/self/uid_map /proc/self/gid_map | tr -s " "'
	expect_output $'0\n 0 100000 1000\n 0 100000 1000'
	run -0 k run --rm --userns private "$ROOT" readlink /proc/self/ns/user
	[ "$output" != "$(readlink /proc/self/ns/user)" ]
	run -2 k run --rm --uidmap 0:1 "$ROOT" true
	expect_has "--uidmap 0:1: '0:1' is not INSIDE:OUTSIDE:COUNT"
}

@test "clocks are ahead" {
	needs root
	run -0 k run --rm --boottime 7d "$ROOT" cut -d. -f1 /proc/uptime
	local ours
	ours=$(cut -d. -f1 /proc/uptime)
	[ $((output - ours)) -ge $((7 * 86400 - 5)) ]
	[ $((output - ours)) -le $((7 * 86400 + 5)) ]
	run -2 k run --rm --boottime 7d --time host "$ROOT" true
}

@test "/dev/shm and message queues are shared with --ipc host" {
	needs root
	run -0 k run --rm --ipc host "$ROOT" sh -c 'echo x >/dev/shm/kist-test'
	[ -e /dev/shm/kist-test ]
	rm -f /dev/shm/kist-test
}

@test "the network of this machine comes with its resolver" {
	needs root
	run -0 k run --rm --network host "$ROOT" cat /etc/resolv.conf
	expect_output "$(cat /etc/resolv.conf 2>/dev/null)"
}

@test "what cannot be shared is said" {
	needs root
	run -125 k run --rm --network bridge "$ROOT" true
	expect_has "'bridge' is not supported yet"
	expect_has "hint: the networks are none and host"
	run -125 k run --rm --network hots "$ROOT" true
	expect_has "did you mean 'host'?"
	run -125 k run --rm --pid 4194999 "$ROOT" true
	expect_has "there is no process '4194999'" # TARGET_UNKNOWN
	run -125 k run --rm --ipc /nosuch "$ROOT" true
	expect_has "namespace file '/nosuch'"
	run -125 k run --rm --ipc /proc/self/ns/net "$ROOT" true
	run -2 k run --rm --uts host --hostname x "$ROOT" true
	nothing_left
}
