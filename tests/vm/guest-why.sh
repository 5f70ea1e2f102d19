# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2016
# guest-why.sh - which rule of cgroup v2 refused, what shows it, and its remedy
# applied; sourced by guest.sh
cg="/t/kist -q cg"
oci="/t/kist-oci --root /run/oci-why"
top=/sys/fs/cgroup
held=

# refused CAUSE EVIDENCE COMMAND... - the first rule that is told
refused() {
	cause=$1
	evidence=$2
	shift 2
	/t/kist why --json -- "$@" >/run/why 2>/run/why.err || :
	told "$cause" "$evidence"
}

told() {
	sed -n '/"findings"/,$p' /run/why | grep -m 1 '"cause"' | grep -q "\"$1\"" &&
		grep -m 1 '"evidence"' /run/why | grep -qF -- "$2" && return
	echo "wanted: $1, $2"
	cat /run/why /run/why.err
	return 1
}

# remedy TEXT - what the first rule says helps
remedy() {
	grep -m 1 '"fix"' /run/why | grep -qF -- "$1" && return
	echo "wanted: $1"
	cat /run/why
	return 1
}

put() {
	echo "$1" >"$2"
}

begin() {
	[ ! -d $top/w ] || end # of one that failed
	mkdir $top/w
	sleep 1000 >/dev/null 2>&1 &
	held=$!
}

end() {
	echo 1 >$top/w/cgroup.kill
	[ -z "$held" ] || kill -9 "$held" 2>/dev/null || :
	[ -z "$held" ] || wait "$held" 2>/dev/null || :
	n=0
	until $cg rm -r /w 2>/dev/null; do
		n=$((n + 1))
		[ $n -lt 50 ]
		sleep 0.1
	done
}

processes_and_controllers_exclude_each_other() {
	begin
	put $held $top/w/cgroup.procs
	refused CGROUP_PROCESSES_INSIDE "process $held is in '/w' itself" \
		sh -c "echo +memory >$top/w/cgroup.subtree_control || exit 1"
	remedy "'--leaf' moves them to '/w/kist-leaf'"
	$cg set --leaf /w cgroup.subtree_control=+memory
	is memory "$(cat $top/w/cgroup.subtree_control)"
	refused CGROUP_HANDS_DOWN "cgroup.subtree_control of '/w' is 'memory'" \
		sh -c "echo $held >$top/w/cgroup.procs || exit 1"
	remedy "move to a group below"
	mkdir $top/w/a
	put $held $top/w/a/cgroup.procs
	put +memory $top/w/a/cgroup.subtree_control 2>/dev/null && return 1
	put $held $top/w/kist-leaf/cgroup.procs
	put +memory $top/w/a/cgroup.subtree_control
	refused CGROUP_HANDED_BELOW "cgroup.subtree_control of '/w/a' has 'memory'" \
		sh -c "echo -memory >$top/w/cgroup.subtree_control || exit 1"
	remedy "kist cg set /w/a cgroup.subtree_control=-memory"
	$cg set /w/a cgroup.subtree_control=-memory
	put -memory $top/w/cgroup.subtree_control
	end
}

what_a_group_has_not() {
	begin
	mkdir $top/w/a
	refused CGROUP_NOT_ENABLED "cgroup.controllers of '/w' has 'memory', its cgroup.subtree_control has not" \
		sh -c "echo 5M >$top/w/a/memory.max || exit 1"
	remedy "kist cg set /w cgroup.subtree_control=+memory"
	refused CGROUP_NOT_ENABLED "cgroup.controllers of '/w' has 'memory'" \
		sh -c "echo +memory >$top/w/a/cgroup.subtree_control || exit 1"
	$cg set /w cgroup.subtree_control=+memory
	put 5M $top/w/a/memory.max
	refused CGROUP_ROOT_FILE "is the root of the mount" \
		sh -c "echo 5M >$top/memory.max || exit 1"
	refused CGROUP_REMOVED "has no cgroup.procs any more" \
		sh -c "mkdir $top/w/gone; cd $top/w/gone; rmdir ../gone; echo 1 >cgroup.procs || exit 1"
	end
}

what_was_disabled_at_boot() {
	name=$(awk '$4 == 0 && $1 !~ /#/ { print $1; exit }' /proc/cgroups)
	[ -n "$name" ]
	begin
	refused CGROUP_DISABLED "/proc/cgroups says of '$name': enabled 0" \
		sh -c "echo 1 >$top/w/$name.max || exit 1"
	remedy "cgroup_enable=$name"
	end
}

