#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# why-disk.bats - kist why: devices with file systems, quotas, mapped ids and
# layers; each refusal is real, and its remedy is tried

load helpers
load why

setup() { start_test; }
teardown() {
	local dev
	for dev in $(losetup -j "$SCRATCH/disk" -O NAME -n 2>/dev/null); do
		losetup -d "$dev"
	done
	end_test
}

# A block device of 128 MiB: $dev
loop_device() {
	truncate -s 128M "$SCRATCH/disk"
	dev=$(losetup -f --show "$SCRATCH/disk" 2>&1) ||
		skip "needs a loop device: $dev"
}

@test "a disk: empty, of another type, mounted the other way, no disk at all" {
	needs root kist
	local dev
	loop_device
	in_mounts "dev=$dev; image=$SCRATCH/disk; "'
		mkdir m m2

		refused MOUNT_EMPTY "no mark of a file system" \
			mount -i -t ext4 "$dev" m
		works mkfs.ext4 -q "$dev"; works mount -t ext4 "$dev" m; umount m
		refused MOUNT_OTHER_TYPE "has the mark of ext4" \
			mount -i -t squashfs "$dev" m
		works mount -t ext4 "$dev" m
		refused MOUNT_OTHER_MODE "mounted writable at" \
			mount -i -t ext4 -o ro "$dev" m2
		works mount -t ext4 -o rw "$dev" m2; umount m m2
		if [ "$(uname -m)" = x86_64 ]; then
			refused MOUNT_NOT_BLOCK "is a file" perl -e \
				"my (\$d, \$m, \$t) = @ARGV; syscall(165, \$d, \$m, \$t, 0, 0) < 0 and die \$!" \
				"$image" "$D/m" ext4
			losetup -d "$dev"
			works mount -o loop -t ext4 "$image" m; umount m
		fi
	'
}

@test "a quota that is used up" {
	needs root kist
	command -v mkfs.btrfs >/dev/null || skip "needs mkfs.btrfs"
	grep -qw btrfs /proc/filesystems || skip "the kernel has no btrfs"
	local dev
	loop_device
	in_mounts "dev=$dev; "'
		mkdir m; mkfs.btrfs -q "$dev"; mount -t btrfs "$dev" m
		btrfs -q quota enable m; btrfs -q subvolume create m/v
		btrfs -q qgroup limit 1M m/v
		refused QUOTA "the kernel says EDQUOT" \
			dd if=/dev/zero of="$D/m/v/f" bs=64k count=64 oflag=sync
		rm -f m/v/f; btrfs -q qgroup limit none m/v; sync -f m/v
		works dd if=/dev/zero of="$D/m/v/f" bs=64k count=64 status=none
		umount m
	'
}

# idmap.pl SOURCE NAMESPACE TARGET - a copy of the mount at SOURCE (itself with
# "=SOURCE"), its ids mapped as in a user namespace, goes to TARGET
idmap='
	my ($src, $ns, $to) = @ARGV;
	my ($none, $clone) = ("", $src =~ s/^=// ? 0 : 1);
	my $fd = syscall(428, -100, $src, 0x80000 | $clone);
	$fd < 0 and die "open_tree: $!\n";
	open(my $user, "<", $ns) or die "open: $!\n";
	my $attr = pack("Q4", 0x100000, 0, 0, fileno($user));
	syscall(442, $fd, $none, 0x1000, $attr, 32) < 0 and die "mount_setattr: $!\n";
	$clone and syscall(429, $fd, $none, -100, $to, 4) < 0 and die "move_mount: $!\n"'

@test "a mount with mapped ids: of which file system, whose, once, and when" {
	needs root kist
	[ "$(uname -m)" = x86_64 ] || skip "needs the numbers of x86-64"
	printf %s "$idmap" >"$SCRATCH/idmap.pl"
	in_mounts "P=$SCRATCH/idmap.pl; "'
		mkdir a b c r; mount -t ramfs r r
		held sleep /usr/bin/unshare -Ur sleep 60
		U=/proc/$pid/ns/user
		refused IDMAP_FS "is ramfs, which maps no ids" \
			perl "$P" "$D/r" $U "$D/b"
		perl "$P" "$D/a" $U "$D/b" || exit 0 # this kernel has none
		refused IDMAP_TWICE "is mounted *idmapped" \
			perl "$P" "$D/b" $U "$D/c"
		works perl "$P" "$D/a" $U "$D/c"; umount c b
		mount --bind a a
		refused IDMAP_ATTACHED "is mounted in mnt:" \
			perl "$P" "=$D/a" $U
		works perl "$P" "$D/a" $U "$D/c"; umount c
		inner="/usr/bin/unshare -U sleep 60 & pid=\$!
			until [ \"\$(cat /proc/\$pid/comm)\" = sleep ]; do sleep 0.05; done
			echo 0 0 1 >/proc/\$pid/uid_map; echo 0 0 1 >/proc/\$pid/gid_map"
		refused IDMAP_OWNER "is tmpfs of" /usr/bin/unshare -Urm bash -c "
			$inner; perl $P $D/a /proc/\$pid/ns/user $D/c; r=\$?
			kill \$pid; exit \$r"
		works /usr/bin/unshare -Urm bash -c "
			mount -t tmpfs t $D/c; mkdir $D/c/d
			$inner; perl $P $D/c /proc/\$pid/ns/user $D/c/d; r=\$?
			kill \$pid; exit \$r"
	'
}

@test "a file system of somebody else's mount namespace" {
	needs root kist
	in_mounts '
		mkdir x
		held sleep /usr/bin/unshare -m sh -c "mount -t tmpfs t $D/x &&
			cd $D/x && mkdir in && exec sleep 60"
		refused BIND_FOREIGN "is not among the" \
			busybox mount -o bind "/proc/$pid/cwd" "$D/x"
		works nsenter -t $pid -m mount --bind "$D/x" "$D/x/in"
	'
}

@test "layers: below proc, above a read-only mount, in a user namespace" {
	needs root kist
	in_mounts '
		o() { echo mount -i -t overlay o -o "$1" "$D/m"; }
		mkdir -p l/d m u w ro
		refused OVERLAY_LOWER_FS "statfs type 0x9fa0" \
			$(o lowerdir=/proc/sys/kernel:l)
		works cp -r /proc/sys/kernel/random l/random
		works $(o lowerdir=l,upperdir=u,workdir=w); umount m
		mount -t tmpfs t ro; mkdir ro/u ro/w; mount -o remount,ro ro
		refused OVERLAY_UPPER_RO "is mounted ro" \
			$(o lowerdir=l,upperdir=ro/u,workdir=ro/w)
		works $(o lowerdir=l:u); umount m
		rm -rf u w; mkdir u w; touch l/d/f
		do="rm -r $D/m/d && mkdir $D/m/d"
		refused OVERLAY_USERXATTR "without userxattr" /usr/bin/unshare -Urm \
			sh -c "$(o lowerdir=$D/l,upperdir=$D/u,workdir=$D/w) && $do"
		rm -rf u w; mkdir u w
		works /usr/bin/unshare -Urm sh -c \
			"$(o lowerdir=$D/l,upperdir=$D/u,workdir=$D/w,userxattr) && $do"
	'
}
