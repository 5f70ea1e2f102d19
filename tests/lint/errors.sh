#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# errors.sh - every error id is named by a test, and used by the code
cd "$(dirname "$0")/../.." || exit 1
bad=0

for id in $(sed -n 's/^KIST_ERROR(\([A-Z_0-9]*\),.*/\1/p' include/kist/errors.def); do
	grep -rqwE "(KIST_E_)?$id" tests --include='*.c' --include='*.bats' ||
		{ echo "no test provokes $id"; bad=1; }
	grep -rqwE "KIST_E_$id" src ||
		{ echo "nothing fails with $id"; bad=1; }
done
exit $bad
