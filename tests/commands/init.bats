# SPDX-License-Identifier: Apache-2.0
# init.bats - kist init, and kist by the names of tini, dumb-init, catatonit

bats_require_minimum_version 1.5.0
load kist

setup() {
	start_kist
	mkdir names
	"$KIST" -q compat names tini dumb-init catatonit
}

teardown() { end_kist; }

# in_pidns CMD… - as process 1 of a pid namespace, with its own /proc
in_pidns() {
	unshare -r -fp --kill-child --mount-proc "$@"
}

# Until file $1 has something in it.
wait_for_file() {
	local i
	for ((i = 0; i < 500; i++)); do
		[ ! -s "$1" ] || return 0
		sleep 0.02
	done
	echo "$1 stayed empty"
	return 1
}

# Background process $2 ends with status $1.
ends_with() {
	local status=0
	wait "$2" || status=$?
	[ $status = "$1" ] || { echo "status $status, not $1"; return 1; }
}

# Until process $1 is gone.
wait_gone() {
	local i
	for ((i = 0; i < 500; i++)); do
		kill -0 "$1" 2>/dev/null || return 0
		sleep 0.02
	done
	echo "process $1 is still there"
	return 1
}

@test "it keeps its process id, and exits as the command did" {
	run -7 "$KIST" init sh -c 'exit 7'
	run -143 "$KIST" init sh -c 'kill -TERM $$'
	run -0 sh -c 'echo $$; exec "$1" init sh -c "echo \$PPID"' sh "$KIST"
	[ "${lines[0]}" = "${lines[1]}" ]
	run -0 "$KIST" init sh -c 'cat /proc/$PPID/comm'
	expect_output kist-init
}

@test "a status can be made to count as success" {
	run -0 "$KIST" init -e 143 -e 7 sh -c 'kill -TERM $$'
	run -0 "$KIST" init -e 143 -e 7 sh -c 'exit 7'
	run -8 "$KIST" init -e 143 -e 7 sh -c 'exit 8'
}

@test "what cannot be executed is said, with the shell's statuses" {
	run -127 "$KIST" init no-such-program
	expect_has "'no-such-program' is not in PATH, or not there"
	run -126 "$KIST" init /etc/passwd
	expect_has "execute '/etc/passwd': Permission denied (EACCES)"
	printf '#!/no/interpreter\n' >script
	chmod +x script
	run -127 "$KIST" init ./script
	expect_has "run './script': its interpreter is missing"
	run -2 "$KIST" init
	expect_has "a command, or --pause, is needed"
	run -2 "$KIST" init --pause true
	expect_has "--pause and a command do not go together"
	run -2 "$KIST" init -r TERM true
	expect_has "--rewrite 'TERM': write FROM:TO"
	run -2 "$KIST" init -r TREM:INT true
	expect_has "--rewrite 'TREM:INT': unknown signal 'TREM'"
	run -2 "$KIST" init -e 256 true
	expect_has "256 is not an exit status"
}

@test "orphans are reaped, as process 1 and elsewhere" {
	run -0 "$KIST" init -w sh -c '(sh -c : &); sleep 0.5'
	expect_has "kist-init: reaped process "
	run -0 in_pidns "$KIST" init sh -c \
		'(sh -c : &); sleep 0.5; grep -l "^State:.Z" /proc/[0-9]*/status || echo none'
	expect_output none
}

@test "signals reach the command, rewritten or not at all" {
	"$KIST" init -r USR1:TERM -r USR2:0 sh -c \
		'trap "echo term >>got; exit 5" TERM; trap "echo usr2 >>got" USR2
		echo $$ >pid; while :; do sleep 0.02; done' 3>&- &
	local init=$!
	wait_for_file pid
	kill -USR2 $init
	kill -USR1 $init
	ends_with 5 $init
	run -0 cat got
	expect_output term
}

@test "with a group, all of it is signalled" {
	"$KIST" init -g sh -c 'sleep 300 & echo $! >pid; wait; exit 3' 3>&- &
	local init=$!
	wait_for_file pid
	kill -TERM $init
	ends_with 143 $init
	wait_gone "$(cat pid)"
}

@test "after the command, stragglers are asked to go, then killed" {
	run -3 "$KIST" init --grace 10s sh -c \
		'sleep 300 & echo $! >asked; exit 3'
	wait_gone "$(cat asked)"
	run -4 "$KIST" init --grace 200ms sh -c \
		'sh -c "trap : TERM; echo \$\$ >stubborn; while :; do sleep 0.05; done" &
		while [ ! -s stubborn ]; do sleep 0.02; done; exit 4'
	wait_gone "$(cat stubborn)"
	run -6 in_pidns "$KIST" init --grace 200ms sh -c \
		'setsid sh -c "trap \"echo asked >last\" TERM; echo >ready; while :; do sleep 0.05; done" &
		while [ ! -s ready ]; do sleep 0.02; done; exit 6'
	run -0 cat last
	expect_output asked
}

@test "its parent's death reaches it" {
	sh -c '"$1" init -p TERM sh -c "echo \$\$ >pid; sleep 300" 3>&- &
		while [ ! -s pid ]; do sleep 0.02; done; kill -KILL $$' sh "$KIST" || :
	wait_gone "$(cat pid)"
}

