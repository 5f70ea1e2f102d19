# SPDX-License-Identifier: Apache-2.0
# cg.bats - kist cg: control groups by their kernel names, on this machine
#
# All groups are below /kisttest-N. Mounts are made in a mount namespace of the
# test's own; the hierarchies themselves go with their last mount.

load helpers

bats_require_minimum_version 1.5.0

setup() {
	needs kist
	needs root
	start_test
	G=kisttest-$BATS_TEST_NUMBER-$$
	pids=()
	clean_groups
}

teardown() {
	local pid
	for pid in "${pids[@]}"; do
		kill -9 "$pid" 2>/dev/null || :
		wait "$pid" 2>/dev/null || :
	done
	clean_groups
	end_test
}

clean_groups() {
	local dir
	for dir in /sys/fs/cgroup/*/"$G" /sys/fs/cgroup/"$G"; do
		[ -d "$dir" ] || continue
		find "$dir" -depth -type d -exec rmdir {} \; 2>/dev/null || :
	done
}

# The commands themselves, without the lines that say what is written.
cg() { "${kist[@]}" -q cg "$@"; }

# v1 CONTROLLER… - each is in a v1 hierarchy at the usual place
v1() {
	local name
	for name; do
		[ "$(stat -f -c %T "/sys/fs/cgroup/$name" 2>/dev/null)" = cgroupfs ] ||
			skip "$name is not in a v1 hierarchy here"
	done
}

# A process that sleeps; its pid in $held
hold() {
	sleep 300 3>&- &
	held=$!
	pids+=("$held")
}

has_nobody() { [ -z "$(find "/sys/fs/cgroup/$1" -name cgroup.procs -exec cat {} +)" ]; }

in_group() { grep -q ":$2:/$3\$" "/proc/$1/cgroup"; }

# What a group is, as far as we set it: every file that can be written and says
# the same twice.
state() {
	local dir
	for dir in /sys/fs/cgroup/*/"$G" /sys/fs/cgroup/"$G"; do
		[ -d "$dir" ] || continue
		find "$dir" -type d -exec stat -c '%n %a %u %g' {} +
		find "$dir" -type f -perm -200 ! -name '*usage*' ! -name \
			'*stat*' ! -name '*failcnt' ! -name '*reclaim*' ! \
			-name '*pressure*' ! -name '*peak' \
			-exec stat -c '%n %a %u %g' {} + \
			-exec grep -H . {} + 2>/dev/null || :
	done | sort
}

# --- seeing ---------------------------------------------------------------------

@test "ls shows every hierarchy with its mounts, and controllers with the reason" {
	run -0 --separate-stderr cg ls
	expect_has "CONTROLLERS"
	[ "$(awk '$3 ~ /^\// { n++ } $0 ~ /cgroup/ { m++ } END { print m }' <<<"$output")" = \
		"$(awk '$0 ~ / - cgroup2? /' /proc/self/mountinfo | wc -l)" ]
	run -0 --separate-stderr cg ls -c
	local name
	while read -r name _; do
		grep -q "^$name " <<<"$output"
	done < <(grep -v '^#' /proc/cgroups)
}

