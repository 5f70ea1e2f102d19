# SPDX-License-Identifier: Apache-2.0
# why-checkup.bats - kist doctor: what it says of the machine is so

load helpers

setup() {
	needs kist
	start_test
}

teardown() {
	end_test
}

# works NAME - "yes", "root" or "no", of the JSON in $output
works() { jq -r --arg n "$1" '.items[] | select(.name == $n) | .works' <<<"$output"; }
told() { jq -r --arg n "$1" ".items[] | select(.name == \$n) | .$2" <<<"$output"; }

# as_word CMD… - "yes" if it succeeds, else "no"
as_word() { if "$@" >/dev/null 2>&1; then echo yes; else echo no; fi; }

# same NAME CMD… - the check-up says of NAME what trying the command says
same() {
	local name=$1 wanted
	shift
	wanted=$(as_word "$@")
	[ "$(works "$name")" = "$wanted" ] && return
	echo "$name: $(works "$name") ($(told "$name" detail)), but '$*': $wanted"
	return 1
}

@test "each namespace kind works as unshare(1) finds" {
	needs root
	run kist doctor --json
	same mnt unshare -m true
	same pid unshare -pf true
	same net unshare -n true
	same ipc unshare -i true
	same uts unshare -u true
	same cgroup unshare -C true
	same time unshare -T true
	same user unshare -U true
	same rootless setpriv --reuid 65534 --regid 65534 --clear-groups unshare -U true
}

@test "each controller is where /proc/cgroups and the mounts say" {
	local name hierarchy enabled v2=
	[ ! -e /sys/fs/cgroup/unified/cgroup.controllers ] ||
		v2=$(cat /sys/fs/cgroup/unified/cgroup.controllers)
	[ ! -e /sys/fs/cgroup/cgroup.controllers ] ||
		v2=$(cat /sys/fs/cgroup/cgroup.controllers)
	needs root
	run kist doctor --json
	while read -r name hierarchy _ enabled; do
		[ "$(works "$name")" != "" ]
		if [ "$enabled" = 0 ]; then
			[ "$(told "$name" detail)" = "disabled at boot" ]
		elif [ "$hierarchy" != 0 ]; then
			[[ $(told "$name" detail) == "v1, on $(awk -v n="$name" '$3 == "cgroup" && ("," $4 ",") ~ ("," n ",") { print $2; exit }' /proc/mounts)"* ]]
		elif [[ " $v2 " == *" $name "* ]]; then
			[[ $(told "$name" detail) == "v2, on "* ]]
		fi
	done < <(tail -n +2 /proc/cgroups)
	# one that the kernel does not list is told with the option it takes
	if ! grep -q '^rdma' /proc/cgroups && [[ " $v2 " != *" rdma "* ]]; then
		[ "$(works rdma)" = no ]
		[[ $(told rdma fix) == *CONFIG_CGROUP_RDMA* ]]
	fi
}

@test "mounts and devices work as mount(8) and ip(8) find" {
	needs root
	# Kinds in a module that is not loaded are not tried by either.
	[ ! -e /proc/modules ] || skip "ip(8) would load modules"
	local kind
	mkdir "$SCRATCH"/{low,up,work,all}
	run kist doctor --json
	same tmpfs unshare -m mount -t tmpfs tmpfs /mnt
	same proc unshare -mpf mount -t proc proc /proc
	same "proc in a user namespace" unshare -Urmpf mount -t proc proc /proc
	same "tmpfs in a user namespace" unshare -Urm mount -t tmpfs tmpfs /mnt
	same mqueue unshare -mi mount -t mqueue mqueue /mnt
	same overlay unshare -m sh -c "mount -t tmpfs t /mnt && cd /mnt && mkdir l u w a && mount -t overlay o -o lowerdir=l,upperdir=u,workdir=w a"
	same "overlay in a user namespace" unshare -Urm sh -c "mount -t tmpfs t /mnt && cd /mnt && mkdir l u w a && mount -t overlay o -o lowerdir=l,upperdir=u,workdir=w a"
	for kind in veth bridge dummy vxlan wireguard; do
		case $kind in
		vxlan) same vxlan unshare -n ip link add x type vxlan id 7 dstport 4789 ;;
		*) same "$kind" unshare -n ip link add x type "$kind" ;;
		esac
	done
	for kind in macvlan ipvlan; do
		same "$kind" unshare -n sh -c "ip link add va type veth && ip link add x link va type $kind"
	done
	same vlan unshare -n sh -c "ip link add va type veth && ip link add x link va type vlan id 7"
	same tun unshare -n ip tuntap add x mode tun
	same nftables unshare -n nft list tables
	machine_unchanged
}

@test "limits, programs and security are what the files say" {
	run kist doctor --json
	[ "$(told user.max_user_namespaces detail)" = "$(cat /proc/sys/user/max_user_namespaces)" ]
	[ "$(told vm.max_map_count detail)" = "$(cat /proc/sys/vm/max_map_count)" ]
	[[ $(told fs.mount-max detail) == *" of $(cat /proc/sys/fs/mount-max)" ]]
	[[ $(told kernel.pid_max detail) == *" of $(cat /proc/sys/kernel/pid_max)" ]]
	[ "$(told "rlimit nofile" detail)" = "$(ulimit -Sn)" ]
	[ "$(works nft)" = "$(PATH=$PATH:/usr/sbin as_word command -v nft)" ]
	[ "$(works pasta)" = "$(as_word command -v pasta)" ]
	grep -q '^Seccomp:' /proc/self/status && [ "$(works "seccomp filter")" = yes ]
	[ "$(works no_new_privs)" = yes ]
	[ ! -r /sys/kernel/security/lsm ] ||
		[ "$(told modules detail)" = "$(cat /sys/kernel/security/lsm)" ]
	run jq -e '[.items[] | select(.works == "no" and .fix == null)] == []' <<<"$output"
	expect_status 0
}

