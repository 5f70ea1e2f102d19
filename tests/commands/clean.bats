# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2030,SC2031,SC2154
# clean.bats - kist clean: each kind of leftover made for real, found, removed
#
# Other people's leftovers may be on the machine: a test asks for its own.

load kist

setup_file() {
	# Holders are listed when they are some seconds old.
	KIST=${KIST_BUILD:-$BATS_TEST_DIRNAME/../../build/musl}/src/program/kist
	[ "$(id -u)" = 0 ] && [ -x "$KIST" ] || return 0
	unshare -pf --mount-proc "$KIST" init --pause 3>&- >/dev/null 2>&1 &
	echo "$!" >"$BATS_FILE_TMPDIR/holder"
	"$KIST" --root "$BATS_FILE_TMPDIR/lost" new ktest-lost -pu
	jq .holder "$BATS_FILE_TMPDIR/lost/ns/ktest-lost/about" \
		>"$BATS_FILE_TMPDIR/lost.pid"
}

teardown_file() {
	local pid
	[ -e "$BATS_FILE_TMPDIR/holder" ] || return 0
	"$KIST" --root "$BATS_FILE_TMPDIR/lost" rm ktest-lost 2>/dev/null || :
	kill -KILL "$(cat "$BATS_FILE_TMPDIR/lost.pid")" 2>/dev/null || :
	! mountpoint -q "$BATS_FILE_TMPDIR/lost/ns" ||
		umount -R "$BATS_FILE_TMPDIR/lost/ns"
	pid=$(cat "$BATS_FILE_TMPDIR/holder")
	pkill -KILL -P "$pid" || :
	kill -KILL "$pid" 2>/dev/null || :
	wait "$pid" 2>/dev/null || :
}

setup() {
	start_kist
}

teardown() {
	local group
	for group in /sys/fs/cgroup/*/kist-limit-4194303* \
		/sys/fs/cgroup/*/"kist-$FAKE_ID" /sys/fs/cgroup/kist-limit-4194303*; do
		[ ! -d "$group" ] || find "$group" -depth -type d -delete || :
	done
	end_kist
}

FAKE_ID=00000000000000000000000000000000000000000000000000000000deadbeef

# An empty directory in which groups can be made.
group_root() {
	if [ -e /sys/fs/cgroup/pids/cgroup.procs ]; then
		echo /sys/fs/cgroup/pids
	else
		echo /sys/fs/cgroup
	fi
}

# mine WHAT - the line about it
mine() { k clean | grep -F -- "$1"; }

found() { mine "$1" >/dev/null; }
not_found() { ! found "$1"; }

# The container's process, its supervisor, its id.
start_detached() {
	ID=$(k run -d "$@" "$ROOT" sleep 1000)
	PID=$(k inspect "$ID" | jq '.pid // .[0].pid // .state.pid')
	KEEPER=$(ps -o ppid= -p "$PID" | tr -d ' ')
	[ "$(cat "/proc/$KEEPER/comm")" = kist ]
}

