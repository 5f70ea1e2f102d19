# SPDX-License-Identifier: Apache-2.0
# names.bats - kist new, keep and rm: sets of namespaces with a name

load kist

setup() {
	# The mount that ip(8) makes at the first use is not ours.
	[ "$(id -u)" != 0 ] || { ip netns add kt-first && ip netns del kt-first; }
	start_kist
}

teardown() {
	local name
	for name in "$SCRATCH"/k/ns/*/; do
		[ ! -d "$name" ] || k rm "$(basename "$name")" >/dev/null 2>&1 || :
	done
	for name in "$SCRATCH"/home/run/kist/ns/*/; do
		[ ! -d "$name" ] || ku rm "$(basename "$name")" >/dev/null 2>&1 || :
	done
	ip netns del kt-ip 2>/dev/null || :
	rm -rf /etc/netns/kt-dns
	kill "${TARGET:-}" 2>/dev/null || :
	end_kist
}

inode_of() { stat -Lc %i "/proc/self/ns/$1"; }

@test "all kinds are made, entered by name, and end with it" {
	needs root
	run -0 k new kt-all
	expect_output ""
	local kind
	for kind in cgroup ipc mnt net pid time uts; do
		run -0 k enter kt-all stat -Lc %i /proc/self/ns/$kind
		[ "$output" != "$(inode_of $kind)" ]
	done
	run -0 k enter kt-all sh -c 'cat /proc/1/comm; ip -o link'
	expect_has $'kist-init\n1: lo: <LOOPBACK,UP,LOWER_UP>'
	run -0 k rm kt-all
	expect_output kt-all
	nothing_left
}

@test "only the kinds asked for, a host name, and clocks" {
	needs root
	run -0 k new kt-few -uT --hostname blue --boottime 7d
	run -0 k enter kt-few uname -n
	expect_output blue
	local here there
	here=$(cut -d. -f1 /proc/uptime)
	there=$(k enter kt-few cut -d. -f1 /proc/uptime)
	[ $((there - here)) -ge 604799 ] && [ $((there - here)) -le 604860 ]
	run -0 k enter kt-few stat -Lc %i /proc/self/ns/net
	expect_output "$(inode_of net)"
	k rm kt-few
	nothing_left
}

@test "keep: a name for the host name of a process, which may end then" {
	needs root
	unshare -u sh -c 'hostname kept; exec sleep 60' 3>&- &
	TARGET=$!
	eventually sh -c "[ \"\$(readlink /proc/$TARGET/exe)\" = \"\$(readlink -f \"\$(command -v sleep)\")\" ]"
	run -0 k keep myuts $TARGET -u
	kill $TARGET
	run -0 k enter myuts hostname
	expect_output kept
	k rm myuts
	nothing_left
}

@test "what ip netns makes is entered and removed; what kist makes, ip finds" {
	needs root
	ip netns add kt-ip
	ip -n kt-ip link add kt-gone type veth peer name kt-gone2
	run -0 k enter kt-ip ip -o link show kt-gone
	expect_has kt-gone
	run -0 --separate-stderr k rm kt-ip
	expect_output kt-ip
	output=$stderr expect_has "kist: kt-ip: these devices are destroyed: kt-gone2 kt-gone"
	[ ! -e /run/netns/kt-ip ]

	k new kt-ours -n
	run -0 ip netns list
	expect_has kt-ours
	run -0 ip netns exec kt-ours ip -o link show lo
	expect_has UP
	k rm kt-ours
	[ ! -e /run/netns/kt-ours ]
	nothing_left
}

@test "the files of /etc/netns/NAME are seen in /etc, and nothing is left of it" {
	needs root
	mkdir -p /etc/netns/kt-dns
	echo 'nameserver 192.0.2.7' >/etc/netns/kt-dns/resolv.conf
	k new kt-dns -n
	run -0 k enter kt-dns cat /etc/resolv.conf
	expect_output 'nameserver 192.0.2.7'
	run -0 k enter netns:kt-dns cat /etc/resolv.conf
	expect_output 'nameserver 192.0.2.7'
	run -1 grep 192.0.2.7 /etc/resolv.conf
	k rm kt-dns
	nothing_left
}

