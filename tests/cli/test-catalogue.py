#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-catalogue.py DROVERCTL: “droverctl catalogue” against what QEMU says. Prints TAP."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

LIMIT_SECONDS = 100
FAILED, USAGE, NOT_STARTED = 1, 2, 6
X86 = "qemu-system-x86_64"
PROGRAMS = [X86, "qemu-system-aarch64"]


class Home:
  """A cache of the tests' own, and droverctl."""

  def __init__(self, droverctl):
    self.folder = Path(tempfile.mkdtemp(prefix="drover-catalogue-", dir="/tmp"))
    self.droverctl = droverctl
    self.env = dict(os.environ, HOME=str(self.folder), LC_ALL="C.UTF-8", LANGUAGE="",
                    XDG_DATA_HOME=str(self.folder), XDG_CACHE_HOME=str(self.folder / "cache"))

  def run(self, *argv, status=0):
    done = subprocess.run([self.droverctl, "catalogue", *argv], env=self.env, capture_output=True,
                          text=True, timeout=LIMIT_SECONDS, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == status, \
        f"{' '.join(argv)}: status {done.returncode}, not {status}; {done.stderr}"
    assert status == 0 or "droverctl: " in done.stderr, f"failed without a message: {done.stderr}"
    return done.stdout if status == 0 else done.stderr

  def json(self, *argv):
    return json.loads(self.run(*argv, "--json"))


def ask(program, *argv):
  return subprocess.run([program, *argv], capture_output=True, text=True, timeout=LIMIT_SECONDS,
                        check=True).stdout


def names(things):
  return {thing["name"] for thing in things}


def installed():
  found = [program for program in PROGRAMS if shutil.which(program)]
  assert found, "no QEMU is installed"
  return found


def test_backend_by_name(home):
  for name, kind in [("tap", "netdev"), ("netdev:tap", "netdev"), ("chardev:socket", "chardev")]:
    found = home.json(X86, name)
    assert found["kind"] == kind and found["properties"], (name, found)
  home.run(X86, "chardev:tap", status=FAILED)
  assert "chardev:socket" in home.run("--help")


def test_overview(home):
  overview = home.json(X86)
  assert overview["architecture"] == "x86_64"
  assert overview["version"] in ask(X86, "-version")
  assert overview["machines"] > 10 and overview["devices"] > 100
  text = home.run(X86)
  assert overview["version"] in text and re.search(r"^netdevs +\d+$", text, re.M)


def test_machines(home):
  for program in installed():
    said = {line.split()[0] for line in ask(program, "-M", "help").splitlines()[1:]}
    machines = home.json(program, "machines")
    aliases = {machine["alias"] for machine in machines if "alias" in machine}
    assert names(machines) | aliases == said
  q35 = home.json(X86, "q35")
  assert q35["description"] == "Standard PC (Q35 + ICH9, 2009)" and q35["max-cpus"] > 200
  assert {"smm", "vmport", "hpet"} <= names(q35["properties"])


def test_board(home):
  q35 = home.json(X86, "q35")
  assert {"pcie.0", "isa.0", "ide.0"} <= names(q35["board-buses"]), q35["board-buses"]
  usb = next(p for p in q35["properties"] if p["name"] == "usb")
  assert usb["default"] is False
  assert re.search(r"^pcie\.0 +PCIE +q35-pcihost$", home.run(X86, "q35"), re.M)


def test_devices(home):
  for program in installed():
    said = re.findall(r'^name "([^"]+)"', ask(program, "-device", "help"), re.M)
    devices = {device["name"]: device for device in home.json(program, "devices")}
    assert len(said) > 100
    for name in said:
      assert devices[name]["user-creatable"], name
    table = {line.split()[0] for line in home.run(program, "devices").splitlines()}
    assert table == set(devices)


def test_device(home):
  for name in ["virtio-net-pci", "ide-hd", "nvme", "max-x86_64-cpu", "ahci"]:
    device = home.json(X86, name)
    said = set(re.findall(r"^  ([^ =]+)=<", ask(X86, "-device", f"{name},help"), re.M))
    assert said and said <= names(device["properties"]), said - names(device["properties"])
  disk = home.json(X86, "scsi-hd")
  assert disk["bus"] == "SCSI" and "virtio-scsi-pci" in disk["buses-from"]
  errors = next(p for p in disk["properties"] if p["name"] == "werror")
  assert errors["default"] == "auto" and "ignore" in errors["choices"]
  text = home.run(X86, "scsi-hd")
  assert re.search(r"^werror +report\|ignore\|\S+ += auto +Error", text, re.M)


def test_backends(home):
  assert names(home.json(X86, "netdevs")) == \
      set(re.findall(r"^[a-z0-9-]+$", ask(X86, "-netdev", "help"), re.M))
  assert {"restrict", "hostfwd"} <= names(home.json(X86, "netdev:user")["properties"])
  memory = home.json(X86, "memory-backend-file")["properties"]
  policy = next(p for p in memory if p["name"] == "policy")
  assert "interleave" in policy["choices"]
  assert next(p for p in memory if p["name"] == "mem-path")["required"]
  assert "tcg" in names(home.json(X86, "accelerators"))
  assert "cpus" in names(home.json(X86, "option:smp-opts")["properties"])


def test_cpus(home):
  said = {line.split()[0] for line in ask(X86, "-cpu", "help").split("\n\n")[0].splitlines()[1:]}
  assert names(home.json(X86, "cpus")) == said


def test_bad(home):
  assert "frobnicator" in home.run(X86, "frobnicator", status=FAILED)
  assert "qemu-system-absent" in home.run("qemu-system-absent", status=NOT_STARTED)
  assert "/bin/true" in home.run("/bin/true", status=NOT_STARTED)
  home.run(status=USAGE)
  home.run(X86, "machines", "more", status=USAGE)


def main(droverctl):
  tests = [(name[5:], test) for name, test in globals().items() if name.startswith("test_")]
  home = Home(droverctl)
  good = True
  print(f"TAP version 14\n1..{len(tests)}", flush=True)
  for number, (name, test) in enumerate(tests, 1):
    try:
      test(home)
      print(f"ok {number} - {name}", flush=True)
    except Exception:    # pylint: disable=broad-except
      good = False
      traceback.print_exc()
      print(f"not ok {number} - {name}", flush=True)
  shutil.rmtree(home.folder, ignore_errors=True)
  return 0 if good else 1


if __name__ == "__main__":
  sys.exit(main(*sys.argv[1:]))
