# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2030,SC2031
# show.bats - kist show: one target whole, and two compared

load helpers

setup() {
	needs kist
	start_test
	STARTED=()
}

teardown() {
	local pid
	for pid in "${STARTED[@]}"; do
		kill -KILL "$pid" 2>/dev/null || :
		wait "$pid" 2>/dev/null || :
	done
	end_test
}

# begin NAME CMD… - run CMD, which has to execute `sleep` in the end; P is its
# process, as we see it.
begin() {
	"$@" 3>&- &
	STARTED+=("$!")
	TOP_PID=$!
	eventually find_sleep "$TOP_PID"
}

find_sleep() {
	local pid
	for pid in "$1" $(descendants "$1"); do
		[ "$(cat "/proc/$pid/comm" 2>/dev/null)" = sleep ] || continue
		P=$pid
		[[ " ${STARTED[*]} " == *" $pid "* ]] || STARTED+=("$pid")
		return 0
	done
	return 1
}

descendants() {
	local child
	for child in $(pgrep -P "$1"); do
		echo "$child"
		descendants "$child"
	done
}

json() { jq -r "$1" <<<"$output"; }

expect_json() {
	local got
	got=$(json "$1")
	[ "$got" = "$2" ] && return
	printf '%s is: %s\nwanted: %s\n' "$1" "$got" "$2"
	return 1
}

# --- one ---------------------------------------------------------------------

@test "show . names all sections and fits into 80 columns" {
	run kist show .
	expect_status 0
	local title
	for title in NAMESPACES "USERS AND GROUPS" CAPABILITIES MOUNTS NETWORK \
		"IPC OBJECTS" "CONTROL GROUPS" CLOCKS SIGNALS LIMITS; do
		grep -qx "$title" <<<"$output" || { echo "no $title"; return 1; }
	done
	# tables are as wide as what is in them where there is no terminal
	run -0 script -qec "stty cols 80; '$KIST' show ." /dev/null
	[ "$(tr -d '\r' <<<"$output" | awk '{ if (length > m) m = length } END { print m }')" -le 80 ]
}

@test "show tells the namespaces as /proc has them, and marks the initial ones" {
	local kind
	begin sleep 1000
	run -0 kist show "$P" --ns -J
	for kind in cgroup ipc mnt net pid time user uts; do
		expect_json ".namespaces[] | select(.kind == \"$kind\").inode" \
			"$(stat -Lc %i "/proc/$P/ns/$kind")"
		expect_json ".namespaces[] | select(.kind == \"$kind\").ours" true
	done
	[ "$(stat -Lc %i /proc/self/ns/uts)" != 4026531838 ] ||
		expect_json '.namespaces[] | select(.kind == "uts").initial' true
	expect_json '.namespaces | length' 8
	expect_json 'has("ids") or has("mounts")' false
}

@test "show counts who else is in a namespace, and who owns it" {
	needs root
	begin unshare -u sh -c 'sleep 1000 & exec sleep 1000'
	run -0 kist show "$P" --ns -J
	expect_json '.namespaces[] | select(.kind == "uts").processes' 2
	expect_json '.namespaces[] | select(.kind == "uts").ours' false
	expect_json '.namespaces[] | select(.kind == "uts").initial' false
	expect_json '.namespaces[] | select(.kind == "uts").owner' \
		"$(stat -Lc %i /proc/self/ns/user)"
	pkill -KILL -P "$P" || :
}

@test "show tells the namespaces of children apart from the process's own" {
	needs root
	begin unshare -p sh -c ':; exec sleep 1000'
	# its first child makes the namespace known; here there was none, or one
	run -0 kist show "$P" --ns
	begin unshare -T sleep 1000
	run -0 kist show "$P" --ns -J
	local own children
	own=$(stat -Lc %i "/proc/$P/ns/time")
	children=$(stat -Lc %i "/proc/$P/ns/time_for_children")
	expect_json '.namespaces[] | select(.kind == "time").inode' "$own"
	if [ "$own" != "$children" ]; then
		expect_json '.namespaces[] | select(.kind == "time").forChildren' \
			"$children"
	fi
}

