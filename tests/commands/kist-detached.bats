# SPDX-License-Identifier: Apache-2.0
# kist-detached.bats - kist run -d, and ps, logs, stop, kill, wait, rm, inspect

load kist

setup() { start_kist; }
teardown() { end_kist; }

@test "run -d prints the id and returns; wait gives the exit status" {
	needs root
	run -0 k run -d --name one "$ROOT" sh -c 'sleep 0.2; exit 6'
	[[ $output =~ ^[0-9a-f]{64}$ ]]
	run -0 k wait one
	expect_output 6
	run -0 k wait one
	expect_output 6
	k rm one
	nothing_left
}

@test "a container is known by its name, its id, and the start of its id" {
	needs root
	local id
	id=$(k run -d --name one "$ROOT" sleep 100)
	run -0 k exec "$id" echo a
	run -0 k exec "${id:0:5}" echo b
	expect_output b
	run -125 k exec "${id:0:5}x" echo c
	expect_has "there is no container"
	k rm -f "${id:0:12}"
	nothing_left
}

@test "more than one container with that start of an id is said" {
	needs root
	local i
	for i in {1..17}; do
		k run "$ROOT" true
	done
	local twice
	twice=$(k ps -aq | cut -c1 | sort | uniq -d | head -1)
	run -125 k rm "$twice"
	expect_has "more than one container's id begins with '$twice'"
	k ps -aq | xargs "$KIST" --root "$SCRATCH/k" rm >/dev/null
	nothing_left
}

