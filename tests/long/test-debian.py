#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian 13 installs itself: from the template to a login prompt and an agent that answers.

The archive is the one that this computer's apt uses; DROVER_MIRROR=URL says another. Emulated,
it takes an hour or so.
"""

import gzip
import json
import os
import re
import subprocess
import sys
import urllib.error
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import guest    # pylint: disable=wrong-import-position
from debian_mirror import Mirror, find_archive    # pylint: disable=wrong-import-position

IMAGES = Path("/usr/lib/debian-installer/images")


def find_installer():
  folders = sorted(IMAGES.glob("13*/amd64/text/debian-installer/amd64"))
  if not folders:
    raise guest.cli.Skip("no package debian-installer-13-netboot-amd64 is installed")
  return folders[-1]


def kernel_version(folder):
  # The RAM disk has the modules' folder by name.
  with gzip.open(folder / "initrd.gz") as initrd:
    return re.search(rb"lib/modules/([0-9][^/\0]+)/", initrd.read()).group(1).decode()


def suit_emulation(path, changed_index):
  """What the test's guest has beyond a user's. What follows the three dashes on the kernel's command
  line goes into the installed system's as well."""
  document = json.loads(path.read_text())
  for argument in document["arguments"]:
    if argument.get("flag") == "-append":
      # An emulated processor has no flaws to be worked around, and takes its time.
      argument["value"] += " mitigations=off systemd.default_device_timeout_sec=1800"
      if changed_index:
        # The index that the mirror helper made anew has nobody's signature.
        argument["value"] = "debian-installer/allow_unauthenticated=true " + argument["value"]
    if argument.get("flag") == "-cpu" and argument["value"].startswith("max"):
      # Told that moving bytes one by one is quick, Linux does that; emulated, it is not.
      argument["value"] += ",erms=off,fsrm=off"
    if argument.get("value", "").startswith("driver=qcow2,node-name=image0"):
      # Nobody mourns this disk when the power fails.
      argument["value"] += ",cache.no-flush=on"
  path.write_text(json.dumps(document))


def test_unattended(home):
  archive = find_archive()
  try:
    mirror = Mirror(archive, "trixie", "amd64", kernel_version(find_installer()))
    mirror.prepare()
  except (urllib.error.URLError, OSError) as error:
    raise guest.cli.Skip(f"the archive {archive} is out of reach: {error}") from error
  with mirror:
    print(f"# archive {archive}; made for it: {mirror.made}; left out: {len(mirror.left_out)}",
          flush=True)
    slug = install(home, mirror)
    # The console of the first run is in the log's older part now.
    guest.await_text(home, slug, r"testbox login:", 60)
    assert "return" in guest.ask_agent(home, slug, "guest-ping", 20)
    system = guest.ask_agent(home, slug, "guest-get-osinfo", 5)["return"]
    assert system["id"] == "debian" and system["version-id"] == "13", system
    assert guest.ask_agent(home, slug, "guest-get-host-name", 5)["return"]["host-name"] \
        == "testbox"
    port = home.json("status", slug)["install"]["ssh-port"]
    assert guest.ssh_banner(port).startswith("SSH-2.0-"), "no SSH server behind the port"
    print("# " + guest.console(home, slug)[-400:].replace("\n", "\n# "), flush=True)
    home.run("stop", slug)


def install(home, mirror):
  create = [home.droverctl, "create", "--template", "debian-13", "--name", "Debian", "--user",
            "anna", "--password-stdin", "--no-download"]
  for setting in ["display=off", "memory=1536M", "cpus=2", "disk=8G", "host-name=testbox",
                  f"mirror={mirror.address}", "security-mirror=", "locale=en_US.UTF-8",
                  "keyboard=us", "time-zone=Etc/UTC"]:
    create += ["--set", setting]
  slug = subprocess.run(create, env=home.env, input="geheim\n", capture_output=True, text=True,
                        check=True).stdout.strip()
  folder = home.machines / slug
  suit_emulation(folder / "machine.json", bool(mirror.files))

  with subprocess.Popen([home.droverctl, "start", slug, "--until-installed", "--wait"],
                        env=home.env, stderr=subprocess.PIPE, text=True) as child:
    try:
      for line in child.stderr:
        print("# " + line.rstrip("\n"), flush=True)
        assert "The installer asks" not in line, guest.console(home, slug)[-3000:]
    except BaseException:
      child.kill()
      raise
    assert child.wait() == 0, guest.console(home, slug)[-3000:]

  status = home.json("status", slug)
  assert status["install"]["state"] == "finished", status
  document = json.loads((folder / "machine.json").read_text())
  assert not [a for a in document["arguments"] if a.get("phase") == "install"], document
  assert not (folder / "initrd-answers.gz").exists()
  assert status["state"] == "running", status
  return slug


if __name__ == "__main__":
  sys.exit(guest.main(dict(globals()), sys.argv[1]))
