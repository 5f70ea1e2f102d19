# SPDX-License-Identifier: Apache-2.0
# watch.bats - kist watch: events as they come

load kist

setup() { start_kist; }
teardown() {
	# shellcheck disable=SC2086 # a list
	[ -z "${busy:-}" ] || kill $busy 2>/dev/null || :
	[ -z "${watcher:-}" ] || kill "$watcher" 2>/dev/null || :
	end_kist
}

# watching OPTION… - begin, with an object a line in the file "events"
watching() {
	"$KIST" --root "$SCRATCH/k" watch --json -t 60s "$@" >events 2>ready 3>&- &
	watcher=$!
	eventually grep -q watching ready
}

# told JQ - some event is like that
told() { jq -se "any(.[]; $1)" events >/dev/null; }

# The last that was told of a namespace: its number may have been another's before.
last_of() {
	jq -se "[.[] | select(.ns == $1 and .type)] | last | .event == \"$2\"" events >/dev/null
}

@test "namespaces are told when they are made and when they are gone, and not while something keeps them" {
	needs root
	watching -e ns
	"$KIST" unshare -u sh -c 'readlink /proc/self/ns/uts >uts; exec sleep 100' 3>&- &
	local pid=$! ns
	eventually grep -q uts uts
	ns=$(tr -dc 0-9 <uts)
	eventually last_of "$ns" ns-new
	exec 7<"/proc/$pid/ns/uts"
	kill "$pid"
	"$KIST" unshare -n true
	eventually told '.event == "ns-gone" and .type == "net"'
	last_of "$ns" ns-new
	exec 7<&-
	eventually last_of "$ns" ns-gone
}

@test "the next user of a namespace's number is another namespace" {
	needs root
	watching -e ns
	local i
	made() { # the I-th is told
		[ "$(grep -c . numbers)" -ge "$i" ]
		[ "$(jq -s --slurpfile of numbers 'map(select(.event == "ns-new" and
			.type == "uts" and ([.ns] | inside($of)))) | length' events)" -ge "$i" ]
	}
	for i in 1 2 3; do
		"$KIST" unshare -u sh -c 'readlink /proc/self/ns/uts | tr -dc 0-9 >>numbers
			echo >>numbers; until [ -e "$0" ]; do sleep .02; done' "$i" 3>&- &
		eventually made
		touch "$i"
		wait $!
	done
}

@test "containers are told: started, paused, resumed, ended, and how their processes end" {
	needs root
	watching -e container,exit
	rm -f "$ROOT/end"
	k run -d --name one "$ROOT" sh -c 'while [ ! -e /end ]; do sleep .1; done; exit 3'
	eventually told '.what == "started" and .container == "one" and .engine == "kist"'
	local group pid
	pid=$(k inspect one | jq .pid)
	group=/kist-$(k inspect one | jq -r .id)
	"$KIST" cg freeze "$group"
	eventually told '.what == "paused" and .container == "one"'
	"$KIST" cg thaw "$group"
	eventually told '.what == "resumed" and .container == "one"'
	k exec one touch /end
	eventually told ".event == \"exit\" and .pid == $pid and .status == 3 and .container == \"one\""
	eventually told '.what == "ended" and .container == "one"'
}

@test "a high status is no signal" {
	needs root
	watching -e exit
	rm -f "$ROOT/end"
	k run -d --name one "$ROOT" sh -c 'while [ ! -e /end ]; do sleep .1; done; exit 137'
	k run -d --name two "$ROOT" sleep 100
	local one two
	one=$(k inspect one | jq .pid)
	two=$(k inspect two | jq .pid)
	k exec one touch /end
	kill -KILL "$two"
	eventually told ".pid == $one and .what == \"exited\" and .status == 137"
	eventually told ".pid == $two and .what == \"killed\" and .status == 137"
}

@test "an OOM kill is told with its container, its process and what it had, however soon it comes" {
	needs root memory
	watching -e oom
	k run -d --name one -m 12m "$ROOT" sh -c 'x=x; while :; do x=$x$x; done'
	eventually told '.event == "oom" and .what == "killed" and .container == "one" and
		.engine == "kist" and .subject == "container one" and .pid > 0'
	told '.detail | test("killed process [0-9]+ \\(sh\\), which had [0-9]+kB")'
}

