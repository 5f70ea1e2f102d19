# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2046
# guest-cg.sh - kist cg on cgroup v2 with real controllers; sourced by guest.sh
cg="/t/kist -q cg"
top=/sys/fs/cgroup

end_all() {
	for group in /k /leafy; do
		[ ! -d $top$group ] || echo 1 >$top$group/cgroup.kill
		n=0
		while [ -d $top$group ] && [ $n -lt 30 ]; do
			$cg rm -r $group 2>/dev/null && break
			n=$((n + 1))
			sleep 0.1
		done
	done
}

controllers_are_enabled_on_the_way() {
	out=$(/t/kist cg new /k/a/b memory.max=64M pids.max=20 2>&1)
	is 67108864 "$(cat $top/k/a/b/memory.max)"
	is 20 "$(cat $top/k/a/b/pids.max)"
	case $out in
	*"echo +memory > $top/k/a/cgroup.subtree_control"*) ;;
	*) echo "$out" && return 1 ;;
	esac
	$cg rm -r /k
}

a_dry_run_makes_the_same() {
	/t/kist cg new -n /k/a/b memory.max=64M cpu.max="5000 20000" \
		--owner 7:8 --delegate >/run/lines
	[ ! -d $top/k ]
	sh -e /run/lines
	(cd $top/k && find . -exec stat -c '%n %u %g' {} + | sort
		cat a/b/memory.max a/b/cpu.max cgroup.subtree_control) >/run/one
	$cg rm -r /k
	$cg new /k/a/b memory.max=64M cpu.max="5000 20000" \
		--owner 7:8 --delegate
	(cd $top/k && find . -exec stat -c '%n %u %g' {} + | sort
		cat a/b/memory.max a/b/cpu.max cgroup.subtree_control) >/run/two
	$cg rm -r /k
	cmp /run/one /run/two
}

processes_in_the_way_are_named() {
	$cg new /leafy
	setsid sleep 100 &
	pid=$!
	$cg mv v2:/leafy $pid
	out=$($cg new /leafy/b memory.max=64M 2>&1) && return 1
	case $out in
	*"'/leafy' cannot hand controllers down: it has 1 process of its own ($pid sleep)"*) ;;
	*) echo "$out" && return 1 ;;
	esac
	[ ! -d $top/leafy/b ]
	/t/kist cg new --leaf /leafy/b memory.max=64M 2>/run/said
	grep -q "echo $pid > $top/leafy/kist-leaf/cgroup.procs" /run/said
	is $pid "$(cat $top/leafy/kist-leaf/cgroup.procs)"
	is 67108864 "$(cat $top/leafy/b/memory.max)"
	# the rule the other way round: no process into a group that hands down
	out=$($cg mv /leafy $pid 2>&1) && return 1
	case $out in
	*"groups below it have controllers (memory)"*) ;;
	*) echo "$out" && return 1 ;;
	esac
	$cg kill /leafy
	$cg rm -r /leafy
}

handing_down_by_hand_needs_a_leaf_too() {
	$cg new /leafy
	setsid sleep 100 &
	pid=$!
	$cg mv v2:/leafy $pid
	out=$($cg set /leafy cgroup.subtree_control="+pids +memory" 2>&1) && return 1
	case $out in
	*"hint: cgroup v2 has processes in groups below only: '--leaf' moves them to '/leafy/kist-leaf'"*) ;;
	*) echo "$out" && return 1 ;;
	esac
	/t/kist -q cg set -n --leaf /leafy cgroup.subtree_control="+pids +memory" >/run/lines
	[ ! -d $top/leafy/kist-leaf ]
	sh -e /run/lines
	is $pid "$(cat $top/leafy/kist-leaf/cgroup.procs)"
	is "memory pids" "$(cat $top/leafy/cgroup.subtree_control)"
	$cg kill /leafy
	$cg rm -r /leafy
}

