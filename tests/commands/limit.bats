# SPDX-License-Identifier: Apache-2.0
# limit.bats - kist limit on this machine: v1, hybrid or v2, root and not

load kist

setup() {
	start_kist
	needs root memory pids cpu
}

teardown() { end_test; }

# The file of a limit in the group that the command prints: where is it, and
# what is in it.
where() { # CONTROLLER
	if is_cgroup_v2; then
		echo "/sys/fs/cgroup\$(sed -n s/^0:://p /proc/self/cgroup)"
	else
		echo "/sys/fs/cgroup/$1\$(sed -n 's/^[0-9]*:$1://p' /proc/self/cgroup)"
	fi
}

mem_file() { is_cgroup_v2 && echo memory.max || echo memory.limit_in_bytes; }

group_of() { # PID CONTROLLER
	if is_cgroup_v2; then
		echo "/sys/fs/cgroup$(sed -n s/^0:://p "/proc/$1/cgroup")"
	else
		echo "/sys/fs/cgroup/$2$(sed -n "s/^[0-9]*:$2://p" "/proc/$1/cgroup")"
	fi
}

no_group_of() { ! find /sys/fs/cgroup -name "kist-limit-$1" | grep .; }

@test "a command is born within its limits, and its status is ours" {
	run -7 --separate-stderr kist limit mem=64M pids=30 -- sh -c \
		"cat $(where memory)/$(mem_file) $(where pids)/pids.max; exit 7"
	expect_output $'67108864\n30'
	machine_unchanged
}

@test "what is written is said, with the limit it is for" {
	run -0 --separate-stderr kist limit mem=64M true
	[[ $stderr == *"# mem=64M"*"echo 67108864 > "*"/$(mem_file)"* ]] ||
		[[ $stderr == *"echo 67108864 > "*"/$(mem_file)  # mem=64M"* ]]
	[ -z "$output" ]
	run -0 --separate-stderr kist limit -q mem=64M true
	[ -z "$stderr" ]
}

@test "the lines of a dry run, run by sh, make what kist makes" {
	local show lines one two
	show="cat $(where memory)/$(mem_file) $(where pids)/pids.max; exec cat $(where cpu)/cpu.$(is_cgroup_v2 && echo max || echo cfs_quota_us)"
	one=$(kist limit -q mem=48M swap=16M soft=10M pids=17 cpus=.5 -- sh -c "$show")
	lines=$(kist limit -n mem=48M swap=16M soft=10M pids=17 cpus=.5 -- sh -c "$show")
	machine_unchanged
	two=$(sh -e <<<"$lines")
	[ -n "$one" ] && [ "$one" = "$two" ]
	machine_unchanged
}

@test "the same limit in three spellings, and percentages" {
	local ram word
	ram=$(($(awk '/MemTotal/ { print $2 }' /proc/meminfo) * 1024))
	for word in mem=64M memory=64m MemoryMax=64M memory.max=67108864 \
		memory.limit_in_bytes=67108864 mem=65536KiB; do
		run -0 kist limit -q "$word" -- sh -c "cat $(where memory)/$(mem_file)"
		expect_output 67108864
	done
	run -0 kist limit -q mem=50% -- sh -c "cat $(where memory)/$(mem_file)"
	[ "$output" -ge $((ram / 2 - 8192)) ] && [ "$output" -le $((ram / 2 + 8192)) ]
	run -0 kist limit -q pids=5 pids=max -- sh -c "cat $(where pids)/pids.max"
	expect_output max
}

@test "swap is swap alone, soft and memory are what they are called" {
	is_cgroup_v2 && skip "needs cgroup v1: guest-limit.sh has v2's"
	[ -e /sys/fs/cgroup/memory/memory.memsw.limit_in_bytes ] ||
		skip "needs swap accounting"
	run -0 kist limit -q mem=3G swap=3G soft=1G -- sh -c "cd $(where memory)
		cat memory.limit_in_bytes memory.memsw.limit_in_bytes memory.soft_limit_in_bytes"
	expect_output $'3221225472\n6442450944\n1073741824'
	run -0 kist limit -q mem=64M swap=0 -- sh -c "cat $(where memory)/memory.memsw.limit_in_bytes"
	expect_output 67108864
	run -125 kist limit swap=1G -- true
	expect_output "kist: swap=1G: cgroup v1 cannot do it without a limit of memory
hint: add mem=: v1 limits memory and swap together, v2 swap alone"
	run -125 kist limit throttle=1G -- true
	expect_output "kist: throttle=1G: cgroup v1 has no such limit
hint: use soft= (reclaimed first when memory is short) or mem= (never above it)"
	machine_unchanged
}

