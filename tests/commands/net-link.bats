# SPDX-License-Identifier: Apache-2.0
# net-link.bats - kist net link, move, new, rm, exec, route, sysctl, nft
#
# The caller's own network namespace is that of a sleeper ($box): on() runs
# kist there. Names are this test's own: $N1, $N2 …

load net

setup() {
	start_net
	N1=k$$a N2=k$$b N3=k$$c N4=k$$d
	new_net box
}

teardown() {
	local name
	for name in $N1 $N2 $N3 $N4; do
		kist rm "$name" >/dev/null 2>&1 || :
	done
	umount "$SCRATCH/run/ns" 2>/dev/null || :
	end_net
}

# No name, no mount but the folder of all names, no holder, no link outside.
nothing_left() {
	local name
	for name in $N1 $N2 $N3 $N4; do
		[ ! -e "/run/netns/$name" ] || return 1
		[ -z "$(ip -o link | grep "ve-$name")" ] || return 1
	done
	[ -z "$(find "$SCRATCH/run/ns" "$SCRATCH/home/run/kist/ns" \
		-mindepth 1 2>/dev/null)" ] || return 1
	[ -z "$(grep "$SCRATCH" /proc/self/mountinfo |
		grep -v " $SCRATCH/run/ns ")" ] || return 1
	eventually links_are_gone
}

links_are_gone() { [ -z "$(in_net "$box" ip -o link | grep 've-')" ]; }

on() { in_net "$box" "${kist[@]}" "$@"; }

# ip_in NAME WORDS… - ip(8) in a named namespace
ip_in() { ip -n "$@"; }

has_address() { ip_in "$1" -o address show dev "$2" | grep -qw "$3"; }

# Everything of a namespace that a link makes, in words to compare.
picture() {
	ip_in "$1" -o link | grep -v LOOPBACK | cut -d' ' -f2 | cut -d@ -f1
	ip_in "$1" -o link | grep -o 'mtu [0-9]*' | sort | uniq -c
	ip_in "$1" -o address show scope global | awk '{ print $2, $4 }'
	ip_in "$1" route
	ip_in "$1" -6 route | grep -v fe80
	ip_in "$1" -d -o link | grep -o 'veth\|bridge \|macvlan mode [a-z]*\|vxlan id [0-9]*\|tun type [a-z]*'
}

# dry_run_is_real ARGS… - what the lines of a dry run make looks like what the
# command makes, in $N1 and $N2
dry_run_is_real() {
	local before after
	on net link -n "$@" >"$SCRATCH/lines"
	in_net "$box" sh -ec "$(cat "$SCRATCH/lines")"
	before=$(picture "$N1"; picture "$N2")
	kist rm "$N1" "$N2" >/dev/null 2>&1
	on net link "$@"
	after=$(picture "$N1"; picture "$N2")
	[ "$before" = "$after" ] || {
		cat "$SCRATCH/lines"
		diff <(echo "$before") <(echo "$after")
	}
	kist rm "$N1" "$N2" >/dev/null 2>&1
	nothing_left
}

# mistake LINE HINT WORDS… - it fails, says exactly this, and leaves nothing
links="'ip link' lists those that are here, 'kist net ls' those of other networks"

mistake() {
	local line=$1 hint=$2
	shift 2
	run on "$@"
	[ "$status" -ne 0 ]
	if [ -n "$hint" ]; then
		expect_output "kist: $line
hint: $hint"
	else
		expect_output "kist: $line"
	fi
}

# --- link --------------------------------------------------------------------

@test "one line links two namespaces, both ways, and one line removes all of it" {
	needs root
	on net link "$N1:192.168.1.1/24" "$N2:192.168.1.2/24"
	on net check "$N1" "$N2"
	has_address "$N1" eth0 192.168.1.1/24
	has_address "$N2" eth0 192.168.1.2/24
	ip_in "$N1" link show lo | grep -q UP
	kist rm "$N1" "$N2" 2>/dev/null
	nothing_left
}

