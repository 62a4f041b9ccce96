#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Debian mirror on the loopback for the installer in a guest.

It passes everything on from the mirror that this computer's apt uses. Some such mirrors, those that
were set up for apt alone, lack part of what the installer consists of (its `.udeb` files). Of
those the index leaves out what cannot be had, and two that no installation goes without are made
from the ordinary packages that have the same files: the modules for disks and their file systems,
and mke2fs. So are the modules where the mirror's index is older than the installer's kernel. When
the mirror has all, nothing is changed; `made` says what was.
"""

import concurrent.futures
import gzip
import hashlib
import http.server
import io
import lzma
import os
import re
import socketserver
import subprocess
import tarfile
import threading
import urllib.error
import urllib.parse
import urllib.request

MODULES = re.compile(r"/(ext4|jbd2|mbcache|crc16|crc32c_generic|libcrc32c|virtio_blk|virtio_scsi|"
                     r"scsi_mod|scsi_common|sd_mod|dm-mod|md-mod|raid1|loop)\.ko(\.xz)?$")
INDEX = "main/debian-installer/binary-{0}/Packages"


def fetch(address, head=False):
  request = urllib.request.Request(address, method="HEAD" if head else "GET")
  with urllib.request.urlopen(request, timeout=120) as reply:
    return b"" if head else reply.read()


def find_archive():
  """The archive that this computer's apt uses, or DROVER_MIRROR."""
  done = subprocess.run(["apt-get", "indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(REPO_URI)",
                         "Created-By: Packages"], capture_output=True, text=True, check=False)
  found = [line.split("|")[2] for line in done.stdout.splitlines()
           if line.startswith("Debian|Debian|http")]
  return os.environ.get("DROVER_MIRROR") or (found + ["http://deb.debian.org/debian"])[0]


def is_there(address):
  try:
    fetch(address, head=True)
    return True
  except urllib.error.HTTPError as error:
    if error.code == 404:
      return False
    raise


def read_stanzas(text):
  for stanza in text.split("\n\n"):
    fields = dict(line.split(": ", 1) for line in stanza.split("\n")
                  if ": " in line and not line.startswith(" "))
    if fields:
      yield fields, stanza


def read_ar(data):
  """The members of a .deb."""
  offset = 8
  while offset + 60 <= len(data):
    name = data[offset:offset + 16].decode().strip().rstrip("/")
    size = int(data[offset + 48:offset + 58])
    yield name, data[offset + 60:offset + 60 + size]
    offset += 60 + size + size % 2


def write_ar(members):
  data = b"!<arch>\n"
  for name, content in members:
    data += b"%-16s%-12d%-6d%-6d%-8o%-10d`\n" % (name.encode(), 0, 0, 0, 0o100644, len(content))
    data += content + b"\n" * (len(content) % 2)
  return data


def take_files(deb, wanted):
  """(name, mode, contents or the target of a link) of a package's files that WANTED accepts."""
  content = next(data for name, data in read_ar(deb) if name.startswith("data.tar"))
  with tarfile.open(fileobj=io.BytesIO(content)) as tar:
    for member in tar:
      name = member.name.removeprefix("./")
      if not wanted("/" + name):
        continue
      if member.issym():
        yield name, 0o777, member.linkname
      elif member.isfile():
        yield name, member.mode, tar.extractfile(member).read()
      elif member.islnk():
        yield name, 0o777, member.linkname.rsplit("/", 1)[-1]


def make_tar(files):
  buffer = io.BytesIO()
  seen = set()
  with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
    for name, mode, content in files:
      parts = name.split("/")
      for depth in range(1, len(parts)):
        folder = "./" + "/".join(parts[:depth])
        if folder not in seen:
          seen.add(folder)
          info = tarfile.TarInfo(folder)
          info.type, info.mode = tarfile.DIRTYPE, 0o755
          tar.addfile(info)
      info = tarfile.TarInfo("./" + name)
      info.mode = mode
      if isinstance(content, str):
        info.type, info.linkname = tarfile.SYMTYPE, content
        tar.addfile(info)
      else:
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))
  return buffer.getvalue()


def make_udeb(fields, files, depmod):
  control = "".join(f"{key}: {value}\n" for key, value in fields.items())
  scripts = [("control", 0o644, control.encode())]
  if depmod:
    scripts.append(("postinst", 0o755, b"#!/bin/sh\ndepmod -a || true\n"))
  return write_ar([("debian-binary", b"2.0\n"), ("control.tar.gz", make_tar(scripts)),
                   ("data.tar.gz", make_tar(files))])


