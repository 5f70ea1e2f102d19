# SPDX-License-Identifier: Apache-2.0
# mistakes.bash - runs the table of mistakes: mistakes/*.case
#
# A case is one mistake, the whole message it gets, and the fix that the message
# names, which is applied and has to work:
#
#	== a limit is no number
#	as: user                      (root when left out)
#	given: SHELL LINE             (makes the situation)
#	do: kist limit mem=lots -- true
#	status: 2
#	says: kist: mem: 'lots' is not a size
#	says: hint: …                 (standard error, a line each: all of it)
#	fix: kist limit mem=64m -- true
#	after: SHELL LINE             (takes down what given made)
#
# as	root, user (an ordinary one), nested (root of a user namespace with
#	mounts of its own that an ordinary user made), or inside (root in a
#	container of kist, with the rights that it has by default)
# given, after, do, fix, says	may be repeated: a line each
# fix-as, fix-status	root, user, nested or inside, when it is not that of 'as'; the
#	status that the fix ends with (0)
# needs	words of helpers.bash (root is always needed); a case is left out, and
#	said to be, where they do not hold
#
# How it works: each case has a folder, $DIR, where all its lines run. given and
# after are root's. What given sets (a pid, a name) do and fix can use, and what
# it started in the background is ended with the case. kist and kist-oci
# are those of this build, with state folders of this test; $ROOT is a small
# root directory, $GROUP a control group of which there is none yet, $PORT a port
# that is free. as_user, eventually, busybox_root and make_bundle are those of
# helpers.bash; 'bundle DIR FILTER' makes a bundle with $ROOT in the case's folder,
# 'correct DIR FILTER' changes its config.json. What differs each time is replaced
# before comparing: see plain().

load kist

