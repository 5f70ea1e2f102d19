#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# hostile.bats - images made to lead the runtime astray: whatever becomes of the
# container, nothing of this machine changes

load helpers

setup_file() {
	export ADVERSARY=$BATS_FILE_TMPDIR/adversary
	cc -O1 -static -o "$ADVERSARY" "$BATS_TEST_DIRNAME/adversary.c" || :
}

setup() {
	start_test
	needs oci root
	make_host
}

teardown() { end_test; }

can_adversary() {
	reason="adversary.c was not compiled"
	[ -x "$ADVERSARY" ]
}

# What must not change: names that runtimes make, replace or write to.
make_host() {
	HOST=$SCRATCH/host
	mkdir -p "$HOST"/{dev/pts,proc/self/attr,sys,etc,dest,shm}
	local name
	for name in null zero full random urandom tty ptmx console core fd stdin \
		pts/ptmx; do
		echo kept >"$HOST/dev/$name"
		case $name in */*) ;; *) echo kept >"$HOST/$name" ;; esac
	done
	echo kept >"$HOST/proc/self/attr/exec"
	echo root:x:0:0::/stolen: >"$HOST/passwd"
	look_at_host >"$SCRATCH/host-before"
}

look_at_host() {
	(cd "$HOST" && find . -printf '%p %y %m %U %T@ %l\n' | sort &&
		find . -type f -exec cat {} +)
	grep -c . /proc/self/mountinfo
}

host_unchanged() {
	look_at_host | diff "$SCRATCH/host-before" - || return 1
	machine_unchanged
}

# Few programs: it is copied often.
small_root() {
	local root=$SCRATCH/b/rootfs template=$BATS_FILE_TMPDIR/root name
	if [ ! -e "$template" ]; then
		mkdir -p "$template"/{bin,dev,etc,mnt,proc,sys,tmp}
		cp "$(command -v busybox)" "$template/bin/"
		for name in sh true sleep stat pwd; do
			ln -s busybox "$template/bin/$name"
		done
		echo root:x:0:0:root:/root:/bin/sh >"$template/etc/passwd"
		chown -hR 100000:100000 "$template" # root of $userns
	fi
	rm -rf --one-file-system "$root"
	mkdir -p "$SCRATCH/b"
	cp -a "$template" "$root"
}

# hostile_root NAME TARGET - a root in which NAME is a link to TARGET
hostile_root() {
	small_root
	rm -rf "$SCRATCH/b/rootfs/$1"
	ln -s "$2" "$SCRATCH/b/rootfs/$1"
}

busy='.mounts += [
		{destination: "/mnt/bind", type: "bind", source: "/usr/share",
			options: ["rbind", "ro"]},
		{destination: "/mnt/tmp/deep", type: "tmpfs", source: "tmpfs"}]
	| .linux.devices = [{path: "/dev/fuse", type: "c", major: 10, minor: 229,
		fileMode: 438, uid: 0, gid: 0},
		{path: "/mnt/node", type: "c", major: 1, minor: 3}]'

# Without a mount at /dev the nodes are made in the image's.
bare='del(.mounts[] | select(.destination | startswith("/dev")))'

userns='.linux.namespaces += [{type: "user"}]
	| .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
	| .linux.gidMappings = .linux.uidMappings'

@test "links in the image lead nowhere outside of it" {
	local name target config ran=0 bad=0
	small_root
	make_bundle "$SCRATCH/b" "$busy"
	cp "$SCRATCH/b/config.json" "$SCRATCH/busy.json"
	make_bundle "$SCRATCH/b" "$busy | $bare"
	cp "$SCRATCH/b/config.json" "$SCRATCH/bare.json"
	make_bundle "$SCRATCH/b" "$busy | $bare | $userns"
	cp "$SCRATCH/b/config.json" "$SCRATCH/userns.json"
	for name in proc sys dev dev/pts dev/null dev/ptmx dev/shm etc mnt \
		mnt/bind mnt/tmp mnt/node; do
		for target in "$HOST" "../../../../../../..$HOST/dev" \
			"$HOST/null" /nowhere /proc/self/fd; do
			hostile_root "$name" "$target"
			for config in busy bare userns; do
				run timeout 10 "$OCI" --root "$STATE" run --config \
					"$SCRATCH/$config.json" -b "$SCRATCH/b" one
				case $status in
				0) ran=$((ran + 1)) ;;
				1) ;;
				*) bad=1; echo "$name -> $target: $output" ;;
				esac
			done
			look_at_host | diff "$SCRATCH/host-before" - && continue
			echo "$name -> $target"
			bad=1
		done
	done
	# Most of them are harmless inside.
	[ $ran -gt 50 ]
	host_unchanged && [ $bad = 0 ]
}

@test "/proc and /sys are no links, or the container does not start" {
	local name target
	for name in proc sys; do
		for target in "$HOST/$name" /etc ../etc; do
			hostile_root $name "$target"
			make_bundle "$SCRATCH/b"
			run oci run -b "$SCRATCH/b" one
			expect_status 1
			expect_has "/$name"
		done
	done
	host_unchanged
}

@test "a /dev/null of the image does not become a mask" {
	hostile_root dev/null /proc/sysrq-trigger
	make_bundle "$SCRATCH/b" "$bare"' | .linux.maskedPaths = ["/etc/passwd"]
		| .process.args = ["stat", "-c", "%t:%T", "/etc/passwd"]'
	run oci run -b "$SCRATCH/b" one
	if [ "$status" = 0 ]; then expect_output 1:3; fi
	host_unchanged
}

@test "a terminal is opened on a devpts or not at all" {
	local target
	can_terminal || skip "$reason"
	for target in "$HOST/dev" "../../../..$HOST/dev" /tmp; do
		hostile_root dev/pts "$target"
		make_bundle "$SCRATCH/b" "$bare | .process.terminal = true"
		run timeout 10 script -qec "$OCI --root $STATE run -b $SCRATCH/b one" \
			/dev/null
		[ "$status" != 0 ]
	done
	host_unchanged
}

@test "a working directory cannot be a file descriptor's" {
	local number path bad=0
	small_root
	make_bundle "$SCRATCH/b"
	cp "$SCRATCH/b/config.json" "$SCRATCH/config"
	for path in /proc/self/fd /proc/1/fd /dev/fd; do
		for number in 3 4 5 6 7 8 9 10 11 12 14 16 20; do
			jq --arg cwd $path/$number '.process.cwd = $cwd
				| .process.args = ["pwd"]' "$SCRATCH/config" \
				>"$SCRATCH/b/config.json"
			run oci run -b "$SCRATCH/b" one 7</ 8<"$HOST"
			[ "$status" = 1 ] || {
				echo "$path/$number: $status $output"
				bad=1
			}
		done
	done
	cp "$SCRATCH/config" "$SCRATCH/b/config.json"
	jq '.process.args = ["sleep", "100"]' "$SCRATCH/config" \
		>"$SCRATCH/b/config.json"
	oci run -d -b "$SCRATCH/b" one </dev/null >/dev/null 2>&1
	for number in 3 4 5 6 7 8 9 10 11 12; do
		run oci exec --cwd /proc/self/fd/$number one pwd 7</ 8<"$HOST"
		[ "$status" != 0 ] || { echo "exec $number: $output"; bad=1; }
	done
	oci delete --force one
	host_unchanged && [ $bad = 0 ]
}

@test "the runtime's program cannot be written to from inside" {
	local before number
	needs adversary
	before=$(sha256sum <"$OCI")
	small_root
	cp "$ADVERSARY" "$SCRATCH/b/rootfs/bin/adversary"
	ln -s /proc/self/exe "$SCRATCH/b/rootfs/bin/again"
	printf '#!/proc/self/exe\n' >"$SCRATCH/b/rootfs/bin/script"
	chmod 755 "$SCRATCH/b/rootfs/bin/script"
	chown -hR 0:0 "$SCRATCH/b/rootfs"
	make_bundle "$SCRATCH/b" '.root.readonly = false
		| .process.args = ["adversary", "overwrite"]'
	oci run -d -b "$SCRATCH/b" one </dev/null >"$SCRATCH/out" 2>&1
	for number in {1..25}; do
		# It may be busy being written to.
		timeout 5 "$OCI" --root "$STATE" exec one true 2>/dev/null || :
	done
	for number in /proc/self/exe again script; do
		run timeout 5 "$OCI" --root "$STATE" exec one $number
	done
	oci delete --force one
	# The image's own programs are its own business.
	run grep -vx "overwritten /bin/busybox" "$SCRATCH/out"
	expect_output ""
	for number in /proc/self/exe again script; do
		make_bundle "$SCRATCH/b" ".process.args = [\"$number\"]"
		run timeout 5 "$OCI" --root "$STATE" run -b "$SCRATCH/b" one
	done
	[ "$before" = "$(sha256sum <"$OCI")" ]
	host_unchanged
}

@test "who exchanges directories and links meanwhile gains nothing" {
	local try racers=() name ran=0 bad=0
	needs adversary
	hostile_root mnt/bind "$HOST/dest"
	mkdir -p "$SCRATCH/b/rootfs/mnt/"{a,b/bind,b/deep}
	make_bundle "$SCRATCH/b" '.process.args = ["sh", "-c", "echo x >/x/m/new"]
		| .mounts += [
		{destination: "/x/m", type: "tmpfs", source: "tmpfs"},
		{destination: "/x/n/deep/er", type: "tmpfs", source: "tmpfs"},
		{destination: "/x/b", type: "bind", source: "/usr/share",
			options: ["rbind", "ro"]}]
		| .linux.maskedPaths += ["/x/masked"]
		| .linux.readonlyPaths += ["/x/ro"]
		| .linux.devices = [{path: "/x/node", type: "c", major: 1, minor: 3}]'
	cd "$SCRATCH/b/rootfs" || return 1
	mkdir -p x/{m,n,b,masked,ro}
	ln -s "$HOST" x.link
	ln -s "../../../../../..$HOST/dev" dev.link
	ln -s "$HOST/proc" proc.link
	for name in x dev proc; do
		"$ADVERSARY" exchange $name $name.link &
		racers+=($!)
	done
	for try in {1..40}; do
		run timeout 10 "$OCI" --root "$STATE" run -b "$SCRATCH/b" one \
			</dev/null
		[ "$status" != 0 ] || ran=$((ran + 1))
		look_at_host | diff "$SCRATCH/host-before" - || bad=1
		[ $bad = 0 ] || break
	done
	echo "$ran ran"
	kill "${racers[@]}"
	wait "${racers[@]}" 2>/dev/null || :
	cd / || return 1
	host_unchanged && [ $bad = 0 ]
}

@test "users are looked up in files of the image, of bounded size" {
	local how
	for how in huge fifo link device; do
		small_root
		make_bundle "$SCRATCH/b" 'del(.process.env[] | select(
			startswith("HOME="))) | .process.args = ["sh", "-c",
			"echo home=$HOME"]'
		rm -f "$SCRATCH/b/rootfs/etc/passwd"
		case $how in
		huge) truncate -s 8G "$SCRATCH/b/rootfs/etc/passwd" ;;
		fifo) mkfifo "$SCRATCH/b/rootfs/etc/passwd" ;;
		link) ln -s "$HOST/passwd" "$SCRATCH/b/rootfs/etc/passwd" ;;
		device) mknod "$SCRATCH/b/rootfs/etc/passwd" c 1 5 ;;
		esac
		run bash -c "ulimit -v 200000; timeout 5 '$OCI' --root '$STATE' \
			run -b '$SCRATCH/b' one"
		expect_status 0
		expect_lacks stolen
	done
	host_unchanged
}

@test "what covers /proc is not what the runtime writes to" {
	mkdir -p "$SCRATCH/fake/self/attr" "$SCRATCH/fake/sys/kernel"
	echo kept >"$SCRATCH/fake/self/oom_score_adj"
	echo kept >"$SCRATCH/fake/sys/kernel/msgmax"
	make_bundle "$SCRATCH/b" ".mounts += [{destination: \"/proc\",
			type: \"bind\", source: \"$SCRATCH/fake\",
			options: [\"bind\"]}]
		| .process.oomScoreAdj = 77
		| .linux.sysctl = {\"kernel.msgmax\": \"5000\"}
		| .process.args = [\"sleep\", \"100\"]"
	oci run -d -b "$SCRATCH/b" --pid-file "$SCRATCH/pid" one \
		</dev/null >/dev/null 2>&1
	[ "$(cat "/proc/$(cat "$SCRATCH/pid")/oom_score_adj")" = 77 ]
	run nsenter -t "$(cat "$SCRATCH/pid")" -i cat /proc/sys/kernel/msgmax
	expect_output 5000
	oci exec one true
	oci delete --force one
	[ "$(cat "$SCRATCH/fake/self/oom_score_adj")" = kept ]
	[ "$(cat "$SCRATCH/fake/sys/kernel/msgmax")" = kept ]
	host_unchanged
}
