#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# child.sh - the child is whole in itself: no symbol left to others, no C
# library's header, nothing writable and executable, small
cd "$(dirname "$0")/../.." || exit 1
bad=0
say() {
	echo "$*"
	bad=1
}

# Headers of the compiler and of the kernel; its own; the plan.
allowed='^(<(linux|asm)/.*>|<std(arg|bool|def|int|noreturn)\.h>|<limits\.h>|"child/.*"|"[a-z_]+\.[ch]")$'
for file in $(git ls-files 'src/child/*.[chS]'); do
	sed -n 's/^#[ \t]*include[ \t]*\([<"][^>"]*[>"]\).*/\1/p' "$file" |
		grep -vE "$allowed" | sed "s|^|$file: not for the child: |"
done | grep . && bad=1

elf=
for build in build/musl build/glibc; do
	[ -e "$build/src/kist-init.elf" ] || continue
	elf=$build/src/kist-init.elf
	nm -u "$elf" | grep . && say "$elf: undefined symbols"
	readelf -lW "$elf" | grep -E 'INTERP|DYNAMIC| RWE ' &&
		say "$elf: not a plain static program"
	size=$(stat -c %s "$build/src/kist-init")
	[ "$size" -le 65536 ] || say "$build: the child has $size bytes, over 65536"
done
[ -n "$elf" ] || say "no build has a kist-init.elf"
exit $bad
