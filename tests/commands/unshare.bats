#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# unshare.bats - kist unshare: a command in new namespaces

load helpers

setup() {
	start_test
	needs kist
	cd "$SCRATCH" || return 1
}

teardown() {
	end_test
}

u() { "$KIST" unshare "$@"; }

# As an ordinary user, and as one without subordinate ids.
uu() { as_user sh -c 'exec "$KIST" unshare "$@"' kist "$@"; }

# The processes below a process that have a mark in their environment.
marked() {
	grep -lz "^MARK=$1\$" /proc/[0-9]*/environ 2>/dev/null | wc -l
}
none_marked() { [ "$(marked "$1")" = 0 ]; }
one_marked() { [ "$(marked "$1")" -ge 1 ]; }

# --- what the manual's first page promises -----------------------------------

@test "two shells have two host names" {
	needs root
	local ours
	ours=$(hostname)
	run u -u --hostname blue bash -c hostname
	expect_output blue
	[ "$(hostname)" = "$ours" ]
}

@test "a host name brings its namespace with it" {
	needs root
	local ours
	ours=$(hostname)
	run u --hostname green --domainname wood sh -c \
		'hostname; cat /proc/sys/kernel/domainname'
	expect_output $'green\nwood'
	[ "$(hostname)" = "$ours" ]
}

@test "with -p the command is process 1 and sees only itself" {
	needs root
	run u -p sh -c 'echo $$; ls -d /proc/[0-9]*; :'
	expect_status 0
	[ "${lines[0]}" = 1 ]
	[ "${lines[1]}" = /proc/1 ]
	[ "${#lines[@]}" -le 3 ]
}

@test "with -i there are no queues but the own ones" {
	needs root
	local before
	before=$(ipcs -q)
	run u -i sh -c 'ipcmk -Q; ipcs -q | grep -c ^0x'
	expect_status 0
	[ "${lines[1]}" = 1 ]
	[ "$(ipcs -q)" = "$before" ]
}

@test "with -T clocks are set off, forwards and backwards" {
	needs root
	local now inside
	now=$(cut -d. -f1 /proc/uptime)
	inside=$(u -T --boottime 7d cut -d. -f1 /proc/uptime)
	[ $((inside - now)) -ge 604800 ]
	[ $((inside - now)) -lt 604860 ]
	inside=$(u --boottime=-90s cut -d. -f1 /proc/uptime)
	[ $((inside - now)) -le -60 ]
	inside=$(u --boottime +1h30m cut -d. -f1 /proc/uptime)
	[ $((inside - now)) -ge 5400 ]
}

# UNSHARE
@test "a clock cannot be set before the machine's start" {
	run u --monotonic=-9999d true
	expect_status 2
	expect_has "kist: --monotonic: the clock would be before 0: it shows"
}

@test "with -n the loopback is up and /sys shows it alone" {
	needs root
	run u -n sh -c 'ip -br link; ls /sys/class/net; ls /sys/fs/cgroup'
	expect_status 0
	[[ ${lines[0]} == lo*UP* ]]
	[ "${lines[1]}" = lo ]
	[ "$(ls /sys/fs/cgroup)" = "$(printf '%s\n' "${lines[@]:2}")" ]
}

@test "with -C the mounts of control groups begin at the own group" {
	needs root
	run u -mC sh -c 'cat /proc/self/cgroup; echo; tac /proc/self/mountinfo |
		awk "/ - cgroup/ && !seen[\$5]++ { print \$4 }"'
	expect_status 0
	expect_lacks "/.."
}

@test "mounts inside are not seen outside" {
	needs root
	mkdir m
	run u -m sh -c 'mount -t tmpfs none m && touch m/x && ls m'
	expect_output x
	[ -z "$(ls m)" ]
	machine_unchanged
}

@test "mounts propagate as they are told to" {
	needs root
	run u -m --propagation shared findmnt -no PROPAGATION /
	expect_output shared
	run u -m --propagation shared sh -c '"$KIST" unshare -m \
		--propagation slave findmnt -no PROPAGATION /; :'
	expect_has slave
	run u -m --propagation shared sh -c '"$KIST" unshare -m \
		findmnt -no PROPAGATION /; :'
	expect_output private
}

