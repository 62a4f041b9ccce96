#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-check.py DROVERCTL: `droverctl check` as a script sees it. Prints TAP."""

import json
import shutil
import sys

import support
from support import cli

NOT_STARTED = cli.NOT_STARTED


def check(home, machine, status=0):
  """The JSON of a check, which comes also when it does not pass."""
  return json.loads(home.run("check", machine, "--json", status=status)[0])


def test_passes(home):
  home.put("pc")
  assert home.run("check", "pc")[0] == "QEMU accepts this command line\n"
  result = check(home, "pc")
  assert result["passed"] and result["problems"] == [] and result["output"] == "", result
  assert home.state("pc") == "off"


def test_refused(home):
  home.put("bad", ["-m", "64", "-device", "e1000,mac=nonsense"])
  out, messages = home.run("check", "bad", status=NOT_STARTED)
  assert out.startswith("-device e1000,mac=nonsense\n  error: Property "), out
  assert "does not start" in messages
  result = check(home, "bad", NOT_STARTED)
  problem, = result["problems"]
  assert not result["passed"] and problem["fatal"] and problem["argument"] == 1
  assert "e1000,mac=nonsense"[problem["start"]:problem["end"]] == "mac=nonsense"
  assert problem["text"] == "-device e1000,mac=nonsense"
  assert problem["message"] in result["output"]


def test_all_devices(home):
  """QEMU stops at the first thing it does not know; the catalogue names the others."""
  devices = ["virtio-rng-pci,id=a", "nonsense,id=b", "virtio-rng-pci,frobs=3,max-bytes=4096,addr=9",
             '{"driver":"virtio-rng-pci","frill":1,"id":"c"}', "virtio-rng-pci,id=a"]
  home.put("bad", [word for device in devices for word in ("-device", device)])
  problems = check(home, "bad", NOT_STARTED)["problems"]
  places = {(problem["argument"], devices[problem["argument"]][problem["start"]:problem["end"]])
            for problem in problems}
  assert places == {(1, "nonsense"), (2, "frobs=3"), (3, "frill"), (4, "a")}, problems
  assert len(problems) == 4, problems


def test_wrapped_program(home):
  """A script before QEMU: it calls itself as ever, and is understood."""
  wrapper = home.folder / "my wrapper"
  wrapper.write_text(f'#!/bin/sh\nexec {cli.QEMU} "$@"\n')
  wrapper.chmod(0o755)
  home.put("wrapped", ["-m", "64", "-append", "quiet"], program=str(wrapper))
  problem, = check(home, "wrapped", NOT_STARTED)["problems"]
  assert problem["argument"] == 1 and "only allowed with" in problem["message"], problem


def test_warning(home):
  home.put("odd", ["-m", "64", "-netdev", "user,id=alone"])
  out = home.run("check", "odd")[0]
  assert "  warning: netdev alone has no peer\n" in out and "accepts" in out, out
  problem, = check(home, "odd")["problems"]
  assert not problem["fatal"] and problem["argument"] == 1


def test_place_to_fill_in(home):
  home.put("half", ["-m", "64", "-kernel", "$(ls vmlinuz)"])
  problems = check(home, "half", NOT_STARTED)["problems"]
  assert any("place to fill in" in problem["message"] and problem["argument"] == 1
             for problem in problems), problems


def test_missing_program(home):
  home.put("absent", program="qemu-system-sparc-absent")
  messages = home.run("check", "absent", status=NOT_STARTED)[1]
  assert "qemu-system-sparc" in messages and "Debian" in messages


def test_no_such_and_broken(home):
  home.run("check", "nobody", status=cli.NO_SUCH)
  home.put("broken", text="{ not JSON")
  home.run("check", "broken", status=cli.BROKEN)


def test_while_it_runs(home):
  """A running machine is neither in the way nor disturbed, though it holds its disk and port."""
  folder = home.machines / "pc"
  home.put("pc", cli.PC + ["-drive", "file=disk.img,format=raw,if=virtio",
                           "-netdev", "user,id=n,hostfwd=tcp:127.0.0.1:0-:22",
                           "-vnc", "unix:screen"])
  (folder / "disk.img").write_bytes(bytes(1 << 20))
  home.run("start", "pc", "--wait")
  before = home.json("status", "pc")
  result = check(home, "pc")
  assert result["passed"], result
  assert home.json("status", "pc") == before
  assert (folder / "screen").is_socket() and (folder / "disk.img").read_bytes() == bytes(1 << 20)
  home.run("stop", "pc")


if __name__ == "__main__":
  if not shutil.which(cli.QEMU):
    print(f"1..0 # SKIP there is no {cli.QEMU}")
    sys.exit(0)
  sys.exit(support.main(globals(), *sys.argv[1:]))
