#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# why-exec.bats - kist why: programs that do not start, files that do not open;
# each refusal is real, and its remedy is tried

load helpers
load why

setup() { start_test; }
teardown() { end_test; }

@test "a program that is not there, or not whole" {
	needs root kist
	in_mounts '
		refused EXEC_TYPO "has *mount*" mounty
		refused EXEC_NOT_IN_PATH "PATH is" qqzzxx
		printf "#!/nope/sh\nexit 0\n" >s; chmod +x s
		refused EXEC_INTERPRETER "#!/nope/sh" ./s
		works sed -i "s,/nope/sh,/bin/sh," s; works ./s
		printf "#!/bin/sh\r\nexit 0\r\n" >s
		refused EXEC_RETURN "carriage return" ./s
		works sed -i "s/\r\$//" ./s; works ./s
		>e; chmod +x e
		refused EXEC_EMPTY "0 bytes" ./e
		works cp s e; works ./e
		echo exit 0 >t; chmod +x t
		refused EXEC_NO_MAGIC "begins with bytes 65 78" ./t
		works sh ./t
		cp /bin/true m; printf "\267" | dd of=m bs=1 seek=18 \
			conv=notrunc status=none
		refused EXEC_MACHINE "machine 183" ./m
		works cp /bin/true m; works ./m
		sed "s,/lib64/ld-linux-x86-64,/lib64/ld-nower-x86-64," \
			/bin/true >l; chmod +x l
		[ "$(uname -m)" != x86_64 ] ||
			refused EXEC_LOADER "PT_INTERP" ./l
	'
}

@test "a program that may not be executed" {
	needs root kist
	in_mounts '
		cp /bin/true x; chmod 644 x
		refused EXEC_BIT "mode 0644" ./x
		works chmod a+x ./x; works ./x
		mkdir d
		refused EXEC_FOLDER "is a folder" ./d
		mount -o remount,bind,noexec "$D"
		refused NOEXEC "noexec" ./x
		works mount -o remount,bind,exec "$D"; works ./x
		exec 7>>x
		refused TEXT_BUSY "descriptor 7" ./x
		exec 7>&-
		works ./x
		cp /bin/sleep run; ./run 60 3>&- & pid=$!
		trap "kill $pid 2>/dev/null" EXIT
		for i in {1..100}; do
			[ "$(cat /proc/$pid/comm)" = run ] && break
			sleep 0.05
		done
		refused TEXT_BUSY "$pid (run): its program" \
			sh -c "echo x >>run"
		kill $pid; wait $pid 2>/dev/null
		works sh -c "echo x >>run"
		cp /bin/true c
		if setcap cap_sys_admin+ep c 2>/dev/null; then
			refused EXEC_FILE_CAPS "security.capability" \
				setpriv --bounding-set=-sys_admin ./c
			works setcap -r c
			works setpriv --bounding-set=-sys_admin ./c
		fi
		refused EXEC_ARGUMENTS "RLIMIT_STACK" \
			sh -c "/bin/true \$(head -c 200000 /dev/zero | tr \\\\0 x)"
	'
}

@test "a file that cannot be written" {
	needs root kist
	in_mounts '
		mkdir a b; mount -t tmpfs -o size=64k,nr_inodes=5 t a
		refused DISK_FULL "none for ordinary users" \
			sh -c "head -c 100000 /dev/zero >a/f"
		rm a/f
		works sh -c "head -c 1000 /dev/zero >a/f"
		>a/1; >a/2; >a/3
		refused INODES_FULL "all 5 inodes" sh -c ">a/4"
		works mount -o remount,nr_inodes=9 "$D/a"; works sh -c ">a/4"
		mount -o remount,bind,ro a
		refused READ_ONLY_MOUNT "is mounted ro" sh -c ">a/f"
		works mount -o remount,bind,rw "$D/a"; works sh -c ">a/f"
		mount -o remount,ro a
		refused READ_ONLY_FS "own options are ro" sh -c ">a/f"
		works mount -o remount,rw "$D/a"; works sh -c ">a/f"
		mknod n c 1 3; mount -o remount,bind,nodev "$D"
		refused NODEV "nodev" sh -c ">n"
		works mount --bind /dev/null "$D/n"; works sh -c ">n"
		umount n
		long=$(head -c 300 /dev/zero | tr \\0 x)
		refused NAME_LONG "has 300 bytes" sh -c ">$long"
		works sh -c ">short"
		ln -s y x; ln -s x y
		refused LINK_LOOP "ELOOP" sh -c ">x"
		ln -sfn short x; works sh -c ">x"
		ulimit -n 20
		refused FILES_PROCESS "RLIMIT_NOFILE is" bash -c \
			"for i in {1..40}; do exec {fd}</dev/null; done"
	'
}

@test "marks of a file" {
	needs root kist
	f=$TOP/build/why-marked.$$
	: >"$f"
	chattr +i "$f" 2>/dev/null || { rm -f "$f"; skip "no chattr here"; }
	run bash -c "$(declare -f refused works)
		KIST=$KIST
		refused IMMUTABLE 'mark' sh -c '>$f'
		works chattr -i $f; works sh -c '>$f'
		chattr +a $f
		refused APPEND_ONLY 'mark' sh -c '>$f'
		works sh -c 'echo >>$f'"
	chattr -ia "$f"
	rm -f "$f"
	expect_status 0
}

@test "the way to a file, for an ordinary user" {
	needs root kist user
	in_mounts '
		as="setpriv --reuid kisttest --regid kisttest"
		as+=" --clear-groups --reset-env"
		chmod 755 .; mkdir -m 700 shut; echo x >shut/f
		echo x >f; chmod 600 f
		refused PATH_CLOSED "shut*mode 0700" $as cat "$D/shut/f"
		works chmod a+x "$D/shut"; works $as cat "$D/shut/f"
		refused PATH_MODE "mode 0600" $as cat "$D/f"
		works chmod a+r f; works $as cat f
	'
}

@test "a user namespace has no rights over the files of others" {
	needs root kist
	in_mounts '
		mkdir -m 700 d; chown 1:1 d
		refused PATH_UNMAPPED "mode 0700, user 1" \
			/usr/bin/unshare -Ur sh -c ">d/f"
		chown 0:0 d
		works unshare -Ur sh -c ">d/f"
	'
}
