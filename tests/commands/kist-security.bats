# SPDX-License-Identifier: Apache-2.0
# kist-security.bats - what a container may do, and how that is changed

load kist

setup() { start_kist; }
teardown() { end_kist; }

caps() { # caps WORD… - the bounding set of a container run with the options
	k run --rm "$@" "$ROOT" sh -c 'grep CapBnd /proc/self/status | cut -f2'
}

@test "Docker's capabilities, and no new privileges, by default" {
	needs root
	run -0 caps
	expect_output 00000000a80425fb
	run -0 k run --rm "$ROOT" sh -c 'grep -E "NoNewPrivs|Seccomp:" /proc/self/status'
	expect_output $'NoNewPrivs:\t1\nSeccomp:\t2'
}

@test "capabilities are added and dropped" {
	needs root
	run -0 caps --cap-drop ALL
	expect_output 0000000000000000
	run -0 caps --cap-drop all --cap-add net_raw
	expect_output 0000000000002000
	run -0 caps --cap-add CAP_SYS_ADMIN
	expect_output 00000000a82425fb
	run -0 caps --cap-add ALL --cap-drop SYS_ADMIN
	[ $((0x$output & 0x200000)) = 0 ]
	run -2 caps --cap-add NET_RAWW
	expect_has "did you mean 'CAP_NET_RAW'?"
}

@test "somebody who is not root has only what was added by name" {
	needs root
	run -0 k run --rm -u app "$ROOT" grep CapEff /proc/self/status
	expect_output $'CapEff:\t0000000000000000'
	run -0 k run --rm -u app --cap-add net_admin "$ROOT" grep CapEff /proc/self/status
	expect_output $'CapEff:\t0000000000001000'
}

@test "the filter of system calls: default, none, a file" {
	needs root
	run -0 k run --rm --security-opt seccomp=unconfined "$ROOT" \
		grep Seccomp: /proc/self/status
	expect_output $'Seccomp:\t0'
	# Docker's form: a rule for a capability we do not have is left out
	cat >profile.json <<-'END'
	{ "defaultAction": "SCMP_ACT_ALLOW",
	  "archMap": [ { "architecture": "SCMP_ARCH_X86_64", "subArchitectures": [] } ],
	  "syscalls": [
	    { "names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "args": [],
	      "comment": "", "includes": {}, "excludes": {} },
	    { "names": ["rmdir", "unlinkat"], "action": "SCMP_ACT_ERRNO", "args": [],
	      "includes": { "caps": ["CAP_SYS_ADMIN"] } } ] }
	END
	run k run --rm --security-opt seccomp=profile.json "$ROOT" \
		sh -c 'mkdir /tmp/x && echo made; touch /tmp/y; rm /tmp/y && echo removed'
	expect_lacks made
	expect_has removed
	run -125 k run --rm --security-opt seccomp=/etc/passwd "$ROOT" true
	expect_has /etc/passwd:1:1
	run -2 k run --rm --security-opt seccomp=/nosuch "$ROOT" true
}

@test "masked and read-only paths" {
	needs root
	run -0 k run --rm "$ROOT" sh -c 'wc -c </proc/keys; ls /sys/firmware | wc -l'
	expect_output $'0\n0'
	run -1 k run --rm "$ROOT" sh -c 'echo x >/proc/sys/kernel/hostname'
	expect_has 'Read-only file system'
	run -0 k run --rm --security-opt systempaths=unconfined "$ROOT" \
		grep -c ' /proc/keys ' /proc/mounts || [ "$output" = 0 ]
	run -0 k run --rm --security-opt mask=/etc/passwd "$ROOT" cat /etc/passwd
	expect_output ""
	run k run --rm --security-opt unmask=/proc/keys "$ROOT" grep -c ' /proc/keys ' /proc/mounts
	expect_output 0
}

@test "new privileges can be allowed" {
	needs root
	run -0 k run --rm --security-opt no-new-privileges=false "$ROOT" \
		grep NoNewPrivs /proc/self/status
	expect_output $'NoNewPrivs:\t0'
}

@test "sysctls of its namespaces" {
	needs root
	run -0 k run --rm --sysctl net.ipv4.ip_forward=1 "$ROOT" \
		cat /proc/sys/net/ipv4/ip_forward
	expect_output 1
	run -125 k run --rm --sysctl kernel.panic=1 "$ROOT" true
	expect_has kernel.panic
	run -2 k run --rm --sysctl nothing "$ROOT" true
	nothing_left
}

@test "--privileged: all capabilities, no filter, nothing masked" {
	needs root
	run -0 k run --rm --privileged "$ROOT" sh -c \
		'grep -E "NoNewPrivs|Seccomp:" /proc/self/status; grep -c "^none /proc" /proc/mounts; grep CapBnd /proc/self/status'
	expect_has $'NoNewPrivs:\t0\nSeccomp:\t0\n0'
	expect_lacks 00000000a80425fb
	run -0 k run --rm --privileged "$ROOT" stat -c '%F %t %T' /dev/kmsg
	expect_output 'character special file 1 b'
}

@test "what this machine does not have is said" {
	needs root
	run -2 k run --rm --security-opt secomp=x "$ROOT" true
	expect_has "did you mean 'seccomp'?"
	[ -d /sys/kernel/security/apparmor ] ||
		{ run -125 k run --rm --security-opt apparmor=x "$ROOT" true
		  expect_has AppArmor; }
	run -0 k run --rm --security-opt apparmor=unconfined --security-opt label=disable "$ROOT" true
}
