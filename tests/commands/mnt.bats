# SPDX-License-Identifier: Apache-2.0
# mnt.bats - kist mnt: mounts of any mount namespace, running ones included

load kist

setup() {
	start_kist
	pids=()
}

teardown() {
	local pid
	for pid in "${pids[@]}"; do
		kill -9 "$pid" 2>/dev/null || :
		wait "$pid" 2>/dev/null || :
	done
	if [ -d "$SCRATCH/home" ]; then
		ku kill w >/dev/null 2>&1 || :
		ku rm -f w >/dev/null 2>&1 || :
	fi
	end_kist
}

# hold OPTION… - sleep in namespaces of unshare(1); its pid in $held
hold() {
	unshare "$@" sleep 300 3>&- &
	held=$!
	pids+=("$held")
	eventually is_sleep
}
is_sleep() { [ "$(cat "/proc/$held/comm")" = sleep ]; }

# there COMMAND… - in the mount namespace and root of $held
there() { nsenter -t "$held" -m -r "$@"; }

mounts_at() { awk -v p="$1" '$5 == p' "/proc/$held/mountinfo"; }

@test "a volume into a running container, and away again" {
	needs root
	mkdir data
	echo hi >data/f
	k run -d --name web "$ROOT" sleep 300
	run -0 k mnt add web ./data:/data/x:ro
	expect_output ""
	run -0 k exec web cat /data/x/f
	expect_output hi
	run -1 k exec web touch /data/x/new
	expect_has "Read-only file system"
	run -0 k mnt rm web /data/x
	run -1 k exec web cat /data/x/f
	run -125 k mnt rm web /data/x
	expect_output "kist: nothing is mounted at '/data/x' of container 'web'
hint: it is part of what is mounted at '/'"
	k rm -f web
	nothing_left
}

@test "a file, and what is mounted below a directory; bind leaves that out" {
	needs root
	hold -m
	mkdir -p data/sub
	echo f >file
	mount -t tmpfs sub data/sub
	echo below >data/sub/f
	run -0 k mnt add "$held" "$PWD/file:/tmp/${SCRATCH##*/}.file"
	run -0 there cat "/tmp/${SCRATCH##*/}.file"
	expect_output f
	run -0 k mnt rm "$held" "/tmp/${SCRATCH##*/}.file"
	rm "/tmp/${SCRATCH##*/}.file"
	mkdir all one
	run -0 k mnt add "$held" "./data:$PWD/all:ro,nosuid,noatime"
	run -0 there cat "$PWD/all/sub/f"
	expect_output below
	run -1 there touch "$PWD/all/sub/new" # ro is all of it
	[[ $(mounts_at "$PWD/all") = *" ro,nosuid,noatime - "* ]]
	run -0 k mnt add "$held" "./data:$PWD/one:bind"
	run -1 there cat "$PWD/one/sub/f"
	umount data/sub
}

@test "a tmpfs: its steps, run by sh, make the same" {
	needs root
	hold -m
	mkdir a
	k mnt add --dry-run "$held" --tmpfs "$PWD/a/b:size=1m,nosuid,mode=700" >steps
	[ ! -e a/b ]
	run -0 cat steps
	expect_output "nsenter -t $held -m -r mkdir -p $PWD/a/b
nsenter -t $held -m -r mount -t tmpfs -o nosuid,size=1m,mode=700 tmpfs $PWD/a/b"
	sh -e steps
	mounts_at "$PWD/a/b" | sed 's/.* - //' >by-steps
	mounts_at "$PWD/a/b" | cut -d ' ' -f 6 >>by-steps
	k mnt rm -n "$held" "$PWD/a/b" >steps
	run -0 cat steps
	expect_output "nsenter -t $held -m -r umount $PWD/a/b"
	sh -e steps
	[ -z "$(mounts_at "$PWD/a/b")" ]
	rmdir a/b
	k mnt add "$held" --tmpfs "$PWD/a/b:size=1m,nosuid,mode=700"
	mounts_at "$PWD/a/b" | sed 's/.* - //' >by-verb
	mounts_at "$PWD/a/b" | cut -d ' ' -f 6 >>by-verb
	sed -i 's/^tmpfs none/tmpfs tmpfs/' by-verb by-steps
	cmp by-steps by-verb
}

