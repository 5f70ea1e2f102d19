#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# sizes.sh - a function has at most 60 lines, a file 600
#
# Longer ones are listed in sizes.allow, each with its reason; an entry that is
# no longer needed is an error too.
cd "$(dirname "$0")/../.." || exit 1

git ls-files '*.c' '*.h' | xargs awk '
BEGIN {
	while ((getline line <"tests/lint/sizes.allow") > 0)
		if (line !~ /^#/ && split(line, part, /[ \t]+/) > 1)
			allowed[part[1]] = 1
}
function check(what, lines, limit) {
	if (lines <= limit)
		return
	used[what] = 1
	if (what in allowed)
		return
	print what ": " lines " lines, over " limit
	bad = 1
}
FNR == 1 && file { check(file, count, 600) }
{ file = FILENAME; count = FNR }
# In this style a body opens and closes with a brace in the first column.
/^[a-z].*\(/ && !/;[ \t]*$/ { name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name) }
/^{/ { start = FNR }
/^}/ && start { check(FILENAME ":" name, FNR - start - 1, 60); start = 0 }
END {
	check(file, count, 600)
	for (what in allowed)
		if (!(what in used)) {
			print "sizes.allow: not needed any more: " what
			bad = 1
		}
	exit bad
}'