gone() { [ ! -d "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status"; }

age() { touch -d '1 hour ago' "$@"; }

# --- containers --------------------------------------------------------------

@test "nothing of ours to clean is an empty list and success" {
	run k clean -J
	[ "$(jq "[.[] | select(.what | test(\"$SCRATCH\"))] | length" <<<"$output")" = 0 ]
	[ "$(k clean -J | jq 'type')" = '"array"' ]
}

@test "a running container is not a leftover, whoever is killed" {
	needs root
	start_detached --name one
	not_found "${ID:0:12}"
	kill -KILL "$KEEPER"
	eventually gone "$KEEPER"
	not_found "${ID:0:12}"
	k clean --yes || :
	[ -d "/proc/$PID" ]
	kill -KILL "$PID"
}

@test "the state of a container whose supervisor was killed is cleaned" {
	needs root
	start_detached --name two
	kill -KILL "$KEEPER"
	eventually gone "$KEEPER"
	kill -KILL "$PID"
	eventually gone "$PID"
	eventually found "${ID:0:12}"
	run mine "${ID:0:12}"
	expect_has "it has ended without its kist"
	expect_has "--yes removes"
	run k clean
	expect_status 1
	run k clean --yes
	expect_has "removed"
	not_found "${ID:0:12}"
	[ -z "$(ls -A "$SCRATCH/k/state")" ]
	[ -z "$(find /sys/fs/cgroup -type d -name "kist-$ID")" ]
	# the container is still known, as one that has ended
	k ps -a | grep -q two
}

@test "a container that should have removed itself is removed whole" {
	needs root
	start_detached --rm --name three
	kill -KILL "$KEEPER"
	eventually gone "$KEEPER"
	kill -KILL "$PID"
	eventually gone "$PID"
	eventually found "${ID:0:12}"
	run mine "${ID:0:12}"
	expect_has "it has ended, and was to be removed (--rm)"
	k clean --yes >/dev/null || :
	nothing_left
}

@test "what a run killed at any moment leaves is cleaned" {
	needs root
	local delay
	for delay in 0.001 0.002 0.003 0.004 0.006 0.009 0.013 0.02; do
		"$KIST" --root "$SCRATCH/k" run --rm "$ROOT" sleep 1000 \
			</dev/null >/dev/null 2>&1 3>&- &
		local pid=$!
		sleep "$delay"
		kill -KILL "$pid" 2>/dev/null || :
		wait "$pid" 2>/dev/null || :
	done
	# a process that was being made takes a moment to see that it is alone
	eventually all_cleaned
	nothing_left
}

# What runs on is no leftover: it is ended first.
all_cleaned() {
	local dir
	for dir in "$SCRATCH"/k/state/*/; do
		cat /sys/fs/cgroup{,/*}/"kist-$(basename "$dir")/cgroup.procs" \
			2>/dev/null | sort -u | xargs -r kill -KILL || :
	done
	age "$SCRATCH"/k/data/containers/* "$SCRATCH"/k/state/* 2>/dev/null || :
	k clean --yes >/dev/null || :
	[ -z "$(k ps -aq)" ] && [ -z "$(ls -A "$SCRATCH/k/state")" ]
}

@test "half-made records are left alone while they are young, or held" {
	local dir=$SCRATCH/k/data/containers/$FAKE_ID
	k ps >/dev/null
	mkdir -p "$dir"
	touch "$dir/life"
	not_found "${FAKE_ID:0:12}"
	age "$dir"
	found "${FAKE_ID:0:12}"
	exec 9<"$dir/life"
	flock 9
	not_found "${FAKE_ID:0:12}"
	k clean --yes >/dev/null || :
	exec 9<&-
	[ -d "$dir" ]
	run mine "${FAKE_ID:0:12}"
	expect_has "its making was cut off"
	k clean --yes >/dev/null || :
	[ ! -e "$dir" ]
}

@test "a name of nothing, and a state without a record, are cleaned" {
	k ps >/dev/null
	ln -s "$FAKE_ID" "$SCRATCH/k/data/names/ghost"
	mkdir -p "$SCRATCH/k/state/$FAKE_ID"
	age "$SCRATCH/k/state/$FAKE_ID"
	run mine ghost
	expect_has "its container is gone"
	run mine "${FAKE_ID:0:12}"
	expect_has "its container has no record"
	k clean --yes >/dev/null || :
	[ ! -L "$SCRATCH/k/data/names/ghost" ]
	[ ! -e "$SCRATCH/k/state/$FAKE_ID" ]
}

@test "a dry run changes nothing, and its lines do the same" {
	k ps >/dev/null
	ln -s "$FAKE_ID" "$SCRATCH/k/data/names/ghost"
	mkdir -p "$SCRATCH/k/state/$FAKE_ID" "$SCRATCH/k/data/containers/$FAKE_ID"
	age "$SCRATCH/k/state/$FAKE_ID" "$SCRATCH/k/data/containers/$FAKE_ID"
	k clean --dry-run | grep -F "$SCRATCH" >"$SCRATCH/lines"
	[ -d "$SCRATCH/k/data/containers/$FAKE_ID" ]
	[ -L "$SCRATCH/k/data/names/ghost" ] || true
	sh -e "$SCRATCH/lines"
	# the name stood for a record that was there; now it does not
	k clean --yes >/dev/null || :
	run -0 find "$SCRATCH/k/data/containers" "$SCRATCH/k/state" \
		"$SCRATCH/k/data/names" -mindepth 1
	expect_output ""
}

# --- control groups ----------------------------------------------------------

@test "groups of kist without a process are cleaned, with what is below" {
	needs root
	local base
	base=$(group_root)
	mkdir "$base/kist-limit-4194303" "$base/kist-limit-4194303/a" \
		"$base/kist-$FAKE_ID"
	run k clean
	expect_has "$base/kist-limit-4194303"
	expect_has "the kist limit that made it has ended"
	expect_has "$base/kist-$FAKE_ID"
	k clean --dry-run | grep -F -e 4194303 -e "$FAKE_ID" >"$SCRATCH/lines"
	[ -d "$base/kist-limit-4194303/a" ]
	sh -e "$SCRATCH/lines"
	[ ! -e "$base/kist-limit-4194303" ]
	mkdir "$base/kist-limit-4194303"
	k clean --yes >/dev/null || :
	[ ! -e "$base/kist-limit-4194303" ]
}

@test "groups in use, and those of others, are not touched" {
	needs root
	local base
	base=$(group_root)
	mkdir "$base/kist-limit-4194303" "$base/kist-limit-4194303/a" \
		"$base/kist-limit-$$" "$base/kist-of-somebody-$$"
	sleep 1000 3>&- &
	local pid=$!
	echo "$pid" >"$base/kist-limit-4194303/a/cgroup.procs"
	run k clean --yes
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null || :
	expect_lacks "$base/kist-limit-4194303"
	expect_lacks "$base/kist-limit-$$"
	expect_lacks "kist-of-somebody"
	rmdir "$base/kist-limit-$$" "$base/kist-of-somebody-$$"
	[ -d "$base/kist-limit-4194303/a" ]
}

# --- names, ports, mounts, holders -------------------------------------------

@test "a set of namespaces whose holder has ended is cleaned" {
	k ps >/dev/null
	mkdir -p "$SCRATCH/k/ns/dead"
	echo '{"created":1,"holder":4194303,"holderStart":1,"kinds":["net","uts"]}' \
		>"$SCRATCH/k/ns/dead/about"
	run mine dead
	expect_has "its holder has ended"
	k clean --yes >/dev/null || :
	[ ! -e "$SCRATCH/k/ns/dead" ]
}

@test "a set of namespaces whose making was cut off is cleaned" {
	k ps >/dev/null
	mkdir -p "$SCRATCH/k/ns/half"
	touch "$SCRATCH/k/ns/half/uts"
	not_found half
	age "$SCRATCH/k/ns/half"
	run mine half
	expect_has "its making was cut off"
	k clean --yes >/dev/null || :
	[ ! -e "$SCRATCH/k/ns/half" ]
}

@test "named namespaces are cleaned when their process 1 was killed, not before" {
	needs root
	k new ktest-set -pu
	local holder
	holder=$(jq .holder "$SCRATCH/k/ns/ktest-set/about")
	not_found ktest-set
	k clean --yes >/dev/null || :
	[ -d "/proc/$holder" ]
	kill -KILL "$holder"
	eventually gone "$holder"
	k clean --dry-run | grep -F ktest-set >"$SCRATCH/lines"
	found ktest-set
	sh -e "$SCRATCH/lines"
	not_found ktest-set
	k new ktest-set -pu
	kill -KILL "$(jq .holder "$SCRATCH/k/ns/ktest-set/about")"
	eventually found ktest-set
	k clean --yes >/dev/null || :
	[ ! -e "$SCRATCH/k/ns/ktest-set" ]
	! mountpoint -q "$SCRATCH/k/ns" || umount "$SCRATCH/k/ns"
}

@test "a device that got no further is cleaned" {
	needs root
	run unshare -n sh -c '
		ip link add kist4194303 type bridge
		ip link add "kist$$" type bridge
		ip link add kist-br type bridge
		"$0" --root "$1" clean --dry-run
		"$0" --root "$1" clean --yes
		ip -o link | cut -d: -f2' "$KIST" "$SCRATCH/k"
	expect_has "ip link del kist4194303"
	grep -Eq '^link +kist4194303 +root +the kist that made it has ended +removed$' <<<"$output"
	[ "$(grep -c '^ kist' <<<"$output")" = 2 ]
}

@test "a published port whose forwarder was killed is cleaned" {
	needs root
	unshare -n sh -c 'ip link set lo up; exec sleep 1000' 3>&- &
	local pid=$! id forwarder
	eventually is_sleeping "$pid"
	id=$(k net port "$pid" -d -p 80 3>&- | head -n 1 | cut -d' ' -f1)
	forwarder=$(jq .pid "$SCRATCH/k/ports/$id")
	not_found "$id"
	kill -KILL "$forwarder"
	eventually gone "$forwarder"
	run mine "$id"
	expect_has "its forwarder has ended"
	k clean --yes >/dev/null || :
	[ ! -e "$SCRATCH/k/ports/$id" ]
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null || :
}

is_sleeping() { [ "$(cat "/proc/$1/comm")" = sleep ]; }

@test "names of ip netns that nobody uses are told of, and stay" {
	needs root
	run unshare -m --propagation private sh -c '
		mkdir -p /run/netns && mount -t tmpfs t /run/netns &&
		ip netns add kt-unused && ip netns add kt-used &&
		: >/run/netns/kt-stale &&
		{ ip netns exec kt-used sleep 5 & } 3>&- &&
		until [ "$(ip netns pids kt-used)" ]; do sleep 0.05; done
		"$0" --root "$1" clean --yes; echo "status $?"
		ls /run/netns; ip netns pids kt-used | xargs kill' "$KIST" "$SCRATCH/k"
	grep -Eq '^netns +kt-unused +root +in use by nobody, kept by name +not kist.s: ip netns del kt-unused$' <<<"$output"
	grep -Eq '^netns +kt-stale +root +no namespace is bound to it ' <<<"$output"
	[ "$(grep -c '^netns *kt-used' <<<"$output")" = 0 ]
	expect_has $'kt-stale\nkt-unused\nkt-used'
}

@test "a namespace bound in an odd place is told of, and stays" {
	needs root
	run unshare -m --propagation private sh -c '
		: >"$1/odd"; unshare --uts="$1/odd" true
		"$0" --root "$1/k" clean --yes
		findmnt -n "$1/odd" >/dev/null && echo still there' "$KIST" "$SCRATCH"
	expect_has "uts:["
	expect_has " on $SCRATCH/odd"
	expect_has "nobody is in it, kept by this mount"
	expect_has "not kist's: umount $SCRATCH/odd"
	expect_has "still there"
}

@test "an ordinary user cleans the own things, and sees no others" {
	needs root
	local base
	base=$(group_root)
	mkdir "$base/kist-limit-4194303"
	as_user sh -c '"$KIST" ps >/dev/null &&
		ln -s '"$FAKE_ID"' .local/share/kist/names/ghost'
	run as_user sh -c '"$KIST" clean'
	expect_status 1
	expect_has "ghost"
	expect_has "$TEST_USER"
	expect_lacks "kist-limit-4194303"
	run -0 as_user sh -c '"$KIST" clean --yes'
	expect_has "removed"
	run -0 as_user sh -c '"$KIST" clean'
	expect_output ""
	[ -d "$base/kist-limit-4194303" ]
}

@test "JSON has kind, reason, owner and fate" {
	k ps >/dev/null
	ln -s "$FAKE_ID" "$SCRATCH/k/data/names/ghost"
	run k clean --json
	[ "$(jq -c '.[] | select(.what == "ghost")' <<<"$output")" = \
		'{"kind":"name","what":"ghost","reason":"its container is gone","owner":'"$(id -u)"',"ownerName":"'"$(id -un)"'","removable":true,"advice":null,"removed":false}' ]
	run k clean --json --yes
	[ "$(jq -c '.[] | select(.what == "ghost").removed' <<<"$output")" = true ]
}

@test "an idle init without a name is told of" {
	needs root
	local pid
	pid=$(pgrep -P "$(cat "$BATS_FILE_TMPDIR/holder")")
	eventually found "process $pid (kist-init)" ||
		eventually found "process $pid (kist-init)" ||
		eventually found "process $pid (kist-init)"
	run mine "process $pid (kist-init)"
	expect_has "no name leads to what it keeps"
	expect_has "not kist's: kill -KILL $pid"
	k clean --yes >/dev/null || :
	[ -d "/proc/$pid" ]
}

@test "a holder whose set is gone is ended, and no holder of another folder" {
	needs root
	local lost=$BATS_FILE_TMPDIR/lost pid
	pid=$(cat "$lost.pid")
	[ "$(tr '\0' ' ' <"/proc/$pid/cmdline" | cut -d' ' -f4)" = \
		"$lost/ns/ktest-lost" ]
	not_found "process $pid (kist-init)"
	mv "$lost/ns/ktest-lost/about" "$SCRATCH/about"
	k() { "$KIST" --root "$lost" "$@"; }
	eventually found "process $pid (kist-init)" ||
		eventually found "process $pid (kist-init)" ||
		eventually found "process $pid (kist-init)"
	run mine "process $pid (kist-init)"
	expect_has "--yes removes"
	[ "$(k clean -n | grep -xF "kill -KILL $pid")" ]
	[ -d "/proc/$pid" ]
	# Somebody is in its pid namespace.
	"$KIST" enter -p "$pid" sleep 1000 3>&- &
	local inside=$!
	others() { [ "$(readlink /proc/[0-9]*/ns/pid | grep -cxF "$1")" -gt 1 ]; }
	eventually others "$(readlink "/proc/$pid/ns/pid")"
	k clean --yes >/dev/null || :
	[ -d "/proc/$pid" ]
	pkill -KILL -P "$inside" || :
	kill -KILL "$inside" 2>/dev/null || :
	eventually found "--yes removes"
	k clean --yes >"$SCRATCH/out" || :
	grep -qE "process $pid .* removed$" "$SCRATCH/out"
	gone "$pid"
}
