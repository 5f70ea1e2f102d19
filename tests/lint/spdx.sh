#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# spdx.sh - every source file says its licence in its first two lines
cd "$(dirname "$0")/../.." || exit 1

git ls-files '*.[chS]' '*.def' '*.sh' '*.bash' '*.bats' '*.py' '*meson.build' \
	Makefile '*.map' .ci/run | while read -r file; do
	[ -e "$file" ] || continue
	head -n 2 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' ||
		echo "$file: no SPDX line"
done | { ! grep .; }
