#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# mark-ls.sh KIST [ROUNDS] - the CPU of `kist ls` beside that of lsns(8), with
# 1,000 namespaces and 5,000 processes
#
# They are in a pid and a mount namespace of their own, and end with it. The two
# take turns; CPU is user and system time, the sum of the rounds (3). Run as
# root, with a C compiler.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
[ $# -gt 0 ] || { sed -n 's/^# \{0,1\}//p' "$0" | sed 1d; exit 2; }
[ "$(id -u)" = 0 ] || { echo "mark-ls: needs root" >&2; exit 1; }
command -v lsns >/dev/null || { echo "mark-ls: no lsns" >&2; exit 1; }

# measure COMMAND… - CPU in milliseconds, in $ms
measure() {
	local TIMEFORMAT='%U %S' times
	times=$({ time "$@" >"$MARK/out" 2>&1; } 2>&1)
	ms=$(awk '{ printf "%d", ($1 + $2) * 1000 }' <<<"$times")
}

if [ -z "${MARK:-}" ]; then
	MARK=$(mktemp -d /tmp/mark-ls.XXXXXX)
	trap 'rm -rf "$MARK"' EXIT
	export MARK KIST=$1 ROUNDS=${2:-3}
	KIST=$(readlink -f "$1")
	"${CC:-cc}" -O2 -static -o "$MARK/crowd" "$here/crowd.c"
	mkfifo "$MARK/ready"
	unshare -m -p -f --mount-proc --kill-child bash "$0" inside
	exit
fi

"$MARK/crowd" 1000 5000 >"$MARK/ready" &
read -r ready <"$MARK/ready"
[ "$ready" = ready ]
ours=0 theirs=0
for ((i = 0; i < ROUNDS; i++)); do
	measure "$KIST" ls
	((ours += ms)) || :
	lines=$(wc -l <"$MARK/out")
	measure lsns
	((theirs += ms)) || :
	their_lines=$(wc -l <"$MARK/out")
done
echo "lines: kist ls $lines, lsns $their_lines; CPU: $((ours / ROUNDS)) ms, $((theirs / ROUNDS)) ms"
awk -v a="$ours" -v b="$theirs" \
	'BEGIN { printf "kist ls / lsns(8): %.2f (mark 0.50)\n", a / b }'
