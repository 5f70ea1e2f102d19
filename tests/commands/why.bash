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

# works COMMAND… - what the remedy says
works() {
	"$@" && return
	printf 'the remedy does not work: %s\n' "$*"
	exit 1
}

# in_mounts SCRIPT - in a mount namespace of its own, in an empty tmpfs
in_mounts() {
	unshare -m --propagation private bash -c "
		$(declare -f refused works)
		KIST=$KIST D=$SCRATCH/t
		mkdir -p \$D; mount -t tmpfs t \$D; cd \$D
		$1"
}

# in_net SCRIPT - in a network namespace of its own, its loopback down
in_net() {
	unshare -n bash -c "
		$(declare -f refused works)
		KIST=$KIST; cd $SCRATCH
		$1"
}
