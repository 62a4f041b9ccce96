#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""droverctl create --template, start --until-installed and ssh, as a script sees them."""

import gzip
import hashlib
import http.server
import json
import os
import re
import resource
import signal
import socket
import socketserver
import struct
import subprocess
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import support    # pylint: disable=wrong-import-position
cli = support.cli

PASSWORD = "correct horse battery"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB1Zs1hTq4R8vZQy6xJrm3h0B8R3rYyYbN6mJ4Ok1u2a anna@host"

# Prints TEXT on the first serial port and switches a PC off.
SECTOR = bytes.fromhex("31c0 8ed8 be1c7c baf803 ac 84c0 7403 ee ebf8 ba0406 b80020 ef f4 ebfd")


def sector(text):
  code = SECTOR + text.encode() + b"\0"
  return code.ljust(510, b"\0") + b"\x55\xaa"


def nothing_made(home, expected=()):
  """No machine, no hidden folder of one, and no piece of a download."""
  there = sorted(path.name for path in home.machines.iterdir()) if home.machines.exists() else []
  assert there == sorted(expected), there
  parts = list((home.folder / "data").rglob("*.part"))
  assert not parts, parts


def create(home, *argv, status=0, text=None, **options):
  """Runs droverctl create with TEXT on its standard input."""
  done = subprocess.run([home.droverctl, "create", *map(str, argv)], env=home.env, text=True,
                        input=text or "", capture_output=True, timeout=cli.LIMIT_SECONDS,
                        check=False, **options)
  assert done.returncode == status, f"{argv}: {done.returncode}: {done.stderr}"
  return done.stdout.strip(), done.stderr


def installer(home):
  """A folder as Debian's archive has it; nothing in it would start."""
  folder = home.folder / "installer"
  folder.mkdir(exist_ok=True)
  (folder / "linux").write_bytes(b"MZ" + b"\0" * 1000)
  (folder / "initrd.gz").write_bytes(gzip.compress(b"070701" + b"0" * 104, mtime=0))
  return folder


def own_template(home, **changes):
  """A template of the user's own, with an ISO that comes from somewhere."""
  template = {
    "version": 1, "id": "own", "title": "Own", "summary": "For a test", "category": "own",
    "architectures": ["x86_64"], "memory": {"least": "16M", "recommended": "64M"},
    "media": [{"id": "disc", "kind": "iso", "title": "The disc", **changes.pop("medium", {})}],
    "arguments": [
      {"flag": "-machine", "value": "pc", "why": "A PC."},
      {"flag": "-m", "value": "{memory}", "why": "Memory."},
      {"flag": "-drive", "value": "file={media.disc},media=cdrom,format=raw", "why": "The disc."},
      {"flag": "-nographic", "why": "No screen."}], **changes}
  path = home.folder / "data/drover/templates/own.drover-template"
  path.parent.mkdir(parents=True, exist_ok=True)
  path.write_text(json.dumps(template))


def iso():
  return (b"\0" * (16 * 2048) + b"\x01CD001\x01").ljust(40 * 2048, b"\0")


class Server:
  """Answers with ANSWER (path) → (status, length said, bytes), or waits for its end."""

  def __init__(self, answer):
    self.stalled = threading.Event()
    self.over = threading.Event()
    server = self

    class Handler(http.server.BaseHTTPRequestHandler):
      def do_GET(self):    # pylint: disable=invalid-name
        status, length, data = answer(self.path)
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()
        if length > len(data):
          server.stalled.set()
          server.over.wait(cli.LIMIT_SECONDS)

      def log_message(self, format, *args):    # pylint: disable=redefined-builtin
        pass

    class Threaded(socketserver.ThreadingMixIn, http.server.HTTPServer):
      daemon_threads = True

    self.server = Threaded(("127.0.0.1", 0), Handler)
    threading.Thread(target=self.server.serve_forever, daemon=True).start()
    self.address = f"http://127.0.0.1:{self.server.server_port}"

  def __enter__(self):
    return self

  def __exit__(self, *_):
    self.over.set()
    self.server.shutdown()
    self.server.server_close()


# --- what is made -------------------------------------------------------------------------------

