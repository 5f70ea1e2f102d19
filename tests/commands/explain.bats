# SPDX-License-Identifier: Apache-2.0
# explain.bats - kist explain: what a word means

load helpers

setup() {
	needs kist
	start_test
}

teardown() { end_test; }

@test "every line to try works for an ordinary user" {
	needs user
	mkdir "$SCRATCH/u"
	! [ "$(id -u)" = 0 ] || chown "$TEST_USER:" "$SCRATCH/u"
	# the tree itself may be private
	cp "$BATS_TEST_DIRNAME/explain-try.bash" "$SCRATCH/try"
	run as_user bash "$SCRATCH/try" user "$SCRATCH/u"
	echo "$output"
	[ "$status" = 0 ]
	machine_unchanged
}

@test "every line to try as root works for root" {
	needs root
	run bash "$BATS_TEST_DIRNAME/explain-try.bash" root "$SCRATCH/r"
	echo "$output"
	[ "$status" = 0 ]
	machine_unchanged
}

@test "whatever an entry refers to is explained" {
	run -0 "$KIST" explain --json
	run jq -r '([.[] | .name, .also[]] | map(ascii_downcase)) as $words |
		.[] | .name as $name | .see[] |
		select(. as $w | $words | index($w | ascii_downcase) | not) |
		"\($name): see: \(.)"' <<<"$output"
	expect_output ""
}

@test "a word that is not explained is answered with one that is" {
	run kist explain mountnamespce
	expect_status 2
	expect_has "'mountnamespce' is not explained"
	expect_has "did you mean 'mount namespace'?"
	run kist explain qqqqqq
	expect_status 2
	expect_has "'kist explain' shows what is explained" # KIST_E_WORD
}

@test "what a line to try needs is told beside it" {
	run -0 kist explain memory.high
	expect_has "needs        control groups of version 2"
	run -0 kist explain nft
	expect_has "needs        nft"
	run -0 kist explain pids.max
	expect_lacks "needs  "
}