class Mirror:
  """Serves while it is entered; `address` is for the guest."""

  def __init__(self, upstream, suite, architecture, kernel):
    self.upstream = upstream.rstrip("/")
    self.suite = suite
    self.architecture = architecture
    self.kernel = kernel
    self.modules = f"ext4-modules-{kernel}-di"
    self.made = []
    self.left_out = []
    self.files = {}

  def get(self, path):
    return fetch(f"{self.upstream}/{path}")

  def find_packages(self, names):
    index = lzma.decompress(self.get(f"dists/{self.suite}/main/binary-{self.architecture}/"
                                     "Packages.xz")).decode()
    found = {fields["Package"]: fields["Filename"] for fields, _ in read_stanzas(index)
             if fields["Package"] in names}
    return [self.get(found[name]) for name in names]

  def make(self, fields):
    """A replacement for a udeb, or None when the installation goes without it."""
    name = fields["Package"]
    if name == self.modules:
      debs = self.find_packages([f"linux-image-{self.kernel}"])
      wanted = MODULES.search
    elif name == "e2fsprogs-udeb":
      debs = self.find_packages(["e2fsprogs", "libext2fs2t64", "libcom-err2"])
      wanted = re.compile(r"(/sbin/(mke2fs|mkfs\.ext[234]|e2fsck|fsck\.ext4|tune2fs|resize2fs)|"
                          r"/mke2fs\.conf|/lib(ext2fs|e2p|com_err)\.so\.[0-9.]+)$").search
    else:
      return None
    control = {key: fields[key] for key in ("Package", "Version", "Architecture", "Maintainer",
                                            "Section", "Provides", "Kernel-Version") if key in fields}
    control["Description"] = "made from the ordinary packages"
    files = [item for deb in debs for item in take_files(deb, wanted)]
    return make_udeb(control, files, depmod="modules" in name)

  def of_this_kernel(self, index):
    """Its stanzas; where there are modules for other kernels only, theirs are called ours."""
    if f"Package: {self.modules}\n" not in index:
      other = re.search(r"^Package: ext4-modules-(\S+)-di$", index, re.M)
      if other:
        index = index.replace(other.group(1), self.kernel)
    return read_stanzas(index)

  def find_missing(self, names):
    # Which names a mirror refuses shows on a few; each look is a request.
    suspicious = [name for name in names if "+" in name]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
      there = pool.map(lambda name: is_there(f"{self.upstream}/{name}"), suspicious)
    return {name for name, found in zip(suspicious, there) if not found}

  def prepare(self):
    """Looks what is missing, and makes the index anew when something is."""
    path = f"dists/{self.suite}/" + INDEX.format(self.architecture)
    # One kernel is installed, and its own modules do for it.
    found = [(fields, stanza) for fields, stanza
             in self.of_this_kernel(lzma.decompress(self.get(path + ".xz")).decode())
             if "-di" not in fields["Package"] or self.kernel in fields["Package"]]
    missing = self.find_missing([fields["Filename"] for fields, _ in found])
    stanzas = []
    for fields, stanza in found:
      if fields["Filename"] not in missing:
        stanzas.append(stanza)
        continue
      udeb = self.make(fields)
      if udeb is None:
        self.left_out.append(fields["Package"])
        continue
      self.made.append(fields["Package"])
      self.files[fields["Filename"]] = udeb
      stanza = re.sub(r"(?m)^(Depends|MD5sum|SHA1|SHA256|Size|Installed-Size):.*\n?",
                      "", stanza).rstrip("\n")
      stanzas.append(f"{stanza}\nSize: {len(udeb)}\nSHA256: {hashlib.sha256(udeb).hexdigest()}")
    if self.made or self.left_out:
      self.rewrite(path, "\n\n".join(stanza.strip("\n") for stanza in stanzas) + "\n\n")

  def rewrite(self, path, index):
    """The index and the list that has its checksum. The signature is of the list as it was."""
    plain = index.encode()
    self.files[path] = plain
    self.files[path + ".gz"] = gzip.compress(plain, mtime=0)
    self.files[path + ".xz"] = lzma.compress(plain)
    release = self.get(f"dists/{self.suite}/Release").decode()
    for suffix in ("", ".gz", ".xz"):
      data = self.files[path + suffix]
      name = INDEX.format(self.architecture) + suffix
      for algorithm in ("md5", "sha256"):
        digest = hashlib.new(algorithm, data).hexdigest()
        release = re.sub(rf"(?m)^ [0-9a-f]{{{len(digest)}}} +\d+ {re.escape(name)}$",
                         f" {digest} {len(data)} {name}", release)
    self.files[f"dists/{self.suite}/Release"] = release.encode()
    # By its sum the index would be found as it was.
    self.files[f"dists/{self.suite}/Release"] = re.sub(
      rb"(?m)^Acquire-By-Hash: yes\n", b"", self.files[f"dists/{self.suite}/Release"])

  def answer(self, handler, head):
    path = urllib.parse.unquote(handler.path).removeprefix("/debian/")
    try:
      data = self.files[path] if path in self.files else self.get(urllib.parse.quote(path, "/+~:"))
    except urllib.error.HTTPError as error:
      handler.send_error(error.code)
      return
    except OSError as error:
      handler.send_error(502, str(error))
      return
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    if not head:
      handler.wfile.write(data)

  def __enter__(self):
    mirror = self

    class Handler(http.server.BaseHTTPRequestHandler):
      def do_GET(self):    # pylint: disable=invalid-name
        mirror.answer(self, False)

      def do_HEAD(self):    # pylint: disable=invalid-name
        mirror.answer(self, True)

      def log_message(self, format, *args):    # pylint: disable=redefined-builtin
        print("mirror:", format % args, flush=True)

    class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
      daemon_threads = True

    self.server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=self.server.serve_forever, daemon=True).start()
    # As user-mode networking calls this computer.
    self.address = f"http://10.0.2.2:{self.server.server_port}/debian"
    return self

  def __exit__(self, *_):
    self.server.shutdown()
    self.server.server_close()