@test "pause waits for TERM or INT, and reaps meanwhile" {
	for signal in TERM INT; do
		"$KIST" init --pause 3>&- &
		local init=$!
		until grep -q kist-init /proc/$init/comm; do sleep 0.02; done
		kill -USR1 $init
		kill -$signal $init
		ends_with 0 $init
	done
}

@test "as process 1, TERM ends a command that has no handler" {
	# not by the function: $! is to be unshare, and its child the init
	unshare -r -fp --kill-child --mount-proc "$KIST" init \
		sh -c 'echo >ready; sleep 300' 3>&- &
	local outer=$! inner
	wait_for_file ready
	inner=$(pgrep -x -P $outer kist-init)
	kill -TERM "$inner"
	ends_with 143 $outer
}

@test "a container's init and this one are the same program" {
	needs root
	run -0 k run --rm --init "$ROOT" cat /proc/1/comm
	expect_output kist-init
}

# --- drop-in names ------------------------------------------------------------

# The same words to both: standard output, error (process ids apart), status.
same() {
	local name=$1 real=$2 theirs ours
	shift 2
	theirs=$("$real" "$@" 2>&1 </dev/null; echo "status $?")
	ours=$("$PWD/names/$name" "$@" 2>&1 </dev/null; echo "status $?")
	theirs=$(sed "s/[(:][0-9]*)/(PID)/; s|$real|$name|g" <<<"$theirs")
	ours=$(sed "s/[(:][0-9]*)/(PID)/; s|$PWD/names/$name|$name|g" <<<"$ours")
	[ "$theirs" = "$ours" ] || {
		echo "$name $*"
		diff <(echo "$theirs") <(echo "$ours")
		return 1
	}
}

@test "as tini it does what tini does" {
	local real
	real=$(command -v tini) || skip "tini is not here"
	export TINI_SUBREAPER=
	same tini "$real" -- sh -c 'exit 3'
	same tini "$real" -e 3 -- sh -c 'exit 3'
	same tini "$real" -g -- sh -c 'kill -KILL $$'
	same tini "$real" -p SIGKILL -- true
	same tini "$real" /no/such
	same tini "$real" /etc/passwd
	same tini "$real" -e 300 true
	same tini "$real" -p SIGFOO true
	run -1 names/tini
	run -0 names/tini -h
	run -0 names/tini --version
}

@test "as dumb-init it does what dumb-init does" {
	local real
	real=$(command -v dumb-init) || skip "dumb-init is not here"
	same dumb-init "$real" sh -c 'exit 3'
	same dumb-init "$real" sh -c 'kill -KILL $$'
	same dumb-init "$real" sh -c 'ps -o sid= -p $$ | tr -d " " | grep -qx $$'
	same dumb-init "$real" -c sh -c 'ps -o sid= -p $$ | tr -d " " | grep -qx $$'
	same dumb-init "$real" /no/such
	same dumb-init "$real" /etc/passwd
	same dumb-init "$real" -r 15:99 true
	same dumb-init "$real" -r x true
	run -1 names/dumb-init
	run -0 names/dumb-init --version
}

@test "as dumb-init it ends the command's session with it" {
	run -0 names/dumb-init sh -c 'sleep 300 & echo $! >pid'
	wait_gone "$(cat pid)"
}

@test "as catatonit it does what catatonit does" {
	local real
	real=$(command -v catatonit) || skip "catatonit is not here"
	same catatonit "$real" -- sh -c 'exit 3'
	same catatonit "$real" -g -- sh -c 'exit 3'
	same catatonit "$real" /no/such
	same catatonit "$real" /etc/passwd
	run -1 names/catatonit
	run -0 names/catatonit -V
}

@test "links are made, kept, listed and taken away" {
	run -0 "$KIST" compat
	expect_has "tini"
	mkdir links
	run -0 "$KIST" compat --json
	[ "$(jq -r '.[]' <<<"$output")" = "$("$KIST" compat)" ]
	run -2 "$KIST" compat --json links
	run -0 "$KIST" compat --dry-run links tini
	expect_output "ln -s $KIST links/tini"
	[ ! -e links/tini ]
	sh -c "$output"
	run -0 "$KIST" compat links tini catatonit
	expect_output "ln -s $KIST links/catatonit"
	echo mine >links/dumb-init
	run -125 "$KIST" compat links dumb-init
	expect_has "make the link 'links/dumb-init': File exists (EEXIST)"
	[ "$(cat links/dumb-init)" = mine ]
	# none is made if one cannot be
	run -125 "$KIST" compat links
	[ "$(ls links)" = "catatonit
dumb-init
tini" ]
	run -0 "$KIST" compat --remove links
	[ "$(ls links)" = dumb-init ]
	# quiet before the verb or behind it; other global options stay before
	run -0 "$KIST" compat -q links tini
	expect_output ""
	run -0 "$KIST" compat --remove --quiet links
	expect_output ""
	run -2 "$KIST" compat --root x links
	expect_has "unknown option '--root'"
	run -2 "$KIST" compat links tiny
	expect_has "'tiny' is no name kist goes by"
	expect_has "did you mean 'tini'?"
	run -125 "$KIST" compat nowhere
	expect_has "make it first: mkdir -p 'nowhere'"
}