def test_boot_sector(home):
  slug, _ = create(home, "--template", "boot-sector", "--name", "A sector")
  assert slug == "a-sector"
  home.run("start", slug)
  cli.until("the sector speaks", lambda: "Hello from 512 bytes" in home.run("log", slug)[0])
  home.run("stop", slug)
  assert "install" not in home.json("status", slug)


def test_uefi_shell(home):
  plan = json.loads(create(home, "--template", "uefi-shell", "--dry-run", "--json", "--set",
                           "display=off")[0])
  nothing_made(home)
  assert any("pflash" in word for word in plan["command"]), plan
  slug, _ = create(home, "--template", "uefi-shell", "--set", "display=off")
  folder = home.machines / slug
  assert (folder / "vars.qcow2").read_bytes()[:4] == b"QFI\xfb"
  document = json.loads((folder / "machine.json").read_text())
  assert document["firmware"]["template"].startswith("/"), document["firmware"]
  assert home.json("command", slug) == plan["command"]
  home.run("check", slug)


def test_debian(home):
  key = home.folder / "id.pub"
  key.write_text(KEY + "\n")
  argv = ["--template", "debian-13", "--media", installer(home), "--user", "anna", "--ssh-key",
          key, "--password-stdin", "--set", "display=off", "--set", "disk=6G"]
  plan = json.loads(create(home, *argv, "--dry-run", "--json", text=PASSWORD + "\n")[0])
  nothing_made(home)
  assert any("disk.qcow2" in step for step in plan["steps"]), plan["steps"]

  slug, _ = create(home, *argv, text=PASSWORD + "\n")
  folder = home.machines / slug
  assert sorted(path.name for path in folder.iterdir()) == [
    "disk.qcow2", "initrd-answers.gz", "machine.json", "vars.qcow2"]
  install = home.json("status", slug)["install"]
  assert install["state"] == "pending" and install["user"] == "anna", install
  assert home.json("command", slug) == plan["command"]

  # The answers are in the RAM disk; the password is nowhere.
  answers = (folder / "initrd-answers.gz").read_bytes()
  assert b"passwd/user-password-crypted password $" in answers and KEY.encode() in answers
  for path in home.folder.rglob("*"):
    assert not path.is_file() or PASSWORD.encode() not in path.read_bytes(), path
  assert (folder / "initrd-answers.gz").stat().st_mode & 0o077 == 0

  # A second machine gets a port of its own.
  other, _ = create(home, *argv, text=PASSWORD + "\n")
  assert home.json("status", other)["install"]["ssh-port"] != install["ssh-port"]
  argv = home.json("ssh", slug)
  assert argv[0] == "ssh" and argv[-1] == "anna@127.0.0.1", argv
  assert argv[argv.index("-p") + 1] == str(install["ssh-port"])
  assert "not running" in home.run("ssh", slug, status=cli.BAD_STATE)[1]


def test_ssh_port(home):
  """One's own port, if nobody has it."""
  cloud = home.folder / "cloud.raw"
  with cloud.open("wb") as file:
    file.truncate(16 << 20)
  argv = ["--template", "debian-13-cloud", "--media", cloud, "--user", "anna",
          "--password-stdin", "--set", "disk=4G", "--dry-run"]
  with socket.socket() as busy:
    busy.bind(("127.0.0.1", 0))
    busy.listen()
    port = busy.getsockname()[1]
    message = create(home, *argv, "--set", f"ssh-port={port}", status=cli.FAILED,
                     text=PASSWORD + "\n")[1]
    assert f"uses port {port}" in message, message

  slug, _ = create(home, *argv[:-1], "--name", "Mine", "--set", f"ssh-port={port}",
                   text=PASSWORD + "\n")
  assert home.json("status", slug)["install"]["ssh-port"] == port
  assert f"hostfwd=tcp:127.0.0.1:{port}-:22" in " ".join(home.json("command", slug))
  for template, number, words in [("debian-13-cloud", port, "leads to the machine “Mine” already"),
                                  ("debian-13-cloud", 70000, "from 1 to 65535"),
                                  ("debian-13-cloud", "ssh", "“ssh”"),
                                  ("uefi-shell", 2222, "forwards no port")]:
    argv = ["--template", template, "--dry-run", "--set", f"ssh-port={number}"]
    if template != "uefi-shell":
      argv += ["--media", cloud]
    message = subprocess.run([home.droverctl, "create", *argv], env=home.env, text=True,
                             capture_output=True, check=False).stderr
    assert words in message, (template, number, message)
  nothing_made(home, ["mine"])


