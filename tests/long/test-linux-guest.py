#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Drover does with a running machine, as a Linux in it sees it.

Port forwards and passt, shared folders, devices that come and go, media, the balloon, the agent.
The guest is made of Debian's packages, which are fetched once; it takes some minutes, emulated.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.error
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import guest    # pylint: disable=wrong-import-position
import linux_guest    # pylint: disable=wrong-import-position
from debian_mirror import find_archive    # pylint: disable=wrong-import-position

AGENT = ["-device", "virtio-serial-pci", "-chardev", "socket,id=qga,path=agent.sock,server=on,wait=off",
         "-device", "virtserialport,chardev=qga,name=org.qemu.guest_agent.0"]
# Who an ordinary user is; only root can become him.
NOBODY = {"user": 65534, "group": 65534, "extra_groups": []}


def find_guest():
  """The folder with the kernel and the RAM disk, which are made when they are not there."""
  folder = Path(os.environ["DROVER_LONG_IMAGE"]) / "linux"
  if not (folder / "vmlinuz").is_file():
    agent = Path("/usr/sbin/qemu-ga")
    if not agent.exists():
      raise guest.cli.Skip("no package qemu-guest-agent is installed")
    archive = find_archive()
    try:
      linux_guest.make(folder, archive, [agent])
    except (urllib.error.URLError, OSError) as error:
      raise guest.cli.Skip(f"the archive {archive} is out of reach: {error}") from error
  return folder


def start(home, slug, arguments, machine="q35"):
  linux_guest.put(home, slug, find_guest(), arguments, machine)
  home.run("start", slug, "--wait")
  return linux_guest.Guest(home, slug)


def find_port():
  with socket.socket() as listener:
    listener.bind(("127.0.0.1", 0))
    return listener.getsockname()[1]


def talk(port):
  """What the guest says at the port; empty when nobody does."""
  with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
    connection.settimeout(60)
    return connection.recv(100).decode()


def is_refused(port):
  try:
    talk(port)
  except ConnectionRefusedError:
    return True
  return False


def is_live(messages):
  return "done in the running machine" in messages


def is_running(pid):
  """A process that ended and that nobody has asked for yet is not."""
  try:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
  except FileNotFoundError:
    return False


def services(home, slug, **who):
  """As @who, for what runs in another user's folders is not trusted."""
  status = home.json("status", slug, **who)
  return {service["id"]: service for service in status["services"]}


def test_forwards(home):
  before, added = find_port(), find_port()
  vm = start(home, "net", ["-netdev", f"user,id=net0,hostfwd=tcp:127.0.0.1:{before}-:7001",
                           "-device", "virtio-net-pci,id=nic0,netdev=net0"])
  assert vm.get_address("eth0") == "10.0.2.15"
  vm.serve(7001, "one")
  vm.serve(7002, "two")
  assert talk(before) == "one\n"

  rule = f"tcp:127.0.0.1:{added}-:7002"
  assert is_refused(added)
  assert is_live(home.run("forward", "net", "add", rule)[1])
  assert talk(added) == "two\n" and talk(before) == "one\n"
  assert is_live(home.run("forward", "net", "remove", rule)[1])
  assert is_refused(added) and talk(before) == "one\n"
  assert is_live(home.run("forward", "net", "remove", f"tcp:127.0.0.1:{before}-:7001")[1])
  assert is_refused(before)
  home.run("stop", "net")


def test_passt(home):
  port = find_port()
  linux_guest.put(home, "passt", find_guest(),
                  ["-netdev", f"user,id=net0,hostfwd=tcp:127.0.0.1:{port}-:7001",
                   "-device", "virtio-net-pci,id=nic0,netdev=net0"])
  home.run("passt", "passt", "nic0")
  home.run("start", "passt", "--wait")
  vm = linux_guest.Guest(home, "passt")
  address = vm.get_address("eth0")
  vm.serve(7001, "through passt")
  assert talk(port) == "through passt\n"
  # Out of the guest: this computer is where the guest's way out leads.
  gateway = vm.run("ip route show default").split()[2]
  with socket.create_server(("127.0.0.1", 0)) as listener:
    vm.send(f"echo from the guest | nc -w 5 {gateway} {listener.getsockname()[1]}")
    listener.settimeout(60)
    connection, _ = listener.accept()
    with connection:
      connection.settimeout(60)
      assert connection.recv(100) == b"from the guest\n"

  pid = services(home, "passt")["passt-net0"]["pid"]
  assert is_running(pid)
  home.run("stop", "passt")
  guest.cli.until("passt ended", lambda: not is_running(pid))
  assert address in home.run("log", "passt", "--service=passt-net0")[0]


def share_all(home, slug):
  """Folders by both methods, to be written and not; returns them by tag."""
  for method in ["9p", "virtiofs"]:
    for rights in ["rw", "ro"]:
      folder = home.folder / f"My {method} {rights}"
      folder.mkdir()
      (folder / "from-host").write_text(f"{method} {rights}\n")
      home.run("share", slug, "add", str(folder), "--method", method,
               *(["--read-only"] if rights == "ro" else []))
  return {share["tag"]: share for share in home.json("share", slug, "list")}


