# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests with whole guests have in common."""

import contextlib
import json
import os
import re
import select
import socket
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent


sys.path.insert(0, str(HERE.parent / "cli"))

from support import cli, main    # noqa: E402, F401  pylint: disable=wrong-import-position,unused-import


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