@test "without -p and -T the command takes the place of kist" {
	needs root
	run sh -c 'echo $$; exec "$KIST" unshare -un sh -c "echo \$\$"'
	[ "${lines[0]}" = "${lines[1]}" ]
}

@test "kinds are understood as words, the kernel's too" {
	needs root
	local word
	for word in uts,net 'CLONE_NEWUTS|CLONE_NEWNET' network,uts; do
		run u --new "$word" readlink /proc/self/ns/net /proc/self/ns/uts
		expect_status 0
		expect_lacks "$(readlink /proc/self/ns/net)"
		expect_lacks "$(readlink /proc/self/ns/uts)"
	done
	run u --new CLONE_NEWFOO true
	expect_status 2
	expect_has "kist: option '--new': unknown namespace 'CLONE_NEWFOO'"
}

@test "all eight at once" {
	needs root
	run u -a sh -c 'for k in user cgroup ipc net pid time uts mnt; do
		readlink /proc/self/ns/$k; done'
	expect_status 0
	local kind
	for kind in user cgroup ipc net pid time uts mnt; do
		expect_lacks "$(readlink /proc/self/ns/$kind)"
	done
}

@test "root and folder: the rest of the machine is gone" {
	needs root
	busybox_root "$SCRATCH/root"
	run u -mpU -R "$SCRATCH/root" -w /home sh -c \
		'pwd; ls /proc/1/comm; cat /proc/mounts | wc -l'
	expect_status 0
	[ "${lines[0]}" = /home ]
	[ "${lines[1]}" = /proc/1/comm ]
	[ "${lines[2]}" -le 3 ]
	run u -R "$SCRATCH/root" ls /home
	expect_output app
}

@test "the environment can be emptied and added to" {
	needs root
	FOO=1 run u -u --clear-env -e BAR=2 env
	expect_output BAR=2
	FOO=1 run u -u -e FOO=3 sh -c 'echo $FOO'
	expect_output 3
}

# UNSHARE_SETUP
@test "the command of --setup runs first, and may refuse" {
	needs root
	run u -m --setup 'mount -t tmpfs none /mnt && touch /mnt/ready' \
		-S nobody ls /mnt
	expect_output ready
	run u -m --setup 'exit 3' echo not reached
	expect_status 125
	expect_output "kist: --setup: it ended with status 3
hint: mend that command; --setup runs it inside, before yours"
}

@test "ids inside: -S and -G, and no other group" {
	needs root
	run u -u -S daemon -G games sh -c 'id -un; id -Gn'
	expect_output $'daemon\ngames'
}

@test "who owns a user namespace can be told" {
	needs root
	run u --owner 4711:4712 -r sh -c 'id -u; cat /proc/self/uid_map'
	expect_status 0
	[ "${lines[0]}" = 0 ]
	[ "$(echo ${lines[1]})" = "0 4711 1" ]
}

# --- ordinary users ----------------------------------------------------------

@test "an ordinary user is root in a user namespace that comes by itself" {
	needs user
	run uu -n sh -c 'id -u; ls /sys/class/net'
	expect_output $'0\nlo'
	run uu -p sh -c 'echo $$; ls -d /proc/[0-9]*'
	expect_status 0
	[ "${lines[0]}" = 1 ]
	[ "${lines[1]}" = /proc/1 ]
}

@test "with -c one stays who one is, with --keep-caps not powerless" {
	needs user
	local me
	me=$(as_user id -u)
	run uu -c id -u
	expect_output "$me"
	run uu -c --keep-caps sh -c 'id -u; grep CapEff /proc/self/status'
	[ "${lines[0]}" = "$me" ]
	expect_lacks "0000000000000000"
}

