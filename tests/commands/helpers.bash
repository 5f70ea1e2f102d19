# SPDX-License-Identifier: Apache-2.0
# helpers.bash - what the command tests share
#
#	load helpers
#	setup() { start_test; }
#	teardown() { end_test; }
#
#	@test "a command's exit status is the container's" {
#		needs root
#		make_bundle "$SCRATCH/b" '.process.args = ["sh", "-c", "exit 7"]'
#		run oci run -b "$SCRATCH/b" one
#		expect_status 7
#		machine_unchanged
#	}
#
# Variables: TOP (source tree), BUILD (programs), KIST and OCI (the two
# binaries), SCRATCH (this test's folder, below it STATE, the state folder that
# oci() uses, and run/ and data/, those of kist()), CACHE (kept between runs:
# roots). In the background use "${kist[@]}" …: a function would be a subshell,
# and $! not kist.

bats_require_minimum_version 1.5.0

TOP=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
BUILD=${KIST_BUILD:-$TOP/build/musl}
KIST=$BUILD/src/program/kist
OCI=$BUILD/src/program/kist-oci
CACHE=$TOP/build/cache
TEST_USER=kisttest
export KIST OCI

start_test() {
	# Short, for socket addresses; readable, for the ordinary user.
	SCRATCH=$(mktemp -d /tmp/kt.XXXXXX)
	chmod 755 "$SCRATCH"
	STATE=$SCRATCH/state
	kist=("$KIST" --root "$SCRATCH/run" --data-root "$SCRATCH/data")
	mkdir -p "$STATE"
	snapshot_machine >"$SCRATCH/machine-before"
}

# End what the test left, so that the next one starts clean. Whether something
# was left is for the test to ask (machine_unchanged), before.
end_test() {
	local dir
	for dir in "$STATE"/*/; do
		[ -d "$dir" ] && [ -x "$OCI" ] || continue
		oci delete --force "$(basename "$dir")" >/dev/null 2>&1 || :
	done
	for dir in "$SCRATCH"/data/containers/*/; do
		[ -d "$dir" ] && [ -x "$KIST" ] || continue
		kist rm --force "$(basename "$dir")" >/dev/null 2>&1 || :
	done
	rm -rf --one-file-system "$SCRATCH"
}

# --- running -----------------------------------------------------------------

oci() { "$OCI" --root "$STATE" "$@"; }
kist() { "${kist[@]}" "$@"; }

# as_user CMD… - as an ordinary user, in a small clean environment. Programs in
# the build folder are reached through a copy, as the tree may be private.
as_user() {
	local home=$SCRATCH/home
	if [ "$(id -u)" != 0 ]; then
		"$@"
		return
	fi
	if [ ! -d "$home" ]; then
		mkdir -p "$home/run" "$home/bin"
		cp "$BUILD"/src/program/kist* "$home/bin/" 2>/dev/null || :
		chmod 700 "$home/run"
		chown -R "$TEST_USER:" "$home"
	fi
	(
		cd "$home" || exit 125
		exec setpriv --reuid "$TEST_USER" --regid "$TEST_USER" \
			--init-groups --reset-env env HOME="$home" \
			XDG_RUNTIME_DIR="$home/run" PATH="$home/bin:$PATH" \
			KIST="$home/bin/kist" OCI="$home/bin/kist-oci" "$@"
	)
}

# Wait until the command succeeds, at most five seconds.
eventually() {
	local _
	for _ in {1..100}; do
		"$@" && return 0
		sleep 0.05
	done
	echo "not within five seconds: $*"
	return 1
}

# --- looking at results ------------------------------------------------------

expect_status() {
	[ "$status" = "$1" ] && return
	printf 'status: %s, wanted %s\noutput: %s\n' "$status" "$1" "$output"
	return 1
}

# The whole output is the text; or, with has and lacks, some of it is or not.
expect_output() {
	[ "$output" = "$1" ] && return
	printf 'output: %s\nwanted: %s\n' "$output" "$1"
	return 1
}

