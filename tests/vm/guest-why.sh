# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2016
# guest-why.sh - kist why on cgroup v2 with real controllers; each refusal is
# real, and its remedy is tried; sourced by guest.sh
top=/sys/fs/cgroup

# refused CAUSE COMMAND... - it is, by that rule
refused() {
	cause=$1
	shift
	out=$(/t/kist why --json -- "$@" 2>/dev/null)
	got=$(echo "$out" | sed -n 's/.*"cause": "\([A-Z_0-9]*\)".*/\1/p' | head -n 1)
	[ "$got" = "$cause" ] && return
	echo "$*: the rule is $got, wanted $cause"
	echo "$out"
	exit 1
}

works() {
	"$@" && return
	echo "the remedy does not work: $*"
	exit 1
}

put() { echo "$1" >"$2"; }

away() {
	[ ! -d $top/w ] || echo 1 >$top/w/cgroup.kill
	find $top/w -depth -type d 2>/dev/null | while read -r dir; do
		wait_for 3 rmdir "$dir" 2>/dev/null
	done
}

controllers_on_the_way() {
	mkdir -p $top/w/a/b
	refused CGROUP_NOT_ENABLED sh -c "echo 5 >$top/w/a/pids.max || exit 1"
	refused CGROUP_NOT_ENABLED sh -c "echo +pids >$top/w/a/cgroup.subtree_control || exit 1"
	works put +pids $top/w/cgroup.subtree_control
	works put 5 $top/w/a/pids.max
	works put +pids $top/w/a/cgroup.subtree_control
	refused CGROUP_HANDED_BELOW sh -c "echo -pids >$top/w/cgroup.subtree_control || exit 1"
	works put -pids $top/w/a/cgroup.subtree_control
	works put -pids $top/w/cgroup.subtree_control
	refused CGROUP_ROOT_FILE sh -c "echo 5 >$top/pids.max || exit 1"
	away
}

processes_are_in_leaves() {
	mkdir -p $top/w/a
	sleep 100 &
	pid=$!
	works put $pid $top/w/cgroup.procs
	refused CGROUP_PROCESSES_INSIDE sh -c "echo +memory >$top/w/cgroup.subtree_control || exit 1"
	works put $pid $top/w/a/cgroup.procs
	works put +memory $top/w/cgroup.subtree_control
	refused CGROUP_HANDS_DOWN sh -c "echo $pid >$top/w/cgroup.procs || exit 1"
	works put -memory $top/w/cgroup.subtree_control
	works put $pid $top/w/cgroup.procs
	kill $pid
	away
}

threads() {
	mkdir -p $top/w/a/b $top/w/d
	put +memory $top/w/cgroup.subtree_control
	refused CGROUP_TYPE sh -c "echo threaded >$top/w/a/cgroup.type || exit 1"
	works put -memory $top/w/cgroup.subtree_control
	works put threaded $top/w/a/cgroup.type
	refused CGROUP_SUBTREE_THREADED sh -c "echo +memory >$top/w/a/cgroup.subtree_control || exit 1"
	refused CGROUP_SUBTREE_THREADED sh -c "echo +memory >$top/w/cgroup.subtree_control || exit 1"
	works put +pids $top/w/cgroup.subtree_control
	works put +pids $top/w/a/cgroup.subtree_control
	put threaded $top/w/a/b/cgroup.type
	sleep 100 &
	pid=$!
	put -pids $top/w/a/cgroup.subtree_control
	refused CGROUP_THREAD_DOMAIN sh -c "echo $pid >$top/w/a/cgroup.threads || exit 1"
	works put $pid $top/w/cgroup.procs
	works put $pid $top/w/a/cgroup.threads
	kill $pid
	away
}

values() {
	mkdir -p $top/w/a
	put "+cpu +cpuset" $top/w/cgroup.subtree_control
	put 1 $top/w/a/cpu.idle
	refused CPU_IDLE sh -c "echo 50 >$top/w/a/cpu.weight || exit 1"
	works put 0 $top/w/a/cpu.idle
	works put 50 $top/w/a/cpu.weight
	away
}

# with mount option nsdelegate, which the machine has
namespaces_end_at_their_root() {
	mkdir -p $top/w/a $top/x
	put +pids $top/w/cgroup.subtree_control
	cat >/run/inner <<-END
		. /t/guest-why.sh only
		mkdir -p /run/cgroup-all; mount --bind $top /run/cgroup-all
		echo \$\$ >$top/w/a/cgroup.procs
		exec /t/kist unshare -C -m sh /run/inmost
	END
	cat >/run/inmost <<-END
		. /t/guest-why.sh only
		mkdir -p /run/cgroup
		mount -t cgroup2 c /run/cgroup
		refused CGROUP_NSDELEGATE sh -c "echo 5 >/run/cgroup/pids.max || exit 1"
		refused CGROUP_NS_BOUNDARY sh -c "echo 0 >/run/cgroup-all/x/cgroup.procs || exit 1"
	END
	sh /run/inner || exit 1
	works put 5 $top/w/a/pids.max
	works sh -c "echo \$\$ >$top/x/cgroup.procs"
	wait_for 3 rmdir $top/x
	away
}

who_moves_has_both_places() {
	grep -q '^kt:' /etc/passwd ||
		echo 'kt:x:1000:1000::/tmp:/bin/sh' >>/etc/passwd
	mkdir -p $top/w/a $top/w/b
	chown -R kt $top/w/a
	refused CGROUP_ABOVE_BOTH su kt -c "echo 0 >$top/w/a/cgroup.procs || exit 1"
	chown kt $top/w/cgroup.procs $top/w/b/cgroup.procs
	works sh -c "echo \$\$ >$top/w/b/cgroup.procs; exec su kt -c 'echo 0 >$top/w/a/cgroup.procs'"
	away
}

a_device_program_refuses() {
	oci="/t/kist-oci --root /run/why"
	$oci create -b /t/bundle kw </dev/null >/dev/null 2>&1
	pid=$($oci state kw | sed -n 's/.*"pid": \([0-9]*\).*/\1/p')
	dir=$top$(sed -n 's/^0:://p' "/proc/$pid/cgroup")
	refused CGROUP_DEVICE_PROGRAM sh -c "echo \$\$ >$dir/cgroup.procs; exec head -c 1 /dev/kmsg"
	$oci delete --force kw
	works sh -c "head -c 1 /dev/kmsg >/dev/null"
}

[ "${1-}" != only ] || return 0
check "controllers are handed down on the way" controllers_on_the_way
check "processes are in leaves" processes_are_in_leaves
check "threaded groups have rules of their own" threads
check "an idle group has no weight" values
check "a cgroup namespace ends at its root" namespaces_end_at_their_root
check "who moves a process has rights above both places" who_moves_has_both_places
check "the device program of a container refuses" a_device_program_refuses
away
