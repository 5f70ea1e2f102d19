# SPDX-License-Identifier: Apache-2.0
# net-view.bats - kist net ls, check, socks, ids: networks seen from outside

load net

setup() { start_net; }
teardown() { end_net; }

# The lines of the output with times taken out.
timeless() { sed -E 's/ok +[0-9.]+ (us|ms)/ok/' <<<"$output"; }

# --- check -------------------------------------------------------------------

@test "check: two networks joined by a veth reach each other, both ways, IPv4 and IPv6" {
	needs root
	new_net a
	new_net b
	join "$a" "$b" 192.168.77
	run -0 kist net check "$a" "$b"
	[ "$(timeless)" = "$a 192.168.77.1 -> $b 192.168.77.2
  ping  ok
  tcp   ok
  udp   ok
$b 192.168.77.2 -> $a 192.168.77.1
  ping  ok
  tcp   ok
  udp   ok
$a fd00::1 -> $b fd00::2
  ping  ok
  tcp   ok
  udp   ok
$b fd00::2 -> $a fd00::1
  ping  ok
  tcp   ok
  udp   ok" ]
	run -0 kist net check -4 "$a" "$b"
	expect_lacks fd00
	run -0 kist net check -6 "$a" "$b"
	expect_lacks 192.168
	# Nothing was left in there.
	[ -z "$(in_net "$b" ss -Hltun)" ]
}

@test "check: two names joined in one line, and gone in another" {
	needs root
	local one=t1-$$ two=t2-$$
	kist net link "$one:192.168.77.1/24" "$two:192.168.77.2/24"
	run -0 kist net check "$one" "$two"
	[ "$(timeless | head -3)" = "$one 192.168.77.1 -> $two 192.168.77.2
  ping  ok
  tcp   ok" ]
	run -0 kist net ls "$one"
	expect_has "$one net:["
	expect_has " <-> eth0 of $two"
	kist rm "$one" "$two"
	run -0 kist net ls -q
	expect_lacks "$one"
	end_names
	machine_unchanged
}

@test "check: JSON has each probe, with its time" {
	needs root
	new_net a
	new_net b
	join "$a" "$b" 192.168.77
	kist net check "$a" "$b" -J >"$SCRATCH/json"
	[ "$(jq -c '[.reachable, (.probes | length), (.probes[0] |
		.from, .dest, .family, .probe, .outcome, (.time_ns > 0))]' \
		"$SCRATCH/json")" = "[true,12,\"$a\",\"192.168.77.2\",4,\"ping\",\"ok\",true]" ]
}

@test "check: a device that is down is named, on whichever side" {
	needs root
	new_net a
	new_net b
	join "$a" "$b" 192.168.77
	in_net "$b" ip link set vb down
	run -1 kist net check -4 -w 200ms "$a" "$b"
	expect_output "$a 192.168.77.1 -> $b 192.168.77.2
  ping  NO  'va' of '$a' is up, but its other end is not
  tcp   NO  'va' of '$a' is up, but its other end is not
  udp   NO  'va' of '$a' is up, but its other end is not
        hint: kist net ls $a shows where the other end is
$b 192.168.77.2 -> $a 192.168.77.1
  ping  NO  'vb' of '$b' is down
  tcp   NO  'vb' of '$b' is down
  udp   NO  'vb' of '$b' is down
        hint: kist net exec $b ip link set vb up"
}

@test "check: different subnets without a route" {
	needs root
	new_net a
	new_net b
	join "$a" "$b" 192.168.77
	in_net "$b" ip address flush dev vb
	in_net "$b" ip address add 192.168.78.2/24 dev vb
	run -1 kist net check -4 -w 200ms "$a" "$b"
	expect_has "'$a' has no address in the subnet of 192.168.78.2, and no route to it"
	expect_has "hint: kist net route $a add 192.168.78.2 via GATEWAY"
}

@test "check: no way back" {
	needs root
	new_net a
	new_net b
	join "$a" "$b" 192.168.77
	in_net "$b" ip address flush dev vb
	in_net "$b" ip address add 192.168.78.2/24 dev vb
	in_net "$a" ip route add 192.168.78.0/24 dev va
	run -1 kist net check -4 -w 200ms "$a" "$b"
	expect_has "$a 192.168.77.1 -> $b 192.168.78.2
  ping  NO  '$b' has no address in the subnet of 192.168.77.1, and no route to it"
}

@test "check: nobody answers on the link" {
	needs root
	new_net a
	new_net b
	join "$a" "$b" 192.168.77
	in_net "$b" ip link add other type bridge
	in_net "$b" ip link set other up
	in_net "$b" ip address flush dev vb
	in_net "$b" ip address add 192.168.77.2/24 dev other
	in_net "$b" sysctl -qw net.ipv4.conf.vb.arp_ignore=1
	run -1 kist net check -4 -w 250ms "$a" "$b"
	expect_has "nobody answers for 192.168.77.2 on 'va' of '$a': the other is not on that link"
}

@test "check: a filter, and what it lets through" {
	needs root nft
	new_net a
	new_net b
	join "$a" "$b" 192.168.77
	in_net "$b" nft add table inet wall
	in_net "$b" nft add chain inet wall in \
		'{ type filter hook input priority 0; }'
	in_net "$b" nft add rule inet wall in tcp dport 1-65535 drop
	run -1 kist net check -4 -w 200ms "$a" "$b"
	[ "$(timeless | head -5)" = "$a 192.168.77.1 -> $b 192.168.77.2
  ping  ok
  tcp   NO  '$b' filters packets: 1 rule of nftables, table 'wall'
        hint: kist net nft $b list ruleset
  udp   ok" ]
}

@test "check: a network alone, and one without devices" {
	needs root
	new_net a
	new_net b
	run -1 kist net check "$a" "$b"
	expect_output "$a -> $b
  -     NO  '$a' has no device but its loopback
        hint: kist net link $a:10.0.0.1/24 $b:10.0.0.2/24"
	run -1 kist net check -4 "$a" "$a"
	expect_output "$a 127.0.0.1 -> $a 127.0.0.1
  ping  NO  the loopback of '$a' is down
  tcp   NO  the loopback of '$a' is down
  udp   NO  the loopback of '$a' is down
        hint: kist net exec $a ip link set lo up"
	in_net "$a" ip link set lo up
	run -0 kist net check "$a" "$a"
	# "host" is this one; whatever it has, it reaches itself.
	run -0 kist net check . host -4
}

@test "check: --port calls the program that listens there" {
	needs root socat
	new_net a
	new_net b
	join "$a" "$b" 192.168.77
	serve "$b" 80 hello
	run -0 kist net check -4 "$a" "$b" --port 80
	expect_has "to the program that listens on port 80"
	expect_has "udp   ok"
	# And it may be the only thing that works.
	in_background "$b" sleep 1000
	run -0 kist net check -4 "$a" "$b" --port 81
	expect_lacks "the program"
}

@test "check: mistakes are named" {
	needs root
	new_net a
	run -2 kist net check
	run -2 kist net check "$a" --port 70000
	expect_has "kist: --port 70000: ports are numbers from 1 to 65535"
	run -2 kist net check "$a" -4 -6
	expect_has "kist: -4 and -6 exclude each other"
	run -125 kist net check "$a" no-such-thing
	expect_has "there is no 'no-such-thing': no container, no named namespaces"
}

# --- ls ----------------------------------------------------------------------

@test "ls: where the other end of each veth is" {
	needs root
	new_net a
	new_net b
	join "$a" "$b" 192.168.77
	run -0 kist net ls
	expect_has "
$a (sleep) net:[$(stat -Lc %i "/proc/$a/ns/net")] process $a (sleep)
  lo   loopback  down
  va   veth      up         192.168.77.1/24 fd00::1/64 <-> vb of $b (sleep)
"
	expect_has "  vb   veth      up         192.168.77.2/24 fd00::2/64 <-> va of $a (sleep)"
	[[ $output == "host net:["* ]]
	# No line is wider than a terminal, or ends in blanks.
	run ! grep -E '^.{81}| $' <<<"$output"
}

@test "ls: bridges and their members, pairs within one network, routes, ports" {
	needs root socat
	new_net a
	in_net "$a" ip link set lo up
	in_net "$a" ip link add br0 type bridge
	in_net "$a" ip link add v1 type veth peer name v2
	in_net "$a" ip link set v1 master br0
	in_net "$a" ip address add 10.9.0.1/24 dev br0
	in_net "$a" ip link set br0 up
	in_net "$a" ip link set v1 up
	in_net "$a" ip link set v2 up
	in_net "$a" ip route add default via 10.9.0.254
	in_net "$a" ip neighbour add 10.9.0.7 lladdr 02:00:00:00:00:07 dev br0
	serve "$a" 80 hello
	run -0 kist net ls
	expect_has "  v1   veth      up         <-> v2 in br0"
	expect_has "  default    10.9.0.254 br0"
	expect_has "  listening  tcp 0.0.0.0:80"
	run -0 kist net ls "$a"
	expect_has "  route      default via 10.9.0.254 dev br0"
	expect_has "  route      10.9.0.0/24 dev br0"
	expect_has "  neighbour  10.9.0.7 dev br0 02:00:00:00:00:07 PERMANENT"
	expect_has "  rules      "
	expect_lacks "net:[$(stat -Lc %i /proc/self/ns/net)]"
	kist net ls "$a" -J >"$SCRATCH/json"
	[ "$(jq -c '.networks[0] | .pid, .names, .closed, .default_routes,
		(.links[] | select(.name == "v1") | [.kind, .master, .peer, .peer_nsid, .peer_ns]),
		(.routes | map(select(.dest == "default")) | .[0].gateway)' \
		"$SCRATCH/json" | tr '\n' ' ')" = "$a [] false [\"10.9.0.254 br0\"] [\"veth\",\"br0\",\"v2\",-1,$(stat -Lc %i "/proc/$a/ns/net")] \"10.9.0.254\" " ]
}

@test "ls: a network that only a mount, a descriptor or a socket keeps alive" {
	needs root
	new_net a
	touch "$SCRATCH/kept"
	local ino
	ino=$(stat -Lc %i "/proc/$a/ns/net")
	mount --bind "/proc/$a/ns/net" "$SCRATCH/kept"
	end_process "$a"
	run -0 kist net ls
	umount "$SCRATCH/kept"
	expect_has "$SCRATCH/kept net:[$ino] no process, kept by mount"

	new_net a
	ino=$(stat -Lc %i "/proc/$a/ns/net")
	sleep 1000 4<"/proc/$a/ns/net" 3>&- &
	NETS+=($!)
	eventually test "/proc/$!/fd/4" -ef "/proc/$a/ns/net"
	end_process "$a"
	run -0 kist net ls
	expect_has "net:[$ino] net:[$ino] no process, kept by descriptor 4 of $!"
	run -0 kist net ls "net:[$ino]"
	expect_has "lo   loopback"
}

@test "ls: names and control characters of strangers are harmless" {
	needs root
	# shellcheck disable=SC2016
	unshare -n bash -c 'printf "\e[31mred" >/proc/self/comm; exec 3>&-; read -r _ < <(sleep 1000)' 3>&- &
	NETS+=($!)
	eventually is_elsewhere $!
	eventually grep -q red "/proc/$!/comm"
	run -0 kist net ls
	expect_has "$! (?[31mred)"
	[[ $output != *$'\e'* ]]
	local pid=$!
	in_net "$pid" ip link add $'a\e[7m' type veth peer name b
	in_net "$pid" ip address add 10.1.1.1/24 dev $'a\e[7m'
	in_net "$pid" ip route add 10.2.0.0/16 dev $'a\e[7m' || :
	run -0 kist net ls "$pid"
	expect_has "a?[7m"
	[[ $output != *$'\e'* ]]
	run -1 kist net check -4 -w 100ms "$pid" host
	[[ $output != *$'\e'* ]]
}

# --- socks -------------------------------------------------------------------

@test "socks: with the process and the descriptor that hold them" {
	needs root socat
	new_net a
	in_net "$a" ip link set lo up
	serve "$a" 80 hello
	serve "$a" 53 hello udp
	run -0 kist net socks "$a"
	expect_has "$a (sleep) tcp  LISTEN 0.0.0.0:80 *      $(in_net "$a" ss -Hltnp | sed -E 's/.*pid=([0-9]+),fd=([0-9]+).*/\1 (socat) fd \2/')"
	expect_has "udp  UNCONN 0.0.0.0:53"
	run -0 kist net socks "$a" -k udp
	expect_lacks tcp
	run -0 kist net socks
	expect_has "0.0.0.0:80"
	[ "$(kist net socks "$a" -k tcp -J | jq -c '.sockets[] |
		[.net, .kind, .state, .local, .listening, .away,
		 .holders[0].command]')" = "[\"$a (sleep)\",\"tcp\",\"LISTEN\",\"0.0.0.0:80\",true,false,\"socat\"]" ]
}

@test "socks: connections with -a, unix sockets by name" {
	needs root socat
	new_net a
	in_net "$a" ip link set lo up
	in_background "$a" socat TCP-LISTEN:80,fork EXEC:cat
	eventually listens "$a" 80
	in_background "$a" socat ABSTRACT-LISTEN:quiet,fork -
	in_background "$a" sh -c 'sleep 1000 | socat - TCP:127.0.0.1:80'
	is_there() { kist net socks "$a" -a | grep -q 'ESTAB.*127.0.0.1:80'; }
	eventually is_there
	run -0 kist net socks "$a"
	expect_has "@quiet"
	expect_lacks ESTAB
}

@test "socks: one whose holder is elsewhere, and the network it keeps alive" {
	needs root
	command -v python3 >/dev/null || skip "needs python3"
	in_background $$ python3 -c '
import socket, os, ctypes, time
libc = ctypes.CDLL(None)
home = os.open("/proc/self/ns/net", os.O_RDONLY)
libc.unshare(0x40000000)
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("0.0.0.0", 4711))
libc.setns(home, 0)
os.close(home)
open("'"$SCRATCH"'/ready", "w").close()
time.sleep(1000)'
	eventually [ -e "$SCRATCH/ready" ]
	run -0 kist net socks --away
	[[ ${lines[1]} =~ ^net:\[[0-9]+\]\ udp\ +UNCONN\ 0.0.0.0:4711\ +\*\ +[0-9]+\ \(python3\)\ fd\ [0-9]+\ in\ host$ ]] || {
		echo "$output"
		return 1
	}
	run -0 kist net ls
	[[ $output =~ net:\[[0-9]+\]\ no\ process,\ kept\ by\ socket\ [0-9]+\ of\ $BACKGROUND ]]
}

# --- ids ---------------------------------------------------------------------

@test "ids: by which number networks know each other" {
	needs root
	new_net a
	new_net b
	join "$a" "$b" 192.168.77
	run -0 kist net ids "$a"
	expect_output "NSID         NS NET
   0 $(stat -Lc %i "/proc/$b/ns/net") $b (sleep)"
	[ "$(kist net ids "$a" -J | jq -c '.ids')" = "[{\"nsid\":0,\"ns\":$(stat -Lc %i "/proc/$b/ns/net"),\"label\":\"$b (sleep)\"}]" ]
}

@test "ls -q: each line is a target" {
	needs root
	local target
	new_net a
	run -0 kist net ls -q
	expect_has "$a"
	for target in $output; do
		[ "$target" != "$a" ] || return 0
	done
	return 1
}

@test "ids: giving one is root's" {
	needs root
	new_net a
	# Without the capability: as an ordinary user in a network of root's.
	run -125 nsenter -t "$a" -n setpriv --bounding-set -net_admin \
		--inh-caps -net_admin "$KIST" net ids set .
	expect_output "kist: give a namespace an id: Operation not permitted (EPERM)
hint: it takes CAP_NET_ADMIN: be root, or be root of namespaces of your own: kist unshare -rn"
}

@test "check: a port that is none" {
	run -2 kist net check . . -p 0
	expect_output "kist: --port 0: ports are numbers from 1 to 65535
hint: see 'kist net check --help'"
}

@test "ids: set once, then a target by that number" {
	needs root
	new_net a
	local id=$((30000 + RANDOM))
	run -0 kist net ids set "$a" "$id"
	expect_output "$id"
	run -0 kist net ids
	expect_has "$id $(stat -Lc %i "/proc/$a/ns/net") $a (sleep)"
	run -0 kist net ls ":$id"
	expect_has "$a (sleep)"
	run -0 kist net ids set "$a"
	expect_output "$id"
	run -125 kist net ids set "$a" 12
	expect_output "kist: process $a (sleep) has the id $id already
hint: an id is given once and for ever: 'kist net ids' lists them"
	run -2 kist net ids set "$a" -- -5
	expect_has "'-5' is not an id"
	run -2 kist net ids set
}

@test "ids: the lines of a dry run give the number" {
	needs root
	new_net a
	local id=$((30000 + RANDOM))
	run -0 kist net ids set "$a" "$id" -n
	sh -ec "$output"
	run -0 kist net ids
	expect_has "$id $(stat -Lc %i "/proc/$a/ns/net") $a (sleep)"
	[ ! -e "/run/netns/kist-$a" ]
}

# --- an ordinary user --------------------------------------------------------

@test "as an ordinary user: one's own networks, others closed" {
	needs root user
	as_user true
	cat >"$SCRATCH/home/test.sh" <<-'END'
		unshare -Urn sleep 1000 & a=$!
		trap 'kill $a' EXIT
		until [ "$(readlink /proc/$a/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
		nsenter -t $a --preserve-credentials -U -n ip link set lo up
		"$KIST" net check $a $a | sed -E 's/ok +[0-9.]+ (us|ms)/ok/' | head -4
		"$KIST" net ls $a | tail -n +2
		"$KIST" net socks $a
		"$KIST" net ls 1
	END
	chmod 644 "$SCRATCH/home/test.sh"
	run as_user sh test.sh
	[[ ${lines[0]} =~ ^([0-9]+)\ 127.0.0.1\ -\>\ [0-9]+\ 127.0.0.1$ ]]
	[ "${lines[1]}" = "  ping  ok" ]
	[ "${lines[2]}" = "  tcp   ok" ]
	[ "${lines[3]}" = "  udp   ok" ]
	expect_has "  lo   loopback  up         127.0.0.1/8 ::1/128 mtu 65536"
	expect_has "NET KIND STATE LOCAL REMOTE HOLDER"
	expect_has "its namespaces may not be looked at"
}
