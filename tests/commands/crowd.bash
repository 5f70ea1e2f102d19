# SPDX-License-Identifier: Apache-2.0
# crowd.bash COUNT COMMAND… - a command among so many containers
#
#	bash tests/commands/crowd.bash 500 "$KIST" map
#
# They look like Docker's (bench/containers.c), and are in pid, mount and network
# namespaces of this script's, as is the command. LINKED of them (default: all up
# to 100) have a veth to a bridge. Nothing is left: processes end with their pid
# namespace, and the control groups, below a folder "crowd-PID" of each
# hierarchy, are removed. Run as root, with a C compiler.
set -eu

crowd_groups() {
	local place
	if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
		echo /sys/fs/cgroup
		return
	fi
	for place in memory pids cpu cpuacct freezer; do
		[ ! -d "/sys/fs/cgroup/$place" ] || readlink -f "/sys/fs/cgroup/$place"
	done | sort -u
}

if [ -z "${CROWD:-}" ]; then
	[ $# -gt 1 ] || { sed -n 's/^# \{0,1\}//p' "$0" | sed 1d; exit 2; }
	here=$(cd "$(dirname "$0")/../.." && pwd)
	CROWD=$(mktemp -d /tmp/crowd.XXXXXX)
	export CROWD
	clean_up() {
		local group _
		for group in $(crowd_groups); do
			for _ in {1..100}; do
				[ -d "$group/crowd-$$" ] || break
				find "$group/crowd-$$" -depth -type d \
					-exec rmdir {} + 2>/dev/null || sleep 0.05
			done
		done
		rm -rf "$CROWD"
	}
	trap clean_up EXIT
	"${CC:-cc}" -O1 -static -o "$CROWD/containers" "$here/bench/containers.c"
	mkfifo "$CROWD/ready"
	for group in $(crowd_groups); do
		mkdir "$group/crowd-$$" "$group/crowd-$$/docker"
		for file in cpuset.cpus cpuset.mems; do
			[ ! -e "$group/$file" ] || cat "$group/$file" >"$group/crowd-$$/$file"
		done
	done
	export CROWD_GROUP=crowd-$$
	status=0
	unshare -m -p -n -f --mount-proc --kill-child bash "$0" "$@" || status=$?
	exit "$status"
fi

count=$1
shift
ip link set lo up
mount -t tmpfs none /var/lib
mkdir -p /var/lib/docker/containers
groups=()
for group in $(crowd_groups); do groups+=("$group/$CROWD_GROUP"); done
"$CROWD/containers" "$count" "${LINKED:-$((count < 100 ? count : 100))}" "${groups[@]}" \
	>"$CROWD/ready" 3>&- &
read -r ready <"$CROWD/ready"
[ "$ready" = ready ]
status=0
"$@" || status=$?
exit "$status"
