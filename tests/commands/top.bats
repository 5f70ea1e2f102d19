# SPDX-License-Identifier: Apache-2.0
# top.bats - kist top: live usage

load kist

setup() { start_kist; }
teardown() { end_kist; }

# row JQ - of the container "one" in one look
row() {
	k top --json -n 1 -d 400ms | jq -r ".rows[] | select(.name == \"one\") | $1"
}

# expect_json NAME JQ VALUE - of that row of the output
expect_json() {
	[ "$(jq -r ".rows[] | select(.name == \"$1\") | $2" <<<"$output")" = "$3" ]
}

# on_screen KEYS… - kist top on a terminal of 24 rows and 100 columns, the keys
# typed one after another, half a second between them; all that was drawn
on_screen() {
	local key
	for key; do
		sleep .5
		printf "$key"
	done | script -qec "stty rows 24 cols ${columns:-100}; '$KIST' --root '$SCRATCH/k' top" /dev/null
}

@test "a busy container is shown with its processor time, memory, limits and processes" {
	needs root
	k run -d --name one -m 64m --pids-limit 20 "$ROOT" sh -c 'while :; do :; done'
	busy() { [ "$(row '.cpu > 0.2')" = true ]; }
	eventually busy
	[ "$(row .engine)" = kist ]
	[ "$(row .memoryMax)" = $((64 << 20)) ]
	[ "$(row .pidsMax)" = 20 ]
	[ "$(row .pids)" = 1 ]
	[ "$(row .memory)" -gt 0 ]
	[ "$(row .paused)" = false ]
	[ "$(row .pid)" = "$(k inspect one | jq .pid)" ]
}

@test "what is limited in one hierarchy is not shown with the use of the rest" {
	needs root
	sleep 1000 3>&- &
	local pid=$!
	"$KIST" limit -q -p $pid cpus=1 3>&-
	run -0 --separate-stderr "$KIST" top --json -n 1 -d 400ms
	kill $pid
	expect_json "kist-limit-$pid" .pids 1
	expect_json "kist-limit-$pid" .cgroup "/kist-limit-$pid"
	gone() { ! find /sys/fs/cgroup -name "kist-limit-$pid" 2>/dev/null | grep -q .; }
	eventually gone
}

@test "processor time agrees with the group's own counter" {
	needs root
	k run -d --name one "$ROOT" sh -c 'while :; do :; done'
	local group before after seconds cpu
	group=$(row .cgroup)
	counter() {
		if [ -e "/sys/fs/cgroup/cpuacct$group/cpuacct.usage" ]; then
			cat "/sys/fs/cgroup/cpuacct$group/cpuacct.usage"
		else
			awk '/^usage_usec/ { print $2 * 1000 }' "/sys/fs/cgroup$group/cpu.stat"
		fi
	}
	before=$(counter) seconds=$(date +%s%N)
	cpu=$(k top --json -n 1 -d 2s | jq '.rows[] | select(.name == "one") | .cpu')
	after=$(counter) seconds=$(($(date +%s%N) - seconds))
	# of the same two seconds and a little more
	awk -v a="$cpu" -v b="$(((after - before) * 1000 / seconds))" \
		'BEGIN { d = a - b / 1000; exit !(d < 0.2 && d > -0.2) }'
}

@test "rows are sorted, filtered and shown as a tree" {
	needs root
	k run -d --name small "$ROOT" sleep 100
	k run -d --name large "$ROOT" sh -c 'x=$(head -c 8000000 /dev/zero | tr "\0" x); sleep 100'
	bigger() { [ "$(k top -b -n 1 --sort memory kist | awk 'NR == 2 { print $1 }')" = large ]; }
	eventually bigger
	run -0 k top -b -n 1 --sort name small
	[ "${#lines[@]}" = 2 ]
	[[ ${lines[0]} == NAME*CPU%*MEM*PIDS* ]]
	[[ ${lines[1]} == small* ]]
	run -0 k top -b -n 1 --by cgroup --tree
	[[ ${lines[1]} == "/ "* ]]
	[[ $output == *"
  "* ]]
	run -0 k top -b -n 1 --filter nothinglikethis
	[ "${#lines[@]}" = 1 ]
}

@test "namespaces of a kind are rows too" {
	needs root
	"$KIST" unshare -n sleep 100 3>&- &
	local pid=$! ns
	eventually grep -q sleep "/proc/$pid/comm"
	ns=$(readlink "/proc/$pid/ns/net")
	ns=${ns//[^0-9]/}
	run -0 k top --json -n 1 --by net
	[ "$(jq ".rows[] | select(.namespace == $ns) | .pid" <<<"$output")" = "$pid" ]
	[ "$(jq ".rows[] | select(.namespace == $ns) | .pids" <<<"$output")" = 1 ]
	kill "$pid"
}

@test "a row is paused, resumed and ended by a key" {
	needs root terminal
	k run -d --name one "$ROOT" sh -c 'trap "exit 3" TERM; while :; do sleep .1; done'
	run on_screen '\\one\r' z q
	expect_has "paused 'one'"
	[ "$(row .paused)" = true ]
	run on_screen '\\one\r' z q
	expect_has "resumed 'one'"
	[ "$(row .paused)" = false ]
	run on_screen '\\one\r' k '\r' q
	expect_has "sent TERM to 'one'"
	[ "$(k wait one)" = 3 ]
}

@test "the screen shows help, details and columns that fit; the terminal is as before" {
	needs root terminal
	k run -d --name one "$ROOT" sleep 100
	run script -qec "stty rows 24 cols 60; stty -a >before; { sleep 1; printf '?'; sleep .3; printf x; sleep .3; printf '\\\\one\\r\\r'; sleep .3; printf q; } | cat | '$KIST' --root '$SCRATCH/k' top; stty -a >after" /dev/null </dev/null
	expect_has "are not a terminal"
	cmp before after
	run on_screen '?' x '\\one\r' '\r' x q
	expect_has "sort by CPU"
	expect_has "cgroup"
	expect_has "WAIT%"
}

@test "a narrow terminal shows what matters whole: processor, memory, how to leave" {
	needs root terminal
	local columns
	for columns in 40 60; do
		run on_screen q
		output=$(sed 's/\x1b\[[0-9;?]*[A-Za-z]//g' <<<"$output")
		grep -Eq 'CPU .* of [0-9]+00%  Mem .*[0-9.]+[KMGT]? of [0-9.]+[KMGT]' <<<"$output"
		expect_has "F10 Quit"
	done
}

@test "mistakes are told" {
	run -2 k top --by planet
	expect_has "planet"
	run -2 k top --sort colour
	expect_has "colour"
	run k top </dev/null
	expect_status 2
	expect_has "not a terminal"
	expect_has "kist top -b"
	run -2 k top -b -n -3
	# SCREEN
}

@test "what has no group of its own cannot be paused, and this program never" {
	needs root terminal
	"$KIST" unshare -n sleep 100 3>&- &
	local pid=$!
	eventually grep -q sleep "/proc/$pid/comm"
	run on_screen '\\sleep\r' z q
	# TOP_GROUP
	expect_has "has no control group of its own"
	kill "$pid"
}

@test "an ordinary user sees the own" {
	needs user
	run -0 as_user kist top -b -n 1
	[[ ${lines[0]} == NAME* ]]
}
