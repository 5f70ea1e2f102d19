# SPDX-License-Identifier: Apache-2.0
# engines.bats - kist-oci under the engines that are installed
#
# Podman and containerd run in a mount namespace of their own, with an own /run
# and own storage: nothing of them is on the machine but cgroups called kt-*,
# which are removed at the end. A holder process keeps the namespace.

load helpers

setup_file() {
	can_root && can_oci || return 0
	SHARED=$(mktemp -d /tmp/kte.XXXXXX)
	export SHARED
	make_image
	make_podman_conf
	unshare --mount --propagation private sh -c "mount -t tmpfs tmpfs /run &&
		mount -t tmpfs tmpfs /dev/shm && mkdir -p /run/lock &&
		mkdir -p /var/lib/containers &&
		mount -t tmpfs tmpfs /var/lib/containers &&
		touch '$SHARED/ready' && exec sleep 1000" 3>&- &
	HOLDER=$!
	export HOLDER
	eventually [ -e "$SHARED/ready" ]
	! can_podman || podman import "$SHARED/image.tar" box >"$SHARED/log" 2>&1
	! can_containerd || start_containerd
}

teardown_file() {
	[ -n "${SHARED:-}" ] || return 0
	[ ! -e "$SHARED/containerd.pid" ] || kill "$(cat "$SHARED/containerd.pid")"
	kill "$HOLDER"
	rmdir /var/lib/containers 2>/dev/null
	find /sys/fs/cgroup -depth -type d -path '*/kt-engines*' \
		-exec rmdir {} + 2>/dev/null
	rm -rf --one-file-system "$SHARED"
}

setup() { start_test; }

teardown() {
	[ -z "${SHARED:-}" ] || ! can_podman || podman rm -fa -t 0 >/dev/null
	end_test
}

make_image() {
	busybox_root "$SHARED/root"
	mkdir "$SHARED/root/data"
	echo of the image >"$SHARED/root/data/file"
	touch "$SHARED/root/etc/plain"
	tar -C "$SHARED/root" -cf "$SHARED/image.tar" .
}

# The one that people are given, and limits that this user may set.
make_podman_conf() {
	sed "s,\"/usr/local/bin/kist-oci\",\"$OCI\"," \
		"$TOP/contrib/engines/podman.conf" >"$SHARED/podman.conf"
	printf '%s\n' '[containers]' \
		'default_ulimits = ["nofile=256:256", "nproc=1000:1000"]' \
		>>"$SHARED/podman.conf"
}

start_containerd() {
	cat >"$SHARED/containerd.toml" <<-END
		version = 2
		root = "$SHARED/lib"
		state = "$SHARED/state"
		disabled_plugins = ["io.containerd.grpc.v1.cri",
			"io.containerd.internal.v1.opt"]
		[grpc]
		address = "$SHARED/socket"
		[ttrpc]
		address = "$SHARED/ttrpc"
	END
	nsenter --mount="/proc/$HOLDER/ns/mnt" containerd \
		--config "$SHARED/containerd.toml" >"$SHARED/log" 2>&1 3>&- &
	echo $! >"$SHARED/containerd.pid"
	eventually [ -S "$SHARED/socket" ]
	make_oci_image
	ctr image import "$SHARED/oci.tar" >/dev/null
}

# An OCI image of the one layer, made by hand.
make_oci_image() {
	local dir=$SHARED/oci layer config manifest
	mkdir -p "$dir/blobs/sha256"
	layer=$(blob <"$SHARED/image.tar")
	config=$(jq -nc --arg d "sha256:$layer" '{architecture: "amd64", os: "linux",
		config: {Env: ["PATH=/bin:/usr/bin"]},
		rootfs: {type: "layers", diff_ids: [$d]}}' | blob)
	manifest=$(jq -nc --arg l "$layer" --arg c "$config" \
		--argjson ls "$(size "$layer")" --argjson cs "$(size "$config")" '
		def d(t; h; s): {mediaType: ("application/vnd.oci.image." + t),
			digest: ("sha256:" + h), size: s};
		{schemaVersion: 2, config: d("config.v1+json"; $c; $cs),
		layers: [d("layer.v1.tar"; $l; $ls)]}' | blob)
	jq -nc --arg m "$manifest" --argjson s "$(size "$manifest")" '{schemaVersion: 2,
		manifests: [{mediaType: "application/vnd.oci.image.manifest.v1+json",
		digest: ("sha256:" + $m), size: $s,
		annotations: {"io.containerd.image.name": "local/box:latest"}}]}' \
		>"$dir/index.json"
	echo '{"imageLayoutVersion": "1.0.0"}' >"$dir/oci-layout"
	tar -C "$dir" -cf "$SHARED/oci.tar" .
}