ours_are_moved_by_themselves() {
	$cg new /leafy
	# the shell of this test is of the session kist is in
	sh -c "echo \$\$ >$top/leafy/cgroup.procs
		$cg new /leafy/b pids.max=9 && cat /proc/self/cgroup" >/run/own
	is "0::/leafy/kist-leaf" "$(cat /run/own)"
	$cg rm -r /leafy
}

threads_are_moved_alone() {
	$cg new --threaded /k/t
	is threaded "$(cat $top/k/t/cgroup.type)"
	is "domain threaded" "$(cat $top/k/cgroup.type)"
	sleep 100 &
	pid=$!
	$cg mv /k $pid
	$cg mv --thread /k/t $pid
	is $pid "$(cat $top/k/t/cgroup.threads)"
	is $pid "$($cg procs --threads -q /k/t)"
	out=$($cg set /k/t memory.max=5M 2>&1) && return 1
	echo "$out" >/run/said
	kill $pid
	wait $pid || :
	n=0
	until $cg rm -r /k; do
		n=$((n + 1))
		[ $n -lt 30 ]
	done
}

freezing_and_killing() {
	$cg new /k/a
	sleep 100 &
	$cg mv /k/a $!
	$cg freeze /k
	grep -q 'frozen 1' $top/k/a/cgroup.events
	/t/kist cg tree /k | grep -q 'k  frozen'
	$cg thaw /k
	grep -q 'frozen 0' $top/k/cgroup.events
	$cg kill /k
	is "" "$(cat $top/k/a/cgroup.procs)"
	$cg rm -r /k
}

watching_runs_the_hook_when_it_is_empty() {
	$cg new /k
	sleep 1000 &
	pid=$!
	$cg mv /k $pid
	/t/kist cg watch -J --on empty --once --timeout 30 \
		--exec 'echo "$1 $KIST_CG_KEY $KIST_CG_NOW" >/run/hook' /k \
		>/run/events 2>/run/ready &
	watcher=$!
	wait_for 20 grep -q watching /run/ready
	kill $pid
	wait $pid || :
	wait $watcher
	is "/k populated 0" "$(cat /run/hook)"
	grep -q '"file":"cgroup.events","key":"populated","before":1,"now":0' \
		/run/events
	$cg rm /k
}

too_many_processes_are_an_event() {
	$cg new /k pids.max=2
	/t/kist cg watch --on max --once --timeout 30 /k >/run/events 2>/run/ready &
	watcher=$!
	wait_for 20 grep -q watching /run/ready
	$cg exec /k -- sh -c 'sleep 1 & sleep 1 & sleep 1 &' 2>/dev/null || :
	wait $watcher
	grep -q '/k pids.events max 0 -> ' /run/events
	$cg kill /k
	$cg rm /k
}

what_is_saved_is_made_again() {
	$cg new /k/a memory.max=64M memory.high=32M pids.max=30 cpu.weight=50 \
		cpu.max="10000 50000" --owner 3:4
	$cg new /k/t/u --threaded cpu.weight=20
	$cg save --sh /k >/run/save
	$cg rm -r /k
	sh -e /run/save
	$cg save --sh /k | cmp - /run/save
	sh -e /run/save
	$cg save --sh /k | cmp - /run/save
	$cg rm -r /k
}

a_v1_configuration_is_loaded_translated() {
	cat >/run/conf <<'CONF'
group k/www {
	perm { task { uid = 5; } admin { uid = 6; } }
	cpu { cpu.shares = 512; cpu.cfs_quota_us = 5000; }
	memory { memory.limit_in_bytes = 64M; memory.swappiness = 5; }
}
CONF
	out=$(/t/kist cg load /run/conf 2>&1) && return 1
	/t/kist cg load --convert --print /run/conf >/run/lines 2>/run/said
	grep -q "memory.swappiness=5 has no equivalent" /run/said
	[ ! -d $top/k ]
	sh -e /run/lines
	is "59 5000 100000 67108864" "$(cd $top/k/www && echo \
		$(cat cpu.weight cpu.max memory.max))"
	is "5 6 6" "$(cd $top/k/www && echo $(stat -c %u cgroup.procs . cpu.max))"
	$cg rm -r /k
	$cg load --convert /run/conf
	is "59 5000 100000 67108864" "$(cd $top/k/www && echo \
		$(cat cpu.weight cpu.max memory.max))"
	$cg rm -r /k
}

