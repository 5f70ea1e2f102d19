#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# kist-oci's command lines, formats, exit statuses and logs: what engines rely on
load helpers

setup() {
	start_test
	needs oci
	cd "$SCRATCH" || return
}

teardown() { end_test; }

LOGRUS='^time="[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z" level=error msg=".*"$'

# one line of output, of this shape
expect_matches() {
	[[ $output =~ $1 ]] && return
	printf 'output: %s\nwanted: %s\n' "$output" "$1"
	return 1
}

running() {
	make_bundle "$SCRATCH/b" '.process.args = ["sleep", "1000"]'
	oci run -d -b "$SCRATCH/b" web </dev/null >/dev/null 2>&1 3>&-
}

# --- names and versions ------------------------------------------------------

@test "--version has the three lines engines read" {
	for flag in --version -v -version; do
		run -0 "$OCI" "$flag"
		[[ ${lines[0]} =~ ^kist-oci\ version\ [0-9] ]]
		[[ ${lines[1]} =~ ^commit:\ [^\ ]+$ ]]
		[[ ${lines[2]} =~ ^spec:\ 1\.[0-9]+\.[0-9]+$ ]]
	done
}

@test "called runc or crun, it says that name" {
	for name in runc crun; do
		ln -s "$OCI" "$name"
		run -0 "./$name" --version
		[[ ${lines[0]} =~ ^$name\ version\ [0-9] ]]
		run -1 "./$name" --root "$STATE" state none
		expect_has "$name: container does not exist"
	done
}

@test "alone it lists its verbs" {
	run -0 "$OCI"
	for verb in create start run state kill delete exec list ps pause \
		resume spec features; do
		expect_matches "(^|"$'\n'")  $verb +[a-z]"
	done
}

@test "each verb has a help of at most 80 columns" {
	for verb in create start run state kill delete exec list ps pause \
		resume spec features help; do
		run -0 "$OCI" "$verb" --help
		expect_has "Usage: kist-oci $verb"
		[ -z "$(awk 'length > 80' <<<"$output")" ]
		run -0 "$OCI" "$verb" -h
		run -0 "$OCI" help "$verb"
	done
}

@test "what is not supported yet says so by name, even to --help" {
	for verb in update events checkpoint restore; do
		run -1 "$OCI" "$verb" --help
		expect_has "'kist-oci $verb' is not supported yet"
		run -1 "$OCI" "$verb" --lsm-mount-context
		expect_lacks "needs an argument"
		expect_lacks "requires an argument"
	done
}

@test "options may have one dash or two, and stand behind the name" {
	run -0 "$OCI" -root "$STATE" -log-format=text delete -force none
	run -0 "$OCI" --root="$STATE" delete none --force
	run -0 "$OCI" --root="$STATE" delete --force=true none
	run -1 "$OCI" --root="$STATE" delete --force=false none
}

# --- mistakes ----------------------------------------------------------------

@test "a mistake on the command line is named, with status 1" {
	while IFS='|' read -r words message; do
		echo "# kist-oci $words"
		read -ra argv <<<"$words"
		run -1 oci "${argv[@]}"
		output=${lines[0]} expect_output "kist-oci: $message"
	done <<-'END'
		stat web|unknown verb 'stat'
		--rot x list|unknown option '--rot'
		--log-format xml list|option '--log-format': 'xml' is none of text, json
		--cgroup-manager x list|option '--cgroup-manager': 'x' is none of cgroupfs, systemd, disabled
		--rootless perhaps list|option '--rootless': 'perhaps' is none of true, false, auto
		--root / list|option '--root': '/' cannot be the state folder
		--root // list|option '--root': '//' cannot be the state folder
		--log journald:x list|option '--log': 'journald' is not supported yet
		state|CONTAINER is missing: name of the container
		state a b|too many operands: 'b'
		create --bundle|option '--bundle' needs a value: DIR
		create -x web|unknown option '-x'
		kill web TREM|SIGNAL: unknown signal 'TREM'
		kill web 65|SIGNAL: unknown signal '65'
		list -f xml|option '--format': 'xml' is none of table, json
		ps -f xml web|option '--format': 'xml' is none of table, json
		run --preserve-fds x web|option '--preserve-fds': 'x' is not a whole number
	END
}

