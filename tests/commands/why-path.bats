#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# why-path.bats - kist why: what a path leads to, and who may follow it; each
# refusal is real, and its remedy is tried

load helpers
load why

setup() { start_test; }
teardown() { end_test; }

as='setpriv --reuid kisttest --regid kisttest --clear-groups --reset-env'

@test "nothing there: the part that is, the nearest name, a link to nothing" {
	needs root kist
	in_mounts '
		refused PATH_MISSING "nothing called *nope" cat /nope/x
		told PATH_MISSING "nothing called *nope" ENOENT open /nope/x
		refused PATH_MISSING "nothing called *file" cat "$D/file"
		works touch file; works cat "$D/file"
		refused PATH_TYPO "has no *fiel*, but a *file" cat "$D/fiel"
		told PATH_TYPO "has no *fiel*, but a *file" ENOENT open "$D/fiel"
		ln -s gone link
		refused PATH_DANGLING "is a link to *gone" cat link
		works ln -sfn file link; works cat link
		refused PATH_NOT_FOLDER "file* is a file" cat file/x
		works cat file
	'
}

@test "a mount that follows no links" {
	needs root kist
	in_mounts '
		echo x >f; ln -s f l
		mount -o remount,bind,nosymfollow "$D"
		refused NOSYMFOLLOW "nosymfollow" cat l
		works cat f
		works mount -o remount,bind,symfollow "$D"; works cat l
	'
}

@test "folders where everyone may write: links, files and hard links of others" {
	needs root kist user
	local before
	before=$(grep -H . /proc/sys/fs/protected_{symlinks,regular,fifos,hardlinks})
	for i in symlinks regular fifos hardlinks; do
		echo 1 >"/proc/sys/fs/protected_$i"
	done
	run in_mounts "as='$as'; "'
		chmod 755 .; mkdir -m 1777 all; chown 2:2 all
		echo x >f; ln -s ../f all/l; chown -h 1:1 all/l
		refused PROTECTED_SYMLINK "fs.protected_symlinks is 1" \
			$as cat "$D/all/l"
		works $as cat "$D/f"
		echo x >all/f; chown 1:1 all/f; chmod 666 all/f
		refused PROTECTED_FILE "fs.protected_regular is 1" \
			$as sh -c "echo y >$D/all/f"
		works $as dd if=/dev/null of="$D/all/f" conv=nocreat,notrunc status=none
		refused PROTECTED_HARDLINK "fs.protected_hardlinks is 1" \
			$as ln "$D/f" "$D/all/hard"
		works $as ln -s "$D/f" "$D/all/soft"
		works $as cp "$D/f" "$D/all/copy"
	'
	while IFS=: read -r file value; do echo "$value" >"$file"; done <<<"$before"
	expect_status 0
}

@test "a set-user-ID program that is none: nosuid, and an owner who is not mapped" {
	needs root kist user
	in_mounts "as='$as'; "'
		chmod 755 .; mkdir -m 755 a b
		mount -t tmpfs -o nosuid,mode=755 t a
		cp /bin/mount a/; cp /bin/mount b/; chmod 4755 a/mount b/mount
		refused NOSUID "is mounted *nosuid" \
			$as a/mount -i -t tmpfs t "$D/b"
		works mount -o remount,bind,suid "$D/a"
		# it is root again, who is told by itself that there is no rule
		$as a/mount -t tmpfs t "$D/b" 2>&1 | grep -q "must be superuser"
		chown 1:1 b/mount; chmod 4755 b/mount
		refused SETUID_UNMAPPED "belongs to user 1" \
			/usr/bin/unshare -U b/mount -i -t tmpfs t "$D/b"
	'
}

@test "devices on what a user namespace mounted" {
	needs root kist
	in_mounts '
		mkdir low m; mknod low/n c 1 3; chmod 666 low/n
		lay="mount -t overlay -o lowerdir=$D/low:$D/m o $D/m"
		refused DEVICE_INNER "is overlay" \
			/usr/bin/unshare -Urm sh -c "$lay && exec cat $D/m/n"
		works /usr/bin/unshare -Urm sh -c "$lay &&
			mount --bind /dev/null $D/m/n && exec cat $D/m/n"
	'
}

@test "a program that a package has" {
	needs root kist
	local name
	for name in criu fuse-overlayfs slirp4netns pasta capsh ping ''; do
		command -v "${name:-true}" >/dev/null || break
	done
	[ -n "$name" ] || skip "needs a program of kist's list that is not there"
	in_mounts "name=$name; "'
		refused EXEC_PACKAGE "no *$name* is in PATH" $name
		mkdir bin; cp /bin/true bin/$name; PATH+=:$D/bin
		works $name
	'
}

@test "the files of the whole machine" {
	needs root kist
	in_mounts '
		printf "5\t0\t5\n" >nr; echo 5 >max
		mount --bind nr /proc/sys/fs/file-nr
		mount --bind max /proc/sys/fs/file-max
		told FILES_MACHINE "5 are open" ENFILE open /etc/hostname
		echo 500 >max
		! "$KIST" why --json ENFILE open /etc/hostname |
			jq -e ".findings[0].certain" || exit 1
	'
}
