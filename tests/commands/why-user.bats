# SPDX-License-Identifier: Apache-2.0
# why-user.bats - refused for who or what one is: each rule, and its remedy
#
# Every case is provoked for real; the remedy is applied, and works.

load helpers
load why
setup() { start_test; }
teardown() { end_test; }

ordinary() { setpriv --reuid "$TEST_USER" --regid "$TEST_USER" --clear-groups "$@"; }

@test "a capability that is missing, and in which user namespace" {
	needs root user
	because CAPABILITY "has no CAP_SYS_ADMIN" \
		setpriv --reuid "$TEST_USER" --clear-groups hostname other
	expect_has "kist unshare -r"
	because CAPABILITY "is the owner" /usr/bin/unshare -Ur hostname other
	because CAPABILITY CAP_NET_ADMIN /usr/bin/unshare -Ur ip link add name kw0 type dummy
	because CAPABILITY CAP_CHOWN \
		setpriv --bounding-set -chown --inh-caps -chown --reuid "$TEST_USER" --clear-groups \
		chown 0:0 /etc/hostname
	# root of a namespace of one's own
	as_user sh -c '"$KIST" unshare -r -u hostname other'
	/usr/bin/unshare -Urn ip link set lo up
}

@test "an id that is not mapped, and groups that cannot be given up" {
	needs root user subids
	touch "$SCRATCH/file"
	because UNMAPPED "id 5 has no mapping" /usr/bin/unshare -Ur chown 5:5 "$SCRATCH/file"
	because UNMAPPED "id 7 has no mapping" /usr/bin/unshare -Ur setpriv --reuid 7 true
	because SETGROUPS_DENIED "/setgroups is 'deny'" \
		/usr/bin/unshare -Ur setpriv --clear-groups true
	# the remedy of both
	as_user sh -c '"$KIST" unshare --map-auto -S 0 -G 0 setpriv --reuid 7 --clear-groups true'
}

@test "an id map: written already, too late, foreign, too long, crooked" {
	needs root user
	because MAP_WRITTEN "holds '0 0 1' already" \
		/usr/bin/unshare -Ur sh -c 'echo 0 0 1 >/proc/self/uid_map'
	because MAP_NO_CAPS "from outside, before the program is started" \
		/usr/bin/unshare -U sh -c 'echo 0 0 1 >/proc/self/uid_map'
	/usr/bin/unshare -U sleep 300 3>&- &
	held=$!
	eventually is_in_own "$held"
	seq 0 2 800 | sed 's/.*/& & 1/' >"$SCRATCH/long"
	because MAP_LONG "it has 401 lines" \
		dd bs=64k if="$SCRATCH/long" of="/proc/$held/uid_map"
	printf '0 0 5\n3 9 1\n' >"$SCRATCH/crooked"
	because MAP_CROOKED "overlap" dd bs=64k if="$SCRATCH/crooked" of="/proc/$held/uid_map"
	# one line of a range is good
	echo 0 0 1000 >"/proc/$held/uid_map"
	kill "$held"
}

is_in_own() {
	[ "$(readlink "/proc/$1/ns/user")" != "$(readlink /proc/self/ns/user)" ]
}

# An ordinary user has a process in a user namespace of its own: $held
hold_user_namespace() {
	setpriv --reuid "$TEST_USER" --regid "$TEST_USER" --clear-groups \
		/usr/bin/unshare -U sleep 300 3>&- &
	held=$!
	eventually is_in_own "$held"
}

@test "an id map of an ordinary user: one's own id, and setgroups first" {
	needs root user
	local id
	id=$(id -u "$TEST_USER")
	hold_user_namespace
	because MAP_FOREIGN "map your own: '0 $id 1'" \
		setpriv --reuid "$TEST_USER" --regid "$TEST_USER" --clear-groups \
		sh -c "echo 0 7 1 >/proc/$held/uid_map"
	because MAP_SETGROUPS "write 'deny' to" \
		setpriv --reuid "$TEST_USER" --regid "$TEST_USER" --clear-groups \
		sh -c "echo 0 $(id -g "$TEST_USER") 1 >/proc/$held/gid_map"
	# both remedies
	ordinary sh -c "echo 0 $id 1 >/proc/$held/uid_map; echo deny >/proc/$held/setgroups
		echo 0 $(id -g "$TEST_USER") 1 >/proc/$held/gid_map"
	[ "$(awk '{ print $1, $2, $3 }' "/proc/$held/uid_map")" = "0 $id 1" ]
	kill "$held"
}

@test "kinds of namespace that are switched off, used up, or nested too deeply" {
	needs root
	because NS_OFF "user.max_uts_namespaces is 0" /usr/bin/unshare -Ur sh -c \
		'echo 0 >/proc/sys/user/max_uts_namespaces; /usr/bin/unshare -u true'
	because NS_USED_UP "as many uts namespaces" /usr/bin/unshare -Ur sh -c \
		'echo 1 >/proc/sys/user/max_uts_namespaces; /usr/bin/unshare -u /usr/bin/unshare -u true'
	because NS_DEEP "32 deep" sh -c \
		'n=0; c=true; while [ $n -lt 40 ]; do c="/usr/bin/unshare -Ur $c"; n=$((n + 1)); done; exec $c'
	# the remedy of the third: further out
	sh -c 'n=0; c=true; while [ $n -lt 25 ]; do c="/usr/bin/unshare -Ur $c"; n=$((n + 1)); done; exec $c'
	# and of the first two
	/usr/bin/unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_uts_namespaces
		echo 10000 >/proc/sys/user/max_uts_namespaces; /usr/bin/unshare -u true'
}

