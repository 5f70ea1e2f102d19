# SPDX-License-Identifier: Apache-2.0
# why-cgroup.bats - which rule of control groups refused: each rule is provoked,
# told with what shows it, and its remedy applied. Groups of v1; those of a v2
# machine are tried in a small one (tests/vm/guest-why.sh).

load helpers
load why

CG=/sys/fs/cgroup

setup() {
	needs root kist memory
	! is_cgroup_v2 || skip "this machine has no v1 hierarchies"
	start_test
	G=kt-why.$$.$BATS_TEST_NUMBER
	groups=()
	pids=()
}

teardown() {
	local i
	for i in "${pids[@]}"; do
		kill -9 "$i" 2>/dev/null || :
		wait "$i" 2>/dev/null || :
	done
	for ((i = ${#groups[@]} - 1; i >= 0; i--)); do
		rmdir "${groups[i]}" 2>/dev/null || :
	done
	end_test
}

# group CONTROLLER [BELOW] - make one; its folder in $dir
group() {
	dir=$CG/$1/$G${2:+/$2}
	mkdir "$dir"
	groups+=("$dir")
}

hold() {
	sleep 300 3>&- &
	pids+=($!)
	held=$!
}

# refused CAUSE EVIDENCE CMD… - the command fails, for that reason
refused() { among "$1" "$2" why "${@:3}"; }

# put VALUE FILE - a shell that writes, and fails if that fails
put() {
	echo "$1" >"$2"
}

@test "memory and memsw: the order in which they are written" {
	group memory
	put 1G "$dir/memory.limit_in_bytes"
	refused MEMSW_BELOW "memory.limit_in_bytes of '/$G' is 1073741824" \
		sh -c "echo 500M >$dir/memory.memsw.limit_in_bytes || exit 1"
	put 500M "$dir/memory.limit_in_bytes"
	put 500M "$dir/memory.memsw.limit_in_bytes"
	refused MEMORY_ABOVE_MEMSW "memory.memsw.limit_in_bytes of '/$G' is 524288000" \
		sh -c "echo 1G >$dir/memory.limit_in_bytes || exit 1"
	put 2G "$dir/memory.memsw.limit_in_bytes"
	put 1G "$dir/memory.limit_in_bytes"
}

@test "a limit below what is in use, and one above it" {
	group memory
	# Memory that cannot go to swap: it is locked.
	python3 - "$dir" <<-'END' 3>&- &
		import ctypes, mmap, os, sys, time
		open(sys.argv[1] + "/cgroup.procs", "w").write(str(os.getpid()))
		m = mmap.mmap(-1, 24 << 20)
		at = ctypes.addressof(ctypes.c_char.from_buffer(m))
		assert ctypes.CDLL(None).mlock(ctypes.c_void_p(at), 24 << 20) == 0
		open(sys.argv[1] + "/notify_on_release", "w").write("1")
		time.sleep(300)
	END
	pids+=($!)
	eventually grep -q 1 "$dir/notify_on_release"
	refused MEMORY_IN_USE "memory.usage_in_bytes of '/$G' is " \
		sh -c "echo 1M >$dir/memory.limit_in_bytes || exit 1"
	put 200M "$dir/memory.limit_in_bytes"
	kill -9 "${pids[0]}"
	eventually sh -c "[ ! -s $dir/cgroup.procs ]"
}

@test "cpuset: empty, outside of what is above, emptied with processes in it" {
	group cpuset
	hold
	refused CGROUP_CPUSET_EMPTY "'cpuset.cpus' of '/$G' is empty" \
		sh -c "echo $held >$dir/cgroup.procs || exit 1"
	refused CPUSET_ABOVE "was asked for" \
		sh -c "echo 900 >$dir/cpuset.cpus || exit 1"
	put 0 "$dir/cpuset.cpus"
	put 0 "$dir/cpuset.mems"
	put "$held" "$dir/cgroup.procs"
	refused CPUSET_IN_USE "cgroup.procs of '/$G' is not empty" \
		sh -c "echo >$dir/cpuset.cpus || exit 1"
	put "$held" "$CG/cpuset/cgroup.procs"
	echo >"$dir/cpuset.cpus"
}

@test "removing: groups below, processes in it" {
	group pids
	group pids below
	refused CGROUP_HAS_GROUPS "'below' is below it" rmdir "$CG/pids/$G"
	hold
	put "$held" "$dir/cgroup.procs"
	refused CGROUP_HAS_PROCESSES "process $held is in it" rmdir "$dir"
	kist cg rm -r --move-up "pids:/$G"
	[ ! -e "$CG/pids/$G" ]
}

@test "files: those that are only told, of the other version, of the root, values" {
	group pids
	refused CGROUP_FILE_TOLD "the mode of 'pids.current' is 0444" \
		sh -c "echo 1 >$dir/pids.current || exit 1"
	refused CGROUP_VALUE "'many' was written, and the kernel answers EINVAL" \
		sh -c "echo many >$dir/pids.max || exit 1"
	put 5 "$dir/pids.max"
	group freezer
	refused CGROUP_VALUE "'STOPPED' was written" \
		sh -c "echo STOPPED >$dir/freezer.state || exit 1"
	group memory
	refused CGROUP_OTHER_VERSION "'memory.max' is of cgroup v2, this is v1" \
		sh -c "echo 1G >$dir/memory.max || exit 1"
	# the remedy names the file of this version
	[[ $(jq -r '.findings[0].fix' <<<"$output") == "here it is 'memory.limit_in_bytes'"* ]]
	put 1G "$dir/memory.limit_in_bytes"
}

@test "v2 is asked for what a v1 hierarchy holds, and v1 has it" {
	[ -e $CG/unified/cgroup.controllers ] || skip "no v2 hierarchy is mounted"
	group unified
	refused CGROUP_ON_V1 "hierarchy $(awk '$1 == "memory" { print $2 }' /proc/cgroups), which is a v1 one" \
		sh -c "echo +memory >$dir/cgroup.subtree_control || exit 1"
	group memory
	put 1G "$dir/memory.limit_in_bytes"
}

@test "v2: number and depth of groups, and lifting it" {
	[ -e $CG/unified/cgroup.controllers ] || skip "no v2 hierarchy is mounted"
	group unified
	put 0 "$dir/cgroup.max.descendants"
	refused CGROUP_TOO_MANY "cgroup.max.descendants of '/$G' is 0, and it has 0" \
		mkdir "$dir/a"
	put max "$dir/cgroup.max.descendants"
	put 1 "$dir/cgroup.max.depth"
	group unified a
	refused CGROUP_TOO_MANY "cgroup.max.depth of '/$G' is 1, and this would be 2 below" \
		mkdir "$dir/b"
	put max "$CG/unified/$G/cgroup.max.depth"
	group unified a/b
}

@test "v2: threaded groups" {
	[ -e $CG/unified/cgroup.controllers ] || skip "no v2 hierarchy is mounted"
	group unified
	group unified t
	put threaded "$dir/cgroup.type"
	group unified d
	hold
	refused CGROUP_DOMAIN_INVALID "cgroup.type of '/$G/d' is 'domain invalid'" \
		sh -c "echo $held >$dir/cgroup.procs || exit 1"
	put threaded "$dir/cgroup.type"
	put "$held" "$dir/cgroup.procs"
	put "$held" $CG/unified/cgroup.procs
}

@test "a group that is not delegated, and one that is" {
	needs user
	group pids
	as_user true
	refused CGROUP_NOT_DELEGATED "belongs to user 0" \
		setpriv --reuid "$TEST_USER" --regid "$TEST_USER" --clear-groups \
		sh -c "echo 5 >$dir/pids.max || exit 1"
	chown -R "$TEST_USER" "$dir"
	as_user sh -c "echo 5 >$dir/pids.max"
}

@test "of a group nobody's mode is changed: a limit tells who delegates" {
	needs user
	run as_user sh -c '"$KIST" why -- "$KIST" limit pids=3 true'
	[ "$status" -le 1 ]
	expect_has "no control group can be made where it would have to be"
	expect_lacks "chmod"
}

@test "a hierarchy that is mounted read-only" {
	group pids
	refused CGROUP_READ_ONLY "'$CG/pids" \
		unshare -m sh -c "mount -o remount,bind,ro $CG/pids && mkdir $dir/a || exit 1"
	unshare -m sh -c "mount -o remount,bind,ro $CG/pids && mount -o remount,bind,rw $CG/pids && mkdir $dir/a"
	rmdir "$dir/a"
}

@test "realtime: a process without a budget, and with one" {
	[ -e $CG/cpu/cpu.rt_runtime_us ] || skip "no CONFIG_RT_GROUP_SCHED here"
	group cpu
	hold
	chrt -f -p 10 "$held" || skip "the group of the tests has no realtime budget"
	refused CGROUP_REALTIME "process $held is scheduled by SCHED_FIFO or SCHED_RR, and cpu.rt_runtime_us of '/$G' is 0" \
		sh -c "echo $held >$dir/cgroup.procs || exit 1"
	refused CPU_RT_BUDGET "cpu.rt_runtime_us of the group above is" \
		sh -c "echo 1000000000 >$dir/cpu.rt_runtime_us || exit 1"
	put 1000 "$dir/cpu.rt_runtime_us"
	put "$held" "$dir/cgroup.procs"
	chrt -o -p 0 "$held"
	put "$held" $CG/cpu/cgroup.procs
}

@test "a device that the group does not allow, and allowing it" {
	group devices
	put a "$dir/devices.deny"
	put 'c 1:3 rwm' "$dir/devices.allow"
	refused CGROUP_DEVICES "devices.list of '/$G' has no line for it; it begins with 'c 1:3 rwm'" \
		sh -c "echo \$\$ >$dir/cgroup.procs; exec head -c 1 /dev/zero"
	[ "$(jq -r '.findings[0].rule' <<<"$output")" = "control group '/$G' does not allow device c 1:5" ]
	kist cg set "devices:/$G" devices.allow="c 1:5 rwm"
	sh -c "echo \$\$ >$dir/cgroup.procs; exec head -c 1 /dev/zero" >/dev/null
}

@test "a process that does not react is in a frozen group" {
	group freezer
	group freezer below
	hold
	put "$held" "$dir/cgroup.procs"
	put FROZEN "$CG/freezer/$G/freezer.state"
	run kist why --json ETIMEDOUT kill "$held"
	[ "$(jq -r '.findings[0].cause' <<<"$output")" = CGROUP_FROZEN ]
	[ "$(jq -r '.findings[0].evidence' <<<"$output")" = "freezer.self_freezing of '/$G' is 1" ]
	[ "$(jq -r '.findings[0].fix' <<<"$output")" = "thaw it: 'kist cg thaw /$G'" ]
	kist cg thaw "freezer:/$G"
	grep -q THAWED "$dir/freezer.state"
}

@test "the pids limit of a group above, and raising it" {
	group pids
	group pids below
	put 2 "$CG/pids/$G/pids.max"
	refused PIDS_LIMIT "its pids.max 2" \
		sh -c "echo \$\$ >$dir/cgroup.procs; (sleep 2; :) & (sleep 2; :) & wait; exit 1"
	put max "$CG/pids/$G/pids.max"
	bash -c "echo \$\$ >$dir/cgroup.procs; (true; true) & (true; true) & wait"
}

@test "an option with a controller that the kernel has not" {
	! grep -q '^rdma' /proc/cgroups || skip "the kernel has it"
	mkdir "$SCRATCH/m"
	refused CGROUP_NO_CONTROLLER "/proc/cgroups has no line 'rdma'" \
		unshare -m mount -t cgroup -o rdma rdma "$SCRATCH/m"
	[ "$(jq -r '.findings[0].fix' <<<"$output")" = "the kernel is built without CONFIG_CGROUP_RDMA: use one that has it" ]
}

@test "groups of the root, of the kernel's threads, idle, used below" {
	refused CGROUP_ROOT_FILE "'/' is the root of the mount" \
		sh -c "echo 1000000000 >$CG/memory/memory.limit_in_bytes || exit 1"
	group memory
	put 1000000000 "$dir/memory.limit_in_bytes"
	group cpuset
	put 0 "$dir/cpuset.cpus"
	put 0 "$dir/cpuset.mems"
	refused CGROUP_KERNEL_THREAD "/proc/2 has no program" \
		sh -c "echo 2 >$dir/cgroup.procs || exit 1"
	group cpuset below
	put 0 "$dir/cpuset.cpus"
	refused CPUSET_USED_BELOW "a group below '/$G' has them" \
		sh -c "echo 1 >$CG/cpuset/$G/cpuset.cpus || exit 1"
	echo >"$dir/cpuset.cpus"
	[ "$(nproc --all)" = 1 ] || put 1 "$CG/cpuset/$G/cpuset.cpus"
	group cpu
	[ -e "$dir/cpu.idle" ] || return 0
	put 1 "$dir/cpu.idle"
	refused CPU_IDLE "cpu.idle of '/$G' is 1" \
		sh -c "echo 500 >$dir/cpu.shares || exit 1"
	put 0 "$dir/cpu.idle"
	put 500 "$dir/cpu.shares"
}

@test "a group that was removed meanwhile" {
	group pids
	mkdir "$dir/gone"
	refused CGROUP_REMOVED "'$dir/gone' is not there any more" \
		bash -c "exec 5>$dir/gone/pids.max; rmdir $dir/gone; echo 3 >&5 || exit 1"
	group pids gone
	put 3 "$dir/pids.max"
}

@test "a controller that is mounted nowhere, and one that was disabled at boot" {
	[ -e $CG/unified/cgroup.controllers ] || skip "no v2 hierarchy is mounted"
	local free
	free=$(awk '$2 == 0 && $4 == 1 { print $1 }' /proc/cgroups |
		grep -vwf <(tr ' ' '\n' <$CG/unified/cgroup.controllers) |
		grep -xE 'perf_event|pids|cpuset|rdma|misc' | head -n 1)
	[ -n "$free" ] || skip "every controller is in use"
	group unified
	refused CGROUP_UNMOUNTED "says of '$free': hierarchy 0, enabled 1" \
		sh -c "echo +$free >$dir/cgroup.subtree_control || exit 1"
	sed "s/^memory\t.*/memory\t0\t1\t0/" /proc/cgroups >"$SCRATCH/cgroups"
	[ "$(unshare -m sh -c "mount --bind $SCRATCH/cgroups /proc/cgroups
		exec $KIST why --json -- sh -c 'echo +memory >$dir/cgroup.subtree_control || exit 1'" 2>/dev/null |
		sed -n '/^{/,$p' | jq -r '.findings[0].cause')" = CGROUP_DISABLED ]
}

@test "a hit limit of processes is told by why, and by kist where it ends" {
	refused PIDS_LIMIT "its pids.max 3" \
		"$KIST" limit --quiet pids=3 -- sh -c '(sleep 1; :) & (sleep 1; :) & (sleep 1; :) & (sleep 1; :) & wait'
	[ "$(jq -r '.findings[0].certain' <<<"$output")" = true ]
	run kist limit --kill pids=3 -- sh -c '(sleep 1; :) & (sleep 1; :) & (sleep 1; :) & wait'
	expect_has "the limit of processes (pids) was reached: "
	expect_has "hint: give it more: pids=NUMBER"
	run kist limit --kill pids=20 -- sh -c '(sleep 1; :) & (sleep 1; :) & (sleep 1; :) & wait'
	expect_lacks "was reached"
}

@test "v1: a hierarchy that another mount covers, and mounting it" {
	[ -e $CG/unified/cgroup.controllers ] || skip "no v2 hierarchy is mounted"
	group unified
	run -0 kist unshare -m sh -c 'mount -t tmpfs none "$2" &&
		exec "$0" --root "$1" why --json -- \
			sh -c "echo +memory >$3/cgroup.subtree_control || exit 1"' \
		"$KIST" "$SCRATCH/k" $CG/memory "$dir"
	[ "$(sed -n '/^{/,$p' <<<"$output" | jq -r '.findings[0].cause')" = CGROUP_V1_HIDDEN ]
	run -0 kist unshare -m sh -c 'mount -t tmpfs none "$1" &&
		"$0" cg mount memory="$1" && [ -e "$1/memory.limit_in_bytes" ]' \
		"$KIST" $CG/memory
}
