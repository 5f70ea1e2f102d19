# SPDX-License-Identifier: Apache-2.0
# kist-mistakes.bats - a mistake is one line, perhaps a hint, and leaves nothing

load kist

setup() { start_kist; }
teardown() { end_kist; }

@test "every mistake of the command line of run is one line, and leaves nothing" {
	needs root
	local status_wanted words text
	while IFS='|' read -r status_wanted words text; do
		[ -n "$words" ] || continue
		words=${words//ROOT/$ROOT}
		eval "run k $words </dev/null"
		echo "# kist $words"
		expect_status "$status_wanted"
		expect_has "$text"
		[ "${#lines[@]}" -le 2 ]
		[[ ${lines[0]} == "kist: "* ]]
		[ "${#lines[@]}" = 1 ] || [[ ${lines[1]} == "hint: "* ]]
	done <<-'END'
	2|run|IMAGE
	2|run --bogus ROOT|--bogus
	125|run hots|did you mean 'host'?
	125|run debian:12|there is no image 'debian:12'
	125|run oci:x|not supported yet
	125|run ./nosuch|image './nosuch': No such file or directory
	125|run /etc/passwd|Not a directory
	2|run / sh|this machine's own root
	125|run --rm -v /nosuch:/x ROOT true|-v /nosuch:/x: source '/nosuch': No such file or directory
	125|run -v data:/x ROOT|for a folder here write './data'
	125|run -v /x ROOT|a volume without a source
	2|run -v /tmp:x ROOT|the destination 'x' is not an absolute path
	2|run -v /tmp:/ ROOT|the destination cannot be '/'
	2|run -v /tmp:/x:rw:ro ROOT|too many ':'
	2|run -v /tmp:/x:rox ROOT|unknown option 'rox'
	125|run -v /tmp:/x:O ROOT|option 'O' is not supported yet
	2|run -v /tmp:/x --tmpfs /x/ ROOT|something else is mounted on '/x'
	125|run --mount type=volume,dst=/x ROOT|type 'volume' is not supported yet
	2|run --mount type=bind,src=/tmp ROOT|there is no 'dst='
	2|run --mount type=bind,dst=/x ROOT|there is no 'src='
	2|run --tmpfs /x:sise=1m ROOT|unknown option 'sise=1m'
	125|run --tmpfs /x:size=1q ROOT|Bad value for 'size'
	125|run --device /dev/nosuch ROOT|device '/dev/nosuch'
	2|run --device /etc/passwd ROOT|is not a device
	2|run --device /dev/null:/x:q ROOT|is not an access
	2|run --cap-add NET_RAWW ROOT|did you mean 'CAP_NET_RAW'?
	2|run --cap-drop X ROOT|--cap-drop: there is no capability 'X'
	2|run --ulimit nofil=1 ROOT|did you mean 'nofile'?
	2|run --ulimit nofile ROOT|is not NAME=SOFT[:HARD]
	2|run --ulimit nofile=x ROOT|is not a number or 'unlimited'
	2|run -e =x ROOT|has no name
	2|run --env-file /nosuch ROOT|--env-file: read '/nosuch'
	2|run --label x ROOT|is not NAME=VALUE
	2|run --sysctl =1 ROOT|is not NAME=VALUE
	2|run --hostname '' ROOT|--hostname
	2|run --stop-signal FOO ROOT|FOO
	2|run --name 'a/b' ROOT|is not a name
	2|run -u x:y:z ROOT|x:y:z
	2|run --boottime x ROOT|--boottime
	2|run --cpus 1e9 ROOT|is not a number of processors
	2|run -m x ROOT|--memory
	125|exec nosuch true|there is no container 'nosuch'
	2|exec|CONTAINER
	125|logs nosuch|there is no container 'nosuch'
	125|inspect nosuch|there is no container 'nosuch'
	125|wait nosuch|there is no container 'nosuch'
	125|kill nosuch|there is no container 'nosuch'
	2|kill -s FOO x|FOO
	2|rm|no container is named
	2|stop -t x y|-
	END
	nothing_left
}

@test "kist's own folder that cannot be used" {
	needs root
	touch file
	run -125 "$KIST" --root "$SCRATCH/file" ps
	expect_has "folder '$SCRATCH/file'"
	mkdir -m 777 open
	run -125 "$KIST" --root "$SCRATCH/open" ps
	expect_has "can be changed by others"
	expect_has "hint: it has to belong to you"
}

@test "exec without a command" {
	needs root
	k run -d --name one "$ROOT" sleep 100
	run -2 k exec one
	expect_has "there is no command"
}
