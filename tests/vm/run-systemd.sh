#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run-systemd.sh [NAME...] - what differs where systemd owns the tree of control
# groups: each systemd-NAME.sh, or all of them. TAP on stdout.
#
# Its root is gathered from this machine's own packages systemd and dbus; there
# is no udev, no logind and no PAM. User "app" (1000) has a manager of its own,
# user "lone" (1001) has none.
set -euo pipefail
cd "$(dirname "$0")/../.."

if [ "$(uname -m)" != x86_64 ] || ! command -v qemu-system-x86_64 >/dev/null ||
	! ls /boot/vmlinuz-* >/dev/null 2>&1 || [ ! -x /lib/systemd/systemd ] ||
	! command -v dbus-daemon >/dev/null; then
	echo "# skipped, not so here: an x86-64 machine with QEMU, a kernel in /boot, systemd and dbus"
	echo "ok 1 - systemd # SKIP"
	exit 0
fi

dir=$(mktemp -d /tmp/kist-sd.XXXXXX)
trap 'rm -rf "$dir"' EXIT

# --- programs, and the libraries they load -------------------------------------

copy() {
	local file
	for file; do
		mkdir -p "$dir$(dirname "$file")"
		cp -nL "$file" "$dir$file"
	done
}

with_libraries() {
	local file
	for file; do
		copy "$file"
		ldd "$file" | grep -o '/[^ ]*' | sort -u | while read -r lib; do
			copy "$lib"
		done
	done
}

with_libraries /lib/systemd/systemd /lib/systemd/systemd-executor \
	/lib/systemd/systemd-shutdown /usr/bin/systemd-run /usr/bin/systemctl \
	/usr/bin/busctl /usr/bin/dbus-daemon /usr/bin/setpriv 2>/dev/null || :

# --- units: few, and all of our own but the targets ------------------------------

units=$dir/lib/systemd/system
mkdir -p "$units" "$dir/usr/lib/systemd/user" "$dir"/etc/systemd/system
for unit in basic sysinit sockets timers paths slices multi-user shutdown \
	local-fs local-fs-pre umount swap rescue emergency final poweroff; do
	copy /lib/systemd/system/$unit.target
done
copy /lib/systemd/system/user.slice
for unit in basic default sockets timers paths shutdown; do
	copy /usr/lib/systemd/user/$unit.target
done
copy /usr/lib/systemd/user/app.slice

cat >"$units/dbus.socket" <<'UNIT'
[Socket]
ListenStream=/run/dbus/system_bus_socket
UNIT
cat >"$units/dbus.service" <<'UNIT'
[Unit]
Requires=dbus.socket
[Service]
Type=notify
ExecStart=/usr/bin/dbus-daemon --config-file=/etc/dbus.conf --address=systemd: --nofork --nopidfile --systemd-activation
UNIT
cat >"$dir/etc/dbus.conf" <<'CONF'
<busconfig>
<type>system</type>
<listen>unix:path=/run/dbus/system_bus_socket</listen>
<auth>EXTERNAL</auth>
<policy context="default">
<allow user="*"/><allow own="*"/>
<allow send_destination="*"/><allow receive_sender="*"/>
<allow send_type="method_call"/>
</policy>
</busconfig>
CONF
cat >"$units/user@.service" <<'UNIT'
[Unit]
After=dbus.service
[Service]
User=%i
Type=notify
Slice=user-%i.slice
Environment=XDG_RUNTIME_DIR=/run/user/%i
ExecStartPre=+/bin/sh -c 'mkdir -p /run/user/%i && chown %i /run/user/%i'
ExecStart=/lib/systemd/systemd --user
Delegate=pids memory cpu
KillMode=mixed
UNIT
mkdir -p "$units/multi-user.target.wants" "$units/sockets.target.wants"
ln -s ../user@.service "$units/multi-user.target.wants/user@1000.service"
ln -s ../dbus.service "$units/multi-user.target.wants/"
ln -s ../dbus.socket "$units/sockets.target.wants/"

printf '%s\n' root:x:0:0:root:/root:/bin/sh app:x:1000:1000:app:/home:/bin/sh \
	lone:x:1001:1001:lone:/home:/bin/sh messagebus:x:100:100::/:/bin/false \
	>"$dir/etc/passwd"
printf '%s\n' root:x:0: app:x:1000: lone:x:1001: messagebus:x:100: \
	>"$dir/etc/group"
echo 0123456789abcdef0123456789abcdef >"$dir/etc/machine-id"
touch "$dir/etc/os-release" "$dir/etc/fstab"
mkdir -p "$dir/home" "$dir/t"

# --- the tests --------------------------------------------------------------------

for program in "${KIST_BUILD:-build/musl}"/src/program/kist{,-oci,-nop}; do
	[ ! -f "$program" ] || cp "$program" "$dir/t/"
done
files=()
for name in "${@:-*}"; do
	for file in tests/vm/systemd-$name.sh; do
		cp "$file" "$dir/t/"
		files+=("/t/${file##*/}")
	done
done
cp tests/vm/guest.sh "$dir/t/"
tests/vm/vm.sh -is -m 768 -t 170 "$dir" -- sh /t/guest.sh "${files[@]}"