@test "ls as JSON agrees with /proc/cgroups" {
	run -0 --separate-stderr cg ls -J
	local name number
	while read -r name number _; do
		[ "$(jq -r ".controllers[] | select(.name == \"$name\").hierarchy" \
			<<<"$output")" = "$number" ]
	done < <(grep -v '^#' /proc/cgroups)
	jq -e '.hierarchies[0] | has("id") and has("version") and has("mounts") and
		has("options") and has("groups") and has("releaseAgent")' <<<"$output"
}

@test "tree draws the groups with processes and the limits that hold" {
	v1 memory pids
	cg new "/$G/a/b" memory.limit_in_bytes=64M
	cg set "/$G" memory.limit_in_bytes=32M
	hold
	cg mv "/$G/a/b" "$held"
	run -0 --separate-stderr cg tree "memory:/$G" -p
	expect_has "/$G  memory.limit_in_bytes 32 MiB"
	expect_has "└─a  memory.limit_in_bytes 32 MiB"
	expect_has "  └─b  1 process  memory.limit_in_bytes 32 MiB"
	expect_has "of /$G"
	expect_has "    └─$held sleep"
	run -0 --separate-stderr cg tree "/$G" -d 1 -c memory -J
	[ "$(jq -r '[.[].path] | join(" ")' <<<"$output")" = "/$G /$G/a" ]
	jq -e ".[1].limits[] | select(.file == \"memory.limit_in_bytes\") |
		.value == \"32 MiB\" and .from == \"/$G\"" <<<"$output"
}

@test "get prints one value alone, several as FILE=VALUE, all of a controller" {
	v1 pids
	cg new "/$G" pids.max=33
	run -0 --separate-stderr cg get "/$G" pids.max
	[ "$output" = 33 ]
	run -0 --separate-stderr cg get "/$G" pids.max pids.current
	[ "$output" = $'pids.max=33\npids.current=0' ]
	run -0 --separate-stderr cg get "/$G" pids
	expect_has "pids.max=33"
	run -0 --separate-stderr cg get -J "/$G" 'pids.m*'
	[ "$(jq -r '.[0] | "\(.path) \(.hierarchy) \(.file) \(.value)"' \
		<<<"$output")" = "/$G pids pids.max 33" ]
}

@test "procs is sorted, each once, with names" {
	v1 pids memory
	cg new "pids,memory:/$G"
	hold
	cg mv "/$G" "$held"
	local first=$held
	hold
	cg mv "/$G" "$held"
	run -0 --separate-stderr cg procs "/$G"
	[ "$(awk '{ print $1, $2 }' <<<"$output")" = \
		"$(printf '%s sleep\n' "$first" "$held" | sort -n)" ]
	run -0 --separate-stderr cg procs -J "/$G"
	[ "$(jq 'length' <<<"$output")" = 2 ]
	run -0 --separate-stderr cg procs -q --threads "/$G"
	expect_has "$first"
}

@test "a name with control characters cannot act on the terminal" {
	v1 pids
	cg new "/$G"
	cp "$(command -v sleep)" "$SCRATCH/$(printf 'a\033[2Jb')"
	"$SCRATCH/$(printf 'a\033[2Jb')" 300 3>&- &
	pids+=($!)
	eventually grep -q 'a' "/proc/$!/comm"
	cg mv "pids:/$G" $!
	run -0 --separate-stderr cg procs "pids:/$G"
	expect_lacks $'\033'
	run -0 --separate-stderr cg tree -p "pids:/$G"
	expect_lacks $'\033'
	# nor can a group's, in what is shown of each step
	run -0 kist cg new "pids:/$G/$(printf 'x\033[2J')"
	expect_has "mkdir '/sys/fs/cgroup/pids/$G/x?[2J'"
	run -0 cg get "pids:/$G/$(printf 'x\033[2J')"
	expect_lacks $'\033'
}

# --- addresses -------------------------------------------------------------------

@test "a group is named by controllers, by its folder, and by a dot" {
	v1 pids memory
	cg new "pids:$G"
	[ ! -e "/sys/fs/cgroup/memory/$G" ]
	cg set "/sys/fs/cgroup/pids/$G" pids.max=12
	run -0 --separate-stderr cg get "pids,memory:/$G/" pids.max
	[ "$output" = 12 ]
	# inside the group, '.' is it and './a' below
	run -0 cg exec "pids:/$G" -- "$KIST" -q cg new ./in pids.max=3
	[ "$(cat "/sys/fs/cgroup/pids/$G/in/pids.max")" = 3 ]
	run -0 --separate-stderr cg exec "pids:/$G" -- "$KIST" cg get . pids.max
	[ "$output" = 12 ]
}

# CG_PATH
@test "names that are none are refused by what is wrong with them" {
	run -2 cg get a
	[ "${lines[0]}" = "kist: control group 'a': it does not begin with '/'" ]
	run -2 cg get /a/../b
	[ "${lines[0]}" = "kist: control group '/a/../b': '..' is not allowed" ]
	run -2 cg new "$(printf '/a\nb')"
	expect_has "it has a line break"
	run -2 cg get ""
	[ "${lines[0]}" = "kist: control group '': it is empty" ]
	run -2 cg new /
	expect_has "it is the root of the hierarchy, and always there"
	run -125 cg get "memroy:/"
	[ "${lines[0]}" = "kist: no hierarchy with 'memroy' is mounted" ]
	[ "${lines[1]}" = "hint: did you mean 'memory'?" ]
	run -125 cg get "$G.service"
	[ "${lines[0]}" = "kist: no unit '$G.service' has a control group" ]
	run -125 cg get "/$G"
	[ "${lines[0]}" = "kist: control group '/$G' is not there" ]
}

@test "the unit of systemd is found by its name" {
	mkdir -p "$SCRATCH/h"
	run -0 unshare -m sh -ec "
		mount -t tmpfs x /sys/fs/cgroup
		'$KIST' -q cg mount name=systemd=/sys/fs/cgroup/systemd
		mkdir -p /sys/fs/cgroup/systemd/$G.slice/$G.service
		'$KIST' cg tree $G.service
		rmdir /sys/fs/cgroup/systemd/$G.slice/$G.service \
			/sys/fs/cgroup/systemd/$G.slice"
	expect_has "/$G.slice/$G.service"
}

# --- making and setting ----------------------------------------------------------

@test "new makes the group where its files are, and shows each step" {
	v1 pids memory
	run -0 --separate-stderr kist cg new "/$G/a" pids.max=9 memory.limit_in_bytes=5M
	[ -z "$output" ]
	[ "$stderr" = "mkdir /sys/fs/cgroup/memory/$G
mkdir /sys/fs/cgroup/memory/$G/a
mkdir /sys/fs/cgroup/pids/$G
mkdir /sys/fs/cgroup/pids/$G/a
echo 5M > /sys/fs/cgroup/memory/$G/a/memory.limit_in_bytes
echo 9 > /sys/fs/cgroup/pids/$G/a/pids.max" ]
	[ ! -e "/sys/fs/cgroup/cpu/$G" ]
	run -125 cg new "/$G/a" pids.max=1
	[ "${lines[0]}" = "kist: control group '/$G/a' is there already" ]
	[ "$(cat "/sys/fs/cgroup/pids/$G/a/pids.max")" = 9 ]
	run -0 cg new -e "/$G/a" pids.max=1
	cg rm -r "/$G"
	machine_unchanged
}

@test "what a failing new made is gone" {
	v1 pids memory
	run -125 cg new "/$G/a/b" pids.max=9 memory.limit_in_bytes=nonsense
	expect_has "kist: write 'nonsense' to 'memory.limit_in_bytes' of '/$G/a/b'"
	machine_unchanged
	run -125 cg new "/$G/a" pids.maxx=1
	[ "${lines[0]}" = "kist: control group '/$G/a' has no file 'pids.maxx'" ]
	[ "${lines[1]}" = "hint: did you mean 'pids.max'?" ]
	machine_unchanged
}

@test "the lines of a dry run make the same group" {
	v1 memory cpu cpuset devices
	local args=("/$G/a" memory.memsw.limit_in_bytes=20M
		memory.limit_in_bytes=10M cpu.shares=77 cpuset.cpus=0
		devices.deny=a "devices.allow=c 1:3 rwm" --owner 65533:65532)
	run -0 --separate-stderr cg new -n "${args[@]}"
	[ ! -e "/sys/fs/cgroup/memory/$G" ]
	sh -ec "$output"
	state >"$SCRATCH/one"
	cg rm -r "/$G"
	cg new "${args[@]}"
	state >"$SCRATCH/two"
	diff "$SCRATCH/one" "$SCRATCH/two"
	grep -q 'cpu.shares:77' "$SCRATCH/one"
	# and those of set, mv and rm
	run -0 --separate-stderr cg set -n "/$G/a" cpu.shares=50 \
		memory.limit_in_bytes=40M memory.memsw.limit_in_bytes=50M
	sh -ec "$output"
	state >"$SCRATCH/three"
	run -1 diff -q "$SCRATCH/two" "$SCRATCH/three"
	cg set "/$G/a" cpu.shares=77 memory.memsw.limit_in_bytes=20M memory.limit_in_bytes=10M
	cg set "/$G/a" cpu.shares=50 memory.limit_in_bytes=40M memory.memsw.limit_in_bytes=50M
	state >"$SCRATCH/four"
	diff "$SCRATCH/three" "$SCRATCH/four"
	run -0 --separate-stderr cg rm -rn "/$G"
	[ -e "/sys/fs/cgroup/memory/$G" ]
	sh -ec "$output"
	machine_unchanged
}

@test "memory and memsw are written in the order that works, up and down" {
	v1 memory
	[ -e /sys/fs/cgroup/memory/memory.memsw.limit_in_bytes ] ||
		skip "swap is not accounted"
	cg new "memory:/$G"
	run -0 kist cg set "/$G" memory.memsw.limit_in_bytes=6G memory.limit_in_bytes=3G \
		memory.soft_limit_in_bytes=1G
	run -0 kist cg set "/$G" memory.limit_in_bytes=8G memory.memsw.limit_in_bytes=9G
	[ "${lines[1]}" = "echo 9G > /sys/fs/cgroup/memory/$G/memory.memsw.limit_in_bytes" ]
	run -0 kist cg set "/$G" memory.memsw.limit_in_bytes=2G memory.limit_in_bytes=1G
	[ "${lines[0]}" = "echo 1G > /sys/fs/cgroup/memory/$G/memory.limit_in_bytes" ]
	[ "$(cat "/sys/fs/cgroup/memory/$G/memory.memsw.limit_in_bytes")" = 2147483648 ]
	run -125 cg set "/$G" memory.limit_in_bytes=5G
	[ "${lines[1]}" = "hint: it may not be above memory.memsw.limit_in_bytes (2147483648): set that too" ]
	run -125 cg set "/$G" memory.memsw.limit_in_bytes=5M
	[ "${lines[1]}" = "hint: it is memory and swap together, and may not be below memory.limit_in_bytes (1073741824): set that too" ]
}

@test "a new cpuset takes processes: it has what is above" {
	v1 cpuset
	run -0 kist cg new "cpuset:/$G/a"
	expect_has "as above: empty, it takes no process"
	run -0 cg exec "cpuset:/$G/a" -- true
	run -125 cg set "cpuset:/$G/a" cpuset.cpus=999
	[ "${lines[0]}" = "kist: write '999' to 'cpuset.cpus' of '/$G/a': Invalid argument (EINVAL)" ] ||
		expect_has "write '999' to 'cpuset.cpus' of '/$G/a'"
	expect_has "hint: the group above has cpuset.cpus"
	# empty again, nobody can go in
	mkdir "/sys/fs/cgroup/cpuset/$G/bare"
	hold
	run -125 cg mv "cpuset:/$G/bare" "$held"
	expect_has "hint: cpuset.cpus or cpuset.mems of the group is empty: set both first"
}

# CG_FILE, CG_VALUE
@test "files and values that are none are answered with what is right" {
	v1 memory cpu pids freezer
	cg new "/$G"
	run -125 cg set "/$G" memory.limit_in_byte=5M
	[ "${lines[0]}" = "kist: control group '/$G' has no file 'memory.limit_in_byte'" ]
	[ "${lines[1]}" = "hint: did you mean 'memory.limit_in_bytes'?" ]
	run -125 cg set "/$G" memory.max=5M
	[ "${lines[1]}" = "hint: here it is 'memory.limit_in_bytes': 'kist cg convert memory.max=VALUE' translates" ]
	run -125 cg set "/$G" cpu.cfs_quota_us=5
	[ "${lines[0]}" = "kist: write '5' to 'cpu.cfs_quota_us' of '/$G': Invalid argument (EINVAL)" ]
	[ "${lines[1]}" = "hint: a period is 1000 to 1000000 us, a quota at least 1000 us and not above what the group above has" ]
	run -125 cg set "/$G" freezer.state=COLD
	[ "${lines[1]}" = "hint: write FROZEN or THAWED; the root group cannot be frozen" ]
	run -125 cg set "/$G" pids.current=5
	[ "${lines[1]}" = "hint: the kernel only tells it, it cannot be set" ]
	run -125 cg set "/$G" pids.max
	[ "${lines[0]}" = "kist: 'pids.max': it has no '='" ]
	run -125 cg set "/$G" ../x=5
	[ "${lines[0]}" = "kist: '../x=5': a file is a name without '/'" ]
	run -125 cg get "/$G" pids.mix
	[ "${lines[1]}" = "hint: did you mean 'pids.max'?" ]
	# what was written before the one that was refused is named
	run -125 cg set "/$G" pids.max=5 cpu.shares=nonsense
	expect_lacks "pids.max=5"
}

@test "owner and delegate give the group away, and a user works in it" {
	v1 pids
	needs user
	cg new "pids:/$G" pids.max=50 --owner "$TEST_USER" --delegate
	[ "$(stat -c %U "/sys/fs/cgroup/pids/$G/cgroup.procs")" = "$TEST_USER" ]
	[ "$(stat -c %U "/sys/fs/cgroup/pids/$G/pids.max")" = root ]
	run -0 as_user sh -c '"$KIST" -q cg new '"pids:/$G/mine pids.max=5"
	[ "$(cat "/sys/fs/cgroup/pids/$G/mine/pids.max")" = 5 ]
	run -125 as_user sh -c '"$KIST" -q cg set '"pids:/$G pids.max=500"
	expect_has "kist: write '500' to 'pids.max' of '/$G': Permission denied (EACCES)"
	expect_has "hint: this group is not delegated to you"
	run -125 as_user sh -c '"$KIST" -q cg new '"/$G-other"
	expect_has "Permission denied (EACCES)"
	as_user sh -c '"$KIST" -q cg rm '"pids:/$G/mine"
	run -2 cg new "/$G-x" --delegate
	[ "${lines[0]}" = "kist: --delegate says what is given, --owner to whom" ]
	machine_unchanged || [ -d "/sys/fs/cgroup/pids/$G" ]
}

@test "notify_on_release and release_agent are files like others" {
	run -0 unshare -m sh -ec "
		mkdir $SCRATCH/h
		'$KIST' -q cg mount name=$G=$SCRATCH/h
		'$KIST' -q cg set name=$G:/ release_agent=/bin/true
		'$KIST' -q cg new name=$G:/a notify_on_release=1
		'$KIST' cg get name=$G:/a notify_on_release
		'$KIST' cg get name=$G:/ release_agent
		'$KIST' -q cg rm name=$G:/a
		'$KIST' -q cg umount name=$G"
	[ "$output" = $'1\n/bin/true' ]
}

# --- processes --------------------------------------------------------------------

# CG_PROCESS
@test "mv moves processes, targets and single threads" {
	v1 pids memory
	cg new "pids,memory:/$G"
	hold
	cg mv "/$G" "$held"
	in_group "$held" pids "$G"
	in_group "$held" memory "$G"
	run -0 --separate-stderr cg mv -n "pids:/" "$held"
	[ "$output" = "echo $held > /sys/fs/cgroup/pids/cgroup.procs" ]
	in_group "$held" pids "$G"
	sh -c "$output"
	in_group "$held" pids ""
	cg mv --thread "pids:/$G" "$held"
	in_group "$held" pids "$G"
	# whatever names a process names it here too
	mkdir "/sys/fs/cgroup/pids/$G/other"
	cg mv "pids:/$G/other" "cg:/$G"
	in_group "$held" pids "$G/other"
	cg mv "pids:/$G" "$held"
	run -125 cg mv "/$G" 4194303
	expect_has "4194303"
	run -125 cg mv --thread "/$G" 4194303
	[ "${lines[0]}" = "kist: move thread 4194303 to control group '/$G': there is no such thread" ]
	run -125 cg mv --thread "/$G" x
	[ "${lines[0]}" = "kist: 'x' is not the number of a thread" ]
}

@test "the shell that calls is moved with \$\$" {
	v1 pids
	cg new "pids:/$G"
	run -0 --separate-stderr sh -c "'$KIST' -q cg mv pids:/$G \$\$; cat /proc/self/cgroup"
	expect_has ":pids:/$G"
}

@test "exec runs inside from the first instruction, and its status is kist's" {
	v1 pids memory
	cg new "pids,memory:/$G"
	run -7 cg exec "/$G" -- sh -c 'cat /proc/self/cgroup; exit 7'
	expect_has ":pids:/$G"
	expect_has ":memory:/$G"
	run -0 --separate-stderr cg exec -n "/$G" -- sh -c 'exit 3'
	[ "${lines[2]}" = "exec sh -c 'exit 3'" ]
	run -3 sh -c "$output"
	run -127 cg exec "/$G" -- /no/such/program
	run -126 cg exec "/$G" -- /etc/passwd
}

@test "freeze stops everybody, thaw lets go, kill leaves nobody" {
	v1 freezer
	cg new "freezer:/$G/a"
	hold
	cg mv "freezer:/$G/a" "$held"
	cg freeze "freezer:/$G"
	[ "$(cat "/sys/fs/cgroup/freezer/$G/a/freezer.state")" = FROZEN ]
	run -0 --separate-stderr cg tree "freezer:/$G"
	expect_has "frozen"
	cg thaw "freezer:/$G"
	[ "$(cat "/sys/fs/cgroup/freezer/$G/a/freezer.state")" = THAWED ]
	run -0 --separate-stderr cg freeze -n "freezer:/$G"
	[ "$output" = "echo FROZEN > /sys/fs/cgroup/freezer/$G/freezer.state" ]
	sh -c "$output"
	eventually grep -q FROZEN "/sys/fs/cgroup/freezer/$G/a/freezer.state"
	run -0 --separate-stderr cg thaw -n "freezer:/$G"
	sh -c "$output"
	[ "$(cat "/sys/fs/cgroup/freezer/$G/a/freezer.state")" = THAWED ]
	# the lines of a dry kill end the same processes
	local first=$held
	hold
	cg mv "freezer:/$G" "$held"
	run -0 --separate-stderr cg kill -n "freezer:/$G"
	kill -0 "$first" "$held"
	sh -c "$output"
	eventually has_nobody "freezer/$G"
	hold
	cg mv "freezer:/$G/a" "$held"
	cg kill "freezer:/$G"
	[ -z "$(cat "/sys/fs/cgroup/freezer/$G/a/cgroup.procs")" ]
	run -2 cg kill /
	[ "${lines[0]}" = "kist: kill control group '/': it is the root, with all processes of this machine" ]
	run -2 cg freeze /
	expect_has "it is the root"
}

@test "rm says who is in the way, and moves them up when told" {
	v1 pids memory
	cg new "pids:/$G/a"
	hold
	cg mv "/$G/a" "$held"
	run -125 cg rm "/$G"
	[ "${lines[0]}" = "kist: remove control group '/$G' of pids: 1 group is below it" ]
	[ "${lines[1]}" = "hint: '-r' removes them too" ]
	run -125 cg rm -r "/$G"
	[ "${lines[0]}" = "kist: remove control group '/$G/a' of pids: 1 process is in it ($held sleep)" ]
	[ -d "/sys/fs/cgroup/pids/$G/a" ]
	run -0 cg rm -r --move-up "/$G"
	in_group "$held" pids ""
	machine_unchanged
}

net_is_free() { awk '$1 ~ /^net_(cls|prio)$/ && $2 != 0 { exit 1 }' /proc/cgroups; }

# --- hierarchies -------------------------------------------------------------------

@test "kist cg mount memory=/cgroup/memtest" {
	v1 memory
	[ ! -e /cgroup ] || skip "/cgroup is there"
	run -0 unshare -m sh -ec "
		'$KIST' cg mount memory=/cgroup/memtest
		mkdir /cgroup/memtest/$G
		ls -d /sys/fs/cgroup/memory/$G
		rmdir /cgroup/memtest/$G
		'$KIST' cg umount /cgroup/memtest"
	[ "$output" = "mkdir /cgroup
# so that nothing is on disk
mount -t tmpfs -o nosuid,nodev,noexec,mode=755,size=1m kist-cgroup /cgroup
mkdir /cgroup/memtest
mount -t cgroup -o nosuid,nodev,noexec,memory memtest /cgroup/memtest
/sys/fs/cgroup/memory/$G
umount /cgroup/memtest
rmdir /cgroup/memtest
umount /cgroup
rmdir /cgroup" ]
	[ ! -e /cgroup ]
	# the lines of a dry run do the same
	run -0 --separate-stderr cg mount -n memory=/cgroup/memtest
	[ ! -e /cgroup ]
	run -0 unshare -m sh -ec "$output
		grep -c ' /cgroup/memtest .* - cgroup memtest rw,memory' /proc/self/mountinfo
		'$KIST' -q cg umount /cgroup/memtest"
	[ "$output" = 1 ]
	[ ! -e /cgroup ]
	run -0 unshare -m sh -ec "
		'$KIST' -q cg mount memory=/cgroup/memtest
		'$KIST' cg umount -n /cgroup/memtest | sh -e
		! grep ' /cgroup' /proc/self/mountinfo"
	[ ! -e /cgroup ]
}

@test "named hierarchies and several controllers together are mounted" {
	run -0 unshare -m sh -ec "
		'$KIST' -q cg mount name=$G=$SCRATCH/h/x
		grep -c 'rw,name=$G' /proc/self/mountinfo
		'$KIST' cg ls | grep -c 'name=$G'
		'$KIST' -q cg new name=$G:/a
		'$KIST' cg umount $SCRATCH/h/x
		'$KIST' -q cg mount name=$G=$SCRATCH/h/x
		'$KIST' -q cg rm name=$G:/a
		'$KIST' -q cg umount name=$G"
	expect_has "# 1 group is below its root: the hierarchy lives on, mounted nowhere"
	net_is_free && grep -q '^net_prio' /proc/cgroups || skip "net_cls is in use, or not there"
	run -0 unshare -m sh -ec "
		'$KIST' -q cg mount net_cls,net_prio=$SCRATCH/net
		'$KIST' -q cg new net_cls:/a net_cls.classid=0x100001 'net_prio.ifpriomap=lo 5'
		'$KIST' cg get net_cls:/a net_cls.classid
		'$KIST' -q cg rm net_cls:/a
		'$KIST' -q cg umount $SCRATCH/net"
	[ "$output" = 1048577 ]
	# the hierarchy is gone although a group of it was removed just before
	eventually net_is_free
}

# CG_MOUNT
@test "a controller that is bound elsewhere is explained" {
	v1 memory cpu
	run -125 cg mount "cpu,memory=$SCRATCH/x"
	[ "${lines[0]}" = "kist: controller 'cpu' is bound to the hierarchy 'cpu', mounted at '/sys/fs/cgroup/cpu'" ] ||
		expect_has "is bound to the hierarchy"
	run -125 cg mount "memroy=$SCRATCH/x"
	[ "${lines[0]}" = "kist: this kernel has no v1 controller 'memroy'" ]
	[ "${lines[1]}" = "hint: did you mean 'memory'?" ]
	run -2 cg mount memory
	[ "${lines[0]}" = "kist: 'memory' does not say what is mounted where" ]
	run -125 cg umount "$SCRATCH/x"
	[ "${lines[0]}" = "kist: no hierarchy is mounted on '$SCRATCH/x'" ]
	[ ! -e "$SCRATCH/x" ]
	needs user
	run -125 as_user sh -c '"$KIST" -q cg mount memory=$HOME/m'
	expect_has "hint: v1 hierarchies are mounted by root of this machine"
	[ ! -e "$SCRATCH/home/m" ]
}

# --- events ------------------------------------------------------------------------

@test "watch tells when a group is empty, runs the hook, and ends with the group" {
	v1 pids
	cg new "pids:/$G"
	hold
	cg mv "pids:/$G" "$held"
	"${kist[@]}" cg watch --on populated,removed --exec "echo \"\$1 \$KIST_CG_KEY \$KIST_CG_NOW\" >>$SCRATCH/hook" \
		"pids:/$G" >"$SCRATCH/out" 2>"$SCRATCH/ready" 3>&- &
	pids+=($!)
	local watcher=$!
	eventually grep -q watching "$SCRATCH/ready"
	kill "$held"
	eventually grep -q 'populated 1 -> 0' "$SCRATCH/out"
	cg rm "pids:/$G"
	wait "$watcher"
	[ "$(cat "$SCRATCH/hook")" = "/$G populated 0
/$G removed 1" ]
	[ "$(tail -n 1 "$SCRATCH/out" | cut -d' ' -f2-)" = "/$G removed" ]
}

@test "watch --json has an object a line, and a time limit ends it" {
	v1 pids
	cg new "pids:/$G"
	hold
	"${kist[@]}" cg watch --once -J "pids:/$G" >"$SCRATCH/out" 2>"$SCRATCH/ready" 3>&- &
	pids+=($!)
	local watcher=$!
	eventually grep -q watching "$SCRATCH/ready"
	cg mv "pids:/$G" "$held"
	wait "$watcher"
	[ "$(jq -r '"\(.path) \(.file) \(.key) \(.before) \(.now)"' "$SCRATCH/out")" = \
		"/$G cgroup.procs populated 0 1" ]
	run -0 --separate-stderr cg watch --timeout 300ms "pids:/$G"
	[ -z "$output" ]
	run -125 cg watch --once --timeout 300ms "pids:/$G"
	[ "${lines[1]}" = "hint: without a timeout it is waited for" ]
	[ "${lines[0]}" = "kist: watch control group 'pids:/$G': nothing more within 300 ms" ]
}

# CG_EVENT
@test "watch knows what can happen" {
	v1 pids
	cg new "pids:/$G"
	run -2 "${kist[@]}" cg watch --timeout 10 --on empti "pids:/$G"
	expect_output "kist: control group 'pids:/$G' has no event 'empti'
hint: did you mean 'empty'?"
}

@test "a tree has no fewer than all levels; a beginning of a word finds it" {
	run -2 "${kist[@]}" cg tree -d -1
	expect_has "--depth: there are no -1 levels"
	v1 memory
	run -125 "${kist[@]}" cg tree -c mem
	expect_has "did you mean 'memory'?"
}

# --- the other version ----------------------------------------------------------------

@test "convert translates a recipe, and names what has no equivalent" {
	run -1 --separate-stderr cg convert memory.limit_in_bytes=3G \
		memory.memsw.limit_in_bytes=6G memory.swappiness=10
	[ "$output" = "memory.max=3221225472
# memory.memsw.limit_in_bytes: v1 limits memory and swap together, v2 swap alone: not exactly the same
memory.swap.max=3221225472
# memory.swappiness=10: nothing on v2; nearest: limit memory.swap.max, or set vm.swappiness for the machine" ]
	run -0 --separate-stderr cg convert --to v1 "cpu.max=5000 20000" pids.max=4
	[ "$output" = $'cpu.cfs_period_us=20000\ncpu.cfs_quota_us=5000\npids.max=4' ]
	run -0 --separate-stderr cg convert -J cpu.shares=1024
	[ "$(jq -r '.[0] | "\(.file) \(.toFile) \(.toValue)"' <<<"$output")" = \
		"cpu.shares cpu.weight 100" ]
	run -125 cg convert pids.max=4
	[ "${lines[0]}" = "kist: these files are the same on v1 and v2" ]
	run -125 cg convert memory.max=1 cpu.shares=5
	[ "${lines[0]}" = "kist: these files are of v1 and of v2" ]
	run -125 cg convert cpu.shares=1
	[ "${lines[0]}" = "kist: 'cpu.shares=1' cannot be converted" ]
	[ "${lines[1]}" = "hint: the value is 2 to 262144" ]
	run -125 cg convert memory.limitt_in_bytes=5
	[ "${lines[1]}" = "hint: did you mean 'memory.limit_in_bytes'?" ]
}

@test "convert translates a group that is there" {
	v1 memory pids
	cg new "/$G" memory.limit_in_bytes=8M pids.max=44
	run -0 --separate-stderr cg convert "/$G"
	[ "$output" = $'memory.max=8388608\npids.max=44' ] || {
		expect_has "memory.max=8388608"
		expect_has "pids.max=44"
	}
}

@test "the table in the documentation is the program's" {
	run -0 --separate-stderr cg convert --table
	diff <(grep '^|' "$TOP/docs/cgroups.md") <(echo "$output")
}

# --- files ---------------------------------------------------------------------------

write_conf() {
	cat >"$SCRATCH/conf" <<-CONF
		# as in cgconfig.conf(5)
		group $G/www {
			perm {
				task { uid = 65533; gid = 65532; fperm = 664; }
				admin { uid = 65531; gid = 0; dperm = 750; fperm = 644; }
			}
			cpu { cpu.shares = 512; }
			memory { memory.limit_in_bytes = 16M; memory.memsw.limit_in_bytes = 32M; }
			devices { devices.deny = a; devices.allow = "c 1:3 rwm"; }
		}
		template users/%u { cpu { cpu.shares = 1; } }
	CONF
}

@test "load makes what cgconfig.conf says, and its printed lines do the same" {
	v1 cpu memory devices
	write_conf
	run -0 kist cg load "$SCRATCH/conf"
	expect_has "# template 'users/%u' is for a rules daemon: nothing is made of it"
	state >"$SCRATCH/one"
	[ "$(stat -c '%u %g %a' "/sys/fs/cgroup/cpu/$G/www")" = "65531 0 750" ]
	[ "$(stat -c '%u %g %a' "/sys/fs/cgroup/cpu/$G/www/tasks")" = "65533 65532 664" ]
	[ "$(cat "/sys/fs/cgroup/cpu/$G/www/cpu.shares")" = 512 ]
	# again: nothing changes
	cg load "$SCRATCH/conf"
	state | diff "$SCRATCH/one" -
	cg rm -r "/$G"
	run -0 --separate-stderr cg load --print "$SCRATCH/conf"
	[ ! -e "/sys/fs/cgroup/cpu/$G" ]
	sh -ec "$output"
	state | diff "$SCRATCH/one" -
	cg rm -r "/$G"
	run -0 --separate-stderr cg load --print --kist "$SCRATCH/conf"
	expect_has "kist cg new --exist-ok cpu:/$G/www cpu.shares=512"
	run -0 --separate-stderr cg convert --file "$SCRATCH/conf"
	expect_has "kist cg new --exist-ok"
	machine_unchanged
}

@test "load mounts hierarchies, those of one place together" {
	net_is_free && grep -q '^net_prio' /proc/cgroups || skip "net_cls is in use, or not there"
	cat >"$SCRATCH/conf" <<-CONF
		mount { net_cls = $SCRATCH/net; net_prio = $SCRATCH/net; "name=$G" = $SCRATCH/named; }
		group $G { net_cls { net_cls.classid = 5; } "name=$G" { } }
	CONF
	run -0 --separate-stderr cg load -p "$SCRATCH/conf"
	expect_has "mount -t cgroup -o nosuid,nodev,noexec,net_cls,net_prio net $SCRATCH/net"
	expect_has "echo 5 > $SCRATCH/net/$G/net_cls.classid"
	local told=$output how
	for how in "'$KIST' -q cg load $SCRATCH/conf" "$told"; do
		run -0 unshare -m sh -ec "$how
			cat $SCRATCH/net/$G/net_cls.classid
			ls -d $SCRATCH/named/$G
			rmdir $SCRATCH/net/$G $SCRATCH/named/$G
			'$KIST' -q cg umount $SCRATCH/net $SCRATCH/named"
		[ "$output" = "5
$SCRATCH/named/$G" ]
		rmdir "$SCRATCH/net" "$SCRATCH/named"
	done
}

@test "mistakes in cgconfig.conf have a line and a column" {
	printf 'group a {\n  cpu { cpu.shares 5; }\n}\n' >"$SCRATCH/conf"
	run -125 cg load "$SCRATCH/conf"
	[ "${lines[0]}" = "kist: '5' instead of '='" ]
	expect_has "$SCRATCH/conf:2:20"
	run -125 cg load - <<<"grup x { }"
	[ "${lines[0]}" = "kist: 'grup' is no section" ]
	run -125 cg load "$SCRATCH/none"
	[ "${lines[0]}" = "kist: read '$SCRATCH/none': No such file or directory (ENOENT)" ]
	printf 'group %s {\n\n  memory { memory.limit_in_bytes = x; }\n}\n' "$G" >"$SCRATCH/conf"
	run -125 cg load "$SCRATCH/conf"
	expect_has "$SCRATCH/conf:3"
	machine_unchanged
}

@test "what is saved as a script is made again, and running it twice changes nothing" {
	v1 memory cpu pids devices cpuset
	cg new "/$G/a" memory.limit_in_bytes=16M memory.memsw.limit_in_bytes=32M \
		cpu.shares=200 cpu.cfs_quota_us=20000 pids.max=30 devices.deny=a \
		"devices.allow=c 1:3 rwm" notify_on_release=1 --owner 65533:65532
	cg new "/$G/b" pids.max=4 --owner 65530 --delegate
	state >"$SCRATCH/before"
	cg save --sh "/$G" >"$SCRATCH/save.sh"
	cg rm -r "/$G"
	sh "$SCRATCH/save.sh"
	state | diff "$SCRATCH/before" -
	sh "$SCRATCH/save.sh"
	state | diff "$SCRATCH/before" -
	# another state goes back, whichever way memory has to go
	cg set "/$G/a" memory.memsw.limit_in_bytes=9M memory.limit_in_bytes=8M
	sh "$SCRATCH/save.sh"
	cg set "/$G/a" memory.memsw.limit_in_bytes=99M memory.limit_in_bytes=88M
	sh "$SCRATCH/save.sh"
	state | diff "$SCRATCH/before" -
}

@test "what is saved as cgconfig.conf loads as it was" {
	v1 memory cpu pids
	cg new "/$G/a" memory.limit_in_bytes=16M cpu.shares=200 pids.max=30 \
		--owner 65533:65532
	cg save --conf "/$G" >"$SCRATCH/conf"
	state >"$SCRATCH/before"
	cg rm -r "/$G"
	cg load "$SCRATCH/conf"
	state | diff "$SCRATCH/before" -
	cg save --conf "/$G" | diff "$SCRATCH/conf" -
}

# --- rules of the kernel ---

@test "a realtime process is told from others that may not move" {
	v1 cpu
	[ -e /sys/fs/cgroup/cpu/cpu.rt_runtime_us ] ||
		skip "the kernel has no realtime budgets"
	cg new "cpu:/$G"
	hold
	chrt -f -p 1 "$held" || skip "realtime is not allowed here"
	run -125 cg mv "cpu:/$G" "$held"
	[ "${lines[0]}" = "kist: move process $held to control group '/$G': Invalid argument (EINVAL)" ]
	[ "${lines[1]}" = "hint: it is a realtime process, and the group has no realtime budget: cpu.rt_runtime_us" ]
}

@test "a limit below what is used says how much that is" {
	v1 memory
	cg new "memory:/$G" memory.swappiness=0
	"${kist[@]}" -q cg exec "memory:/$G" -- perl -e '$x = "x" x 30000000;
		open(F, ">", $ARGV[0]); sleep 300' "$SCRATCH/big" 3>&- &
	pids+=($!)
	eventually test -e "$SCRATCH/big"
	run cg set "memory:/$G" memory.limit_in_bytes=1M
	[ "$status" != 0 ] || skip "it could be swapped out"
	[ "${lines[0]}" = "kist: write '1M' to 'memory.limit_in_bytes' of '/$G': Device or resource busy (EBUSY)" ]
	[[ ${lines[1]} == "hint: "*" bytes are in use and cannot be reclaimed: choose more than that, or end a process" ]]
}

@test "a hierarchy somebody works in is not unmounted" {
	run -125 unshare -m sh -c "
		'$KIST' -q cg mount name=$G=$SCRATCH/h || exit 1
		cd $SCRATCH/h
		'$KIST' -q cg umount $SCRATCH/h
		status=\$?
		cd /
		'$KIST' -q cg umount $SCRATCH/h
		exit \$status"
	[ "${lines[0]}" = "kist: unmount '$SCRATCH/h': Device or resource busy (EBUSY)" ]
	[ "${lines[1]}" = "hint: a process works in it or has a file of it open: 'fuser -m $SCRATCH/h'" ]
}

# --- other mistakes -------------------------------------------------------------------

@test "a hierarchy mounted read-only is said to be" {
	v1 pids
	run -125 unshare -m sh -c "
		mount --bind /sys/fs/cgroup/pids /sys/fs/cgroup/pids
		mount -o remount,bind,ro /sys/fs/cgroup/pids
		exec '$KIST' -q cg new pids:/$G"
	expect_has "Read-only file system (EROFS)"
	expect_has "hint: '/sys/fs/cgroup/pids' is mounted read-only"
}

@test "without any hierarchy one line says so" {
	run -125 unshare -m sh -c "
		umount -R /sys/fs/cgroup 2>/dev/null || mount -t tmpfs x /sys/fs/cgroup
		exec '$KIST' -q cg tree"
	[ "${lines[0]}" = "kist: no control groups are mounted" ]
}

# CG_RULE
@test "threaded groups are refused where there is no v2 for them" {
	v1 pids
	run -125 cg new "pids:/$G" --threaded
	[ "${lines[0]}" = "kist: threaded groups are of cgroup v2, and 'pids:/$G' is not in it" ]
	machine_unchanged
}

@test "every verb says how it is used" {
	local verb
	for verb in ls tree get set new mv rm procs freeze thaw kill exec mount \
		umount watch convert load save; do
		run -0 kist cg $verb --help
		expect_has "Usage: kist cg $verb"
	done
	run -2 kist cg mout
	[ "${lines[0]}" = "kist: unknown verb 'cg mout'" ]
	run -2 cg set "/$G"
	[ "${lines[0]}" = "kist: set what? FILE=VALUE is missing" ]
	run -2 cg rm
	[ "${lines[0]}" = "kist: remove what? GROUP is missing" ]
}
