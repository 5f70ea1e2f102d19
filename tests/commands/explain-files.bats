# SPDX-License-Identifier: Apache-2.0
# explain-files.bats - the files of control groups, /proc and the kernel's
# numbers: what is there is explained, and so as it is there

load helpers

setup() {
	needs kist
	start_test
	G=kisttest-$BATS_TEST_NUMBER-$$
}

teardown() {
	local dir
	while read -r dir; do
		[ ! -d "$dir/$G" ] || rmdir "$dir/$G"
	done < <(hierarchies)
	end_test
}

# The places where hierarchies with controllers, or of v2, are mounted.
hierarchies() {
	awk '$3 ~ /^cgroup2?$/ { print $2 }' /proc/self/mounts
}

# Files that only a vendor's kernel adds.
vendors() { grep -vx 'memory\.shown_ram_in_bytes'; }

# All words that are explained as files of control groups, one a line.
explained() {
	timeout 60 "$KIST" explain --json | jq -r '.[] | select(.kind == "cgroup file") |
		.name, .also[]' | sort -u
}

@test "every file of a new control group and of the root is explained" {
	needs root
	while read -r dir; do
		mkdir "$dir/$G"
		find "$dir" "$dir/$G" -maxdepth 1 -type f -printf '%f\n'
	done < <(hierarchies) | sort -u | vendors >"$SCRATCH/files"
	[ "$(wc -l <"$SCRATCH/files")" -gt 20 ]
	explained >"$SCRATCH/explained"
	run comm -23 "$SCRATCH/files" "$SCRATCH/explained"
	expect_output ""
}

# What a default says of the value of a new group.
is_default() {
	local value=$1 default=$2 above=$3 line last
	case $default in
	what\ the\ group\ above\ has*) [ "$value" = "$above" ] && return ;;
	*,\ or\ what\ the\ group\ above\ has)
		[ "$value" = "$above" ] && return
		default=${default%%,*}
		;;
	none,\ shown\ as\ *) default=${default##* } ;;
	max) [ "$value" != 9223372036854771712 ] || return 0 ;;
	empty | empty,* | max\ for\ all) default= ;;
	esac
	[ "$value" != "$default" ] || return 0
	# several keys, each with the value
	while read -r line; do
		last=${line##* }
		[ "$line" = "$default" ] || [ "$last" = "${default##* }" ] ||
			return 1
	done <<<"$value"
}

@test "the default that is told is what a new control group has" {
	needs root
	local dir file default value above checked=0 wrong=0
	timeout 60 "$KIST" explain --json | jq -r '.[] |
		select(.kind == "cgroup file" and .default) |
		(.name, .also[]) + "\t" + .default' >"$SCRATCH/defaults"
	while read -r dir; do
		mkdir "$dir/$G"
		while IFS=$'\t' read -r file default; do
			[ -r "$dir/$G/$file" ] && [ "$default" != none ] || continue
			value=$(cat "$dir/$G/$file" 2>/dev/null) || continue
			above=$(cat "$dir/$file" 2>/dev/null) || above=
			checked=$((checked + 1))
			is_default "$value" "$default" "$above" && continue
			echo "$dir: $file: told: $default; is: $value"
			wrong=1
		done <"$SCRATCH/defaults"
		rmdir "$dir/$G"
	done < <(hierarchies)
	[ "$checked" -gt 20 ]
	[ "$wrong" = 0 ]
}

@test "what is below /proc/PID and matters to namespaces is explained" {
	local name
	for name in ns cgroup mountinfo mounts mountstats status uid_map gid_map \
		setgroups projid_map timens_offsets root cwd fd fdinfo \
		oom_score_adj limits attr task loginuid; do
		run -0 "$KIST" explain "/proc/self/$name"
		[[ ${lines[0]} == "/proc/PID/$name (file)" ]]
	done
}

@test "the limits of namespaces and the features of cgroup2 are explained" {
	local name
	for name in $(cat /sys/kernel/cgroup/features); do
		run -0 "$KIST" explain "$name"
		[[ ${lines[0]} == "$name ("* ]]
	done
	run -0 "$KIST" explain max_user_namespaces
	[[ ${lines[0]} == "/proc/sys/user "* ]]
}

@test "errnos have the number and the words of the C library" {
	timeout 60 "$KIST" explain --json | jq -r '.[] | select(.kind == "errno") |
		[.name, .also[0], (.also[] | select(startswith("errno ")) |
			ltrimstr("errno "))] | @tsv' >"$SCRATCH/told"
	[ "$(wc -l <"$SCRATCH/told")" -gt 30 ]
	run -0 errnos_of_python <"$SCRATCH/told"
	diff "$SCRATCH/told" <(echo "$output")
}

# The same lines, with number and text as Python has them of the C library.
errnos_of_python() {
	python3 -c '
import errno, os, sys
for line in sys.stdin:
    name = line.split("\t")[0]
    number = getattr(errno, name)
    print(name, os.strerror(number), number, sep="\t")'
}

@test "mount flags that are explained are those that kist knows" {
	local name
	for name in ro nosuid nodev noexec noatime relatime nodiratime \
		strictatime sync dirsync lazytime nosymfollow bind rbind \
		remount silent shared private slave unbindable rshared \
		rprivate rslave runbindable; do
		run -0 "$KIST" explain "$name"
		[[ ${lines[0]} =~ \((mount\ flag|propagation)\)$ ]] || {
			echo "$name: ${lines[0]}"
			return 1
		}
	done
}