start_mistakes() {
	start_kist
	as_user true
	GROUP=/kt-$$
	PORT=$((20000 + $$ % 9000))
	mkdir "$SCRATCH/bin"
	printf '#!/bin/sh\nexec "%s" --root "%s" "$@"\n' \
		"$KIST" "$SCRATCH/k" >"$SCRATCH/bin/kist"
	printf '#!/bin/sh\nexec "%s" --root "%s" "$@"\n' \
		"$OCI" "$STATE" >"$SCRATCH/bin/kist-oci"
	mkdir "$SCRATCH/nested" "$SCRATCH/nested-bin"
	chown "$TEST_USER:" "$SCRATCH/nested"
	printf '#!/bin/sh\nexec "%s" --root "%s" "$@"\n' \
		"$SCRATCH/home/bin/kist" "$SCRATCH/nested" \
		>"$SCRATCH/nested-bin/kist"
	printf '#!/bin/sh\nexec "%s" --root "%s" "$@"\n' \
		"$SCRATCH/home/bin/kist-oci" "$SCRATCH/nested/oci" \
		>"$SCRATCH/nested-bin/kist-oci"
	printf '#!/bin/sh\n%s --arg root "%s" "$2" "$1/config.json" \
		>"$1/new" && mv "$1/new" "$1/config.json"\n' jq "$ROOT" \
		>"$SCRATCH/bin/correct"
	mkdir "$SCRATCH/inside-bin"
	cp "$SCRATCH"/home/bin/* "$SCRATCH/inside-bin"
	chmod 755 "$SCRATCH"/bin/* "$SCRATCH"/nested-bin/*
}

can_v1() {
	reason="this machine has control groups of version 2 alone"
	! is_cgroup_v2
}

# What make_bundle has made once is enough for all.
bundle() {
	local plain=$BATS_FILE_TMPDIR/plain
	[ -e "$plain/config.json" ] || make_bundle "$plain" . "$ROOT"
	mkdir "$DIR/$1" && jq "$2" "$plain/config.json" >"$DIR/$1/config.json"
}

end_mistakes() {
	local id
	for id in $(as_user sh -c '"$KIST" ps -aq' 2>/dev/null); do
		as_user sh -c '"$KIST" rm -f "$1"' sh "$id" >/dev/null 2>&1 || :
	done
	end_kist
}

# run_mistakes FILE - all its cases; each that fails is printed
run_mistakes() {
	local file=$1 line key value number=0 failed=0 first=0
	case_empty
	while IFS= read -r line || [ -n "$line" ]; do
		number=$((number + 1))
		case $line in
		'' | '#'*) continue ;;
		'== '*)
			case_run || failed=$((failed + 1))
			case_empty
			name=${line#== }
			first=$number
			continue
			;;
		esac
		key=${line%%:*}
		value=${line#*:}
		value=${value# }
		case_line || {
			echo "$(basename "$file"):$number: not understood: $line"
			return 1
		}
	done <"$file"
	case_run || failed=$((failed + 1))
	[ "$failed" = 0 ] || echo "$failed of the cases of $(basename "$file") failed"
	return "$failed"
}

case_empty() {
	name='' as=root given='' do_='' status_='' says='' fix=''
	fix_as='' fix_status=0 after='' needs_=''
}

case_line() {
	case $key in
	as) as=$value ;;
	given) given+="$value || return 1"$'\n' ;;
	do) do_+=$value$'\n' ;;
	status) status_=$value ;;
	says) says+=$value$'\n' ;;
	fix) fix+=$value$'\n' ;;
	fix-as) fix_as=$value ;;
	fix-status) fix_status=$value ;;
	after) after+=$value$'\n' ;;
	needs) needs_=$value ;;
	*) return 1 ;;
	esac
}

case_run() {
	local word
	[ -n "$name" ] || return 0
	[ -z "${MISTAKE:-}" ] || [[ $name == *"$MISTAKE"* ]] || return 0
	for word in $needs_; do
		"can_$word" && continue
		echo "# left out: $name: needs $word: $reason" >&3
		return 0
	done
	# Not in an if, and so with errexit's help nowhere: each step is looked at.
	(case_inside) && return 0
	echo "   ($(basename "$file"):$first)"
	return 1
}

# In a subshell of its own, where what given sets stays.
case_inside() {
	set +e
	trap - ERR DEBUG
	exec 3>&- </dev/null
	DIR=$SCRATCH/case
	PATH=$SCRATCH/bin:$PATH
	unset -f kist oci
	mkdir -p "$DIR"
	cd "$DIR" || return 1
	[ "$as" = root ] || chown "$TEST_USER:" "$DIR"
	local wrong=0
	if [ -n "$given" ]; then
		compgen -v | sort >"$SCRATCH/words-before"
		case_given >"$SCRATCH/given.out" 2>&1 ||
			case_wrong "given failed: $(cat "$SCRATCH/given.out")"
	fi
	case_words >"$SCRATCH/words"
	[ "$wrong" != 0 ] || case_mistake
	[ "$wrong" != 0 ] || case_fix
	# Where the fix was not reached, there may be nothing to take down.
	eval "$after" >"$SCRATCH/after.out" 2>&1 || [ "$wrong" != 0 ] ||
		case_wrong "after failed: $(cat "$SCRATCH/after.out")"
	case_end
	return "$wrong"
}

# A function, for its lines return when one fails.
case_given() { eval "$given"; }

# What given has set, for do and fix, which are programs of their own.
case_words() {
	declare -p DIR SCRATCH STATE ROOT GROUP PORT CACHE TOP 2>/dev/null
	[ -n "$given" ] || return 0
	local word
	for word in $(compgen -v | sort | comm -13 "$SCRATCH/words-before" -); do
		case $word in
		word | PIPESTATUS | BASH_* | FUNCNAME | _) ;;
		*) declare -p "$word" ;;
		esac
	done 2>/dev/null
}

case_mistake() {
	local got status
	case_do "$as" "$do_"
	got=$(plain <"$SCRATCH/err")
	[ "$status" = "$status_" ] ||
		case_wrong "status $status, wanted $status_"
	[ "$got" = "${says%$'\n'}" ] || {
		case_wrong "it does not say that:"
		diff -u --label wanted --label said <(printf '%s' "$says") \
			<(echo "$got") | sed 1,3d
	}
}

case_fix() {
	local status
	[ -n "$fix" ] || {
		case_wrong "there is no fix"
		return
	}
	case_do "${fix_as:-$as}" "$fix"
	[ "$status" = "$fix_status" ] || {
		case_wrong "the fix ended with $status, not $fix_status:"
		cat "$SCRATCH/out" "$SCRATCH/err"
	}
}

# case_do WHO LINES - run; sets status, and $SCRATCH/out and err
case_do() {
	{
		echo set -a
		cat "$SCRATCH/words"
		case $1 in
		root) ;;
		nested) echo "PATH=$SCRATCH/nested-bin:\$PATH" ;;
		inside) echo "PATH=$SCRATCH/inside-bin:\$PATH" ;;
		esac
		printf 'cd %q\n%s' "$DIR" "$2"
	} >"$SCRATCH/lines"
	chmod 755 "$SCRATCH/lines"
	local how=()
	case $1 in
	user) how=(as_user) ;;
	nested) how=(as_user unshare -Urm) ;;
	inside) how=("$KIST" --root "$SCRATCH/k" run --rm host) ;;
	esac
	# The limit of time goes inside: as_user is a function.
	"${how[@]}" timeout -k 2 20 bash "$SCRATCH/lines" </dev/null \
		>"$SCRATCH/out" 2>"$SCRATCH/err"
	status=$?
}

case_wrong() {
	[ "$wrong" != 0 ] || echo "== $name"
	wrong=1
	echo "   $*"
}

# End what given left running; empty the folder.
case_end() {
	local pid
	for pid in $(jobs -p); do
		kill -9 "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	cd "$SCRATCH" && rm -rf --one-file-system "$DIR"
}

# The message without what differs each time: folders, pids, inode numbers,
# names that were made up, this machine's kernel. Paths of the script in which
# the lines stand are left out, as bash names it with its own errors.
plain() {
	sed -E \
		-e "s|$DIR|DIR|g; s|$SCRATCH|SCRATCH|g" \
		-e "s|$ROOT|ROOT|g; s|$TOP|TOP|g; s|$GROUP|/GROUP|g" \
		-e "s/\b$PORT\b/PORT/g" \
		-e 's/-?[0-9]+ seconds/N seconds/g' \
		-e 's|/sys/fs/cgroup/[^ ]*/kist-limit-[0-9]+|CGROUP|g' \
		-e "s|in '/sys/fs/cgroup[^ ]*'|in 'CGROUP'|g" \
		-e 's/\b(process|pid) [0-9]+/\1 N/g' \
		-e 's|/proc/[0-9]+|/proc/N|g' \
		-e "s|behind '/run(/netns)?'|behind '/run'|" \
		-e 's/\b40265[0-9]{5}\b/INODE/g' \
		-e "s/cpuset\.cpus '[0-9,-]+'/cpuset.cpus 'CPUS'/" \
		-e 's/\b([0-9a-f]{64}|[0-9a-f]{12})\b/ID/g' \
		-e 's/([( ])[0-9]+ sleep\b/\1N sleep/g' \
		-e "s/\b$([ "$as" = root ] && echo @nobody@ || id -u "$TEST_USER")\b/UID/g" \
		-e "s/\b$TEST_USER\b/USER/g"
}
