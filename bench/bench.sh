#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bench.sh [-n ROUNDS] [-t TESTS] [-v VIEWS] KIST-OCI [NAME=PATH…] - what a
# container costs, beside other runtimes and the bare kernel
#
#   KIST-OCI  the program measured; the others are crun and runc as installed,
#             unless given by path
#   -n        rounds (30)
#   -t        of run,csd,exec,state (all). run: configurations a (runc spec) and
#             b (Podman-like), a0 and b0 without a network namespace. csd:
#             create, start, wait for the exit, delete
#   -v        of v1,v2 (both, as far as the machine has them): the control group
#             hierarchies that the runtimes see, in a private mount namespace
#
# All commands of a group take turns round by round. cpu is what counts: user and
# system time of the runtime and the container, the median of the rounds; "x
# kist" is that cpu divided by kist-oci's. Peak memory is the largest process's.
# The floor is bench/floor.c. Run as root.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
rounds=30 tests=run,csd,exec,state views='' work=/run/kist-bench
while getopts n:t:v: opt; do
	case $opt in
	n) rounds=$OPTARG ;;
	t) tests=$OPTARG ;;
	v) views=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || { sed -n 's/^# \{0,1\}//p' "$0" | sed 1d; exit 2; }
[ "$(id -u)" = 0 ] || { echo "bench: needs root: sudo make bench" >&2; exit 1; }

# --- one view: enter it, then come back here with VIEW set ---------------------

if [ -z "${VIEW:-}" ]; then
	kist=$(readlink -f "$1")
	shift
	[ -n "$views" ] || { [ -e /sys/fs/cgroup/cgroup.controllers ] && views=v2; } ||
		views=v1,v2
	for VIEW in ${views//,/ }; do
		export VIEW
		unshare -m --propagation private "$0" -n "$rounds" -t "$tests" "$kist" "$@"
	done
	exit
fi

# crun refuses a hybrid tree whose cgroup2 has no controllers: v1 is without it.
enter_view() {
	local dir c
	[ ! -e /sys/fs/cgroup/cgroup.controllers ] || return 0
	if [ "$VIEW" = v2 ]; then
		mount -t cgroup2 cgroup2 /sys/fs/cgroup
		return
	fi
	dir=$(mktemp -d)
	mount -t tmpfs tmpfs "$dir"
	for c in /sys/fs/cgroup/*; do
		[ -d "$c" ] && [ "${c##*/}" != unified ] || continue
		mkdir "$dir/${c##*/}" && mount --bind "$c" "$dir/${c##*/}"
	done
	mount --move "$dir" /sys/fs/cgroup
	rmdir "$dir"
}

# --- what is measured ------------------------------------------------------------

build_tools() {
	local name
	mkdir -p "$work"
	for name in timer floor; do
		[ -x "$tools/$name" ] && [ ! "$here/$name.c" -nt "$tools/$name" ] ||
			musl_gcc "$here/$name.c" -o "$tools/$name"
	done
	gcc -O2 -static -nostdlib "$here/nop.c" -o "$tools/nop"
	gcc -O2 -static -nostdlib -DPAUSE "$here/nop.c" -o "$tools/pause"
}

musl_gcc() {
	if command -v musl-gcc >/dev/null; then
		musl-gcc -D_GNU_SOURCE= -O2 -static -idirafter /usr/include \
			-idirafter "/usr/include/$(gcc -print-multiarch)" "$@"
	else
		gcc -D_GNU_SOURCE= -O2 -static "$@"
	fi
}

make_root() {
	root=$work/rootfs
	mkdir -p "$root"/{bin,dev,etc,proc,run,sys,tmp}
	cp "$tools/nop" "$tools/pause" "$root/bin/"
	touch "$root"/etc/{hosts,hostname,bench} "$root/run/.containerenv"
}

# make_config NAME KIND PROGRAM [FILTER]
make_config() {
	local dir=$work/$1 limits=.
	mkdir -p "$dir/shm"
	touch "$dir"/{hosts,hostname,containerenv}
	has_controllers || limits='del(.linux.resources | .memory, .pids, .cpu)'
	"$here/configs.sh" "$2" "$root" "$dir" "$3" |
		jq "$limits | ${4:-.}" >"$dir/config.json"
}

has_controllers() {
	[ "$VIEW" = v1 ] || { grep -qw memory /sys/fs/cgroup/cgroup.controllers &&
		grep -qw pids /sys/fs/cgroup/cgroup.controllers &&
		grep -qw cpu /sys/fs/cgroup/cgroup.controllers; }
}