@test "a chroot, whether to a folder or to a mount" {
	needs root
	busybox_root "$SCRATCH/root"
	because CHROOTED "it is no mount point" \
		chroot "$SCRATCH/root" /bin/busybox unshare -U /bin/busybox true
	because CHROOTED "not the root of its mount namespace" /usr/bin/unshare -m sh -c \
		"mount --bind $SCRATCH/root $SCRATCH/root; exec chroot $SCRATCH/root /bin/busybox unshare -U /bin/busybox true"
	# the remedy: pivot_root(2)
	run -0 kist unshare -m -R "$SCRATCH/root" /bin/busybox unshare -U /bin/busybox true
}

@test "a container's seccomp filter, seen from outside and from inside" {
	needs root
	because SECCOMP "its filter answers EPERM to this very call" \
		"$KIST" run --rm --cap-add SYS_ADMIN --security-opt seccomp="$(filter)" host \
		mount -t tmpfs x /mnt
	run -0 kist run --rm --security-opt seccomp="$(filter)" -v "$KIST:/kist:ro" host \
		/kist why --json EPERM mount tmpfs /mnt
	expect_has "even with arguments that cannot work the answer is EPERM"
	# the remedy
	run -0 kist run --rm --cap-add SYS_ADMIN --security-opt seccomp=unconfined \
		--security-opt apparmor=unconfined host mount -t tmpfs x /mnt
}

filter() {
	echo '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mount"],
		"action":"SCMP_ACT_ERRNO","errnoRet":1}]}' >"$SCRATCH/filter.json"
	echo "$SCRATCH/filter.json"
}

@test "pid namespaces: set twice, and dead" {
	needs root
	because PID_TWICE "in another pid namespace than itself" \
		/usr/bin/unshare -p /usr/bin/unshare -p true
	because PID_DEAD "no process is in it" \
		/usr/bin/unshare -p sh -c '/bin/true; /bin/true; /bin/true'
	# the remedy of both
	/usr/bin/unshare -fp /usr/bin/unshare -fp sh -c '/bin/true; /bin/true; /bin/true'
}

@test "threads, and the user namespace one is in" {
	needs root
	because OWN_USER_NS "process" nsenter --user=/proc/self/ns/user true
	# the remedy: without it
	nsenter --uts=/proc/self/ns/uts true
	command -v perl >/dev/null || skip "needs perl with threads"
	perl -Mthreads -e 1 2>/dev/null || skip "needs perl with threads"
	because THREADS "has 2 threads" perl -Mthreads -e \
		'my $t = threads->create(sub { sleep 300 }); exit(syscall(272, 0x10000000) != 0)'
	# the remedy: in a child
	perl -Mthreads -e 'my $t = threads->create(sub { sleep 3 });
		exec("/usr/bin/unshare", "-U", "true") unless fork; wait; kill 9, $$ if $?'
}

@test "no_new_privs, and a set-user-ID program" {
	needs root user
	[ -u /usr/bin/mount ] || [ -u /bin/mount ] || skip "needs a set-user-ID mount"
	because NO_NEW_PRIVS "its program is set-user-ID of 0" \
		setpriv --reuid "$TEST_USER" --clear-groups --no-new-privs mount -t tmpfs x /mnt
}

@test "no_new_privs is left out, and a set-user-ID program has its rights" {
	needs root user
	cp "$(command -v hostname)" "$SCRATCH/named"
	chmod 4755 "$SCRATCH/named"
	because NO_NEW_PRIVS "its program is set-user-ID of 0" setpriv --reuid "$TEST_USER" \
		--clear-groups --no-new-privs "$SCRATCH/named" "$(hostname)"
	# the remedy
	setpriv --reuid "$TEST_USER" --clear-groups "$SCRATCH/named" "$(hostname)"
}

@test "setgroups is written before gid_map, not after" {
	needs root user
	hold_user_namespace
	echo "0 $(id -g "$TEST_USER") 1" >"/proc/$held/gid_map"
	because SETGROUPS_LATE "gid_map" sh -c "echo deny >/proc/$held/setgroups"
	kill "$held"
	# the remedy
	hold_user_namespace
	echo deny >"/proc/$held/setgroups"
	echo "0 $(id -g "$TEST_USER") 1" >"/proc/$held/gid_map"
	[ "$(cat "/proc/$held/setgroups")" = deny ]
	kill "$held"
}

@test "an id is mapped, and a file given to it" {
	needs root user subids
	as_user sh -c 'cd "$(mktemp -d)" && touch file &&
		"$KIST" unshare --map-auto -S 0 -G 0 sh -c "chown 5:5 file && stat -c %u:%g file && rm file"' \
		>"$SCRATCH/owner"
	[ "$(cat "$SCRATCH/owner")" = 5:5 ]
}