names_of_v1_are_answered_with_those_of_v2() {
	$cg new /k
	out=$($cg set /k memory.limit_in_bytes=5M 2>&1) && return 1
	case $out in
	*"here it is 'memory.max'"*) ;;
	*) echo "$out" && return 1 ;;
	esac
	out=$($cg set /k cpu.weight=0 2>&1) && return 1
	case $out in
	*"a weight is 1 to 10000"*) ;;
	*) echo "$out" && return 1 ;;
	esac
	$cg rm /k
}

a_user_works_in_what_is_delegated() {
	grep -q '^kt:' /etc/passwd ||
		echo 'kt:x:1000:1000::/tmp:/bin/sh' >>/etc/passwd
	chmod 755 / /t
	$cg new /k pids.max=100 memory.max=100M --owner kt --delegate
	sh -c "echo \$\$ >$top/k/cgroup.procs
		su kt -c '/t/kist -q cg new ./in pids.max=5 memory.max=10M &&
			cat /proc/self/cgroup'" >/run/user 2>&1 || :
	is "0::/k/kist-leaf" "$(cat /run/user)"
	is "5 10485760" "$(cd $top/k/in && echo $(cat pids.max memory.max))"
	is "1000" "$(stat -c %u $top/k/in/memory.max)"
	out=$(su kt -c '/t/kist -q cg set /k pids.max=500' 2>&1) && return 1
	case $out in
	*"this group is not delegated to you"*) ;;
	*) echo "$out" && return 1 ;;
	esac
	out=$(su kt -c '/t/kist -q cg mv /k/in 1' 2>&1) && return 1
	case $out in
	*"Permission denied"*"the group above both places"*) ;;
	*) echo "$out" && return 1 ;;
	esac
	$cg rm -r /k
}

the_tree_says_why_there_is_no_controller() {
	$cg new /k/a
	out=$(/t/kist cg tree -v /k)
	case $out in
	*"hands down nothing ("*"is not handed down"*) ;;
	*) echo "$out" && return 1 ;;
	esac
	$cg rm -r /k
	/t/kist cg ls -c | grep -q '^memory *v2 '
}

check "cg: controllers are enabled in each group on the way" controllers_are_enabled_on_the_way
check "cg: the lines of a dry run make the same" a_dry_run_makes_the_same
check "cg: processes in the way are named, and moved with --leaf" processes_in_the_way_are_named
check "cg: handing down by hand moves to a leaf too, and as the dry run says" handing_down_by_hand_needs_a_leaf_too
check "cg: processes of one's own session are moved by themselves" ours_are_moved_by_themselves
check "cg: single threads are moved into threaded groups" threads_are_moved_alone
check "cg: freeze, thaw and kill reach groups below" freezing_and_killing
check "cg: watch runs a hook when a group is empty" watching_runs_the_hook_when_it_is_empty
check "cg: watch tells of processes that were refused" too_many_processes_are_an_event
check "cg: what is saved is made again, twice" what_is_saved_is_made_again
check "cg: a v1 configuration is loaded, translated" a_v1_configuration_is_loaded_translated
check "cg: names of v1 are answered with those of v2" names_of_v1_are_answered_with_those_of_v2
check "cg: a user works in what is delegated, a leaf made by itself" a_user_works_in_what_is_delegated
check "cg: the tree says why there is no controller" the_tree_says_why_there_is_no_controller
end_all