@test "a limit that is too low is told with its number" {
	# shellcheck disable=SC2154
	run bash -c 'ulimit -Sn 100; "$@" doctor --json' - "${kist[@]}"
	[ "$(works "rlimit nofile")" = no ]
	[ "$(told "rlimit nofile" detail)" = "100, kist may need 256" ]
}

@test "an ordinary user is told what takes root, and root that nothing does" {
	needs root user
	run kist doctor --json
	[ "$(jq '[.items[] | select(.works == "root")] | length' <<<"$output")" = 0 ]
	# shellcheck disable=SC2016
	run as_user bash -c '"$KIST" doctor --json'
	[ "$(works mnt)" = yes ]
	[[ $(told mnt detail) == "in a user namespace of your own"* ]]
	[ "$(works memory)" = root ]
	[ "$(told memory detail)" = "not delegated to you" ]
	[ "$(works "id-mapped mounts")" = root ]
	[ "$(works overlay)" = "$(as_word as_user unshare -Urm sh -c "mount -t tmpfs t /tmp && cd /tmp && mkdir l u w a && mount -t overlay o -o lowerdir=l,upperdir=u,workdir=w a")" ]
	if can_subids; then
		[ "$(works subuid)" = yes ]
		[[ $(told subuid detail) == *" ids from $(awk -F: -v u="$TEST_USER" '$1 == u { print $2; exit }' /etc/subuid) for $TEST_USER" ]]
	else
		[ "$(works subuid)" = no ]
		[[ $(told subuid fix) == *"usermod --add-subuids "* ]]
	fi
}

@test "a group that was delegated is found" {
	needs root user memory
	is_cgroup_v2 && skip "a group of v1 is delegated here"
	local dir=/sys/fs/cgroup/memory/kt-doctor.$$
	mkdir "$dir"
	chown -R "$TEST_USER" "$dir"
	as_user true
	# shellcheck disable=SC2016
	run bash -c 'echo $$ >"$1/cgroup.procs"; shift; exec "$@"' - "$dir" \
		setpriv --reuid "$TEST_USER" --regid "$TEST_USER" --clear-groups \
		"$SCRATCH/home/bin/kist" doctor --json
	rmdir "$dir"
	[ "$(works memory)" = yes ]
	[ "$(works delegation)" = yes ]
	[ "$(told delegation detail)" = "yours: $dir" ]
}

@test "no more namespaces allowed: said with the sysctl, and raising it helps" {
	needs root user
	# A user namespace has limits of its own, that its root may set.
	cat >"$SCRATCH/try" <<-'END'
		echo 0 >/proc/sys/user/max_user_namespaces || exit 9
		"$KIST" doctor --json >"$1/off"; echo "$?" >"$1/off.status"
		echo 1000 >/proc/sys/user/max_user_namespaces
		"$KIST" doctor --json >"$1/on"; echo "$?" >"$1/on.status"
	END
	chmod 755 "$SCRATCH/try"
	mkdir -m 777 "$SCRATCH/out"
	as_user unshare -Ur sh "$SCRATCH/try" "$SCRATCH/out"
	output=$(cat "$SCRATCH/out/off")
	[ "$(cat "$SCRATCH/out/off.status")" = 1 ]
	[ "$(works user)" = no ]
	[ "$(told user detail)" = "switched off: user.max_user_namespaces is 0" ]
	[ "$(told user fix)" = "as root: sysctl user.max_user_namespaces=10000" ]
	[ "$(works user.max_user_namespaces)" = no ]
	[ "$(jq .works <<<"$output")" = false ]
	output=$(cat "$SCRATCH/out/on")
	[ "$(works user)" = yes ]
	[ "$(cat "$SCRATCH/out/on.status")" = 0 ]
}

@test "the page tells first what does not work, then what does, then the sum" {
	run kist doctor
	[[ ${lines[0]} == "Linux $(uname -r) $(uname -m)"* ]]
	expect_has "
WORKS
"
	[[ ${lines[-1]} =~ ^[0-9]+\ of\ [0-9]+\ work ]]
	if [[ $output == *MISSING* ]]; then
		[[ ${output%%WORKS*} == *"fix: "* ]]
	fi
	run kist doctor --all
	expect_has "NAMESPACES"
	expect_has "SYSTEM CALLS"
	run kist doctor -q
	expect_output ""
}

@test "a check-up takes less than 100 ms, and leaves nothing" {
	local best=1000000 from took _
	for _ in {1..15}; do
		from=${EPOCHREALTIME/./}
		kist doctor -q || :
		took=$((${EPOCHREALTIME/./} - from))
		[ "$took" -ge "$best" ] || best=$took
	done
	echo "best: $best us"
	[ "$best" -lt 100000 ]
	machine_unchanged
}