@test "processors: number, percentage, weight, set" {
	is_cgroup_v2 && skip "needs cgroup v1: guest-limit.sh has v2's"
	run -0 kist limit -q cpus=1.5 weight=200 -- sh -c "cd $(where cpu)
		cat cpu.cfs_quota_us cpu.shares"
	expect_output $'150000\n2451'
	run -0 kist limit -q CPUQuota=20% -- sh -c "cat $(where cpu)/cpu.cfs_quota_us"
	expect_output 20000
	needs cpuset
	run -0 kist limit -q cpuset=0 -- sh -c "cat $(where cpuset)/cpuset.cpus; nproc"
	expect_output $'0\n1'
	machine_unchanged
}

can_cpuset() { has_controller cpuset; }
can_blkio() { has_controller "$(is_cgroup_v2 && echo io || echo blkio)"; }

@test "disks: by name, by folder, by number" {
	local disk numbers
	needs blkio
	disk=$(lsblk -dnro NAME,TYPE | awk '$2 == "disk" && !n++ { print $1 }')
	[ -n "$disk" ] && [ -b "/dev/$disk" ] || skip "needs a disk"
	numbers=$(cat "/sys/block/$disk/dev")
	run -0 kist limit -n "io.read=/dev/$disk:1M" "io.wiops=$numbers:50" -- true
	expect_has "$numbers"
	expect_has 1048576
	kist limit -q "io.read=/dev/$disk:1M" -- true
	run -2 kist limit io.read=/nowhere:1M -- true
	expect_output "kist: io.read=/nowhere:1M: there is no disk '/nowhere'
hint: name a disk as /dev/vda, by a folder on it, or as MAJOR:MINOR"
	run -2 kist limit io.read=1M -- true
	expect_has "write it as io.read=/dev/vda:VALUE"
}

@test "a process that runs is limited, and the group goes with it" {
	sleep 100 3>&- &
	local pid=$!
	run -0 --separate-stderr kist limit -p $pid mem=1G pids=50
	[ "$(cat "$(group_of $pid memory)/$(mem_file)")" = 1073741824 ]
	[ "$(cat "$(group_of $pid pids)/pids.max")" = 50 ]
	[[ $(group_of $pid pids) == */kist-limit-$pid ]]
	kill $pid
	eventually no_group_of $pid
	machine_unchanged
}

@test "the calling shell is limited, and what it starts" {
	run -0 bash -c "\"$KIST\" limit -q -p \$\$ mem=1G
		cat $(where memory)/$(mem_file)" 3>&-
	expect_output 1073741824
	machine_unchanged
}

@test "the lines of a dry run move a process as kist does" {
	sleep 100 3>&- &
	local pid=$! lines
	lines=$(kist limit -n -p $pid pids=44)
	[[ $(group_of $pid pids) != *kist-limit* ]]
	sh -e <<<"$lines"
	[ "$(cat "$(group_of $pid pids)/pids.max")" = 44 ]
	kill $pid
	wait $pid || :
	eventually rmdir "$(dirname "$(find /sys/fs/cgroup -path "*/kist-limit-$pid/pids.max")")"
	machine_unchanged
}

@test "one thread alone is limited" {
	is_cgroup_v2 && skip "needs cgroup v1: guest-limit.sh has v2's"
	python3 -c '
import threading, time
threading.Thread(target=time.sleep, args=(100,), daemon=True).start()
time.sleep(100)' 3>&- &
	local pid=$! tid
	threads() { [ "$(ls "/proc/$pid/task" | wc -l)" = 2 ]; }
	eventually threads
	tid=$(ls "/proc/$pid/task" | sort -n | tail -1)
	run -0 kist limit -q --thread "$tid" cpus=.1 3>&-
	grep -q "kist-limit-$tid" "/proc/$pid/task/$tid/cgroup"
	[ -z "$(grep kist-limit "/proc/$pid/task/$pid/cgroup")" ]
	run -125 kist limit --thread "$tid" mem=1G
	expect_output "kist: memory is a process's: one thread cannot be limited
hint: limit the process: -p"
	kill $pid
	eventually no_group_of "$tid"
	machine_unchanged
}

@test "what the command leaves behind keeps its limits, and then the group goes" {
	run -3 kist limit pids=20 -- sh -c 'sleep 1 >/dev/null 2>&1 & echo $!; exit 3' 3>&-
	[[ ${lines[-1]} == "kist: 1 process is left in /"*"kist-limit-"*", and the limits with it" ]]
	eventually machine_unchanged
}

@test "or is killed, or waited for" {
	run -3 timeout 20 "$KIST" limit -q --kill pids=20 -- \
		sh -c 'sleep 300 >/dev/null 2>&1 & exit 3'
	machine_unchanged
	run -3 kist limit -q --wait pids=20 -- \
		sh -c "(sleep .3; touch $SCRATCH/waited) >/dev/null 2>&1 & exit 3"
	[ -e "$SCRATCH/waited" ]
	machine_unchanged
}

