#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# demo.sh KIST - `make run`: one container of this machine's own system, and
# what it can and cannot see
set -u
kist=$(readlink -f "${1:-kist}")
bold='' dim='' green='' red='' plain=''
if [ -t 1 ]; then
	bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'
fi
title() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
kinds="cgroup ipc mnt net pid time user uts"
note=/etc/written-in-the-container

# --- what runs inside ------------------------------------------------------------

cat >"$folder/inside" <<INSIDE
first() { # the first of these files that is there: v2, then v1
	for file; do
		[ ! -r "\$file" ] || { cat "\$file"; return; }
	done
	echo -
}
cd /sys/fs/cgroup
echo "user       \$(id -un) (\$(id -u)), one of this machine's own accounts"
echo "hostname   \$(hostname)"
echo "process    \$\$ is this shell; /proc shows \$(ls -d /proc/[0-9]* | wc -l) processes"
ps -e -o pid,user,comm 2>/dev/null | sed 's/^/           /'
echo "files      \$(awk '\$3 == "overlay"' /proc/mounts | wc -l) overlays over this machine's own, \$(wc -l </proc/mounts) mounts"
echo "network    \$(ls /sys/class/net 2>/dev/null | tr '\\n' ' ')"
echo "memory     \$(first memory.max memory/memory.limit_in_bytes) bytes"
echo "processor  \$(first cpu.max cpu/cpu.cfs_quota_us) of 100000 us"
echo "processes  \$(first pids.max pids/pids.max) at most"
echo "abilities  \$(sed -n 's/CapEff:\t*//p' /proc/self/status) (root outside: all)"
grep -q 'Seccomp:.*2' /proc/self/status && echo "seccomp    a filter is on"
echo written >$note 2>/dev/null && echo "wrote      $note"
if [ "\$(cat /etc/hostname)" = box ]; then # never outside
	rm -rf /usr/bin/[a-c]*
	echo "deleted    programs: \$(ls /usr/bin | wc -l) are left in /usr/bin here"
fi
exec >&3
cd /proc/self/ns
for kind in $kinds; do readlink \$kind; done
INSIDE

# --- the run ---------------------------------------------------------------------

set -- run --rm --hostname box -m 256m --cpus .5 --pids-limit 64 \
	--userns private --time private --network none -v "$folder:/mnt" \
	host -- bash -c '. /mnt/inside 3>/mnt/namespaces'
title "kist run --rm --hostname box -m 256m --cpus .5 --pids-limit 64 --userns private host -- bash"
programs=$(find /usr/bin | wc -l)
if ! "$kist" "$@"; then
	printf '%skist run did not work here%s\n' "$red" "$plain"
	exit 1
fi

title "Outside, on $(hostname)"
if [ -e "$note" ]; then
	printf '%s%s is here%s\n' "$red" "$note" "$plain"
else
	echo "no file    $note: the overlay is gone"
fi
[ "$programs" != "$(find /usr/bin | wc -l)" ] || echo "nothing    is missing in /usr/bin"

title "Namespaces, by inode"
printf '%s%-9s %-12s %-12s%s\n' "$dim" kind outside inside "$plain"
while read -r kind; do
	inside=$(grep "^${kind%%:*}:" "$folder/namespaces" | tr -dc 0-9)
	outside=$(readlink "/proc/self/ns/$kind" | tr -dc 0-9)
	colour=$green word="its own"
	[ "$inside" != "$outside" ] || { colour=$dim word="shared"; }
	printf '%-9s %-12s %-12s %s%s%s\n' "$kind" "$outside" "$inside" \
		"$colour" "$word" "$plain"
done < <(printf '%s\n' $kinds)

title "Try it"
cat <<TRY
  ${kist/#$PWD\//} run host -- bash          a throw-away copy of this machine
  ${kist/#$PWD\//} run --help
TRY
