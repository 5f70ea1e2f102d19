# SPDX-License-Identifier: Apache-2.0
# targets.bats - TARGET: all that a word may stand for

load kist

setup() {
	[ "$(id -u)" != 0 ] || { ip netns add kt-first && ip netns del kt-first; }
	start_kist
}

teardown() {
	kill "${TARGET:-}" 2>/dev/null || :
	[ ! -e "$SCRATCH/k/ns/kt-set" ] || k rm kt-set >/dev/null 2>&1 || :
	ip netns del kt-tgt 2>/dev/null || :
	end_kist
}

# $TARGET: a process with a host name of its own, "target".
start_target() {
	unshare -un sh -c 'hostname target; exec sleep 60' 3>&- 7<&- &
	TARGET=$!
	eventually sh -c "[ \"\$(cat /proc/$TARGET/comm)\" = sleep ]"
}

inode() { stat -Lc %i "/proc/$TARGET/ns/$1"; }

# is_target WORD [OPTION…] - entering the word leads to the target's host name
is_target() {
	local word=$1
	shift
	run -0 k enter "$@" "$word" uname -n
	expect_output target
}

@test "a process, and its directory in /proc" {
	needs root
	start_target
	is_target "$TARGET"
	is_target "/proc/$TARGET"
	run -0 k enter . uname -n
	expect_has "$(uname -n)"
}

@test "a namespace as /proc writes it, its bare inode, its file" {
	needs root
	start_target
	is_target "uts:[$(inode uts)]"
	is_target "$(inode uts)"
	is_target "/proc/$TARGET/ns/uts"
	touch "$SCRATCH/file"
	mount --bind "/proc/$TARGET/ns/uts" "$SCRATCH/file"
	local ino
	ino=$(inode uts)
	kill "$TARGET"
	is_target "$SCRATCH/file"
	cd "$SCRATCH"
	is_target ./file
	# nobody is in it any more: it is found by its mount
	eventually sh -c "! [ -e /proc/$TARGET/ns/uts ]"
	is_target "$ino"
	umount "$SCRATCH/file"
}

@test "a namespace that only an open file keeps" {
	needs root
	start_target
	exec 7<"/proc/$TARGET/ns/uts"
	local ino
	ino=$(inode uts)
	kill "$TARGET"
	eventually sh -c "! [ -e /proc/$TARGET/ns/uts ]"
	is_target "$ino"
	is_target "fd:7@$$"
	exec 7<&-
	run -125 k enter "$ino" true
	expect_has "there is no namespace $ino"
}

@test "a socket and a network namespace by its nsid" {
	needs root python
	ip netns add kt-tgt
	ip netns set kt-tgt 4711
	run -0 k enter :4711 stat -Lc %i /proc/self/ns/net
	expect_output "$(stat -c %i /run/netns/kt-tgt)"
	run -0 k enter netns:kt-tgt stat -Lc %i /proc/self/ns/net
	expect_output "$(stat -c %i /run/netns/kt-tgt)"
	ip netns exec kt-tgt python3 -c 'import socket,time,os
s = socket.socket(); os.dup2(s.fileno(), 9); open("'"$SCRATCH"'/ready","w"); time.sleep(60)' 3>&- &
	TARGET=$!
	eventually [ -e "$SCRATCH/ready" ]
	run -0 k enter "fd:9@$TARGET" stat -Lc %i /proc/self/ns/net
	expect_output "$(stat -c %i /run/netns/kt-tgt)"
	run -0 k enter --socket 9 "$TARGET" stat -Lc %i /proc/self/ns/net
	expect_output "$(stat -c %i /run/netns/kt-tgt)"
}

can_python() {
	reason="no python3"
	command -v python3 >/dev/null
}

@test "a pidfd that another process has open" {
	needs root python
	start_target
	python3 -c 'import os,time,sys
fd = os.pidfd_open(int(sys.argv[1])); os.dup2(fd, 9); open(sys.argv[2],"w"); time.sleep(60)' \
		"$TARGET" "$SCRATCH/ready" 3>&- &
	local holder=$!
	eventually [ -e "$SCRATCH/ready" ]
	is_target "fd:9@$holder"
	kill "$holder"
}

@test "a container of kist, by name and by id" {
	needs root
	run -0 k run -d --name kt-web --hostname target "$ROOT" sleep 60
	local id=$output
	is_target kt-web
	is_target "${id:0:12}"
	is_target kt-web -u
	k rm -f kt-web
	run -125 k enter kt-web true
	expect_has "there is no 'kt-web': no container, no named namespaces"
}

