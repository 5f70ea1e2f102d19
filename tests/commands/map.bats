#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# kist map: the machine as a picture, as text and as JSON

load net

bats_require_minimum_version 1.5.0
export LC_ALL=C.UTF-8

setup() { start_net; }

teardown() {
	local id
	for id in $(kist ps -aq 2>/dev/null); do
		kist rm -f "$id" >/dev/null 2>&1 || :
	done
	end_net
}

needs_root_dir() {
	ROOT=$BATS_FILE_TMPDIR/root
	[ -e "$ROOT/bin/sh" ] || busybox_root "$ROOT"
}

map() { kist map "$@"; }
can_nft() {
	reason="nft is not there"
	command -v nft >/dev/null
}
can_podman() {
	reason="podman is not there"
	command -v podman >/dev/null
}

# json FILTER [WORD…] - of the map, by jq
json() {
	local filter=$1
	shift
	map --json "$@" | jq -r "$filter"
}
inode() { stat -Lc %i "/proc/$1/ns/$2"; }
run_one() { kist run -d --name "$@" "$ROOT" sleep 1000 >/dev/null 3>&-; }

crowd() { bash "$BATS_TEST_DIRNAME/crowd.bash" "$@" 3>&-; }

@test "a container's namespaces, process and control group are those of /proc" {
	needs root
	needs_root_dir
	run_one web
	local pid kind
	pid=$(kist inspect web | jq .pid)
	run json '.things[] | select(.name == "web") | [.kind, .engine, .pid, .procs] | @tsv'
	expect_output "container	kist	$pid	1"
	for kind in user cgroup ipc net pid uts mnt; do
		run json ".things[] | select(.name == \"web\").ns.$kind"
		expect_output "$(inode "$pid" $kind)"
	done
	run json '. as $m | .things[] | select(.name == "web") | $m.cgroups[.cgroup_index].path'
	grep -q ":$output\$" "/proc/$pid/cgroup"
}

@test "limits and usage of a control group are those of its files" {
	needs root memory pids
	needs_root_dir
	run_one web -m 64m --pids-limit 50
	run json '. as $m | .things[] | select(.name == "web") | $m.cgroups[.cgroup_index] |
		[.memory_max, .pids_max, .pids, .procs] | @tsv'
	expect_output "67108864	50	1	1"
	run map --cg web --width 100
	expect_has "/ 64M"
	expect_has "1/50"
}

@test "things that share a namespace have the same letter, their own have none" {
	needs root
	needs_root_dir
	run_one web
	run_one side --network container:web
	run_one alone
	run map --ns --engine kist --width 100
	expect_status 0
	# user cgrp ipc net pid time uts mnt
	[ "$(awk '$2 == "web" { print $6 }' <<<"$output")" = a ]
	[ "$(awk '$2 == "side" { print $6 }' <<<"$output")" = a ]
	[ "$(awk '$2 == "alone" { print $6 }' <<<"$output")" = ■ ]
	[ "$(awk '$2 == "alone" { print $3 }' <<<"$output")" = · ]
	run json '.namespaces[] | select(.kind == "net" and .things == 2).ns'
	expect_has "$(json '.things[] | select(.name == "side").ns.net')"
}

@test "both ends of a veth are found, each in its namespace, with addresses" {
	needs root
	new_net ONE
	new_net OTHER
	join "$ONE" "$OTHER" 10.9.8
	local one other
	one=$(inode "$ONE" net) other=$(inode "$OTHER" net)
	local index
	index=$(in_net "$OTHER" ip -j link show vb | jq '.[0].ifindex')
	run json ".devices[] | select(.ns == $one and .name == \"va\") | [.peer_ns, .peer, .type, .up] | @tsv"
	expect_output "$other	$index	veth	true"
	run json ".devices[] | select(.ns == $other and .name == \"vb\") | .peer_ns, .addresses"
	expect_has "$one"
	expect_has "10.9.8.2/24"
	run json ".devices[] | select(.ns == $one).name"
	[ "$(sort <<<"$output")" = "$(in_net "$ONE" ip -j link | jq -r '.[].ifname' | sort)" ]
	run map --net "net:[$one]"
	expect_has "va ──"
	expect_has "10.9.8.2/24"
}

