#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tidy.sh - clang-tidy (.clang-tidy) finds nothing in src/
#
# The compiler's own warnings are gcc's matter (-w). Only files that changed since the last clean run are read again.
cd "$(dirname "$0")/../.." || exit 1
stamps=build/tidy
mkdir -p $stamps

newest=$(git ls-files 'src/*.h' 'include/*' .clang-tidy | xargs ls -t 2>/dev/null | head -n 1)
git ls-files 'src/*.c' | while read -r file; do
	stamp=$stamps/$(echo "$file" | tr / _)
	[ "$stamp" -nt "$file" ] && [ "$stamp" -nt "$newest" ] || echo "$file"
done | xargs -r -P "$(nproc)" -I FILE sh -c '
	clang-tidy --quiet -p build/glibc --extra-arg=-w FILE 2>/dev/null || exit 1
	touch '$stamps'/$(echo FILE | tr / _)'
