# SPDX-License-Identifier: Apache-2.0
# kist-user.bats - kist run as an ordinary user

load kist

setup() { start_kist; }

teardown() {
	local id
	for id in $(ku ps -aq 2>/dev/null); do
		ku rm -f "$id" >/dev/null 2>&1 || :
	done
	end_test
}

user_left_nothing() {
	[ -z "$(ku ps -aq)" ] || return 1
	[ -z "$(ls -A "$SCRATCH/home/.local/share/kist/containers")" ] || {
		find "$SCRATCH/home/.local/share/kist/containers"
		return 1
	}
	machine_unchanged
}

@test "a root directory: root inside, the user outside" {
	needs user
	user_root
	run -0 ku run --rm "$UROOT" sh -c 'id -u; hostname; touch /made; cat /proc/self/uid_map | head -1 | tr -s " "'
	expect_has $'0\n'
	[ "$(stat -c %U "$UROOT/made")" = "$TEST_USER" ]
	user_left_nothing
}

@test "all eight namespaces are new" {
	needs user
	user_root
	local kind
	for kind in user cgroup ipc mnt net pid time uts; do
		run -0 ku run --rm "$UROOT" readlink /proc/self/ns/$kind
		[ "$output" != "$(readlink /proc/self/ns/$kind)" ]
	done
}

@test "the exit status, environment, volumes, tmpfs" {
	needs user
	user_root
	as_user mkdir -p data
	run -7 ku run --rm -e A=b -v ./data:/data --tmpfs /x:size=1m "$UROOT" \
		sh -c 'echo $A; touch /data/here /x/y; exit 7'
	expect_output b
	[ -e "$SCRATCH/home/data/here" ]
	run -1 ku run --rm -v ./data:/data:ro "$UROOT" touch /data/x
	run -1 ku run --rm --read-only "$UROOT" touch /x
}

@test "the image host, copy-on-write" {
	needs user
	run -0 ku run --rm host sh -c 'id -u; touch /etc/kist-u /tmp/kist-u /var/tmp/kist-u && echo made; head -1 /etc/passwd; ls -A /run | wc -l; echo $$'
	expect_output "0
made
$(head -1 /etc/passwd)
0
1"
	[ ! -e /tmp/kist-u ]
	[ ! -e /etc/kist-u ]
	user_left_nothing
}

@test "host: the user's own files can be changed, as a copy" {
	needs user
	as_user sh -c 'echo mine >file; chmod 600 file'
	run -0 ku run --rm host sh -c "cat '$SCRATCH/home/file'; echo changed >'$SCRATCH/home/file'; cat '$SCRATCH/home/file'; ls -A '$SCRATCH/home/.local/share/kist' | wc -l"
	expect_output $'mine\nchanged\n0'
	[ "$(cat "$SCRATCH/home/file")" = mine ]
	user_left_nothing
}

@test "detached, exec, logs, stop, rm" {
	needs user
	user_root
	run -0 ku run -d --name one "$UROOT" sh -c 'echo hello; trap "exit 3" TERM; while :; do sleep 0.05; done'
	run -0 ku exec one sh -c 'id -u; readlink /proc/self/ns/pid >/tmp/ns; readlink /proc/1/ns/pid | cmp - /tmp/ns && echo same'
	expect_output $'0\nsame'
	run -0 ku logs one
	expect_output hello
	run -0 ku stop one
	run -0 ku wait one
	expect_output 3
	run -0 ku rm one
	user_left_nothing
}

@test "another container's namespaces" {
	needs user
	user_root
	ku run -d --name one "$UROOT" sleep 100
	run -0 ku run --rm --network one "$UROOT" readlink /proc/self/ns/net
	[ "$output" = "$(ku exec one readlink /proc/self/ns/net)" ]
}

@test "subordinate ids: other users inside, and their files are removed" {
	needs user subids
	run -0 ku run --rm host sh -c 'wc -l </proc/self/uid_map; touch /tmp/x; chown 33:33 /tmp/x; stat -c %u /tmp/x'
	expect_output $'2\n33'
	user_left_nothing
}

@test "limits without delegation are refused with a way out" {
	needs user memory
	is_cgroup_v2 && skip "the user may have a delegated group"
	user_root
	run -125 ku run --rm -m 64m "$UROOT" true
	expect_has "hint: "
	user_left_nothing
}

@test "what an ordinary user cannot have is said" {
	needs user
	user_root
	run -2 ku run --rm --userns host "$UROOT" true
	expect_has "--userns host: only root may"
	user_left_nothing
}

@test "a stranger's folder in /tmp is not trusted" {
	needs user root
	local uid
	uid=$(id -u "$TEST_USER")
	[ ! -e "/tmp/kist-$uid" ] || skip "/tmp/kist-$uid is there"
	user_root
	mkdir -m 777 "/tmp/kist-$uid"
	run -125 as_user env -u XDG_RUNTIME_DIR "$SCRATCH/home/bin/kist" run --rm "$UROOT" true
	rmdir "/tmp/kist-$uid"
	expect_has "can be changed by others"
}

@test "this machine's namespaces, as far as a user may" {
	needs user
	user_root
	local pair
	for pair in network:net pid:pid ipc:ipc uts:uts cgroupns:cgroup time:time; do
		run -0 ku run --rm "--${pair%:*}" host "$UROOT" \
			readlink "/proc/self/ns/${pair#*:}"
		expect_output "$(readlink "/proc/self/ns/${pair#*:}")"
	done
}

@test "a device, and a user that is not mapped" {
	needs user
	user_root
	run -0 ku run --rm --device /dev/zero:/dev/nought "$UROOT" \
		sh -c 'head -c 3 /dev/nought | wc -c'
	expect_output 3
	grep -q "^$TEST_USER:" /etc/subuid && return
	run -125 ku run --rm -u app "$UROOT" true
	expect_has "--user app: user 1000 is not mapped into the container"
}

@test "an ordinary user's container in the background is stopped and removed" {
	user_root
	run -0 ku run -d --name one ./root sh -c 'trap "" TERM; while :; do sleep 0.1; done'
	run -0 ku stop -t 1 one
	[ "$(ku wait one)" = 137 ]
	run -0 ku rm one
	run -0 ku run -d --name two ./root sleep 300
	run -0 ku rm -f two
	run -0 ku ps -aq
	expect_output ""
}
