# SPDX-License-Identifier: GPL-3.0-or-later
"""A small Linux for the tests: Debian's kernel, its modules, and busybox in a RAM disk.

Its shell is on the first serial port, so that a test can type there and read what comes. Nothing
of it is started by itself: what a test wants of the guest, it says.
"""

import gzip
import lzma
import os
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from debian_mirror import Mirror, fetch, read_stanzas, take_files    # pylint: disable=wrong-import-position
from guest import cli    # pylint: disable=wrong-import-position

# What the devices of the tests need; what those need is found out.
MODULES = """virtio_net virtio_blk virtio_scsi virtio_console virtio_balloon 9p 9pnet_virtio virtiofs
  usb-storage xhci-pci sd_mod sr_mod isofs ahci button af_packet""".split()
# Those that a test loads itself: some seconds are lost where their device is not.
MODULES_AT_HAND = ["floppy", "ata_piix"]

# Lines that come by the serial port are carried out one after the other, nothing is echoed.
INIT = """#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /dev /tmp /mnt /run /var/run /var/lib /usr/bin /usr/sbin /sbin
/bin/busybox --install -s
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
for module in $(cat /modules/order); do insmod /modules/$module.ko; done
ip link set lo up
exec </dev/ttyS0 >/dev/ttyS0 2>&1
stty -echo
echo "the guest is ready"
while IFS= read -r line; do eval "$line"; status=$?; done
"""
# sudo is what Drover's instructions begin with; here everybody is root.
SUDO = "#!/bin/sh\nexec \"$@\"\n"
# What the guest agent calls.
SHUTDOWN = "#!/bin/sh\npoweroff -f\n"
# With a lease: the address and the way out.
UDHCPC = """#!/bin/sh
case $1 in bound|renew)
  ip addr flush dev $interface
  ip addr add $ip/$mask dev $interface
  for way in $router; do ip route add default via $way dev $interface; break; done;;
esac
"""


def write_cpio(entries):
  """A newc archive of (path, mode, contents)."""
  data = bytearray()
  for number, (name, mode, content) in enumerate([*entries, ("TRAILER!!!", 0, b"")], 1):
    encoded = name.encode() + b"\0"
    fields = [number, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(encoded), 0]
    data += b"070701" + b"".join(b"%08X" % field for field in fields) + encoded
    data += bytes(-len(data) % 4) + content
    data += bytes(-len(data) % 4)
  return bytes(data)


def with_folders(files):
  """The files, and before each the folders that it is in."""
  seen = set()
  for path, mode, content in files:
    parts = path.split("/")
    for depth in range(1, len(parts)):
      folder = "/".join(parts[:depth])
      if folder not in seen:
        seen.add(folder)
        yield folder, 0o40755, b""
    yield path, mode, content


class Modules(dict):
  """By name; packed, and unpacked when asked for."""

  def __getitem__(self, name):
    return lzma.decompress(super().__getitem__(name))


def order_modules(modules, wanted):
  """The wanted ones and what they depend on, each after what it needs. A module says so itself."""
  order = []

  def visit(name):
    name = name.replace("-", "_")
    if name in order or name not in modules:
      return      # or it is part of the kernel
    for word in re.search(rb"\0?depends=([^\0]*)\0", modules[name]).group(1).decode().split(","):
      if word:
        visit(word)
    order.append(name)

  for name in wanted:
    visit(name)
  return order


def find_libraries(program):
  """A program of this computer and the libraries that it needs, as they are to lie in the guest."""
  text = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
  paths = {str(program)} | set(re.findall(r"(/\S+) \(0x", text))
  return [(path.lstrip("/"), 0o100755, Path(os.path.realpath(path)).read_bytes())
          for path in sorted(paths)]


