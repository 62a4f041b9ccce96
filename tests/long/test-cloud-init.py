#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Debian with cloud-init takes its user, password, key and host name from Drover's seed.

The image is made by `./dev test --long` (tests/long/make-image). Emulated, it takes a quarter of
an hour or more.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import guest    # pylint: disable=wrong-import-position

PASSWORD = "correct horse battery"


def start_without_loader(path, folder):
  """The image has no boot loader; and an emulated guest's devices take longer to appear."""
  document = json.loads(path.read_text())
  document["arguments"] += [
    {"flag": "-kernel", "value": str(folder / "vmlinuz")},
    {"flag": "-initrd", "value": str(folder / "initrd")},
    {"flag": "-append", "value": "root=/dev/vda rw console=ttyS0 mitigations=off "
                                 "systemd.default_device_timeout_sec=1800"}]
  path.write_text(json.dumps(document))


def make_key(home):
  """A pair of keys; without ssh-keygen a public one that nobody has the other half of."""
  path = home.folder / "id"
  if shutil.which("ssh-keygen"):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "anna@host", "-f", path],
                   check=True)
  else:
    path.with_suffix(".pub").write_text(
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB1Zs1hTq4R8vZQy6xJrm3h0B8R3rYyYbN6mJ4Ok1u2a anna@host\n")
  return path


def test_seed(home):
  folder = Path(os.environ.get("DROVER_LONG_IMAGE", ""))
  if not (folder / "image.raw").is_file():
    raise guest.cli.Skip("there is no image: it takes mmdebstrap and mke2fs, run by root")
  key = make_key(home)
  create = [home.droverctl, "create", "--template", "debian-13-cloud", "--media",
            folder / "image.raw", "--user", "anna", "--ssh-key", key.with_suffix(".pub"),
            "--password-stdin", "--name", "Cloud"]
  for setting in ["display=off", "firmware=bios", "memory=1G", "cpus=2", "disk=4G",
                  "host-name=cloudbox", "locale=en_US.UTF-8", "keyboard=us", "time-zone=Etc/UTC"]:
    create += ["--set", setting]
  slug = subprocess.run([str(word) for word in create], env=home.env, input=PASSWORD + "\n",
                        capture_output=True, text=True, check=True).stdout.strip()
  start_without_loader(home.machines / slug / "machine.json", folder)
  home.run("start", slug, "--wait")

  guest.await_text(home, slug, r"cloudbox login:", 60)
  guest.await_text(home, slug, r"Cloud-init v\. \S+ finished", 60)
  look_by_console(home, slug, key.with_suffix(".pub").read_text())
  assert "return" in guest.ask_agent(home, slug, "guest-ping", 20)
  look_by_ssh(home, slug, key)
  home.run("stop", slug)


def look_by_console(home, slug, key):
  """Logs in as a person would, with the password."""
  child = home.spawn(home.droverctl, "console", slug, stdin=subprocess.PIPE,
                     stdout=subprocess.DEVNULL)

  def answer(line, pattern):
    child.stdin.write(line.encode() + b"\n")
    child.stdin.flush()
    guest.await_text(home, slug, pattern, 20)

  answer("", r"login: *(.|\n)*login:")
  answer("anna", r"Password:")
  answer(PASSWORD, r"anna@cloudbox:~\$")
  answer("echo \"<$(whoami) $(hostname) $LANG>\"; cat .ssh/authorized_keys",
         r"<anna cloudbox en_US\.UTF-8>")
  guest.await_text(home, slug, key.split()[1].replace("+", r"\+"), 5)
  child.kill()


def look_by_ssh(home, slug, key):
  port = home.json("status", slug)["install"]["ssh-port"]
  assert guest.ssh_banner(port).startswith("SSH-2.0-"), "no SSH server behind the port"
  if not shutil.which("ssh"):
    print("# without a client for SSH here, only its server was greeted", flush=True)
    return
  argv = home.json("ssh", slug)
  argv[1:1] = ["-i", str(key), "-o", "BatchMode=yes"]
  done = subprocess.run(argv + ["hostname"], env=home.env, capture_output=True, text=True,
                        timeout=600, check=False)
  assert done.stdout.strip() == "cloudbox", done


if __name__ == "__main__":
  sys.exit(guest.main(dict(globals()), sys.argv[1]))
