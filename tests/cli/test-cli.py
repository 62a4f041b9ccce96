#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-cli.py DROVERCTL [DROVER]: droverctl as a script sees it: output, exit status, JSON.

With DROVER also what becomes of a guest when the window is killed; that needs a display.
Prints TAP.
"""

import contextlib
import json
import os
import pty
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import time
import traceback
from pathlib import Path

# What the address sanitizer says of every program that has fibers.
SANITIZER = re.compile(r"^==\d+==WARNING: ASan doesn't fully support makecontext.*\n", re.M)

LIMIT_SECONDS = 200
FAILED, USAGE, NO_SUCH, BROKEN, BAD_STATE, NOT_STARTED, NO_ANSWER = 1, 2, 3, 4, 5, 6, 7
COMMANDS = ["list", "create", "start", "status", "stop", "pause", "resume", "reset", "shutdown",
            "console", "log", "command", "delete", "check", "events"]
KERNELS = Path("/usr/lib/debian-installer/images")
INSTALLER_TEXT = "Select a language"

# A PC that shows its firmware's greeting within a second and then waits.
PC = ["-machine", "pc", "-accel", "tcg", "-m", "16", "-net", "none", "-nographic"]
PC_TEXT = "SeaBIOS"
QEMU = "qemu-system-x86_64"


class Skip(Exception):
  pass


class Home:
  """Folders of a test's own, droverctl in them, and an end to all that it started."""

  def __init__(self, droverctl):
    # Not below $TMPDIR: the path of a socket must be short.
    self.folder = Path(tempfile.mkdtemp(prefix="drover-cli-", dir="/tmp"))
    self.droverctl = os.path.abspath(droverctl)
    self.env = dict(os.environ, HOME=str(self.folder), LC_ALL="C.UTF-8", LANGUAGE="")
    for variable, name in [("DATA_HOME", "data"), ("CONFIG_HOME", "config"),
                           ("STATE_HOME", "state"), ("CACHE_HOME", "cache"),
                           ("RUNTIME_DIR", "run")]:
      (self.folder / name).mkdir(mode=0o700)
      self.env["XDG_" + variable] = str(self.folder / name)
    self.machines = self.folder / "data/drover/machines"
    self.children = []

  def spawn(self, *argv, **options):
    child = subprocess.Popen([str(arg) for arg in argv], env=self.env, **options)
    self.children.append(child)
    return child

  def run(self, *argv, status=0, **options):
    """Runs droverctl; returns what it printed and its messages."""
    options.setdefault("input", "")
    done = subprocess.run([self.droverctl, *argv], env=self.env, capture_output=True, text=True,
                          timeout=LIMIT_SECONDS, **options)
    assert done.returncode == status, \
        f"droverctl {' '.join(argv)}: status {done.returncode}, not {status}; {done.stderr}"
    assert status == 0 or "droverctl: " in done.stderr, f"failed without a message: {done.stderr}"
    return done.stdout, SANITIZER.sub("", done.stderr)

  def json(self, *argv, **options):
    return json.loads(self.run(*argv, "--json", **options)[0])

  def state(self, machine):
    return self.json("status", machine)["state"]

  def put(self, slug, arguments=PC, program=QEMU, text=None):
    """Writes a machine.json, sound or not."""
    folder = self.machines / slug
    folder.mkdir(parents=True)
    path = folder / "machine.json"
    path.write_text(text if text is not None else json.dumps({
      "version": 1, "uuid": f"6d0f3c1e-0b1c-4f5e-8a52-{abs(hash(slug)) % 16**12:012x}",
      "name": slug, "program": program, "arguments": to_arguments(arguments)}))
    return path

  def guests(self):
    """The processes with a path of ours in their command line."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
      with contextlib.suppress(OSError):
        if str(self.folder).encode() in path.read_bytes() and int(path.parts[2]) != os.getpid():
          yield int(path.parts[2])

  def close(self):
    for child in self.children:
      if child.poll() is None:
        child.kill()
      child.wait()
    for pid in self.guests():
      with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGKILL)
    shutil.rmtree(self.folder, ignore_errors=True)


def to_arguments(argv):
  """Flags with their values, as machine.json has them."""
  arguments = []
  for arg in argv:
    if arg.startswith("-"):
      arguments.append({"flag": arg})
    else:
      arguments[-1]["value"] = arg
  return arguments


def until(what, condition, seen=lambda: "", pause=0.05):
  """Waits; what there was to see instead goes into the message of a wait in vain. Between two looks
  are PAUSE seconds: a look is a program of its own, and takes its time from an emulated guest."""
  end = time.monotonic() + LIMIT_SECONDS
  while not (value := condition()):
    assert time.monotonic() < end, f"waited in vain until {what}\n{seen()}"
    select.select([], [], [], pause)
  return value


def until_read(fd, text, so_far=""):
  """Reads until TEXT came."""
  end = time.monotonic() + LIMIT_SECONDS
  while text not in so_far:
    ready = select.select([fd], [], [], max(0, end - time.monotonic()))[0]
    assert ready, f"waited in vain for “{text}”; there was: {so_far!r}"
    data = os.read(fd, 4096)
    assert data, f"it ended before “{text}”; there was: {so_far!r}"
    so_far += data.decode(errors="replace")
  return so_far


def kernel(architecture):
  debian = {"aarch64": "arm64", "x86_64": "amd64"}[architecture]
  if not list(KERNELS.glob(f"*/{debian}/text/debian-installer/{debian}/linux")):
    raise Skip(f"no package debian-installer-*-netboot-{debian} is installed")


# --- what is typed ------------------------------------------------------------------------------

def test_help(home):
  text, _ = home.run("--help")
  for command in COMMANDS:
    assert re.search(rf"^  {command}\b", text, re.M), f"--help does not list {command}"
    assert f"droverctl {command} [OPTION" in home.run(command, "--help")[0]
  for status in range(8):
    assert re.search(rf"^  {status}  \w", text, re.M), f"--help does not explain {status}"
  assert re.fullmatch(r"droverctl \d+\.\d+\.\d+\n", home.run("--version")[0])
  assert subprocess.run([home.droverctl], env=home.env, capture_output=True,
                        check=False).returncode == USAGE


def test_typed_wrongly(home):
  assert "frobnicate" in home.run("frobnicate", status=USAGE)[1]
  assert "droverctl start MACHINE" in home.run("start", status=USAGE)[1]
  assert "“two”" in home.run("status", "one", "two", status=USAGE)[1]
  assert "--frob" in home.run("list", "--frob", status=USAGE)[1]
  assert "--hello" in home.run("create", status=USAGE)[1]
  assert "aarch64 and x86_64" in home.run("create", "--hello", "sparc", status=USAGE)[1]
  assert "empty" in home.run("create", "--hello", "x86_64", "--name", "", status=USAGE)[1]
  home.put("pc")
  home.run("log", "pc", "--console", "--qemu", status=USAGE)
  assert len(home.json("list")) == 1


def test_no_such_machine(home):
  for command in COMMANDS[2:]:
    assert "nobody" in home.run(command, "nobody", status=NO_SUCH)[1]


def test_list(home):
  assert home.json("list") == []
  assert "create --hello" in home.run("list")[0]
  home.put("one")
  home.put("two", text="no JSON")
  listed = home.json("list")
  assert [(m["slug"], m["state"]) for m in listed] == [("one", "off"), ("two", "broken")]
  assert listed[0]["program"] == QEMU and listed[0]["uuid"] and "error" in listed[1]
  assert re.search(r"^off +one +one$", home.run("list")[0], re.M)


def test_reader_gone(home):
  home.put("pc", PC + ["-name", "x" * 200000])
  for command in [["list"], ["command", "pc"], ["command", "pc", "--json"]]:
    child = subprocess.Popen([home.droverctl, *command], env=home.env, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE)
    child.stdout.close()
    message = SANITIZER.sub("", child.stderr.read().decode())
    assert child.wait() == -signal.SIGPIPE and not message, f"{command}: {message}"


# --- Hello World --------------------------------------------------------------------------------

def test_hello_arguments(home):
  for architecture, before, after in [
      ("aarch64", ["-machine", "virt", "-cpu", "cortex-a53", "-m", "1G"], []),
      ("x86_64", ["-machine", "q35", "-cpu", "qemu64", "-m", "1G"],
       ["-append", "console=ttyS0"])]:
    kernel(architecture)
    created = home.json("create", "--hello", architecture)
    argv = home.json("command", created["slug"])
    files = [arg for arg in argv if arg.startswith("/")]
    assert [Path(name).name for name in files] == ["linux", "initrd.gz"], files
    assert argv == [f"qemu-system-{architecture}", *before, "-kernel", files[0], "-initrd",
                    files[1], *after, "-nographic"], argv
    assert home.run("command", created["slug"])[0] == " ".join(argv) + "\n"

    launch = home.json("command", created["slug"], "--launch")
    assert launch[0] == argv[0]
    assert [arg for arg in argv if arg not in launch] == []
    assert "-S" in launch and "-accel" in launch
    for name in ["qmp.sock", "ctl.sock", "hmp.sock", "console-0.sock"]:
      assert any(f"/{name},server=on,wait=off" in arg for arg in launch), f"{name}: {launch}"
    assert any(re.search(r"logfile=/.*/console-0\.log,", arg) for arg in launch)
    assert created["state"] == "off"


def test_create_names(home):
  kernel("x86_64")
  slugs = [home.run("create", "--hello", "x86_64")[0].strip() for _ in range(2)]
  slugs.append(home.run("create", "--hello", "x86_64", "--name", "Größe / ../x")[0].strip())
  assert len(set(slugs)) == 3 and sorted(slugs) == sorted(os.listdir(home.machines))
  names = {m["name"] for m in home.json("list")}
  assert len(names) == 3 and "Größe / ../x" in names
  # By slug, by name, by uuid.
  machine = home.json("status", slugs[2])
  for name in [machine["name"], machine["uuid"]]:
    assert home.json("status", name)["slug"] == slugs[2]


def test_installer(home):
  kernel("aarch64")
  slug = home.run("create", "--hello", "aarch64")[0].strip()
  home.run("start", slug, "--wait")
  status = home.json("status", slug)
  assert status["state"] == "running" and status["accelerator"] and status["accelerator-reason"]
  until("the log has the installer's text", lambda: INSTALLER_TEXT in home.run("log", slug)[0],
        lambda: repr(home.run("log", slug)[0][-3000:]), pause=1)
  assert home.state(slug) == "running"
  home.run("stop", slug)
  assert home.state(slug) == "off"
  assert INSTALLER_TEXT in home.run("log", slug, "--console")[0]
  home.run("delete", slug)
  assert home.json("list") == [] and not list(home.machines.iterdir())


# --- power --------------------------------------------------------------------------------------

def test_power(home):
  home.put("pc")
  home.run("start", "pc", "--wait")
  assert home.state("pc") == "running"
  pid = home.json("status", "pc")["pid"]
  assert [pid] == list(home.guests())
  assert home.run("status", "pc")[0].startswith("running\n")
  home.run("pause", "pc")
  assert home.state("pc") == "paused"
  home.run("resume", "pc")
  assert home.state("pc") == "running"
  home.run("reset", "pc")
  until("the firmware greets again",
        lambda: home.run("log", "pc")[0].count(PC_TEXT) >= 2)
  home.run("shutdown", "pc")    # a PC without a system does not care
  assert home.state("pc") == "running"
  home.run("stop", "pc")
  assert home.state("pc") == "off" and not list(home.guests())
  home.run("log", "pc", "--qemu")


def test_events(home):
  home.put("pc")
  home.run("start", "pc", "--wait")
  status = home.json("status", "pc")
  assert (status["accelerator"], status["badge"]) == ("tcg", "emulated"), status
  assert "Accelerator: tcg (emulated)" in home.run("status", "pc")[0]
  assert re.search(r"^running +emulated +pc +pc$", home.run("list")[0], re.M)
  assert "No event" in home.run("events", "pc", "--only", "NOTHING", "--timeout", "1",
                                status=FAILED)[1]

  # Other commands work meanwhile: who listens has a socket of its own.
  def wobble():
    home.run("pause", "pc")
    home.run("resume", "pc")

  waiting = home.spawn(home.droverctl, "events", "pc", "--only", "STOP", stdout=subprocess.PIPE,
                       text=True)
  until("one event came", lambda: wobble() or waiting.poll() is not None)
  said = waiting.communicate()[0]
  assert waiting.returncode == 0 and len(said.splitlines()) == 1, said
  assert re.search(r" STOP +The guest’s processors stand still\.$", said, re.M), said

  # Not with the one that the other commands need, when that is taken.
  with socket.socket(socket.AF_UNIX) as other:
    other.settimeout(LIMIT_SECONDS)
    other.connect(str(home.folder / "run/drover" / status["uuid"] / "user.sock"))
    other.makefile().readline()
    assert "listens there already" in home.run("events", "pc", "--follow", status=NO_ANSWER)[1]

  following = home.spawn(home.droverctl, "events", "pc", "--follow", "--json", "--only", "STOP",
                         "--only", "SHUTDOWN", stdout=subprocess.PIPE, text=True)
  until("it listens", lambda: wobble() or select.select([following.stdout], [], [], 0)[0])
  home.run("stop", "pc")
  events = [json.loads(line)["event"] for line in following.communicate()[0].splitlines()]
  assert following.returncode == 0
  assert events.count("STOP") == len(events) - 1 >= 1 and events[-1] == "SHUTDOWN", events


def test_bad_state(home):
  home.put("pc")
  for command in ["stop", "pause", "resume", "reset", "shutdown", "console", "events"]:
    assert "not running" in home.run(command, "pc", status=BAD_STATE)[1]
  home.run("start", "pc")
  home.run("start", "pc", status=BAD_STATE)
  home.run("delete", "pc", status=BAD_STATE)
  assert (home.machines / "pc/machine.json").exists()
  home.run("stop", "pc")


def test_own_pause(home):
  home.put("pc", PC + ["-S"])
  assert "-S" in home.run("start", "pc", "--wait")[1]
  assert home.state("pc") == "prelaunch"
  home.run("resume", "pc")
  assert home.state("pc") == "running"
  home.run("stop", "pc")


def test_delete_keeps_files(home):
  disk = home.put("pc").with_name("disk.img")
  disk.write_text("precious")
  assert str(disk) in home.run("delete", "pc")[1]
  assert disk.read_text() == "precious" and home.json("list") == []


# --- arguments, one by one ----------------------------------------------------------------------

def test_argument(home):
  file = home.put("pc", PC + ["-name", "x"])
  before = json.loads(file.read_text())
  last = len(before["arguments"]) - 1
  assert re.search(r"^ *0  -machine pc$", home.run("argument", "pc")[0], re.M)
  assert home.json("argument", "pc", str(last)) == \
      {"argument": last, "enabled": True, "flag": "-name", "value": "x"}

  home.run("argument", "pc", str(last), "--disable", "--note", "for later")
  listed = home.json("argument", "pc")
  assert listed[last] == {"argument": last, "enabled": False, "flag": "-name", "value": "x",
                          "note": "for later"}, listed
  assert "-name" not in home.json("command", "pc")
  shown = home.run("argument", "pc")[0]
  assert "-name x  (off)\n     # for later\n" in shown, shown

  # What is so already is not written again.
  stamp = file.stat().st_mtime_ns
  home.run("argument", "pc", str(last), "--disable")
  assert file.stat().st_mtime_ns == stamp
  home.run("argument", "pc", str(last), "--enable", "--note", "")
  assert json.loads(file.read_text()) == before

  home.run("argument", "pc", str(last + 1), status=USAGE)
  home.run("argument", "pc", "x", "--enable", status=USAGE)
  home.run("argument", "pc", "0", "--enable", "--disable", status=USAGE)
  assert "droverctl argument pc" in home.run("argument", "pc", "--enable", status=USAGE)[1]
  assert json.loads(file.read_text()) == before


def test_relative_program(home):
  path = home.put("pc", program="bin/qemu")
  folder = path.with_name("bin")
  folder.mkdir()
  (folder / "qemu").symlink_to(shutil.which(QEMU))
  # Not from where droverctl is started, but from where QEMU is.
  home.run("check", "pc", cwd="/")
  home.run("start", "pc", "--wait", cwd="/")
  home.run("stop", "pc")

  other = home.folder / "elsewhere/bin"
  other.mkdir(parents=True)
  (folder / "qemu").rename(other / "qemu")
  home.run("start", "pc", cwd=other.parent, status=NOT_STARTED)
  machine = json.loads(path.read_text())
  path.write_text(json.dumps(dict(machine, directory=str(other.parent))))
  home.run("start", "pc", "--wait", cwd="/")
  home.run("stop", "pc")


# --- copies -------------------------------------------------------------------------------------

def test_copied_folder(home):
  home.put("pc")
  home.run("start", "pc", "--wait")
  shutil.copytree(home.machines / "pc", home.machines / "pc-copy")
  listed = {machine["slug"]: machine for machine in home.json("list")}
  assert listed["pc"]["state"] == "running", listed
  assert listed["pc-copy"]["state"] == "broken" and "“pc”" in listed["pc-copy"]["error"], listed
  assert "pid" not in listed["pc-copy"]
  assert "uuid" in home.run("start", "pc-copy", status=BROKEN)[1]

  home.run("renew-identity", "pc", status=BAD_STATE)
  uuid = home.run("renew-identity", "pc-copy")[0].strip()
  assert home.json("status", "pc-copy")["uuid"] == uuid != listed["pc"]["uuid"]
  assert home.state("pc-copy") == "off" and home.state("pc") == "running"
  home.run("stop", "pc")


# --- what is broken -----------------------------------------------------------------------------

def test_broken(home):
  for slug, text in [("not-json", "{ \"version\": 1,"), ("empty", ""), ("a-list", "[]"),
                     ("wrong-version", '{"version":99,"name":"x","program":"y","arguments":[]}')]:
    path = home.put(slug, text=text)
    for command in ["start", "status", "command", "stop"]:
      home.run(command, slug, status=BROKEN if command != "stop" else BAD_STATE)
    assert path.read_text() == text
  assert "99" in home.run("status", "wrong-version", status=BROKEN)[1]
  assert {m["state"] for m in home.json("list")} == {"broken"}


def test_missing_program(home):
  # No such program exists, so it is installed nowhere; its package is told by its beginning.
  home.put("pc", program="qemu-system-sparc-absent")
  message = home.run("start", "pc", status=NOT_STARTED)[1]
  assert "qemu-system-sparc-absent" in message and "package qemu-system-sparc," in message
  assert home.state("pc") == "off"


def test_missing_kernel(home):
  home.put("pc", ["-kernel", "/nowhere/vmlinuz", *PC])
  assert "/nowhere/vmlinuz" in home.run("start", "pc", "--wait", status=NOT_STARTED)[1]
  assert "/nowhere/vmlinuz" in home.run("log", "pc", "--qemu")[0]
  assert home.state("pc") == "off" and not list(home.guests())


def test_wrong_argument(home):
  home.put("pc", ["-frobnicate", *PC])
  assert "frobnicate" in home.run("start", "pc", status=NOT_STARTED)[1]


# --- consoles -----------------------------------------------------------------------------------

def open_console(home, machine):
  """droverctl console on a terminal of its own; also returns the terminal's other end."""
  master, slave = pty.openpty()
  child = home.spawn(home.droverctl, "console", machine, stdin=slave, stdout=slave, stderr=slave,
                     start_new_session=True)
  os.close(slave)
  until("the terminal leaves all keys to droverctl",
        lambda: not termios.tcgetattr(master)[3] & termios.ISIG)
  return child, master


