# SPDX-License-Identifier: Apache-2.0
# map-page.bats - kist map --svg and --html, the latter in a real browser. What
# is done there is in map_page.py.

load helpers

setup() {
	needs kist
	start_test
}

teardown() {
	end_test
}

# page MODE ARG… - the steps of map_page.py; their first complaint is shown
page() { python3 "$TOP/tests/commands/map_page.py" "$@"; }

@test "a page in a file: search, filters, keys, details, light and dark, narrow, 500 containers, hostile names" {
	needs chromium
	run -0 kist map --html="$SCRATCH/map.html"
	expect_output ""
	run page file "$SCRATCH/map.html" "$SCRATCH"
	expect_status 0
}

@test "a drawing is well-formed, with nothing of elsewhere in it" {
	run -0 --separate-stderr kist map --svg
	[ "$stderr" = "" ]
	xmllint --noout - <<<"$output"
	expect_lacks "href"
	expect_lacks "<script"
	[ "$(xmllint --xpath 'namespace-uri(/*)' - <<<"$output")" = http://www.w3.org/2000/svg ]
	expect_has "$(uname -n)"
}

@test "a file is whole or not there: -o, a full disk, a folder that is missing, a pipe" {
	run -0 kist map --svg -o "$SCRATCH/map.svg"
	xmllint --noout "$SCRATCH/map.svg"
	[ "$(find "$SCRATCH" -name 'map.svg*' | wc -l)" = 1 ]
	kist map --html=/dev/stdout | grep -q '^<title>kist map</title>$'
	run -125 kist map --html="$SCRATCH/none/map.html"
	[ "${lines[0]}" = "kist: write '$SCRATCH/none/map.html': No such file or directory (ENOENT)" ]
	run -125 kist map --html=/dev/full
	[ "${lines[0]}" = "kist: write '/dev/full': No space left on device (ENOSPC)" ]
	run -125 kist map --svg -o "$SCRATCH"
	[ "${lines[0]}" = "kist: write '$SCRATCH': Is a directory (EISDIR)" ]
}

@test "what does not go together is said" {
	local words line
	while IFS='|' read -r words line; do
		# shellcheck disable=SC2086 # several words
		run -2 kist map $words
		[ "${lines[0]}" = "kist: $line" ] || {
			echo "$words: ${lines[0]}"
			return 1
		}
	done <<-'EOF'
		--svg --html|one of --json, --svg, --html and --serve
		--json --serve|one of --json, --svg, --html and --serve
		--serve 8080|'8080' alone would be something to look for
		--html map.html|'map.html' alone would be something to look for
		web --serve|--serve shows all: its page has filters of its own
		--token=secret12|--token goes with --serve only
		--serve -o x|-o goes with --svg or --html only
		--serve=http|--serve: 'http' is not a port
		--serve=65536|--serve: '65536' is not a port
		--serve --token=short|the token cannot be used
		--serve --token=with/slash|the token cannot be used
	EOF
}