@test "a link has IPv6, names, MTU, hardware addresses and routes if asked for" {
	needs root
	on net link "wan0@$N1:10.0.0.1/24,fd00::1/64" "$N2:10.0.0.2/24,fd00::2/64" \
		--name inner --mtu 1400 --mac 02:00:00:00:00:01 \
		--mac 02:00:00:00:00:02 --default --route 172.16.0.0/12=10.0.0.1
	has_address "$N1" wan0 fd00::1/64
	has_address "$N2" inner fd00::2/64
	ip_in "$N1" link show wan0 | grep -q 02:00:00:00:00:01
	ip_in "$N2" link show inner | grep -q 02:00:00:00:00:02
	ip_in "$N2" link show inner | grep -q 'mtu 1400'
	ip_in "$N2" route | grep -q 'default via 10.0.0.1 dev inner'
	ip_in "$N2" -6 route | grep -q 'default via fd00::1 dev inner'
	ip_in "$N2" route | grep -q '172.16.0.0/12 via 10.0.0.1'
	[ -z "$(ip_in "$N1" route | grep default)" ]
}

@test "a namespace is linked with the caller's own, under a telling name" {
	needs root
	on net link host:10.0.0.1/24 "$N1:10.0.0.2/24" -d
	in_net "$box" ip -o address show "ve-$N1" | grep -qw 10.0.0.1/24
	on net check "$N1"
	on net rm "eth0@$N1"
	[ -z "$(in_net "$box" ip -o link | grep ve-)" ]
	on net link . "$N1"
	in_net "$box" ip link show "ve-$N1" | grep -q UP
}

@test "a bridge joins any number of namespaces, and more later" {
	needs root
	on net link "br0@host:10.9.0.1/24" "$N1:10.9.0.2/24" "$N2:10.9.0.3/24" -d
	on net link br0@host "$N3:10.9.0.4/24"
	[ "$(in_net "$box" ip -o link show master br0 | wc -l)" = 3 ]
	on net check "$N1" "$N3"
	ip_in "$N2" route | grep -q 'default via 10.9.0.1'
	# and one without members
	on net link --type bridge "$N4:10.8.0.1/24"
	has_address "$N4" br0 10.8.0.1/24
	on net rm br0@host
}

@test "links lead to processes and files of namespaces too" {
	needs root
	new_net other
	on net link "$other:10.0.0.1/24" "/proc/$box/ns/net:10.0.0.2/24"
	in_net "$other" ip -o address show eth0 | grep -qw 10.0.0.1/24
	on net check "$other"
}

@test "other kinds of device are made with their parameters" {
	needs root
	in_net "$box" ip link add up0 type veth peer name up1
	in_net "$box" ip link set up0 up
	on net link --type macvlan --parent up0 --mode bridge "$N1:10.1.0.1/24"
	ip_in "$N1" -d link show eth0 | grep -q 'macvlan mode bridge'
	on net link --type vxlan --id 42 --remote 10.1.0.9 "$N1"
	ip_in "$N1" -d link show vxlan0 | grep -q 'vxlan id 42 remote 10.1.0.9'
	on net link --type tap --owner 1000 "$N1"
	ip_in "$N1" tuntap | grep -q 'tap0: tap persist user 1000'
	on net link --type tun "t9@$N1:10.4.0.1/24"
	has_address "$N1" t9 10.4.0.1/24
	on net link --type ifb "$N1"
	ip_in "$N1" -d link show ifb0 | grep -q ifb
}

@test "a parent's name is free for the device made of it" {
	needs root
	in_net "$box" ip link add eth0 type veth peer name up1
	on net link --type macvlan --parent eth0 "$N1:10.1.0.1/24"
	has_address "$N1" eth0 10.1.0.1/24
	[ -z "$(in_net "$box" ip -o link | grep kist)" ]
}

