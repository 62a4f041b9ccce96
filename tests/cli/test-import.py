#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-import.py DROVERCTL: import and export, as a script sees them. Prints TAP."""

import json
import shutil
import subprocess
import sys

import support
from support import cli

TUTORIAL = """\
#!/bin/bash
RAM=1G
# the machine
sudo qemu-system-x86_64 -m $RAM \\
  -append "console=ttyS0 quiet" -name 'My PC' > log &
"""


def write(home, text):
  path = home.folder / "text"
  path.write_bytes(text if isinstance(text, bytes) else text.encode())
  return str(path)


def import_text(home, text, *args, status=0):
  """Imports without a dry run; returns what droverctl printed and its messages."""
  return home.run("import", "--no-check", write(home, text), *args, status=status)


def argv(home, slug):
  return json.loads(home.run("command", slug, "--json")[0])


def test_tutorial(home):
  out, messages = import_text(home, TUTORIAL)
  assert out == "my-pc\n", out
  assert argv(home, "my-pc") == ["qemu-system-x86_64", "-m", "1G", "-append",
                                 "console=ttyS0 quiet", "-name", "My PC"]
  assert "RAM is “1G”" in messages and "“sudo” was left out" in messages, messages
  assert "“> log”" in messages and "“&”" in messages, messages


def test_names(home):
  assert import_text(home, TUTORIAL)[0] == "my-pc\n"
  assert import_text(home, TUTORIAL)[0] == "my-pc-2\n"
  assert import_text(home, TUTORIAL, "--name", "Another")[0] == "another\n"
  import_text(home, TUTORIAL, "--name", "", status=cli.USAGE)
  assert len(home.json("list")) == 3


def test_json(home):
  summary = json.loads(import_text(home, TUTORIAL, "--json")[0])
  assert summary["slug"] == "my-pc" and summary["program"] == "qemu-system-x86_64"
  assert summary["variables"] == [{"name": "RAM", "value": "1G", "given": False}]
  assert [n["kind"] for n in summary["notices"] if n["kind"] not in ("understood", "custom")] == \
      ["dropped"] * 3
  for notice in summary["notices"]:
    assert TUTORIAL.encode()[notice["start"]:notice["end"]].decode() in notice["text"] or \
        notice["start"] == notice["end"], notice
  assert (summary["commands"], summary["command"]) == (1, 1) and "check" not in summary


def test_stdin(home):
  done = subprocess.run([home.droverctl, "import", "--no-check", "-"], env=home.env,
                        input=TUTORIAL, capture_output=True, text=True, check=True)
  assert done.stdout == "my-pc\n"


def test_variables(home):
  text = "qemu-system-x86_64 -m $RAM -hda ${DISK} $MORE -smp ${CPUS:-2} -k $KEYS"
  home.env["KEYS"] = "de"
  messages = import_text(home, text, status=cli.FAILED)[1]
  assert "RAM, DISK." in messages and "--variable NAME=VALUE" in messages, messages
  assert home.json("list") == []
  out, messages = import_text(home, text, "--variable", "RAM=4G", "--variable", "DISK=a b=c")
  assert "KEYS is “de”" in messages and "CPUS is “2”" in messages and "$MORE" in messages, messages
  assert argv(home, out.strip())[1:] == ["-m", "4G", "-hda", "a", "b=c", "-smp", "2", "-k", "de"]
  assert "no variable" not in messages, messages
  messages = import_text(home, "qemu-system-arm -m 1", "--variable", "RAN=4G")[1]
  assert "no variable “RAN”" in messages, messages
  for bad in ["RAM", "=x", ""]:
    import_text(home, text, "--variable", bad, status=cli.USAGE)


def test_commands(home):
  text = "qemu-system-arm -version\nqemu-system-arm -m 1\nqemu-system-aarch64 -m 2\n"
  out, messages = import_text(home, text)
  assert argv(home, out.strip()) == ["qemu-system-arm", "-m", "1"]
  assert "* 2  qemu-system-arm -m 1" in messages, messages
  out, messages = import_text(home, text, "--command", "3")
  assert argv(home, out.strip()) == ["qemu-system-aarch64", "-m", "2"]
  for bad in ["4", "-1"]:
    import_text(home, text, f"--command={bad}", status=cli.USAGE)


def test_program(home):
  assert "--program" in import_text(home, "-m 1", status=cli.FAILED)[1]
  out, _ = import_text(home, "-m 1", "--program", "qemu-system-arm")
  assert argv(home, out.strip()) == ["qemu-system-arm", "-m", "1"]
  out, _ = import_text(home, "qemu-kvm -m 1")
  status = home.json("status", out.strip())
  assert status["program"].startswith("qemu-system-"), status
  file = json.loads((home.machines / out.strip() / "machine.json").read_text())
  assert file["accelerator"] == "automatic"


