# SPDX-License-Identifier: Apache-2.0
# lsns.bats - called as lsns, kist is lsns(8)

load helpers

setup() {
	needs kist
	start_test
	mkdir -p "$SCRATCH/bin"
	ln -s "$KIST" "$SCRATCH/bin/lsns"
	pid=
}

teardown() {
	[ -z "$pid" ] || kill -9 "$pid" 2>/dev/null || :
	end_test
}

lsns() { "$SCRATCH/bin/lsns" "$@"; }

hold() {
	unshare -u sleep 300 3>&- &
	pid=$!
	eventually is_sleep
}
is_sleep() { [ "$(cat "/proc/$pid/comm")" = sleep ]; }

real_lsns() {
	reason="no lsns of util-linux"
	type -P lsns >/dev/null || skip "$reason"
	command lsns "$@"
}

# The real one and ours say the same, but for processes that come and go, and
# how wide a column of pids is at least: that differs between its versions.
same() {
	diff <(real_lsns "$@" | steady) <(lsns "$@" | steady)
}
steady() { grep -F "$(stat -L -c %i "/proc/$pid/ns/uts")" -A6 -B1 | sed -E 's/ +PID/ PID/; s/ +[0-9]+ +[0-9]+ / /; s/("nprocs": )[0-9]+/\1/; s/("pid": )[0-9]+/\1/'; }

# The JSON of different versions has blanks in different places.
same_json() {
	diff <(real_lsns "$@" | facts) <(lsns "$@" | facts)
}
facts() {
	jq --argjson ns "$(stat -L -c %i "/proc/$pid/ns/uts")" \
		'.namespaces[] | select(.ns == $ns)'
}

@test "the usual table, JSON, raw and list formats are those of lsns" {
	needs root
	hold
	same -t uts
	same_json -t uts -J
	same -t uts -r
	same -t uts -l
	same -t uts -n
	same -t uts -o NS,TYPE,PATH,PPID,UID,USER,COMMAND
	same_json -t uts -J -o NS,TYPE,PATH,PPID,UID,USER,COMMAND
	same -p "$pid" -t uts
}

@test "the whole line of a namespace" {
	needs root
	hold
	local ns
	ns=$(stat -L -c %i "/proc/$pid/ns/uts")
	run -0 lsns -p "$pid" -t uts
	expect_output "        NS TYPE NPROCS$(printf "%$((${#pid} < 3 ? 4 : ${#pid} + 1))s" PID) USER COMMAND
$ns uts       1 $pid root sleep 300"
	run -0 lsns -p "$pid" -t uts -r
	expect_output "NS TYPE NPROCS PID USER COMMAND
$ns uts 1 $pid root sleep\\x20300"
	run -0 lsns -p "$pid" -t uts -J
	expect_output '{
   "namespaces": [
      {
         "ns": '"$ns"',
         "type": "uts",
         "nprocs": 1,
         "pid": '"$pid"',
         "user": "root",
         "command": "sleep 300"
      }
   ]
}'
	run -0 lsns "$ns" -o PID,COMMAND -n
	expect_output "$pid sleep 300"
}

@test "mistakes have lsns's words and statuses" {
	run -1 lsns -t foo
	expect_output "lsns: unknown namespace type: foo"
	run -1 lsns -t uts,net
	expect_output "lsns: unknown namespace type: uts,net"
	run -1 lsns -o FOO
	expect_output "lsns: unknown column: FOO"
	run -1 lsns -J -r
	expect_output "lsns: options --json and --raw cannot be combined"
	run -1 lsns 12345
	expect_output "lsns: not found namespace: 12345"
	run -1 lsns abc
	expect_output "lsns: invalid namespace argument: 'abc'"
	run -1 lsns -p x
	expect_output "lsns: invalid PID argument: 'x'"
	run -1 lsns --foo
	expect_output "lsns: unrecognized option '--foo'
Try 'lsns --help' for more information."
	run -1 lsns --tree=round
	expect_output "lsns: unknown tree type: round"
	run -0 lsns -p 4194304
	expect_output ""
}

@test "help, version and columns" {
	run -0 lsns --help
	expect_has " -Q, --filter <expr>    apply display filter"
	run -0 lsns -V
	[[ $output = "lsns from util-linux "* ]]
	run -0 lsns -H
	[ "${#lines[@]}" = 13 ]
	[ "${lines[0]}" = "     NS <integer> namespace identifier (inode number)" ]
}
