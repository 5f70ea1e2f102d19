#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run-v2.sh [NAME...] - what differs on a pure cgroup v2 machine: each
# guest-NAME.sh, or all of them. TAP on stdout.
set -euo pipefail
cd "$(dirname "$0")/../.."

if [ "$(uname -m)" != x86_64 ] || ! command -v qemu-system-x86_64 >/dev/null ||
	! ls /boot/vmlinuz-* >/dev/null 2>&1; then
	echo "# skipped, not so here: an x86-64 machine with QEMU and a kernel in /boot"
	echo "ok 1 - pure cgroup v2 # SKIP"
	exit 0
fi

dir=$(mktemp -d /tmp/kist-v2.XXXXXX)
trap 'rm -rf "$dir"' EXIT
mkdir -p "$dir"/t/bundle "$dir"/rootfs/{bin,dev,etc,proc,sys,tmp}

for program in "${KIST_BUILD:-build/musl}"/src/program/kist{,-oci} build/glibc/tests/test_kernel_cgroup*; do
	[ ! -f "$program" ] || cp "$program" "$dir/t/"
done
# The libraries of the unit tests, at the same paths.
for program in "$dir"/t/test_*; do
	[ -f "$program" ] || continue
	ldd "$program" | grep -o '/[^ ]*' | sort -u | while read -r lib; do
		mkdir -p "$dir$(dirname "$lib")"
		cp -nL "$lib" "$dir$lib"
	done
done

# The lines to try that this machine passes over (needs: v2).
"$dir/t/kist" explain --json | jq -r '.[] | select(.tryNeeds == "v2") |
	[.name, .try, .tryShows // ""] | @tsv' >"$dir/t/try-v2"

box=$(command -v busybox)
cp "$box" "$dir/rootfs/bin/"
for applet in $("$box" --list); do
	[ -e "$dir/rootfs/bin/$applet" ] || ln -s busybox "$dir/rootfs/bin/$applet"
done
echo root:x:0:0:root:/root:/bin/sh >"$dir/rootfs/etc/passwd"

if [ -x "$dir/t/kist-oci" ]; then
	(cd "$dir/t/bundle" && "$dir/t/kist-oci" spec)
	jq '.root.path = "/rootfs" | .process.terminal = false
		| .process.args = ["sleep", "1000"]
		| .linux.resources.memory = { limit: 67108864, swap: 67108864 }
		| .linux.resources.pids.limit = 40
		| .linux.resources.cpu = { shares: 512, quota: 50000, period: 100000 }' \
		"$dir/t/bundle/config.json" >"$dir/t/config" &&
		mv "$dir/t/config" "$dir/t/bundle/config.json"
fi
files=()
for name in "${@:-*}"; do
	for file in tests/vm/guest-$name.sh; do
		cp "$file" "$dir/t/"
		files+=("/t/${file##*/}")
	done
done
cp tests/vm/guest.sh "$dir/t/"
tests/vm/vm.sh -t 170 "$dir" -- sh /t/guest.sh "${files[@]}"