@test "removing a pid namespace says how many processes end" {
	needs root
	k new kt-pid -p
	k enter kt-pid sleep 60 3>&- &
	eventually sh -c "'$KIST' --root '$SCRATCH/k' enter kt-pid ps -e | grep -q sleep"
	run -0 --separate-stderr k rm kt-pid
	output=$stderr expect_output "kist: kt-pid: 1 process of it ends"
	nothing_left
}

@test "a set whose process 1 was killed is dead, and can be removed" {
	needs root
	k new kt-dead -pu
	kill -KILL "$(grep -o '"holder":[0-9]*' "$SCRATCH/k/ns/kt-dead/about" |
		cut -d: -f2)"
	eventually sh -c "! '$KIST' --root '$SCRATCH/k' enter kt-dead true 2>/dev/null"
	run -125 k enter kt-dead true
	expect_output "kist: the pid namespace of 'kt-dead' is dead: its process 1 has ended
hint: no process can be started in it any more: make a new one"
	run -0 k enter -u kt-dead uname -n
	k rm kt-dead
	nothing_left
}

@test "the lines of a dry run make, keep and remove the same" {
	needs root
	run -0 k new --dry-run kt-dry -un --hostname green
	[ ! -e "$SCRATCH/k/ns/kt-dry" ]
	sh -e <<<"$output"
	run -0 k enter kt-dry sh -c 'uname -n; ip -o link show lo'
	expect_has green
	expect_has UP
	run -0 k keep --dry-run kt-dry2 kt-dry -u
	sh -e <<<"$output"
	run -0 k enter kt-dry2 uname -n
	expect_output green
	k rm kt-dry2
	run -0 k rm --dry-run kt-dry
	[ -e "$SCRATCH/k/ns/kt-dry" ]
	sh -e <<<"$output"
	[ ! -e "$SCRATCH/k/ns" ]

	run -0 k new --dry-run kt-dryp -pm
	sh -e <<<"$output"
	run -0 k enter kt-dryp cat /proc/1/comm
	expect_output sleep
	k rm kt-dryp
	nothing_left
}

@test "mistakes: names that are taken or none, kinds that do not go together" {
	needs root
	k new kt-one -u
	run -125 k new kt-one
	expect_output "kist: cannot make 'kt-one': there are namespaces named 'kt-one'
hint: kist rm 'kt-one' takes the name away"
	run -2 k new 1234 # NAME_SYNTAX
	expect_has "'1234' is not a name for namespaces"
	run -2 k new a/b
	expect_has "'a/b' is not a name for namespaces"
	run -2 k keep kt-two .
	expect_has "is in the same namespaces as we are"
	run -125 k rm kt-nobody
	expect_output "kist: no container and no namespaces are named 'kt-nobody'
hint: kist ls --names lists those that have a name"
	run -0 k rm -f kt-nobody
	k rm kt-one
	nothing_left
}

@test "what is set brings its namespace with it" {
	needs root
	k new kt-set -n --hostname blue --boottime 7d --map-users 0:0:1000
	run -0 k enter -q kt-set sh -c \
		'uname -n; grep boottime /proc/self/timens_offsets; cat /proc/self/uid_map'
	expect_has blue
	expect_has 604800
	expect_has 1000
	k rm kt-set
	nothing_left
}

# The last name takes the folder of all and its mount along.
make_and_remove() {
	for _ in {1..25}; do
		k new "$1" -u && k rm "$1" || return
	done >"$SCRATCH/$1" 2>&1
}

@test "names made and removed at the same time are not in each other's way" {
	needs root
	local pids=() pid
	for name in kt-a kt-b kt-c; do
		make_and_remove $name 3>&- &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid"
	done
	nothing_left
}

@test "an ordinary user names, enters, keeps and removes, too" {
	needs user
	run -0 ku new lab -n -u --hostname mine
	run -0 ku enter -q lab sh -c 'id -u; uname -n; ip -o link'
	expect_has $'0\nmine\n1: lo: <LOOPBACK,UP,LOWER_UP>'
	run -0 ku enter lab true
	expect_output "kist: as user 0 and group 0 of the user namespace of 'lab'"
	run -0 ku keep lab2 lab -u
	run -0 ku rm lab
	run -0 ku enter -q lab2 uname -n
	expect_output mine
	run -0 ku rm lab2
	machine_unchanged
}