@test "signals are passed on" {
	"$KIST" limit -q pids=20 -- \
		sh -c 'trap "exit 9" TERM; touch "$1"; while :; do sleep .05; done' \
		sh "$SCRATCH/ready" 3>&- &
	local pid=$!
	eventually test -e "$SCRATCH/ready"
	kill -TERM $pid
	local status=0
	wait $pid || status=$?
	[ $status = 9 ]
	machine_unchanged
}

@test "too much memory: who was killed, the limit, the peak" {
	run -137 kist limit -q mem=16M swap=0 -- tail /dev/zero
	[[ $output == *"kist: out of memory: process "*" (tail) killed by the kernel; the limit is 16 MiB, the peak was 1"* ]] ||
		[[ $output == *"kist: out of memory: 1 process killed by the kernel; the limit is 16 MiB, the peak was 1"* ]]
	run -137 --separate-stderr kist limit -q --oom quiet mem=16M swap=0 -- \
		tail /dev/zero
	[ -z "$stderr" ]
	machine_unchanged
}

@test "presets: of a file, of other presets, with more behind" {
	cat >limits <<'EOF'
# for browsers
mem3 = mem=48M soft=1M   # the usual
	few=mem3 pids=9
bad = mem=x
self = self
EOF
	run -0 kist limit -q --preset-file limits --preset few -- sh -c \
		"cat $(where memory)/$(mem_file) $(where pids)/pids.max"
	expect_output $'50331648\n9'
	run -0 kist limit -q --preset-file limits --preset few mem=64M -- sh -c \
		"cat $(where memory)/$(mem_file)"
	expect_output 67108864
	mkdir -p home/.config/kist
	cp limits home/.config/kist/limits
	HOME=$PWD/home XDG_CONFIG_HOME='' run -0 kist limit -q --preset few -- true
	# LIMIT_PRESET
	run -2 kist limit --preset-file limits --preset mem4 -- true
	expect_output "kist: there is no preset 'mem4'
hint: did you mean 'mem3'?"
	run -2 kist limit --preset-file limits --preset bad -- true
	expect_output "kist: preset 'bad': mem=x: 'x' is not an amount of memory
hint: write it like 64M, 1.5G, 25% or max"
	run -2 kist limit --preset-file limits --preset self -- true
	expect_has "preset 'self' is part of itself"
	echo nonsense >limits
	run -2 kist limit --preset-file limits --preset self -- true
	expect_output "kist: line 1 of 'limits' is no preset
hint: a line is NAME = LIMIT...: mem3 = mem=3G swap=3G"
}

@test "mistakes: one line, one hint, nothing made" {
	run -2 kist limit mme=3G true
	expect_output "kist: there is no limit 'mme'
hint: did you mean 'mem'?"
	run -2 kist limit mem=3Q true
	expect_output "kist: mem=3Q: '3Q' is not an amount of memory
hint: write it like 64M, 1.5G, 25% or max"
	run -2 kist limit mem= true
	expect_output "kist: mem=: there is no value
hint: to have no limit write 'max'"
	run -2 kist limit cgroup.procs=1 true
	expect_output "kist: 'cgroup.procs' limits nothing
hint: 'kist cg set' writes such files"
	run -2 kist limit mem=64M
	expect_output "kist: there is nothing to limit
hint: 'kist limit mem=3G -- firefox', or 'kist limit -p PID mem=3G'"
	run -2 kist limit -- true
	expect_output "kist: there is no limit
hint: write some: 'kist limit mem=3G pids=100 …'"
	run -2 kist limit -p 1 mem=3G -- true
	expect_has "do not go together"
	run -2 kist limit -p x mem=3G
	expect_output "kist: 'x' is not a process id
hint: see 'kist limit --help'"
	run -125 kist limit -q memory.no_such=1 -- true
	expect_output "kist: memory.no_such=1: there is no 'memory.no_such' here
hint: this kernel has no such file in a group"
	# LIMIT_REFUSED
	run -125 kist limit -q cpuset=1023 -- true
	expect_has "kist: cpuset=1023: write '1023' to '"
	run -127 kist limit -q pids=9 -- no-such-command
	expect_output "kist: 'no-such-command' is not in PATH, or not there
hint: no folder of PATH has it: install it, or name it with its folder"
	run -126 kist limit -q pids=9 -- /etc
	expect_output "kist: execute '/etc': Permission denied (EACCES)
hint: name the program in it"
	run -125 kist limit -q -p 2147483647 pids=9
	expect_has "kist: there is no process 2147483647"
	run -2 kist limit pids=10% -- true
	expect_output "kist: pids=10%: '10%' is not a number or 'max'
hint: write a whole number, up to 2147483647"
	run -125 kist limit -q --parent /no/such pids=9 -- true
	expect_has "No such file or directory (ENOENT)
hint: the group above it is not there: 'kist cg new' makes it"
	machine_unchanged
}