def test_delete(home):
  """What Drover made goes with the machine; what the user put there stays."""
  slug, _ = create(home, "--template", "uefi-shell", "--set", "display=off")
  home.run("delete", slug)
  assert not (home.machines / slug).exists(), list((home.machines / slug).iterdir())

  slug, _ = create(home, "--template", "debian-13", "--media", installer(home), "--user", "anna",
                   "--password-stdin", "--set", "display=off", text=PASSWORD + "\n")
  mine = home.machines / slug / "mine.txt"
  mine.write_text("mine")
  outside = home.folder / "outside.txt"
  outside.write_text("not of this folder")
  path = home.machines / slug / "machine.json"
  document = json.loads(path.read_text())
  assert "disk.qcow2" in document["files"], document["files"]
  document["files"].append("../../../../outside.txt")
  path.write_text(json.dumps(document))
  _, messages = home.run("delete", slug)
  assert [p.name for p in (home.machines / slug).iterdir()] == ["mine.txt"], messages
  assert "mine.txt" in messages and "disk.qcow2" not in messages, messages
  assert outside.exists()


def test_cloud_image(home):
  image = home.folder / "cloud.raw"
  with image.open("wb") as file:
    file.truncate(64 << 20)
  slug, _ = create(home, "--template", "debian-13-cloud", "--media", image, "--user", "anna",
                   "--password-stdin", "--set", "disk=4G", "--set", "host-name=box",
                   text=PASSWORD + "\n")
  folder = home.machines / slug
  assert (folder / "seed.iso").read_bytes()[16 * 2048 + 1:][:5] == b"CD001"
  info = json.loads(subprocess.run(
    ["qemu-img", "info", "--output=json", folder / "disk.qcow2"], capture_output=True,
    check=True).stdout)
  # It stands alone, and is as large as was asked for.
  assert info["virtual-size"] == 4 << 30 and "backing-filename" not in info, info
  assert home.json("status", slug)["install"]["state"] == "finished"


# --- what is refused ----------------------------------------------------------------------------

def test_refused(home):
  folder = installer(home)
  debian = ["--template", "debian-13", "--media", folder, "--set", "display=off"]
  user = ["--user", "anna", "--password-stdin"]
  cases = [
    (["--template", "no-such"], "no-such", None),
    (debian + user + ["--set", "disk=1G"], "too small", PASSWORD),
    (debian + user + ["--set", "memory=64M"], "memory", PASSWORD),
    (debian + ["--user", "Anna", "--password-stdin"], "“Anna”", PASSWORD),
    (debian + ["--user", "root", "--password-stdin"], "“root”", PASSWORD),
    (debian + ["--user", "anna"], "password or an SSH key", None),
    (debian + ["--set", "firmware=secure-boot-enrolled"], "secure-boot-enrolled", None),
    (debian + ["--set", "architecture=s390x"], "s390x", None),
    (debian + ["--set", "program=/no/such/qemu"], "/no/such/qemu", None),
    (debian + ["--set", "cpus=none"], "“none”", None),
    (debian + ["--set", "colour=red"], "colour", None),
    (["--template", "debian-13", "--media", home.folder / "nowhere"], "nowhere", None),
    (["--template", "ubuntu-22.04-server", "--no-download"], "Ubuntu 22.04 Server", None),
    (["--template", "windows-11", "--no-download"], "https://", None),
    (["--template", "boot-sector"] + user, "--user", PASSWORD),
  ]
  for argv, word, text in cases:
    status = cli.FAILED
    done = subprocess.run([home.droverctl, "create", *map(str, argv)], env=home.env, text=True,
                          input=text or "", capture_output=True, check=False,
                          timeout=cli.LIMIT_SECONDS)
    assert done.returncode >= status and word in done.stderr, \
        f"{argv}: {done.returncode}: {done.stderr}"
    nothing_made(home)


