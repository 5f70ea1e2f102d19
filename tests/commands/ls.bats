# SPDX-License-Identifier: Apache-2.0
# ls.bats - kist ls: all namespaces, and who keeps each alive

load helpers

setup() {
	needs kist
	start_test
	pids=()
}

teardown() {
	local pid
	for pid in "${pids[@]}"; do
		kill -9 "$pid" 2>/dev/null || :
		wait "$pid" 2>/dev/null || :
	done
	umount "$SCRATCH/ns" 2>/dev/null || :
	end_test
}

# hold OPTION… - a process in new namespaces; its pid in $held
hold() {
	"$@" sleep 300 3>&- &
	pids+=($!)
	held=$!
	eventually is_sleep "$held"
}

is_sleep() { [ "$(cat "/proc/$1/comm")" = sleep ]; }

inode() { stat -L -c %i "/proc/$1/ns/$2"; }

# row NS KEY - of the JSON in $output
row() { jq -r --argjson ns "$1" ".namespaces[] | select(.ns == \$ns) | .$2" <<<"$output"; }

@test "a namespace is listed with its process, user and command" {
	needs root
	hold unshare -u
	run -0 kist ls -t uts -J
	[ "$(row "$(inode "$held" uts)" type)" = uts ]
	[ "$(row "$(inode "$held" uts)" nprocs)" = 1 ]
	[ "$(row "$(inode "$held" uts)" pid)" = "$held" ]
	[ "$(row "$(inode "$held" uts)" user)" = root ]
	[ "$(row "$(inode "$held" uts)" command)" = "sleep 300" ]
	[ "$(row "$(inode "$held" uts)" state)" = null ]
	[ "$(row "$(inode self uts)" state)" = initial ] ||
		[ "$(inode self uts)" != 4026531838 ]
}

@test "the headings are those of lsns and the state" {
	run -0 kist ls -t uts
	[ "$(head -n 1 <<<"$output" | tr -s ' ' | sed 's/^ //')" = "NS TYPE NPROCS PID USER STATE COMMAND" ]
	run -0 kist ls -t net -n
	expect_lacks NETNSID
	run -0 kist ls -t net
	expect_has "NETNSID NSFS"
}

@test "a column has a name, and one is shown at least" {
	run -2 timeout 20 "$KIST" ls -o '' -t uts
	expect_has "kist: --output names no column"
	run -2 kist ls -o zzzzzz
	expect_has "hint: columns are NS, TYPE, PATH, "
}

@test "on a terminal the last column is cut where the line ends" {
	needs terminal root
	hold unshare -u
	kill -9 "$held"
	unshare -u bash -c 'exec -a "$(printf "%0200d" 7)" sleep 300' 3>&- &
	pids+=($!)
	eventually is_sleep $!
	script -qec "stty cols 60; '$KIST' ls -t uts -p $!" /dev/null </dev/null >"$SCRATCH/out"
	[ "$(tr -d '\r' <"$SCRATCH/out" | awk '{ if (length($0) > n) n = length($0) } END { print n }')" = 60 ]
	script -qec "stty cols 60; '$KIST' ls -u -t uts -p $!" /dev/null </dev/null >"$SCRATCH/out"
	[ "$(tr -d '\r' <"$SCRATCH/out" | awk '{ if (length($0) > n) n = length($0) } END { print n }')" -gt 200 ]
}

@test "columns are chosen, added, all taken" {
	run -0 kist ls -t uts -o TYPE,ns
	[ "$(head -n 1 <<<"$output")" = "TYPE         NS" ]
	run -0 kist ls -t uts -o +PATH -r
	[[ $(head -n 1 <<<"$output") = *" COMMAND PATH" ]]
	run -0 kist ls -t uts --output-all -J
	[ "$(jq -r '.namespaces[0] | keys | sort | join(" ")' <<<"$output")" = \
		"command names netnsid nprocs ns nsfs ons path pid pins pns ppid state type uid user" ]
}

@test "an unknown column, kind, process, namespace and filter are named" {
	run -2 kist ls -o NPROC
	expect_output "kist: there is no column 'NPROC'
hint: did you mean 'NPROCS'?"
	run -2 kist ls -t nett
	expect_output "kist: unknown namespace 'nett'
hint: did you mean 'net'?"
	# LIST_FILTER
	run -2 kist ls -Q 'TYPE == '
	expect_output "kist: filter 'TYPE == ': a column, a number or a \"text\" is missing at 'the end'
hint: a filter compares columns: 'TYPE == \"net\" && NPROCS > 3'"
	run -2 kist ls -J -r
	expect_output "kist: --json and --raw do not go together
hint: see 'kist ls --help'"
	run -2 kist ls --tree=round
	expect_has "'round'"
}

