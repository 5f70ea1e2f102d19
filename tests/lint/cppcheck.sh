#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# cppcheck.sh - cppcheck finds nothing in src/
cd "$(dirname "$0")/../.." || exit 1
mkdir -p build/cppcheck
# comparePointers: the ends of the embedded program are two symbols of one
# object. internalAstError: cppcheck 2.10 gives up on some C11.
cppcheck --quiet --enable=warning,performance,portability --std=c11 -j2 \
	--cppcheck-build-dir=build/cppcheck --inline-suppr --error-exitcode=1 \
	--suppress=missingIncludeSystem --suppress=unknownMacro \
	--suppress=comparePointers --suppress=internalAstError \
	-D_GNU_SOURCE= -D__linux__ -D__x86_64__ -Isrc -Iinclude src 2>&1
