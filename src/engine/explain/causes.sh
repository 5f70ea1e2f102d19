#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# causes.sh - a text for the glossary out of the table of causes
#
#	causes.sh INCLUDE COMPILER… >causes.txt
#
# The compiler's preprocessor reads kist/causes.def; rule and fix are not
# written a second time.
set -eu
include=$1
shift

printf '%s\n' '#define ERRNOS(...) 0' \
	'#define KIST_CAUSE(id, probe, calls, errnos, rule, fix, word) @@ id @ rule @ fix @ word' \
	'#include <kist/causes.def>' |
	"$@" -E -P -I"$include" -x c - | tr '\n' ' ' | sed 's/@@/\n@@/g' |
	LC_ALL=C awk '
# "a" "b" of C, joined
function joined(text) {
	sub(/^[ \t]*"/, "", text)
	sub(/"[ \t]*$/, "", text)
	gsub(/"[ \t]+"/, "", text)
	gsub(/\\"/, "\"", text)
	gsub(/\{[12]\}/, "…", text)
	return text
}
function filled(text,  n, word, i, line, out) {
	n = split(text, word, " ")
	for (i = 1; i <= n; i++) {
		if (length(line) + length(word[i]) + 1 > 74) {
			out = out line "\n"
			line = ""
			# it would be read as a field
			if (word[i] ~ /^[a-z]+:$/)
				sub(/:$/, ",", word[i])
		}
		line = line (line == "" ? "" : " ") word[i]
	}
	return out line
}
BEGIN {
	print "subject: causes"
	print "title: the rules by which the kernel refuses"
}
/^@@/ {
	split(substr($0, 3), part, /[ \t]+@[ \t]+/)
	id = part[1]
	gsub(/[ \t]/, "", id)
	print "\n= KIST_CAUSE_" id "\nis: cause"
	print filled("The kernel refuses: " joined(part[2]) ".")
	print filled("What to do: " joined(part[3]) ".")
	print "try: kist explain causes\nshows: KIST_CAUSE_" id
	print "source: kist/causes.def"
}'