threaded_groups() {
	begin
	mkdir $top/w/t $top/w/other
	put +memory $top/w/cgroup.subtree_control
	refused CGROUP_TYPE "cgroup.type of the group above is 'domain'" \
		sh -c "echo threaded >$top/w/t/cgroup.type || exit 1"
	put -memory $top/w/cgroup.subtree_control
	put threaded $top/w/t/cgroup.type
	refused CGROUP_SUBTREE_THREADED "cgroup.type of '/w' is 'domain threaded'" \
		sh -c "echo +memory >$top/w/cgroup.subtree_control || exit 1"
	put +pids $top/w/cgroup.subtree_control
	refused CGROUP_DOMAIN_INVALID "cgroup.type of '/w/other' is 'domain invalid'" \
		sh -c "echo $held >$top/w/other/cgroup.procs || exit 1"
	refused CGROUP_THREAD_DOMAIN "cgroup.type of '/w/t' is 'threaded'" \
		sh -c "echo $held >$top/w/t/cgroup.threads || exit 1"
	put $held $top/w/cgroup.procs
	put $held $top/w/t/cgroup.threads
	# a whole process may be written to one as well
	put $held $top/cgroup.procs
	put $held $top/w/t/cgroup.procs
	is $held "$(cat $top/w/t/cgroup.threads)"
	end
}

a_kernel_thread_stays() {
	begin
	refused CGROUP_KERNEL_THREAD "/proc/2 has no program" \
		sh -c "echo 2 >$top/w/cgroup.procs || exit 1"
	end
}

values() {
	begin
	refused CPUSET_ABOVE "'900' was asked for" \
		sh -c "echo 900 >$top/w/cpuset.cpus || exit 1"
	put 0 $top/w/cpuset.cpus
	refused CGROUP_VALUE "'much' was written" \
		sh -c "echo much >$top/w/cpuset.cpus.partition || exit 1"
	remedy "member, root or isolated"
	put 1 $top/w/cpu.idle
	refused CPU_IDLE "cpu.idle of '/w' is 1" \
		sh -c "echo 50 >$top/w/cpu.weight || exit 1"
	remedy "cpu.idle=0 first"
	put 0 $top/w/cpu.idle
	put 50 $top/w/cpu.weight
	end
}

what_is_not_delegated() {
	grep -q '^kt:' /etc/passwd ||
		echo 'kt:x:1000:1000::/tmp:/bin/sh' >>/etc/passwd
	chmod 755 / /t
	begin
	mkdir $top/w/a $top/w/b
	chown kt $top/w/a/cgroup.procs $top/w/b/cgroup.procs
	cat >/run/move <<-END
		#!/bin/sh
		echo \$\$ >$top/w/b/cgroup.procs || exit 1
	END
	chmod 755 /run/move
	(put 0 $top/w/a/cgroup.procs
		su kt -c '/t/kist why --json -- /run/move' >/run/why 2>/run/why.err) || :
	told CGROUP_ABOVE_BOTH "cgroup.procs of '/w/b' is this user's own"
	chown kt $top/w/cgroup.procs
	(put 0 $top/w/a/cgroup.procs
		su kt -c /run/move)
	end
}

the_root_of_a_cgroup_namespace() {
	begin
	mkdir $top/w/in
	# the whole tree is in sight, and the namespace begins at /w
	cat >/run/inside <<-END
		echo \$\$ >$top/w/cgroup.procs
		exec /t/kist unshare --cgroup -- sh -c "\$1"
	END
	refused CGROUP_NSDELEGATE "cgroup:[" \
		sh /run/inside "echo 100M >$top/w/memory.max || exit 1"
	remedy "set it from outside of the cgroup namespace"
	put 100M $top/w/memory.max
	refused CGROUP_NS_BOUNDARY "'/' is there" \
		sh /run/inside "echo \$\$ >$top/cgroup.procs || exit 1"
	# and as a container has it: mounted anew, the root is its own
	cat >/run/own <<-END
		mkdir -p /run/cgroup && mount -t cgroup2 cgroup2 /run/cgroup &&
			exec /t/kist why --json -- sh -c "\$1"
	END
	cat >/run/container <<-END
		echo \$\$ >$top/w/cgroup.procs
		exec /t/kist unshare --cgroup --mount -- sh /run/own "\$1"
	END
	sh /run/container "echo 100M >/run/cgroup/memory.max || exit 1" \
		>/run/why 2>/run/why.err || :
	told CGROUP_NSDELEGATE "the group is the root of this cgroup namespace"
	put -memory $top/cgroup.subtree_control
	sh /run/container "mkdir /run/cgroup/x; echo 5M >/run/cgroup/x/memory.max || exit 1" \
		>/run/why 2>/run/why.err || :
	put +memory $top/cgroup.subtree_control
	told CGROUP_UNMOUNTED "/proc/cgroups says of 'memory': hierarchy 0, enabled 1"
	sh /run/container "mkdir /run/cgroup/z; echo +memory >/run/cgroup/cgroup.subtree_control || exit 1" \
		>/run/why 2>/run/why.err || :
	told CGROUP_PROCESSES_INSIDE "is in '/"
	put $$ $top/cgroup.procs 2>/dev/null || :
	end
}

