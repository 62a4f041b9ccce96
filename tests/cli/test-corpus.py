#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-corpus.py DROVERCTL: command lines that people wrote, imported, against what a shell makes of them.

The corpus is ../shared/corpus, which need not be there. Of the machines that must be the same as
the original's every eighth is compared in real QEMUs, with DROVER_TEST_LONG=1 all. Prints TAP.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import support
from support import cli

CORPUS = Path(__file__).resolve().parents[2].parent / "shared/corpus"
SAMPLE = 1 if os.environ.get("DROVER_TEST_LONG") else 8
SUBSTITUTION = re.compile(r"\$\(.*\)|`[^`]*`|\$\{[^}]*\}", re.S)
PERCENT = 99


def read_records():
  path = CORPUS / "public.jsonl"
  if not path.exists():
    raise cli.Skip(f"left out: {path} is not there")
  records = [json.loads(line) for line in path.read_text().splitlines()]
  assert len(records) > SAMPLE, f"{path} has {len(records)} records only"
  return records


def say(text):
  print(f"# {text}", flush=True)


def import_record(home, record):
  """The saved command line, and the summary of the import."""
  path = home.folder / "text"
  path.write_text(record["text"])
  variables = [f"--variable={name}={value}" for name, value in record["env"].items()]
  summary = json.loads(home.run("import", "--no-check", "--json", str(path), *variables)[0])
  argv = json.loads(home.run("command", "--json", summary["slug"])[0])
  shutil.rmtree(home.machines / summary["slug"])
  return argv, summary


def at_home(home, record):
  """The corpus was made by somebody who lives there."""
  home.env.update(HOME="/home/user", PWD=record["cwd"])


def has_substitution(record):
  return "command-substitution" in record["shapes"]


def is_kept(ours, theirs):
  """Whether OURS is what a shell makes of THEIRS, places to fill in aside."""
  parts = SUBSTITUTION.split(ours)
  return re.fullmatch(".*".join(re.escape(part) for part in parts), theirs, re.S) is not None


def test_words(home):
  """Every record is imported; its words are those that a shell makes, byte for byte."""
  records = read_records()
  equal = open_places = 0
  for record in records:
    at_home(home, record)
    argv, summary = import_record(home, record)
    assert os.path.basename(argv[0]) == record["binary"], (record["id"], argv[0])
    assert len(argv) == len(record["argv"]), (record["id"], argv)
    if has_substitution(record):
      open_places += 1
      assert all(is_kept(a, b) for a, b in zip(argv[1:], record["argv"][1:])), (record["id"], argv)
      used = argv[1:] != record["argv"][1:]
      assert used == any(n["kind"] == "to-fill-in" for n in summary["notices"]), record["id"]
    else:
      assert argv[1:] == record["argv"][1:], (record["id"], argv)
      equal += 1
  assert equal > 0 and open_places > 0
  say(f"{equal} of {len(records)} records byte for byte, {open_places} with places to fill in")


def test_round_trip(home):
  """The script that export writes is imported as the same words."""
  for record in read_records()[::SAMPLE]:
    path = home.folder / "text"
    path.write_text(json.dumps([record["binary"], *record["argv"][1:]]))
    slug = home.run("import", "--no-check", "--argv-json", str(path))[0].strip()
    path.write_text(home.run("export", slug, "--shell")[0])
    again = home.run("import", "--no-check", str(path))[0].strip()
    lines = [json.loads(home.run("command", "--json", name)[0]) for name in (slug, again)]
    assert lines[0] == lines[1] == [record["binary"], *record["argv"][1:]], (record["id"], lines)


def compare(argv, record):
  """The checker's status: 0 the same machine, 3 the original does not start in this QEMU."""
  done = subprocess.run([sys.executable, CORPUS / "check_equivalence.py", "--a",
                         json.dumps(record["argv"]), "--b", json.dumps(argv)],
                        capture_output=True, text=True, check=False)
  if done.returncode not in (0, 3):
    say(f"{record['id']}: status {done.returncode}: {(done.stdout + done.stderr).strip()[:300]}")
  return done.returncode


def can_run(record):
  """What the checker needs: the program, and swtpm for a TPM."""
  return shutil.which(record["binary"]) is not None and \
      ("-tpmdev" not in record["argv"] or shutil.which("swtpm") is not None)


def test_machines(home):
  """QEMU makes the same machine of what was imported."""
  wanted = [r for r in read_records() if r["starts"] and not has_substitution(r)]
  records = [r for r in wanted if can_run(r)]
  if not records:
    raise cli.Skip("left out: no QEMU is installed")
  statuses = []
  for record in records[::SAMPLE]:
    at_home(home, record)
    statuses.append(compare(import_record(home, record)[0], record))
  started = len(statuses) - statuses.count(3)
  say(f"{statuses.count(0)} of {started} are the same machine; {statuses.count(3)} originals do not "
      f"start in this QEMU, {len(wanted) - len(records)} of {len(wanted)} need what is not installed")
  assert started > 0 and statuses.count(0) * 100 >= started * PERCENT


if __name__ == "__main__":
  sys.exit(support.main(dict(globals()), *sys.argv[1:]))