@test "a kind of device the kernel has not is a clear line, and leaves nothing" {
	# LINK_KIND
	needs root
	local kind option module
	for kind in dummy:CONFIG_DUMMY:dummy wireguard:CONFIG_WIREGUARD:wireguard; do
		IFS=: read -r kind option module <<<"$kind"
		in_net "$box" ip link add x type "$kind" 2>/dev/null && continue
		mistake "this kernel has no devices of kind '$kind'" \
			"try 'modprobe $module' as root; if there is no such module, the kernel was built without $option" \
			net link --type "$kind" "$N1:10.0.0.1/24"
		nothing_left
		return
	done
	skip "this kernel has every kind of device"
}

@test "the lines of a dry run make the same, and it makes nothing itself" {
	needs root
	on net link -n "$N1:10.0.0.1/24" "$N2:10.0.0.2/24" >/dev/null
	nothing_left
	dry_run_is_real "$N1:10.0.0.1/24,fd00::1/64" "w0@$N2:10.0.0.2/24,fd00::2/64" \
		--default --mtu 1400
	dry_run_is_real "br0@$N1:10.0.0.1/24" "$N2:10.0.0.2/24" \
		"q@$N1:10.5.0.1/24" --type bridge
	in_net "$box" ip link add eth0 type veth peer name up1
	on net new "$N2"
	dry_run_is_real_kinds
}

dry_run_is_real_kinds() {
	local before words
	for words in "--type macvlan --parent eth0 --mode vepa $N1:10.0.0.1/24" \
		"--type vxlan --id 7 --remote 10.3.0.1 $N1:10.0.0.1/24" \
		"--type tap --mtu 1300 $N1:10.0.0.1/24"; do
		# shellcheck disable=SC2086
		in_net "$box" sh -ec "$(on net link -n $words)"
		before=$(picture "$N1")
		kist rm "$N1" 2>/dev/null
		# shellcheck disable=SC2086
		on net link $words
		[ "$before" = "$(picture "$N1")" ]
		kist rm "$N1" 2>/dev/null
	done
}

@test "addresses that are in use are refused before anything is made" {
	# ADDRESS_TAKEN, ADDRESS, LINK_EXISTS
	needs root
	on net link "$N1:10.0.0.1/24" "$N2:10.0.0.2/24"
	mistake "'$N1' has address 10.0.0.1 already, on 'eth0'" "give each device an address of its own, and each link a subnet" \
		net link "$N1:10.0.0.1/24" "$N3:10.0.0.3/24"
	mistake "'$N1' has subnet 10.0.0.0/24 already, on 'eth0': 10.0.0.9 lies in it" \
		"choose a subnet that does not overlap with 10.0.0.0/24" \
		net link "$N1:10.0.0.9/16" "$N3:10.0.0.3/16"
	mistake "'$N3:10.2.0.1/24' and another end have the same address 10.2.0.1" "give each device an address of its own, and each link a subnet" \
		net link "$N3:10.2.0.1/24" "$N4:10.2.0.1/24"
	mistake "'$N3:10.2.0.1/24' and '$N3:10.2.0.2/24' are in one namespace, and would have one subnet 10.2.0.0/24 on two devices" "give each device an address of its own, and each link a subnet" \
		net link "$N3:10.2.0.1/24" "$N3:10.2.0.2/24"
	mistake "'$N3:10.2.0.1/24' and '$N4:10.3.0.1/24' are in different subnets: they would not reach each other" \
		"give both addresses of one subnet, or say with --route what is reached through what" \
		net link "$N3:10.2.0.1/24" "$N4:10.3.0.1/24"
	mistake "'$N1' has a device 'eth0' already" \
		"choose another: NAME@$N1 ..." \
		net link "eth0@$N1:10.3.0.1/24" "$N3:10.3.0.2/24"
	[ ! -e "/run/netns/$N3" ]
	[ "$(ip_in "$N1" -o link | wc -l)" = 2 ]
}

