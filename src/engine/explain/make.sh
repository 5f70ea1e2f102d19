#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# make.sh - the glossary: texts for people to C tables
#
#	make.sh kinds.txt questions.txt FILE.txt… >explain_data.c
#
# A file is a subject, and a manual page kist-SUBJECT(7):
#
#	# comment
#	subject: namespaces
#	title: the eight kinds of namespaces
#
#	= net
#	also: network namespace, CLONE_NEWNET, n
#	ask: who sees my devices	questions that it answers, not shown
#	is: namespace			a kind of kinds.txt
#	Two to six lines of at most 76 columns, in whole sentences. They are
#	filled anew; a line that begins with a blank stays as it is.
#	unit: bytes			of a file
#	default: max
#	other: memory.max (v2)		its counterpart
#	now: ns net			what it is for the caller: now.c
#	try: kist unshare -rn kist net ls	a line of sh; as it is, in a test
#	as: root			who may; user, if nothing is said
#	needs: v2			the test provides or skips it
#	gives: 1			its exit status, if not 0
#	shows: lo			and a word its output contains
#	see: veth, nsid			names or other spellings of entries
#	source: network_namespaces(7)
#
# Needed are "is", the text, "try" and "source". Entries are sorted by kind (in
# the order of kinds.txt) and name. A word is explained once: whatever stands
# behind "=" or "also" is no other entry's; case is ignored, but of single letters.
#
# questions.txt has more questions for entries of all files.
#
# Entries are made of places in one text (data.h).
set -eu
export LC_ALL=C

records=$(awk '
function bad(text) {
	print FILENAME ":" FNR ": " text | "cat >&2"
	failed = 1
}
# one word is one entry
function claim(word, key) {
	key = length(word) == 1 ? word : tolower(word)	# -u, -U
	if (key in claimed)
		bad("\"" word "\" is also in " claimed[key])
	claimed[key] = FILENAME
}
function finish(  i, n, word, line) {
	if (name == "")
		return
	if (value["is"] == "" || text == "" || value["try"] == "" ||
	    value["source"] == "")
		bad("the entry \"" name "\" lacks is, text, try or source")
	else if (lines < 2 || lines > 6)
		bad("the text of \"" name "\" has " lines " lines, not 2 to 6")
	else if (!(value["is"] in order))
		bad("\"" value["is"] "\" is no kind of kinds.txt")
	claim(name)
	if (name in asked) {
		value["ask"] = value["ask"] (value["ask"] == "" ? "" : ", ") \
			       asked[name]
		delete asked[name]
	}
	n = split(value["also"], word, ", ")
	for (i = 1; i <= n; i++)
		claim(word[i])
	line = sprintf("%02d", order[value["is"]]) SEP name
	for (i = 1; i <= fields; i++)
		line = line SEP value[field[i]]
	print line SEP text SEP subject
	name = text = ""
	lines = 0
	split("", value)
}
BEGIN {
	SEP = "\001"
	fields = split("also is unit default other now try as needs gives " \
		       "shows see source ask", field, " ")
	for (i = 1; i <= fields; i++)
		known[field[i]]
}
FNR == 1 { finish(); subject = ""; files++ }
/^#/ { next }
/\t/ { bad("a tab") }
length($0) > 400 { bad("a line of more than 400 bytes") }
files == 1 && NF {
	n = split($0, part, / \| /)
	if (n != 3)
		bad("not KIND | KINDS | SUMMARY")
	order[part[1]] = ++kinds
	print sprintf("K%02d", kinds) SEP part[1] SEP part[2] SEP part[3]
	next
}
files == 2 && NF {
	n = split($0, part, / \| /)
	if (n != 2 || part[1] in asked)
		bad("not ENTRY | QUESTION, QUESTION, or the entry again")
	asked[part[1]] = part[2]
	next
}
/^$/ { next }
/^subject: / && name == "" { subject = substr($0, 10); next }
/^title: / && name == "" {
	print "S" SEP subject SEP substr($0, 8)
	next
}
/^= / { finish(); name = substr($0, 3); next }
name == "" { bad("this belongs to no entry"); next }
/^[a-z]+: / {
	key = substr($0, 1, index($0, ":") - 1)
	if (!(key in known))
		bad("\"" key "\" is no field; a text must not begin so")
	else if (value[key] != "")
		bad("a second \"" key "\"")
	value[key] = substr($0, length(key) + 3)
	next
}
{
	shown = $0
	gsub(/[\200-\277]/, "", shown)	# columns, not bytes
	if (length(shown) > 76)
		bad("a line of more than 76 columns")
	lines++
	text = text (text == "" ? "" : "\002") $0
}
END {
	finish()
	for (name in asked)
		bad("questions.txt: there is no entry \"" name "\"")
	exit failed
}' "$@")

printf '%s\n' "$records" | sort -f | awk '
# the place of a text; each is kept once
function place(text) {
	if (text == "")
		return 0
	if (!(text in at)) {
		at[text] = size
		size += length(text) + 1
		list[count++] = text
	}
	return at[text]
}
BEGIN {
	FS = "\001"
	size = 1
	print "/* Made by make.sh: do not edit. */"
	print "#include \"engine/explain/data.h\""
}
/^K/ {
	kind[++kinds] = "\t{ " place($2) ", " place($3) ", " place($4) " },"
	next
}
/^S/ {
	title[++titles] = "\t{ " place($2) ", " place($3) " },"
	next
}
NF {
	line = "\t{ " place($2)
	for (i = 3; i <= NF; i++)
		line = line ", " place($i)
	entry[++entries] = line " },"
}
END {
	print "const struct explain_kind explain_kinds[] = {"
	for (i = 1; i <= kinds; i++)
		print kind[i]
	print "\t{ 0, 0, 0 },\n};"
	print "const struct explain_subject explain_subjects[] = {"
	for (i = 1; i <= titles; i++)
		print title[i]
	print "\t{ 0, 0 },\n};"
	print "const struct explain_place explain_places[] = {"
	for (i = 1; i <= entries; i++)
		print entry[i]
	print "};\nconst size_t explain_count = " entries ";"
	print "const char explain_text[] = \"\\0\""
	for (i = 0; i < count; i++) {
		text = list[i]
		gsub(/[\\"]/, "\\\\&", text)
		gsub(/\002/, "\\n", text)
		print "\t\"" text "\\0\""
	}
	print "\t;"
}'