@test "show has a process's number at every level" {
	needs root
	begin unshare -pf --mount-proc unshare -pf sleep 1000
	run -0 kist show "$P" --signals -J
	expect_json '.pids | length' 3
	expect_json '.pids[0]' "$P"
	expect_json '.pids[2]' 1
	run -0 kist show "$P" --signals
	expect_has "> 1 (yours first, its own last)"
}

@test "show has ids inside and outside, with names and the map" {
	needs root
	begin unshare -U sleep 1000
	echo "5 0 10" >"/proc/$P/uid_map"
	echo "0 0 1" >"/proc/$P/gid_map"
	run -0 kist show "$P" --ids -J
	expect_json .ids.user.effective.outside 0
	expect_json .ids.user.effective.name root
	expect_json .ids.user.effective.inside 5
	expect_json .ids.user.effective.insideName \
		"$(getent passwd 5 | cut -d: -f1)"
	expect_json .ids.user.effective.mapped true
	expect_json '.ids.uidMap[0] | "\(.inside) \(.outside) \(.count)"' "5 0 10"
	run -0 kist show "$P" --ids
	expect_has "user         0 (root), inside 5"
	expect_has "uid map      5-14 is 0-9 outside"
	expect_has "gid map      0 is 0 outside"
}

@test "show explains the overflow id where an id has no name inside" {
	needs root
	begin unshare -U sleep 1000
	run -0 kist show "$P" --ids -J
	expect_json .ids.user.effective.outside 0
	expect_json .ids.user.effective.inside "$(cat /proc/sys/kernel/overflowuid)"
	expect_json .ids.user.effective.mapped false
	run -0 kist show "$P" --ids
	expect_has "user         0 (root), inside nobody (65534)"
	expect_has "65534 is the overflow id: inside it stands for every id that is not in the"
	expect_has "uid map      none"
}

@test "show names capabilities, and the user namespace they count in" {
	needs root
	begin setpriv --bounding-set=-all,+chown,+kill --inh-caps=-all \
		--no-new-privs sleep 1000
	run -0 kist show "$P" --caps -J
	expect_json '.capabilities.bounding | join(" ")' "CAP_CHOWN CAP_KILL"
	expect_json .capabilities.noNewPrivileges true
	expect_json .capabilities.userNamespace "$(stat -Lc %i /proc/self/ns/user)"
	run -0 kist show "$P" --caps
	expect_has "bounding     CHOWN, KILL"
	expect_has "no_new_privs yes: setuid programs give no rights"
	begin unshare -Ur sleep 1000
	run -0 kist show "$P" --caps
	expect_has ": over what it owns, not over the"
}

@test "show tells mounts and their propagation" {
	needs root
	begin unshare -m sh -c 'mount -t tmpfs kt-one /mnt && mount --make-shared /mnt &&
		mount -t tmpfs -o size=1m kt-two /mnt && mount --make-private /mnt &&
		exec sleep 1000'
	run -0 kist show "$P" --mounts -J
	expect_json '.mounts[] | select(.source == "kt-one").propagation' shared
	expect_json '[.mounts[] | select(.source == "kt-one").peerGroup > 0] | first' true
	expect_json '.mounts[] | select(.source == "kt-two").propagation' private
	expect_json '.mounts | length' "$(wc -l <"/proc/$P/mountinfo")"
	run -0 kist show "$P" --mounts
	expect_has "$(wc -l <"/proc/$P/mountinfo"): "
	grep -Eq '^  /mnt +tmpfs +shared [0-9]+ +rw,[a-z]+ +kt-one$' <<<"$output"
}

