#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# embed.sh TEMPLATE PAGE SOURCE HTML CSS JS… - the page of kist map in one file,
# and the assembly file that holds it
#
# The browser runs nothing but the script and the style whose hashes stand in
# the page's policy (CSP level 3, "sha256-…").
set -eu
template=$1 page=$2 source=$3 html=$4 css=$5
shift 5
cat "$@" >"$page.js"

# hash FILE - base64 of its SHA-256
hash() {
	for byte in $(sha256sum <"$1" | cut -c 1-64 | sed 's/../& /g'); do
		# shellcheck disable=SC2059 # an octal escape
		printf "\\$(printf %03o "0x$byte")"
	done | base64
}

awk -v css="$css" -v js="$page.js" -v css_hash="$(hash "$css")" \
	-v js_hash="$(hash "$page.js")" '
# The hash is of all that stands between the tags.
function put(tag, file,   line) {
	printf "<%s>", tag
	while ((getline line <file) > 0)
		print line
	print "</" tag ">"
}
$0 == "@CSS@" { put("style", css); next }
$0 == "@JS@" { put("script", js); next }
{
	sub(/@CSS-HASH@/, css_hash)
	sub(/@JS-HASH@/, js_hash)
	print
}' "$html" >"$page"
rm "$page.js"
sed "s|@PAGE@|$page|" "$template" >"$source"
