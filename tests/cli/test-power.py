#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-power.py DROVERCTL: how machines are started and ended, and why they do not run. Prints TAP."""

import subprocess
import sys
from pathlib import Path

import support
from support import cli

UUID = "5b6f54a7-3c1e-4c39-9d3c-6ad9c0c9f0d1"

# Stands still in its firmware, and knows no power button.
PC = ["-machine", "pc", "-accel", "tcg", "-m", "16", "-net", "none", "-nographic"]


def put(home, slug="pc", arguments=PC, uuid=UUID):
  return home.put(slug, text=cli.json.dumps({
    "version": 1, "uuid": uuid, "name": slug, "program": cli.QEMU,
    "arguments": cli.to_arguments(arguments)}))


def test_paused_and_reasons(home):
  put(home)
  home.run("start", "pc", "--paused", "--wait")
  status = home.json("status", "pc")
  assert (status["state"], status["reason"]) == ("prelaunch", "not-started"), status
  assert status["uptime"] >= 0 and status["since"].endswith("Z"), status
  assert "disposable" not in status, status

  home.run("resume", "pc")
  assert "reason" not in home.json("status", "pc")
  home.run("pause", "pc")
  assert home.json("status", "pc")["reason"] == "user"
  assert "Paused on request" in home.run("status", "pc")[0]
  assert "does not sleep" in home.run("wake", "pc", status=cli.BAD_STATE)[1]

  home.run("stop", "pc")
  status = home.json("status", "pc")
  assert (status["state"], status["reason"]) == ("off", "host-qmp-quit"), status
  assert "since" not in status and "uptime" not in status, status


def put_played(home, script):
  """A QEMU that says what is in SCRIPT; see tests/core/run/fake-qemu.c."""
  path = home.folder / "script"
  path.write_text(script)
  program = Path(home.droverctl).resolve().parents[2] / "tests/core/fake-qemu"
  assert program.exists(), program
  return home.put("pc", text=cli.json.dumps({
    "version": 1, "uuid": UUID, "name": "pc", "program": str(program),
    "arguments": cli.to_arguments(["-nodefaults", "-fake", "script", "-fake-script", str(path)])}))


def test_troubles(home):
  for state, kind, cause, remedy in [
      ("internal-error", "internal-error", "cannot run", "-accel tcg"),
      ("guest-panicked", "guest-panic", "(a panic)", "Reset it to start"),
      ("watchdog", "watchdog", "watchdog ran out", "It stands still"),
      ("io-error", "io-error", "not known any more", "tried anew")]:
    put_played(home, f'@cont\n={state}\n{{"event": "STOP", "timestamp": {{}}}}\n')
    home.run("start", "pc")
    status = home.json("status", "pc")
    assert (status["state"], status["reason"]) == (state, kind), status
    trouble = status["trouble"]
    assert trouble["kind"] == kind, trouble
    assert cause in trouble["cause"] and remedy in trouble["remedy"], trouble
    text, _ = home.run("status", "pc")
    assert f"{trouble['title']}\n{trouble['cause']}\n{trouble['remedy']}\n" in text, text
    home.run("stop", "pc")
    home.run("delete", "pc")

  put_played(home, '@cont\n=suspended\n{"event": "SUSPEND", "timestamp": {}}\n')
  home.run("start", "pc")
  status = home.json("status", "pc")
  assert status["reason"] == "suspended" and "trouble" not in status, status
  assert "droverctl wake" in home.run("status", "pc")[0]
  home.run("stop", "pc")


def test_disposable(home):
  put(home)
  home.run("start", "pc", "--disposable", "--wait")
  status = home.json("status", "pc")
  assert status["disposable"] is True, status
  assert "Nothing that it writes" in home.run("status", "pc")[0]
  argv = Path(f"/proc/{status['pid']}/cmdline").read_bytes().split(b"\0")
  assert b"-snapshot" in argv, argv
  assert "-snapshot" not in home.run("command", "pc")[0]
  home.run("stop", "pc")


