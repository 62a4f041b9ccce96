#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-parts.py DROVERCTL: parts, add, remove, rename, modernise, as a script sees them.

Prints TAP.
"""

import json
import socket
import sys

import support
from support import cli

CARD = ["-m", "1G", "-netdev", "user,id=n,hostfwd=tcp::1-:2,", "-device", "e1000,netdev=n,id=c",
        "-S"]


def argv(home):
  return home.json("command", "pc")[1:]


def test_parts(home):
  home.put("pc", [*CARD, "-hda", "/x/a b.img"])
  out, _ = home.run("parts", "pc")
  assert [line.split(None, 2) for line in out.splitlines()] == \
      [["card", "c", "e1000"], ["disk", "hda#4", "a b.img"]], out
  out, _ = home.run("parts", "pc", "card")
  assert out.startswith("card ") and out.count("\n") == 1, out
  disk = home.json("parts", "pc", "disk")[0]
  assert disk["legacy"] and disk["arguments"] == ["-hda '/x/a b.img'"], disk
  home.run("parts", "nobody", status=cli.NO_SUCH)


def test_add(home):
  home.put("pc", CARD)
  folder = home.machines / "pc"
  (folder / "odd.img").write_bytes(b"QFI\xfb\0\0\0\3" + bytes(504))
  assert home.run("add", "pc", "disk", "file=odd.img", "bus=ide", "bootindex=1") == ("disk0\n", "")
  assert home.run("add", "pc", "card", "model=rtl8139", "restrict=on")[0] == "nic0\n"
  assert argv(home) == [
    "-m", "1G", "-netdev", "user,id=n,hostfwd=tcp::1-:2,", "-device", "e1000,netdev=n,id=c",
    "-netdev", "user,id=net0,restrict=on", "-device", "rtl8139,id=nic0,netdev=net0", "-S",
    "-blockdev", "driver=qcow2,node-name=image0,file.driver=file,file.filename=odd.img",
    "-device", "ide-hd,id=disk0,drive=image0,bootindex=1"], argv(home)


def test_add_without_key(home):
  home.put("pc", ["-M", "q35"])
  assert home.run("add", "pc", "device", "virtio-rng-pci", "max-bytes=9") == ("virtio-rng0\n", "")
  assert home.run("add", "pc", "card", "e1000")[0] == "nic0\n"
  assert home.run("add", "pc", "disk", "a b.iso", "media=cdrom")[0]
  assert argv(home)[2:8] == ["-device", "virtio-rng-pci,id=virtio-rng0,max-bytes=9",
                             "-netdev", "user,id=net0", "-device", "e1000,id=nic0,netdev=net0"]
  assert "filename=a b.iso" in argv(home)[9] or "file=a b.iso" in argv(home)[9], argv(home)
  assert "disk.qcow2" in home.run("add", "--help")[0]


def test_add_refused(home):
  path = home.put("pc", CARD)
  before = path.read_bytes()
  for words in [["disk"], ["disk", ""], ["disk", "file=/x", "bus"], ["disk", "file=/x", "bus=scuzzy"], ["printer"],
                ["device", "driver=e1000", "id=c"]]:
    home.run("add", "pc", *words, status=cli.FAILED)
  home.run("add", "pc", status=cli.USAGE)
  assert path.read_bytes() == before


def test_remove(home):
  home.put("pc", CARD)
  _, messages = home.run("remove", "pc", "c")
  assert "Kept" in messages and "-netdev user,id=n,hostfwd=tcp::1-:2," in messages, messages
  assert argv(home) == [*CARD[:4], "-S"]
  _, messages = home.run("remove", "pc", "n")
  assert messages == "" and argv(home) == ["-m", "1G", "-S"]
  home.run("remove", "pc", "n", status=cli.FAILED)


def test_remove_both(home):
  home.put("pc", CARD)
  assert home.run("remove", "pc", "c", "--both") == ("", "")
  assert argv(home) == ["-m", "1G", "-S"]


def test_remove_in_use(home):
  home.put("pc", ["-device", "virtio-scsi-pci,id=s", "-device", "scsi-cd,bus=s.0"])
  _, messages = home.run("remove", "pc", "s")
  assert "still refers" in messages and "scsi-cd,bus=s.0" in messages, messages


def test_rename(home):
  home.put("pc", [*CARD, "-object", "filter-dump,id=f,netdev=n,file=n"])
  home.run("rename", "pc", "n", "lan")
  home.run("rename", "pc", "c", "card")
  assert argv(home) == ["-m", "1G", "-netdev", "user,id=lan,hostfwd=tcp::1-:2,", "-device",
                        "e1000,netdev=lan,id=card", "-S", "-object",
                        "filter-dump,id=f,netdev=lan,file=n"], argv(home)
  home.run("rename", "pc", "card", "1", status=cli.FAILED)
  home.run("rename", "pc", "gone", "x", status=cli.FAILED)


def test_modernise(home):
  path = home.put("pc", ["-M", "pc", "-usb", "-hda", "unknown.img", "-serial", "none"])
  before = path.read_bytes()
  listed = [line.split("\t")[:2] for line in home.run("modernise", "pc")[0].splitlines()]
  assert listed == [["0", "-M pc"], ["1", "-usb"], ["2", "-hda unknown.img"]], listed

  diff, _ = home.run("modernise", "pc", "1", "--dry-run")
  assert diff == " -M pc\n--usb\n+-machine usb=on\n -hda unknown.img\n -serial none\n", diff
  home.run("modernise", "pc", "2", status=cli.FAILED)
  home.run("modernise", "pc", "3", status=cli.FAILED)
  home.run("modernise", "pc", "4", status=cli.USAGE)
  home.run("modernise", "pc", "1", "--all", status=cli.USAGE)
  assert path.read_bytes() == before

  _, messages = home.run("modernise", "pc", "--all")
  assert "Left as it is" in messages and "unknown.img" in messages, messages
  assert argv(home) == ["-machine", "pc", "-machine", "usb=on", "-hda", "unknown.img", "-serial",
                        "none"]


def test_share(home):
  path = home.put("pc", ["-M", "q35", "-m", "64"])
  folder = home.machines.parent / "My Files"
  folder.mkdir()
  assert home.run("share", "pc") == ("", "")
  assert home.run("share", "pc", "add", str(folder), "--read-only")[0] == "share0\n"
  assert home.run("share", "pc", "add", str(folder), "--method", "virtiofs", "--tag", "v")[0] \
      == "share1\n"
  assert argv(home)[:2] == ["-M", "q35,memory-backend=shared-memory"], argv(home)
  assert "vhost-user-fs-pci,id=share1,chardev=virtiofs0,tag=v" in argv(home), argv(home)

  first, second = home.json("share", "pc", "list")
  assert first["tag"] == "my-files" and first["read-only"] and first["method"] == "9p", first
  assert second["path"] == str(folder) and not second["read-only"], second
  assert second["fstab"] == "v /mnt/v virtiofs rw,nofail 0 0", second
  assert "sudo mount -t virtiofs -o rw v /mnt/v" in home.run("share", "pc", "list")[0]

  before = path.read_bytes()
  for words, status in [(["add", str(folder / "none")], cli.FAILED), (["remove", "x"], cli.FAILED),
                        (["add", str(folder), "--tag", "v"], cli.FAILED), (["add"], cli.USAGE),
                        (["add", str(folder), "--method", "smb"], cli.USAGE)]:
    home.run("share", "pc", *words, status=status)
  assert path.read_bytes() == before
  home.run("share", "pc", "remove", "my-files")
  home.run("share", "pc", "remove", "v", "--private-memory")
  assert argv(home) == ["-M", "q35", "-m", "64"], argv(home)
  assert "services" not in json.loads(path.read_text()), path.read_text()


def test_passt(home):
  path = home.put("pc", ["-netdev", "user,id=n,hostfwd=tcp::1-:2", "-device", "e1000,netdev=n,id=c"])
  home.run("passt", "pc", "c")
  assert argv(home)[1] == "stream,id=n,server=off,addr.type=unix,addr.path=passt.sock", argv(home)
  entry = json.loads(path.read_text())["services"]["passt"][0]
  assert entry == {"forwards": ["tcp::1-:2"], "socket": "passt.sock"}, entry
  home.run("passt", "pc", "c", "tcp:127.0.0.1:2222-:22")
  home.run("passt", "pc", "c", "nonsense", status=cli.FAILED)
  home.run("passt", "pc", "d", status=cli.FAILED)
  home.run("passt", "pc", "c", "--off")
  assert argv(home)[1] == "user,id=n,hostfwd=tcp:127.0.0.1:2222-:22", argv(home)


def test_running(home):
  home.put("pc", cli.PC)
  home.run("start", "pc")
  _, messages = home.run("add", "pc", "device", "driver=virtio-rng-pci")
  assert "virtio-rng-pci" in messages and "done in the running machine" in messages, messages
  _, messages = home.run("add", "pc", "object", "rng-random")
  assert "takes effect at the next start" in messages, messages
  home.run("remove", "pc", "rng-random0")
  home.run("stop", "pc")
  _, messages = home.run("remove", "pc", "virtio-rng0")
  assert messages == "", messages


def free_port():
  with socket.socket() as listener:
    listener.bind(("127.0.0.1", 0))
    return listener.getsockname()[1]


def listens(port):
  with socket.socket() as client:
    return client.connect_ex(("127.0.0.1", port)) == 0


def test_hot(home):
  """What a running machine is told, and what it says of the rest."""
  home.put("pc", [*cli.PC, "-S", "-device", "ide-cd,id=cd0", "-netdev", "user,id=n0", "-device",
                  "e1000,id=nic,netdev=n0", "-usb"])
  image = home.folder / "a,b.iso"
  image.write_bytes(bytes(65536))
  home.run("start", "pc")

  said = home.json("insert", "pc", "cd0", image)
  assert said["saved"] and said["live"] and said["id"] == "cd0", said
  assert home.json("apply", "pc", "--dry-run") == [], "inserted, and still a difference"
  home.run("insert", "pc", "cd0", "/no/such.iso", status=cli.FAILED)
  home.run("insert", "pc", "nic", image, status=cli.FAILED)
  _, messages = home.run("eject", "pc", "cd0")
  assert "done in the running machine" in messages, messages
  assert not any("blockdev" in word for word in argv(home)), argv(home)

  port = free_port()
  rule = f"tcp:127.0.0.1:{port}-:22"
  assert home.json("forward", "pc", "add", rule)["live"]
  assert listens(port)
  assert home.json("forward", "pc") == [rule]
  assert home.run("forward", "pc", "list")[0] == rule + "\n"
  assert home.json("forward", "pc", "remove", rule)["live"]
  assert not listens(port)
  home.run("forward", "pc", "add", "nonsense", status=cli.FAILED)
  home.run("forward", "pc", "turn", rule, status=cli.USAGE)

  with socket.socket() as taken:
    taken.bind(("127.0.0.1", 0))
    taken.listen()
    rule = f"tcp:127.0.0.1:{taken.getsockname()[1]}-:22"
    said = home.json("forward", "pc", "add", rule)
    assert said["saved"] and not said["live"], said
    assert "Another program" in said["changes"][0]["message"], said
  home.run("forward", "pc", "remove", rule)

  said = home.json("attach", "pc", "device", "usb-tablet", "id=pen")
  assert said["live"] and said["id"] == "pen", said
  _, messages = home.run("remove", "pc", "pen")
  assert "droverctl apply pc" in messages, messages
  assert [step["title"] for step in home.json("apply", "pc", "--dry-run")] == ["Remove “usb-tablet”"]
  assert home.json("apply", "pc") == [{"title": "Remove “usb-tablet”", "live": True,
                                       "waits": False}]
  assert home.json("attach", "pc", "device", "usb-mouse", "id=mouse", "--next")["live"] is False
  assert home.json("detach", "pc", "mouse")["changes"] == []
  home.run("detach", "pc", "nobody", status=cli.FAILED)

  assert "no balloon" in home.run("balloon", "pc", status=cli.BAD_STATE)[1]
  assert home.json("attach", "pc", "device", "virtio-balloon-pci")["live"]
  assert home.json("balloon", "pc", "12M") == {"actual": 16 << 20, "wanted": 12 << 20}
  home.run("balloon", "pc", "much", status=cli.USAGE)
  assert isinstance(home.json("usb-devices"), list)
  home.run("stop", "pc")
  home.run("apply", "pc", status=cli.BAD_STATE)


def test_hot_unreachable(home):
  """Of a guest that cannot be told it is said that the change counts later, and why."""
  home.put("pc", [*cli.PC, "-S", "-usb", "-netdev", "user,id=n0", "-device", "e1000,netdev=n0"])
  home.run("start", "pc")
  path = next((home.folder / "run").rglob("run.json"))
  record = path.read_text()
  rule = "tcp:127.0.0.1:1-:22"

  # As an older Drover would have started it.
  path.write_text(json.dumps({key: value for key, value in json.loads(record).items()
                              if key != "command"}))
  _, messages = home.run("forward", "pc", "add", rule)
  assert "counts from its next start on" in messages and "not known" in messages, messages
  said = home.json("forward", "pc", "remove", rule)
  assert said["saved"] and not said["live"] and "not known" in said["message"], said
  path.write_text(record)
  assert "message" not in home.json("attach", "pc", "device", "usb-tablet", "id=pen")

  # Somebody else has the only connection.
  with socket.socket(socket.AF_UNIX) as other:
    other.connect(str(path.with_name("ctl.sock")))
    assert b"QMP" in other.recv(9999)
    _, messages = home.run("attach", "pc", "device", "usb-mouse", "id=mouse")
    assert "counts from its next start on" in messages and messages.count("\n") == 2, messages
  home.run("stop", "pc")


if __name__ == "__main__":
  sys.exit(support.main(globals(), *sys.argv[1:]))
