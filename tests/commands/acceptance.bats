# SPDX-License-Identifier: Apache-2.0
# acceptance.bats - what people type, word for word

bats_require_minimum_version 1.5.0
load kist

setup() {
	start_kist
	# `kist` in PATH, with folders of this test's own.
	mkdir "$SCRATCH/bin"
	cat >"$SCRATCH/bin/kist" <<-END
		#!/bin/sh
		exec "$KIST" --root "$SCRATCH/run" --data-root "$SCRATCH/data" "\$@"
	END
	chmod +x "$SCRATCH/bin/kist"
	PATH=$SCRATCH/bin:$PATH
	hash -r
}

teardown() { end_kist; }

# The function of helpers.bash is not what people type.
kist() { command kist "$@"; }

# sleeper [WORDS…] - `sleep` by WORDS, in the background; $pid is the sleep
sleeper() {
	"$@" sleep 300 3>&- >/dev/null 2>&1 &
	sleeper=$!
	local i
	for ((i = 0; i < 250; i++)); do
		pid=$(pgrep -x -P $sleeper sleep || :)
		[ "$(cat /proc/$sleeper/comm)" != sleep ] || pid=$sleeper
		[ -z "$pid" ] || return 0
		sleep 0.02
	done
	echo "no sleep began"
	return 1
}

@test "kist run host -- bash" {
	needs root
	run -7 kist run host -- bash <<<'touch /etc/throw-away && exit 7'
	[ ! -e /etc/throw-away ]
}

@test "kist run -m 256m --cpus .5 --rm ./rootfs /bin/sh" {
	needs root
	cp -r "$ROOT" rootfs
	run -3 kist run -m 256m --cpus .5 --rm ./rootfs /bin/sh <<<'exit 3'
	run -0 kist ps -aq
	expect_output ""
}

@test "kist unshare -u --hostname blue bash" {
	local before
	before=$(hostname)
	run -0 kist unshare -u --hostname blue bash <<<hostname
	expect_output blue
	[ "$(hostname)" = "$before" ]
}

@test "kist unshare -p sh -c 'echo \$\$; ps'" {
	run -0 kist unshare -p sh -c 'echo $$; ps'
	[ "${lines[0]}" = 1 ]
	# a heading, the shell, and ps itself
	[ "${#lines[@]}" = 4 ]
}

@test "kist unshare -i sh -c 'ipcmk -Q; ipcs -q'" {
	local before
	before=$(ipcs -q)
	run -0 kist unshare -i sh -c 'ipcmk -Q; ipcs -q'
	expect_has "Message queue id: 0"
	[ "$(ipcs -q)" = "$before" ]
}

@test "kist unshare -T --boottime 7d uptime" {
	run -0 kist unshare -T --boottime 7d uptime
	[[ $output =~ up\ +[0-9]+\ days? ]]
	run -0 kist unshare -T --boottime 7d cut -d. -f1 /proc/uptime
	((output >= 7 * 86400))
}

@test "kist unshare -r --map-auto sh" {
	needs root
	as_user true
	run -0 as_user kist unshare -r --map-auto sh <<-'END'
		id -u
		wc -l </proc/self/uid_map
	END
	expect_output "0
2"
}

@test "kist limit mem=3G swap=3G soft=1G -- firefox" {
	needs root
	printf '#!/bin/sh\necho "a browser, $*"\nexit 5\n' >"$SCRATCH/bin/firefox"
	chmod +x "$SCRATCH/bin/firefox"
	run -5 kist limit mem=3G swap=3G soft=1G -- firefox
	expect_has "a browser, "
	expect_has "3221225472"
	machine_unchanged
}

@test "kist limit -p \$\$ mem=3G" {
	needs root
	run -0 sh -c 'kist limit -p $$ mem=3G 2>&1 && cat /proc/$$/cgroup'
	expect_has "kist-limit"
	sleep 0.2
	kist clean --yes >/dev/null || :
}

@test "kist keep myuts 27514 -u && kist enter myuts hostname" {
	needs root
	sleeper "$KIST" unshare -u --hostname kept
	kist keep myuts "$pid" -u
	run -0 --separate-stderr kist enter myuts hostname
	expect_output kept
	kill $sleeper "$pid" 2>/dev/null || :
	run -0 --separate-stderr kist enter myuts hostname
	expect_output kept
	run -0 kist rm myuts
	run -125 kist enter myuts hostname
}

@test "kist show 123 456" {
	needs root
	sleeper
	run -0 kist show $$ $sleeper
	expect_has net
	kill $sleeper
}

@test "kist net link, check, rm" {
	needs root
	kist net link ns1:192.168.1.1/24 ns2:192.168.1.2/24 &&
		run -0 kist net check ns1 ns2
	expect_has 192.168.1.2
	run -0 kist rm ns1 ns2
	run -125 kist net check ns1 ns2
	[ ! -e /run/netns/ns1 ]
	machine_unchanged
}

@test "kist mnt add web /data:/data:ro" {
	needs root
	local made=
	mkdir /data 2>/dev/null && made=yes
	kist run -d --name web "$ROOT" sleep 300
	run -0 kist mnt add web /data:/data:ro
	run -0 kist exec web grep ' /data ' /proc/mounts
	expect_has "ro"
	run -1 kist exec web touch /data/x
	run -0 kist mnt rm web /data
	run -1 kist exec web grep ' /data ' /proc/mounts
	kist rm -f web
	[ -z "$made" ] || rmdir /data
}

@test "kist cg mount memory=/cgroup/memtest" {
	needs root
	grep -q '^memory' /proc/cgroups || skip "this kernel has no memory controller"
	grep -q ' - cgroup .*memory' /proc/self/mountinfo ||
		skip "the memory controller is cgroup v2's here"
	[ ! -e /cgroup ] || skip "/cgroup is there already"
	run -0 unshare -m sh -ec '
		kist cg mount memory=/cgroup/memtest
		cat /cgroup/memtest/memory.limit_in_bytes
		umount /cgroup/memtest /cgroup 2>/dev/null || umount /cgroup/memtest'
	rmdir /cgroup/memtest 2>/dev/null || :
	rmdir /cgroup
}

@test "kist try apt-get install -y cowsay" {
	needs root
	dpkg -s cowsay >/dev/null 2>&1 && skip "cowsay is installed here"
	apt-get install -y --print-uris cowsay >uris 2>/dev/null ||
		skip "apt knows no cowsay here"
	run -0 timeout 100 kist try apt-get install -y cowsay
	expect_has "this machine is as it was"
	local name
	name=$(kist ps -a | awk 'NR == 2 { print $NF }')
	run -1 dpkg -s cowsay
	run -0 kist try shell "$name" -- /usr/games/cowsay moo
	expect_has "< moo >"
	run -0 kist try drop "$name"
}
