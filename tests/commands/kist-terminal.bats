# SPDX-License-Identifier: Apache-2.0
# kist-terminal.bats - kist run -t and kist exec -t: terminals

load kist

setup() { start_kist; }
teardown() { end_kist; }

# on_terminal COMMAND - run it on a terminal of 33 rows and 77 columns
on_terminal() {
	script -qec "stty rows 33 cols 77; $1" /dev/null </dev/null | tr -d '\r'
}

@test "-t is a terminal of the container's own, with our size" {
	needs root terminal
	run -0 on_terminal "'$KIST' --root '$SCRATCH/k' run --rm -it '$ROOT' sh -c 'tty; stty size; test -t 1 && echo yes'"
	expect_has /dev/pts/0
	expect_has "33 77"
	expect_has yes
	nothing_left
}

@test "on a terminal the container has one by itself; not with -i alone" {
	needs root terminal
	run -0 on_terminal "'$KIST' --root '$SCRATCH/k' run --rm '$ROOT' tty"
	expect_has /dev/pts/0
	run on_terminal "'$KIST' --root '$SCRATCH/k' run --rm -i '$ROOT' sh -c 'tty </dev/null'"
	expect_has "not a tty"
	run -0 k run --rm "$ROOT" sh -c 'test -t 1 || echo none'
	expect_output none
}

@test "the exit status comes through, and the terminal is as before" {
	needs root terminal
	run on_terminal "stty -a >before; '$KIST' --root '$SCRATCH/k' run --rm -t '$ROOT' sh -c 'stty -echo raw; exit 5'; echo status \$?; stty -a >after"
	expect_has "status 5"
	cmp before after
}

@test "the shell inside has job control" {
	needs root terminal
	run -0 on_terminal "'$KIST' --root '$SCRATCH/k' run --rm -it '$ROOT' sh -c 'set -m; sleep 5 & jobs; kill %1; ps -o pid,tty | head -3'"
	expect_has "[1]"
	expect_lacks "job control turned off"
}

@test "exec -t has a terminal too" {
	needs root terminal
	k run -d --name one "$ROOT" sleep 100
	run -0 on_terminal "'$KIST' --root '$SCRATCH/k' exec -it one sh -c 'tty; stty size'"
	expect_has /dev/pts/0
	expect_has "33 77"
}

@test "-d -t: what the terminal shows goes to the log" {
	needs root
	k run -d -t --name one "$ROOT" sh -c 'test -t 1 && echo yes'
	k wait one
	run -0 k logs one
	expect_output $'yes\r'
}

@test "-t without a terminal of ours works on pipes" {
	needs root
	run -0 bash -c "echo typed | '$KIST' --root '$SCRATCH/k' run --rm -t '$ROOT' sh -c 'read x; echo got \$x'"
	expect_has "got typed"
}

# typed KEY COMMAND - type it once the command has made the file "on"
typed() {
	rm -f on
	{
		eventually [ -e on ]
		printf "$1"
		eventually [ -e off ]
	} | script -qec "trap : INT; $2; touch off" /dev/null | tr -d '\r'
	rm off
}

@test "Ctrl-C ends what unshare and enter run, process 1 too" {
	needs root terminal
	local begin="sh -c 'touch \"$SCRATCH/on\"; exec sleep 60'" verb
	"$KIST" unshare -nu sleep 60 3>&- &
	local target=$!
	eventually grep -q sleep "/proc/$target/comm"
	for verb in "unshare -u" "unshare -T" "unshare -p" "enter $target"; do
		run -0 typed '\003' "'$KIST' $verb $begin; echo status \$?"
		expect_has "status 130"
	done
	kill "$target"
}

@test "Ctrl-Z stops what enter runs, and it goes on" {
	needs root terminal
	local begin="sh -c 'touch \"$SCRATCH/on\"; exec sleep 60'"
	"$KIST" unshare -nu sleep 60 3>&- &
	local target=$!
	eventually grep -q sleep "/proc/$target/comm"
	cat >script <<-END
		set -m
		"$KIST" enter $target $begin
		echo status \$?
		kill -TERM %1
		fg %1
		echo status \$?
	END
	run -0 typed '\032' "bash script"
	[[ $output == *"status 14"[78]* ]]
	expect_has "status 143"
	kill "$target"
}
