#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""uninstall.py BUILD [DESTDIR] - remove what `meson install` put there"""
import json
import os
import subprocess
import sys

build, destdir = sys.argv[1], (sys.argv[2:] or [""])[0]
plan = subprocess.run(["meson", "introspect", "--installed", build],
                      check=True, capture_output=True, text=True)
for path in json.loads(plan.stdout).values():
    path = destdir + path
    if os.path.islink(path) or os.path.isfile(path):
        os.remove(path)
    elif os.path.isdir(path) and os.path.basename(path) == "kist":
        subprocess.run(["rm", "-r", path], check=True)