@test "a log that cannot be opened is an error" {
	run -1 oci --log /nowhere/log list
	[ "${lines[0]}" = "kist-oci: open log '/nowhere/log': missing (ENOENT)" ]
}

# --- logs --------------------------------------------------------------------

@test "without --log people get the message, and the hint" {
	run -1 oci state none
	[ "${lines[0]}" = "kist-oci: container does not exist: 'none'" ]
	[[ ${lines[1]} == "hint: 'list' shows "* ]]
	[ "${#lines[@]}" = 2 ]
}

@test "on a terminal they get the hint, too" {
	needs terminal
	run script -qec "'$OCI' --root '$STATE' --rot x" /dev/null </dev/null
	expect_has "did you mean '--root'?"
}

@test "--log-format text without a log is logrus on standard error" {
	run -1 oci --log-format text state none
	expect_matches "$LOGRUS"
}

@test "--log has the line of logrus, standard error the bare message" {
	run -1 oci --log log state none
	expect_output "container does not exist: 'none'"
	output=$(cat log)
	expect_matches "$LOGRUS"
	run -1 oci --log file:log state none
	[ "$(wc -l <log)" = 2 ]
}

@test "a JSON log has one object a failure, and is appended to" {
	run -1 oci --log log --log-format json state none
	expect_output "container does not exist: 'none'"
	[ "$(wc -l <log)" = 1 ]
	[ "$(jq -r .level log)" = error ]
	[ "$(jq -r .msg log)" = "container does not exist: 'none'" ]
	[[ $(jq -r .time log) =~ ^20[0-9-]+T[0-9:]+Z$ ]]
	run -1 oci --log log --log-format json --criu x kill none 9
	[ "$(wc -l <log)" = 2 ]
	[ "$output" = "container does not exist: 'none'" ]
}

@test "a log of a success is empty" {
	run -0 oci --log log --log-format json list
	[ ! -s log ]
}

@test "a mistake in the options reaches the log, whatever is in it" {
	run -1 oci --log log --log-format json state --no'"\such' x
	[ "$(jq -r .msg log)" = "unknown option '--no\"\\such'" ]
}

@test "--debug adds a line to the log" {
	run -0 oci --log log --debug list
	run cat log
	expect_has "level=debug msg=\"kist-oci "
}

@test "--criu is accepted with a warning" {
	run -0 oci --criu /usr/sbin/criu list -q
	expect_has "--criu is ignored"
}

# --- what there is -----------------------------------------------------------

@test "list is empty where there is no state folder" {
	run -0 "$OCI" --root "$SCRATCH/none" list
	expect_output "ID          PID         STATUS      BUNDLE      CREATED     OWNER"
	run -0 "$OCI" --root "$SCRATCH/none" list -f json
	expect_output "[]"
	run -0 "$OCI" --root "$SCRATCH/none" list -q
	expect_output ""
}

@test "list shows a container in a table, as JSON, and as its name" {
	needs root
	running
	run -0 oci list
	[[ ${lines[1]} =~ ^web\ {9}[0-9]+\ +running\ {5}$SCRATCH/b\ +20[^\ ]+Z\ +root$ ]]
	run -0 oci list --format json
	[ "${#lines[@]}" = 1 ]
	[ "$(jq -r '.[0] | "\(.id) \(.status) \(.bundle) \(.owner)"' <<<"$output")" = \
		"web running $SCRATCH/b root" ]
	run -0 oci list -q
	expect_output web
	oci delete -f web
	machine_unchanged
}

@test "state has the members of runc" {
	needs root
	running
	run -0 oci state web
	[ "$(jq -c 'keys_unsorted - ["annotations"]' <<<"$output")" = \
		'["ociVersion","id","pid","status","bundle","rootfs","created","owner"]' ]
	[ "${lines[1]}" = "  \"ociVersion\": $(jq .ociVersion <<<"$output")," ]
	[ "$(jq -r .rootfs <<<"$output")" = "$SCRATCH/b/rootfs" ]
	kill -0 "$(jq .pid <<<"$output")"
}

