#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# vm.sh [-is] [-m MIB] [-t SECONDS] DIR -- COMMAND… - run a command in a
# throw-away machine with a pure cgroup v2 tree; with -s, under systemd
#
# The machine is QEMU (software emulation; no KVM is needed) with Debian's cloud
# kernel and nothing but an initramfs: busybox, and what is in DIR, at the same
# paths. COMMAND runs as root in /, standard input empty. Its output comes out
# here, and its exit status is ours; 124 after the time limit (120 s), 125 when
# the machine ended without a status (then the end of its console is shown).
# With -i its clock counts instructions: CPU times measured inside do not depend
# on what else runs here. For -s, DIR has systemd (run-systemd.sh gathers it); COMMAND is then a service
# of its own, vm-command.service.
#
# How it works
# ============
#
# Serial ports need no driver and no protocol: the first is the console, the
# second the command's output, the third its exit status, each a file here. The
# initramfs is two archives one after the other, of which the first, the same
# each time, is kept in build/cache.
#
# Packages: qemu-system-x86 linux-image-cloud-amd64 busybox-static cpio xz-utils
set -euo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
cache=$top/build/cache
memory=512
limit=120
modules="overlay"
systemd=
clock=(-smp 2 -accel "tcg,thread=multi")

die() {
	echo "vm.sh: $*" >&2
	exit 125
}

while getopts ism:t: opt; do
	case $opt in
	s) systemd=1 ;;
	i) clock=(-smp 1 -accel "tcg,thread=single" -icount "shift=1,sleep=off") ;;
	m) memory=$OPTARG ;;
	t) limit=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