@test "a kind may be said as lsns, runc and clone(2) say it" {
	local word
	for word in mnt mount CLONE_NEWNS clone_newns; do
		run -0 kist ls -t "$word" -o TYPE -n
		[ "$(sort -u <<<"$output")" = mnt ]
	done
}

@test "both ways of finding namespaces give the same" {
	needs root
	hold unshare -u
	run -0 kist ls -t uts -o NS,NPROCS,PID,PNS,ONS,STATE -l -n -Q "PID == $held"
	local first=$output
	run -0 kist ls --proc -t uts -o NS,NPROCS,PID,PNS,ONS,STATE -l -n -Q "PID == $held"
	[ -n "$output" ] && expect_output "$first"
}

@test "a filter chooses rows" {
	needs root
	hold unshare -u
	run -0 kist ls -o PID -n -Q "TYPE eq 'uts' and PID == $held"
	expect_output "$held"
	run -0 kist ls -o PID -n -Q "(TYPE == \"uts\" || TYPE == \"net\") && COMMAND =~ '^sleep 3' && !(PID != $held)"
	expect_output "$held"
	run -0 kist ls -o PID -n -Q 'NPROCS > 1000000'
	expect_output ""
}

@test "one process, or a namespace and its processes" {
	needs root
	hold unshare -u
	run -0 kist ls -o NS -n -t uts "$held"
	[ "$(tr -d ' ' <<<"$output")" = "$(inode "$held" uts)" ]
	run -0 kist ls -o NS -n -t uts -p "$held"
	[ "$(tr -d ' ' <<<"$output")" = "$(inode "$held" uts)" ]
	run -0 kist ls "uts:[$(inode "$held" uts)]" -J
	[ "$(jq -r '.namespaces[].pid' <<<"$output")" = "$held" ]
	[ "$(jq -r '.namespaces[].command' <<<"$output")" = "sleep 300" ]
}

@test "a namespace without a process: a descriptor, a mount and their owners are found" {
	needs root
	hold unshare -n
	local ns holder
	ns=$(inode "$held" net)
	: >"$SCRATCH/ns"
	mount --bind "/proc/$held/ns/net" "$SCRATCH/ns"
	sleep 300 3>&- 7<"/proc/$held/ns/net" &
	holder=$!
	pids+=("$holder")
	eventually is_sleep "$holder"
	kill -9 "$held"
	wait "$held" || :
	run -0 kist ls -t net -J --pins
	[ "$(row "$ns" nprocs)" = 0 ]
	[ "$(row "$ns" state)" = held ]
	[ "$(row "$ns" 'pins[] | select(.kind == "descriptor") | "\(.pid) \(.fd) \(.command)"')" = "$holder 7 sleep" ]
	[ "$(row "$ns" 'pins[] | select(.kind == "mount") | .path' | sort -u)" = "$SCRATCH/ns" ]
	[ "$(row "$ns" nsfs)" = "$SCRATCH/ns" ]
	run -0 kist ls -t net --pins -n
	expect_has "descriptor 7 of $holder (sleep)"
	expect_has "mount $SCRATCH/ns"
	run -0 kist ls -P -t net -o NS -n
	expect_has "$ns"
	umount "$SCRATCH/ns"
	kill -9 "$holder"
	wait "$holder" || :
	gone() { ! kist ls -t net -o NS -n | grep -q "$ns"; }
	eventually gone
}

@test "a mount in another mount namespace keeps a namespace, and is found" {
	needs root
	hold unshare -u
	local ns inner
	ns=$(inode "$held" uts)
	: >"$SCRATCH/ns"
	unshare -m sh -c 'mount --bind "/proc/$1/ns/uts" "$2" && exec sleep 300' sh \
		"$held" "$SCRATCH/ns" 3>&- &
	inner=$!
	pids+=("$inner")
	eventually is_sleep "$inner"
	kill -9 "$held"
	wait "$held" || :
	run -0 kist ls -t uts -J --pins
	[ "$(row "$ns" 'pins[] | select(.kind == "mount") | "\(.path) \(.pid) \(.ns)"')" = \
		"$SCRATCH/ns $inner $(inode "$inner" mnt)" ]
}

