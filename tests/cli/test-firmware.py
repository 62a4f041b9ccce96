#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-firmware.py DROVERCTL: what a machine starts with, as a script sees it. Prints TAP."""

import sys
from pathlib import Path

import support
from support import cli

ARGUMENTS = ["-machine", "q35", "-accel", "tcg", "-m", "64", "-nographic"]


def need_ovmf():
  if not Path("/usr/share/OVMF/OVMF_VARS_4M.ms.fd").exists():
    raise cli.Skip("this host has no OVMF")


def argv(home):
  return home.json("command", "pc")[1:]


def test_there_and_back(home):
  need_ovmf()
  home.put("pc", ARGUMENTS)
  assert home.json("firmware", "pc")["kind"] == "bios"
  for kind in "uefi", "secure-boot", "secure-boot-enrolled":
    home.run("firmware", "pc", kind)
    assert home.json("firmware", "pc")["kind"] == kind
    home.run("check", "pc")
  home.run("firmware", "pc", "bios")
  assert argv(home) == ARGUMENTS


def test_keys_and_reset(home):
  need_ovmf()
  home.put("pc", ARGUMENTS)
  home.run("firmware", "pc", "--reset", status=5)
  home.run("firmware", "pc", "secure-boot-enrolled")
  found = home.json("firmware", "pc")
  assert found["secure-boot"] is True
  assert any(key["microsoft"] and key["list"] == "db" for key in found["keys"])
  assert "Secure Boot: On, Microsoft keys" in home.run("firmware", "pc")[0]
  assert "made at the next start" in home.run("firmware", "pc")[0]
  assert not Path(found["vars"]).exists()

  Path(found["vars"]).write_text("a guest has spoilt it", encoding="utf-8")
  assert "keys" not in home.json("firmware", "pc")
  home.run("firmware", "pc", "--reset")
  assert home.json("firmware", "pc")["keys"] == found["keys"]


def test_files(home):
  home.put("pc", ARGUMENTS)
  home.run("firmware", "pc", "file", status=1)
  home.run("firmware", "pc", "file", "my.rom")
  assert argv(home) == ["-machine", "q35", "-bios", "my.rom"] + ARGUMENTS[2:]
  home.run("firmware", "pc", "kernel", "vmlinuz")
  found = home.json("firmware", "pc")
  assert found["kind"] == "kernel" and found["kernel"] == "vmlinuz"
  home.run("firmware", "pc", "bios")
  assert argv(home) == ARGUMENTS
  home.run("firmware", "pc", "kernel")
  assert "vmlinuz" in argv(home)


def test_typed_wrongly(home):
  home.put("pc", ARGUMENTS)
  home.run("firmware", "pc", "bogus", status=2)
  home.run("firmware", "pc", "bios", "a.rom", status=2)
  home.run("firmware", "pc", "--keys", "--list", status=2)
  home.run("firmware", "nobody", status=3)
  assert argv(home) == ARGUMENTS


if __name__ == "__main__":
  sys.exit(support.main(globals(), sys.argv[1]))