def test_console_terminal(home):
  home.put("pc")
  home.run("start", "pc")
  child, fd = open_console(home, "pc")
  text = until_read(fd, PC_TEXT)
  assert "Ctrl-]" in text
  assert f"(process {child.pid})" in home.run("console", "pc", status=BAD_STATE)[1]

  # Ctrl-C is the guest's, Ctrl-A c is QEMU's, Ctrl-] is ours.
  os.write(fd, b"\x03\x01c")
  until_read(fd, "(qemu) ")
  os.write(fd, b"info status\r")
  until_read(fd, "VM status: running")
  os.write(fd, b"\x01c\x1d")
  assert child.wait(LIMIT_SECONDS) == 0
  os.close(fd)
  assert home.state("pc") == "running"

  # Nobody has to leave a console for others to ask: the QMP connection is free meanwhile.
  child, fd = open_console(home, "pc")
  until_read(fd, "VM status: running")
  assert home.state("pc") == "running"
  os.write(fd, b"\x1d")
  assert child.wait(LIMIT_SECONDS) == 0
  os.close(fd)

  # Once more: what was said before is shown again.
  child, fd = open_console(home, "pc")
  until_read(fd, "VM status: running")
  home.run("stop", "pc")
  with contextlib.suppress(OSError):    # a terminal that nobody has open any more
    while os.read(fd, 4096):
      pass
  assert child.wait(LIMIT_SECONDS) == 0
  os.close(fd)