# The options of a line of mountinfo on standard input.
options() { cut -d ' ' -f 6; }

@test "a volume's options: the steps, run by sh, make the same" {
	needs root
	local how verb steps
	mkdir a b
	for how in ro bind,ro nosuid,noexec ro,noatime ""; do
		verb=$(k unshare -m sh -c '
			"$1" mnt add . "$2/a:$2/b:$3" || exit
			cat /proc/self/mountinfo' sh "$KIST" "$PWD" "$how" |
			grep " $PWD/b " | options)
		k mnt add -n . "$PWD/a:$PWD/b:$how" >lines
		steps=$(k unshare -m sh -ec '. ./lines; cat /proc/self/mountinfo' |
			grep " $PWD/b " | options)
		[ -n "$verb" ]
		[ "$verb" = "$steps" ] || { echo "$how: $verb, $steps"; return 1; }
	done
}

@test "propagation is changed; its steps do the same" {
	needs root
	hold -m
	k mnt add "$held" --tmpfs "$PWD/t"
	k mnt share "$held" "$PWD/t" shared
	[[ $(mounts_at "$PWD/t") = *" shared:"* ]]
	k mnt share -n "$held" "$PWD/t" private >steps
	run -0 cat steps
	expect_output "nsenter -t $held -m -r mount --make-private $PWD/t"
	sh -e steps
	[[ $(mounts_at "$PWD/t") != *" shared:"* ]]
	k mnt share -r "$held" "$PWD/t" unbindable
	[[ $(mounts_at "$PWD/t") = *" unbindable "* ]]
	run -2 k mnt share "$held" "$PWD/t" shraed
	expect_output "kist: unknown propagation 'shraed'
hint: did you mean 'shared'?"
	# MNT_ABSENT
	run -125 k mnt share "$held" "$PWD" shared
	expect_has "kist: nothing is mounted at '$PWD' of "
}

