#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# steps.sh [ROUNDS] - what each step of making a container costs, by itself
#
# Run as root. Prints a line a step: its name, and the median in microseconds.
# The times in src/engine/explain/plan_steps.def are from here.
cd "$(dirname "$0")/.." || exit 1
steps=$(mktemp) || exit 1
trap 'rm -f "$steps"' EXIT
${CC:-cc} -O2 -static -o "$steps" bench/steps.c || exit 1
for group in /sys/fs/cgroup/pids /sys/fs/cgroup; do
	[ ! -e "$group/cgroup.procs" ] || break
done
STEPS_CGROUP=$group "$steps" "${1:-201}"
