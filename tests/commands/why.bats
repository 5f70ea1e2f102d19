# SPDX-License-Identifier: Apache-2.0
# why.bats - kist why: its words, a command, the last failure, its mistakes
#
# Which rule is found is in why-user.bats, why-mount.bats and their kin.

load helpers
setup() { start_test; }
teardown() { end_test; }

@test "words: a number by name or value, a call, a file, a verb, and their subject" {
	needs kist
	local words want
	while IFS='|' read -r words want; do
		[ -n "$words" ] || continue
		# shellcheck disable=SC2086
		run kist why $words
		[[ $status = [01] ]] || { echo "$words: $status $output"; return 1; }
		output=$(tr -s ' \n' ' ' <<<"$output")
		expect_has "$want"
	done <<-'END'
		EPERM mount /proc|mount proc on '/proc': Operation not permitted (EPERM)
		eperm mount tmpfs /mnt|mount tmpfs on '/mnt': Operation not permitted (EPERM)
		1 mount /a /b|mount '/a' on '/b': Operation not permitted (EPERM)
		28 unshare user,net|unshare(CLONE_NEWUSER|CLONE_NEWNET): No space left on device (ENOSPC)
		ENOSPC unshare CLONE_NEWPID|unshare(CLONE_NEWPID): No space left on device (ENOSPC)
		EINVAL setns user|setns(CLONE_NEWUSER): Invalid argument (EINVAL)
		EINVAL uid_map|uid_map: Invalid argument (EINVAL)
		EPERM /proc/self/uid_map|write '/proc/self/uid_map': Operation not permitted (EPERM)
		EINVAL memory.max /sys/fs/cgroup/a|memory.max '/sys/fs/cgroup/a/memory.max'
		EACCES /etc/shadow|open '/etc/shadow'
		EPERM run|run: Operation not permitted (EPERM)
		EPERM bind mount /a /b|bind mount '/a' on '/b'
		EWOULDBLOCK fork|fork: Resource temporarily unavailable (EAGAIN)
	END
}

@test "without a rule that holds: what was looked at, and what the manual says" {
	needs root
	run -1 kist why EUSERS setns time
	expect_has "has threads and cannot change its time"
}

@test "what kist itself has open to look around keeps nothing busy" {
	needs root kist
	mkdir "$SCRATCH/proc"
	run -1 unshare -m bash -c "mount -t proc proc '$SCRATCH/proc' &&
		'$KIST' why EBUSY umount '$SCRATCH/proc'"
	expect_has "none holds for you"
	expect_has "kist why -- COMMAND"
}

@test "mistakes name the word and the nearest right one" {
	# WHY_WORDS
	needs kist
	local words want
	while IFS='|' read -r words want; do
		[ -n "$words" ] || continue
		# shellcheck disable=SC2086
		run -2 kist why $words
		expect_has "$want"
		expect_has hint:
	done <<-'END'
		EPRM mount|'EPRM' is no errno
		EPRM mount|did you mean 'EPERM'?
		EPERM muont /proc|did you mean 'mount'?
		EPERM|'EPERM' of what? name the call
		ENOTDIR getpid|'getpid' is no call that is known
		9999 mount|'9999' is no errno
		0 mount|'0' is no errno
		unshare -Ur true|a command stands behind '--': kist why -- unshare
		--jsn|did you mean '--json'?
	END
}

@test "a command that does not fail is said not to, and its status is ours" {
	needs kist
	run -0 kist why -- sh -c 'echo out; exit 0'
	expect_has out
	expect_has "did not fail"
	run -1 kist why -- sh -c 'exit 7'
	expect_has "ended with status 7"
	run -0 kist why --json -- true
	[ "$(jq -r '.status, .errno, (.findings | length)' <<<"$output" | xargs)" = "0 0 0" ]
}

@test "of several refusals the one that was complained of is told" {
	needs kist
	cd "$SCRATCH"
	# what is looked for before and after, and is not there, is no matter
	run kist why --json -- sh -c 'cat /nosuch-a 2>/dev/null; cat /nosuch-b; ls / >/dev/null; exit 3' 2>/dev/null
	output=$(sed -n '/^{/,$p' <<<"$output")
	[ "$(jq -r .status <<<"$output")" = 3 ]
	[ "$(jq -r .errno <<<"$output")" = 2 ]
	expect_has "/nosuch-b"
}

@test "a grandchild is followed, and what a command leaves running goes on" {
	needs kist
	run kist why -- sh -c 'sh -c "sh -c \"cat /nosuch\""; exit 1'
	expect_has "'/nosuch': No such file or directory (ENOENT)"
	run -0 kist why -- sh -c 'sleep 300 >/dev/null 2>&1 3>&- & echo $! >'"$SCRATCH/left"
	left=$(cat "$SCRATCH/left")
	[ "$(tr '\0' ' ' <"/proc/$left/cmdline")" = "sleep 300 " ]
	grep -q '^TracerPid:.0$' "/proc/$left/status"
	kill "$left"
}

@test "a verb of kist is kist's own, and its error is told as it is" {
	needs kist
	run -0 kist why --json -- enter nosuch true
	output=$(sed -n '/^{/,$p' <<<"$output")
	[ "$(jq -r '.findings[0].explain' <<<"$output")" = TARGET_UNKNOWN ]
	[ "$(jq -r '.findings[0].certain' <<<"$output")" = true ]
	# nothing of how it was asked is handed on
	run -0 kist why -- "$KIST" unshare -Ur sh -c '! env | grep KIST_TELL'
	# unless there is a program of that name, as people mean it
	run -0 kist why -- rm "$SCRATCH/nosuch"
	expect_has "there is no '$SCRATCH/nosuch'"
	expect_has "of kist's own: kist why -- kist rm"
}

@test "last: the failure before, not a mistake of the command line" {
	needs kist
	run -125 kist why last
	expect_has "no failure of kist is kept" # WHY_NONE
	run -125 kist rm nosuch
	run -2 kist run --nosuch
	run -0 kist why last
	expect_has "rm nosuch"
	expect_has "no container and no namespaces are named 'nosuch'"
	[ "$(stat -c %a "$SCRATCH/run/last")" = 600 ]
	run -0 kist why last --json
	[ "$(jq -r '.last.words[-2:] | join(" ")' <<<"$output")" = "rm nosuch" ]
	[ "$(jq -r '.last.folder' <<<"$output")" = "$PWD" ]
	machine_unchanged
}

@test "an ordinary user's setuid program keeps its rights, and is not looked into" {
	needs user root
	[ -u /usr/bin/newgrp ] || [ -u /bin/su ] || skip "needs a set-user-ID program"
	run as_user sh -c '"$KIST" why -- su -c true nosuchuser </dev/null'
	expect_has "runs with rights of its own"
}

@test "what cannot be followed is an error that says so" {
	needs root
	echo '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["ptrace"],
		"action":"SCMP_ACT_ERRNO","errnoRet":1}]}' >"$SCRATCH/filter.json"
	run -125 kist run --rm --security-opt seccomp="$SCRATCH/filter.json" \
		-v "$KIST:/kist:ro" host /kist why -- true
	expect_has "trace 'true': Operation not permitted (EPERM)" # WHY_TRACE
	expect_has "ptrace(2) is forbidden here"
}

@test "a command that was killed is not told of rules that give numbers" {
	needs kist
	run -0 kist why -- sh -c 'kill -9 $$'
	expect_has "it was ended by SIGKILL"
	expect_lacks ENOSYS
}
