# SPDX-License-Identifier: Apache-2.0
# net.bash - what the tests of looking into networks share, on top of helpers
#
#	load net
#	setup() { start_net; }
#	teardown() { end_net; }
#
# new_net NAME makes a network namespace with nobody in it but a sleeper, whose
# process id is in $NAME; in_net $NAME CMD… runs something there.

load helpers

start_net() {
	needs kist
	start_test
	NETS=()
	PATH=$PATH:/usr/sbin:/sbin
}

end_net() {
	local pid id
	for id in $(kist net port -q 2>/dev/null); do
		kist net port rm "$id" || :
	done
	for pid in "${NETS[@]}"; do
		end_network "$pid"
		end_process "$pid"
	done
	end_names
	end_test
}

# The place where names are kept stays, as a mount, for the next name.
end_names() {
	! mountpoint -q "$SCRATCH/run/ns" || umount -R "$SCRATCH/run/ns"
}

# All that is in a network of the test's.
end_network() {
	local ns path
	ns=$(readlink "/proc/$1/ns/net") || return 0
	[ "$ns" != "$(readlink /proc/self/ns/net)" ] || return 0
	find /proc/[0-9]*/ns/net -lname "${ns/[/\\[}" 2>/dev/null |
		while read -r path; do
			path=${path#/proc/}
			kill -KILL "${path%/ns/net}" 2>/dev/null || :
		done || :
}

end_process() {
	kill -KILL "$1" 2>/dev/null || return 0
	wait "$1" 2>/dev/null || :
}

is_elsewhere() { [ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/self/ns/net)" ]; }

# A sleeper's links and sockets go when it does.
new_net() {
	unshare -n sleep 1000 3>&- &
	NETS+=($!)
	printf -v "$1" %s $!
	eventually is_elsewhere $!
}

in_net() {
	local pid=$1
	shift
	nsenter -t "$pid" -n "$@"
}

# in_background PID CMD… - likewise, until the end of the test; $BACKGROUND
in_background() {
	local pid=$1
	shift
	nsenter -t "$pid" -n "$@" >/dev/null 2>&1 3>&- &
	BACKGROUND=$!
	NETS+=($!)
}

# join A B SUBNET - a veth pair with addresses .1 and .2, and fd00::1 and ::2
join() {
	ip link add va netns "$1" type veth peer name vb netns "$2"
	in_net "$1" ip address add "$3.1/24" dev va
	in_net "$2" ip address add "$3.2/24" dev vb
	in_net "$1" ip address add fd00::1/64 dev va nodad
	in_net "$2" ip address add fd00::2/64 dev vb nodad
	in_net "$1" ip link set va up
	in_net "$2" ip link set vb up
	eventually is_up "$1" va
	eventually is_up "$2" vb
}

is_up() { in_net "$1" ip link show "$2" | grep -q 'state UP'; }

listens() { in_net "$1" ss -Hltun | grep -q ":$2 "; }

# serve PID PORT TEXT [tcp|udp] - answer each line with the text. (A server that
# does not read what it is sent ends connections with a reset.)
serve() {
	local kind=${4:-tcp}
	in_background "$1" socat -T 5 "${kind^^}-LISTEN:$2,reuseaddr,fork" \
		SYSTEM:"read _; echo $3"
	eventually listens "$1" "$2"
}

can_socat() {
	reason="socat is not installed"
	command -v socat >/dev/null
}

can_nft() {
	reason="nft(8) is not installed, or the kernel has no nftables"
	command -v nft >/dev/null && nft list tables >/dev/null 2>&1
}
