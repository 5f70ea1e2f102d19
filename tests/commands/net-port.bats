# SPDX-License-Identifier: Apache-2.0
# net-port.bats - kist net port: ports of a network published on this machine

load net

setup() { start_net; }
teardown() { end_net; }

# ask PORT [udp] - what a server says, on this machine
ask() {
	local fd
	if [ "${2:-tcp}" = tcp ]; then
		echo x | timeout 5 socat -t 3 - "TCP:127.0.0.1:$1"
		return
	fi
	# Datagrams have no end: the first one is the answer.
	exec {fd}<>"/dev/udp/127.0.0.1/$1"
	echo x >&"$fd"
	timeout 5 head -n 1 <&"$fd"
	exec {fd}>&-
}

# A port of this machine that nothing has.
free_port() {
	local port
	while :; do
		port=$((20000 + RANDOM % 10000))
		ss -Hltun | grep -q ":$port " || break
	done
	echo $port
}

lo_up() { in_net "$1" ip link set lo up; }

no_ports() { [ -z "$(kist net port -q)" ]; }
no_files() { [ -z "$(ls -A "$SCRATCH/run/ports")" ]; }

# The process that carries; the first one if there are more.
forwarder() { kist net port -J | jq '.ports[0].pid'; }

@test "two networks listen on the same port of the same address, told apart by published ports" {
	needs root socat
	new_net a
	new_net b
	lo_up "$a"
	lo_up "$b"
	serve "$a" 80 "this is a"
	serve "$b" 80 "this is b"
	local one two
	one=$(free_port)
	kist net port "$a" -d -p "$one:80" 2>/dev/null
	two=$(free_port)
	kist net port "$b" -d -p "127.0.0.1:$two:80" 2>/dev/null
	[ "$(ask "$one")" = "this is a" ]
	[ "$(ask "$two")" = "this is b" ]
	# On all addresses, IPv6 too; the other on one alone.
	[ "$(echo | timeout 5 socat -t 3 - "TCP6:[::1]:$one")" = "this is a" ]
	run ! timeout 5 socat - "TCP6:[::1]:$two" </dev/null
}

@test "datagrams, ranges, and any free port" {
	needs root socat
	new_net a
	lo_up "$a"
	serve "$a" 53 "by datagram" udp
	serve "$a" 81 "the second"
	run -0 kist net port "$a" -d -p 53/udp -p 80-81
	[[ ${lines[0]} =~ ^\*:([0-9]+)/udp\ -\>\ $a\ port\ 53$ ]]
	local udp=${BASH_REMATCH[1]} tcp
	[[ ${lines[2]} =~ ^\*:([0-9]+)/tcp\ -\>\ $a\ port\ 81$ ]]
	tcp=${BASH_REMATCH[1]}
	[[ ${lines[3]} =~ ^[0-9a-f]{12}$ ]]
	[ "$(ask "$udp" udp)" = "by datagram" ]
	[ "$(ask "$udp" udp)" = "by datagram" ]
	[ "$(ask "$tcp")" = "the second" ]
}

@test "a program that listens on one address of the network is found" {
	needs root socat
	new_net a
	new_net b
	lo_up "$a"
	join "$a" "$b" 192.168.77
	in_background "$a" socat TCP-LISTEN:80,bind=192.168.77.1,fork SYSTEM:"read _; echo there"
	in_background "$a" socat -T 5 UDP-LISTEN:80,bind=192.168.77.1,fork SYSTEM:"read _; echo there too"
	eventually listens "$a" 80
	local port
	port=$(free_port)
	kist net port "$a" -d -p "$port:80" -p "$port:80/udp" 2>/dev/null
	[ "$(ask "$port")" = there ]
	[ "$(ask "$port" udp)" = "there too" ]
	# Nobody on the port: the connection ends at once.
	port=$(free_port)
	kist net port "$a" -d -p "$port:9" 2>/dev/null
	run timeout 5 socat - "TCP:127.0.0.1:$port"
	[ "$status" != 124 ]
	[ -z "$(ask "$port" 2>/dev/null)" ]
}

@test "much data goes through, and half-closed connections stay half open" {
	needs root socat
	new_net a
	lo_up "$a"
	in_background "$a" socat TCP-LISTEN:80,fork SYSTEM:'sha256sum'
	eventually listens "$a" 80
	local port
	port=$(free_port)
	kist net port "$a" -d -p "127.0.0.1:$port:80" 2>/dev/null
	head -c 30000000 /dev/zero >"$SCRATCH/bytes"
	[ "$(timeout 30 socat -t 20 - "TCP:127.0.0.1:$port" <"$SCRATCH/bytes")" = \
		"$(sha256sum <"$SCRATCH/bytes")" ]
}

