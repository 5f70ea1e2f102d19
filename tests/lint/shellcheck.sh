#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# all scripts, bats files too
cd "$(dirname "$0")/../.." || exit 1
git ls-files '*.sh' .ci/run | xargs shellcheck -x -S warning || exit 1
git ls-files '*.bash' '*.bats' | xargs -r shellcheck -x -s bats -S warning \
	-e SC2030,SC2031,SC2034,SC2154,SC1091