def test_shutdown(home):
  put(home)
  home.run("start", "pc", "--wait")
  message = home.run("shutdown", "pc", "--wait", "--timeout=1", status=cli.BAD_STATE)[1]
  assert "still on" in message, message
  assert home.state("pc") == "running"
  home.run("shutdown", "pc", "--timeout=x", status=cli.USAGE)
  home.run("shutdown", "pc", "--force", "--timeout=1")
  assert home.state("pc") == "off"
  assert not list(home.guests())


def autostart_file(home, name):
  return home.folder / "config" / name


def test_autostart_entry(home):
  path = put(home, "pc")
  assert home.json("autostart", "pc") == {"autostart": False}
  home.run("autostart", "pc", "on")
  entry = autostart_file(home, f"autostart/drover-{UUID}.desktop")
  assert home.json("autostart", "pc") == {"autostart": True, "file": str(entry)}
  assert home.json("status", "pc")["autostart"] is True
  subprocess.run(["desktop-file-validate", entry], check=True)

  # What the desktop would run starts it.
  line = [line for line in entry.read_text().splitlines() if line.startswith("Exec=")][0]
  subprocess.run(["sh", "-c", line[5:]], env=home.env, check=True, timeout=cli.LIMIT_SECONDS)
  assert home.state("pc") in ("prelaunch", "running")
  home.run("stop", "pc")

  # It is named by the uuid, so the folder may be renamed, and it goes with the machine.
  path.parent.rename(path.parent.with_name("renamed"))
  assert home.json("autostart", "renamed")["autostart"] is True
  home.run("delete", "renamed")
  assert not entry.exists()

  put(home, "pc")
  home.run("autostart", "pc", "on")
  home.run("autostart", "pc", "off")
  assert not entry.exists()
  home.run("autostart", "pc", "maybe", status=cli.USAGE)


def fake_systemd(home, active):
  """A systemd that only notes what it is told."""
  (home.folder / "run/systemd").mkdir(parents=True)
  (home.folder / "run/systemd/private").touch()
  programs = home.folder / "bin"
  programs.mkdir()
  systemctl = programs / "systemctl"
  systemctl.write_text(f'#!/bin/sh\necho "$*" >> {home.folder}/told\n'
                       f'case "$*" in *is-active*) exit {0 if active else 3} ;; esac\n')
  systemctl.chmod(0o755)
  home.env["PATH"] = f"{programs}:{home.env['PATH']}"
  for variable in ("DISPLAY", "WAYLAND_DISPLAY"):
    home.env.pop(variable, None)


def check_unit(home, target):
  unit = autostart_file(home, f"systemd/user/drover-{UUID}.service")
  link = autostart_file(home, f"systemd/user/{target}.wants/drover-{UUID}.service")
  assert link.resolve() == unit.resolve(), link
  text = unit.read_text()
  assert f'ExecStart="{home.droverctl}" start {UUID}\n' in text, text
  assert f'ExecStop="{home.droverctl}" shutdown {UUID} --wait --timeout=60\n' in text, text
  assert "Description=Drover: 100%% \\ of it\n" in text, text
  assert f"WantedBy={target}\n" in text, text
  assert "--user --quiet daemon-reload" in (home.folder / "told").read_text()
  return unit, link


def test_autostart_unit(home):
  path = put(home, "pc")
  document = cli.json.loads(path.read_text())
  document["name"] = "100% \\ of it"
  path.write_text(cli.json.dumps(document))
  fake_systemd(home, active=True)
  home.run("autostart", "pc", "on")
  unit, link = check_unit(home, "graphical-session.target")
  assert "PartOf=graphical-session.target\n" in unit.read_text()
  home.run("autostart", "pc", "off")
  assert not unit.exists() and not link.is_symlink() and not link.parent.exists()

  # Without a desktop.
  (home.folder / "bin/systemctl").write_text(
    (home.folder / "bin/systemctl").read_text().replace("exit 0", "exit 3"))
  home.run("autostart", "pc", "on")
  unit, link = check_unit(home, "default.target")
  home.run("delete", "pc")
  assert not unit.exists() and not link.is_symlink()


if __name__ == "__main__":
  sys.exit(support.main(globals(), sys.argv[1]))
