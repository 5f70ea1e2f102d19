#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# exports.sh - libkist.so shows only kist_*, needs only libc, and every public
# header compiles alone, as C and as C++
cd "$(dirname "$0")/../.." || exit 1
bad=0
lib=build/glibc/src/library/libkist.so

[ -e $lib ] || { echo "$lib is not there"; exit 1; }
nm -D --defined-only $lib | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' |
	grep -v '^kist_' | sed "s|^|$lib shows |" | grep . && bad=1
readelf -d $lib | grep NEEDED | grep -v 'libc\.so' && bad=1

# Every function a public header declares is there.
shown=$(nm -D --defined-only $lib | awk '{ sub(/@.*/, "", $3); print $3 }')
for name in $(sed -n 's/^[a-z].*[ *]\(kist_[a-z0-9_]*\)(.*/\1/p' include/kist/*.h); do
	echo "$shown" | grep -qx "$name" ||
		{ echo "declared but not in libkist.so: $name"; bad=1; }
done

for header in include/kist/*.h; do
	for language in c c++; do
		std=c11
		[ $language = c ] || std=c++17
		echo "#include <kist/${header##*/}>" |
			${CC:-gcc} -x $language -std=$std -Wall -Wextra -Werror \
				-pedantic-errors -fsyntax-only -Iinclude - || bad=1
	done
done
exit $bad
