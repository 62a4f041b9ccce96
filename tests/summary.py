#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""summary.py BUILD-FOLDER...: adds up what `meson test` wrote into its logs.

The last line is "N passed, N failed", with ", N skipped" when some were. Exits with 1 when
anything failed, when nothing passed, or when a log is missing.

It reads testlog.json, not the JUnit file: that one counts a TAP program which crashes or times
out after its first "ok" as one pass and no failure. In a TAP program every "ok" line counts, and
the program itself counts as one failure more when it ended badly without saying "not ok".
"""

import json
import re
import signal
import sys
from collections import defaultdict
from pathlib import Path

TAP_LINE = re.compile(r"(not )?ok\b\s*(\d+)?\s*(?:-\s+)?(.*?)\s*(?:#\s*(SKIP|TODO)\S*\s*(.*))?$",
                      re.IGNORECASE)
TAP_PLAN = re.compile(r"1\.\.(\d+)\s*(?:#\s*SKIP\S*\s*(.*))?$", re.IGNORECASE)
GOOD = {"OK", "SKIP", "EXPECTEDFAIL"}


class Counts:
  def __init__(self):
    self.passed = 0
    self.failed = []    # "name: reason"
    self.skipped = []

  def add(self, other):
    self.passed += other.passed
    self.failed += other.failed
    self.skipped += other.skipped

  def __str__(self):
    text = f"{self.passed} passed, {len(self.failed)} failed"
    return text + (f", {len(self.skipped)} skipped" if self.skipped else "")


def ending(entry):
  """How a test program ended, in words."""
  if entry["result"] == "TIMEOUT":
    return f"still running after {entry['duration']:.0f} s"
  if entry["result"] == "UNEXPECTEDPASS":
    return "passed, though it is marked as failing"
  code = entry.get("returncode", 0)
  if code < 0:
    try:
      return f"killed by {signal.Signals(-code).name}"
    except ValueError:
      return f"killed by signal {-code}"
  return f"exit status {code}" if code else entry["result"].lower()


def count_tap(name, entry):
  counts = Counts()
  plan, reported = None, 0
  for line in entry.get("stdout", "").splitlines():
    if (match := TAP_PLAN.match(line)) and plan is None:
      plan = int(match[1])
      if plan == 0:
        counts.skipped.append(f"{name}: {match[2] or 'no reason given'}")
    elif match := TAP_LINE.match(line):
      bad, number, title, directive, reason = match.groups()
      reported += 1
      label = f"{name} {title or number or reported}"
      if directive and (directive.upper() == "SKIP" or bad):
        word = "known to fail: " if bad else ""
        counts.skipped.append(f"{label}: {word}{reason or 'no reason given'}")
      elif bad:
        counts.failed.append(label)
      else:
        counts.passed += 1

  if counts.failed:
    pass    # said so itself
  elif entry["result"] not in GOOD:
    of = "" if plan is None else f" of {plan}"
    counts.failed.append(f"{name}: {ending(entry)}, after {reported}{of} results")
  elif plan is None:
    # meson calls silence a skip, and a missing plan fine; both hide a program that ended early.
    counts.failed.append(f"{name}: printed no test plan")
  return counts


def count_program(name, entry):
  counts = Counts()
  if entry["result"] == "SKIP":
    said = entry.get("stdout", "").strip() or entry.get("stderr", "").strip()
    counts.skipped.append(f"{name}: {said.splitlines()[-1] if said else 'no reason given'}")
  elif entry["result"] in GOOD:
    counts.passed += 1
  else:
    counts.failed.append(f"{name}: {ending(entry)}")
  return counts


def describe_tests(build):
  """{name: (suites, speaks TAP)}; the log tells neither surely."""
  tests = json.loads((build / "meson-info/intro-tests.json").read_text())
  return {test["name"]: ("+".join(suite.partition(":")[2] for suite in test["suite"]) or "other",
                         test["protocol"] == "tap") for test in tests}


def read_build(build):
  """{suite: Counts} of one build folder."""
  suites = defaultdict(Counts)
  log = build / "meson-logs/testlog.json"
  try:
    # One JSON object a line. Split at \n only: the output inside may hold any other character.
    entries = [json.loads(line) for line in log.read_text("utf-8", "replace").split("\n") if line]
    tests = describe_tests(build)
  except (OSError, ValueError, KeyError) as error:
    suites["build"].failed.append(f"no test log, because it did not build or did not run ({error})")
    return suites

  seen = set()
  for entry in entries:
    seen.add(entry["name"])
    name = entry["name"].rpartition(" / ")[2]
    suite, speaks_tap = tests.get(name, ("other", False))
    suites[suite].add(count_tap(name, entry) if speaks_tap else count_program(name, entry))

  # ./dev leaves the names that it asked for, to notice when meson itself was stopped half-way.
  selected = build / "meson-logs/selected.txt"
  if selected.exists():
    for full_name in selected.read_text().splitlines():
      if full_name and full_name not in seen:
        suites["build"].failed.append(f"{full_name}: was never started")
  return suites


def main(folders):
  if not folders:
    sys.exit("usage: summary.py BUILD-FOLDER...")
  total = Counts()
  for folder in folders:
    print(f"\n{folder}")
    suites = read_build(Path(folder))
    width = max(map(len, suites), default=0)
    for suite, counts in sorted(suites.items()):
      print(f"  {suite:{width}}  {counts}")
      for text in counts.skipped:
        print(f"    skipped  {text}")
      for text in counts.failed:
        print(f"    FAILED   {text}")
      total.add(counts)
  print(f"\n{total}")
  return 1 if total.failed or not total.passed else 0


if __name__ == "__main__":
  sys.stdout.reconfigure(errors="replace")
  sys.exit(main(sys.argv[1:]))