@test "the forwarder has no capability, cannot gain one, and sees no files" {
	needs root socat
	new_net a
	lo_up "$a"
	kist net port "$a" -d -p 80 2>/dev/null
	local pid
	pid=$(forwarder)
	run -0 grep -E '^(CapPrm|CapEff|CapAmb|NoNewPrivs)' "/proc/$pid/status"
	expect_output "CapPrm:	0000000000000000
CapEff:	0000000000000000
CapAmb:	0000000000000000
NoNewPrivs:	1"
	[ "$(readlink "/proc/$pid/root")" = "$SCRATCH/run/ports" ]
	[ "$(readlink "/proc/$pid/ns/net")" = "$(readlink "/proc/$a/ns/net")" ]
}

@test "it ends when its process does" {
	needs root
	new_net a
	lo_up "$a"
	kist net port "$a" -d -p 80 2>/dev/null
	local pid
	pid=$(forwarder)
	end_process "$a"
	eventually no_ports
	eventually no_files
	is_gone() { [ ! -e "/proc/$pid/root" ]; }
	eventually is_gone
	machine_unchanged
}

@test "it ends when the process of a namespace file does" {
	needs root
	new_net a
	lo_up "$a"
	kist net port "/proc/$a/ns/net" -d -p 80 2>/dev/null
	[ -n "$(kist net port -q)" ]
	end_process "$a"
	eventually no_ports
}

@test "it ends when the name does" {
	needs root
	local name=kist-test-$$
	ip netns add "$name"
	ip -n "$name" link set lo up
	kist net port "netns:$name" -d -p 80 2>/dev/null
	[ -n "$(kist net port -q)" ]
	ip netns delete "$name"
	eventually no_ports
	eventually no_files
}

@test "a container's port, until it ends" {
	needs root socat
	local port root=$SCRATCH/root
	port=$(free_port)
	busybox_root "$root"
	echo "from the container" >"$root/page"
	kist run -d --name web "$root" httpd -f -p 80 -h /
	kist net port web -d -p "127.0.0.1:$port:80" 2>/dev/null
	page() {
		printf 'GET /page HTTP/1.0\r\n\r\n' |
			timeout 5 socat -t 3 - "TCP:127.0.0.1:$port" |
			grep -x "from the container"
	}
	eventually page
	kist rm -f web
	eventually no_ports
	eventually no_files
	machine_unchanged
}

@test "it ends by rm: of its target, of its id, of nothing" {
	needs root
	new_net a
	new_net b
	lo_up "$a"
	lo_up "$b"
	local id
	id=$(kist net port "$b" -d -p 80 2>/dev/null)
	kist net port "$a" -d -p 80 2>/dev/null
	kist net port "$a" -d -p 81 2>/dev/null
	[ "$(kist net port -q | wc -l)" = 3 ]
	[ "$(kist net port "$a" -q | wc -l)" = 2 ]
	run -0 kist net port rm "net:[$(stat -Lc %i "/proc/$a/ns/net")]"
	[ "$(kist net port -q)" = "$id" ]
	run -0 kist net port rm "$id" -n
	expect_has "rm $SCRATCH/run/ports/$id"
	[ "$(kist net port -q)" = "$id" ]
	sh -ec "$output"
	eventually no_ports
	# PORT_UNKNOWN
	run -125 kist net port rm "$id"
	expect_output "kist: no port leads into '$id'
hint: kist net port lists those there are"
	no_files
}

@test "in the foreground it ends with kist, however that ends" {
	needs root
	new_net a
	lo_up "$a"
	local port signal
	for signal in TERM HUP KILL; do
		port=$(free_port)
		"${kist[@]}" net port "$a" -p "127.0.0.1:$port:80" >"$SCRATCH/out" 2>&1 3>&- &
		local pid=$!
		is_open() { ss -Hltn | grep -q ":$port "; }
		eventually is_open
		kill -"$signal" "$pid"
		eventually no_ports
		eventually no_files
		wait "$pid" || :
		[ "$(cat "$SCRATCH/out")" = "127.0.0.1:$port/tcp -> $a port 80" ]
	done
	machine_unchanged
}

@test "one that was killed is not listed, and its file goes with the next" {
	needs root
	new_net a
	lo_up "$a"
	kist net port "$a" -d -p 80 2>/dev/null
	kill -KILL "$(forwarder)"
	eventually no_ports
	run ! no_files
	kist net port "$a" -d -p 80 2>/dev/null
	[ "$(find "$SCRATCH/run/ports" -type f | wc -l)" = 1 ]
}

