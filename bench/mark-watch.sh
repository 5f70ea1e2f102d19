#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# mark-watch.sh KIST [SECONDS] - how much of a processor `kist watch` takes while
# processes come and go, some hundred a second beside those of the machine
#
# Run as root: else the kernel tells of no process.
set -eu
[ $# -gt 0 ] || { sed -n 's/^# \{0,1\}//p' "$0" | sed 1d; exit 2; }
kist=$(readlink -f "$1") seconds=${2:-20}

forks() { awk '$1 == "processes" { print $2 }' /proc/stat; }

while :; do
	/bin/true
	sleep 0.015
done &
load=$!
trap 'kill "$load"' EXIT
before=$(forks)
used=$(bash -c '"$1" watch -q -t "$2s" >/dev/null; times' watch "$kist" "$seconds" | tail -n 1)
awk -v used="$used" -v seconds="$seconds" -v made=$(($(forks) - before)) '
	function time(text, part) {
		split(text, part, /[ms]/)
		return part[1] * 60 + part[2]
	}
	BEGIN {
		split(used, both, " ")
		printf "kist watch, %.0f new processes a second: %.2f %% of a processor (mark 3)\n",
			made / seconds, (time(both[1]) + time(both[2])) / seconds * 100
	}'
