#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh [STAGE…] - run the tests and count them
#
# Stages: lint, unit, asan (the unit tests with sanitizers), fuzz (ten seconds a
# parser), commands (bats), vm (small machines: pure cgroup v2, systemd); without
# one, all, one after the other: what a test finds left on the machine has to be
# its own, and times are compared. Each check ends up as one TAP line: a lint, a
# cmocka test, a bats test. Only what fails is shown whole; the last line is "N
# passed, N failed", also in build/check/tally.
set -u
cd "$(dirname "$0")/.." || exit 1
out=build/check
rm -rf "$out" && mkdir -p "$out"
: >"$out/all.tap"

# Take TAP from stdin into the tally; show skips, and failures with diagnostics.
# $1 goes before each name, $2 is the status file of who wrote it.
tally() {
	awk -v name="$1" -v all="$out/all.tap" '
		function add(verdict, line) {
			sub(/^(not )?ok [0-9]+ (- )?/, "", line)
			print verdict " " name ": " line >>all
			print verdict == "ok" ? "" : verdict " " name ": " line
		}
		/^ok .*# (SKIP|skip)/ || /^not ok .*# SKIP/ {
			add("skip", $0); failing = 0; next }
		/^ok / { add("ok", $0); failing = 0; next }
		/^not ok / { add("FAIL", $0); failing = 1; next }
		/^# skipped/ { print; next }
		failing || !/^(ok|1\.\.|#)/ { print }
	' | sed '/^$/d'
}

# A check that printed no failing line of its own but ended badly.
ended_badly() {
	echo "FAIL $1: ended with status $2" | tee -a "$out/all.tap"
}

stage_lint() {
	local lint name
	for lint in tests/lint/*.sh; do
		name=$(basename "$lint" .sh)
		if "$lint" >"$out/lint-$name" 2>&1; then
			echo "ok 1 - $name"
		else
			echo "not ok 1 - $name"
			head -n 60 "$out/lint-$name"
		fi
	done | tally lint
}

# $1: a build directory
unit_tests() {
	local test name status
	for test in "$1"/tests/test_*; do
		[ -f "$test" ] && [ -x "$test" ] || continue
		name=$(basename "$1")/$(basename "$test")
		KIST_INIT=$PWD/$1/src/kist-init KIST_TEST_DATA=$PWD/tests/data \
			CMOCKA_MESSAGE_OUTPUT=TAP timeout 120 "$test" >"$out/tap" \
			2>"$out/err" </dev/null
		status=$?
		# Standard error explains failures, so it follows the first.
		cat "$out/tap" "$out/err" | tally "$name"
		[ $status = 0 ] || grep -q '^not ok [0-9]* - ' "$out/tap" ||
			ended_badly "$name" $status
	done
}

stage_unit() {
	unit_tests build/glibc
}

stage_asan() {
	ASAN_OPTIONS=detect_leaks=1 \
		LSAN_OPTIONS=suppressions=$PWD/tests/lsan.supp:print_suppressions=0 \
		UBSAN_OPTIONS=halt_on_error=1 \
		unit_tests build/asan
}

stage_commands() {
	local file
	for file in tests/commands/*.bats; do
		[ -e "$file" ] || continue
		BATS_TEST_TIMEOUT=120 timeout 600 bats --tap "$file" \
			>"$out/tap" 2>&1 </dev/null
		local status=$?
		tally "$(basename "$file" .bats)" <"$out/tap"
		[ $status = 0 ] || grep -q '^not ok ' "$out/tap" ||
			ended_badly "$file" $status
	done
}

stage_vm() {
	local run name status
	for run in tests/vm/run-*.sh; do
		name=$(basename "$run" .sh)
		timeout 300 "$run" >"$out/tap" 2>"$out/err" </dev/null
		status=$?
		cat "$out/tap" "$out/err" | tally "vm-${name#run-}"
		[ $status = 0 ] || grep -q '^not ok ' "$out/tap" ||
			ended_badly "$name" $status
	done
}

stage_fuzz() {
	tests/fuzz/run.sh 10 2>&1 | tally fuzz
}

[ $# -gt 0 ] || set -- lint unit asan fuzz commands vm
for stage; do
	began=$SECONDS
	echo "== $stage"
	"stage_$stage"
	echo "== $stage took $((SECONDS - began)) s"
done

passed=$(grep -c '^ok ' "$out/all.tap")
failed=$(grep -c '^FAIL ' "$out/all.tap")
skipped=$(grep -c '^skip ' "$out/all.tap")
[ "$skipped" = 0 ] || echo "$skipped skipped, each for the reason above"
echo "$passed passed, $failed failed" | tee "$out/tally"
[ "$failed" = 0 ]