blob() {
	local hash
	cat >"$SHARED/blob"
	hash=$(sha256sum <"$SHARED/blob")
	mv "$SHARED/blob" "$SHARED/oci/blobs/sha256/${hash%% *}"
	echo "${hash%% *}"
}

size() { stat -c %s "$SHARED/oci/blobs/sha256/$1"; }

can_podman() {
	reason="podman or conmon is not installed"
	command -v podman >/dev/null && command -v conmon >/dev/null
}

can_containerd() {
	# shellcheck disable=SC2034 # of helpers.bash
	reason="containerd and its ctr are not installed"
	command -v containerd >/dev/null && command -v ctr >/dev/null
}

# An engine that hangs must not hang the tests.
in_view() {
	timeout 30 nsenter --mount="/proc/$HOLDER/ns/mnt" --wd="$SHARED" "$@"
}

podman() {
	in_view env CONTAINERS_CONF="$SHARED/podman.conf" podman \
		--log-level error --runtime "${runtime:-kist-oci}" \
		--cgroup-manager cgroupfs --storage-driver vfs \
		--root "$SHARED/storage" --runroot /run/storage \
		--tmpdir /run/libpod "$@" 3>&-
}

# podman's run and create, in our cgroup, without a network
box() {
	local verb=$1
	shift
	podman "$verb" --network none --cgroup-parent /kt-engines "$@"
}

ctr() { in_view ctr --address "$SHARED/socket" --namespace kt-engines "$@" 3>&-; }

task() {
	ctr run --rm --runc-binary "$OCI" "$@"
}

# Lines "STATUS|words of its output|COMMAND"
table() {
	local wanted words command
	while IFS='|' read -r wanted words command; do
		echo "# $command"
		eval "run -$wanted $command" </dev/null
		expect_has "$words"
	done
}

# --- Podman ------------------------------------------------------------------

@test "podman: a run ends as its command did" {
	needs root oci podman
	table <<-'END'
		0||box run --rm box true
		7||box run --rm box sh -c "exit 7"
		127|executable file not found in $PATH|box run --rm box nosuch
		127|no such file or directory|box run --rm box /bin/nosuch
		126|permission denied|box run --rm box /etc/plain
		126|permission denied|box run --rm box /etc
	END
}

@test "podman: what a container is given" {
	needs root oci podman
	table <<-'END'
		0|uid=1000(app) gid=1000(app) groups=44(video)|box run --rm --user app box id
		0|/data|box run --rm -w /data box pwd
		0|Read-only|box run --rm --read-only box sh -c 'touch /x || :'
		0|file|box run --rm --tmpfs /data box ls /data
		0|plain|box run --rm -v $SHARED/root/etc:/new/v:ro box ls /new/v
		0|CapEff:	0000000000000000|box run --rm --cap-drop all box grep CapEff /proc/self/status
		0|Seccomp:	2|box run --rm box grep Seccomp: /proc/self/status
		0|100000|box run --rm --uidmap 0:100000:1000 --gidmap 0:100000:1000 box cat /proc/self/uid_map
		0|/dev/pts/0|box run --rm -t box tty
		0|hi|podman run --rm --network none --cgroups disabled box echo hi
		0|inner|box run --rm --hostname inner box hostname
	END
}

# What kist calls is this podman, with its options.
podman_in_path() {
	{
		echo '#!/bin/bash'
		declare -p SHARED HOLDER OCI PATH
		declare -f in_view podman
		echo 'podman "$@"'
	} >"$SCRATCH/bin/podman"
	chmod 755 "$SCRATCH/bin/podman"
}

