#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# child_image.sh PROGRAM TEMPLATE STRIPPED SOURCE - the child as an assembly file
set -eu
strip -o "$3" "$1"
sed "s|@KIST_INIT@|$3|" "$2" >"$4"
