#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# mark-map.sh KIST [ROUNDS] - how long `kist map --json` takes with 500
# containers: the time that passes, the least of the rounds (10), and the CPU
#
# All have a network of their own but every tenth, a veth into the machine's, and
# a control group (tests/commands/crowd.bash). It runs before all other programs
# (chrt -f), for what they take of the processors is not its own. Run as root,
# with a C compiler.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
[ $# -gt 0 ] || { sed -n 's/^# \{0,1\}//p' "$0" | sed 1d; exit 2; }
kist=$(readlink -f "$1") rounds=${2:-10}

measure='
TIMEFORMAT="%R %U %S"
for ((i = 0; i < $2; i++)); do
	{ time chrt -f 10 "$1" map --json >/dev/null; } 2>&1
done'
LINKED=500 bash "$here/../tests/commands/crowd.bash" 500 \
	bash -c "$measure" measure "$kist" "$rounds" |
	awk '{ if (!n++ || $1 < least) least = $1; cpu += $2 + $3 }
	END { printf "kist map --json, 500 containers: %.2f s, CPU %.2f s (mark 0.30)\n",
		least, cpu / n }'