@test "a shared mount: peers and slaves of all namespaces are shown; adding says so" {
	needs root
	hold -m
	k mnt add "$held" --tmpfs "$PWD/t"
	k mnt share "$held" "$PWD/t" shared
	nsenter -t "$held" -m unshare -m --propagation slave sleep 300 3>&- &
	local slave=$! first=$held
	pids+=("$slave")
	held=$slave
	eventually is_sleep
	local ns slave_ns group
	ns=$(stat -L -c %i "/proc/$first/ns/mnt")
	slave_ns=$(stat -L -c %i "/proc/$slave/ns/mnt")
	group=$(held=$first mounts_at "$PWD/t" | grep -o 'shared:[0-9]*')
	group=${group#shared:}
	run -0 k mnt tree --peers -n
	[[ $output =~ "peers $group mnt:[$ns] "[^$'\n']*" $PWD/t" ]] || [[ $output =~ "peers $group "[^$'\n']*"mnt:[$ns] "[^$'\n']*" $PWD/t" ]]
	[[ $output =~ "  slave of $group "[^$'\n']*"mnt:[$slave_ns] "[^$'\n']*" $PWD/t" ]]
	run -0 k mnt tree --peers -J
	[ "$(jq -r --argjson g "$group" '[.members[] | select(.master == $g) | .pid] | join(" ")' <<<"$output")" = "$slave" ]
	run -0 k mnt add "$first" --tmpfs "$PWD/t/below"
	expect_output "kist: note: it is in a shared mount: other namespaces see it, too ('kist mnt tree --peers')"
	[ -n "$(mounts_at "$PWD/t/below")" ]
}

@test "the tree has the fields of mountinfo" {
	needs root
	hold -m
	k mnt add "$held" --tmpfs "$PWD/t:size=1m"
	run -0 k mnt tree "$held" -J
	[ "$(jq -r --arg p "$PWD/t" '.mounts[] | select(.point == $p) |
		"\(.id) \(.parent) \(.["maj:min"]) \(.root) \(.point) \(.options)"' <<<"$output")" = \
		"$(mounts_at "$PWD/t" | cut -d ' ' -f 1-6)" ]
	[ "$(jq '.mounts | length' <<<"$output")" = "$(wc -l <"/proc/$held/mountinfo")" ]
	run -0 k mnt tree "$held" -o POINT,FSTYPE,PROPAGATION -r -n
	expect_has "$PWD/t tmpfs private"
	run -0 k mnt tree -o POINT
	[[ $output = "POINT"$'\n'"/"* ]]
	run -2 k mnt tree -o POIN
	expect_output "kist: there is no column 'POIN'
hint: did you mean 'POINT'?"
	run -2 k mnt tree --peers .
	expect_has "--peers is of all namespaces"
}

@test "an mtab that is a file is told of" {
	needs root
	mkdir -p "$SCRATCH/r"
	cp -r "$ROOT" "$SCRATCH/r/oot"
	echo x >"$SCRATCH/r/oot/etc/mtab"
	k run -d --name web "$SCRATCH/r/oot" sleep 300
	run -0 --separate-stderr k mnt tree web
	[[ $stderr = "kist: note: /etc/mtab there is a file of its own"* ]]
	k rm -f web
}

@test "a difference is shown: what one has and the other not, and what is not alike" {
	needs root
	hold -m
	local first=$held
	hold -m
	k mnt add "$first" --tmpfs "$PWD/only-a"
	k mnt add "$held" --tmpfs "$PWD/only-b"
	for pid in "$first" "$held"; do
		k mnt add "$pid" "./:$PWD/both"
	done
	k mnt share "$held" "$PWD/both" shared
	run -0 k mnt diff "$first" "$held"
	[ "$(tr -s ' ' <<<"$output")" = "~ $PWD/both propagation private → shared
- $PWD/only-a tmpfs none (rw,relatime, private)
+ $PWD/only-b tmpfs none (rw,relatime, private)" ]
	run -0 k mnt diff "$first" "$held" -J
	[ "$(jq -r '.changes[0].what, .changes[1].b, .changes[2].a' <<<"$output" | paste -sd,)" = "propagation private → shared,null,null" ]
	run -0 --separate-stderr k mnt diff "$held" "$held"
	[ -z "$output" ]
	[[ $stderr = "kist: note: both are in the mount namespace mnt:["* ]]
}

@test "links of a hostile target do not lead out of its root" {
	needs root
	mkdir out data
	cp -r "$ROOT" evil
	mkdir -p "evil$PWD/out"
	ln -s "$PWD/out" evil/link
	ln -s /proc/1/root evil/magic
	ln -s ../../../../../../../.. evil/up
	k run -d --name web ./evil sleep 300
	run -0 k mnt add web ./data:/link/x
	[ ! -e out/x ]
	run -0 k mnt add web ./data:/up/y
	[ ! -e /y ]
	run -0 k exec web sh -c 'grep -c " /y " /proc/self/mountinfo'
	expect_output 1
	run k mnt add web "./data:/magic$PWD/out/z"
	[ ! -e out/z ]
	[ -z "$(ls -A out)" ]
	k rm -f web
}

@test "a mistake is named, and nothing is left of it" {
	needs root
	hold -m
	mkdir data dir
	: >file
	run -125 k mnt add "$held" "./none:$PWD/x/y"
	expect_output "kist: source './none': No such file or directory (ENOENT)
hint: make it first: mkdir -p './none'"
	# MNT_SYNTAX
	run -2 k mnt add "$held" ./data:x
	expect_output "kist: the destination 'x' is not an absolute path
hint: paths of a target begin with '/' and are below its root"
	run -2 k mnt add "$held" ./data:/
	expect_has "the destination cannot be '/'"
	run -2 k mnt add "$held" ./data
	expect_output "kist: './data' does not say where to mount it
hint: write SRC:DST, as /data:/data:ro"
	run -2 k mnt add "$held" ":$PWD/dir"
	expect_has "':$PWD/dir' does not say what to mount"
	# MNT_PATH
	run -125 k mnt add "$held" "./data:$PWD/file"
	expect_has "is no directory, the source is one"
	run -125 k mnt add "$held" "./file:$PWD/dir"
	expect_has "is a directory, the source is a file"
	run -125 k mnt add "$held" "./data:$PWD/file/x"
	expect_has "make '$PWD/file/x' below the root of process $held"
	# MNT_OPTION
	run -2 k mnt add "$held" "./data:$PWD/dir:nosiud"
	expect_output "kist: unknown mount option 'nosiud'
hint: did you mean 'nosuid'?"
	run -2 k mnt add "$held" --tmpfs "$PWD/new/er:sise=1"
	expect_has "tmpfs: Unknown parameter 'sise'"
	[ ! -e new ]
	run -2 k mnt add "$held"
	expect_has "say what to mount"
	run -2 k mnt add "$held" "./data:$PWD/dir" --tmpfs /x
	run -2 k mnt add "$held" "./data:$PWD/dir:idmap"
	expect_has "map the ids of '$PWD/data'"
	run -125 k mnt add 4194304 "./data:$PWD/dir"
	expect_has "4194304"
	[ -z "$(find data dir -mindepth 1)" ]
	[ ! -s file ]
	run -2 k mnt rm "$held" relative
	expect_has "'relative' is not an absolute path"
	[ -z "$(mounts_at "$PWD/dir")" ]
}

@test "a mount in use is kept, unless lazily" {
	needs root
	hold -m
	k mnt add "$held" --tmpfs "$PWD/t"
	nsenter -t "$held" -m -r sh -c 'cd "$0" && exec sleep 300' "$PWD/t" 3>&- &
	pids+=($!)
	inside() { [ "$(there readlink "/proc/${pids[-1]}/cwd")" = "$PWD/t" ]; }
	eventually inside
	# MNT_BUSY
	run -125 k mnt rm "$held" "$PWD/t"
	expect_has "kist: unmount '$PWD/t' of process $held"
	expect_has "end the processes that use it, or let it go when they end: 'kist mnt rm -l'"
	run -0 k mnt rm -l "$held" "$PWD/t"
	[ -z "$(mounts_at "$PWD/t")" ]
}

@test "in a user namespace: locked mounts are explained, a tmpfs is its root user's" {
	needs root user
	mount -t tmpfs covered "$(mkdir -p c && echo "$PWD/c")"
	hold -Urm --propagation private
	umount c
	# MNT_LOCKED
	run -125 k mnt rm "$held" "$PWD/c"
	expect_has "mounts that came with the namespace from a more privileged one are locked together"
	run -0 k mnt add "$held" --tmpfs "$PWD/t"
	run -0 nsenter -t "$held" -U -m stat -c %u "$PWD/t"
	expect_output 0
}

@test "ids of a volume are mapped for a user namespace" {
	needs root
	hold -Um
	echo 0 100000 1000 >"/proc/$held/uid_map"
	echo 0 100000 1000 >"/proc/$held/gid_map"
	mkdir data
	: >data/f
	chmod 755 "$SCRATCH"
	run k mnt add "$held" "./data:/mnt:idmap"
	[ "$status" = 0 ] || skip "no id-mapped mounts here: ${lines[0]}"
	run -0 nsenter -t "$held" -U -m stat -c %u /mnt/f
	expect_output 0
}

@test "an ordinary user: a volume and a tmpfs into the own container, and away" {
	needs user
	user_root
	as_user sh -c 'mkdir -p data && echo hi >data/f'
	ku run -d --name w "$UROOT" sleep 300
	run -0 ku mnt add w ./data:/data:ro
	run -0 ku exec w cat /data/f
	expect_output hi
	run -1 ku exec w touch /data/g
	run -0 ku mnt add w --tmpfs /scratch:size=1m
	run -0 ku exec w touch /scratch/x
	run -0 ku mnt tree w -o POINT,FSTYPE -r -n
	expect_has "/scratch tmpfs"
	run -0 ku mnt rm w /scratch
	run -0 ku mnt rm w /data
	run -1 ku exec w cat /data/f
	expect_has "No such file"
	ku kill w
	ku wait w
	ku rm w
}

@test "an ordinary user: others' mounts are not theirs to change" {
	needs user root
	hold -m
	# MNT_DENIED
	run -125 as_user sh -c 'exec "$KIST" mnt add "$1" --tmpfs /x' sh "$held"
	[[ $output = "kist: "*"another user"* || $output = "kist: "*"hint: be root"* ]]
	run -125 as_user sh -c 'exec "$KIST" mnt add . --tmpfs "$HOME/x"'
	expect_has "make a tmpfs: Operation not permitted (EPERM)"
	[ ! -e "$SCRATCH/home/x" ]
}