@test "subordinate ids are mapped from 0 on, the own one in front" {
	needs user subids
	local me first count
	me=$(as_user id -u)
	IFS=: read -r _ first count < <(grep "^$(as_user id -un):" /etc/subuid)
	run uu -r --map-auto cat /proc/self/uid_map
	expect_status 0
	[ "$(echo ${lines[0]})" = "0 $me 1" ]
	[ "$(echo ${lines[1]})" = "1 $first $count" ]
	run uu -c --map-auto sh -c 'id -u; head -n 1 /proc/self/uid_map'
	[ "$(echo ${lines[1]})" = "$me $me 1" ]
	run uu -r --map-subids sh -c 'tail -n 1 /proc/self/uid_map'
	[ "$(echo $output)" = "$first $first $count" ]
	run uu -r --map-auto -S 7 -G 7 id -u
	expect_output 7
}

@test "ids that are not mapped cannot be taken" {
	needs user
	run uu -r -S 7 true
	expect_status 125
	expect_output "kist: become user 7: Invalid argument (EINVAL)
hint: id 7 is not mapped in this user namespace: map it, too, as kist unshare --map-auto does"
}

# SUBID_NONE
@test "without subordinate ids the line to add is said" {
	needs root
	local uid=54321
	run setpriv --reuid $uid --regid $uid --clear-groups \
		"$KIST" unshare -r --map-auto true
	[ "$status" = 125 ] || skip "the tree cannot be read by others"
	expect_has "kist: /etc/subuid has no line for user $uid"
	expect_has "hint: let root add the line '$uid:"
}

@test "root maps everybody in a user namespace" {
	needs root
	run u -U sh -c 'id -u; echo $(cat /proc/self/uid_map)'
	[ "${lines[0]}" = 0 ]
	[ "${lines[1]}" = "0 0 4294967295" ]
}

@test "where /proc is masked nobody is shown more, and that is said" {
	needs root user
	cp "$KIST" "$SCRATCH/kist"
	run unshare -m sh -c "mount --bind /dev/null /proc/cpuinfo &&
		exec setpriv --reuid $TEST_USER --regid $TEST_USER \
			--clear-groups $SCRATCH/kist unshare -p sh -c 'echo \$\$'"
	expect_status 0
	expect_has "kist: mount a /proc for the new namespace on '/proc': "
	expect_has "note: parts of /proc are hidden by other mounts here"
	[ "${lines[-1]}" = 1 ]
}

# UNSHARE_DENIED
@test "in a chroot there is no user namespace, and that is the reason given" {
	needs root user
	busybox_root "$SCRATCH/root"
	cp "$KIST" "$SCRATCH/root/bin/kist"
	mount -t tmpfs none "$SCRATCH/root/proc"
	run chroot --userspec "$(id -u $TEST_USER):$(id -g $TEST_USER)" "$SCRATCH/root" /bin/kist unshare -U true
	umount "$SCRATCH/root/proc"
	expect_status 125
	expect_has "kist: make a user namespace: Operation not permitted (EPERM)"
	expect_has "hint: a chroot gives no user namespace"
}

# UNSHARE_LIMIT
@test "an exhausted limit is named" {
	needs root
	run u -Up sh -c 'echo 0 >/proc/sys/user/max_net_namespaces
		exec "$KIST" unshare -un true'
	expect_status 125
	expect_output "kist: make a net namespace: No space left on device (ENOSPC)
hint: user.max_net_namespaces is 0: let root run: sysctl user.max_net_namespaces=10000"
	machine_unchanged
}

# --- status and signals ------------------------------------------------------

@test "the exit status is the command's, or 128 and the signal" {
	needs root
	local how
	for how in -u -p -uf; do
		run u $how sh -c 'exit 7'
		expect_status 7
	done
	run u -uf sh -c 'kill -KILL $$'
	expect_status 137
	run -127 u -p nosuchprogram
	expect_status 127
	expect_output "kist: 'nosuchprogram' is not in PATH, or not there
hint: no folder of PATH has it: install it, or name it with its folder"
	run -127 u -u unshaer
	expect_has "hint: did you mean 'unshare'?"
	run u -p /etc
	expect_status 126
	echo '#!/no/such/shell' >script
	chmod +x script
	run -127 u -u ./script
	expect_status 127
	expect_has "its interpreter is missing"
}

