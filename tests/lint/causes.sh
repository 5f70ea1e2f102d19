#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# causes.sh - every rule of kist/causes.def is what some test finds behind a
# refusal
#
# Only a comparison counts, no list and no comment: of a command test (also one
# inside the small machine) its line "refused ID …", "because ID …" or "told ID
# …" (commands/why.bash), or that .cause of a finding = ID; of a unit test an
# expected KIST_CAUSE_ID.
cd "$(dirname "$0")/../.." || exit 1
bad=0

ids() {
	tr '\n' ' ' <include/kist/causes.def |
		grep -o 'KIST_CAUSE([[:space:]]*[A-Z][A-Z_0-9]*, *probe_' |
		sed 's/KIST_CAUSE([[:space:]]*//; s/,.*//' | sort
}

compared() {
	find tests \( -name '*.bats' -o -path '*/vm/*.sh' \) -exec cat {} + |
		sed -nE '/^[[:space:]]*#/d
			s/^([^#]*[[:space:]|&[])?(refused|because|told) ([A-Z][A-Z_0-9]*)( .*)?$/\3/p
			s/.*\.cause.* = "?([A-Z][A-Z_0-9]*)( true)?"? \].*/\1/p'
	find tests -name '*.c' -exec cat {} + |
		sed -E 's,/\*.*,,; s,^ \*.*,,' |
		grep -o 'KIST_CAUSE_[A-Z_0-9]*' | sed 's/KIST_CAUSE_//'
}

all=$(ids)
[ "$(echo "$all" | wc -l)" -gt 100 ] || { echo "the table is not read"; exit 1; }
found=$(compared | sort -u)
for id in $all; do
	echo "$found" | grep -qx "$id" ||
		{ echo "no test finds $id behind a refusal"; bad=1; }
done
for id in $(echo "$all" | uniq -d); do
	echo "$id is there twice"
	bad=1
done
exit $bad