def start_by_user(home, slug):
  """Starts it as an ordinary user. A host that lets him make no namespace says so, by virtiofsd's
  own words and with what to do about it."""
  done = subprocess.run([home.droverctl, "start", slug, "--wait"], env=home.env, text=True,
                        capture_output=True, check=False, **NOBODY)
  if done.returncode == 0:
    return
  assert "Error entering sandbox" in done.stderr and "sandbox TAG none" in done.stderr, done
  print("# an ordinary user may make no namespace here: without virtiofsd's sandbox", flush=True)
  for tag in [share["tag"] for share in home.json("share", slug, "list")
              if share["method"] == "virtiofs"]:
    home.run("share", slug, "sandbox", tag, "none", **NOBODY)
  home.run("start", slug, "--wait", **NOBODY)


def look_at_shares(vm, shares):
  """With exactly the commands that Drover shows."""
  for tag, share in shares.items():
    vm.run(share["mount"])
    host = (Path(share["path"]) / "from-host").read_text()
    assert vm.run(f"cat /mnt/{tag}/from-host") == host.strip()
    written = Path(share["path"]) / "from-guest"
    if share["read-only"]:
      # Also one who mounts it for writing cannot.
      vm.run(f"umount /mnt/{tag}")
      vm.run(share["mount"].replace("ro ", "rw ", 1).replace(",ro ", ",rw "))
      vm.run(f"(echo no > /mnt/{tag}/from-guest) 2>/dev/null", status=1)
      assert not written.exists()
    else:
      vm.run(f"echo yes > /mnt/{tag}/from-guest")
      assert written.read_text() == "yes\n"
      vm.run(f"rm /mnt/{tag}/from-guest")
      assert not written.exists()


def test_shares(home):
  linux_guest.put(home, "share", find_guest(), [])
  shares = share_all(home, "share")
  assert len(shares) == 4
  home.run("start", "share", "--wait")
  look_at_shares(linux_guest.Guest(home, "share"), shares)
  pids = [service["pid"] for service in services(home, "share").values()]
  assert len(pids) == 2 and all(is_running(pid) for pid in pids)
  home.run("stop", "share")
  guest.cli.until("virtiofsd ended", lambda: not any(is_running(pid) for pid in pids))
  assert "Client connected" in home.run("log", "share", "--service=virtiofs-share2")[0]


def test_shares_of_a_user(home):
  if os.geteuid() != 0:
    raise guest.cli.Skip("all the tests are an ordinary user's here")
  linux_guest.put(home, "share", find_guest(), [])
  shares = share_all(home, "share")
  subprocess.run(["chown", "-R", f"{NOBODY['user']}:{NOBODY['group']}", str(home.folder)],
                 check=True)
  start_by_user(home, "share")
  for service in services(home, "share", **NOBODY).values():
    assert os.stat(f"/proc/{service['pid']}").st_uid == NOBODY["user"]
  look_at_shares(linux_guest.Guest(home, "share", **NOBODY), shares)
  home.run("stop", "share", **NOBODY)


def test_hot_plug(home):
  ports = [word for n in (1, 2) for word in ("-device", f"pcie-root-port,id=port{n},chassis={n}")]
  vm = start(home, "hot", [*ports, "-device", "qemu-xhci,id=usb", "-net", "none"])
  vm.run("test ! -e /sys/class/net/eth0")
  card = home.run("attach", "hot", "card", "model=virtio-net-pci")
  assert card[0] == "nic0\n" and is_live(card[1]), card
  vm.until("test -e /sys/class/net/eth0")
  assert vm.get_address("eth0") == "10.0.2.15"

  image = home.folder / "disk.img"
  image.write_bytes(b"on a hot disk" + bytes(1 << 20))
  for bus, name in [("virtio", "vda"), ("usb", "sda")]:
    disk = home.run("attach", "hot", "disk", f"file={image}", f"bus={bus}")
    assert is_live(disk[1]), disk
    vm.until(f"test -b /dev/{name}")
    assert vm.run(f"dd if=/dev/{name} bs=13 count=1 2>/dev/null") == "on a hot disk"
    assert is_live(home.run("detach", "hot", disk[0].strip())[1])
    vm.until(f"test ! -e /dev/{name}")

  # That one is not in a port, and cannot go while the guest runs.
  assert is_live(home.run("detach", "hot", "nic0")[1])
  vm.until("test ! -e /sys/class/net/eth0")
  assert [part["id"] for part in home.json("parts", "hot")] == ["port1", "port2", "usb"]
  assert home.json("apply", "hot", "--dry-run") == []
  home.run("stop", "hot")


def wait_for_word(vm, device, word):
  """Right after a change, a drive refuses to be read once or twice."""
  vm.until(f"dd if={device} bs={len(word)} count=1 2>/dev/null | grep -q {word}")