@test "without systemd, --systemd says so" {
	[ ! -e /run/systemd/system ] || skip "systemd runs here"
	# LIMIT_SYSTEMD
	run -125 kist limit --systemd mem=64M true
	expect_output "kist: systemd does not own the control groups here
hint: leave --systemd out"
}

@test "an ordinary user without delegation is told how, and nothing is made" {
	needs user
	[ ! -e /run/systemd/system ] || skip "systemd may help here"
	# LIMIT_PLACE
	run -125 ku limit mem=64M true
	expect_has "kist: make a control group in '/sys/fs/cgroup"
	expect_has "sudo kist limit -p PID"
	machine_unchanged
}

@test "an ordinary user limits below a group that is the user's" {
	needs user
	is_cgroup_v2 && skip "needs cgroup v1: guest-limit.sh has v2's"
	local group=/sys/fs/cgroup/pids/kist-test-$$
	mkdir "$group"
	chown -R "$TEST_USER:" "$group"
	run -0 ku limit -q --parent "/kist-test-$$" pids=12 -- sh -c "cat $(where pids)/pids.max"
	rmdir "$group"
	expect_output 12
	machine_unchanged
}

@test "a container is limited in the group it has, and a failure changes nothing" {
	k run -d --name web -m 64m "$ROOT" sleep 100 >/dev/null
	run -0 k limit -q --target web mem=128M pids=44
	run -0 k limit --get --json --target web
	[ "$(jq '.[0].limits[] | select(.limit == "memory").value' <<<"$output")" = 134217728 ]
	[ "$(jq '.[0].limits[] | select(.limit == "pids").value' <<<"$output")" = 44 ]
	run -0 k limit -q --target web mem=32M
	run -125 k limit -q --target web mem=96M pids=7 memory.no_such=1
	run -0 k limit --get --json --target web
	[ "$(jq '.[0].limits[] | select(.limit == "memory").value' <<<"$output")" = 33554432 ]
	[ "$(jq '.[0].limits[] | select(.limit == "pids").value' <<<"$output")" = 44 ]
	k rm -f web
	run -125 k limit --target web mem=32M
	expect_has "web"
	machine_unchanged
}

@test "of a named namespace all processes are limited" {
	local name=kist-limit-test-$$ pid
	ip netns add "$name"
	ip netns exec "$name" sleep 100 3>&- &
	pid=$!
	inside() { [ "$(ip netns pids "$name")" = "$pid" ]; }
	eventually inside
	run -0 kist limit -q --target "netns:$name" pids=21 3>&-
	[ "$(cat "$(group_of $pid pids)/pids.max")" = 21 ]
	kill $pid
	eventually no_group_of $pid
	ip netns del "$name"
	machine_unchanged
}

@test "what limits a process, and who set it" {
	run -0 kist limit -q pids=33 -- "$KIST" limit --get
	[[ ${lines[0]} == "LIMIT "*" VALUE "*" USED FILE "*" SET BY" ]]
	grep -Eq '^pids +33 +[0-9]+ pids.max +/.*kist-limit-' <<<"$output"
}

@test "the limits there are, in all spellings" {
	run -0 kist limit --keys
	grep -Eq '^mem +memory +memory +MemoryMax +memory.max +memory.limit_in_bytes$' <<<"$output"
	run -0 kist limit --keys --json
	[ "$(jq -r '.[] | select(.key == "throttle") | .v2, .v1' <<<"$output")" = $'memory.high\nnull' ]
}

@test "by sudo: the caller, by presets of the machine alone" {
	mkdir -p home/.config/kist
	echo "mine = pids=9" >home/.config/kist/limits
	# sudo says who called; the test's shell is root's
	run -0 env SUDO_UID=0 bash -c "\"$KIST\" limit -q -p caller pids=61
		cat $(where pids)/pids.max" 3>&-
	expect_output 61
	HOME=$PWD/home XDG_CONFIG_HOME='' run -0 env -u SUDO_UID "$KIST" limit -q --preset mine true
	HOME=$PWD/home XDG_CONFIG_HOME='' run -2 env SUDO_UID=0 "$KIST" limit -q --preset mine true
	expect_has "there is no preset 'mine'"
	run -2 env -u SUDO_UID -u PKEXEC_UID "$KIST" limit -q -p caller pids=9
	expect_output "kist: nobody called through sudo
hint: '-p caller' is for 'sudo kist limit'; give the process id: -p \$\$"
	machine_unchanged
}