@test "podman: kist enter by process id, id and name, whatever runs it" {
	needs root oci podman kist
	local runtime id pid
	mkdir "$SCRATCH/bin"
	podman_in_path
	for runtime in kist-oci crun runc; do
		# Others may not be there, or not work with these hierarchies.
		if ! box run -d --name one --hostname blue box sleep 1000 \
			>"$SCRATCH/log" 2>&1; then
			[ $runtime != kist-oci ]
			podman rm -f -t 0 one >/dev/null 2>&1 || :
			continue
		fi
		id=$(podman inspect -f '{{.Id}}' one)
		pid=$(podman inspect -f '{{.State.Pid}}' one)
		for target in "$pid" "podman:${id:0:12}" "podman:$id"; do
			run -0 "$KIST" enter "$target" sh -c \
				'hostname; cat /data/file /proc/1/comm; pwd; id -u'
			expect_output $'blue\nof the image\nsleep\n/\n0'
		done
		run -0 env PATH="$SCRATCH/bin:$PATH" \
			"$KIST" enter podman:one cat /data/file
		expect_output "of the image"
		run -0 "$KIST" enter --as app "$pid" id -un
		expect_output app
		podman rm -f -t 0 one >/dev/null
		run -125 env PATH="$SCRATCH/bin:$PATH" \
			"$KIST" enter podman:one true
		expect_has "podman has no running container 'one'"
	done
}

@test "podman: a life in the background" {
	needs root oci podman
	box run -d --name one box sh -c \
		'trap "echo ended; exit 5" TERM; while :; do sleep 0.1; done'
	table <<-'END'
		0|1000|podman exec -u app one id -u
		7||podman exec one sh -c "exit 7"
		127|executable file not found|podman exec one nosuch
		126|permission denied|podman exec one /etc
		0|/dev/pts/0|podman exec -t one tty
		0|sh|podman top one -eo comm
		0|kist-oci|podman inspect --format "{{.OCIRuntime}}" one
		0||podman stop -t 5 one
		0|ended|podman logs one
		0|5|podman wait one
		0||podman start one
		0||podman kill one
		0||podman rm -f one
		0||box create --name two box echo of two
		0||podman init two
		0|of two|podman start -a two
		0||podman rm two
	END
}

@test "podman: limits, pause and resume" {
	needs root oci podman memory pids freezer
	box run -d --name one --memory 64m --pids-limit 50 box sleep 100
	table <<-'END'
		0|67108864|podman exec one sh -c "cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || :"
		0||podman pause one
		0|paused|podman inspect --format "{{.State.Status}}" one
		0||podman unpause one
		0||podman rm -f -t 0 one
	END
}

@test "podman: a container may join another's namespaces" {
	needs root oci podman
	box run -d --name one box sleep 100
	run -0 podman run --rm --pid container:one --ipc container:one \
		--network container:one box ps -o comm
	expect_has sleep
	podman rm -f -t 0 one
}

@test "podman: ten at once" {
	needs root oci podman
	for i in {1..10}; do
		box run --rm box sh -c "exit $i" &
		jobs[i]=$!
	done
	for i in {1..10}; do
		status=0
		wait "${jobs[i]}" || status=$?
		expect_status "$i"
	done
	run -0 podman ps -aq
	expect_output ""
	[ -z "$(in_view ls /run/kist-oci)" ]
}

# --- containerd --------------------------------------------------------------

@test "containerd: a task ends as its command did" {
	needs root oci containerd
	table <<-'END'
		0||task local/box:latest one true
		7||task local/box:latest one sh -c "exit 7"
		1|executable file not found in $PATH|task local/box:latest one nosuch
		1|permission denied|task local/box:latest one /etc/plain
		0|plain|task --read-only --cwd /etc local/box:latest one ls
		0||task --null-io local/box:latest one echo nowhere
	END
}

@test "containerd: a life in the background" {
	needs root oci containerd
	ctr run -d --runc-binary "$OCI" local/box:latest one sh -c \
		'trap "exit 5" TERM; while :; do sleep 0.1; done'
	table <<-'END'
		0|RUNNING|ctr task ls
		0|1000|ctr task exec --user 1000 --exec-id e1 one id -u
		7||ctr task exec --exec-id e2 one sh -c "exit 7"
		1|executable file not found|ctr task exec --exec-id e3 one nosuch
		0||ctr task kill one
		0|STOPPED|eventually eval "ctr task ls | grep STOPPED"
		0|code 5|ctr task delete one
		0||ctr container rm one
		0||ctr run -d --runc-binary $OCI local/box:latest two sleep 100
		0||ctr task delete -f two
		0||ctr container rm two
	END
}

# --- what engines do besides -------------------------------------------------

@test "standard output that can only be read, or is closed, is /dev/null" {
	needs root oci
	make_bundle "$SCRATCH/b" '.process.args = ["echo", "nowhere"]'
	oci run -b "$SCRATCH/b" one 1</dev/null
	oci run -b "$SCRATCH/b" one <&- >&-
	oci run -b "$SCRATCH/b" one 1</dev/zero && return 1
	machine_unchanged
}
