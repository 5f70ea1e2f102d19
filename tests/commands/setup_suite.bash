# SPDX-License-Identifier: Apache-2.0
# setup_suite.bash - the ordinary user of the tests, for as long as they run

setup_suite() {
	[ "$(id -u)" = 0 ] || return 0
	id kisttest >/dev/null 2>&1 && return 0
	useradd --no-create-home --home-dir /nonexistent --shell /bin/sh kisttest
	touch "$BATS_SUITE_TMPDIR/user-made"
}

teardown_suite() {
	[ -e "$BATS_SUITE_TMPDIR/user-made" ] || return 0
	userdel kisttest 2>/dev/null || :
}
