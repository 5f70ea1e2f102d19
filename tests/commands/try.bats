# SPDX-License-Identifier: Apache-2.0
# try.bats - kist try: a command behind an overlay, then decide

bats_require_minimum_version 1.5.0
load kist

setup() {
	start_kist
	# Something of this machine's to change.
	PLACE=$SCRATCH/place
	mkdir -p "$PLACE/dir/sub" "$PLACE/gone"
	echo old >"$PLACE/file"
	echo same >"$PLACE/same"
	echo sub >"$PLACE/dir/sub/f"
	echo bye >"$PLACE/gone/f"
	ln -s file "$PLACE/link"
}

teardown() { end_kist; }

# t WORDS… - kist try, with data where an overlay may lie
t() { "${kist[@]}" try "$@"; }

# Change all of $PLACE in every way there is, from inside.
changes='
	cd "$1"
	echo new >file && echo more >>same && printf "same\n" >same
	chmod 700 dir && echo added >dir/added && mkdir -p a/b && echo x >a/b/c
	rm -r gone && rm link && ln -s elsewhere link
	rm -r dir/sub && echo "a file now" >dir/sub
	mkfifo pipe'

make_changes() {
	t -- true # the folders are there now
	run -0 t --name one sh -c "$changes" sh "$PLACE"
}

@test "what a command writes stays behind the overlay" {
	needs root
	run -7 t --name one sh -c 'echo new >"$1"; cat "$1"; exit 7' sh "$PLACE/file"
	[ "${lines[0]}" = new ]
	expect_has "0 added, 1 changed, 0 deleted; this machine is as it was"
	expect_has "kist try commit one    to take them over"
	[ "$(cat "$PLACE/file")" = old ]
	run -0 t drop one
	run -0 kist ps -aq
	expect_output ""
	machine_unchanged
}

@test "one that changed nothing is forgotten at once" {
	needs root
	run -0 t cat "$PLACE/file"
	expect_output "old
kist: no file was changed"
	run -0 kist ps -aq
	expect_output ""
}

@test "the changes are listed, as text and as JSON" {
	needs root
	make_changes
	run -0 t diff one
	expect_output "A $PLACE/a/
A $PLACE/a/b/
A $PLACE/a/b/c
M $PLACE/dir/
A $PLACE/dir/added
M $PLACE/dir/sub
M $PLACE/file
D $PLACE/gone/
M $PLACE/link
A $PLACE/pipe"
	run -0 t diff one --include "$PLACE/dir" --exclude '*/added'
	expect_output "M $PLACE/dir/
M $PLACE/dir/sub"
	run -0 t diff one -J
	[ "$(jq -r '.[] | select(.change == "deleted") | .path' <<<"$output")" = \
		"$PLACE/gone" ]
	[ "$(jq length <<<"$output")" = 10 ]
}

# The tree as text: names, kinds, modes, owners, contents.
tree_of() {
	(cd "$1" && find . -printf '%p %y %m %u %l\n' | sort &&
		find . -type f -exec sha256sum {} + | sort -k2)
}