def test_console_ctrl_c(home):
  home.put("pc", ["-machine", "pc", "-accel", "tcg", "-m", "16", "-net", "none", "-display",
                  "none", "-serial", "stdio"])
  home.run("start", "pc")
  child, fd = open_console(home, "pc")
  until_read(fd, "Ctrl-]")
  os.write(fd, b"\x03")
  until("Ctrl-C has ended QEMU, as in a shell", lambda: home.state("pc") == "off")
  assert child.wait(LIMIT_SECONDS) == 0
  os.close(fd)


def test_console_pipe(home):
  home.put("pc")
  home.run("start", "pc")
  child = home.spawn(home.droverctl, "console", "pc", stdin=subprocess.PIPE,
                     stdout=subprocess.PIPE)
  # Through a pipe Ctrl-] is a character as any other, and the end of the input is not the end.
  child.stdin.write(b"\x1d\x01cinfo status\r")
  child.stdin.close()
  until_read(child.stdout.fileno(), "VM status: running")
  home.run("stop", "pc")
  child.stdout.read()
  assert child.wait(LIMIT_SECONDS) == 0
  child.stdout.close()


def test_no_console(home):
  home.put("pc", ["-machine", "none", "-display", "none"])
  home.run("start", "pc")
  assert "no console" in home.run("console", "pc", status=BAD_STATE)[1]
  assert "no console" in home.run("log", "pc", status=BAD_STATE)[1]
  home.run("stop", "pc")


