# SPDX-License-Identifier: Apache-2.0
# why-rights.bats - kist why: whose a file, a process or a setting is; each
# refusal is real, and its remedy is tried

load helpers
load why

setup() { start_test; }
teardown() { end_test; }

as='setpriv --reuid kisttest --regid kisttest --clear-groups --reset-env'

@test "a folder that may not be entered: the way to a file, to an image, to be made in" {
	needs root kist user
	in_mounts "as='$as'; "'
		chmod 755 .; mkdir -m 700 shut; mkdir -p shut/in; echo x >shut/f
		refused PATH_CLOSED "mode 0700, user 0" $as cat "$D/shut/f"
		refused PATH_CLOSED "mode 0700, user 0" $as sh -c "cd $D/shut"
		refused PATH_CLOSED "mode 0700, user 0" $as mknod "$D/shut/n" c 1 3
		refused PATH_CLOSED "mode 0700, user 0" $as mv "$D/shut/f" "$D/shut/g"
		told=$($as "$KIST" why EACCES mount "$D/shut/in" /mnt)
		grep -q "may not go through the folder .*/shut" <<<"$told" || { echo "$told"; exit 1; }
		! grep -q CAP_SYS_ADMIN <<<"$told" || { echo "$told"; exit 1; }
		works chmod a+x shut; works $as cat "$D/shut/f"
	'
	mkdir -m 700 "$SCRATCH/shut"
	mkdir "$SCRATCH/shut/image"
	as_user true
	run -125 setpriv --reuid "$TEST_USER" --regid "$TEST_USER" --clear-groups \
		env HOME="$SCRATCH/home" "$SCRATCH/home/bin/kist" --root "$SCRATCH/home/r" \
		--data-root "$SCRATCH/home/d" run "$SCRATCH/shut/image" true
	expect_has "hint: have its owner allow it: chmod a+x '$SCRATCH/shut', or keep the files elsewhere"
}

@test "the mode of a file says what it lacks, for this user and this call" {
	needs root kist user
	in_mounts "as='$as'; "'
		chmod 755 .; mkdir dir; echo x >f; chmod 600 f; echo x >own; chown kisttest own; chmod 0 own
		lacks() { refused PATH_MODE "mode 0" "${@:2}"
			"$KIST" why --json -- "${@:2}" 2>/dev/null | grep -q "it lacks $1\"" || { echo "not $1: ${*:2}"; exit 1; }; }
		lacks o+r $as cat "$D/f"
		lacks o+w $as sh -c "echo y >$D/f"
		lacks o+rw $as sh -c "echo y <>$D/f"
		lacks o+w $as touch "$D/dir/new"
		lacks o+w $as mkdir "$D/dir/new"
		lacks o+w $as mv "$D/f" "$D/g"
		lacks o+w $as ln -s x "$D/dir/new"
		lacks u+r $as cat "$D/own"
		works chmod u+r own; works $as cat "$D/own"
		works chmod o+r f; works $as cat "$D/f"
		works chmod o+w dir; works $as touch "$D/dir/new"
		# root of a user namespace has the capability, but not over these
		refused PATH_UNMAPPED "does not map both" \
			$as unshare -Ur sh -c "echo y >$D/f"
	'
}

@test "what is the owner's alone, and names in a sticky folder" {
	needs root kist user
	in_mounts "as='$as'; "'
		chmod 755 .; mkdir -m 1777 all; echo x >all/f; chmod 644 all/f
		refused OWNER_ONLY "without CAP_FOWNER" $as chmod 666 "$D/all/f"
		refused OWNER_ONLY "without CAP_FOWNER" $as perl -e "utime(1, 1, q($D/all/f)) or die qq(\$!\n)"
		works $as cp "$D/all/f" "$D/all/copy"; works $as chmod 666 "$D/all/copy"
		refused STICKY "mode 1777" $as rm -f "$D/all/f"
		refused STICKY "mode 1777" $as mv "$D/all/f" "$D/all/g"
		refused STICKY "mode 1777" $as mv "$D/all/copy" "$D/all/f"
		works rm "$D/all/f"
	'
}

@test "signals to a process of another user, and one that is traced already" {
	needs root kist user
	in_mounts "as='$as'; "'
		held sleep sleep 300
		refused SIGNAL_USER "is of user 0, and process" $as /usr/bin/kill $pid
		if command -v strace >/dev/null; then
			strace -o /dev/null -p $pid & tracer=$!
			until grep -q "TracerPid:.*$tracer" /proc/$pid/status; do sleep 0.02; done
			refused PROCESS_TRACED "is $tracer" strace -o /dev/null -p $pid
			kill $tracer; wait $tracer || :
		fi
		refused PROCESS_OTHER_USER "Uid 0" $as strace -o /dev/null -p $pid
		works /usr/bin/kill $pid
	'
}

@test "settings: of a namespace, of the machine, told only, out of range, by a call" {
	needs root kist user
	local before
	before=$(cat /proc/sys/kernel/pid_max)
	in_mounts "as='$as'; "'
		chmod 755 .
		cd /
		$as "$KIST" why EACCES /proc/sys/kernel/pid_max | grep -q "is one of the pid namespace" || exit 1
		refused SYSCTL_OWNER "where it is not root" $as sh -c "echo 5000 >/proc/sys/kernel/pid_max"
		refused SYSCTL_OWNER "belongs to user:" $as unshare -Ur sh -c "echo 5000 >/proc/sys/kernel/pid_max"
		refused SYSCTL_OWNER "belongs to" $as sh -c "echo 50 >/proc/sys/kernel/shmmni"
		works $as "$KIST" unshare -r --ipc sh -c "echo 50 >/proc/sys/kernel/shmmni"
		refused SYSCTL_OWNER "belongs to" $as sh -c "echo 50 >/proc/sys/user/max_net_namespaces"
		works $as "$KIST" unshare -r --user sh -c "echo 50 >/proc/sys/user/max_net_namespaces"
		refused SYSCTL_MACHINE "not the machine" $as unshare -Ur sh -c "echo 1 >/proc/sys/vm/overcommit_memory"
		refused SYSCTL_NAMES "not the machine" $as unshare -Uru sh -c "echo x >/proc/sys/kernel/hostname"
		works $as "$KIST" unshare -ru hostname NAME
		refused SYSCTL_READ_ONLY "mode 0444" sh -c "echo x >/proc/sys/kernel/osrelease"
		refused SYSCTL_VALUE "was written, and it is" sh -c "echo 5 >/proc/sys/kernel/pid_max"
	' || { echo "$before" >/proc/sys/kernel/pid_max; false; }
	[ "$(cat /proc/sys/kernel/pid_max)" = "$before" ]
}
