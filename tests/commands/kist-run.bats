# SPDX-License-Identifier: Apache-2.0
# kist-run.bats - kist run in the foreground: the command and what it gets

load kist

setup() { start_kist; }
teardown() { end_kist; }

@test "a command runs, prints, and nothing is left with --rm" {
	needs root
	run -0 k run --rm "$ROOT" echo hello world
	expect_output "hello world"
	nothing_left
}

@test "the exit status is the command's, or 128 and the signal" {
	needs root
	run -7 k run --rm "$ROOT" sh -c 'exit 7'
	run -0 k run --rm "$ROOT" true
	run -137 k run --rm --init "$ROOT" sh -c 'kill -9 $$'
}

@test "what is not there or not executable is 127 or 126" {
	needs root
	run -127 k run --rm "$ROOT" nosuchcommand
	expect_has "'nosuchcommand' is not in PATH, or not there"
	expect_lacks config.json
	run -126 k run --rm "$ROOT" /etc/passwd
	run -126 k run --rm "$ROOT" /etc
	nothing_left
}

@test "without --rm a container is kept until it is removed" {
	needs root
	run -3 k run --name kept "$ROOT" sh -c 'exit 3'
	run -0 k ps
	expect_lacks kept
	run -0 k ps -a
	expect_has 'exited (3)'
	run -125 k run --name kept "$ROOT" true
	expect_has "there is a container named 'kept'"
	expect_has 'kist rm -f kept'
	run -0 k rm kept
	nothing_left
}

@test "it has namespaces of its own, of every kind but user" {
	needs root
	local kind
	for kind in cgroup ipc mnt net pid time uts; do
		run -0 k run --rm "$ROOT" readlink /proc/self/ns/$kind
		[ "$output" != "$(readlink /proc/self/ns/$kind)" ]
	done
	run -0 k run --rm "$ROOT" readlink /proc/self/ns/user
	expect_output "$(readlink /proc/self/ns/user)"
}

@test "it is process 1, sees only itself, and has a lone loopback that is up" {
	needs root
	run -0 k run --rm "$ROOT" sh -c 'echo $$; ls -d /proc/[0-9]* | grep -c .'
	[ "${lines[0]}" = 1 ]
	[ "${lines[1]}" -le 3 ] # the shell, ls, grep
	run -0 k run --rm "$ROOT" sh -c 'ls /sys/class/net; cat /sys/class/net/lo/flags'
	expect_output $'lo\n0x9'
}

@test "standard input is passed on" {
	needs root
	run -0 bash -c "echo typed | '$KIST' --root '$SCRATCH/k' run --rm '$ROOT' cat"
	expect_output typed
}

@test "standard error is standard error" {
	needs root
	run -0 --separate-stderr k run --rm "$ROOT" sh -c 'echo out; echo err >&2'
	[ "$output" = out ]
	[ "$stderr" = err ]
}

@test "the environment is its own, with -e, --env-file and the image's home" {
	needs root
	printf '%s\n' '# a comment' FROM_FILE=1 OVER=file OURS >"$SCRATCH/env"
	OURS=ours FOO_A=a FOO_B=b run -0 k run --rm -e OVER=option -e 'FOO_*' \
		--env-file "$SCRATCH/env" -h box "$ROOT" env
	expect_has FROM_FILE=1
	expect_has OVER=option
	expect_has OURS=ours
	expect_has FOO_A=a
	expect_has FOO_B=b
	expect_has HOSTNAME=box
	expect_has HOME=/root
	expect_has container=kist
	expect_lacks BATS
	echo '=x' >"$SCRATCH/env"
	run -2 k run --rm --env-file "$SCRATCH/env" "$ROOT" env
	expect_has "$SCRATCH/env:1"
}