@test "the list, as text and as JSON" {
	needs root
	new_net a
	lo_up "$a"
	local port id
	port=$(free_port)
	id=$(kist net port "$a" -d -p "127.0.0.1:$port:80" -p "[::1]:$port:53/udp" 2>/dev/null)
	run -0 kist net port
	[[ ${lines[1]} =~ ^127.0.0.1:$port\ tcp\ +$a\ +80\ +[0-9]+\ $id$ ]]
	[[ ${lines[2]} =~ ^\[::1\]:$port\ +udp\ +$a\ +53\ +[0-9]+\ $id$ ]]
	[ "$(kist net port ls "$a" -J | jq -c '.ports[1] |
		[.id, .target, .ns, .proto, .address, .port, .inner]')" = \
		"[\"$id\",\"$a\",$(stat -Lc %i "/proc/$a/ns/net"),\"udp\",\"::1\",$port,53]" ]
}

@test "the lines of a dry run carry the port" {
	needs root socat
	new_net a
	lo_up "$a"
	serve "$a" 80 "through socat"
	local port pid
	port=$(free_port)
	run -0 kist net port "$a" -n -p "127.0.0.1:$port:80"
	expect_output "# carry a port into the namespace
socat 'TCP-LISTEN:$port,bind=127.0.0.1,reuseaddr,fork' 'EXEC:\"nsenter -t $a -n socat - TCP:127.0.0.1:80\"' >/dev/null 2>&1 </dev/null &"
	[ -z "$(kist net port -q)" ]
	sh -c "$output"$'\n'"echo \$! >$SCRATCH/pid" 3>&-
	NETS+=("$(cat "$SCRATCH/pid")")
	is_open() { ss -Hltn | grep -q ":$port "; }
	eventually is_open
	[ "$(ask "$port")" = "through socat" ]
}

@test "mistakes are named, and nothing is left" {
	needs root
	new_net a
	# PORT_LOOPBACK
	run -125 kist net port "$a" -p 80
	expect_output "kist: the loopback of '$a' is down: nothing in there can be reached
hint: kist net exec $a ip link set lo up"
	lo_up "$a"
	run -2 kist net port "$a" -p 80:80/sctp
	expect_output "kist: '80:80/sctp' is not a port: the protocols are tcp and udp
hint: write [IP:]OUTER:INNER[/udp], such as 8080:80 or 127.0.0.1:5353:53/udp; INNER alone takes any free port outside"
	# PORT_SAME
	run -2 kist net port . -p 80
	expect_output "kist: '.' is in this network namespace: its ports are open here already
hint: publish ports of a namespace other than yours"
	run -125 kist net port "$a" -p 192.0.2.99:8080:80
	expect_has "kist: listen on tcp port 192.0.2.99:8080: Cannot assign requested address (EADDRNOTAVAIL)"
	local port
	port=$(free_port)
	kist net port "$a" -d -p "$port:80" 2>/dev/null
	run -125 kist net port "$a" -d -p "$((port + 1)):80" -p "$port:81"
	expect_output "kist: listen on tcp port $port: Address already in use (EADDRINUSE)
hint: 'kist net socks .' shows by whom; or take another port"
	[ "$(kist net port -q | wc -l)" = 1 ]
	run -2 kist net port -p 80
	expect_has "whose ports they are is not given"
	run -2 kist net port rm
	run -125 kist net port no-such-thing -p 80
	expect_has "there is no 'no-such-thing'"
	[ "$(find "$SCRATCH/run/ports" -type f | wc -l)" = 1 ]
}

@test "an ordinary user's network, by the user" {
	needs root user socat
	as_user true
	local port
	port=$(free_port)
	cat >"$SCRATCH/home/test.sh" <<-'END'
		unshare -Urn sleep 1000 & a=$!
		until [ "$(readlink /proc/$a/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
		inside="nsenter -t $a --preserve-credentials -U -n"
		$inside ip link set lo up
		$inside socat TCP-LISTEN:80,fork SYSTEM:'read _; echo the user' >/dev/null 2>&1 & s=$!
		until $inside ss -Hltn | grep -q :80; do sleep 0.05; done
		"$KIST" net port $a -d -p $PORT:80 2>/dev/null
		echo | timeout 5 socat -t 3 - TCP:127.0.0.1:$PORT
		"$KIST" net port $a -p 80:80
		kill $a $s
		n=0
		until [ -z "$("$KIST" net port -q)" ] || [ $n = 100 ]; do sleep 0.05; n=$((n + 1)); done
		"$KIST" net port
	END
	chmod 644 "$SCRATCH/home/test.sh"
	[ "$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start)" -gt 80 ] ||
		skip "ordinary users may have port 80 here"
	run -0 as_user env PORT="$port" sh test.sh
	[[ ${lines[0]} =~ ^[0-9a-f]{12}$ ]]
	[ "${lines[1]}" = "the user" ]
	# PORT_DENIED
	[ "${lines[2]}" = "kist: listen on tcp port 80: Permission denied (EACCES)" ]
	[ "${lines[4]}" = "PORT PROTO TARGET INNER PID ID" ]
}
