#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Stands in for a test whose tool is missing. 77 is how meson is told "skipped".
echo "Not tested: $1 is not installed." >&2
exit 77