@test "commit makes this machine as the command left it" {
	needs root
	local inside
	make_changes
	inside=$(t shell one -- sh -c 'cd "$1" && find . -printf "%p %y %m %u %l\n" |
		sort && find . -type f -exec sha256sum {} + | sort -k2' sh "$PLACE")
	run -0 t commit one
	expect_output ""
	diff <(echo "$inside") <(tree_of "$PLACE")
	[ "$(cat "$PLACE/file")" = new ]
	run -0 kist ps -aq
	expect_output ""
	[ -z "$(find "$PLACE" -name '.kist-try*')" ]
}

@test "the lines of a dry run do the same" {
	needs root
	make_changes
	cp -a "$PLACE" "$SCRATCH/before"
	run -0 t commit one --dry-run
	[ "$(tree_of "$PLACE")" = "$(tree_of "$SCRATCH/before")" ]
	sh -e -c "$output"
	tree_of "$PLACE" >by-lines
	rm -rf "$PLACE"
	cp -a "$SCRATCH/before" "$PLACE"
	run -0 t commit --force one
	diff by-lines <(tree_of "$PLACE")
}

@test "a part can be taken over, and the rest stays to be decided" {
	needs root
	make_changes
	run -0 t commit one --include "$PLACE/file"
	[ "$(cat "$PLACE/file")" = new ]
	[ ! -e "$PLACE/a" ]
	run -0 t diff one
	expect_lacks "$PLACE/file"
	expect_has "A $PLACE/a/b/c"
}

@test "what has changed here since is not overwritten unasked" {
	needs root
	make_changes
	echo mine >"$PLACE/file"
	run -0 t diff one
	expect_has "M $PLACE/file  (changed here since)"
	run -125 t commit one
	expect_output "kist: cannot take over 'one': '$PLACE/file' has changed on this machine since the try
hint: look at them ('kist try diff'), then take it with --force, or leave them out with --exclude"
	# TRY_CHANGED: and nothing was done
	[ "$(cat "$PLACE/file")" = mine ] && [ ! -e "$PLACE/a" ]
	run -0 t commit one --exclude "$PLACE/file"
	[ "$(cat "$PLACE/file")" = mine ] && [ -e "$PLACE/a/b/c" ]
	run -0 t commit one --force
	[ "$(cat "$PLACE/file")" = new ]
}

@test "a try can be gone on with" {
	needs root
	make_changes
	run -0 t shell one -- sh -c 'cat "$1/file"; echo newer >"$1/file"' sh "$PLACE"
	expect_output new
	run -0 t shell one -- cat "$PLACE/file"
	expect_output newer
	run -0 kist ps -aq
	[ "${#lines[@]}" = 1 ]
	[ "$(cat "$PLACE/file")" = old ]
}

@test "without a network there is none" {
	needs root
	run -0 t --no-net sh -c 'ls /sys/class/net'
	[ "${lines[0]}" = lo ]
	[[ ${lines[1]} != eth* ]]
}

@test "a link in the layer never leads the copy elsewhere" {
	needs root
	mkdir "$SCRATCH/victim"
	run -0 t --name one sh -c 'mkdir "$1/d" && echo x >"$1/d/f"' sh "$PLACE"
	# Between the try and the decision the place became a link.
	ln -s "$SCRATCH/victim" "$PLACE/d"
	run -125 t commit one --include "$PLACE/d/f"
	[ -z "$(ls -A "$SCRATCH/victim")" ]
}

@test "mistakes are answered" {
	needs root
	run -125 t diff nothing
	expect_has "'nothing'"
	run -2 t diff
	run -2 t drop
	expect_has "which one?"
	run -127 t no-such-program
	run -0 kist ps -aq
	expect_output ""
}

@test "an ordinary user tries, too" {
	user_root
	as_user sh -c 'mkdir -p place && echo old >place/file'
	run -0 ku try --name one sh -c 'echo new >place/file; echo x >place/more'
	expect_has "1 added, 1 changed, 0 deleted"
	run -0 as_user cat place/file
	expect_output old
	run -0 ku try diff one
	run -0 ku try commit one
	run -0 as_user cat place/file place/more
	expect_output "new
x"
	run -0 ku ps -aq
	expect_output ""
}

@test "a directory renamed in the layer is refused by name" {
	needs root
	make_changes
	local dir layer
	# TRY_LAYER: as kernels with redirect_dir leave it
	dir=$(find "$SCRATCH"/data/containers/*/layers -path '*/upper/*' -type d -name a)
	layer=${dir%%/upper/*}
	setfattr -n trusted.overlay.redirect -v /elsewhere "$dir"
	run -125 t diff one
	expect_has "directory '${dir#"$layer"/upper/}' of '$(readlink "$layer/of")' was renamed in the layer"
	run -125 t commit one
	[ ! -e "$PLACE/a" ]
}
