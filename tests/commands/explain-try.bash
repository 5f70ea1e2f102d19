# SPDX-License-Identifier: Apache-2.0
# explain-try.bash - run every line that 'kist explain' tells to try
#
#	explain-try.bash WHO DIR [SUBJECT…]	WHO: user or root; DIR: a scratch folder
#
# Prints each entry whose line fails: another status than 0 (or "gives:"),
# or "shows:" not in what it prints. The status is that of the whole. A line
# whose "needs:" this machine cannot provide is passed over, and counted:
# "needs" below tells how each is provided. KIST is the program.

who=$1 dir=$2
shift 2
subjects=" $* "

mkdir -p "$dir/bin" "$dir/try" || exit
printf '#!/bin/sh\nexec "%s" --root "%s/run" --data-root "%s/data" "$@"\n' \
	"$KIST" "$dir" "$dir" >"$dir/bin/kist"
printf '#!/bin/sh\nexec "%s-oci" --root "%s/oci" "$@"\n' "$KIST" "$dir" \
	>"$dir/bin/kist-oci"
chmod 755 "$dir/bin/kist" "$dir/bin/kist-oci"
PATH=$dir/bin:$PATH:/usr/sbin:/sbin
export PATH
unset KIST_ROOT

# Is it here, or can it be made?
needs() {
	case $1 in
	v2) [ -e /sys/fs/cgroup/cgroup.controllers ] ;;
	v1) grep -q ' cgroup rw' /proc/self/mounts ;;
	systemd) [ -d /run/systemd/system ] ;;
	container) container ;;
	apparmor) [ -e /sys/kernel/security/apparmor/profiles ] ;;
	newuidmap | kist-oci | docker | podman | runc | crun | nft | ip | strace | bpftool)
		command -v "$1" >/dev/null ;;
	*)
		echo "needs: '$1' is not known to explain-try.bash"
		failed=1
		return 1
		;;
	esac
}

# A running container 'web', ended at the end.
container() {
	[ -z "${web:-}" ] || return 0
	kist run -d --name web host sleep 60 >"$dir/web.log" 2>&1 || return
	web=1
}

end() {
	[ -z "${web:-}" ] || kist rm -f web >/dev/null
}
trap end EXIT

failed=0 tried=0 passed=0
report() {
	failed=1
	printf '%s (%s): %s\n  $ %s\n' "$name" "$subject" "$1" "$line"
	sed 's/^/  | /' "$dir/out" | head -n 8
}

while IFS=$'\001' read -r name subject as needs gives shows line; do
	[ "$as" = "$who" ] || continue
	[ "$subjects" = '  ' ] || [[ $subjects == *" $subject "* ]] || continue
	for need in $needs; do
		needs "${need%,}" && continue
		passed=$((passed + 1))
		continue 2
	done
	tried=$((tried + 1))
	begin=${EPOCHREALTIME/./}
	(cd "$dir/try" && exec timeout -k 1 5 sh -c "$line") \
		>"$dir/out" 2>&1 </dev/null 3>&-
	status=$?
	took=$(((${EPOCHREALTIME/./} - begin) / 1000))
	[ -z "${EXPLAIN_TIMES:-}" ] || echo "$took ms: $name: $line" >&2
	if [ "$status" != "${gives:-0}" ]; then
		report "status $status, wanted ${gives:-0}"
	elif [ -n "$shows" ] && ! grep -qF -e "$shows" "$dir/out"; then
		report "does not show '$shows'"
	fi
	if [ -n "$(ls -A "$dir/try")" ]; then
		report "leaves $(ls -A "$dir/try") behind"
		rm -rf --one-file-system "${dir:?}/try"
		mkdir "$dir/try"
	fi
done < <("$KIST" explain --json | jq -r '.[] | [.name, .subject, .tryAs,
	.tryNeeds // "", .tryGives // "", .tryShows // "", .try] |
	join("\u0001")')

[ "$tried" -gt 0 ] || failed=1
echo "as $who: $tried lines tried, $passed passed over"
exit "$failed"
