#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# mark-unshare.sh KIST [ROUNDS] - what new namespaces cost, beside unshare(1)
#
# Both make the same six namespaces for true(1), taking turns. kist also makes
# the command process 1 with a /proc, a /sys and a loopback of its own, which
# unshare(1) does not; the second line is unshare(1) told to come closer to
# that. $PEER: another unshare(1) to compare with.
kist=$(readlink -f "${1:?usage: mark-unshare.sh KIST [ROUNDS]}") rounds=${2:-200}
cd "$(dirname "$0")/.." || exit 1
timer=$(mktemp) || exit 1
trap 'rm -f "$timer"' EXIT
${CC:-cc} -O2 -o "$timer" bench/timer.c || exit 1

# the name of a peer as $2, its command as $3
ratio() {
	"$timer" -n "$rounds" -w 10 "kist=$kist unshare -mpiunC true" \
		"peer=$3" |
		awk -v name="$2" -v mark="$1" '
		$1 == "kist" { kist = $4; failed += $6 }
		$1 == "peer" { peer = $4; failed += $6 }
		END {
			printf "kist unshare / %s: %.2f%s\n", name,
				kist / peer, mark ? " (mark " mark ")" : ""
			if (failed) print failed " runs failed"
			exit failed > 0
		}'
}

ratio 0.70 "unshare(1)" "unshare -mpiunC true"
ratio "" "unshare(1) --fork --mount-proc" \
	"unshare -mpiunC --fork --mount-proc true"
[ -z "$PEER" ] || ratio "" "$PEER" "$PEER -mpiunC true"
