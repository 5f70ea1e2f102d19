#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# setup.sh PURPOSE - the Debian packages that building or testing needs
#
# PURPOSE is build, check or bench. Packages that are there are left alone;
# missing ones are installed when the user is root, and named otherwise.
set -eu

build="gcc libc6-dev binutils make meson ninja-build pkg-config libcmocka-dev
	musl-tools"
check="$build g++ bats jq libseccomp-dev libjson-c-dev clang-format clang-tidy clang
	libclang-rt-14-dev cppcheck
	shellcheck debootstrap busybox-static uidmap tini dumb-init catatonit strace qemu-system-x86
	linux-image-cloud-amd64 cpio kmod xz-utils iproute2 procps git
	podman conmon containerd mandoc attr systemd dbus cgroup-tools
	socat nftables btrfs-progs e2fsprogs curl chromium python3 libxml2-utils"
bench="$build jq crun runc busybox-static"

case ${1:-} in
build) wanted=$build ;;
check) wanted=$check ;;
bench) wanted=$bench ;;
*)
	echo "usage: setup.sh build|check|bench" >&2
	exit 2
	;;
esac

mkdir -p build
command -v dpkg-query >/dev/null || exit 0 # not Debian: trust the user

# shellcheck disable=SC2086 # a list of words
there=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null |
	sed -n 's/^installed //p') || :
missing=
for package in $wanted; do
	echo "$there" | grep -qx "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ]; then
	echo "kist needs these packages; as root: apt-get install$missing" >&2
	exit 1
fi

echo "installing:$missing"
install() {
	# shellcheck disable=SC2086 # a list of words
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
		--no-install-recommends $missing >build/setup.log 2>&1
}
# The package lists may be old or absent: fetch them only if that is so.
install || { apt-get update -qq && install; } || {
	tail -n 20 build/setup.log >&2
	echo "kist: cannot install$missing (see build/setup.log)" >&2
	exit 1
}