def test_log_of_long_run(home):
  """Its older half was taken out of the file, and is a hole where the file system knows no better."""
  home.put("pc")
  path = home.folder / "state/drover/machines/pc/console-0.log"
  assert home.run("log", "pc", status=FAILED)[1].count(str(path)) == 1
  path.parent.mkdir(parents=True)
  hole = 1 << 20
  with path.open("wb") as log:
    log.seek(hole)
    log.write("as it was: \0 ü\r\n".encode() * 10000)
  if os.stat(path).st_blocks * 512 >= hole:
    raise Skip(f"the file system below {home.folder} has no holes")
  done = subprocess.run([home.droverctl, "log", "pc"], env=home.env, capture_output=True, check=True)
  assert done.stdout == "as it was: \0 ü\r\n".encode() * 10000, done.stdout[:100]


# --- the monitors -----------------------------------------------------------------------------

def press_until_reset(home):
  """Three keys at once, which reset a PC whose firmware waits for keys."""
  waiting = home.spawn(home.droverctl, "events", "pc", "--json", "--only", "RESET",
                       stdout=subprocess.PIPE, text=True)
  until("the keys reset the PC",
        lambda: home.run("send-key", "pc", "ctrl-alt-delete") and waiting.poll() is not None)
  assert json.loads(waiting.communicate()[0])["data"]["guest"] is True


