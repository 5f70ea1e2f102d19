#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# why-net.bats - kist why: devices, addresses, routes, ports; each refusal is
# real, and its remedy is tried

load helpers
load why

setup() { start_test; }
teardown() { end_test; }

@test "devices, addresses and routes" {
	needs root kist
	in_net '
		ip link set lo up
		ip link add v0 type veth peer name v1
		refused DEVICE_EXISTS "has *v0" ip link add v0 type veth
		works ip link del v0; works ip link add v0 type veth peer name v1
		refused DEVICE_KIND_TYPO "vethh" ip link add x type vethh
		refused DEVICE_TYPO "has *v0*no" ip link set v00 up
		works ip link set v0 up
		refused DEVICE_GONE "has lo" ip link set quux9 up
		ip addr add 10.9.1.1/24 dev v0
		refused ADDRESS_EXISTS "has it" ip addr add 10.9.1.1/24 dev v0
		works ip addr del 10.9.1.1/24 dev v0
		works ip addr add 10.9.1.1/24 dev v0
		refused NEXTHOP "in its subnet" \
			ip route add 10.8.0.0/16 via 10.7.0.1
		works ip addr add 10.7.0.2/24 dev v0
		works ip route add 10.8.0.0/16 via 10.7.0.1
		unshare -n sleep 60 3>&- & pid=$!
		trap "kill $pid 2>/dev/null" EXIT
		for i in {1..100}; do
			[ "$(cat /proc/$pid/comm)" = sleep ] && break
			sleep 0.05
		done
		refused DEVICE_FIXED "netns-immutable" ip link set lo netns $pid
		ip link set v1 name kwhy9 ; ip link set kwhy9 netns $pid
		refused DEVICE_ELSEWHERE "of process $pid" ip link set kwhy9 up
		works nsenter -t $pid -n ip link set kwhy9 up
	'
}

@test "ports, addresses and the loopback" {
	needs root kist
	in_net '
		connect() { echo socat -u /dev/null "TCP4:$1"; }
		refused LO_DOWN "is down" $(connect 127.0.0.1:80)
		works ip link set lo up
		refused PORT_CLOSED "none on this port" $(connect 127.0.0.1:80)
		refused NO_ROUTE "none of them to 10.1.2.3" $(connect 10.1.2.3:80)
		socat TCP4-LISTEN:80,fork,bind=127.0.0.1 /dev/null 3>&- & pid=$!
		trap "kill $pid 2>/dev/null" EXIT
		for i in {1..100}; do
			ss -Hltn | grep -q 127.0.0.1:80 && break
			sleep 0.05
		done
		works $(connect 127.0.0.1:80)
		refused PORT_TAKEN "process $pid (socat)" \
			socat TCP4-LISTEN:80,bind=127.0.0.1 /dev/null
		kill $pid; wait $pid 2>/dev/null
		refused ADDRESS_ABSENT "is 10.1.2.3" \
			socat TCP4-LISTEN:81,bind=10.1.2.3 /dev/null
		works ip addr add 10.1.2.3 dev lo
		timeout 0.2 socat TCP4-LISTEN:81,bind=10.1.2.3 /dev/null
		[ $? = 124 ]
	'
}

@test "a port below 1024, for an ordinary user" {
	needs root kist user
	in_net '
		ip link set lo up
		listen() { setpriv --reuid kisttest --regid kisttest \
			--clear-groups timeout 0.2 \
			socat "TCP4-LISTEN:$1,bind=127.0.0.1" /dev/null; }
		refused PORT_LOW "ip_unprivileged_port_start is 1024" \
			setpriv --reuid kisttest --regid kisttest \
			--clear-groups socat TCP4-LISTEN:80 /dev/null
		listen 8080; [ $? = 124 ]
		works sysctl -q -w net.ipv4.ip_unprivileged_port_start=80
		listen 80; [ $? = 124 ]
	'
}

@test "a device: its name, its kind, who has it" {
	needs root kist
	in_net '
		refused DEVICE_NAME "has 21 characters" \
			ip link add averyveryverylongname type veth
		ip link add v0 type veth peer name v1
		refused DEVICE_NAME "a:b" ip link set v1 name a:b
		works ip link set v1 name ab
		for kind in dummy ipvlan wireguard vrf gretap ip6gre; do
			ip link add x type $kind 2>/dev/null || break
			ip link del x
		done
		if ! ip link add x type $kind 2>/dev/null; then
			refused DEVICE_KIND "does not know the kind *$kind" \
				ip link add x type $kind
			works ip link add x type veth
		fi
		ip link add b1 type bridge; ip link set v0 master b1
		refused DEVICE_BUSY "v0* belongs to *b1*, a bridge" \
			ip link add link v0 name mv type macvlan
		works ip link set v0 nomaster
		works ip link add link v0 name mv type macvlan
		refused DEVICE_BUSY "mv*, a macvlan *, is made of *v0" \
			ip link set v0 master b1
		works ip link del mv; works ip link set v0 master b1
		ip link set ab mtu 1000 up
		refused ADDRESS_V6_MTU "the mtu of *ab* is 1000" \
			ip addr add fd00::1/64 dev ab
		works ip link set ab mtu 1500; works ip addr add fd00::1/64 dev ab
	'
}

@test "a device that is to go where its user has no rights, and where he has" {
	needs root kist
	in_net '
		held sleep /usr/bin/unshare -Urn sleep 60
		in="nsenter -t $pid -U -n --preserve-credentials"
		$in ip link add q0 type veth peer name q1
		refused NET_ADMIN_BOTH "is the process?s own" \
			$in ip link set q1 netns $$
		works $in /usr/bin/unshare -n sh -c "exec sleep 60 3>&- & pid=\$!
			until [ \"\$(cat /proc/\$pid/comm)\" = sleep ]; do sleep 0.05; done
			nsenter -t $pid -n ip link set q1 netns \$pid; r=\$?
			kill \$pid; exit \$r"
	'
}

@test "ping without rights, by group" {
	needs root kist user
	in_net '
		as="setpriv --reuid kisttest --regid kisttest --clear-groups"
		ping="$as perl -e socket(S,2,2,1)||die"
		sysctl -q -w "net.ipv4.ping_group_range=1 0"
		refused PING_GROUP "ping_group_range is ?1 0" $ping
		works sysctl -q -w "net.ipv4.ping_group_range=0 2147483647"
		works $ping
	'
}
