# SPDX-License-Identifier: Apache-2.0
# why-process.bats - refused for another process, clocks, settings, ids of others
#
# Every case is provoked for real; the remedy is applied, and works.

load helpers
load why
setup() { start_test; }
teardown() { end_test; }

ordinary() { setpriv --reuid "$TEST_USER" --regid "$TEST_USER" --clear-groups "$@"; }
by=(setpriv --reuid "$TEST_USER" --regid "$TEST_USER" --clear-groups)

@test "the namespaces of another user's process, and of one that is not dumpable" {
	needs root user
	sleep 300 3>&- &
	held=$!
	because PROCESS_OTHER_USER "Uid 0, and process" "${by[@]}" cat "/proc/$held/environ"
	because PROCESS_OTHER_USER "be root" "${by[@]}" nsenter -t "$held" -n true
	# the same words from a verb
	as_user true
	run -125 ordinary "$SCRATCH/home/bin/kist" enter "$held" -n true
	expect_has "hint: be root, or that user"
	because PROCESS_OUTER "in another" /usr/bin/unshare -Ur nsenter -t "$held" -n true
	# the remedy: root
	nsenter -t "$held" -n true
	kill "$held"
}

@test "a process that has more capabilities than its user, and one that changed its user" {
	needs root user
	setpriv --reuid "$TEST_USER" --regid "$TEST_USER" --clear-groups \
		--inh-caps +chown --ambient-caps +chown sleep 300 3>&- &
	held=$!
	eventually is_sleep "$held"
	because PROCESS_MORE_CAPS "CapPrm of process $held is 1" \
		"${by[@]}" cat "/proc/$held/environ"
	kill "$held"
	[ -x /usr/bin/python3 ] || skip "needs python3"
	# one that asked not to be looked into: PR_SET_DUMPABLE
	"${by[@]}" /usr/bin/python3 -c 'import ctypes, time
ctypes.CDLL(None).prctl(4, 0, 0, 0, 0); time.sleep(300)' 3>&- &
	held=$!
	eventually is_of_root "$held"
	pid=$held
	because PROCESS_NOT_DUMPABLE "belongs to user 0" "${by[@]}" cat "/proc/$pid/environ"
	kill "$held"
	# the remedy: one without rights of its own
	"${by[@]}" sleep 300 3>&- &
	held=$!
	eventually is_sleep "$held"
	ordinary cat "/proc/$held/environ" >/dev/null
	kill "$held"
}

is_sleep() { [ "$(cat "/proc/$1/comm")" = sleep ]; }
is_of_root() {
	[ "$(cat "/proc/$1/comm")" = python3 ] && [ "$(stat -c %u "/proc/$1/status")" = 0 ]
}

@test "entering takes the right in the owner of the namespace" {
	needs root user
	"${by[@]}" sleep 300 3>&- &
	held=$!
	eventually is_sleep "$held"
	because JOIN_OWNER "has no CAP_SYS_ADMIN" "${by[@]}" nsenter -t "$held" -u true
	kill "$held"
	# the remedy: its user namespace too
	"${by[@]}" /usr/bin/unshare -Uru sleep 300 3>&- &
	held=$!
	eventually is_sleep "$held"
	because JOIN_OWNER "has no CAP_SYS_ADMIN" "${by[@]}" nsenter -t "$held" -u true
	ordinary nsenter -t "$held" -U --preserve-credentials -u true
	kill "$held"
}

@test "clocks: set too late, and below zero" {
	needs root
	[ -e /proc/self/ns/time ] || skip "needs time namespaces"
	because TIME_ENTERED "is in time:" /usr/bin/unshare -T sh -c \
		'echo monotonic 5 0 >/proc/self/timens_offsets'
	because TIME_RANGE "choose an offset of at least -" /usr/bin/unshare -T sh -c \
		'echo monotonic -99999999999 0 >/proc/self/timens_offsets'
	# the same words from a verb, and the remedy of both
	run kist unshare -T --monotonic=-99999999s true
	expect_has "hint: choose an offset of at least -"
	run -0 kist unshare -T --monotonic=5 true
}

