#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# why-mount.bats - kist why: mounts, the root, layers; each refusal is real, and
# its remedy is tried

load helpers
load why

setup() { start_test; }
teardown() { end_test; }

@test "what is mounted, where, and as what" {
	needs root kist
	in_mounts '
		mkdir b; touch f
		refused MOUNT_TARGET_MISSING "nothing called *none" \
			mount -t tmpfs t "$D/none"
		works mkdir -p "$D/none"; works mount -t tmpfs t "$D/none"
		refused MOUNT_SOURCE_MISSING "nothing called *nope" \
			mount --bind "$D/nope" b
		refused FS_TYPO "has *tmpfs*no *tmpsf" mount -t tmpsf t b
		works mount -t tmpfs t b; umount b
		refused FS_UNKNOWN "not in /proc/filesystems" \
			mount -t quuxfs t b
		refused MOUNT_OPTION "Unknown parameter *sise" \
			mount -t tmpfs -o sise=4k t b
		works mount -t tmpfs -o size=4k t b; umount b
		refused MOUNT_FILE_FOLDER "folder" mount --bind b f
		works mount --bind f f; umount f
		refused MOUNT_ALREADY "sysfs" mount -i -t sysfs sysfs /sys
		refused REMOUNT_NOT_MOUNT "part of the mount" \
			mount --make-private "$D/b"
		works mount --bind "$D/b" "$D/b"
		works mount --make-private "$D/b"
	'
}

@test "moving, binding and propagation" {
	needs root kist
	in_mounts '
		mkdir a b c
		refused MOVE_NOT_MOUNT "part of the mount" \
			busybox mount -o move "$D/a" "$D/b"
		mount -t tmpfs t a; mkdir a/in
		refused MOVE_LOOP "is below" \
			busybox mount -o move "$D/a" "$D/a/in"
		mount --make-unbindable a
		refused BIND_UNBINDABLE "unbindable in" mount --bind a b
		works mount --make-private "$D/a"; works mount --bind a b
		umount b
		mount --bind "$D" "$D"; cd "$D"
		mount -t tmpfs t c; mount --make-shared "$D"
		refused MOVE_SHARED "shared:" \
			busybox mount -o move "$D/c" "$D/b"
		works mount --make-private "$D"
		works busybox mount -o move "$D/c" "$D/b"
		touch ns
		refused BIND_NS_LOOP "is mnt:*in mnt:" \
			mount --bind /proc/self/ns/mnt ns
	'
}

@test "a mount namespace is bound only where nothing is shared" {
	needs root kist
	# The kernel binds none that it takes for older than the own one, and tells
	# that by numbers of which each processor has a supply of its own.
	taskset -cp "$(taskset -cp "$BASHPID" | sed 's/.*: //; s/[,-].*//')" "$BASHPID"
	in_mounts '
		mount --make-shared "$D"; touch ns
		unshare -m --propagation unchanged sleep 60 3>&- & pid=$!
		trap "kill $pid" EXIT
		for i in {1..100}; do
			[ "$(cat /proc/$pid/comm)" = sleep ] && break
			sleep 0.05
		done
		refused BIND_NS_SHARED "shared:" \
			mount --bind /proc/$pid/ns/mnt ns
		works mount --make-private "$D"
		works mount --bind /proc/$pid/ns/mnt ns
		umount ns
	'
}

@test "who keeps a mount busy" {
	needs root kist
	in_mounts '
		mkdir a
		refused UMOUNT_NOT_MOUNTED "part of the mount" \
			busybox umount "$D/a"
		mount -t tmpfs t a; mkdir a/in; mount -t tmpfs t a/in
		refused UMOUNT_NESTED "a/in" umount a
		works umount -R "$D/a"
		mount -t tmpfs t a
		(cd a; exec sleep 60) 3>&- & pid=$!
		trap "kill $pid 2>/dev/null" EXIT
		for i in {1..100}; do
			[ "$(cat /proc/$pid/comm)" = sleep ] && break
			sleep 0.05
		done
		refused UMOUNT_USED "process $pid (sleep): its folder" umount a
		kill $pid; wait $pid 2>/dev/null
		works umount a
		mount -t tmpfs t a; exec 7>a/f
		refused REMOUNT_WRITERS "descriptor 7" mount -o remount,ro a
		exec 7>&-
		works mount -o remount,ro a
	'
}

@test "more mounts than fs.mount-max, without changing it" {
	needs root kist
	[ "$(cat /proc/sys/fs/mount-max)" = 100000 ] ||
		skip "needs fs.mount-max of 100000"
	in_mounts '
		mkdir a b; mount -t tmpfs t a
		for i in {0..16}; do mkdir a/$i; done
		for i in {0..15}; do mount --rbind a a/$i; done
		refused MOUNT_MAX "fs.mount-max is 100000" mount --rbind a b
		umount -l a/15
		works mount --rbind a b
		umount -l a b
	'
}