def test_no_iso(home):
  own_template(home)
  file = home.folder / "text.iso"
  file.write_text("This is no disc.\n" * 5000)
  assert "not the image of a CD" in create(home, "--template", "own", "--media", file,
                                           status=cli.FAILED)[1]
  nothing_made(home)
  file.write_bytes(iso())
  slug, _ = create(home, "--template", "own", "--media", file)
  assert f"file={file}" in " ".join(home.json("command", slug))


def test_full_disk(home):
  def limit():
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

  create(home, "--template", "debian-13", "--media", installer(home), "--user", "anna",
         "--password-stdin", "--set", "display=off", status=cli.FAILED, text=PASSWORD + "\n",
         preexec_fn=limit)
  nothing_made(home)


def test_killed(home):
  """Who is killed half-way leaves nothing for good; what is being made is left alone."""
  tools = home.folder / "tools"
  pid = home.folder / "qemu-img.pid"
  tools.mkdir()
  (tools / "qemu-img").write_text(f"#!/bin/sh\necho $$ >{pid}.new\nmv {pid}.new {pid}\n"
                                  "exec sleep 1000\n")
  (tools / "qemu-img").chmod(0o755)
  child = subprocess.Popen([home.droverctl, "create", "--template", "uefi-shell", "--set",
                            "display=off"], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                           env={**home.env, "PATH": f"{tools}:{home.env['PATH']}"})
  try:
    cli.until("it makes a file", pid.exists)
    home.run("list")
    assert len(list(home.machines.glob(".new-*"))) == 1
    child.kill()
    child.wait()
    home.run("list")
    nothing_made(home)
  finally:
    child.kill()
    child.wait()
    os.kill(int(pid.read_text()), signal.SIGTERM)


# --- downloads ----------------------------------------------------------------------------------

def test_download(home):
  data = iso()
  with Server(lambda path: (200, len(data), data)) as server:
    own_template(home, medium={"addresses": [server.address + "/disc.iso"],
                               "sha256": hashlib.sha256(data).hexdigest()})
    slug, _ = create(home, "--template", "own")
  document = json.loads((home.machines / slug / "machine.json").read_text())
  medium = document["origin"]["media"][0]
  assert medium["sha256"] == hashlib.sha256(data).hexdigest(), medium
  assert Path(medium["file"]).read_bytes() == data

  # The server is gone, and is not needed again.
  create(home, "--template", "own", "--no-download")


def test_download_lies(home):
  data = iso()
  with Server(lambda path: (200, len(data), data)) as server:
    own_template(home, medium={"addresses": [server.address + "/disc.iso"],
                               "sha256": hashlib.sha256(b"another").hexdigest()})
    create(home, "--template", "own", status=cli.FAILED)
  nothing_made(home)
  assert not list((home.folder / "data").rglob("disc.iso"))


def test_download_cancelled(home):
  data = iso()
  with Server(lambda path: (200, len(data) * 2, data)) as server:
    own_template(home, medium={"addresses": [server.address + "/disc.iso"],
                               "sha256": hashlib.sha256(data).hexdigest()})
    child = home.spawn(home.droverctl, "create", "--template", "own", stderr=subprocess.PIPE)
    assert server.stalled.wait(cli.LIMIT_SECONDS)
    child.send_signal(signal.SIGINT)
    message = child.communicate(timeout=cli.LIMIT_SECONDS)[1].decode()
  assert child.returncode == cli.FAILED and "cancelled" in message, message
  nothing_made(home)


# --- an installation, of a guest that is quickly through ------------------------------------------

def put_installer(home, slug, text, **install):
  path = home.put(slug, cli.PC + ["-no-reboot"])
  document = json.loads(path.read_text())
  (path.parent / "installer.img").write_bytes(sector(text))
  document["arguments"][-1]["phase"] = "install"
  document["arguments"].append({"flag": "-drive", "value": "file=installer.img,format=raw",
                                "phase": "install"})
  document["install"] = {"state": "pending", "kind": "preseed", "user": "anna", **install}
  path.write_text(json.dumps(document))
  return path