expect_has() {
	[[ $output == *"$1"* ]] && return
	printf 'output:     %s\nwanted in it: %s\n' "$output" "$1"
	return 1
}

expect_lacks() {
	[[ $output != *"$1"* ]] && return
	printf 'output:       %s\nnot wanted in it: %s\n' "$output" "$1"
	return 1
}

# --- what this machine has ---------------------------------------------------

# needs WORD… - skip the test, with the reason, unless all are so
needs() {
	local word
	for word; do
		"can_$word" || skip "needs $word: $reason"
	done
}

can_root() {
	reason="the user is not root"
	[ "$(id -u)" = 0 ]
}

can_kist() {
	reason="$KIST is not built"
	[ -x "$KIST" ]
}

can_oci() {
	reason="$OCI is not built"
	[ -x "$OCI" ]
}

# An ordinary user who may make user namespaces.
can_user() {
	reason="no account $TEST_USER (made by setup_suite when root)"
	[ "$(id -u)" != 0 ] || id "$TEST_USER" >/dev/null 2>&1 || return 1
	reason="ordinary users may not make user namespaces here"
	[ "$(id -u)" != 0 ] || setpriv --reuid "$TEST_USER" --regid "$TEST_USER" \
		--clear-groups unshare -U true 2>/dev/null
}

can_subids() {
	local user=$TEST_USER
	[ "$(id -u)" = 0 ] || user=$(id -un)
	reason="no newuidmap, or no subordinate ids for $user"
	command -v newuidmap >/dev/null && grep -q "^$user:" /etc/subuid
}

can_terminal() {
	reason="script(1) is not there"
	command -v script >/dev/null
}

# A browser, for pages.
can_chromium() {
	reason="chromium or python3 is not installed"
	command -v chromium >/dev/null && command -v python3 >/dev/null
}

can_debian() {
	reason="no Debian root could be made: $(cat "$CACHE/debian.failed" 2>/dev/null)"
	debian_root
}

# A controller that a container can be given, on v1 or v2.
can_memory() { has_controller memory; }
can_pids() { has_controller pids; }
can_cpu() { has_controller cpu; }
can_freezer() { has_controller freezer; }

is_cgroup_v2() { [ -e /sys/fs/cgroup/cgroup.controllers ]; }

has_controller() {
	reason="no cgroup controller $1 on this machine"
	if is_cgroup_v2; then
		[ "$1" = freezer ] || grep -qw "$1" /sys/fs/cgroup/cgroup.controllers
	else
		awk '$3 == "cgroup" { print $4 }' /proc/mounts | tr , '\n' |
			grep -qx "$1"
	fi
}

# --- roots and bundles -------------------------------------------------------

# busybox_root DIR - a small root directory, with users root and app (1000)
busybox_root() {
	local dir=$1 applet box
	box=$(command -v busybox) || skip "busybox-static is not installed"
	mkdir -p "$dir"/{bin,dev,etc,home/app,proc,root,run,sys,tmp,usr/bin,var}
	chmod 1777 "$dir/tmp"
	cp "$box" "$dir/bin/busybox"
	for applet in $("$box" --list); do
		[ -e "$dir/bin/$applet" ] || ln -s busybox "$dir/bin/$applet"
	done
	printf '%s\n' root:x:0:0:root:/root:/bin/sh \
		app:x:1000:1000:app:/home/app:/bin/sh >"$dir/etc/passwd"
	printf '%s\n' root:x:0: app:x:1000: video:x:44:app >"$dir/etc/group"
	chown 1000:1000 "$dir/home/app" 2>/dev/null || :
}

