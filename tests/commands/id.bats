#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# id.bats - kist id: id maps shown, checked, translated

load helpers

setup() {
	start_test
	needs kist
	cd "$SCRATCH" || return 1
	needs_inner
}

# What nested() runs.
needs_inner() {
	[ "$(id -u)" = 0 ] || return 0
	as_user true
	cat >"$SCRATCH/home/inner" <<-'EOF'
		"$KIST" unshare -U --map-user 5 --map-group 5 \
			sh -c 'echo $$ >ready; exec sleep 60'
		:
	EOF
}

teardown() {
	[ -z "${SLEEPER:-}" ] || kill "$SLEEPER" 2>/dev/null || :
	end_test
}

# A process as user and group 5 of a namespace below one with all subordinate
# ids; $SLEEPER is its id.
nested() {
	as_user sh -c 'exec "$KIST" unshare -r --map-auto sh inner' \
		>/dev/null 2>&1 3>&- &
	eventually test -s "$SCRATCH/home/ready"
	SLEEPER=$(cat "$SCRATCH/home/ready")
	eventually grep -qx sleep "/proc/$SLEEPER/comm"
}

@test "the own maps are shown" {
	run "$KIST" id show
	expect_status 0
	expect_has ", the same as ours"
	expect_has "$(id -u) inside, $(id -u) here"
	run "$KIST" id show . --json
	[ "$(echo "$output" | jq .uid)" = "$(id -u)" ]
	[ "$(echo "$output" | jq '.namespaces | length')" = 1 ]
}

@test "nested namespaces are shown from the inside out" {
	needs root user subids
	local me
	me=$(as_user id -u)
	nested
	run "$KIST" id show "$SLEEPER"
	expect_status 0
	expect_has "uid: 5 inside, $me here"
	expect_has "capabilities: 0000000000000000 (none)"
	expect_has "setgroups denied"
	run "$KIST" id show "$SLEEPER" --json
	[ "$(echo "$output" | jq -c '.namespaces[0].uid_map')" = \
		"[{\"inside\":5,\"outside\":$me,\"count\":1}]" ]
	[ "$(echo "$output" | jq -c '.namespaces[1].uid_map[0]')" = \
		"{\"inside\":0,\"outside\":$me,\"count\":1}" ]
}

@test "ids are translated both ways, and what nobody is is said" {
	needs root user subids
	local me
	me=$(as_user id -u)
	nested
	run "$KIST" id translate "$SLEEPER" uid 5
	expect_status 0
	[ "${lines[0]}" = "uid 5 inside is $me here" ]
	[ "${lines[1]}" = "uid 5 here is not mapped (seen as 65534, 'nobody') inside" ]
	[[ ${lines[2]} == "chain: 5 in user:["*"], 0 in user:["*"], $me here" ]]
	run "$KIST" id translate "$SLEEPER" gid "$me" -J
	[ "$(echo "$output" | jq -c '[.inside, .outside]')" = "[5,null]" ]
	run "$KIST" id translate uid 65534
	expect_has "65534 is the overflow id: it also stands for whoever is not mapped"
}

@test "files of owners that a namespace does not know are found" {
	needs root user subids
	local me
	me=$(as_user id -u)
	nested
	mkdir d
	touch d/roots d/mine
	chown "$me:$(as_user id -g)" d d/mine
	run "$KIST" id owners d "$SLEEPER"
	expect_status 0
	expect_has "0 (nobody) 0 (nobody) d/roots"
	expect_lacks d/mine
	run "$KIST" id owners d
	expect_output "every owner is mapped"
	run "$KIST" id owners d "$SLEEPER" --json
	[ "$(echo "$output" | jq -r '.[].path')" = d/roots ]
	run "$KIST" id owners nosuch
	expect_status 125
	expect_output "kist: open the folder 'nosuch': No such file or directory (ENOENT)
hint: make what is missing behind '$SCRATCH', or correct the path"
}

@test "a map is checked, and the missing line is said" {
	needs root user subids
	local name line first count
	name=$(as_user id -un)
	line=$(grep "^$name:" /etc/subuid)
	IFS=: read -r _ first count <<<"$line"
	run "$KIST" id check 0:100000:65536
	expect_status 0
	expect_has "uid 0:100000:65536: allowed: root may map everything"
	run as_user sh -c '"$KIST" id check -u 0:"$0":1 1:"$1":10 2000:5:7' \
		"$(as_user id -u)" "$first"
	expect_status 1
	[ "${lines[0]}" = "uid 0:$(as_user id -u):1: allowed: the own uid" ]
	[ "${lines[1]}" = "uid 1:$first:10: allowed: /etc/subuid: $line" ]
	[ "${lines[2]}" = "uid 2000:5:7: not allowed: no line of /etc/subuid gives these ids to $name" ]
	[ "${lines[3]}" = "  missing in /etc/subuid: $name:5:7" ]
	run as_user sh -c '"$KIST" id check -u 0:0:10'
	expect_output "uid 0:0:10: not allowed: uid 0 is root's, which no line may give away"
	run as_user sh -c '"$KIST" id check -g 2000:5:7 --json'
	[ "$(echo "$output" | jq -r '.[0].missing')" = "$name:5:7" ]
}

@test "a map that is not valid is refused as the kernel would" {
	# root of a user namespace gives on what it has, and no more
	run -0 unshare -Ur "$KIST" id check 0:0:1
	expect_has "uid 0:0:1: allowed: root here may map what its own user namespace has"
	run -1 unshare -Ur "$KIST" id check 0:7:1
	expect_has "uid 0:7:1: not allowed: this user namespace does not have all of these uids"
	run "$KIST" id check 0:0:10 5:100:10
	expect_status 125
	expect_has "kist: the uid maps 0 0 10 and 5 100 10 overlap inside"
	run "$KIST" id check 0:0
	expect_status 125
	expect_has "kist: '0:0' is not INSIDE:OUTSIDE:COUNT"
	run "$KIST" id check 0:1:0
	expect_has "maps nothing"
}

@test "suggested lines overlap nobody" {
	local line start
	run "$KIST" id suggest bin
	expect_status 0
	[[ ${lines[0]} == "add to /etc/subuid: bin:"*":65536" ]]
	start=${lines[0]#*bin:}
	start=${start%:65536}
	while IFS=: read -r _ first count; do
		[ $((start + 65536)) -le "$first" ] ||
			[ $((first + count)) -le "$start" ]
	done </etc/subuid
	run "$KIST" id suggest nosuchuser
	expect_status 125
	run "$KIST" id suggest bin --json
	[ "$(echo "$output" | jq -r .user)" = bin ]
}

@test "mistakes are named" {
	run "$KIST" id translate foo 3
	expect_status 2
	expect_has "kist: 'foo' is neither uid nor gid"
	run "$KIST" id show 99999999
	[ "$status" != 0 ]
	run "$KIST" id sho
	expect_status 2
	expect_has "did you mean 'id show'?"
}
