# SPDX-License-Identifier: Apache-2.0
# kist-host.bats - the image `host`: this machine's own files, copy-on-write

load kist

setup() { start_kist; }
teardown() { end_kist; }

@test "the machine's files are there, changes do not reach it" {
	needs root
	run -0 k run --rm host sh -c "
		cmp /etc/passwd /etc/passwd && cat /etc/os-release | head -1
		echo x >>/etc/passwd; rm -rf /etc/os-release /usr/share/doc
		touch /root/kist-x /etc/kist-x /kist-x; ls /kist-x"
	expect_has /kist-x
	[ ! -e /etc/kist-x ]
	[ ! -e /kist-x ]
	[ -e /etc/os-release ]
	[ -d /usr/share/doc ]
	nothing_left
}

@test "a volume reaches the machine" {
	needs root
	mkdir data
	run -0 k run --rm -v ./data:/srv host touch /srv/here
	[ -e data/here ]
}

@test "nested mounts are seen, and copy-on-write too" {
	needs root
	export ROOT SCRATCH KIST
	run -0 unshare -m bash -c '
		mkdir nested && mount -t tmpfs nested nested && echo seen >nested/file &&
		"$KIST" --root "$SCRATCH/k" run --rm host sh -c "cat $SCRATCH/nested/file; echo changed >$SCRATCH/nested/file; touch $SCRATCH/nested/new" &&
		cat nested/file && ls nested'
	expect_output $'seen\nseen\nfile'
}

@test "a mount point with odd characters" {
	needs root
	export SCRATCH KIST
	run -0 unshare -m bash -c '
		mkdir "a,b:c d\\e" && mount -t tmpfs nested "a,b:c d\\e" && echo seen >"a,b:c d\\e/file" &&
		"$KIST" --root "$SCRATCH/k" run --rm -v ./:/here:bind host sh -c "cat $SCRATCH/a*/file"'
	expect_output seen
}

@test "a file that is mounted on, and a mount that covers another" {
	needs root
	export SCRATCH KIST
	run -0 unshare -m bash -c '
		echo below >file; echo above >above; mount --bind above file
		mkdir twice; mount -t tmpfs a twice; echo 1 >twice/f; mount -t tmpfs b twice; echo 2 >twice/f
		"$KIST" --root "$SCRATCH/k" run --rm host cat $SCRATCH/file $SCRATCH/twice/f'
	expect_output $'above\n2'
}

@test "kist's own folders are hidden" {
	needs root
	run -0 k run --rm host sh -c "ls -A '$SCRATCH/k' | wc -l"
	expect_output 0
}

@test "/run is empty, /dev and /proc are the container's own" {
	needs root
	run -0 k run --rm host sh -c 'ls -A /run | wc -l; ls /dev | grep -c vda; echo $$; ls /sys/class/net'
	expect_output $'0\n0\n1\nlo'
}

@test "the machine's sockets, fifos and devices below it are dead" {
	needs root
	command -v python3 >/dev/null || skip "no python3"
	python3 -c '
import socket, time
s = socket.socket(socket.AF_UNIX); s.bind("sock"); s.listen(1); time.sleep(30)' 3>&- &
	local pid=$!
	eventually test -S sock
	run k run --rm host python3 -c "
import socket
socket.socket(socket.AF_UNIX).connect('$SCRATCH/sock')"
	kill $pid
	expect_has ConnectionRefusedError
	mknod dev c 1 5
	run k run --rm --privileged host head -c 1 "$SCRATCH/dev"
	expect_has 'Permission denied'
}

@test "its own host name is in /etc/hosts and /etc/hostname" {
	needs root
	run -0 k run --rm -h blue host sh -c 'cat /etc/hostname; getent hosts blue | wc -l; hostname'
	expect_output $'blue\n1\nblue'
	[ "$(cat /etc/hostname)" != blue ]
}

@test "/tmp of the machine is seen, copy-on-write" {
	needs root
	echo x >file
	run -0 k run --rm host sh -c "cat $SCRATCH/file; rm -r $SCRATCH/file; touch /tmp/kist-y"
	expect_output x
	[ -e file ]
	[ ! -e /tmp/kist-y ]
}

@test "limits and a name, all together" {
	needs root memory pids
	run -0 k run --rm -m 256m --cpus .5 --pids-limit 50 --hostname box host \
		bash -c 'hostname; echo $$; id -u'
	expect_output $'box\n1\n0'
	nothing_left
}

@test "a stopped container's changes are kept until rm" {
	needs root
	k run --name one host touch /etc/kist-z
	run -0 find "$SCRATCH/k/data/containers" -path '*/upper/etc/kist-z'
	expect_has upper
	k rm one
	nothing_left
}

@test "writes cannot go to an overlay: it is said, with a way out" {
	needs root
	export SCRATCH KIST
	run -125 unshare -m bash -c '
		mkdir l u w m && mount -t overlay o -o lowerdir=l,upperdir=u,workdir=w m &&
		"$KIST" --root "$SCRATCH/m/k" run --rm host true'
	expect_has "is on an overlay itself" # HOST_IMAGE
	expect_has "hint: keep kist's data on a disk or a tmpfs"
}

@test "--read-only host" {
	needs root
	run k run --rm --read-only host sh -c 'touch /etc/x; touch /tmp/x && echo fine'
	expect_has 'Read-only file system'
	expect_has fine
}

@test "host in a user namespace of its own, as root" {
	needs root
	run -0 k run --rm --userns private host sh -c 'touch /etc/kist-u /root/kist-u && readlink /proc/self/ns/user'
	[ "$output" != "$(readlink /proc/self/ns/user)" ]
	[ ! -e /etc/kist-u ]
	run -125 k run --rm --uidmap 0:100000:65536 host true
	expect_has "user 0 inside is not user 0 outside"
	nothing_left
}