limits_that_were_hit() {
	begin
	put 2 $top/w/pids.max
	refused PIDS_LIMIT "pids.current of '/w' is 2, its pids.max 2" \
		sh -c "echo \$\$ >$top/w/cgroup.procs; (sleep 1; :) & (sleep 1; :) & exit 1"
	remedy "kist cg set /w pids.max=MORE"
	put max $top/w/pids.max
	put 8M $top/w/memory.max
	put 0 $top/w/memory.swap.max 2>/dev/null || :
	refused MEMORY_KILLED "its group's limit is 8388608 bytes, its peak was 83" \
		sh -c "echo \$\$ >$top/w/cgroup.procs; head -c 60000000 /dev/zero | tail -c 50000000 >/dev/null; exit 1"
	grep -q "'/w'" /run/why
	remedy "kist cg set /w memory.max=MORE"
	$cg set /w memory.max=200M
	sh -c "echo \$\$ >$top/w/cgroup.procs; head -c 60000000 /dev/zero | tail -c 50000000 >/dev/null"
	end
}

limits_of_the_machine() {
	was=$(cat /proc/sys/kernel/threads-max)
	now=$(sed 's|.*/\([0-9]*\) .*|\1|' /proc/loadavg)
	refused THREADS_MAX "kernel.threads-max is $((now + 5))" \
		sh -c "echo $((now + 5)) >/proc/sys/kernel/threads-max; for i in \$(seq 30); do sleep 2 & done; exit 1"
	put "$was" /proc/sys/kernel/threads-max
	# the kernel is told to end what it likes least
	refused MACHINE_KILLED "(sh) was killed for want of memory" \
		sh -c "echo 1000 >/proc/self/oom_score_adj; echo f >/proc/sysrq-trigger; sleep 5; exit 0"
	remedy "choom -n -500 -p"
}

a_frozen_group() {
	begin
	put $held $top/w/cgroup.procs
	put 1 $top/w/cgroup.freeze
	/t/kist why --json ETIMEDOUT kill $held >/run/why 2>/run/why.err || :
	told CGROUP_FROZEN "cgroup.freeze of '/w' is 1"
	remedy "kist cg thaw /w"
	$cg thaw /w
	grep -q 'frozen 0' $top/w/cgroup.events
	end
}

a_device_program() {
	$oci run -d --bundle /t/bundle why </dev/null >/dev/null 2>&1
	pid=$($oci state why | sed -n 's/.*"pid": *\([0-9]*\).*/\1/p')
	group=$(sed -n 's/^0:://p' /proc/$pid/cgroup)
	mknod /run/kmsg c 1 11
	refused CGROUP_DEVICE_PROGRAM "is attached to '$group' for devices" \
		sh -c "echo \$\$ >$top$group/cgroup.procs; exec head -c 1 /run/kmsg"
	head -c 1 /run/kmsg >/dev/null
	$oci kill why KILL
	n=0
	until $oci delete why 2>/dev/null; do
		n=$((n + 1))
		[ $n -lt 50 ]
		sleep 0.1
	done
	rm /run/kmsg
}

check "why on v2: processes and controllers exclude each other" processes_and_controllers_exclude_each_other
check "why on v2: what a group has not" what_a_group_has_not
check "why on v2: a controller that was disabled at boot" what_was_disabled_at_boot
check "why on v2: threaded groups" threaded_groups
check "why on v2: a kernel thread stays where it is" a_kernel_thread_stays
check "why on v2: values" values
check "why on v2: what is not delegated" what_is_not_delegated
check "why on v2: the root of a cgroup namespace" the_root_of_a_cgroup_namespace
check "why on v2: limits that were hit" limits_that_were_hit
check "why: limits of the machine, and its memory" limits_of_the_machine
check "why on v2: a frozen group" a_frozen_group
check "why on v2: a device program" a_device_program
