#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""30 guests, and the application killed and started anew 20 times: tests/app/test-soak.c, long."""

import os
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
BUILD = TOP / "build/dev"

env = dict(os.environ, DROVER_SOAK=os.environ.get("DROVER_SOAK", "30 20"),
           GSETTINGS_SCHEMA_DIR=str(BUILD / "data"))
sys.exit(subprocess.run([TOP / "build-aux/with-display", BUILD / "tests/app/test-soak"], env=env,
                        check=False).returncode)
