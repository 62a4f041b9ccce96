#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-settings.py DROVERCTL: get, set, unset, settings and show, as a script sees them.

Prints TAP.
"""

import importlib.util
import json
import shlex
import sys
from pathlib import Path

spec = importlib.util.spec_from_file_location("cli", Path(__file__).with_name("test-cli.py"))
cli = importlib.util.module_from_spec(spec)
spec.loader.exec_module(cli)

ARGUMENTS = ["-m", "512,slots=2", "-enable-kvm", "-usb",
             "-drive", "file=a,,b.img,if=none,id=d0,x-new", "-device", "virtio-blk-pci,drive=d0",
             "-device", '{"driver":"e1000","id":"n0", "netdev":"net0"}', "-netdev", "user,id=net0",
             "-serial", "none", "-x-own", "value"]


def put(home, arguments=None, **options):
  """The machine anew, whatever it was."""
  cli.shutil.rmtree(home.machines / "pc", ignore_errors=True)
  home.put("pc", ARGUMENTS if arguments is None else arguments, **options)


def argv(home):
  return home.json("command", "pc")[1:]


def changed(old, new):
  result = list(ARGUMENTS)
  result[result.index(old)] = new
  return result


def test_get(home):
  put(home)
  assert home.run("get", "pc", "memory.size")[0] == "512\n"
  assert home.run("get", "pc", "memory.path")[0] == ""
  assert home.run("get", "pc", "accelerator.order")[0] == "kvm\n"
  assert home.run("get", "pc", "machine.usb")[0] == "on\n"
  assert home.run("get", "pc", "disk[d0].image")[0] == "a,b.img\n"
  assert home.run("get", "pc", "card[n0].model")[0] == "e1000\n"
  assert home.run("get", "pc", "card[n0].type")[0] == "user\n"

  found = home.json("get", "pc", "disk[d0].image")
  assert found["setting"] == "disk[d0].image" and found["state"] == "value"
  assert found["text"] == "a,b.img" and found["words"] == "-drive file=a,,b.img"
  assert argv(home)[found["argument"] * 2 - 2] == "-drive"
  absent = home.json("get", "pc", "memory.path")
  assert absent["state"] == "absent" and absent["text"] is None and absent["words"] is None


CONFIG = """[memory]
  size = "300M"
[drive "x"]
  if = "none"
  format = "raw"
  file = "x.raw"
[device "vd"]
  driver = "virtio-blk-pci"
  drive = "x"