# debian_root - make, once, a real Debian root in $DEBIAN (build/cache)
debian_root() {
	DEBIAN=$CACHE/debian
	[ -e "$DEBIAN/.ready" ] && return 0
	[ ! -e "$CACHE/debian.failed" ] || return 1
	[ "$(id -u)" = 0 ] && command -v debootstrap >/dev/null || return 1
	mkdir -p "$CACHE"
	rm -rf --one-file-system "$DEBIAN"
	if timeout 400 debootstrap --variant=minbase bookworm "$DEBIAN" \
		>"$CACHE/debian.log" 2>&1; then
		touch "$DEBIAN/.ready"
	else
		tail -n 1 "$CACHE/debian.log" >"$CACHE/debian.failed"
		return 1
	fi
}

# make_bundle DIR [JQ-FILTER [ROOTFS]] - DIR/config.json as `kist-oci spec`
# makes it, without a terminal, changed by the filter; a busybox root in
# DIR/rootfs unless another is given
make_bundle() {
	local dir=$1 filter=${2:-.} root=${3:-}
	mkdir -p "$dir"
	if [ -z "$root" ]; then
		root=$dir/rootfs
		[ -e "$root/bin/busybox" ] || busybox_root "$root"
	fi
	(cd "$dir" && rm -f config.json && "$OCI" spec) || return 1
	jq --arg root "$root" ".process.terminal = false | .root.path = \$root |
		.process.args = [\"true\"] | $filter" \
		"$dir/config.json" >"$dir/config.new" &&
		mv "$dir/config.new" "$dir/config.json"
}

# --- the machine before and after --------------------------------------------

# snapshot_machine - one line for each mount, cgroup, namespace, process, link
# and state file that a container could leave behind
snapshot_machine() {
	# ip netns leaves its folder mounted for the next name
	awk '$5 != "/run/netns" { print "mount", $5, $4 }' /proc/self/mountinfo
	find /sys/fs/cgroup -mindepth 1 -type d -printf 'cgroup %p\n' \
		2>/dev/null || :
	ip -o link 2>/dev/null | awk -F': ' '{ print "link", $2 }'
	find /run/kist-oci* /run/netns "$STATE" -mindepth 1 \
		-printf 'file %p\n' 2>/dev/null || :
	# One level of folders is kist's own and stays.
	find /run/kist /var/lib/kist "$SCRATCH/run" "$SCRATCH/data" -mindepth 2 \
		-printf 'file %p\n' 2>/dev/null || :
	snapshot_processes
}

# Processes of kist, and those that are in another pid namespace than we.
snapshot_processes() {
	local ours pid what stat
	ours=$(readlink /proc/self/ns/pid)
	find /proc/[0-9]*/exe /proc/[0-9]*/ns/pid \( -lname '*kist*' -o \
		-lname 'pid:*' ! -lname "${ours/[/\\[}" \) \
		-printf '%h %l\n' 2>/dev/null | while read -r pid what; do
		pid=${pid#/proc/}
		pid=${pid%/ns}
		# A folder above may be called kist, too.
		[[ $what != /* || ${what##*/} = *kist* ]] || continue
		# One that ended and is not yet waited for is no leak of ours.
		{ read -r stat <"/proc/$pid/stat"; } 2>/dev/null &&
			[[ ${stat##*) } != Z* ]] && echo "process $pid $what"
	done || :
}

added_to_machine() {
	local what rest
	snapshot_machine | sort -u >"$SCRATCH/machine-after"
	sort -u "$SCRATCH/machine-before" |
		comm -13 - "$SCRATCH/machine-after" |
		while read -r what rest; do
			# A new group with processes in it is someone else's; were
			# they a container's, they would be in the list.
			[ "$what" = cgroup ] &&
				read -r _ 2>/dev/null <"$rest/cgroup.procs" ||
				echo "$what $rest"
		done
}

# machine_unchanged - nothing is there that was not there before the test
# (what the kernel takes away a moment later is waited for)
machine_unchanged() {
	local _ added
	for _ in {1..20}; do
		added=$(added_to_machine)
		[ -n "$added" ] || return 0
		sleep 0.1
	done
	printf 'left behind:\n%s\n' "$added"
	return 1
}