@test "state looks as runc's does, but for what must differ" {
	needs root
	command -v runc >/dev/null || skip "runc is not installed"
	running
	shape='to_entries | map("\(.key) \(.value | type)")'
	runc --root "$SCRATCH/runc" run -d -b "$SCRATCH/b" web \
		</dev/null >/dev/null 2>&1 3>&- || skip "runc does not run here"
	theirs=$(runc --root "$SCRATCH/runc" state web | jq -c "$shape")
	runc --root "$SCRATCH/runc" delete -f web
	[ "$(oci state web | jq -c "$shape")" = "$theirs" ]
}

@test "ps shows the container's processes, by ps(1) or as an array" {
	needs root
	running
	pid=$(oci state web | jq .pid)
	run -0 oci ps --format json web
	expect_output "[$pid]"
	command -v ps >/dev/null || skip "no ps(1) on this machine"
	run -0 oci ps web
	[[ ${lines[0]} == UID*PID* ]]
	[ "${#lines[@]}" = 2 ]
	expect_has "sleep 1000"
	run -0 oci ps web -o pid,args
	[[ ${lines[1]} == *"$pid sleep 1000" ]]
	run -1 oci ps web -o args
	expect_has "no column PID"
}

@test "spec writes a config.json, and never over one" {
	run -0 oci spec
	[ "$(jq -r .process.args[0] config.json)" = sh ]
	echo mine >config.json
	run -1 oci spec
	[ "${lines[0]}" = "kist-oci: write config.json in '.': File exists (EEXIST)" ]
	[ "$(cat config.json)" = mine ]
	run -1 oci spec --bundle nowhere
	expect_has "open bundle 'nowhere'"
	mkdir other
	run -0 oci spec --rootless -b other
	jq -e '.linux.uidMappings' other/config.json
}

@test "features is JSON that names the version and the namespaces" {
	run -0 oci features
	[ "$(jq -r .ociVersionMax <<<"$output")" = "$("$OCI" -v | sed -n 's/^spec: //p')" ]
	jq -e '.linux.namespaces | index("network")' <<<"$output"
}

@test "output that cannot be written is a failure" {
	run -1 bash -c "'$OCI' features >/dev/full"
	expect_has "write to standard output: No space left on device (ENOSPC)"
}

# --- exit statuses, and the words engines look for -----------------------------

@test "verbs on an unknown container exit with 1 and runc's words" {
	for verb in start state kill pause resume delete ps; do
		run -1 oci "$verb" none
		expect_has "container does not exist"
	done
	run -255 oci exec none true
	expect_has "container does not exist"
	run -0 oci delete --force none
	expect_output ""
}

@test "a name that is no name is refused" {
	make_bundle "$SCRATCH/b"
	for id in a/b .. . .a 'a b'; do
		run -1 oci create -b "$SCRATCH/b" "$id"
		expect_has "invalid container ID format"
	done
}

@test "a taken name is refused with runc's words" {
	needs root
	running
	for verb in create run; do
		run -1 oci "$verb" -b "$SCRATCH/b" web
		expect_has "container with given ID already exists"
	done
	run -0 oci state web
}

@test "a bundle that is not there never reads as a missing command" {
	for verb in create run; do
		run -1 oci "$verb" -b "$SCRATCH/nowhere" web
		expect_has "$SCRATCH/nowhere"
		[[ ${output,,} != *"no such file or directory"* ]]
		[[ ${output,,} != *"does not exist"* ]]
	done
}

@test "run exits as the process does" {
	needs root
	for status in 0 7 255; do
		make_bundle "$SCRATCH/b" ".process.args = [\"sh\", \"-c\", \"exit $status\"]"
		run "-$status" oci run -b "$SCRATCH/b" web
	done
	make_bundle "$SCRATCH/b" '.process.args = ["sh", "-c", "sh -c \"kill -9 \\$\\$\"; exit $?"]'
	run -137 oci run -b "$SCRATCH/b" web
}