@test "what cannot be understood is said, and leaves nothing" {
	# LINK_ARGS, LINK_END, LINK_UNKNOWN
	needs root
	mistake "a link has two ends: '$N1' and what?" \
		"as in: kist net link ns1:192.168.1.1/24 ns2:192.168.1.2/24" \
		net link "$N1"
	mistake "more than two ends need a bridge between them" \
		"put one first: br0@host $N1 ..." \
		net link "$N1" "$N2" "$N3"
	mistake "'10.0.0.1' has no prefix: how large is its subnet?" \
		"write 10.0.0.1/24" net link "$N1:10.0.0.1" "$N2:10.0.0.2/24"
	mistake "'10.0.0.0/24' is the subnet itself or its broadcast address: no device can have it" \
		"the first of this subnet is 10.0.0.1/24" \
		net link "$N1:10.0.0.0/24" "$N2:10.0.0.2/24"
	mistake "no kind of device is called 'bridg'" "did you mean 'bridge'?" \
		net link --type bridg "$N1"
	mistake "a macvlan device is made of another device: which?" \
		"add --parent eth0, or whatever it is called" \
		net link --type macvlan "$N1"
	mistake "this network namespace has no device 'eth77'" "'kist net ls' shows the devices of each network" \
		net link --type macvlan --parent eth77 "$N1"
	mistake "a macvlan device has no mode 'brigde'" "did you mean 'bridge'?" \
		net link --type macvlan --parent eth77 --mode brigde "$N1"
	mistake "the mtu of a veth device is a number from 68 to 65535, not 5" "see 'kist net link --help'" \
		net link "$N1" "$N3" --mtu 5
	mistake "there is no process 4194303" \
		"it has ended, or that is its number in another pid namespace: 'ps -ef' lists those of this one" \
		net link 4194303:10.0.0.9/24 "$N3"
	mistake "a vxlan device needs an id" \
		"add --id, a number from 0 to 16777215" net link --type vxlan "$N1"
	mistake "the id of a vlan device is a number from 1 to 4094, not 4095" "see 'kist net link --help'" \
		net link --type vlan --parent up0 --id 4095 "$N1"
	mistake "'02:00' is not a hardware address" "write it as 02:00:5e:10:00:01" \
		net link --mac 02:00 "$N1" "$N2"
	mistake "'10.0.0.0/8=x' is not a route" \
		"write SUBNET or SUBNET=GATEWAY, such as 10.0.0.0/8=192.168.1.1" \
		net link "$N1:10.0.0.1/24" "$N2:10.0.0.2/24" -r 10.0.0.0/8=x
	mistake "no end takes the name 'c': each has its own" "see 'kist net link --help'" \
		net link "a@$N1" "b@$N2" --name c
	nothing_left
}

@test "what is removed can be made again at once" {
	needs root
	local _
	for _ in 1 2 3; do
		on net link host:10.0.0.1/24 "$N1:10.0.0.2/24"
		kist rm "$N1" 2>/dev/null
	done
	nothing_left
}

@test "a step that fails takes back the steps before it" {
	needs root
	# The kernel has no IPv6 where packets have less than 1280 bytes.
	run on net link --mtu 1000 "$N1:fd00:5::1/64" "$N2:fd00:5::2/64"
	expect_status 125
	expect_has "add address 'fd00:5::1/64'"
	expect_has "hint: IPv6 needs a device whose mtu is at least 1280"
	nothing_left
	# A bridge that was there keeps what it had.
	in_net "$box" ip link add br0 type bridge
	in_net "$box" ip address add 10.0.0.1/24 dev br0
	run on net link --mtu 1000 br0@host:10.1.0.1/24 "$N1:10.1.0.2/24,fd00:5::2/64"
	expect_status 125
	[ "$(in_net "$box" ip -o -4 address show br0 | wc -l)" = 1 ]
	nothing_left
}

