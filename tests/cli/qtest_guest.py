# SPDX-License-Identifier: GPL-3.0-or-later
"""A guest's kernel, played from outside: the virtio-serial driver of a QEMU that listens to
qtest and whose own processor sleeps, between its port for the guest agent and a real qemu-ga, which runs on this
computer and may do only what harms nobody."""

import base64
import contextlib
import os
import select
import shutil
import socket
import struct
import subprocess
import threading
import time
from pathlib import Path

PROGRAM = "qemu-system-aarch64"
NAME = "org.qemu.guest_agent.0"
QTEST = "qtest.sock"

# A board whose devices sit at addresses that are known, so that no PCI must be set up.
ARGUMENTS = ["-machine", "virt", "-cpu", "cortex-a53", "-accel", "tcg", "-m", "32",
             "-nodefaults", "-display", "none", "-bios", "sleep.bin",
             "-chardev", f"socket,id=qtest,path={QTEST},server=on,wait=off", "-qtest",
             "chardev:qtest", "-device", "virtio-serial-device,id=channels0",
             "-chardev", "socket,id=agent0,path=agent.sock,server=on,wait=off",
             "-device", f"virtserialport,id=port0,bus=channels0.0,chardev=agent0,name={NAME}"]

# `wfi; b .-4`, instead of a firmware.
SLEEP = struct.pack("<II", 0xD503207F, 0x17FFFFFF)

# Never what stops this computer, sets its clock, or writes where no path says.
ALLOWED = ["sync", "sync-delimited", "ping", "info", "get-osinfo", "get-host-name", "get-time",
           "network-get-interfaces", "get-fsinfo", "file-open", "file-close", "file-read",
           "file-write", "file-seek", "file-flush", "exec", "exec-status"]

RAM = 0x40000000
FIRST_SLOT, SLOTS, SLOT_SIZE = 0x0A000000, 32, 0x200
SERIAL = 3
MULTIPORT = 1 << 1
SIZE = 16           # entries of a queue
BUFFER = 4096
READY, ADD, PORT_READY, OPEN = 0, 1, 3, 6
CONTROL_IN, CONTROL_OUT, PORT_IN, PORT_OUT = 2, 3, 4, 5


def connect(path):
  """A path of any length."""
  fd = os.open(Path(path).parent, os.O_PATH)
  try:
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(f"/proc/self/fd/{fd}/{Path(path).name}")
    return connection
  finally:
    os.close(fd)


class Qtest:
  def __init__(self, path):
    self.stream = connect(path).makefile("rw")

  def ask(self, text):
    self.stream.write(text + "\n")
    self.stream.flush()
    while True:
      line = self.stream.readline()
      assert line, "QEMU closed qtest"
      if not line.startswith("IRQ"):
        assert line.startswith("OK"), line
        return line[2:].strip()

  def read(self, address, size):
    return base64.b64decode(self.ask(f"b64read {address:#x} {size:#x}"))

  def write(self, address, data):
    if data:
      self.ask(f"b64write {address:#x} {len(data):#x} {base64.b64encode(data).decode()}")

  def register(self, address, value=None):
    if value is None:
      return int(self.ask(f"readl {address:#x}"), 16)
    self.ask(f"writel {address:#x} {value:#x}")
    return None