@test "exec exits as the process does, and with 255 when it fails" {
	needs root
	running
	run -0 oci exec web true
	run -7 oci exec web sh -c 'exit 7'
	run -0 oci exec web -- echo --help
	expect_output "--help"
	run -255 oci exec web
	expect_has "exec args cannot be empty"
	run -255 oci exec web nonesuch
	expect_has 'exec: "nonesuch": executable file not found in $PATH'
	run -255 oci exec web /etc/passwd
	[[ ${output,,} == *"permission denied"* ]]
	run -255 oci exec --user x web true
	run -255 oci exec --additional-gids x web true
	expect_has "option '--additional-gids': 'x' is not a whole number"
	run -255 oci exec --cgroup cpu:/x web true
	expect_has "not supported yet"
}

@test "a command that is not there has Docker's and Podman's words" {
	needs root
	make_bundle "$SCRATCH/b" '.process.args = ["nonesuch"]'
	run -1 oci run -b "$SCRATCH/b" web
	expect_has 'exec: "nonesuch": executable file not found in $PATH'
	make_bundle "$SCRATCH/b" '.process.args = ["/bin/nonesuch"]'
	run -1 oci run -b "$SCRATCH/b" web
	[[ ${output,,} == *"no such file or directory"* ]]
	make_bundle "$SCRATCH/b" '.process.args = ["/etc/passwd"]'
	run -1 oci run -b "$SCRATCH/b" web
	[[ ${output,,} == *"permission denied"* ]]
	machine_unchanged
}

@test "a container in the wrong state is refused with runc's words" {
	needs root
	running
	run -1 oci start web
	expect_has "cannot start an already running container"
	run -1 oci delete web
	expect_has "that is not stopped"
	run -0 oci kill web KILL
	eventually sh -c "'$OCI' --root '$STATE' state web | grep -q stopped"
	run -1 oci start web
	expect_has "cannot start a container that has stopped"
	run -1 oci kill web 9
	expect_has "container not running"
	run -255 oci exec web true
	expect_has "container not running"
	run -0 oci delete web
	machine_unchanged
}

@test "signals are known by name, with SIG, in any case, and by number" {
	needs root
	running
	for signal in 0 CONT SIGCONT sigcont 18 RTMIN+3; do
		run -0 oci kill web "$signal"
	done
}

# --- for people --------------------------------------------------------------

@test "the manual pages please mandoc" {
	command -v mandoc >/dev/null || skip "mandoc is not installed"
	mkdir man
	run -0 oci man --all man
	run -0 "$KIST" man --all man
	[ -e man/kist-oci.8 ] && [ -e man/kist-oci-exec.8 ] && [ -e man/kist.1 ]
	# one by one: what it says of many is cut where its buffer ends
	for page in man/*; do
		mandoc -T lint "$page" 2>&1 || :
	done >lint
	output=$(grep -v 'referenced manual not found\|mandoc.db' lint || :)
	expect_output ""
}

@test "the completions are scripts of their shells" {
	for program in "$OCI" "$KIST"; do
		for shell in bash zsh fish; do
			run -0 "$program" completion $shell
			echo "$output" >script
			command -v $shell >/dev/null || continue
			run -0 $shell -n script
			expect_output ""
		done
	done
	run -1 oci completion csh
	expect_has "SHELL: 'csh' is none of bash, zsh, fish"
}

@test "bash completes verbs, options, words and containers" {
	needs root
	running
	PATH=$(dirname "$OCI"):$PATH
	oci completion bash >script
	# As bash would call it; the words are the arguments.
	cat >>script <<-'END'
		compopt() { :; }
		complete_words() {
			COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
			_kist_oci
			echo "${COMPREPLY[*]}"
		}
		complete_words "$@"
	END
	while IFS='|' read -r words wanted; do
		echo "# $words"
		read -ra argv <<<"${words//_/}"
		[[ $words != *_ ]] || argv+=("")
		run -0 bash script kist-oci "${argv[@]}"
		expect_output "$wanted"
	done <<-'END'
		st|start state
		--log-format _|text json
		--log-format = j|json
		list --f|--format
		list -f _|table json
		kill web KI|KILL
		create --bundle /us|/usr
		create --pid-file /etc/hostn|/etc/hostname
		state a b c|
	END
	sed -i 's/"${COMP_WORDS\[0\]}" list/"${COMP_WORDS[0]}" --root "$STATE" list/' script
	STATE=$STATE run -0 bash script "$OCI" kill ""
	expect_output web
}
