# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests with whole guests have in common."""

import contextlib
import importlib.util
import json
import os
import re
import select
import signal
import socket
import sys
import time
import traceback
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent


def load(path):
  spec = importlib.util.spec_from_file_location(path.stem.replace("-", "_"), path)
  module = importlib.util.module_from_spec(spec)
  spec.loader.exec_module(module)
  return module


cli = load(HERE.parent / "cli/test-cli.py")


def console(home, slug):
  """What the guest wrote, without what colours it."""
  path = Path(home.env["XDG_STATE_HOME"]) / "drover/machines" / slug / "console-0.log"
  text = path.read_bytes().decode(errors="replace") if path.exists() else ""
  return re.sub(r"\x1b(\[[0-9;?]*[@-~]|[()].|[^\[()])", "", text)


def await_text(home, slug, pattern, minutes):
  """Waits until the console has it; an emulated guest on a busy computer takes its time."""
  end = time.monotonic() + minutes * 60
  while not re.search(pattern, console(home, slug)):
    state = home.state(slug)
    assert state != "off", f"the machine is off, and there is no {pattern}:\n" \
        + console(home, slug)[-3000:]
    assert time.monotonic() < end, f"no {pattern} within {minutes} minutes; there is:\n" \
        + console(home, slug)[-3000:]
    select.select([], [], [], 2)


def ask_agent(home, slug, command, minutes):
  """Asks the guest agent by its channel until it answers."""
  folder = home.machines / slug
  end = time.monotonic() + minutes * 60
  while True:
    # A socket's path must be short.
    fd = os.open(folder, os.O_PATH)
    with contextlib.ExitStack() as stack, contextlib.suppress(OSError):
      stack.callback(os.close, fd)
      agent = stack.enter_context(socket.socket(socket.AF_UNIX))
      agent.settimeout(10)
      agent.connect(f"/proc/self/fd/{fd}/agent.sock")
      agent.sendall(json.dumps({"execute": command}).encode() + b"\n")
      line = agent.makefile().readline()
      if line:
        return json.loads(line)
    assert time.monotonic() < end, f"the guest agent did not answer within {minutes} minutes"
    select.select([], [], [], 5)


def ssh_banner(port):
  """What greets at the forwarded port."""
  with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
    connection.settimeout(60)
    return connection.recv(100).decode(errors="replace")


def main(tests, droverctl):
  """Runs each test_NAME; prints TAP. Killed, it ends its guests."""
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