class Guest:
  """Talks with the guest's shell by the machine's first serial port."""

  def __init__(self, home, slug, **options):
    self.number = 0
    self.seen = ""
    self.child = home.spawn(home.droverctl, "console", slug, stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, **options)
    self.read_until("the guest is ready")

  def read_until(self, text):
    """What came before TEXT."""
    self.seen = cli.until_read(self.child.stdout.fileno(), text, self.seen).replace("\r", "")
    found, _, self.seen = self.seen.partition(text)
    return found

  def send(self, command):
    self.child.stdin.write(command.encode() + b"\n")
    self.child.stdin.flush()

  def run(self, command, status=0):
    """Has the guest do it; returns what it printed."""
    self.number += 1
    self.send(f"{command}\necho \"<$status of {self.number}>\"")
    output = self.read_until(f" of {self.number}>")
    output, _, got = output.rpartition("<")
    assert status is None or int(got) == status, f"{command}: status {got}: {output}"
    return output.strip()

  def until(self, condition):
    """Waits in the guest until a shell's condition holds."""
    self.run(f"until {condition}; do usleep 100000; done")

  def get_address(self, card):
    """Asks for an address, as a guest does that is installed."""
    self.run(f"ip link set {card} up && udhcpc -i {card} -q -n")
    return self.run(f"ip -o -4 address show {card}").split()[3].split("/")[0]

  def serve(self, port, text):
    """Answers with TEXT who connects to the port."""
    self.run(f"printf '#!/bin/sh\\necho {text}\\n' > /bin/serve-{port} && chmod 755 /bin/serve-{port}")
    self.run(f"nc -ll -p {port} -e /bin/serve-{port} >/dev/null 2>&1 &")
    self.until(f"netstat -ltn | grep -q ':{port} '")


def put(home, slug, folder, arguments, machine="q35"):
  """A machine with the guest of FOLDER."""
  return home.put(slug, ["-machine", machine, "-accel", "tcg",
                         # Told that moving bytes one by one is quick, Linux does that.
                         "-cpu", "max,erms=off,fsrm=off", "-m", "256M", "-nographic", "-no-reboot",
                         "-kernel", str(folder / "vmlinuz"), "-initrd", str(folder / "initrd.gz"),
                         "-append", "console=ttyS0 quiet mitigations=off", *arguments])


def download(archive):
  """The packages with the kernel and busybox."""
  mirror = Mirror(archive, "trixie", "amd64", "")
  index = lzma.decompress(mirror.get("dists/trixie/main/binary-amd64/Packages.xz")).decode()
  packages = {fields["Package"]: fields for fields, _ in read_stanzas(index)}
  kernel = packages["linux-image-amd64"]["Depends"].split()[0]
  return [fetch(f"{mirror.upstream}/{packages[name]['Filename']}")
          for name in (kernel, "busybox-static")]


def make(folder, archive, programs=()):
  """Makes FOLDER/vmlinuz and FOLDER/initrd.gz of packages from the ARCHIVE."""
  kernel_package, busybox_package = download(archive)
  modules = Modules()
  kernel = None
  for path, _, content in take_files(kernel_package, re.compile(
      r"^/boot/vmlinuz-|\.ko\.xz$").search):
    if path.startswith("boot/"):
      kernel = content
    else:
      modules[Path(path).name.split(".")[0].replace("-", "_")] = content
  order = order_modules(modules, MODULES)
  (busybox,) = [content for path, _, content in
                take_files(busybox_package, re.compile(r"/bin/busybox$").search)]
  files = [("init", 0o100755, INIT.encode()), ("bin/busybox", 0o100755, busybox),
           ("bin/sudo", 0o100755, SUDO.encode()),
           ("sbin/shutdown", 0o100755, SHUTDOWN.encode()),
           ("etc/udhcpc/default.script", 0o100755, UDHCPC.encode()),
           ("modules/order", 0o100644, "".join(f"{name}\n" for name in order).encode())]
  files += [(f"modules/{name}.ko", 0o100644, modules[name])
            for name in order_modules(modules, MODULES + MODULES_AT_HAND)]
  for program in programs:
    files += find_libraries(program)
  folder.mkdir(parents=True, exist_ok=True)
  (folder / "initrd.gz").write_bytes(gzip.compress(write_cpio(with_folders(files)), 1))
  # Last: where it is, all is.
  (folder / "vmlinuz").write_bytes(kernel)