@test "settings: of the machine, of a network namespace's owner, of memory files" {
	needs root user
	because SYSCTL_NET_OWNER "has no CAP_NET_ADMIN" \
		/usr/bin/unshare -Ur sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
	# the remedy
	/usr/bin/unshare -Urn sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
	because SYSCTL_MACHINE "be root of the machine" \
		"${by[@]}" sh -c 'echo 60 >/proc/sys/vm/swappiness'
	# the remedy
	sh -c 'x=$(cat /proc/sys/vm/swappiness); echo "$x" >/proc/sys/vm/swappiness'
	mkdir "$SCRATCH/theirs"
	chown "$TEST_USER:" "$SCRATCH/theirs"
	because CAPABILITY_MACHINE "CAP_MKNOD" "${by[@]}" mknod "$SCRATCH/theirs/x" b 1 1
	# the remedy
	mknod "$SCRATCH/theirs/x" b 1 1
	[ -e /proc/sys/vm/memfd_noexec ] || skip "needs vm.memfd_noexec"
	# shellcheck disable=SC2016
	run -125 /usr/bin/unshare -fp sh -c 'echo 2 >/proc/sys/vm/memfd_noexec
		"$KIST" --root "$0/run" --data-root "$0/data" run --rm host true' "$SCRATCH"
	expect_has "a memory file"
	expect_has "hint: let root run: sysctl vm.memfd_noexec=1"
	[ "$("$KIST" --root "$SCRATCH/run" why --json last | jq -r '.findings[0].cause')" = MEMFD_NOEXEC ]
	# shellcheck disable=SC2016
	run -0 /usr/bin/unshare -fp sh -c 'echo 1 >/proc/sys/vm/memfd_noexec
		"$KIST" --root "$0/run" --data-root "$0/data" run --rm host true' "$SCRATCH"
}

@test "ids of others: without a line, outside of the line, without the tools" {
	needs root user subids
	run kist why --json ENOENT newuidmap 1 0 5 1
	[ "$(jq '.findings | length' <<<"$output")" = 0 ] # it is installed
	run as_user sh -c '"$KIST" why --json EPERM newuidmap 1 0 5 1'
	[ "$(jq -r '.findings[0].cause' <<<"$output")" = SUBID_RANGE ]
	expect_has "not 5 to 5"
	as_user true
	run setpriv --reuid 54321 --regid 54321 --clear-groups "$SCRATCH/home/bin/kist" why --json \
		EPERM newuidmap 1 0 5 1
	[ "$(jq -r '.findings[0].cause' <<<"$output")" = SUBID_NONE ]
	expect_has "no line of /etc/subuid is for user 54321"
	# without the tools: what cannot be executed lies over them
	# shellcheck disable=SC2016
	run /usr/bin/unshare -m sh -c 'mount --bind /dev/null "$1"
		"$0" why --json ENOENT newuidmap 1 0 5 1' "$KIST" /usr/bin/newuidmap
	[ "$(jq -r '.findings[0].cause' <<<"$output")" = SUBID_TOOL ]
	expect_has "apt install uidmap"
	# the remedy: ids that the line gives
	as_user sh -c '"$KIST" unshare --map-auto true'
}

@test "a daemon that does not run, and a socket that is for a group" {
	needs root user
	[ -x /usr/bin/python3 ] || skip "needs python3"
	local ask='import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])'
	because SOCKET_CLOSED "does not run" /usr/bin/python3 -c "$ask" "$SCRATCH/a.sock"
	/usr/bin/python3 -c 'import socket, sys, time
s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(); time.sleep(300)' \
		"$SCRATCH/a.sock" 3>&- &
	held=$!
	eventually test -S "$SCRATCH/a.sock"
	chmod 660 "$SCRATCH/a.sock"
	because SOCKET_MODE "of user 0 and group 0" "${by[@]}" /usr/bin/python3 -c "$ask" "$SCRATCH/a.sock"
	# the remedies
	setpriv --reuid "$TEST_USER" --groups 0 --regid "$TEST_USER" /usr/bin/python3 -c "$ask" "$SCRATCH/a.sock"
	kill "$held"
}