@test "TERM reaches the command, also a process 1 that has no handler" {
	needs root
	local mark=$RANDOM pid rc how
	for how in -p -uf; do
		MARK=$mark "$KIST" unshare $how sleep 100 3>&- &
		pid=$!
		eventually pgrep -P $pid >/dev/null
		kill -TERM $pid
		rc=0
		wait $pid || rc=$?
		[ $rc = 143 ] || { echo "$how: $rc"; return 1; }
	done
	eventually none_marked $mark
}

@test "a handler of the command decides" {
	needs root
	local pid rc=0
	"$KIST" unshare -p sh -c 'trap "exit 9" USR1; touch ready
		while :; do sleep 0.05; done' 3>&- &
	pid=$!
	eventually test -e ready
	kill -USR1 $pid
	wait $pid || rc=$?
	[ $rc = 9 ]
}

@test "with --kill-child nothing outlives kist" {
	needs root
	local mark=$RANDOM pid i
	for i in 1 2 3; do
		MARK=$mark "$KIST" unshare -p --kill-child \
			sh -c 'sleep 100 & sleep 100' 3>&- &
		pid=$!
		[ $i = 1 ] && eventually one_marked $mark
		kill -KILL $pid
		wait $pid 2>/dev/null || :
	done
	eventually none_marked $mark
	machine_unchanged
}

@test "when process 1 ends all of them end" {
	needs root
	local mark=$RANDOM
	MARK=$mark run u -p sh -c 'sleep 100 & exit 4'
	expect_status 4
	eventually none_marked $mark
}

# --- files that keep namespaces ----------------------------------------------

