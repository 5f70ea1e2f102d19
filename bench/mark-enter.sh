#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# mark-enter.sh KIST [ROUNDS] - what entering all namespaces of a process costs,
# beside nsenter(1): processor time, in turns in one run. Run as root.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
kist=$(readlink -f "$1") rounds=${2:-200}
work=$(mktemp -d)
trap 'kill "$holder" 2>/dev/null; rm -rf "$work"' EXIT

cc -O2 -o "$work/timer" "$here/timer.c"
unshare -mpiunCT --mount-proc -f --kill-child sleep 1000 &
holder=$!
until target=$(pgrep -P "$holder") && [ "$(readlink "/proc/$target/ns/pid")" != \
	"$(readlink /proc/self/ns/pid)" ]; do sleep 0.1; done

"$work/timer" -n "$rounds" -w 10 \
	"nsenter=nsenter -t $target -a /bin/true" \
	"kist=$kist enter $target /bin/true" >"$work/out"
awk -F'\t' '{ cpu[$1] = $4; failed += $6 }
END {
	if (failed) { print "mark-enter: " failed " rounds failed"; exit 1 }
	printf "kist enter / nsenter(1): %.2f (mark 0.60)\n",
		cpu["kist"] / cpu["nsenter"]
}' "$work/out"
