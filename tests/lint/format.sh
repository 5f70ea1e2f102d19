#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# format.sh - the C files are as clang-format would have them (make fmt)
cd "$(dirname "$0")/../.." || exit 1
git ls-files '*.c' '*.h' | xargs clang-format --dry-run 2>&1 |
	sed -n 's/: warning:.*//p' | cut -d: -f1 | sort | uniq -c |
	sed 's/^ *\([0-9]*\) \(.*\)/\2: \1 places differ from clang-format/' |
	{ ! grep .; }