def phases(path):
  return [a for a in json.loads(path.read_text())["arguments"] if "phase" in a]


def test_installed(home):
  steps = "Installing the base system  ... 10%... 95%\r\ndrover: installed\r\n"
  path = put_installer(home, "quick", steps, **{"start-again": True})
  _, messages = home.run("start", "quick", "--until-installed", "--wait")
  status = home.json("status", "quick")
  assert status["install"]["state"] == "finished", (status, messages)
  assert status["state"] == "running", status
  assert not phases(path)
  assert "taken out" in messages, messages
  home.run("stop", "quick")


def test_installed_unseen(home):
  """Nobody looks while it is installed: who comes later finishes the record."""
  path = put_installer(home, "unseen", "drover: installed\r\n", **{"start-again": True})
  home.run("start", "unseen")
  cli.until("it is installed",
            lambda: home.json("status", "unseen")["install"]["state"] == "finished")
  assert not phases(path)
  # Nobody asked just now, so it stays off.
  assert home.state("unseen") == "off"


def test_install_failed(home):
  path = put_installer(home, "bad", "Configuring apt  ... 50%\r\n")
  before = phases(path)
  home.run("start", "bad", status=0)
  cli.until("it failed", lambda: home.json("status", "bad")["install"]["state"] == "failed")
  text = home.run("status", "bad")[0]
  assert "Configuring apt" in text and "try again" in text, text
  # It is kept as it was, to be tried again.
  assert phases(path) == before
  (path.parent / "installer.img").write_bytes(sector("drover: installed\r\n"))
  home.run("start", "bad")
  cli.until("it is installed",
            lambda: home.json("status", "bad")["install"]["state"] == "finished")
  assert "error" not in home.json("status", "bad")["install"]


# --- a disc that waits for a key --------------------------------------------------------------

# Boots from the disc. Says that it waits; waits for any key; says "key"; reads 10 MiB of the disc,
# puts the second program into the disk's first sector, says "installed" and resets the PC.
#
#          xor ax,ax; mov ds,ax; mov es,ax; mov ss,ax; mov sp,0x7000; mov [0x7a00],dl
#          mov si,waits; call puts; xor ax,ax; int 0x16; mov si,key; call puts; mov cx,160
#  more:   push cx; mov si,packet; mov dl,[0x7a00]; mov ah,0x42; int 0x13; jc failed
#          add dword [packet+8],32; pop cx; loop more
#          mov si,write; mov dl,0x80; mov ax,0x4300; int 0x13; jc failed
#          mov si,done; call puts; mov al,0xfe; out 0x64,al; jmp halt
#  failed: mov si,bad; call puts
#  halt:   hlt; jmp halt
#  puts:   lodsb; test al,al; jz end; mov dx,0x3f8; out dx,al; jmp puts
#  end:    ret
#  packet: db 16,0; dw 32,0,0x1000; dq 20       write: db 16,0; dw 1,0x7e00,0; dq 0
#  waits:  "press any key\r\n\0"   key: "key\r\n\0"   done: "installed\r\n\0"   bad: "failed\r\n\0"
DISC_CODE = bytes.fromhex(
  "31c08ed88ec08ed0bc00708816007abe867ce8450031c0cd16be967ce83b00b9a00051be667c8a16007ab442cd13"
  "72216683066e7c2059e2e9be767cb280b80043cd13720cbe9c7ce80f00b0fee664eb06bea87ce80300f4ebfdac84"
  "c07406baf803eeebf5c31000200000000010140000000000000010000100007e0000000000000000000070726573"
  "7320616e79206b65790d0a006b65790d0a00696e7374616c6c65640d0a006661696c65640d0a")

