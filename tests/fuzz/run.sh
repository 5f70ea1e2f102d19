#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run.sh [SECONDS] - feed each parser what libFuzzer makes up, ten seconds each,
# under AddressSanitizer and UBSan. TAP on stdout.
#
# It begins with tests/fuzz/seeds and the configurations of the golden tests, and
# goes on with what earlier runs found worth keeping (build/fuzz).
set -u
cd "$(dirname "$0")/../.." || exit 1
seconds=${1:-10}
mkdir -p build

if ! command -v clang >/dev/null; then
	echo "ok 1 - fuzzing # SKIP no clang"
	exit 0
fi

libs=(build/fuzz/src/libkist-{format,kernel,sys,base}.a)
[ -e build/fuzz/build.ninja ] || CC=clang meson setup build/fuzz -Dprograms=false \
	-Dlibrary=false -Dexamples=false -Dtests=false -Dwerror=false \
	-Db_sanitize=address,undefined -Db_lundef=false \
	-Dc_args=-fsanitize=fuzzer-no-link >build/fuzz.log 2>&1
if ! ninja -C build/fuzz "${libs[@]#build/fuzz/}" >build/fuzz.log 2>&1; then
	echo "not ok 1 - building with clang"
	tail -n 30 build/fuzz.log
	exit 1
fi

# One target: a line of TAP, and what was wrong.
fuzz() {
	local target=$1 name program corpus
	name=$(basename "$target" .c)
	program=build/fuzz/$name
	corpus=build/fuzz/corpus-$name
	mkdir -p "$corpus"
	find tests/fuzz/seeds tests/golden -name '*.json' -size -64k \
		-exec cp -t "$corpus" {} + 2>/dev/null
	if clang -std=gnu11 -D_GNU_SOURCE= -g -O1 -iquote src -Iinclude \
		-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
		"$target" "${libs[@]}" -o "$program" 2>"$program.log" &&
		"$program" -max_total_time="$seconds" -timeout=5 -max_len=20000 \
			-verbosity=0 -artifact_prefix="$program-" \
			"$corpus" >"$program.log" 2>&1; then
		echo "ok 1 - $name, $seconds s"
	else
		echo "not ok 1 - $name"
		tail -n 30 "$program.log"
	fi
}

# As many at a time as there are processors.
for target in tests/fuzz/fuzz_*.c; do
	while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do
		wait -n
	done
	fuzz "$target" >"build/fuzz/$(basename "$target" .c).tap" &
done
wait
cat build/fuzz/fuzz_*.tap
! grep -q '^not ok' build/fuzz/fuzz_*.tap