@test "show tells devices, addresses, routes and listening sockets" {
	needs root
	begin unshare -n sh -c 'ip link set lo up && ip link add kt0 type bridge &&
		ip addr add 10.9.8.7/24 dev kt0 && ip link set kt0 up &&
		exec python3 -c "
import os, socket
tcp = socket.create_server((\"10.9.8.7\", 8080)); tcp.set_inheritable(True)
un = socket.socket(socket.AF_UNIX); un.bind(\"\\0kt-abstract\"); un.listen()
un.set_inheritable(True)
os.execvp(\"sleep\", [\"sleep\", \"1000\"])"'
	run -0 kist show "$P" --net -J
	expect_json '.net.links[] | select(.name == "kt0").kind' bridge
	expect_json '.net.links[] | select(.name == "kt0").addresses[0]' 10.9.8.7/24
	expect_json '.net.links[] | select(.name == "kt0").up' true
	expect_json '.net.routes | index("10.9.8.0/24 dev kt0") != null' true
	expect_json '.net.sockets[] | select(.protocol == "tcp") | "\(.address) \(.pid)"' \
		"10.9.8.7:8080 $P"
	expect_json '.net.sockets[] | select(.address == "@kt-abstract").pid' "$P"
	run -0 kist show "$P"
	expect_has "1 unix sockets listen (--net shows them)"
	# the same of the namespace alone, which nobody has to be in
	run -0 kist show "net:[$(stat -Lc %i "/proc/$P/ns/net")]" --net -J
	expect_json '.net.links[] | select(.name == "kt0").kind' bridge
}

@test "show lists a network namespace that nobody is in" {
	needs root
	touch "$SCRATCH/ns"
	unshare --net="$SCRATCH/ns" ip link add kt1 type bridge
	run kist show "$SCRATCH/ns" -J
	local second
	second=$(kist show "$SCRATCH/ns" --caps 2>&1) && second=none
	umount "$SCRATCH/ns"
	expect_status 0
	expect_json .pid null
	expect_json '.net.links[] | select(.name == "kt1").kind' bridge
	expect_json '.namespaces[0].kind' net
	expect_json '.namespaces[0].processes' 0
	[[ $second == "kist: namespace net:["*"]: no process is in it, so there is no more to show"* ]]
	[[ $second == *"hint: --ns, --net and --ipc need none"* ]]
}

@test "show lists System V and POSIX ipc objects of another ipc namespace" {
	needs root
	begin unshare -im sh -c 'ipcmk -Q -p 0640 >/dev/null && ipcmk -S 3 >/dev/null &&
		ipcmk -M 8192 >/dev/null && mount -t mqueue mq /mnt &&
		touch /mnt/kt-queue && exec sleep 1000'
	run -0 kist show "$P" --ipc -J
	expect_json '.ipc | length' 4
	expect_json '.ipc[] | select(.kind == "msg").mode' $((0640))
	expect_json '.ipc[] | select(.kind == "sem").count' 3
	expect_json '.ipc[] | select(.kind == "shm").bytes' 8192
	expect_json '.ipc[] | select(.kind == "mqueue").name' /kt-queue
	expect_json '.ipc[] | select(.kind == "mqueue").count' 0
	expect_json '.notVisible | length' 0
	run -0 kist show "$P" --ipc
	expect_has "3 semaphores"
	# and none of it here
	run -0 kist show . --ipc -J
	expect_json '[.ipc[] | select(.name == "/kt-queue")] | length' 0
}

@test "show tells the limit in force, and the group that sets it" {
	needs root
	local base=/sys/fs/cgroup file=memory.max
	if [ -e /sys/fs/cgroup/memory/memory.limit_in_bytes ]; then
		base=/sys/fs/cgroup/memory file=memory.limit_in_bytes
	elif ! grep -qw memory "$base/cgroup.subtree_control"; then
		skip "the memory controller is not enabled at the root"
	fi
	local top=$base/kt-show-$$
	mkdir "$top"
	[ "$base" = /sys/fs/cgroup ] && echo +memory >"$top/cgroup.subtree_control"
	mkdir "$top/inner"
	echo $((64 << 20)) >"$top/$file"
	[ "$file" = memory.max ] && echo $((128 << 20)) >"$top/inner/$file"
	begin sleep 1000
	echo "$P" >"$top/inner/cgroup.procs"
	run kist show "$P" --cg -J
	local text
	text=$(kist show "$P" --cg)
	kill -KILL "$P"
	wait "$P" 2>/dev/null || :
	eventually rmdir "$top/inner"
	rmdir "$top"
	expect_status 0
	local limit='.cgroups[].limits[] | select(.name == "memory")'
	expect_json "$limit.limit" $((64 << 20))
	expect_json "$limit.setBy" "/kt-show-$$"
	expect_json "$limit.usage >= 0" true
	grep -Eq "^  memory +64 MiB .* /kt-show-$$\$" <<<"$text"
}

@test "show has every hierarchy of /proc/PID/cgroup" {
	begin sleep 1000
	run -0 kist show "$P" --cg -J
	[ "$(json '.cgroups[] | "\(.hierarchy):\(.controllers):\(.path)"')" = \
		"$(cat "/proc/$P/cgroup")" ]
}

@test "show tells clocks inside and outside" {
	needs root
	begin unshare -Tf --boottime 86400 --monotonic -5 sleep 1000
	run -0 kist show "$P" --time -J
	expect_json '.clocks[] | select(.name == "boottime").offset' 86400000000000
	expect_json '.clocks[] | select(.name == "monotonic").offset' -5000000000
	expect_json '.clocks[] | select(.name == "boottime") | .inside - .outside' \
		86400000000000
	run -0 kist show "$P" --time
	expect_has "1d 00:00:00"
	expect_has "-00:00:05"
	# from inside the same clocks are "outside"
	run -0 unshare -Tf --boottime 86400 "$KIST" show . --time -J
	expect_json '.clocks[] | select(.name == "boottime").offset' 86400000000000
	expect_json '.clocks[] | select(.name == "boottime") | .inside == .outside' true
}

@test "show tells which signals process 1 of a pid namespace ignores" {
	needs root
	begin unshare -pf sh -c 'trap : USR1; sleep 1000 & wait; sleep 1000'
	run -0 kist show "$P" --signals -J
	expect_json '.signals.initIgnores | index("TERM") != null' true
	expect_json '.signals.initIgnores | index("USR1") != null' false
	expect_json '.signals.initIgnores | index("KILL") != null' true
	local init
	init=$(json .signals.init)
	# and it is so
	nsenter -t "$init" -p sh -c 'kill -TERM 1'
	kill -TERM "$init"
	run -0 kist show "$P" --signals
	expect_has "without effect on it: HUP, INT"
	expect_has "it takes USR1"
	[ -d "/proc/$init" ]
}

@test "show sees the signals an init waits for" {
	needs root
	begin unshare -pf "$KIST" init -- sleep 1000
	run -0 kist show "$P" --signals -J
	expect_json '.signals.initIgnores | index("TERM") != null' false
	expect_json '.signals.init > 0' true
}

@test "show tells limits of the process, and how many processes there may be" {
	begin prlimit --nofile=123:456 sleep 1000
	run -0 kist show "$P" --limits -J
	expect_json '.limits.rlimits[] | select(.name == "nofile") | "\(.soft) \(.hard)"' \
		"123 456"
	expect_json .limits.pidMax "$(cat /proc/sys/kernel/pid_max)"
	run -0 kist show "$P"
	expect_has "nofile 123 (at most 456)"
}

# --- two ---------------------------------------------------------------------

@test "show of two says for each kind whether it is the same" {
	needs root
	begin unshare -u sleep 1000
	local one=$P two
	begin unshare -n sleep 1000
	two=$P
	run -0 kist show "$one" "$two"
	grep -Eq '^  uts namespace +differs +[0-9]+ +[0-9]+$' <<<"$output"
	grep -Eq '^  net namespace +differs' <<<"$output"
	grep -Eq '^  ipc namespace +same' <<<"$output"
	run -0 kist show "$one" "$two" -J
	expect_json '.rows[] | select(.what == "uts namespace") | .a' \
		"$(stat -Lc %i "/proc/$one/ns/uts")"
	expect_json '[.rows[] | select(.what | test("namespace")) | select(.same)] | length' 6
}

@test "show of two: mounts alike do not make the row before them differ" {
	needs root
	begin unshare -m sleep 1000
	run -0 kist show . "$P" --mounts --all
	grep -Eq '^  root directory +same' <<<"$output"
	[ "$(grep -v ' nsfs ' <<<"$output" | grep -c '^  mount ')" = 0 ]
}

@test "show of two lists the mounts that differ" {
	needs root
	begin unshare -m sh -c 'mount -t tmpfs kt-three /mnt && exec sleep 1000'
	run -0 kist show . "$P" --mounts
	grep -Eq '^  mount /mnt +differs +- +tmpfs kt-three' <<<"$output"
	# (Mount namespaces bound to files are copied nowhere.)
	[ "$(grep -v ' nsfs ' <<<"$output" | grep -c '^  mount ')" = 1 ]
}

@test "show of two finds a process like itself" {
	begin sleep 1000
	local one=$P
	begin sleep 1000
	run -0 kist show "$one" "$P" -J
	expect_json '[.rows[] | select(.same == false)] | length' 0
	run -0 kist show "$one" "$P" -a
	expect_lacks "differs"
	grep -Eq '^  effective user +same' <<<"$output"
}

# --- an ordinary user --------------------------------------------------------

@test "an ordinary user sees all of the own processes" {
	as_user true
	run -0 as_user sh -c '"$KIST" show . -J'
	expect_json '.namespaces | length' 8
	expect_json '.ids.user.real.outside' "$(id -u "$TEST_USER")"
	expect_json '.ids.user.real.name' "$TEST_USER"
	expect_json '[.notVisible[] | select(test("queues|signals") | not)] | length' 0
}

@test "an ordinary user sees into the own namespaces" {
	as_user unshare -Urn true || skip "no user namespaces for ordinary users"
	as_user unshare -Urinm sh -c 'ip link add kt2 type bridge; ipcmk -Q >/dev/null
		mount -t mqueue mq /mnt; touch /mnt/kt-mine; exec sleep 1000' 3>&- &
	STARTED+=("$!")
	eventually find_sleep "$!"
	run -0 as_user sh -c '"$KIST" show "$1" -J' sh "$P"
	expect_json '.net.links[] | select(.name == "kt2").kind' bridge
	expect_json '[.ipc[] | select(.kind == "msg")] | length' 1
	expect_json '.ipc[] | select(.kind == "mqueue").name' /kt-mine
	expect_json '[.notVisible[] | select(test("signals") | not)] | length' 0
	expect_json '.ids.user.effective.inside' 0
}

@test "an ordinary user is told what is not visible" {
	needs root
	begin sleep 1000
	as_user true
	run -0 as_user sh -c '"$KIST" show "$1"' sh "$P"
	expect_has "not visible to you: its namespaces"
	expect_has "uid map      all ids"
	expect_has "user         0 (root)"
	run -0 as_user sh -c '"$KIST" show "$1" "$$" -J' sh "$P"
	expect_json '.rows[] | select(.what == "net namespace").same' null
}

# --- mistakes ----------------------------------------------------------------

@test "show of what is not there is one clear line" {
	run -125 kist show 4194303
	expect_has "kist: there is no process 4194303"
	run kist show nobody-is-called-so
	expect_status 125
	[ "$(grep -c '^kist: ' <<<"$output")" = 1 ]
	run -2 kist show
	expect_has "TARGET"
	run -2 kist show . --mount
	expect_has "--mounts"
	run -125 kist show . 4194303 -J
	expect_lacks '{'
}

@test "show makes control characters of strangers harmless" {
	cp "$(command -v sleep)" "$SCRATCH/sleep"
	begin bash -c 'exec -a "$(printf "sl\033[31mred\n")" sleep 1000'
	run -0 kist show "$P" --caps
	expect_has 'sl?[31mred'
	expect_lacks $'\033'
}
