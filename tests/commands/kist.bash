# SPDX-License-Identifier: Apache-2.0
# kist.bash - what the tests of `kist run` and its siblings share, on top of
# helpers.bash
#
#	load kist
#	setup() { start_kist; }
#	teardown() { end_kist; }
#
# $ROOT is a small root directory, made once a file. k() is kist with folders
# of its own in $SCRATCH; ku() the same as an ordinary user, in whose home is a
# root of its own ($UROOT).

load helpers

start_kist() {
	needs kist
	start_test
	ROOT=$BATS_FILE_TMPDIR/root
	if [ ! -e "$ROOT/bin/sh" ]; then
		chmod 755 "$BATS_FILE_TMPDIR"
		busybox_root "$ROOT"
	fi
	cd "$SCRATCH" || return 1
}

end_kist() {
	local id
	for id in $(k ps -aq 2>/dev/null); do
		k rm -f "$id" >/dev/null 2>&1 || :
	done
	end_test
}

k() { "$KIST" --root "$SCRATCH/k" "$@"; }

ku() { as_user sh -c 'exec "$KIST" "$@"' kist "$@"; }

# Make an ordinary user's root, once a test.
user_root() {
	as_user true
	UROOT=$SCRATCH/home/root
	[ "$(id -u)" = 0 ] || UROOT=$ROOT
	[ -e "$UROOT" ] && return
	cp -r "$ROOT" "$UROOT"
	chown -R "$TEST_USER:" "$UROOT"
}

# Nothing is left: no record, no layer, nothing on the machine.
nothing_left() {
	[ -z "$(k ps -aq)" ] || { k ps -a; return 1; }
	[ -z "$(ls -A "$SCRATCH/k/data/containers")" ] || return 1
	[ -z "$(ls -A "$SCRATCH/k/data/names")" ] || return 1
	machine_unchanged
}