@test "logs keeps both streams, lines without an end, and times" {
	needs root
	k run -d --name one "$ROOT" sh -c 'echo out; echo err >&2; sleep 0.1; printf part'
	k wait one
	run -0 --separate-stderr k logs one
	[ "$output" = $'out\npart' ]
	[ "$stderr" = err ]
	run -0 --separate-stderr k logs -t one
	[[ ${lines[0]} =~ ^20[0-9-]{8}T[0-9:]{8}\.[0-9]{9}Z\ out$ ]]
	grep -Eq '^[^ ]+ stdout F out$' "$SCRATCH"/k/data/containers/*/log
}

@test "logs -n, --since and -f" {
	needs root
	k run -d --name one "$ROOT" sh -c 'for i in 1 2 3 4 5; do echo $i; done; sleep 0.5; echo 6'
	sleep 0.2
	run -0 k logs -n 2 one
	expect_output $'4\n5'
	run -0 timeout 10 "$KIST" --root "$SCRATCH/k" logs -f -n 1 one
	expect_output $'5\n6'
	run -0 k logs --since 1h -n 0 one
	expect_output ""
	run -0 k logs --since 2099-01-01T00:00:00Z one
	expect_output ""
	run -2 k logs --since yesterday one
}

@test "a container of the foreground has no log" {
	needs root
	k run --name one "$ROOT" true
	run -125 k logs one
	expect_has "container 'one' has no log" # LOG_NONE
	expect_has "hint: only what runs detached"
}

@test "stop: the stop signal, then a kill" {
	needs root
	k run -d --name polite "$ROOT" sh -c 'trap "exit 4" TERM; while :; do sleep 0.05; done'
	k run -d --name deaf "$ROOT" sleep 1000
	k run -d --name usr --stop-signal USR1 "$ROOT" sh -c 'trap "exit 5" USR1; while :; do sleep 0.05; done'
	sleep 0.2
	run -0 k stop polite
	expect_output polite
	run -0 k wait polite
	expect_output 4
	run -0 k stop -t 0.3 deaf
	run -0 k wait deaf
	expect_output 137
	run -0 k stop usr
	run -0 k wait usr
	expect_output 5
	# one that has ended is no error; one that never was is
	run -0 k stop polite
	run -125 k stop nosuch polite
	k rm polite deaf usr
	nothing_left
}

@test "kill sends a signal" {
	needs root
	k run -d --name one "$ROOT" sh -c 'trap "echo got" HUP; while :; do sleep 0.05; done'
	sleep 0.2
	run -0 k kill -s HUP one
	eventually sh -c "'$KIST' --root '$SCRATCH/k' logs one | grep -q got"
	run -0 k kill one
	run -0 k wait one
	expect_output 137
	run -125 k kill one
	expect_has "container 'one' is not running" # CONTAINER_ENDED
}

@test "rm refuses a running container without -f" {
	needs root
	k run -d --name one "$ROOT" sleep 100
	run -125 k rm one
	expect_has "container 'one' is running" # CONTAINER_RUNNING
	expect_has "kist rm -f one"
	run -0 k rm -f one
	run -125 k rm one
	run -0 k rm -f one
	nothing_left
}

@test "the lines of a dry run of rm remove the same" {
	run -0 k run -d --name one "$ROOT" sleep 1000
	k run -d --name two "$ROOT" true
	run -0 k wait two
	run -125 k rm --dry-run one
	expect_has "container 'one' is running"
	run -0 k rm --dry-run two
	[[ $output != *kill* ]]
	run -0 k rm -f --dry-run one two
	expect_has "kill -KILL"
	run -0 k ps -q
	[ ${#lines[@]} = 1 ]
	k rm -f --dry-run one two >"$SCRATCH/lines"
	sh -e "$SCRATCH/lines"
	run -0 k ps -aq
	expect_output ""
	[ -z "$(find "$SCRATCH/k/data/names" "$SCRATCH/k/data/containers" \
		-mindepth 1)" ]
	run -125 k rm one
}

@test "--rm of a detached container forgets it at its end" {
	needs root
	k run -d --rm --name one "$ROOT" sleep 0.2
	run -0 k wait one
	expect_output 0
	eventually nothing_left
}

@test "what fails to start detached is said, and leaves nothing" {
	needs root
	run -127 k run -d "$ROOT" nosuchcommand
	expect_has "is not in PATH"
	nothing_left
}

@test "ps as a table, ids, JSON" {
	needs root
	k run -d --name one "$ROOT" sleep 100
	k run --name two "$ROOT" true
	run -0 k ps
	[ "${#lines[@]}" = 2 ]
	expect_has running
	run -0 k ps -aq
	[ "${#lines[@]}" = 2 ]
	run -0 bash -c "'$KIST' --root '$SCRATCH/k' ps -a --json | jq -r '.[] | .name + \" \" + .status'"
	expect_output $'two exited\none running'
	run -0 k ps --no-trunc
	[[ ${lines[1]} =~ ^[0-9a-f]{64} ]]
}

@test "inspect prints all that is known, as JSON" {
	needs root
	k run -d --name one -l color=blue "$ROOT" sleep 100
	run -0 bash -c "'$KIST' --root '$SCRATCH/k' inspect one |
		jq -r '.name, .status, .labels.color, .config.process.args[0], .command[1]'"
	expect_output $'one\nrunning\nblue\nsleep\n100'
}

@test "exec gets what the container's command has" {
	needs root
	k run -d --name one -e A=1 -u app -w /tmp --cap-drop ALL "$ROOT" sleep 100
	run -0 k exec one sh -c 'id -u; echo $A; pwd; grep CapBnd /proc/self/status; grep Seccomp: /proc/self/status'
	expect_output $'1000\n1\n/tmp\nCapBnd:\t0000000000000000\nSeccomp:\t2'
	run -0 k exec -u root -w / -e A=2 -e B=3 one sh -c 'id -u; echo $A $B; pwd; echo $HOME'
	expect_output $'0\n2 3\n/\n/root'
	run -8 k exec one sh -c 'exit 8'
	run -127 k exec one nosuch
	run -126 k exec one /etc/passwd
	run -0 bash -c "echo x | '$KIST' --root '$SCRATCH/k' exec -i one cat"
	expect_output x
	run -0 k exec -d one sh -c 'echo y >/tmp/by-exec'
	eventually test -e "$ROOT/tmp/by-exec"
	rm -f "$ROOT/tmp/by-exec"
	run -0 k exec --privileged -u 0 one sh -c 'grep Seccomp: /proc/self/status'
	expect_output $'Seccomp:\t0'
	run -125 k exec nosuch true
	k stop -t 0 one
	run -125 k exec one true
	expect_has "is not running"
}

@test "-d -i keeps standard input open, -d alone is its end" {
	needs root
	k run -d --name open -i "$ROOT" cat
	k run -d --name closed "$ROOT" cat
	run -0 k wait closed
	expect_output 0
	run -0 k ps
	expect_has open
}

@test "the supervisor is small, has no terminal, and holds no fd of ours" {
	needs root
	k run -d --name one "$ROOT" sleep 100
	local pid dirty
	pid=$(pgrep -f "^$KIST --root $SCRATCH/k run -d --name one")
	grep -qa __asan_init "$KIST" && skip "a sanitizer's build is not small"
	# what was written just now counts as dirty
	sync "$KIST"
	dirty=$(awk '/^Private_Dirty/ { print $2 }' "/proc/$pid/smaps_rollup")
	echo "private: $dirty KiB"
	[ "$dirty" -lt 512 ]
	[ "$(awk '{ print $7 }' "/proc/$pid/stat")" = 0 ]
	[ "$(readlink "/proc/$pid/cwd")" = / ]
	run find "/proc/$pid/fd" -lname "*bats*"
	expect_output ""
}

@test "a container whose supervisor was killed can be seen and removed" {
	needs root
	k run -d --name one "$ROOT" sleep 100
	kill -9 "$(pgrep -f "^$KIST --root $SCRATCH/k run -d --name one")"
	run -0 k ps
	expect_has running
	run -0 k stop -t 0 one
	run -0 k wait one
	expect_output -1
	run -0 k rm one
	nothing_left
}

@test "two containers cannot have one name, even at once" {
	needs root
	local i pids=()
	for i in 1 2 3 4; do
		k run -d --name same "$ROOT" sleep 100 >"out$i" 2>&1 3>&- &
		pids+=($!)
	done
	wait "${pids[@]}" || :
	[ "$(cat out* | grep -c '^[0-9a-f]\{64\}$')" = 1 ]
	[ "$(k ps -q | wc -l)" = 1 ]
}

@test "wait ends at once however early the process has ended" {
	needs root
	local turn
	for turn in {1..20}; do
		run -0 k run -d --name "quick$turn" "$ROOT" true
		run timeout 10 "$KIST" --root "$SCRATCH/k" wait "quick$turn"
		expect_status 0
		expect_output 0
		k rm "quick$turn"
	done
	nothing_left
}

@test "exec into what is just ending says that it does not run" {
	needs root
	local i
	for i in 1 2 3 4 5; do
		k run -d --name one "$ROOT" sleep 100
		k kill one
		run -125 k exec one true
		expect_has "kist: container 'one' is not running"
		k rm -f one
	done
}

@test "what a kist that was killed at any moment left can be removed" {
	needs root
	local i
	for i in 1 2 3 4 5 6 7 8; do
		"$KIST" --root "$SCRATCH/k" run --name "n$i" "$ROOT" sleep 100 \
			>/dev/null 2>&1 3>&- &
		sleep "0.00$i"
		kill -9 $! 2>/dev/null
		wait $! || :
	done
	for i in 1 2 3 4 5 6 7 8; do
		run k rm -f "n$i"
	done
	k ps -aq | xargs -r "$KIST" --root "$SCRATCH/k" rm -f
	[ -z "$(ls -A "$SCRATCH/k/data/names")" ]
	[ -z "$(ls -A "$SCRATCH/k/data/containers")" ] || {
		ls -lR "$SCRATCH/k/data/containers"
		return 1
	}
}