@test "files keep namespaces of every kind, the mount and pid kinds included" {
	needs root
	local kind
	mkdir keep
	run u -f --user=keep/user --uts=keep/uts --ipc=keep/ipc \
		--net=keep/net --cgroup=keep/cgroup --mount=keep/mnt \
		--pid=keep/pid --time=keep/time --hostname kept true
	expect_status 0
	run nsenter --uts=keep/uts hostname
	expect_output kept
	for kind in user uts ipc net cgroup mnt pid time; do
		[ "$(stat -fc %T keep/$kind)" = nsfs ] ||
			{ echo "$kind"; return 1; }
		[ "$(stat -Lc %i keep/$kind)" != \
			"$(stat -Lc %i /proc/self/ns/$kind)" ]
	done
	while umount keep/* 2>/dev/null; do :; done
	machine_unchanged
}

@test "if the command cannot run no file is kept" {
	needs root
	run -127 u -p --net=net --uts=uts nosuchprogram
	expect_status 127
	[ ! -e net ] && [ ! -e uts ]
	run u --net=net --uts=/proc/uts true
	expect_status 125
	expect_has "kist: keep the uts namespace in '/proc/uts': "
	[ ! -e net ]
	machine_unchanged
}

@test "killed at any time kist leaves no file, mount or process" {
	needs root
	local i mark=$RANDOM pid
	for i in 0 1 2 3 4 5 6 7 8 9; do
		MARK=$mark "$KIST" unshare -p --kill-child --net=net --uts=uts \
			--mount=mnt --setup 'sleep 100' true 3>&- &
		pid=$!
		sleep 0.00$i
		kill -KILL $pid
		wait $pid 2>/dev/null || :
		eventually test ! -e net
		eventually test ! -e uts
		eventually test ! -e mnt
	done
	eventually none_marked $mark
	machine_unchanged
}

# UNSHARE_KEEP
@test "only root binds namespaces to files" {
	needs user
	run uu --net=n true
	expect_status 125
	expect_output "kist: keep the net namespace in 'n': Operation not permitted (EPERM)
hint: only root can bind a namespace to a file; 'kist new NAME' keeps namespaces for everybody"
	[ ! -e "$SCRATCH/home/n" ]
}

# --- mistakes ----------------------------------------------------------------

@test "mistakes are named with the way out" {
	run u --boottime soon true
	expect_status 2
	expect_output "kist: option '--boottime': 'soon' is no span of time: write 90, 90s, 1h30m, 7d or -2d
hint: see 'kist unshare --help'"
	run u -r -c true
	expect_status 2
	run u --map-users 1:2 true
	expect_status 125
	expect_has "kist: '1:2' is not INSIDE:OUTSIDE:COUNT, auto, subids or all"
	run u --propagation privat true
	expect_status 2
	expect_has "did you mean 'private'?"
	run u --hostname "$(printf '%070d' 0)" true
	expect_status 2
	expect_output "kist: a host name has at most 64 characters
hint: see 'kist unshare --help'"
}

# --- dry run -----------------------------------------------------------------

# What a command sees, without what is new each time.
seen='hostname; id -u; ls /sys/class/net; [ $$ = 1 ] && echo first
	ip -br link; cat /proc/self/uid_map /proc/self/setgroups
	tac /proc/self/mountinfo | awk "!seen[\$5]++ { print \$4, \$5, \$9 }" |
	grep -e /proc -e /sys | sort'

@test "the lines of a dry run do the same" {
	needs root
	local how
	for how in "-u --hostname blue" "-mpiunC" "-n" "-p" "-r" \
		"-T --boottime 3d" "-pn --propagation slave"; do
		# shellcheck disable=SC2086 # several words
		u $how --dry-run sh -c "$seen" >lines
		sh lines >theirs 2>/dev/null
		# shellcheck disable=SC2086
		u $how sh -c "$seen" >ours 2>/dev/null
		diff theirs ours || { echo "$how"; cat lines; return 1; }
	done
	machine_unchanged
}

@test "a dry run changes nothing" {
	needs root
	run u -p --net=net --setup 'touch setup' --dry-run touch made
	expect_status 0
	[ ! -e net ] && [ ! -e setup ] && [ ! -e made ]
	[ "${lines[0]}" = "touch net" ]
}

# --- by the name unshare ------------------------------------------------------

c() { "$SCRATCH/bin/unshare" "$@"; }

as_unshare() {
	mkdir -p "$SCRATCH/bin"
	ln -sf "$KIST" "$SCRATCH/bin/unshare"
}

@test "called unshare nothing comes by itself" {
	needs root
	as_unshare
	run c -n sh -c 'ip -br link; readlink /proc/self/ns/mnt'
	expect_has DOWN
	expect_has "$(readlink /proc/self/ns/mnt)"
	run c -pf sh -c 'echo $$; ls -d /proc/self'
	[ "${lines[0]}" = 1 ]
	run c --mount-p -pf ls -d /proc/1 /proc/2
	expect_has /proc/1
	run c -U id -u
	expect_output 65534
}

@test "called unshare it does what unshare(1) does" {
	needs root
	as_unshare
	local words
	for words in "-r id" "-c id" "-U id" "-pf --mount-proc sh -c true" \
		"-u true" "--map-root id -u" "-mu --propagation slave true" \
		"-S 1 -G 2 id" "-w /usr pwd" "-fu false"; do
		# shellcheck disable=SC2086 # several words
		run unshare $words
		local theirs=$output code=$status
		# shellcheck disable=SC2086
		run c $words
		[ "$output:$status" = "$theirs:$code" ] ||
			{ echo "$words: $output:$status, not $theirs:$code"
			return 1; }
	done
}

@test "called unshare mistakes are told as unshare(1) tells them" {
	needs root
	as_unshare
	local words
	for words in --nosuch -Z -S "--setgroups maybe -U true"; do
		# shellcheck disable=SC2086
		run unshare $words
		local theirs=$output
		# shellcheck disable=SC2086
		run c $words
		expect_status 1
		expect_output "$theirs"
	done
	run -127 c nosuchprogram
	expect_output "unshare: failed to execute nosuchprogram: No such file or directory
hint: no folder of PATH has it: install it, or name it with its folder"
	run -126 c /etc
}

@test "called unshare it dies of the command's signal" {
	needs root
	as_unshare
	run bash -c '"$0" -uf sh -c "kill -USR1 \$\$"; echo $?' "$SCRATCH/bin/unshare"
	expect_has 138
	local pid
	"$SCRATCH/bin/unshare" -uf --forward-signals sh -c 'trap "exit 5" TERM; touch ready
		while :; do sleep 0.05; done' 3>&- &
	pid=$!
	eventually test -e ready
	kill -TERM $pid
	local rc=0
	wait $pid || rc=$?
	[ $rc = 5 ]
}