"""


def test_config_file(home):
  """What a -readconfig file says is shown, and stays in the file."""
  put(home, ["-readconfig", "my.cfg", "-display", "none", "-device", "e1000,netdev=n", "-netdev",
             '{"type":"user","id":"n","hostfwd":[{"str":"tcp::2222-:22"}]}'])
  folder = home.machines / "pc"
  assert "my.cfg" in home.run("show", "pc")[1], "a missing file is not named"
  (folder / "my.cfg").write_text(CONFIG)
  (folder / "x.raw").write_bytes(bytes(1 << 20))
  found = home.json("get", "pc", "memory.size")
  assert (found["text"], found["file"], found["argument"]) == ("300M", "my.cfg", -1), found
  shown = home.run("show", "pc")[0]
  assert "disk[vd]" in shown and "from the file my.cfg" in shown and "tcp::2222-:22" in shown
  assert home.json("show", "pc")["parts"][0]["forwards"] == ["tcp::2222-:22"]
  disk = next(part for part in home.json("parts", "pc") if part["id"] == "vd")
  assert disk["file"] == "my.cfg"
  for refused in (["remove", "pc", "vd"], ["rename", "pc", "vd", "new"],
                  ["unset", "pc", "memory.size"], ["set", "pc", "disk[vd].image", "y.raw"]):
    assert "my.cfg" in home.run(*refused, status=1)[1], refused
  before = argv(home)
  home.run("check", "pc")
  home.run("set", "pc", "memory.size", "300M")
  assert argv(home) == before
  home.run("set", "pc", "memory.size", "200M")
  assert argv(home) == before + ["-m", "200M"]
  assert home.run("get", "pc", "memory.size")[0] == "200M\n"
  home.run("check", "pc")
  (folder / "my.cfg").write_text(CONFIG.replace('"vd"', '"other"'))
  assert "disk[other]" in home.run("show", "pc")[0]


README = Path(__file__).resolve().parents[2] / "README.md"


def test_readme(home):
  """The examples of README.md that need no guest."""
  lines = [line.split(" #")[0].strip() for line in README.read_text().splitlines()
           if line.startswith("    droverctl ")]
  commands = [shlex.split(line)[1:] for line in lines]
  commands = [words for words in commands if "lab" in words or words[0] in ("import", "catalogue")]
  assert len(commands) >= 9, commands
  (home.folder / "guide.txt").write_text("qemu-system-x86_64 -m $RAM -usb -display none\n")
  (home.machines / "lab").parent.mkdir(parents=True, exist_ok=True)
  for words in commands:
    if ">" in words:
      words = words[:words.index(">")]
    words = [str(home.folder / word) if word == "guide.txt" else word for word in words]
    if words[0] == "add":
      (home.machines / "lab" / "data.qcow2").write_bytes(bytes(1 << 20))
    out, _ = home.run(*words)
    assert out or words[0] in ("set", "check"), words
  assert home.run("get", "lab", "disk[disk0].boot-index")[0] == "1\n"


def test_set(home):
  put(home)
  home.run("set", "pc", "memory.size", "1G")
  assert argv(home) == changed("512,slots=2", "1G,slots=2")
  file = home.machines / "pc" / "machine.json"
  before = file.stat().st_mtime_ns, file.stat().st_ino
  home.run("set", "pc", "memory.size", "1024")
  assert (file.stat().st_mtime_ns, file.stat().st_ino) == before, "an equal value was written"

  put(home)
  home.run("set", "pc", "disk[d0].image", "c=d, e.img")
  assert argv(home) == changed("file=a,,b.img,if=none,id=d0,x-new",
                               "file=c=d,, e.img,if=none,id=d0,x-new")
  put(home)
  home.run("set", "pc", "card[n0].boot-index", "1")
  assert argv(home) == changed('{"driver":"e1000","id":"n0", "netdev":"net0"}',
                               '{"driver":"e1000","id":"n0", "netdev":"net0", "bootindex":1}')
  put(home)
  home.run("set", "pc", "boot.reboot-timeout", "--", "-1")
  assert argv(home) == ARGUMENTS + ["-boot", "reboot-timeout=-1"]


def test_unset(home):
  put(home)
  home.run("unset", "pc", "memory.size")
  assert argv(home) == changed("512,slots=2", "slots=2")
  home.run("unset", "pc", "memory.slots")
  assert argv(home) == ARGUMENTS[2:]
  home.run("unset", "pc", "memory.slots")
  assert argv(home) == ARGUMENTS[2:]


def test_rename(home):
  put(home)
  home.run("set", "pc", "disk[d0].node", "system")
  assert "virtio-blk-pci,drive=system" in argv(home)
  assert "file=a,,b.img,if=none,id=system,x-new" in argv(home)
  before = argv(home)
  home.run("set", "pc", "card[n0].netdev-id", "1 2", status=cli.FAILED)
  assert argv(home) == before


def test_refused(home):
  put(home, ["-m", "1G", "-m", "2G", "-smp", "$CPUS"])
  before = (home.machines / "pc" / "machine.json").read_bytes()
  text, message = home.run("get", "pc", "memory.size")
  assert text == "2G\n" and "more than once" in message
  assert home.json("get", "pc", "memory.size")["state"] == "conflict"
  text, message = home.run("get", "pc", "cpu.count")
  assert text == "$CPUS\n" and message != ""
  for setting in ["memory.size", "cpu.count"]:
    home.run("set", "pc", setting, "4", status=cli.FAILED)
    home.run("unset", "pc", setting, status=cli.FAILED)
  home.run("set", "pc", "memory.slots", "two", status=cli.FAILED)
  home.run("set", "pc", "cpu.flags", "+x", status=cli.FAILED)
  assert (home.machines / "pc" / "machine.json").read_bytes() == before


def test_named_wrongly(home):
  put(home)
  for name in ["", "memory", "memory.sise", "memory[d0].size", "disk.image", "disk[d0", "d0]",
               "disk[d0]", "[d0].image", "disk[d0].mac"]:
    home.run("get", "pc", name, status=cli.USAGE)
  assert "d0" in home.run("get", "pc", "disk.image", status=cli.USAGE)[1]
  home.run("get", "pc", "disk[d1].image", status=cli.FAILED)
  error = home.run("get", "pc", "card[d0].model", status=cli.FAILED)[1]
  assert "no card “d0”" in error, error
  home.run("get", "nothing", "memory.size", status=cli.NO_SUCH)
  home.run("get", "pc", status=cli.USAGE)
  home.run("set", "pc", "memory.size", status=cli.USAGE)
  home.put("bad", text="{")
  for command in [["get", "bad", "memory.size"], ["set", "bad", "memory.size", "1G"],
                  ["show", "bad"]]:
    home.run(*command, status=cli.BROKEN)


def test_settings(home):
  table = home.json("settings")
  ids = [row["id"] for row in table]
  assert len(ids) == len(set(ids)) > 300
  row = table[ids.index("memory.size")]
  assert row["page"] == "memory" and row["part"] is None and row["kind"] == "size"
  assert row["places"][0] == {"option": "m", "key": "size", "means": None}
  assert table[ids.index("disk.image")]["part"] == "disk"
  text = home.run("settings")[0]
  assert "memory.size\n" in text and "disk[ID].image\n" in text and "-m size=" in text


def test_tpm(home):
  """It is no single argument, but a setting all the same."""
  table = {row["id"]: row for row in home.json("settings")}
  assert table["tpm.version"]["choices"] == ["2.0", "1.2"], table["tpm.version"]
  assert table["tpm.version"]["page"] == "firmware" and table["tpm.version"]["part"] is None
  assert "tpm.version\n" in home.run("settings")[0]

  put(home, ["-machine", "q35", "-m", "512"])
  assert home.run("get", "pc", "tpm.version")[0] == ""
  assert home.json("get", "pc", "tpm.version")["state"] == "absent"
  assert "tpm" not in home.run("show", "pc")[0]

  home.run("set", "pc", "tpm.version", "1.2")
  assert home.run("get", "pc", "tpm.version")[0] == "1.2\n"
  assert argv(home)[-2:] == ["-device", "tpm-tis,tpmdev=tpm0"], argv(home)
  home.run("set", "pc", "tpm.version", "2.0")
  found = home.json("get", "pc", "tpm.version")
  assert found["text"] == "2.0" and found["device"] == "tpm-crb" and found["state"] == "value"
  assert argv(home)[found["argument"] * 2:][:2] == ["-tpmdev", "emulator,id=tpm0,chardev=chrtpm"]
  assert found in home.json("show", "pc")["settings"]
  assert "tpm.version" in home.run("show", "pc")[0]

  assert "There is no TPM 3" in home.run("set", "pc", "tpm.version", "3", status=cli.FAILED)[1]
  home.run("unset", "pc", "tpm.version")
  assert argv(home) == ["-machine", "q35", "-m", "512"]

  # A board without a place for one is named, and nothing is changed.
  cli.shutil.rmtree(home.machines / "pc")
  home.put("pc", ["-machine", "raspi3b"], program="qemu-system-aarch64")
  message = home.run("set", "pc", "tpm.version", "2.0", status=cli.FAILED)[1]
  assert "no TPM 2.0 for the machine “raspi3b”" in message, message
  assert argv(home) == ["-machine", "raspi3b"]


def test_show(home):
  put(home)
  shown = home.json("show", "pc")
  assert shown["slug"] == "pc"
  texts = {row["setting"]: row["text"] for row in shown["settings"]}
  assert texts["memory.size"] == "512" and texts["machine.usb"] == "on"
  assert "memory.path" not in texts
  parts = {part["id"]: part for part in shown["parts"]}
  disk = {row["setting"]: row for row in parts["d0"]["settings"]}
  assert disk["disk[d0].image"]["text"] == "a,b.img"
  assert disk["disk[d0].device"]["words"] == "-device virtio-blk-pci"
  for part in shown["parts"]:
    for row in part["settings"]:
      assert home.json("get", "pc", row["setting"])["text"] == row["text"], row
  text = home.run("show", "pc")[0]
  assert "memory.size" in text and "disk[d0]" in text


def test_show_the_rest(home):
  """No argument is left unsaid: neither what Drover has no row for, nor what is switched off."""
  put(home, ["-m", "1G", "-x-own", "val ue", "-S"])
  file = home.machines / "pc" / "machine.json"
  document = json.loads(file.read_text())
  document["arguments"][1]["note"] = "mine"
  document["arguments"][2]["enabled"] = False
  file.write_text(json.dumps(document))
  rows = home.json("show", "pc")["arguments"]
  assert [row["words"] for row in rows] == ["-m 1G", "-x-own 'val ue'", "-S"]
  assert [row["shown"] for row in rows] == [True, False, False]
  assert [row["enabled"] for row in rows] == [True, True, False] and rows[1]["note"] == "mine"
  assert home.run("show", "pc")[0].endswith("-x-own 'val ue'\n  # mine\nSwitched off: -S\n")


def test_running(home):
  put(home, cli.PC)
  home.run("start", "pc")
  message = home.run("set", "pc", "memory.size", "32")[1]
  assert "next start" in message
  assert home.json("command", "pc") == [cli.QEMU] + ["32" if word == "16" else word
                                                      for word in cli.PC]
  assert "next start" not in home.run("set", "pc", "memory.size", "32")[1]
  home.run("stop", "pc")
  assert "next start" not in home.run("set", "pc", "memory.size", "16")[1]


def main(droverctl):
  tests = [(name[5:], test) for name, test in globals().items() if name.startswith("test_")]
  print(f"TAP version 14\n1..{len(tests)}", flush=True)
  good = True
  for number, (name, test) in enumerate(tests, 1):
    home = cli.Home(droverctl)
    try:
      test(home)
      print(f"ok {number} - {name}", flush=True)
    except Exception:    # pylint: disable=broad-except
      good = False
      cli.traceback.print_exc()
      print(f"not ok {number} - {name}", flush=True)
    finally:
      home.close()
  return 0 if good else 1


if __name__ == "__main__":
  sys.exit(main(*sys.argv[1:]))