no_net='.linux.namespaces |= map(select(.type != "network")) | del(.linux.sysctl)'

# --- measuring -------------------------------------------------------------------

wants() { [[ ,$tests, == *",$1,"* ]]; }

# measure TITLE NAME=COMMAND… - kist-oci is the first; print with ratios to it
measure() {
	local title=$1
	shift
	"$tools/timer" -n "$rounds" "$@" | awk -F'\t' -v title="$title" \
		-v rounds="$rounds" '
		NR == 1 { base = $4 > 0 ? $4 : 1
			printf "\n%-28s %9s %9s %9s %8s %7s\n", title, "cpu us",
				"wall us", "wall p10", "rss KiB", "x kist" }
		$6 == rounds { printf "  %-26s fails here\n", $1; next }
		{ printf "  %-26s %9d %9d %9d %8d %7.2f%s\n", $1, $4, $2, $3, $5,
			$4 / base, $6 ? "   " $6 " ROUNDS FAILED" : "" }'
}

# commands FORMAT - one NAME=COMMAND for each runtime; RT is its command
commands() {
	local r name
	for r in "${runtimes[@]}"; do
		name=${r%%=*}
		echo "$name=${1//RT/${r#*=} --root $work/state-$name}"
	done
}

bench_run() {
	local c flags list
	make_config a spec /bin/nop
	make_config a0 spec /bin/nop "$no_net"
	make_config b podman /bin/nop
	make_config b0 podman /bin/nop "$no_net"
	for c in a0 a b0 b; do
		flags=
		[[ $c != b* ]] || flags=-b
		[[ $c == *0 ]] || flags="$flags -n"
		[ "$VIEW" = v1 ] || flags="$flags -g /sys/fs/cgroup"
		mapfile -t list < <(commands "RT run -b $work/$c $c-%i")
		measure "run $c" "${list[@]}" \
			"floor=$tools/floor run $flags $root /bin/nop"
	done
}

bench_csd() {
	local c list
	make_config a spec /bin/nop
	make_config b podman /bin/nop
	for c in a b; do
		list="RT create -b $work/$c d-%i ; RT start d-%i ; @wait"
		mapfile -t list < <(commands "$list ; RT delete d-%i")
		measure "create, start, delete $c" "${list[@]}"
	done
}

# exec and state need a container that stays.
bench_running() {
	local r name pid list
	make_config p spec /bin/pause
	for r in "${runtimes[@]}"; do
		name=${r%%=*}
		"${r#*=}" --root "$work/state-$name" run -d -b "$work/p" \
			--pid-file "$work/pid-$name" "bench-$name" </dev/null >/dev/null 2>&1 || :
	done
	pid=$(cat "$work/pid-kist-oci" 2>/dev/null) ||
		{ echo "kist-oci did not run: no exec, no state"; return; }
	if wants exec; then
		mapfile -t list < <(commands "RT exec bench-NAME /bin/nop" | name_them)
		measure exec "${list[@]}" "floor=$tools/floor exec $pid /bin/nop"
	fi
	if wants state; then
		mapfile -t list < <(commands "RT state bench-NAME" | name_them)
		measure state "${list[@]}"
	fi
	remove_running
}

name_them() { sed 's/^\([^=]*\)=\(.*\)NAME/\1=\2\1/'; }

remove_running() {
	local r name
	for r in "${runtimes[@]}"; do
		name=${r%%=*}
		"${r#*=}" --root "$work/state-$name" delete -f "bench-$name" \
			>/dev/null 2>&1 || :
	done
}

# --- go --------------------------------------------------------------------------

runtimes=("kist-oci=$1")
shift
if [ $# -gt 0 ]; then
	runtimes+=("$@")
else
	for name in crun runc; do
		path=$(command -v $name) && runtimes+=("$name=$path")
	done
fi

tools=$here/../build/bench
mkdir -p "$tools"
trap 'remove_running; rm -rf --one-file-system "$work"' EXIT
enter_view
build_tools
make_root
echo "== $VIEW, $(uname -srm), $rounds rounds"
for r in "${runtimes[@]}"; do
	printf '   %s: %s\n' "${r%%=*}" "$("${r#*=}" --version 2>&1 | head -n 1)"
done
! wants run || bench_run
! wants csd || bench_csd
! { wants exec || wants state; } || bench_running
echo