def test_monitors(home):
  home.put("pc", [*PC, "-serial", "mon:stdio", "-chardev", "vc,id=two", "-serial", "chardev:two"])
  home.run("start", "pc", "--wait")

  # Short, as JSON, as a whole message, and one a line.
  assert json.loads(home.run("qmp", "pc", "query-status")[0])["running"]
  home.run("qmp", "pc", '{"execute": "stop"}')
  assert home.json("status", "pc")["state"] == "paused"
  home.run("qmp", "pc", "human-monitor-command", '{"command-line": "cont"}')
  assert home.json("status", "pc")["state"] == "running"
  assert "running" in home.run("qmp", "pc", input="query-status\nquery-name\n")[0]
  assert '"qemu"' in home.run("qmp", "pc", "-", input='{"execute":\n"query-version"}')[0]
  assert "JSON" in home.run("qmp", "pc", '{"execute": }', status=FAILED)[1]
  assert "id" in home.run("qmp", "pc", "device_del", status=FAILED)[1]
  assert "id: string" in home.run("qmp", "pc", "--describe", "device_del")[0]
  assert "query-block" in home.run("qmp", "pc", "--describe")[0].split()
  assert "VM status: running" in home.run("hmp", "pc", "info", "status")[0]
  assert "VM status: running" in home.run("hmp", "pc", input="info status\n")[0]

  # The firmware keeps what was typed and nobody read: scan code and character.
  def typed():
    home.run("send-key", "pc", "a", "enter")
    return re.search("0x1e61 +0x1c0d", home.run("hmp", "pc", "xp", "/16hx", "0x41e")[0])

  until("the firmware has two keys", typed)
  press_until_reset(home)
  assert "ctrl, ctrl_r" in home.run("send-key", "pc", "ctr", status=FAILED)[1]
  picture = home.folder / "screen.png"
  home.run("screenshot", "pc", str(picture))
  assert picture.read_bytes().startswith(b"\x89PNG")
  assert "nine" in home.run("screenshot", "pc", str(picture), "--device", "nine", status=FAILED)[1]

  # The firmware notes which shift keys are down.
  home.run("send-key", "pc", "--hold", "60000", "shift")
  shifted = lambda: re.search("0x[0-9a-f]*[2367abef]$", home.run("hmp", "pc", "xp", "/1bx",
                                                                 "0x417")[0].strip())
  until("a key is held", shifted)
  assert all(shifted() for _ in range(10)), "it was let go too early"

  # A choice of consoles; Drover's own connections are none.
  rows = [row.split("\t") for row in home.run("console", "pc", "--list")[0].splitlines()]
  assert sorted(row[0] for row in rows if row[0] != "-") == ["0", "1"]
  assert {row[1] for row in rows if row[0] != "-"} == {"drover-console-0", "two"}
  listed = json.loads(home.run("console", "pc", "--list", "--json")[0])
  assert {one["id"] for one in listed if "console" in one} == {"drover-console-0-base", "two"}
  assert "no console" in home.run("console", "pc", "nine", status=BAD_STATE)[1]
  home.run("stop", "pc")