@test "a published port leads to its network" {
	needs root
	new_net INSIDE
	in_net "$INSIDE" ip link set lo up
	kist net port "$INSIDE" -d -p 127.0.0.1:18123:80 >/dev/null 2>&1 3>&-
	run json '.ports[] | select(.host_port == 18123) | [.protocol, .address, .port, .ns, .published_by] | @tsv'
	expect_output "tcp	127.0.0.1	80	$(inode "$INSIDE" net)	kist"
	run map --net
	expect_has "127.0.0.1:18123→80"
}

@test "a port that only the packet filter forwards leads to the network of its target" {
	needs root
	needs nft
	new_net HERE
	new_net ONE
	in_net "$HERE" ip link set lo up
	in_net "$HERE" ip link add va type veth peer name vb netns "$ONE"
	in_net "$ONE" ip addr add 10.88.0.5/24 dev vb
	in_net "$ONE" ip addr add fd88::5/64 dev vb
	in_net "$HERE" nft -f - <<-'END'
		table inet netavark {
			chain NETAVARK-DNAT {
				tcp dport 8080 dnat ip to 10.88.0.5:80
				iifname "eth0" ip daddr 10.1.2.3 udp dport 5000-5002 counter dnat ip to 10.88.0.5
				ip daddr 10.1.0.0/16 tcp dport 8082 dnat ip to 10.88.0.5:82
				tcp dport { 7000, 7001 } dnat ip to 10.88.0.5:70
				tcp dport != 7002 dnat ip to 10.88.0.5:70
				tcp dport 7003 dnat ip to 10.88.0.99:70
				tcp dport 7004 accept
			}
		}
		table ip6 mine {
			chain c {
				tcp dport 8443 dnat to [fd88::5]:443
			}
		}
	END
	local one expected width
	one=$(inode "$ONE" net)
	expected="tcp	8080	80	$one	netavark
udp	10.1.2.3	5000	5000	$one	netavark
udp	10.1.2.3	5001	5001	$one	netavark
udp	10.1.2.3	5002	5002	$one	netavark
tcp	8082	82	$one	netavark
tcp	8443	443	$one	packet filter"
	if command -v iptables-nft >/dev/null; then
		in_net "$HERE" iptables-nft -t nat -N DOCKER
		in_net "$HERE" iptables-nft -t nat -A DOCKER ! -i docker0 -p tcp -m tcp --dport 8081 \
			-j DNAT --to-destination 10.88.0.5:81
		in_net "$HERE" iptables-nft -t nat -A DOCKER -d 192.168.1.1/32 -p udp --dport 53:54 \
			-j DNAT --to-destination 10.88.0.5:5353-5354
		in_net "$HERE" iptables-nft -t nat -A OUTPUT -p tcp --dport 8081 \
			-j DNAT --to-destination 10.88.0.5:81
		expected="$expected
tcp	8081	81	$one	docker
udp	192.168.1.1	53	5353	$one	docker
udp	192.168.1.1	54	5354	$one	docker"
	fi
	run in_net "$HERE" "${kist[@]}" map --json
	output=$(jq -r '.ports[] | [.protocol, .address, .host_port, .port, .ns, .published_by] |
		map(select(. != "")) | @tsv' <<<"$output")
	[ "$(sort <<<"$output")" = "$(sort <<<"$expected")" ] || {
		diff <(sort <<<"$expected") <(sort <<<"$output")
		false
	}
	for width in 40 80 200; do
		run in_net "$HERE" "${kist[@]}" map --net --width "$width"
		expect_has ":8080→80"
		expect_has "10.1.2.3:5000-5002→5000-5002/udp"
		expect_has ":8443→443"
	done
}

@test "nested user namespaces are a tree with their maps" {
	needs root
	"${kist[@]}" unshare -U --map-users 0:100000:1000 --map-groups 0:100000:1000 \
		sleep 1000 3>&- &
	NETS+=($!)
	local pid=$!
	is_mapped() {
		pid=$(pgrep -P "$1" -x sleep || echo "$1")
		[ "$(awk '{ print $2 }' "/proc/$pid/uid_map")" = 100000 ]
	}
	eventually is_mapped $!
	run json ".namespaces[] | select(.ns == $(inode $pid user)) | [.parent, .uid_map] | @tsv"
	expect_output "$(inode self user)	0 100000 1000"
	run map --ids "$pid"
	expect_has "0–999 are 100000–100999"
}

@test "named sets are there, with nobody in them" {
	needs root
	kist new blue --net --uts >/dev/null
	run json '.things[] | select(.name == "blue") | [.kind, .engine, .procs] | @tsv'
	expect_output "set	kist	0"
	run json '.namespaces[] | select(.name == "blue").kind'
	expect_has net
	kist rm blue >/dev/null
}

@test "a paused container is shown as such" {
	needs root freezer
	needs_root_dir
	run_one web
	local group
	group=$(json '.things[] | select(.name == "web").cgroup')
	kist cg freeze "$group" >/dev/null
	run json '.things[] | select(.name == "web").paused'
	kist cg thaw "$group" >/dev/null
	expect_output true
}

@test "an ordinary user sees the own things, and how many are hidden" {
	needs root user
	as_user unshare -Un --map-root-user sleep 1000 3>&- &
	local parent=$!
	NETS+=($!)
	theirs() { pid=$(pgrep -u "$TEST_USER" -x -f 'sleep 1000' | head -1); [ -n "$pid" ] && is_elsewhere "$pid"; }
	eventually theirs
	run as_user sh -c '$KIST map --json'
	expect_status 0
	[ "$(jq .hidden <<<"$output")" -gt 0 ]
	[ "$(jq -r ".things[] | select(.ns.net == $(inode "$pid" net)).user" <<<"$output")" = "$TEST_USER" ]
	[ "$(jq "[.devices[] | select(.ns == $(inode "$pid" net))] | length" <<<"$output")" -gt 0 ]
	run as_user sh -c '$KIST map --width 100'
	kill "$pid"
	wait "$parent" || :
	expect_status 0
	expect_has "not yours to see"
	expect_has "$TEST_USER"
	run as_user sh -c '$KIST map --ns --ids'
	expect_status 0
}

@test "no line is wider than asked for, in any width, with any number of containers" {
	needs root
	run crowd 30 bash -c 'for width in 40 60 80 120 200; do
		widest=$("$KIST" map --width $width | wc -L)
		[ "$widest" -le $width ] || echo "too wide: $widest, not $width"
	done
	LC_ALL=C "$KIST" map | LC_ALL=C grep "[^ -~]" | sed "s/^/not ASCII: /"
	"$KIST" map'
	expect_status 0
	expect_lacks "too wide"
	expect_lacks "not ASCII"
	expect_has ": 30 containers"
	expect_has "× "
	expect_has "veth0"
	expect_has "← :8080→80"
}

@test "a container of podman has the name and the process that podman says" {
	needs root podman
	needs_root_dir
	# In a mount namespace, for the mounts it makes.
	podman() {
		unshare -m podman --runtime "$OCI" --cgroup-manager cgroupfs \
			--root "$SCRATCH/storage" --runroot "$SCRATCH/runroot" \
			--tmpdir "$SCRATCH/libpod" --storage-driver vfs \
			--log-level error "$@" 3>&-
	}
	podman run -d --name kist-map --network none --ulimit nofile=1024:1024 \
		--ulimit nproc=512:512 --rootfs "$ROOT" sleep 1000 >/dev/null
	local wanted
	wanted=$(podman ps --no-trunc --format '{{.ID}} {{.Pid}}')
	run json '.things[] | select(.name == "kist-map") | "\(.engine) \(.id) \(.pid)"'
	podman rm -f -t 0 kist-map >/dev/null
	expect_output "podman $wanted"
}

@test "hostile names are shown harmlessly" {
	needs root
	local name=$'a\033[31mb\nc'
	unshare -n bash -c 'exec -a "$1" sleep 1000' bash "$name" 3>&- &
	NETS+=($!)
	eventually is_elsewhere $!
	run map --ns --all --width 200
	expect_status 0
	expect_lacks $'\033'
	run json '.machine'
	expect_status 0
}

@test "words and engines choose; what is not there is said" {
	needs root
	needs_root_dir
	run_one web
	run map nosuchthing
	expect_status 125
	expect_has "nothing that runs here goes by 'nosuchthing'" # MAP_NOTHING
	run map wbe
	expect_has "did you mean 'web'?"
	run json '[.things[].name] | @tsv' kist:web
	expect_output web
	run json '[.things[].name] | @tsv' "$(kist inspect web | jq .pid)"
	expect_output web
	run map --engine podman
	expect_has "goes by 'podman'"
	run map --width 39
	expect_status 2
	run map --net --width 80
	expect_has NETWORK
	expect_lacks "USER IDS"
}