class Queue:
  """A legacy virtqueue with one buffer for each of its entries."""

  def __init__(self, qtest, base, number, address):
    self.qtest, self.base, self.number, self.address = qtest, base, number, address
    self.available = address + 16 * SIZE
    self.used = address + 4096
    self.buffers = address + 8192
    self.next = self.seen = 0
    qtest.register(base + 0x30, number)
    assert qtest.register(base + 0x34) >= SIZE, "no such queue"
    qtest.register(base + 0x38, SIZE)
    qtest.register(base + 0x3C, 4096)
    qtest.register(base + 0x40, address // 4096)

  def offer(self, data=None):
    """Gives the device a buffer: DATA, or an empty one to be filled."""
    i = self.next % SIZE
    if data is not None:
      self.qtest.write(self.buffers + i * BUFFER, data)
    self.qtest.write(self.address + 16 * i, struct.pack(
      "<QIHH", self.buffers + i * BUFFER, BUFFER if data is None else len(data),
      2 if data is None else 0, 0))
    self.next += 1
    self.qtest.write(self.available + 4 + 2 * i, struct.pack("<H", i))
    self.qtest.write(self.available + 2, struct.pack("<H", self.next & 0xFFFF))
    self.qtest.register(self.base + 0x50, self.number)

  def take(self):
    """The bytes of each buffer that the device is done with."""
    while struct.unpack("<H", self.qtest.read(self.used + 2, 2))[0] != self.seen & 0xFFFF:
      i, length = struct.unpack("<II", self.qtest.read(self.used + 4 + 8 * (self.seen % SIZE), 8))
      self.seen += 1
      yield self.qtest.read(self.buffers + i * BUFFER, length) if length else b""


def put(home, slug):
  """Makes the machine SLUG."""
  home.put(slug, ARGUMENTS, PROGRAM)
  (home.machines / slug / "sleep.bin").write_bytes(SLEEP)


class Guest:
  """The guest of the machine SLUG, whose agent is a real one, or one that AGENT plays: it gets
  what the host says and returns what the guest says."""

  def __init__(self, home, slug, agent=None):
    self.folder = home.machines / slug
    self.agent_path = home.folder / "ga.sock"
    self.played = agent
    self.error = None
    self.open = threading.Event()
    self.end = threading.Event()
    if agent is None:
      self.start_agent(home)
    self.qtest = Qtest(self.folder / QTEST)
    self.thread = threading.Thread(target=self.run, daemon=True)
    self.thread.start()

  def start_agent(self, home):
    program = shutil.which("qemu-ga", path=os.environ["PATH"] + ":/usr/sbin")
    assert program, "the package qemu-guest-agent is missing"
    state = home.folder / "ga"
    state.mkdir()
    (state / "config").write_text("[general]\n")
    child = home.spawn(program, "-m", "unix-listen", "-p", self.agent_path, "-t", state, "-c",
                       state / "config", "-f", state / "pid", "-a",
                       ",".join("guest-" + name for name in ALLOWED), stdout=subprocess.DEVNULL)
    while not self.agent_path.exists():
      assert child.poll() is None, "qemu-ga did not start"
      time.sleep(0.01)

  def run(self):
    try:
      self.drive()
    except (AssertionError, OSError, ValueError) as error:
      self.error = error

  def find_device(self):
    for slot in range(SLOTS):
      base = FIRST_SLOT + slot * SLOT_SIZE
      if self.qtest.register(base + 8) == SERIAL:
        return base
    raise AssertionError("no virtio-serial")

  def control(self, event, port=1, value=1):
    self.queues[CONTROL_OUT].offer(struct.pack("<IHH", port, event, value))

  def drive(self):
    base = self.find_device()
    for status in [0, 1, 3]:
      self.qtest.register(base + 0x70, status)
    self.qtest.register(base + 0x14, 0)
    self.qtest.register(base + 0x20, MULTIPORT)
    self.qtest.register(base + 0x28, 4096)
    self.queues = [Queue(self.qtest, base, i, RAM + i * 0x20000) for i in range(6)]
    self.qtest.register(base + 0x70, 7)
    for number in [CONTROL_IN, PORT_IN]:
      for _ in range(SIZE):
        self.queues[number].offer()
    self.control(READY, 0)
    self.await_port()
    self.control(PORT_READY)
    self.control(OPEN)
    self.open.set()
    self.relay()

  def await_port(self):
    while not self.end.is_set():
      for message in self.queues[CONTROL_IN].take():
        self.queues[CONTROL_IN].offer()
        if struct.unpack_from("<IHH", message)[:2] == (1, ADD):
          return

  def relay(self):
    """Carries bytes both ways until the end."""
    agent = connect(self.agent_path) if self.played is None else None
    waiting = b""
    while not self.end.is_set():
      for _ in self.queues[CONTROL_IN].take():
        self.queues[CONTROL_IN].offer()
      for data in self.queues[PORT_IN].take():
        self.queues[PORT_IN].offer()
        if agent:
          agent.sendall(data)
        else:
          waiting += self.played(data)
      list(self.queues[PORT_OUT].take())
      room = SIZE - (self.queues[PORT_OUT].next - self.queues[PORT_OUT].seen)
      if agent and room and not waiting and select.select([agent], [], [], 0.001)[0]:
        waiting = agent.recv(BUFFER * room)
      while waiting and room:
        self.queues[PORT_OUT].offer(waiting[:BUFFER])
        waiting = waiting[BUFFER:]
        room -= 1
    self.control(OPEN, value=0)

  def close(self):
    self.end.set()
    self.thread.join()
    with contextlib.suppress(OSError):
      self.qtest.stream.close()
    assert self.error is None, self.error