@test "a container that has ended is said to have" {
	needs root
	k run --name kt-over "$ROOT" true
	run -125 k enter kt-over true
	expect_has "kist: container 'kt-over' is not running"
	k rm kt-over
}

@test "a control group, by the path of /proc and of /sys/fs/cgroup" {
	needs root
	local dir=/sys/fs/cgroup/pids
	[ -d "$dir" ] || dir=/sys/fs/cgroup
	mkdir "$dir/kt-target"
	start_target
	echo "$TARGET" >"$dir/kt-target/cgroup.procs"
	is_target cg:/kt-target
	is_target "cg:$dir/kt-target"
	run -2 k enter "$dir/kt-target" true
	expect_has "hint: a control group is cg:$dir/kt-target"
	kill "$TARGET"
	eventually rmdir "$dir/kt-target"
	run -125 k enter cg:/kt-target true
	# TARGET_NO_PROCESS
	expect_output "kist: there is no process in control group '/kt-target'
hint: name a TARGET that has one: a process id, a container that runs"
}

@test "the control group of a unit, and of a container of Docker or Podman" {
	needs root
	local dir=/sys/fs/cgroup/pids id
	[ -d "$dir" ] || dir=/sys/fs/cgroup
	id=$(printf 'ab%.0s' {1..32})
	mkdir -p "$dir/kt-x/kt-svc.service/docker-$id.scope"
	start_target
	echo "$TARGET" >"$dir/kt-x/kt-svc.service/docker-$id.scope/cgroup.procs"
	is_target unit:kt-svc.service
	is_target unit:kt-svc
	is_target "docker:${id:0:12}"
	is_target "podman:$id"
	kill "$TARGET"
	eventually rmdir "$dir/kt-x/kt-svc.service/docker-$id.scope"
	rmdir "$dir/kt-x/kt-svc.service" "$dir/kt-x"
	run -125 k enter unit:kt-svc true
	expect_has "no process is in unit 'kt-svc.service'"
}

@test "docker: and podman: ask the program, and pass on what it says" {
	needs root
	start_target
	mkdir "$SCRATCH/bin"
	cat >"$SCRATCH/bin/docker" <<-END
		#!/bin/sh
		case "\$*" in
		*" web") echo $TARGET ;;
		*" old") echo 0 ;;
		*) echo 'no such thing here' >&2; exit 1 ;;
		esac
	END
	chmod 755 "$SCRATCH/bin/docker"
	PATH=$SCRATCH/bin:$PATH
	is_target docker:web
	run -125 k enter docker:old true
	expect_output "kist: container 'old' of docker is not running
hint: 'kist map' shows what runs"
	run -125 k enter docker:nope true
	expect_output "kist: docker has no running container 'nope': no such thing here"
}

@test "mistakes are answered with what might have been meant" {
	needs root
	k new kt-set -u
	run -125 k enter kt-sett true
	expect_output "kist: there is no 'kt-sett': no container, no named namespaces
hint: did you mean 'kt-set'?"
	run -125 k enter -n "uts:[$(stat -Lc %i /proc/self/ns/uts)]" true
	expect_has " has no net namespace" # TARGET_KIND
	run -2 k enter dokcer:web true # TARGET_SYNTAX
	expect_output "kist: 'dokcer:web' is not a target
hint: did you mean 'docker:web'?"
	run -2 k enter net:4026531840 true
	expect_output "kist: 'net:4026531840' is not a target
hint: did you mean 'net:[4026531840]'?"
	run -125 k enter 4194300 true
	expect_has "kist: there is no process 4194300"
	run -2 k enter /etc/passwd true
	expect_has "kist: '/etc/passwd' is not a namespace file"
	run -125 k enter ./none true
	expect_output "kist: there is no file './none'"
	run -125 k enter 'net:[12]' true
	expect_has "kist: there is no net namespace 12"
	run -125 k enter :2147483000 true
	expect_has "kist: no network namespace has the nsid 2147483000"
	run -125 k enter fd:999 true
	expect_output "kist: descriptor 999 is not open"
	run -2 k enter 'fd:0' true </dev/null
	expect_has "kist: 'fd:0' is no namespace, process or socket"
	run -125 k enter netns:kt-none true
	expect_has "kist: there is no network namespace 'kt-none' in /run/netns"
	run -2 k enter '' true
	expect_has "kist: '' is not a target"
	k rm kt-set
}

@test "what is another user's is refused in one line" {
	needs user
	start_target
	run -125 ku enter "$TARGET" true # TARGET_DENIED
	expect_has "its namespaces may not be looked at
hint: be root, or that user"
}
