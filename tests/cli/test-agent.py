#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-agent.py DROVERCTL: the guest agent, through a real QEMU, as a script sees it.

The agent is a real qemu-ga; what it must not do to this computer, a played one is asked for.
Prints TAP.
"""

import contextlib
import hashlib
import json
import os
import platform
import subprocess
import sys
import time

from qtest_guest import Guest, connect, put
from support import cli, main

NO_ANSWER = 7


@contextlib.contextmanager
def guest(home, agent=None):
  put(home, "vm")
  home.run("start", "vm")
  played = Guest(home, "vm", agent)
  try:
    played.open.wait()
    yield played
  finally:
    played.close()
    home.run("stop", "vm")


class PlayedAgent:
  """Obeys at once, and does nothing."""

  def __init__(self):
    self.heard = []
    self.rest = b""

  def __call__(self, data):
    *lines, self.rest = (self.rest + data).split(b"\n")
    return b"".join(self.answer(json.loads(line.lstrip(b"\xff"))) for line in lines)

  def answer(self, command):
    name, arguments = command["execute"], command.get("arguments", {})
    self.heard.append((name, arguments))
    if name == "guest-shutdown":
      return b""
    if name == "guest-sync-delimited":
      # What another client was told comes first.
      return b'{"return": 17}\n{"half' + b"\xff" + json.dumps(
        {"return": arguments["id"]}).encode() + b"\n"
    return json.dumps({"return": {}, "id": command.get("id")}).encode() + b"\n"


def test_info(home):
  with guest(home):
    info = home.json("agent", "vm", "info")
    assert info["host-name"] == platform.node(), info
    assert info["kernel"] == platform.release(), info
    assert any(address["address"] == "127.0.0.1" and address["local"]
               for address in info["addresses"]), info
    assert "guest-exec" in info["commands"] and "guest-shutdown" not in info["commands"], info
    assert abs(info["clock-ahead-seconds"]) < 60, info
    text, _ = home.run("agent", "vm", "info")
    assert platform.node() in text and "127.0.0.1/8" in text, text

    assert "addresses" not in home.json("status", "vm")
    status = home.json("status", "vm", "--agent")
    assert status["addresses"] == info["addresses"], status

    # This one is forbidden.
    _, err = home.run("agent", "vm", "shutdown", status=cli.FAILED)
    assert "guest agent says" in err, err


def test_exec(home):
  with guest(home):
    done = subprocess.run(
      [home.droverctl, "agent", "vm", "exec", "--", "sh", "-c", "echo one; echo two >&2; exit 5"],
      env=home.env, capture_output=True, text=True, timeout=cli.LIMIT_SECONDS,
      stdin=subprocess.DEVNULL)
    assert done.returncode == 5 and done.stdout == "one\n" and "two" in done.stderr.split("\n"), done
    done = home.json("agent", "vm", "exec", "true")
    assert done == {"exit-status": 0, "output": "", "errors": "", "truncated": False}, done
    _, err = home.run("agent", "vm", "exec", "--", "/no/such/program", status=cli.FAILED)
    assert "/no/such/program" in err, err


def test_copy(home):
  with guest(home):
    data = os.urandom(700_001)
    (home.folder / "there").mkdir()
    source, there, back = (home.folder / name for name in ["a", "there/a b", "back"])
    source.write_bytes(data)
    sums = home.json("agent", "vm", "push", str(source), str(there))
    assert sums == {"sha256": hashlib.sha256(data).hexdigest()}
    assert there.read_bytes() == data
    assert home.json("agent", "vm", "pull", str(there), str(back)) == sums
    assert back.read_bytes() == data

    _, err = home.run("agent", "vm", "pull", str(there), str(back), status=cli.FAILED)
    assert "--force" in err, err
    there.write_bytes(b"")
    home.run("agent", "vm", "pull", str(there), str(back), "--force")
    assert back.read_bytes() == b""

    for path in ["/no/such/folder/a", str(there.parent)]:
      _, err = home.run("agent", "vm", "push", str(source), path, status=cli.FAILED)
      assert path in err, err
    _, err = home.run("agent", "vm", "push", "/dev/full", str(there), status=cli.FAILED)
    assert "not a file" in err, err
    # The agent can open it, and then finds the disk full.
    _, err = home.run("agent", "vm", "push", str(source), "/dev/full", status=cli.FAILED)
    assert "/dev/full" in err and "the guest agent says" in err.lower(), err
    assert not list(home.folder.glob("back.*"))


def test_played(home):
  agent = PlayedAgent()
  with guest(home, agent):
    before = time.time_ns()
    home.run("agent", "vm", "sync-time")
    name, arguments = agent.heard[-1]
    assert name == "guest-set-time" and before <= arguments["time"] + 1000 <= time.time_ns() + 1000
    home.run("agent", "vm", "shutdown")
    assert ("guest-shutdown", {"mode": "powerdown"}) in agent.heard, agent.heard


def test_holder(home):
  with guest(home) as played, connect(played.folder / "agent.sock"):
    _, err = home.run("agent", "vm", "info", status=NO_ANSWER)
    assert f"process {os.getpid()})" in err, err
  put(home, "silent")
  home.run("start", "silent")
  _, err = home.run("agent", "silent", "info", status=NO_ANSWER)
  assert "No guest agent runs" in err, err
  assert "agent-error" in home.json("status", "silent", "--agent")
  home.run("stop", "silent")

  home.put("without")
  _, err = home.run("agent", "without", "info", status=cli.BAD_STATE)
  assert "not running" in err, err
  home.run("start", "without")
  _, err = home.run("agent", "without", "info", status=cli.BAD_STATE)
  assert "without a channel" in err, err
  home.run("stop", "without")
  for words in [["push", "one"], ["exec"], ["nonsense"], ["info", "more"]]:
    home.run("agent", "without", *words, status=cli.USAGE)


if __name__ == "__main__":
  sys.exit(main(globals(), sys.argv[1]))
