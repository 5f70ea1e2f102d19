#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# checklist.sh - each row of docs/checklist.md has a command, and the tests it
# names are there
cd "$(dirname "$0")/../.." || exit 1
bad=0

while IFS= read -r row; do
	cells=${row//\\|/ }
	IFS='|' read -r _ id _ command tests _ <<<"$cells"
	if [ -z "${command// /}" ]; then
		echo "docs/checklist.md: row $id has no command"
		bad=1
	fi
	if [ -z "${tests// /}" ] && [[ $command != *later:* ]]; then
		echo "docs/checklist.md: row $id has no test"
		bad=1
	fi
	# `file.bats`: name of a test; `other.bats`
	IFS=';' read -ra named <<<"$tests"
	for test in "${named[@]}"; do
		file=$(sed -n 's/^[^`]*`\([^`]*\)`.*/\1/p' <<<"$test")
		name=$(sed -n 's/^[^`]*`[^`]*`: *//p' <<<"$test" | sed 's/ *$//')
		[ -n "$file" ] || continue
		[[ $file == */* ]] && path=tests/$file || path=tests/commands/$file
		if [ ! -e "$path" ]; then
			echo "docs/checklist.md: row $id: there is no $path"
			bad=1
		elif [ -n "$name" ] && ! grep -qF "$name" "$path"; then
			echo "docs/checklist.md: row $id: $path has no test '$name'"
			bad=1
		fi
	done
done < <(grep '^| [0-9]' docs/checklist.md)
exit $bad