[ $# -ge 3 ] && [ "$2" = -- ] || die "usage: vm.sh [-is] [-m MIB] [-t S] DIR -- COMMAND…"
payload=$1
shift 2

kernel=$(find /boot -name 'vmlinuz-*' | sort -V | tail -n 1)
[ -n "$kernel" ] || die "no kernel: apt-get install linux-image-cloud-amd64"
version=${kernel#/boot/vmlinuz-}
command -v qemu-system-x86_64 >/dev/null || die "no qemu: apt-get install qemu-system-x86"
busybox=$(command -v busybox) || die "no busybox: apt-get install busybox-static"

tmp=$(mktemp -d /tmp/kist-vm.XXXXXX)
qemu_pid=
clean_up() {
	[ -z "$qemu_pid" ] || kill "$qemu_pid" 2>/dev/null || :
	rm -rf "$tmp"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# --- the initramfs -----------------------------------------------------------

archive() { (cd "$1" && find . | cpio -o -H newc -R 0:0 --quiet); }

write_init() {
	cat <<'INIT'
#!/bin/sh
export PATH=/bin:/sbin:/usr/bin:/usr/sbin HOME=/root
if [ -e /systemd ]; then
	exec /lib/systemd/systemd
fi
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts -o mode=620,ptmxmode=666 devpts /dev/pts
mount -t tmpfs -o mode=1777 shm /dev/shm
mount -t tmpfs -o mode=755 run /run
mount -t tmpfs -o mode=1777 tmp /tmp
for module in /modules/*; do
	insmod "$module" 2>/dev/null
done
# As systemd would leave it: controllers on, processes not in the root group.
cd /sys/fs/cgroup
mount -t cgroup2 -o nsdelegate cgroup2 .
cd /sys/fs/cgroup
mkdir init.scope
echo $$ >init.scope/cgroup.procs
for controller in $(cat cgroup.controllers); do
	echo "+$controller" >cgroup.subtree_control
done
cd /
hostname kist-vm
ip link set lo up
stty -F /dev/ttyS1 raw
/bin/sh /command </dev/null >/dev/ttyS1 2>&1
echo $? >/dev/ttyS2
poweroff -f
INIT
}

write_service() {
	cat <<'UNIT'
[Unit]
Description=the command of vm.sh
After=basic.target dbus.service user@1000.service
[Service]
Type=oneshot
Environment=HOME=/root PATH=/bin:/sbin:/usr/bin:/usr/sbin
TimeoutStartSec=infinity
ExecStartPre=/bin/stty -F /dev/ttyS1 raw
ExecStart=/bin/sh -c '/bin/sh /command </dev/null >/dev/ttyS1 2>&1; echo $? >/dev/ttyS2; poweroff -f'
UNIT
}

# The root is a mount of its own, not the initramfs: pivot_root(2) needs that.
write_first_init() {
	cat <<'INIT'
#!/bin/busybox sh
/bin/busybox mkdir -p /newroot
/bin/busybox mount -t tmpfs -o size=80%,mode=755 root /newroot
cd /
for entry in *; do
	[ "$entry" = newroot ] || /bin/busybox cp -a "$entry" /newroot/
done
exec /bin/busybox switch_root /newroot /init.second
INIT
}

make_base() {
	local root=$tmp/base applet name file
	mkdir -p "$root"/{bin,sbin,proc,sys,dev,run,tmp,root,etc,modules,usr/bin,var}
	cp "$busybox" "$root/bin/busybox"
	for applet in $("$busybox" --list); do
		[ -e "$root/bin/$applet" ] || ln -s busybox "$root/bin/$applet"
	done
	echo root:x:0:0:root:/root:/bin/sh >"$root/etc/passwd"
	echo root:x:0: >"$root/etc/group"
	for name in $modules; do
		file=$(find "/lib/modules/$version" -name "$name.ko*")
		case $file in
		*.xz) xz -dc "$file" >"$root/modules/$name.ko" ;;
		*.ko) cp "$file" "$root/modules/" ;;
		esac
	done
	write_first_init >"$root/init"
	write_init >"$root/init.second"
	chmod 755 "$root/init" "$root/init.second"
	archive "$root"
}

base=$cache/vm-$version-$(cksum <"$0" | cut -d' ' -f1).cpio
if [ ! -e "$base" ]; then
	mkdir -p "$cache"
	make_base >"$base.new"
	mv "$base.new" "$base"
fi

mkdir "$tmp/command"
printf '%q ' "$@" >"$tmp/command/command"
if [ -n "$systemd" ]; then
	touch "$tmp/command/systemd"
	units=$tmp/command/etc/systemd/system
	mkdir -p "$units/multi-user.target.wants"
	write_service >"$units/vm-command.service"
	ln -s ../vm-command.service "$units/multi-user.target.wants/"
	ln -s /lib/systemd/system/multi-user.target "$units/default.target"
fi
{ cat "$base"; archive "$payload"; archive "$tmp/command"; } >"$tmp/initrd"

# --- go ------------------------------------------------------------------------

touch "$tmp/out" "$tmp/status" "$tmp/console"
timeout -k 2 "$limit" qemu-system-x86_64 -nodefaults -no-user-config -display none \
	-no-reboot -machine q35,usb=off,sata=off,smbus=off -cpu max "${clock[@]}" \
	-m "$memory" -kernel "$kernel" \
	-initrd "$tmp/initrd" -append "console=ttyS0 cgroup_disable=rdma quiet loglevel=3 panic=-1 \
mitigations=off random.trust_cpu=on no_timer_check tsc=unstable" \
	-serial "file:$tmp/console" -serial "file:$tmp/out" \
	-serial "file:$tmp/status" </dev/null >"$tmp/qemu" 2>&1 &
qemu_pid=$!
tail -n +1 -f --pid=$qemu_pid "$tmp/out" 2>/dev/null &
tail_pid=$!
code=0
wait $qemu_pid || code=$?
qemu_pid=
wait $tail_pid || :

status=$(tr -d '\r\n' <"$tmp/status")
[ -z "$status" ] || exit "$status"
[ $code != 124 ] || echo "vm.sh: not done within $limit s" >&2
tail -n 20 "$tmp/qemu" "$tmp/console" >&2
[ $code != 124 ] || exit 124
die "the machine ended without a status"
