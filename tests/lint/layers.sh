#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# layers.sh - each layer includes itself and those below it, nothing else
cd "$(dirname "$0")/../.." || exit 1

git ls-files 'src/*.[chS]' | xargs awk '
BEGIN {
	n = split("base sys kernel format child container engine cli oci", names)
	for (i = 1; i <= n; i++)
		rank[names[i]] = i
	# Siblings: none includes another.
	rank["image"] = rank["network"] = rank["container"]
}
function layer(path) {
	sub(/^src\//, "", path)
	sub(/\/.*/, "", path)
	return path
}
/^#[ \t]*include "/ {
	split($0, part, "\"")
	mine = layer(FILENAME)
	theirs = part[2]
	sub(/\/.*/, "", theirs)
	if (part[2] !~ /\// || theirs == mine)
		next
	if (mine == "child" ||
	    !(theirs in rank) || rank[theirs] >= rank[mine] ||
	    (theirs == "child" && part[2] != "child/plan.h") ||
	    (theirs == "cli" && part[2] != "cli/opt.h")) {
		print FILENAME ":" FNR ": " mine " may not include " part[2]
		bad = 1
	}
}
END { exit bad }'
