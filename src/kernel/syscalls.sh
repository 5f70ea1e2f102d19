#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# syscalls.sh - make syscalls.def from the kernel's exported headers
#
#	syscalls.sh ROOT >syscalls.def
#
# ROOT is an unpacked linux-libc-dev package of Debian 13 or newer, which
# holds the headers of all architectures (dpkg-deb -x linux-libc-dev_*.deb
# ROOT). Take the newest there is: numbers are never reused, and a name that
# is not in the table cannot be allowed.
set -eu
export LC_ALL=C
root=${1:?usage: syscalls.sh ROOT}

# Column order: as enum syscall_arch in syscalls.h.
arches='x86_64 x32 i386 aarch64 arm riscv64'

cpp_flags() {
	case $1 in
	x86_64) echo x86 -D__x86_64__ ;;
	x32) echo x86 -D__x86_64__ -D__ILP32__ ;;
	i386) echo x86 -D__i386__ ;;
	aarch64) echo arm64 -D__aarch64__ ;;
	arm) echo arm -D__arm__ -D__ARM_EABI__ ;;
	riscv64) echo riscv -D__riscv -D__SIZEOF_POINTER__=8 ;;
	esac
}

# preprocess ARCH CPP-OPTION…: <asm/unistd.h>, then standard input
preprocess() {
	set -- "$(cpp_flags "$1")" "$@"
	flags=${1#* }
	folder=$root/usr/lib/linux/uapi/${1%% *}
	shift 2
	# shellcheck disable=SC2086 # flags are words
	cc -E -P -undef -nostdinc $flags "$@" -I"$folder" \
		-I"$root/usr/include" -include asm/unistd.h -
}

# The macros that are system calls: __NR_name, and arm's private __ARM_NR_name.
names() {
	preprocess "$1" -dM </dev/null |
		sed -n 's/^#define __\(ARM_\)*NR_\([a-z_][a-z0-9_]*\) .*/\1 \2/p' |
		grep -v -e ' syscalls$' -e ' arch_specific_syscall$' \
			-e ' x32_syscalls$'
}

# numbers ARCH: lines "name arch number"; x32 without its bit
numbers() {
	names "$1" | while read -r a b; do
		[ -n "${b:-}" ] || { b=$a a=; }
		echo "=$b __${a}NR_$b"
	done | preprocess "$1" | sed -n 's/^=\([^ ]*\) /\1 /p' |
		while read -r name value; do
			# shellcheck disable=SC2004 # an expression, not a name
			echo "$name $1 $((($value) & 0x3fffffff))"
		done
}

# def_lines: "name arch number" lines to SYSCALL() lines, sorted by strcmp(3)
def_lines() {
	awk -v arches="$arches" '
	{ number[$1, $2] = $3; names[$1] }
	END {
		count = split(arches, arch)
		for (name in names) {
			line = name
			for (i = 1; i <= count; i++)
				line = line ", " ((name, arch[i]) in number ? \
					number[name, arch[i]] : -1)
			print line
		}
	}' | sort -t, -k1,1 | sed 's/.*/SYSCALL(&)/'
}

# slot_lines: SYSCALL() lines to a hash table of their places, from 1 on;
# the hash is slot_of() in syscalls.c, a taken slot's follower is the next
slot_lines() {
	awk -F '[(,]' '
	BEGIN { for (i = 32; i < 127; i++) code[sprintf("%c", i)] = i }
	{
		hash = 0
		for (i = 1; i <= length($2); i++)
			hash = (hash * 33 + code[substr($2, i, 1)]) % 4294967296
		for (slot = hash % 1024; slot in place; )
			slot = (slot + 1) % 1024
		place[slot] = NR
	}
	END {
		for (i = 0; i < 1024; i++)
			printf "%s%d,%s", i % 16 ? " " : "\t", place[i],
				i % 16 == 15 ? "\n" : ""
	}'
}

calls=$(for arch in $arches; do numbers "$arch"; done | def_lines)
cat <<EOF
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * syscalls.def - the system calls of each architecture, by name
 *
 * SYSCALL(name, x86_64, x32, i386, aarch64, arm, riscv64): the numbers, -1
 * where there is no such call; x32 without its bit. Sorted by strcmp(3).
 * With SYSCALL_SLOTS defined instead: a hash table of the list's places.
 * Made by syscalls.sh: do not edit.
 */
/* clang-format off */
#ifndef SYSCALL_SLOTS
$calls
#else
$(echo "$calls" | slot_lines)
#endif
/* clang-format on */
EOF
