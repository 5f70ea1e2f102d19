#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# mark-limit.sh KIST [ROUNDS] - kist limit beside cgexec: CPU, taking turns
#
# The mark is about the same work: a group with two limits is made, "true" runs
# in it, the group is removed. kist limit does it in one command; libcgroup
# needs cgcreate, cgset, cgexec and cgdelete. cgexec alone, in a group that is
# there, is measured too: a start less work than ours. A command that costs
# nothing (bench/nop.c) shows both without "true".
#
# Run as root; packages: cgroup-tools. What kist limit costs beside
# systemd-run(1) is measured by tests/vm/run-systemd.sh.
set -eu
kist=${1:?usage: mark-limit.sh KIST [ROUNDS]} rounds=${2:-60}
here=$(cd "$(dirname "$0")" && pwd)
[ "$(id -u)" = 0 ] || { echo "mark-limit.sh: needs root" >&2; exit 1; }
command -v cgexec >/dev/null || { echo "mark-limit.sh: needs cgroup-tools" >&2; exit 1; }

dir=$(mktemp -d)
name=kist-mark-$$
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
	top=$(sed -n 's/^0:://p' /proc/self/cgroup) groups="-g memory,pids:/$name"
	limit=memory.max
else
	top=$(sed -n 's/^[0-9]*:memory://p' /proc/self/cgroup)
	groups="-g memory:${top%/}/$name -g pids:/$name"
	limit=memory.limit_in_bytes
fi
clean_up() {
	cgdelete ${groups//-g /} 2>/dev/null || :
	rm -rf "$dir"
}
trap clean_up EXIT
gcc -O2 -static -nostdlib "$here/nop.c" -o "$dir/nop"


python3 - "$kist" "$rounds" "$dir/nop" "$groups" "$limit" <<'EOF'
import os, resource, statistics, subprocess, sys

kist, rounds, nop, groups, limit = sys.argv[1:]
groups = groups.split()
memory, pids = groups[1], groups[-1]
path = lambda group: group.split(":")[1]

def cost(*commands):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for command in commands:
        pid = os.posix_spawnp(command[0], command, os.environ)
        _, status = os.waitpid(pid, 0)
        if status:
            sys.exit("failed: " + " ".join(command))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime +
            after.ru_stime - before.ru_stime) * 1000

make = ["cgcreate"] + groups
sets = [["cgset", "-r", limit + "=64M", path(memory)],
        ["cgset", "-r", "pids.max=100", path(pids)]]
if memory == pids:
    sets = [["cgset", "-r", limit + "=64M", "-r", "pids.max=100", path(memory)]]
drop = ["cgdelete"] + [g for g in groups if g != "-g"]
run = ["cgexec"] + groups
ours = [kist, "limit", "-q", "mem=64M", "pids=100"]
took = {}

def turn(name, *commands):
    took.setdefault(name, []).append(cost(*commands))

for _ in range(int(rounds)):
    turn("kist limit", ours + ["true"])
    turn("cgcreate cgset cgexec cgdelete", make, *sets, run + ["true"], drop)
    subprocess.run(make, check=True)
    turn("cgexec alone", run + ["true"])
    turn("cgexec alone, nop", run + [nop])
    subprocess.run(drop, check=True)
    turn("kist limit, nop", ours + [nop])

cpu = {name: statistics.median(times) for name, times in took.items()}
for name, ms in cpu.items():
    print("%-32s %6.2f ms" % (name, ms))
print("kist limit / cgexec alone: %.2f; without true: %.2f" % (
    cpu["kist limit"] / cpu["cgexec alone"],
    cpu["kist limit, nop"] / cpu["cgexec alone, nop"]))
print("kist limit / cgexec: %.2f (mark 0.50)" %
      (cpu["kist limit"] / cpu["cgcreate cgset cgexec cgdelete"]))
EOF