@test "users and groups are looked up inside the image" {
	needs root
	run -0 k run --rm -u app "$ROOT" sh -c 'id -u; id -g; id -G; echo $HOME'
	expect_output $'1000\n1000\n1000 44\n/home/app'
	run -0 k run --rm -u app:video "$ROOT" sh -c 'id -u; id -g'
	expect_output $'1000\n44'
	run -0 k run --rm -u 4000:5000 "$ROOT" sh -c 'id -u; id -g'
	expect_output $'4000\n5000'
	run -125 k run --rm -u nobody-there "$ROOT" id
	expect_has "--user nobody-there: no user 'nobody-there'"
}

@test "the working directory is made if it is not there" {
	needs root
	run -0 k run --rm -w /tmp "$ROOT" pwd
	expect_output /tmp
	run -0 k run --rm --tmpfs /x -w /x/made "$ROOT" pwd
	expect_output /x/made
	run -2 k run --rm -w relative "$ROOT" pwd
}

@test "host name and domain name" {
	needs root
	run -0 k run --rm --hostname blue --domainname example.org "$ROOT" sh -c \
		'hostname; cat /proc/sys/kernel/domainname; cat /etc/hostname; grep -c blue /etc/hosts'
	expect_output $'blue\nexample.org\nblue\n1'
	run -0 k run --rm --name x "$ROOT" hostname
	[[ $output =~ ^[0-9a-f]{12}$ ]]
}

@test "--entrypoint is put before the command; no command is a shell" {
	needs root
	run -0 k run --rm --entrypoint echo "$ROOT" a b
	expect_output 'a b'
	run -0 bash -c "echo 'echo in a shell' | '$KIST' --root '$SCRATCH/k' run --rm '$ROOT'"
	expect_output 'in a shell'
}

@test "--ulimit sets a limit, soft and hard" {
	needs root
	run -0 k run --rm --ulimit nofile=100:200 --ulimit core=0 "$ROOT" \
		sh -c 'ulimit -Sn; ulimit -Hn; ulimit -c'
	expect_output $'100\n200\n0'
	run -2 k run --rm --ulimit nofile=200:100 "$ROOT" true
	expect_has 'the soft limit is above the hard one'
	run -2 k run --rm --ulimit nofile=1 --ulimit nofile=2 "$ROOT" true
	expect_has 'given before'
}

@test "--init is process 1, reaps, and the command is its child" {
	needs root
	run -5 k run --rm --init "$ROOT" sh -c 'echo $PPID; exit 5'
	expect_output 1
}

@test "--cidfile and --pidfile are written; an old cidfile is kept" {
	needs root
	run -0 k run -d --name one --cidfile "$SCRATCH/cid" \
		--pidfile "$SCRATCH/pid" "$ROOT" sleep 100
	expect_output "$(cat "$SCRATCH/cid")"
	[ "$(k inspect one | jq .pid)" = "$(cat "$SCRATCH/pid")" ]
	run -125 k run --rm --cidfile "$SCRATCH/cid" "$ROOT" true
	expect_has "--cidfile '$SCRATCH/cid'" # FILE_EXISTS
	k rm -f one
	nothing_left
	run -127 k run --rm --cidfile "$SCRATCH/cid2" "$ROOT" nosuch
	[ ! -e "$SCRATCH/cid2" ]
}

@test "signals are passed on to the command" {
	needs root
	# A shell function in the background would be another process.
	"$KIST" --root "$SCRATCH/k" run --name one "$ROOT" sh -c \
		'trap "exit 9" TERM; echo up >/tmp/up; while :; do sleep 0.05; done' \
		>/dev/null 3>&- &
	local pid=$!
	eventually test -e "$ROOT/tmp/up"
	kill -TERM $pid
	wait $pid || status=$?
	expect_status 9
	rm -f "$ROOT/tmp/up"
}

@test "--dry-run prints the plan and makes nothing" {
	needs root
	run -0 k run --dry-run --name dry -v "$SCRATCH:/data:ro" "$ROOT" true
	expect_has "mount"
	expect_has "/data"
	nothing_left
}

@test "a name begins with a letter or a digit" {
	needs root
	run -2 k run --name .x "$ROOT" true
	expect_has "--name: '.x' is not a name"
	nothing_left
}