@test "killed at any moment, a link leaves only what clean and rm find" {
	needs root
	local tenth maker
	for tenth in 1 2 3 4 5 6 7 8; do
		nsenter -t "$box" -n "${kist[@]}" net link "$N1:10.0.0.1/24" \
			"$N2:10.0.0.2/24" host:10.0.0.3/24 -t bridge \
			>/dev/null 2>&1 3>&- &
		maker=$!
		sleep "0.0$tenth"
		kill -KILL "$maker" || :
		wait "$maker" || :
		on rm "$N1" >/dev/null 2>&1 || :
		on rm "$N2" >/dev/null 2>&1 || :
	done
	# What is younger may be somebody's who is at work.
	cleaned() {
		"${kist[@]}" clean --yes >/dev/null || :
		! pgrep -f "^kist-init .* $SCRATCH/run/ns/" >/dev/null &&
			[ -z "$(ls "$SCRATCH/run/ns")" ]
	}
	eventually cleaned || eventually cleaned || eventually cleaned
	nothing_left
}

@test "an ordinary user links namespaces of their own, but not the machine's" {
	# NET_DENIED
	needs user
	as_user sh -ec '
		kist net link ua:10.0.0.1/24 ub:10.0.0.2/24,fd00::2/64 --default 2>&1
		kist net check ua ub
		kist net link ua:10.1.0.1/24 uc:10.1.0.2/24
		kist net exec uc ip -o address show eth0
		kist net sysctl ua net.ipv4.ip_forward=1
		kist net route ub
		kist rm ua ub uc 2>/dev/null' >"$SCRATCH/out" || {
		cat "$SCRATCH/out"
		return 1
	}
	grep -q 'inet 10.1.0.2/24' "$SCRATCH/out"
	grep -q '^default .*10.0.0.1' "$SCRATCH/out"
	run as_user kist net link host:10.2.0.1/24 ud:10.2.0.2/24
	expect_status 125
	expect_output "kist: changing this network namespace takes CAP_NET_ADMIN
hint: be root; or do it in a network of your own: kist unshare -rn"
	nothing_left
}

@test "an ordinary user's dry run prints lines that do the same" {
	needs user
	command -v pgrep >/dev/null || skip "pgrep is not installed"
	as_user sh -ec '
		kist net link -n ua:10.0.0.1/24 ub:10.0.0.2/24 --default >lines
		if kist net exec ua true 2>/dev/null; then exit 1; fi
		sh -e ./lines
		for n in ua ub; do kist net exec $n ip -o -4 address; done >told
		kist net route ub >>told
		kist rm ua ub 2>/dev/null
		kist net link ua:10.0.0.1/24 ub:10.0.0.2/24 --default
		for n in ua ub; do kist net exec $n ip -o -4 address; done >done
		kist net route ub >>done
		kist rm ua ub 2>/dev/null
		cat lines
		diff told done' 3>&-
	nothing_left
}

# --- move --------------------------------------------------------------------

# A device that can be moved, with what it can lose.
movable() {
	in_net "$box" sh -ec 'ip tuntap add mode tap name m0
		ip address add 10.5.0.1/24 dev m0; ip link set m0 up
		ip route add 10.77.0.0/16 via 10.5.0.9'
}

@test "a device is moved under another name and with an address" {
	needs root
	movable
	on net new "$N1"
	run on net move m0 "$N1" --name in0 --address 10.6.0.1/24
	expect_status 0
	expect_output "note: 'm0' is virtual: it is destroyed with its namespace, unless it is moved out before"
	has_address "$N1" in0 10.6.0.1/24
	[ -z "$(in_net "$box" ip -o link | grep m0)" ]
	on -q net move "in0@$N1" .
	in_net "$box" ip link show in0
}