# --- beside the window --------------------------------------------------------------------------

def is_console_taken(home, machine):
  """Whether somebody is connected to the console, as QEMU's monitor tells."""
  uuid = home.json("status", machine)["uuid"]
  with socket.socket(socket.AF_UNIX) as qmp:
    qmp.settimeout(LIMIT_SECONDS)
    qmp.connect(str(home.folder / "run/drover" / uuid / "ctl.sock"))
    lines = qmp.makefile("rw")
    lines.readline()
    for command in ["qmp_capabilities", "query-chardev"]:
      lines.write(json.dumps({"execute": command}) + "\n")
      lines.flush()
      reply = lines.readline()
  # Muxed with the monitor, the console's socket is the device below it.
  return any(c["label"] == "drover-console-0-base" and not c["filename"].startswith("disconnected:")
             for c in json.loads(reply)["return"])


def test_killed_window(home, drover):
  home.put("pc")
  home.run("start", "pc", "--wait")
  pid = home.json("status", "pc")["pid"]
  window = home.spawn(drover)
  until("the window has the console", lambda: is_console_taken(home, "pc"))
  window.kill()
  window.wait()
  until("the console is free again", lambda: not is_console_taken(home, "pc"))
  status = home.json("status", "pc")
  assert status["state"] == "running" and status["pid"] == pid
  child, fd = open_console(home, "pc")
  until_read(fd, PC_TEXT)
  os.write(fd, b"\x1d")
  assert child.wait(LIMIT_SECONDS) == 0
  os.close(fd)
  home.run("stop", "pc")


def main(droverctl, drover=None):
  signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
  tests = [(name[5:], test) for name, test in globals().items() if name.startswith("test_")]
  print(f"TAP version 14\n1..{len(tests)}", flush=True)
  good = True
  for number, (name, test) in enumerate(tests, 1):
    home = Home(droverctl)
    try:
      if test is test_killed_window:
        if drover is None:
          raise Skip("Drover's window was not built")
        test(home, drover)
      else:
        test(home)
      print(f"ok {number} - {name}", flush=True)
    except Skip as why:
      print(f"ok {number} - {name} # SKIP {why}", flush=True)
    except Exception:    # pylint: disable=broad-except
      good = False
      traceback.print_exc()
      print(f"not ok {number} - {name}", flush=True)
    finally:
      home.close()
  return 0 if good else 1


if __name__ == "__main__":
  sys.exit(main(*sys.argv[1:]))
