# SPDX-License-Identifier: Apache-2.0
# why.bash - refusals, the rule 'kist why' finds, and the remedy that works
#
#	in_mounts '
#		refused MOUNT_TARGET_MISSING "is there" mount -t tmpfs t a
#		mkdir a
#		works mount -t tmpfs t a
#	'

# refused CAUSE EVIDENCE COMMAND… - it is, by that rule, and the evidence (a
# pattern of the shell) is seen
refused() {
	local cause=$1 evidence=$2 out got
	shift 2
	out=$("$KIST" why --json -- "$@" 2>/dev/null) || :
	got=$(jq -r '.findings[0].cause' <<<"$out" 2>&1) || :
	if [ "$got" != "$cause" ]; then
		printf '%s: the rule is %s\n%s\n' "$*" "$got" "$out"
		exit 1
	fi
	got=$(jq -r '.findings[0].evidence' <<<"$out")
	# shellcheck disable=SC2053 # it is a pattern
	[[ $got == *$evidence* ]] && return
	printf '%s: seen was %s, wanted %s\n' "$*" "$got" "$evidence"
	exit 1
}

# told CAUSE EVIDENCE WORD… - the same, asked in words: "ENFILE open /f"
told() {
	local cause=$1 evidence=$2 out got
	shift 2
	out=$("$KIST" why --json "$@" 2>&1) || :
	got=$(jq -r '.findings[0] | "\(.cause)\t\(.evidence)"' <<<"$out" 2>&1) || :
	# shellcheck disable=SC2053 # it is a pattern
	[[ $got == "$cause"$'\t'*$evidence* ]] && return
	printf '%s: wanted %s, %s\n%s\n' "$*" "$cause" "$evidence" "$out"
	exit 1
}

# works COMMAND… - what the remedy says
works() {
	"$@" && return
	printf 'the remedy does not work: %s\n' "$*"
	exit 1
}

# in_mounts SCRIPT - in a mount namespace of its own, in an empty tmpfs
in_mounts() {
	unshare -m --propagation private bash -c "
		$(declare -f refused told works held)
		KIST=$KIST D=$SCRATCH/t
		mkdir -p \$D; mount -t tmpfs t \$D; cd \$D
		$1"
}

# in_net SCRIPT - in a network namespace of its own, its loopback down
in_net() {
	unshare -n bash -c "
		$(declare -f refused told works held)
		KIST=$KIST; cd $SCRATCH
		$1"
}

# held NAME COMMAND… - it runs in the background, as $pid, until we end
held() {
	local name=$1 i
	shift
	"$@" 3>&- &
	pid=$!
	# shellcheck disable=SC2064 # this one
	trap "kill $pid 2>/dev/null; $(trap -p EXIT | sed "s/^trap -- '//; s/' EXIT$//")" EXIT
	for i in {1..200}; do
		[ "$(cat /proc/$pid/comm)" = "$name" ] && return
		sleep 0.05
	done
	echo "not within ten seconds: $*"
	exit 1
}

# because CAUSE TEXT COMMAND… - of the answer the first cause, certain, and
# what its rule, evidence or remedy say
because() {
	local cause=$1 text=$2 out=$SCRATCH/answer
	shift 2
	kist why --json -- "$@" >"$out" 2>/dev/null || :
	sed -n '/^{/,$p' "$out" >"$out.json"
	output=$(cat "$out.json")
	[ "$(jq -r '.findings[0] | "\(.cause) \(.certain)"' "$out.json")" = "$cause true" ] ||
		{ printf 'wanted %s for: %s\n%s\n' "$cause" "$*" "$output"; return 1; }
	expect_has "$text"
}

why() { kist why --json -- "$@"; }

# among CAUSE EVIDENCE WHY… - what that prints has the rule once, with the
# evidence in it; other rules may hold as well. The findings of the rule are
# $output
among() {
	local cause=$1 seen=$2
	shift 2
	run "$@"
	output=$(sed -n '/^{/,$p' <<<"$output" |
		jq --arg c "$cause" '.findings |= map(select(.cause == $c))')
	[[ $(jq -r '.findings[0].evidence' <<<"$output") == *"$seen"* ]] &&
		[ "$(jq '.findings | length' <<<"$output")" = 1 ] &&
		return
	printf 'wanted %s, %s\noutput: %s\n' "$cause" "$seen" "$output"
	return 1
}
