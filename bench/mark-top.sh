#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# mark-top.sh KIST [SECONDS] - how much of a processor `kist top` takes with 100
# containers, on a terminal and as it comes: a look every 1.5 s
#
# Run as root, with a C compiler and script(1).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
[ $# -gt 0 ] || { sed -n 's/^# \{0,1\}//p' "$0" | sed 1d; exit 2; }
kist=$(readlink -f "$1") seconds=${2:-20}

# The shell's own children are what "times" counts: script, and kist below it.
measure='
sleep 2
{ sleep "$2"; printf q; } |
	TERM=xterm script -qec "stty rows 50 cols 160; exec $1 top" /dev/null >"$CROWD/screen"
grep -q "containers and units: 100" "$CROWD/screen"
times'
LINKED=100 bash "$here/../tests/commands/crowd.bash" 100 \
	bash -c "$measure" measure "$kist" "$seconds" |
	awk -v seconds="$seconds" '
	function time(text, part) {
		split(text, part, /[ms]/)
		return part[1] * 60 + part[2]
	}
	/^[0-9]+m/ && n++ {
		used = time($1) + time($2)
		printf "kist top, 100 containers: %.2f %% of a processor (mark 2)\n",
			used / seconds * 100
	}'