def test_media(home):
  media = {}
  for word in ["first", "second"]:
    media[word] = home.folder / f"{word}.iso"
    media[word].write_bytes(word.encode() + bytes(600 * 1024 - len(word)))
  vm = start(home, "cd", ["-blockdev", "driver=raw,node-name=image,read-only=on,file.driver=file,"
                          f"file.filename={media['first']}",
                          "-device", "ide-cd,id=cd0,bus=ide.1,drive=image"])
  wait_for_word(vm, "/dev/sr0", "first")
  # Who reads from the drive has it locked.
  vm.run("exec 5</dev/sr0")
  messages = home.run("insert", "cd", "cd0", str(media["second"]))[1]
  assert "locked the drive" in messages and not is_live(messages), messages
  assert is_live(home.run("insert", "cd", "cd0", str(media["second"]), "--force")[1])
  vm.run("exec 5<&-")
  wait_for_word(vm, "/dev/sr0", "second")
  assert is_live(home.run("eject", "cd", "cd0")[1])
  vm.until("! dd if=/dev/sr0 of=/dev/null count=1 2>/dev/null")
  assert is_live(home.run("insert", "cd", "cd0", str(media["first"]))[1])
  wait_for_word(vm, "/dev/sr0", "first")
  home.run("stop", "cd")


def test_floppy(home):
  media = {}
  for word in ["first", "second"]:
    media[word] = home.folder / f"{word}.img"
    media[word].write_bytes(word.encode() + bytes(1440 * 1024 - len(word)))
  vm = start(home, "floppy", ["-drive", f"if=floppy,id=fd,format=raw,file={media['first']}"], "pc")
  vm.run("insmod /modules/floppy.ko")
  wait_for_word(vm, "/dev/fd0", "first")
  assert is_live(home.run("insert", "floppy", "fd", str(media["second"]))[1])
  wait_for_word(vm, "/dev/fd0", "second")
  assert is_live(home.run("eject", "floppy", "fd")[1])
  vm.until("! dd if=/dev/fd0 of=/dev/null count=1 2>/dev/null")
  home.run("stop", "floppy")


def test_balloon(home):
  vm = start(home, "balloon", ["-device", "virtio-balloon-pci,id=balloon0"])

  def total():
    return int(vm.run("grep MemTotal /proc/meminfo").split()[1])

  before = total()
  home.run("balloon", "balloon", "160M")
  guest.cli.until("the guest gave memory back", lambda: total() <= before - 90 * 1024)
  guest.cli.until("QEMU knows", lambda: home.json("balloon", "balloon")["actual"] == 160 << 20)
  home.run("balloon", "balloon", "256M")
  guest.cli.until("the guest has it again", lambda: total() == before)
  home.run("stop", "balloon")


def test_agent(home):
  vm = start(home, "agent", [*AGENT, "-netdev", "user,id=net0",
                             "-device", "virtio-net-pci,id=nic0,netdev=net0"])
  vm.get_address("eth0")
  vm.run("hostname linux-guest")
  vm.run("qemu-ga -m virtio-serial -p /dev/vport*p1 -d -f /run/agent.pid -t /run")
  assert "return" in guest.ask_agent(home, "agent", "guest-ping", 2)

  text = home.run("agent", "agent", "info")[0]
  assert "linux-guest" in text and "10.0.2.15" in text, text
  out = home.folder / "out"
  out.write_bytes(os.urandom(300000))
  home.run("agent", "agent", "push", str(out), "/tmp/pushed")
  home.run("agent", "agent", "pull", "/tmp/pushed", str(home.folder / "back"))
  assert (home.folder / "back").read_bytes() == out.read_bytes()
  assert home.run("agent", "agent", "exec", "--", "cat", "/proc/sys/kernel/hostname")[0] \
      == "linux-guest\n"
  done = subprocess.run([home.droverctl, "agent", "agent", "exec", "--", "sh", "-c",
                         "echo no >&2; exit 7"], env=home.env, capture_output=True, check=False)
  assert done.returncode == 7 and b"no\n" in done.stderr, done
  home.run("agent", "agent", "shutdown")
  guest.cli.until("the guest shut down", lambda: home.state("agent") == "off")


def test_power_button(home):
  """This guest listens to none, but has an agent."""
  vm = start(home, "button", AGENT)
  _, messages = home.run("shutdown", "button", "--wait", "--timeout=2", status=guest.cli.BAD_STATE)
  assert "The power button was pressed" in messages, messages
  vm.run("qemu-ga -m virtio-serial -p /dev/vport*p1 -d -f /run/agent.pid -t /run")
  assert "return" in guest.ask_agent(home, "button", "guest-ping", 2)
  _, messages = home.run("shutdown", "button", "--force", "--timeout=5")
  assert "its agent was asked" in messages and home.state("button") == "off", messages


if __name__ == "__main__":
  sys.exit(guest.main(dict(globals()), sys.argv[1]))