@test "pivot_root: another mount, private, the old root below it" {
	needs root kist
	in_mounts '
		mkdir a a/old other
		refused PIVOT_SAME "part of the mount at" pivot_root / /
		refused PIVOT_NOT_MOUNT "part of the mount" pivot_root a a/old
		mount --bind a a; mkdir -p a/old
		refused PIVOT_PUT_OLD "is not below" pivot_root a other
		mount --make-shared "$D"
		refused PIVOT_SHARED "shared:" pivot_root a a/old
		works mount --make-rprivate /
		works unshare -m pivot_root a a/old
	'
}

@test "a user namespace: what is masked, locked, or belongs to others" {
	needs root kist
	in_mounts '
		mkdir a b p; mount -t tmpfs -o nosuid,nodev t a
		mkdir a/in; mount -t tmpfs t a/in
		refused MOUNT_NS_OWNER "does not own mnt:" \
			/usr/bin/unshare -Ur mount -t tmpfs t b
		works unshare -Urm mount -t tmpfs t b
		refused FS_OWNER "does not own pid:" \
			/usr/bin/unshare -Urm mount -t proc p p
		works unshare -Urmpf mount -t proc p p
		refused FS_OWNER "does not own net:" \
			/usr/bin/unshare -Urm mount -t sysfs s p
		works unshare -Urmn mount -t sysfs s p
		refused FS_NOT_IN_USERNS "ext4" \
			/usr/bin/unshare -Urm mount -i -t ext4 /dev/null b
		refused BIND_LOCKED "a/in" /usr/bin/unshare -Urm mount --bind a b
		works unshare -Urm mount --rbind a b
		refused UMOUNT_LOCKED "a/in" /usr/bin/unshare -Urm umount a/in
		refused MOUNT_FLAGS_LOCKED "nosuid,nodev" \
			/usr/bin/unshare -Urm mount -o remount,bind,suid a
		works unshare -Urm mount -o remount,bind,nosuid,nodev,ro a
		refused FS_REMOUNT_OWNER "is tmpfs of" /usr/bin/unshare -Urm \
			busybox mount -o remount,ro "$D"
		works unshare -Urm mount -o remount,bind,ro "$D"
		mount --bind /dev/null /proc/version
		refused FS_MASKED "/proc/version" \
			/usr/bin/unshare -Urmpf mount -t proc p p
		works unshare -Urmpf mount --rbind /proc p
		umount /proc/version
		works unshare -Urmpf mount -t proc p p
	'
}

@test "layers of an overlay" {
	needs root kist
	in_mounts '
		o() { echo mount -i -t overlay o -o "$1" "${2:-m}"; }
		mkdir l l/d u w u/w m m2 m3 l2 other a:b
		mount -t tmpfs t other; mkdir other/w
		refused OVERLAY_LACKS "upperdir=u" $(o lowerdir=l,upperdir=u)
		works $(o lowerdir=l,upperdir=u,workdir=w); umount m
		refused OVERLAY_WORK_BELOW "workdir is" \
			$(o lowerdir=l,upperdir=u,workdir=u/w)
		refused OVERLAY_WORK_FS "in the mount" \
			$(o lowerdir=l,upperdir=u,workdir=other/w)
		refused OVERLAY_MISSING "nope" $(o lowerdir=l:nope)
		refused OVERLAY_LACKS "lowerdir=l" $(o lowerdir=l)
		refused OVERLAY_COLON "a:b" $(o lowerdir=a:b:l)
		works $(o "lowerdir=a\\:b:l"); umount m
		refused OVERLAY_OVERLAP "has both" $(o lowerdir=l:l/d)
		refused MOUNT_OPTION "Unknown parameter *lowerdri" \
			$(o lowerdri=l)
		works $(o lowerdir=l,upperdir=u,workdir=w,index=on)
		refused OVERLAY_IN_USE "upperdir=u" \
			$(o lowerdir=l,upperdir=u,workdir=w,index=on m2)
		mkdir m/u m/w2
		refused OVERLAY_UPPER_FS "statfs type 0x794c7630" \
			$(o lowerdir=l,upperdir=m/u,workdir=m/w2 m2)
		works $(o "lowerdir=$D/l2:$D/m" m2)
		refused OVERLAY_DEPTH "on an overlay" $(o lowerdir=l2:m2 m3)
		works $(o lowerdir=l2:l:u m3); umount m3
	'
}
