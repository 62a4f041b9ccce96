# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of droverctl have in common: see test-cli.py."""

import importlib.machinery
import importlib.util
import signal
import sys
import traceback
from pathlib import Path

sys.dont_write_bytecode = True


def load(name):
  """A script beside this one, as a module."""
  path = Path(__file__).with_name(name)
  loader = importlib.machinery.SourceFileLoader(path.stem.replace("-", "_"), str(path))
  module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
  loader.exec_module(module)
  return module


cli = load("test-cli.py")


def main(tests, droverctl):
  """Runs each test_NAME in TESTS in a home of its own; prints TAP."""
  signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
  tests = [(name[5:], test) for name, test in tests.items() if name.startswith("test_")]
  print(f"TAP version 14\n1..{len(tests)}", flush=True)
  good = True
  for number, (name, test) in enumerate(tests, 1):
    home = cli.Home(droverctl)
    try:
      test(home)
      print(f"ok {number} - {name}", flush=True)
    except cli.Skip as why:
      print(f"ok {number} - {name} # SKIP {why}", flush=True)
    except Exception:    # pylint: disable=broad-except
      good = False
      traceback.print_exc()
      print(f"not ok {number} - {name}", flush=True)
    finally:
      home.close()
  return 0 if good else 1