# Boots from the disk. Forgets what keys there were, then waits three seconds of the PC's clock for
# another; says what came of it and switches the PC off.
#
#          xor ax,ax; mov ds,ax; mov ss,ax; mov sp,0x7000; mov si,second; call puts
#  forget: mov ah,1; int 0x16; jz wait; xor ax,ax; int 0x16; jmp forget
#  wait:   mov bx,[0x46c]
#  look:   mov ah,1; int 0x16; mov si,again; jnz say; mov ax,[0x46c]; sub ax,bx; cmp ax,55; jb look
#          mov si,quiet
#  say:    call puts; mov dx,0x604; mov ax,0x2000; out dx,ax
#  halt:   hlt; jmp halt
#  puts:   as above
#  second: "second boot\r\n\0"   again: "a key again\r\n\0"   quiet: "no key\r\n\0"
DISK_CODE = bytes.fromhex(
  "31c08ed88ed0bc0070be4e7ce83300b401cd16740631c0cd16ebf48b1e6c04b401cd16be5c7c750da16c0429d883"
  "f83772edbe6a7ce80a00ba0406b80020eff4ebfdac84c07406baf803eeebf5c37365636f6e6420626f6f740d0a00"
  "61206b657920616761696e0d0a006e6f206b65790d0a00")


def key_disc():
  """A disc that PCs start from (El Torito, no emulation): a record, a catalogue, the programs."""
  catalogue = struct.pack("<BBH24sH2B", 1, 0, 0, b"", 0, 0x55, 0xaa)
  checksum = -sum(struct.unpack("<16H", catalogue)) & 0xffff
  catalogue = catalogue[:28] + struct.pack("<H", checksum) + catalogue[30:]
  catalogue += struct.pack("<BBHBBHI", 0x88, 0, 0, 0, 0, 4, 19)
  sectors = {16: b"\1CD001\1", 17: b"\0CD001\1EL TORITO SPECIFICATION".ljust(0x47, b"\0")
                                    + struct.pack("<I", 18),
             18: catalogue,
             19: DISC_CODE.ljust(512, b"\0") + DISK_CODE.ljust(510, b"\0") + b"\x55\xaa"}
  data = b"".join(sectors.get(number, b"").ljust(2048, b"\0") for number in range(20))
  return data.ljust((20 + 5120) * 2048, b"\0")


def put_key_disc(home, slug):
  path = home.put(slug, cli.PC + [
    "-blockdev", "driver=raw,node-name=image0,file.driver=file,file.filename=disk.raw",
    "-device", "ide-hd,id=disk0,drive=image0,bootindex=1",
    "-blockdev", "driver=raw,node-name=image1,read-only=on,file.driver=file,file.filename=disc.iso",
    "-device", "ide-cd,id=cd1,bus=ide.1,drive=image1,bootindex=2"])
  (path.parent / "disc.iso").write_bytes(key_disc())
  (path.parent / "disk.raw").write_bytes(bytes(1 << 20))
  document = json.loads(path.read_text())
  for argument in document["arguments"][-2:]:
    argument["phase"] = "install"
  document["install"] = {"state": "pending", "kind": "autounattend", "user": "anna",
                         "start-again": False, "press-key": "cd1"}
  path.write_text(json.dumps(document))
  return path


def test_key_pressed(home):
  path = put_key_disc(home, "keys")
  _, messages = home.run("start", "keys", "--until-installed")
  assert "Drover presses it" in messages and "taken out" in messages, messages
  text = (home.folder / "state/drover/machines/keys/console-0.log").read_text()
  # The second time droverctl watched as well, and left the machine alone.
  assert re.search(r"(?s)press any key\s(.*\s)?key\s+installed\s.*second boot\s(.*\s)?no key\s", text), text
  assert "press-key" not in home.json("status", "keys")["install"]
  assert not phases(path)


def test_key_pressed_before_leaving(home):
  put_key_disc(home, "keys")
  _, messages = home.run("start", "keys")
  assert "waits for a key" in messages, messages
  text = (home.folder / "state/drover/machines/keys/console-0.log").read_text()
  assert re.search(r"(?s)press any key\s(.*\s)?key\s", text), text


def test_key_without_drive(home):
  path = put_key_disc(home, "keys")
  path.write_text(path.read_text().replace('"cd1"', '"cd7"'))
  _, messages = home.run("start", "keys")
  assert "“cd7”" in home.run("status", "keys")[0] and "press one" in messages, messages
  home.run("stop", "keys")


if __name__ == "__main__":
  sys.exit(support.main(dict(globals()), os.path.abspath(sys.argv[1])))
