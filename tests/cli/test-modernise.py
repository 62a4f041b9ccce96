#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-modernise.py DROVERCTL [CHECKER]: what is modernised, and what is added, is a machine that
real QEMU makes the same thing of, or accepts. CHECKER compares two machines. Prints TAP.
"""

import json
import subprocess
import sys
from pathlib import Path

import support
from support import cli

CHECKER = Path(sys.argv[2]) if len(sys.argv) > 2 else Path("/does/not/exist")

MACHINES = {
  "hda": ["-M", "pc", "-hda", "a.qcow2"],
  "hda-cdrom": ["-M", "pc", "-boot", "d", "-hda", "a.qcow2", "-cdrom", "b.iso"],
  "hdb-alone": ["-nodefaults", "-hdb", "a.qcow2"],
  "q35": ["-M", "q35", "-hda", "a.qcow2", "-hdd", "b.qcow2", "-cdrom", "c.iso"],
  "drives": ["-M", "pc", "-drive", "file=a.img,format=raw,index=1,cache=none",
             "-drive", "file=b.img,format=raw", "-drive", "file=c.iso,media=cdrom"],
  "virtio": ["-M", "q35", "-drive", "if=virtio,file=a.img,format=raw,cache=writethrough",
             "-device", "virtio-rng-pci", "-drive", "if=virtio,file=b.qcow2,werror=stop"],
  "none": ["-drive", "if=none,id=d,file=a.img,format=raw,readonly=on,discard=unmap",
           "-device", "virtio-scsi-pci", "-device", "scsi-hd,drive=d"],
  "pflash": ["-M", "q35", "-drive", "if=pflash,format=raw,readonly=on,file=code.fd",
             "-drive", "if=pflash,format=raw,file=vars.fd"],
  "floppy": ["-M", "pc", "-fda", "a.img.raw"],
  "net": ["-net", "nic,model=e1000,macaddr=52:54:00:00:00:01", "-net", "user,hostfwd=tcp::0-:22"],
  "audio": ["-audio", "none,model=hda", "-device", "virtio-rng-pci"],
  "vga-pc": ["-M", "pc", "-nodefaults", "-vga", "cirrus", "-device", "e1000"],
  "vga-q35": ["-M", "q35", "-vga", "std", "-netdev", "user,id=n", "-device", "e1000,netdev=n"],
  "usb": ["-M", "pc", "-usbdevice", "tablet", "-device", "usb-kbd"],
  "cpu": ["-cpu", "qemu64,+ssse3,-x2apic"],
  "virtfs": ["-virtfs", "local,path=/tmp,mount_tag=t,security_model=none"],
  "switches": ["-M", "pc", "-no-fd-bootchk", "-serial", "tcp::0,server,nowait"],
}

# The empty CD drive that QEMU adds has a back end that is empty, one of -device has none; and what
# -drive and -virtfs said of the device is now the device's own property. The guest sees the same.
NOT_SEEN = {'drive = ""', "drive = <drive  fmt=None ro=None>", 'werror = "auto"', 'werror = "stop"',
            'write-cache = "auto"', 'write-cache = "off"',
            "fsdev fsdriver=local,mount_tag=t,path=/tmp,security_model=none",
            "fsdev fsdriver=local,path=/tmp,security_model=none"}

# What “add” is asked for, one machine after the other.
ADDITIONS = {
  "pc": ("qemu-system-x86_64", ["-M", "pc"]),
  "q35": ("qemu-system-x86_64", ["-M", "q35"]),
  "virt": ("qemu-system-aarch64", ["-M", "virt", "-cpu", "cortex-a53"]),
}


def compare(home, before, after):
  files = []
  for name, argv in [("a", before), ("b", after)]:
    files.append(home.folder / f"{name}.json")
    files[-1].write_text(json.dumps(argv))
  done = subprocess.run([sys.executable, CHECKER, "--a", files[0], "--b", files[1]],
                        capture_output=True, text=True, timeout=cli.LIMIT_SECONDS)
  changed = {line[1:].strip() for line in done.stdout.splitlines()
             if line[:1] in "+-" and line[:3] not in ("+++", "---")}
  same = done.returncode == 0 or (done.returncode == 1 and changed and changed <= NOT_SEEN)
  assert same, f"{before}\n{after}\n{done.stdout}{done.stderr}"


def test_same_machine(home):
  if not CHECKER.exists():
    raise cli.Skip(f"{CHECKER} is not there")
  for slug, arguments in MACHINES.items():
    home.put(slug, arguments)
    for file in ["a.img", "b.img", "code.fd", "vars.fd"]:
      (home.machines / slug / file).write_bytes(bytes(512))
    before = home.json("command", slug)
    _, messages = home.run("modernise", slug, "--all")
    after = home.json("command", slug)
    assert messages == "", f"{slug}: {messages}"
    assert after != before, f"{slug}: nothing became of it"
    listed = [line for line in home.run("modernise", slug)[0].splitlines()]
    assert not listed, f"{slug}: {listed}"
    compare(home, before, after)


def test_checker_can_fail(home):
  if not CHECKER.exists():
    raise cli.Skip(f"{CHECKER} is not there")
  try:
    compare(home, ["qemu-system-x86_64", "-hda", "a.qcow2"],
            ["qemu-system-x86_64", "-hdb", "a.qcow2"])
  except AssertionError:
    return
  raise AssertionError("two machines that differ passed")


def starts(argv, folder):
  """QEMU makes the machine, paused, and ends when told to."""
  argv = [*argv, "-display", "none", "-S", "-monitor", "stdio"]
  done = subprocess.run(argv, input="quit\n", capture_output=True, text=True, cwd=folder,
                        timeout=cli.LIMIT_SECONDS)
  assert done.returncode == 0, f"{argv}: {done.stderr}"


def add_all(home, slug, program):
  for bus in ["virtio", "scsi", "ide", "sata", "nvme", "usb", "sd"]:
    (home.machines / slug / f"{bus}.img").write_bytes(bytes(1 << 20))
    home.run("add", slug, "disk", f"file={bus}.img", f"bus={bus}")
  home.run("add", slug, "disk", "media=cdrom")
  home.run("add", slug, "disk", "media=cdrom", "file=disk.img", "bus=scsi")
  home.run("add", slug, "card", "hostfwd=tcp::0-:22", "mac=52:54:00:00:00:01")
  home.run("add", slug, "card", "model=usb-net")
  home.run("add", slug, "sound", "type=none")
  home.run("add", slug, "sound", "model=AC97")
  home.run("add", slug, "sound", "model=hda-output")
  home.run("add", slug, "share", f"path={home.folder}")
  home.run("add", slug, "object", "qom-type=rng-builtin", "id=rng0")
  home.run("add", slug, "device", "driver=virtio-rng-pci", "rng=rng0")
  home.run("add", slug, "device", "driver=usb-tablet")
  home.run("add", slug, "character", "backend=null")
  if program.endswith("x86_64"):
    home.run("add", slug, "disk", "bus=floppy", "file=disk.img", "read-only=on")


def test_added(home):
  for slug, (program, arguments) in ADDITIONS.items():
    if cli.shutil.which(program) is None:
      raise cli.Skip(f"{program} is not installed")
    home.put(slug, [*arguments, "-accel", "tcg", "-m", "256M"], program=program)
    (home.machines / slug / "disk.img").write_bytes(bytes(1 << 20))
    add_all(home, slug, program)
    starts(home.json("command", slug), home.machines / slug)


def test_added_numa(home):
  home.put("pc", ["-accel", "tcg", "-m", "128M", "-smp", "2"])
  home.run("add", "pc", "numa", "size=64M", "cpus=0")
  home.run("add", "pc", "numa", "size=64M", "cpus=1")
  starts(home.json("command", "pc"), home.machines / "pc")


if __name__ == "__main__":
  sys.exit(support.main(globals(), sys.argv[1]))
