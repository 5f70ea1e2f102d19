#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# guest.sh FILE... - runs inside a machine that vm.sh makes: each FILE has the
# tests of one subject and is sourced here, in a shell of its own; TAP on
# standard output. guest-*.sh are for the machine with a pure cgroup v2 tree
# (run-v2.sh), systemd-*.sh for the one with systemd (run-systemd.sh).
#
# A FILE has functions, and calls check for each. /t has the programs, /rootfs a
# root directory with busybox.
cd /t || exit 1
export PATH="/t:$PATH"

# check NAME COMMAND... - the command (a function of FILE) has to succeed
check() {
	name=$1
	shift
	if output=$(set -e; "$@" 2>&1); then
		echo "ok 0 - $name"
	else
		echo "not ok 0 - $name"
		echo "$output" | sed 's/^/# /'
	fi
}

# is WANTED GOT
is() {
	[ "$1" = "$2" ] && return
	echo "got:    $2"
	echo "wanted: $1"
	return 1
}

# wait_for SECONDS COMMAND... - until it succeeds, or the time is over
wait_for() {
	tries=$(($1 * 10))
	shift
	until "$@"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
}

groups() { find /sys/fs/cgroup -type d | sort; }

for file; do
	# shellcheck source=/dev/null
	(. "$file") || echo "not ok 0 - $file ended with status $?"
done | awk '
	/^(not )?ok 0 / { sub("ok 0", "ok " ++count) }
	/^not ok / { failed++ }
	{ print; fflush() }
	END { print "1.." count + 0; exit failed > 0 }'
