#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# child_image.sh PROGRAM STRIPPED INC - what child_image.S includes
set -eu
strip -o "$2" "$1"
echo ".incbin \"$2\"" >"$3"