@test "a limit of processes that is reached is told, however soon it comes" {
	needs root
	watching -e limit
	k run -d --name one --pids-limit 3 "$ROOT" sh -c '
		(sleep 60 & sleep 60 & sleep 60 & sleep 60 &)
		exec sleep 60'
	eventually told '.event == "limit" and .what == "pids.max" and .container == "one" and
		.engine == "kist" and .subject == "container one" and .pid > 0 and
		(.detail | test("limit of processes"))'
}

@test "control groups are told: new, populated, empty, removed; a target limits what is told" {
	needs root
	local group=kist-watch-$$
	watching -e populated "cg:/$group"
	mkdir "/sys/fs/cgroup/pids/$group" 2>/dev/null || mkdir "/sys/fs/cgroup/$group"
	sleep 100 3>&- &
	local pid=$!
	eventually told ".what == \"new\" and .cgroup == \"/$group\""
	"$KIST" cg mv "/$group" "$pid"
	eventually told '.what == "populated"'
	kill "$pid"
	eventually told '.what == "empty"'
	"$KIST" cg rm "/$group"
	eventually told '.what == "removed"'
	[ "$(jq -s "map(select(.cgroup != \"/$group\")) | length" events)" = 0 ]
}

@test "pressure is told when the threshold is passed, once" {
	[ -r /proc/pressure/cpu ] || needs pressure
	watching --pressure cpu=5%
	local i
	busy=
	for i in 1 2 3 4 5 6 7 8; do
		sh -c 'while :; do :; done' 3>&- &
		busy="$busy $!"
	done
	eventually told '.event == "pressure" and .what == "cpu" and .value >= 0.05'
	kill $busy
	busy=
	[ "$(jq -s length events)" = 1 ]
}

@test "a hook gets the event in its environment, one after the other" {
	needs root
	"$KIST" watch -q -t 60s -e ns-new --exec \
		'echo "$KIST_EVENT_EVENT $KIST_EVENT_TYPE $KIST_EVENT_NS $1 by $KIST_EVENT_PID" >>told' 3>&- &
	watcher=$!
	until [ -s told ]; do
		kill -0 "$watcher"
		"$KIST" unshare -u sleep .3
	done
	"$KIST" unshare -u sh -c 'readlink /proc/self/ns/uts >uts; exec sleep 100' 3>&- &
	local pid=$! ns
	eventually grep -q uts uts
	ns=$(tr -dc 0-9 <uts)
	eventually grep -q "^ns-new uts $ns uts:\[$ns\] by [0-9]" told
	kill "$pid"
}

@test "after as many events as were asked for it ends" {
	needs root
	"$KIST" watch -n 2 -e ns-new >lines 2>ready 3>&- &
	watcher=$!
	eventually grep -q watching ready
	"$KIST" unshare -uin sleep 1
	gone() { ! kill -0 "$watcher" 2>/dev/null; }
	eventually gone
	[ "$(wc -l <lines)" = 2 ]
}

@test "lines for people name time, event and subject" {
	needs root
	"$KIST" watch -t 60s -e ns-new >lines 2>ready 3>&- &
	watcher=$!
	eventually grep -q "watching the machine" ready
	"$KIST" unshare -u sleep 1
	eventually test -s lines
	eventually grep -Eq '^[0-9:]{8} ns-new +new +uts:\[[0-9]+\]  by process [0-9]+ \(' lines
}

@test "an ordinary user sees the own, and mistakes are told" {
	needs user
	run -0 as_user kist watch -t 1s
	run -2 k watch -e nonsense
	expect_has "there is no kind 'nonsense'"
	run -2 k watch -e contianer
	expect_has "did you mean 'container'?"
	run -2 k watch --pressure cpu=200%
	# WATCH_PRESSURE
	expect_has "'cpu=200%' is not a threshold of pressure"
	run -2 k watch --pressure disk=20%
	run -2 k watch --pressure memory=2s/1s
	run k watch nosuchthing
	[ "$status" = 125 ]
	expect_has nosuchthing
}
