# SPDX-License-Identifier: Apache-2.0
# kist-files.bats - what is mounted in a container: -v, --mount, --tmpfs …

load kist

setup() { start_kist; }
teardown() { end_kist; }

@test "a folder as a volume: what is written is there" {
	needs root
	mkdir data
	echo ours >data/in
	run -0 k run --rm -v "$SCRATCH/data:/data" "$ROOT" \
		sh -c 'cat /data/in; echo theirs >/data/out'
	expect_output ours
	[ "$(cat data/out)" = theirs ]
	# relative to here
	run -0 k run --rm -v ./data:/data "$ROOT" cat /data/out
	expect_output theirs
	run -0 k run --rm --mount type=bind,src=data/,dst=/data "$ROOT" cat /data/out
}

@test "a file as a volume" {
	needs root
	echo ours >file
	run -0 k run --rm -v "$SCRATCH/file:/etc/thing" "$ROOT" cat /etc/thing
	expect_output ours
}

@test "ro is read-only, also for what is mounted below" {
	needs root
	mkdir -p data/below
	mount -t tmpfs below data/below
	run k run --rm -v "$SCRATCH/data:/data:ro" "$ROOT" sh -c \
		'touch /data/x; touch /data/below/x; ls /data /data/below'
	expect_has "/data/x: Read-only file system"
	expect_has "/data/below/x: Read-only file system"
	run -0 k run --rm -v "$SCRATCH/data:/data" "$ROOT" touch /data/below/x
	[ -e data/below/x ]
	# one level only
	run -0 k run --rm -v "$SCRATCH/data:/data:bind" "$ROOT" ls /data/below
	expect_output ""
	umount data/below
	run -1 k run --rm --mount "type=bind,src=$SCRATCH/data,dst=/data,readonly" \
		"$ROOT" touch /data/x
}

@test "a mount made later on the machine appears with rslave only" {
	needs root
	export KIST SCRATCH ROOT
	unshare -m bash -c '
		mkdir -p data/later && mount --bind data data &&
		mount --make-shared data &&
		"$KIST" --root "$SCRATCH/k" run -d --name slave -v "$PWD/data:/data:rslave" "$ROOT" sleep 100 &&
		"$KIST" --root "$SCRATCH/k" run -d --name private -v "$PWD/data:/data" "$ROOT" sleep 100 &&
		mount -t tmpfs later data/later && touch data/later/here &&
		"$KIST" --root "$SCRATCH/k" exec slave ls /data/later/here &&
		! "$KIST" --root "$SCRATCH/k" exec private ls /data/later/here' \
		3>&-
}

@test "odd names of volumes" {
	needs root
	mkdir 'a b,c'
	touch 'a b,c/here'
	run -0 k run --rm -v "./a b,c:/x y" "$ROOT" ls '/x y'
	expect_output here
	run -0 k run --rm -v "$SCRATCH/../$(basename "$SCRATCH"):/a//b/../c/" "$ROOT" ls -d /a/c
	expect_output /a/c
}

@test "--tmpfs is empty, in memory, with its options" {
	needs root
	run -0 k run --rm --tmpfs /x:size=1m,mode=700 --tmpfs /y "$ROOT" sh -c \
		'stat -c %a /x; df -k /x | tail -1 | tr -s " " | cut -d" " -f2; grep " /y " /proc/mounts'
	expect_has $'700\n1024'
	expect_has noexec
	expect_has nosuid
	run -0 k run --rm --tmpfs /x:exec "$ROOT" sh -c 'grep " /x " /proc/mounts'
	expect_lacks noexec
	run -0 k run --rm --mount type=tmpfs,dst=/x,tmpfs-size=2m "$ROOT" \
		sh -c 'grep " /x " /proc/mounts'
	expect_has size=2048k
}

@test "--read-only: the root cannot be written, /tmp and volumes can" {
	needs root
	mkdir data
	run k run --rm --read-only -v ./data:/data "$ROOT" sh -c \
		'touch /x; touch /tmp/x /run/x /data/x /dev/shm/x && echo fine'
	expect_has '/x: Read-only file system'
	expect_has fine
	[ ! -e "$ROOT/tmp/x" ]
}

@test "a device of the machine, with its access" {
	needs root
	run -1 k run --rm "$ROOT" ls /dev/kmsg
	run -0 k run --rm --device /dev/kmsg:/dev/inside:r "$ROOT" \
		stat -c '%F %t %T' /dev/inside
	expect_output 'character special file 1 b'
	run -0 k run --rm --device /dev/zero:/dev/nought "$ROOT" \
		sh -c 'head -c 3 /dev/nought | wc -c'
	expect_output 3
}

@test "a device that was not given cannot be used even if a node is made" {
	needs root
	run k run --rm "$ROOT" sh -c 'mknod /tmp/k c 1 11 && cat /tmp/k; rm -f /tmp/k'
	expect_has 'Operation not permitted'
}

@test "/etc/hosts of the user's own wins over the container's" {
	needs root
	echo mine >hosts
	run -0 k run --rm -v ./hosts:/etc/hosts "$ROOT" cat /etc/hosts
	expect_output mine
}

@test "what the devices and file systems of a container are" {
	needs root
	run -0 k run --rm "$ROOT" sh -c 'ls /dev; stat -c %a /dev/null'
	local name
	for name in null zero full random urandom tty ptmx pts shm mqueue fd stdin; do
		expect_has "$name"
	done
	expect_has 666
	expect_lacks vda
}