@test "a socket keeps a network namespace, and is found" {
	needs root
	command -v python3 >/dev/null || skip "no python3"
	python3 -c 'import ctypes, os, socket, sys, time
libc = ctypes.CDLL(None)
home = os.open("/proc/self/ns/net", os.O_RDONLY)
assert libc.unshare(0x40000000) == 0
print(os.stat("/proc/self/ns/net").st_ino, flush=True)
s = socket.socket()
assert libc.setns(home, 0) == 0
os.close(home)
print(s.fileno(), flush=True)
time.sleep(300)' >"$SCRATCH/out" 3>&- &
	local pid=$!
	pids+=("$pid")
	two_lines() { [ "$(wc -l <"$SCRATCH/out")" = 2 ]; }
	eventually two_lines
	local ns fd
	{ read -r ns; read -r fd; } <"$SCRATCH/out"
	run -0 kist ls -t net -J --pins
	[ "$(row "$ns" 'pins[] | "\(.kind) \(.pid) \(.fd)"')" = "socket $pid $fd" ]
}

@test "a pid namespace whose process 1 is gone is dead; its parent is kept by it" {
	needs root
	unshare -p -f --kill-child sh -c 'sleep 300; :' 3>&- &
	local outer=$! first ns
	pids+=("$outer")
	has_child() { first=$(pgrep -P "$outer") && pgrep -P "$first" >/dev/null; }
	eventually has_child
	ns=$(inode "$first" pid)
	run -0 kist ls -t pid -J --pins
	[ "$(row "$ns" state)" = null ]
	[ "$(row 4026531836 'pins[] | select(.kind == "child") | .ns' | grep -c "^$ns\$")" = 1 ] ||
		[ "$(inode self pid)" != 4026531836 ]
	: >"$SCRATCH/ns"
	mount --bind "/proc/$first/ns/pid" "$SCRATCH/ns"
	kill -9 "$first"
	wait "$outer" || :
	run -0 kist ls -t pid -J
	[ "$(row "$ns" state)" = dead ]
	[ "$(row "$ns" nprocs)" = 0 ]
	[ "$(row "$ns" pid)" = null ]
}

@test "trees: of user namespaces with what they own, of pid namespaces" {
	needs root user
	hold unshare -Un
	local user net
	user=$(inode "$held" user)
	net=$(inode "$held" net)
	LC_ALL=C.UTF-8 run -0 kist ls --tree=user -t user,net -o NS,TYPE
	expect_has "─$user   user"
	[[ $output =~ "─$user   user"$'\n'[^├└]+"└─$net net" ]]
	LC_ALL=C run -0 kist ls --tree=user -t user,net -o NS -n
	expect_has "\`-$net"
	run -0 kist ls --tree=user -t user,net -J -o NS
	[ "$(jq -r --argjson ns "$user" '.. | objects | select(.ns == $ns) | .children[].ns' <<<"$output")" = "$net" ]
	run -0 kist ls --tree=pid -o TYPE -n
	[ "$(tr -d ' ' <<<"$output" | sort -u)" = pid ]
}

@test "names: containers, what ip netns named" {
	needs root
	run -0 kist run -d --name lister host sleep 300
	run -0 kist ls --names -t uts,net,pid -J
	[ "$(jq -r '[.namespaces[] | select(.names == ["lister"]) | .type] | sort | join(" ")' <<<"$output")" = "net pid uts" ]
	kist rm -f lister
}

@test "strangers' control characters do no harm" {
	needs root
	unshare -u bash -c 'exec -a "$(printf "a\033[2Jb\nc")" sleep 300' 3>&- &
	pids+=($!)
	eventually is_sleep $!
	run -0 kist ls -t uts -p $!
	expect_has 'a\x1b[2Jb\x0ac 300'
}

@test "an ordinary user sees the own namespaces, and is told of the rest" {
	needs user root
	as_user unshare -Un sh -c 'echo $$ >held; exec sleep 300' 3>&- &
	pids+=($!)
	eventually test -s "$SCRATCH/home/held"
	held=$(cat "$SCRATCH/home/held")
	eventually is_sleep "$held"
	as_user sh -c '"$KIST" ls -t net -J 2>err' >"$SCRATCH/out"
	output=$(cat "$SCRATCH/out")
	[ "$(row "$(inode "$held" net)" pid)" = "$held" ]
	grep -q '^kist: the namespaces of [0-9]* process\(es\)\? are hidden: other users'"'"' can be seen by root$' "$SCRATCH/home/err"
	[ "$(wc -l <"$SCRATCH/home/err")" = 1 ]
	as_user sh -c '"$KIST" -q ls -t net -J 2>err' >"$SCRATCH/out"
	[ ! -s "$SCRATCH/home/err" ]
	run -125 as_user sh -c 'exec "$KIST" ls "net:[4026599999]"'
	expect_has "kist: "
	kill -9 "$held"
}