@test "a device keeps what it has, and comes back as it was" {
	needs root
	movable
	on net new "$N1"
	on -q net move --keep m0 "$N1" --name in0
	has_address "$N1" in0 10.5.0.1/24
	ip_in "$N1" route | grep -q '10.77.0.0/16 via 10.5.0.9'
	on net move --back m0
	[ "$(in_net "$box" ip route)" = "$(printf '%s\n' \
		'10.5.0.0/24 dev m0 proto kernel scope link src 10.5.0.1 linkdown ' \
		'10.77.0.0/16 via 10.5.0.9 dev m0 linkdown ')" ]
	mistake "nothing is remembered of a device 'm0'" \
		"only what was moved with 'kist net move --keep' is" \
		net move --back m0
	# Gone with its namespace: said.
	on -q net move --keep m0 "$N1"
	kist rm "$N1" 2>/dev/null
	mistake "'m0' is neither in '$N1' nor here: it is gone" \
		"'kist clean --yes' forgets it" net move --back m0
	on clean | grep -q "'m0' in '$N1'" && return 1 # somebody may be moving it
	touch -d '1 hour ago' "$SCRATCH"/run/moved/*
	on clean -n >"$SCRATCH/plan" || :
	on clean | grep -qE "^link +'m0' in '$N1' +[^ ]+ +the moved device is gone +--yes removes"
	grep -xF "rm $(echo "$SCRATCH"/run/moved/*)" "$SCRATCH/plan" >"$SCRATCH/rm"
	on clean --yes >/dev/null || :
	[ -z "$(ls "$SCRATCH/run/moved")" ]
	[ "$(wc -l <"$SCRATCH/rm")" = 1 ]
}

@test "the lines of a move do the same" {
	needs root
	movable
	on net new "$N1"
	in_net "$box" sh -ec "$(on net move -n --keep m0 "$N1" --name in0 -a 10.6.0.1/24)"
	has_address "$N1" in0 10.5.0.1/24
	has_address "$N1" in0 10.6.0.1/24
	ip_in "$N1" route | grep -q '10.77.0.0/16 via 10.5.0.9'
}

@test "a device that cannot move is refused with the reason" {
	# LINK_FIXED, LINK_UNKNOWN, LINK_EXISTS
	needs root
	on net new "$N1"
	in_net "$box" ip link add br7 type bridge
	mistake "'lo' cannot be moved: every network namespace has a loopback device of its own" \
		"its addresses can be added there: kist net exec $N1 ip addr add ... dev lo" \
		net move lo "$N1"
	mistake "'br7' cannot be moved: the kernel keeps such a device in the namespace it was made in (netns-immutable)" \
		"make one there: kist net link --type bridge br7@$N1" \
		net move br7 "$N1"
	mistake "this network namespace: no device 'nope'" "$links" net move nope "$N1"
	movable
	mistake "'m0' cannot be moved: it is there already" "" net move m0 .
	mistake "'$N1' has a device 'lo' already" \
		"choose another name for it there: --name NAME" \
		net move m0 "$N1" --name lo
	mistake "move 'm0' where to?" "see 'kist net move --help'" net move m0
	in_net "$box" ip route | grep -q 10.77.0.0/16
}

# --- new, rm, exec -----------------------------------------------------------

@test "the words of ip netns make, use and remove namespaces that ip sees" {
	needs root
	on net add "$N1"
	on net new "$N2"
	ip netns list | grep -qw "$N1"
	run on net exec "$N1" sh -c 'ip -o link | wc -l; exit 7'
	expect_status 7
	expect_output 1
	run -127 on net exec "$N1" nosuchprogram
	run on net exec --all true
	expect_has "
netns: $N1
"
	expect_has "netns: $N2"
	on net del "$N1" "$N2"
	[ ! -e "/run/netns/$N1" ]
	run on net rm "$N1" "lo@$box" "x@$box"
	expect_status 125
	nothing_left
}

@test "hardware and loopback are not removed" {
	needs root
	mistake "'lo' is the loopback device: it cannot be removed" "" \
		net rm "lo@$box"
	mistake "process $box (sleep): no device 'x'" "$links" net rm "x@$box"
}

# --- route, sysctl, nft ------------------------------------------------------

@test "routes of a namespace are shown and changed from outside" {
	# ROUTE
	needs root
	on net link "$N1:10.0.0.1/24" "$N2:10.0.0.2/24"
	on net route "$N1" add default via 10.0.0.2
	on net route "$N1" add 10.7.0.0/16 dev eth0
	[ "$(on net route -J "$N1" | jq -r '.[] | select(.dest == "default") |
		.gateway + " " + .device')" = "10.0.0.2 eth0" ]
	run on net route "$N1"
	[[ ${lines[1]} =~ ^default\ +10.0.0.2\ +eth0\ +-\ +-\ +boot$ ]]
	sh -ec "$(on net route -n "$N1" del default)"
	mistake "'$N1': there is no route 'default'" "" \
		net route "$N1" del default
	mistake "'$N1': add route 'default': Nexthop has invalid gateway (ENETUNREACH)" \
		"a gateway has to be in a subnet of one of the devices there, and that device up: give it an address of that subnet first" \
		net route "$N1" add default via 10.9.9.9
	mistake "'10.0.0.0/33' is not a destination" \
		"write default, or a subnet such as 10.0.0.0/8" \
		net route "$N1" add 10.0.0.0/33 dev eth0
	mistake "'$N1' has no device 'f'" "'kist net ls' shows the devices of each network" net route "$N1" add 10.0.0.0/8 dev f
	mistake "what to do with a route: 'frob'?" "add or del" net route "$N1" frob
}

@test "sysctls of a namespace are shown and set from outside, all or none" {
	needs root
	on net new "$N1"
	on net sysctl "$N1" net.ipv4.ip_forward=0 net.ipv4.ip_default_ttl=77
	[ "$(ip netns exec "$N1" cat /proc/sys/net/ipv4/ip_default_ttl)" = 77 ]
	[ "$(on net sysctl "$N1" net/ipv4/ip_default_ttl)" = \
		"net.ipv4.ip_default_ttl = 77" ]
	[ "$(on net sysctl -J "$N1" net.ipv4.ip_forward)" = '{
  "net.ipv4.ip_forward": "0"
}' ]
	[ "$(on net sysctl "$N1" net.ipv6.conf.lo | wc -l)" -gt 20 ]
	[ "$(on net sysctl "$N1" | wc -l)" -gt 200 ]
	run on net sysctl "$N1" net.ipv4.ip_default_ttl=5 net.ipv4.tcp_congestion_control=nope
	expect_output "kist: set sysctl 'net.ipv4.tcp_congestion_control' to 'nope': No such file or directory (ENOENT)"
	[ "$(on net sysctl "$N1" net.ipv4.ip_default_ttl)" = \
		"net.ipv4.ip_default_ttl = 77" ]
	mistake "'kernel.pid_max' is not a sysctl of the network" "those of it begin with 'net.'; the others are set with 'sysctl -w', as root" \
		net sysctl "$N1" kernel.pid_max=1
	run on net sysctl "$N1" net.ipv4.nope
	expect_has "the network namespace of '$N1' has no sysctl 'net.ipv4.nope'"
	mistake "the network namespace of '$N1' has no sysctl 'net.ipv4.ip_forwar'" \
		"did you mean 'net.ipv4.ip_forward'?" net sysctl "$N1" net.ipv4.ip_forwar=1
	[ "$(on net sysctl -n "$N1" net.ipv4.ip_forward=1)" = \
		"ip netns exec $N1 sysctl -q -w net/ipv4/ip_forward=1" ]
}

@test "rules of a namespace are shown and set by nft, from outside" {
	needs root nft
	on net new "$N1"
	on net nft "$N1" add table inet t
	echo 'table inet u { }' | on net nft "$N1" -
	[ "$(on net nft "$N1" list tables)" = "table inet t
table inet u" ]
	[ -z "$(on net nft "$box")" ]
	[ "$(on net nft -n "$N1")" = "ip netns exec $N1 nft list ruleset" ]
	run on net nft "$N1" frob
	expect_status 1
}

@test "without the program nft that is said" {
	# NFT_MISSING
	needs root
	on net new "$N1"
	mkdir "$SCRATCH/bin"
	run env PATH="$SCRATCH/bin" "${kist[@]}" net nft "$N1"
	expect_status 125
	expect_output "kist: the program nft is not installed
hint: install the package nftables"
}
