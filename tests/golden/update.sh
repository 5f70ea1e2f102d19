#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# update.sh - write the plans anew after an intended change; read `git diff`
cd "$(dirname "$0")/../.." || exit 1
ninja -C build/glibc --quiet tests/test_container_golden || exit 1
KIST_GOLDEN_UPDATE=1 KIST_TEST_DATA=$PWD/tests/data \
	build/glibc/tests/test_container_golden && git diff --stat tests/golden