def test_argv_json(home):
  line = ["qemu-system-x86_64", "-append", "a $B 'c'", "", "~"]
  out, _ = import_text(home, json.dumps(line), "--argv-json")
  assert argv(home, out.strip()) == line
  for text, place in [('["a", 1]', "[1]: a string is expected here, not a number"),
                      ('["a", null]', "null"), ("{}", "array"), ("[]", "empty"), ("[", "line 1")]:
    messages = import_text(home, text, "--argv-json", status=cli.FAILED)[1]
    assert place in messages, messages


def test_bad_text(home):
  for text, place in [("qemu-system-arm -m 'x", "Line 1, column 20"), (b"a\n b\0", "Line 2, column 3"),
                      (b"\xff", "Line 1, column 1"), ("hello", "no QEMU command"), ("", "no QEMU")]:
    messages = import_text(home, text, status=cli.FAILED)[1]
    assert place in messages, messages
  home.run("import", str(home.folder / "none"), status=cli.FAILED)
  home.run("import", str(home.folder), status=cli.FAILED)
  home.run("import", status=cli.USAGE)
  assert home.json("list") == []


def test_large(home):
  text = "# " + "x" * 5_000_000 + "\nqemu-system-x86_64 -append '" + "y" * 50_000 + "' " + \
      "-device e1000 " * 1000
  out, _ = import_text(home, text)
  assert len(argv(home, out.strip())) == 2003


def test_export(home):
  out, _ = import_text(home, TUTORIAL)
  assert json.loads(home.run("export", "my-pc", "--argv")[0]) == argv(home, "my-pc")
  script = home.run("export", "my-pc", "--shell")[0]
  out, _ = import_text(home, script, "--name", "Again")
  assert argv(home, out.strip()) == argv(home, "my-pc")
  home.run("export", "my-pc", status=cli.USAGE)
  home.run("export", "my-pc", "--shell", "--argv", status=cli.USAGE)
  home.run("export", "none", "--argv", status=cli.NO_SUCH)


def test_export_runs(home):
  """The script runs as it stands: a program that prints its folder and its words proves it."""
  program = home.folder / "qemu-system-fake"
  program.write_text("#!/bin/sh\npwd\nprintf '%s\\n' \"$@\"\n")
  program.chmod(0o755)
  line = [str(program), "-append", "it's $HOME `x` \"y\" \\", "-hda", "disk.img", ""]
  out, messages = import_text(home, json.dumps(line), "--argv-json", "--name", "a b'c",
                              "--directory", str(home.folder))
  assert str(home.folder) in messages, messages
  script = write(home, home.run("export", out.strip(), "--shell")[0])
  printed = subprocess.run(["sh", script], capture_output=True, text=True, check=True).stdout
  assert printed.split("\n") == [str(home.folder), *line[1:], ""], printed


def machine_file(home, summary):
  return json.loads((home.machines / summary["slug"] / "machine.json").read_text())


def test_relative_names(home):
  """What stands beside the one who imports is found by the dry run; argv stays as it is."""
  if shutil.which(cli.QEMU) is None:
    raise cli.Skip(f"{cli.QEMU} is not installed")
  folder = home.folder / "guide"
  folder.mkdir()
  (folder / "disk.img").write_bytes(bytes(1 << 20))
  text = write(home, f"{cli.QEMU} -m 64 -net none -drive file=disk.img,format=raw")
  there = json.loads(home.run("import", "--json", text, cwd=folder)[0])
  assert there["check"]["passed"], there
  assert home.json("command", there["slug"])[-1] == "file=disk.img,format=raw"
  assert machine_file(home, there)["directory"] == str(folder)
  without = home.run("import", "--json", write(home, f"{cli.QEMU} -m 64 -net none"), cwd=folder)[0]
  assert "directory" not in machine_file(home, json.loads(without))


def test_dry_run(home):
  if shutil.which(cli.QEMU) is None:
    raise cli.Skip(f"{cli.QEMU} is not installed")
  good = json.loads(home.run("import", "--json", write(home, f"{cli.QEMU} -m 64 -net none"))[0])
  assert good["check"]["passed"] and good["check"]["problems"] == [], good
  out, messages = home.run("import", "--json", write(home, f"{cli.QEMU} -m 64 -device frob"))
  check = json.loads(out)["check"]
  assert not check["passed"] and check["problems"][0]["argument"] == 1, check
  assert "frob" in messages, messages


if __name__ == "__main__":
  sys.exit(support.main(dict(globals()), *sys.argv[1:]))
