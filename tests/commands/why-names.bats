# SPDX-License-Identifier: Apache-2.0
# why-names.bats - kist why: names that are taken, folders, and files that are
# to go from one place to another; each refusal is real, its remedy is tried

load helpers
load why

setup() { start_test; }
teardown() { end_test; }

@test "what a name is already: a folder, full, taken, a mount, the place itself" {
	needs root kist
	in_mounts '
		mkdir d; touch d/f
		refused IS_FOLDER "is a folder" cat d
		refused IS_FOLDER "is a folder" sh -c "echo x >$D/d"
		works cp -r d e
		refused NOT_EMPTY "1 name is in it, the first*f" rmdir d
		works rm -r d
		refused NAME_TAKEN "is a folder" mkdir e
		refused NAME_TAKEN "is a folder" ln -sT x e
		works rm -r e; works mkdir e
		mount -t tmpfs t e
		refused NAME_MOUNTED "tmpfs of t is mounted" rmdir e
		works umount e; works rmdir e
		mkdir a; ls a >/dev/null
		refused RENAME_INSIDE "/a/b* is below" /usr/bin/python3 -c "import os; os.rename(\"a\", \"a/b\")"
		works mv a b
	'
}

@test "to another file system, to another mount of it, off a layer" {
	needs root kist
	command -v /usr/bin/python3 >/dev/null || skip "needs python3"
	in_mounts '
		py() { printf "import os; %s" "$1"; }
		mkdir a b; mount -t tmpfs o b; echo x >a/f
		refused CROSS_FS "on tmpfs" ln a/f b/f
		works ln -s "$D/a/f" b/f; rm b/f
		refused CROSS_FS "on tmpfs" /usr/bin/python3 -c "$(py "os.rename(\"a/f\", \"b/g\")")"
		works sh -c "cp -a a/f b/g && rm -r a/f"
		umount b
		echo x >a/f; mount --bind a b
		refused CROSS_MOUNT "both of" ln a/f b/h
		refused CROSS_MOUNT "both of" /usr/bin/python3 -c "$(py "os.rename(\"a/f\", \"b/g\")")"
		works ln a/f a/h
		umount b
		# a file without a name
		mount -t tmpfs o b
		refused CROSS_FS "on tmpfs" /usr/bin/python3 -c "$(py "
f = os.open(\"a\", os.O_TMPFILE | os.O_WRONLY)
os.link(f\"/proc/self/fd/{f}\", \"b/t\", src_dir_fd=os.open(\"/\", 0))")"
		works /usr/bin/python3 -c "$(py "
f = os.open(\"a\", os.O_TMPFILE | os.O_WRONLY)
os.link(f\"/proc/self/fd/{f}\", \"a/t\", src_dir_fd=os.open(\"/\", 0))")"
		mkdir low low/dir up work over
		mount -t overlay -o lowerdir=low,upperdir=up,workdir=work,redirect_dir=off o over
		refused CROSS_LAYER "without redirect_dir=on" \
			/usr/bin/python3 -c "$(py "os.rename(\"over/dir\", \"over/other\")")"
		works mv over/dir over/other
		umount over; rm -r up work; mkdir up work
		mount -t overlay -o lowerdir=low,upperdir=up,workdir=work,redirect_dir=on o over
		works /usr/bin/python3 -c "$(py "os.rename(\"over/dir\", \"over/other\")")"
	'
}

@test "paths that a program wants to stay within: openat2, O_NOFOLLOW" {
	needs root kist
	command -v /usr/bin/python3 >/dev/null || skip "needs python3"
	in_mounts '
		cat >open.py <<-END
			import ctypes, os, struct, sys
			libc = ctypes.CDLL(None, use_errno=True)
			how = struct.pack("QQQ", os.O_RDONLY, 0, int(sys.argv[2], 16))
			fd = libc.syscall(437, -100, sys.argv[1].encode(), how, 24)
			sys.exit(os.strerror(ctypes.get_errno()) if fd < 0 else 0)
		END
		mkdir a m; echo x >a/f; ln -s f a/l; mount -t tmpfs t m
		refused CROSS_RESOLVE "resolve 0x8" /usr/bin/python3 open.py ../f 8
		refused CROSS_RESOLVE "resolve 0x1" /usr/bin/python3 open.py m 1
		works /usr/bin/python3 open.py a/f 8
		refused NOFOLLOW RESOLVE_NO_SYMLINKS /usr/bin/python3 open.py a/l 4
		refused NOFOLLOW O_NOFOLLOW dd if=a/l iflag=nofollow of=/dev/null
		works /usr/bin/python3 open.py "$(readlink -f a/l)" 4
	'
}
