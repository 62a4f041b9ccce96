#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-download.py DROVERCTL: “droverctl download” and “droverctl media” as a script sees them.

A web server of the test's own stands in for the publishers. Prints TAP.
"""

import hashlib
import http.server
import json
import sys
import threading
from pathlib import Path

from support import cli, main

BODY = bytes(range(256)) * 4000
SUM = hashlib.sha256(BODY).hexdigest()
HALF = len(BODY) // 2


class Web:
  """Serves PAGES, byte ranges and all; what is in STALLING stops after its first half."""

  def __init__(self, pages):
    web = self
    self.pages = pages
    self.stalling = set()
    self.requests = []
    self.ended = threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
      def do_GET(self):
        body = web.pages.get(self.path)
        web.requests.append((self.path, self.headers.get("Range")))
        if body is None:
          self.send_error(404)
          return
        first = 0
        if "Range" in self.headers:
          first = int(self.headers["Range"].removeprefix("bytes=").rstrip("-"))
          self.send_response(206)
          self.send_header("Content-Range", f"bytes {first}-{len(body) - 1}/{len(body)}")
        else:
          self.send_response(200)
        self.send_header("Content-Length", str(len(body) - first))
        self.send_header("ETag", '"one"')
        self.end_headers()
        if self.path in web.stalling:
          self.wfile.write(body[first:HALF])
          self.wfile.flush()
          web.ended.wait(cli.LIMIT_SECONDS)
        else:
          self.wfile.write(body[first:])

      def log_message(self, *_):
        pass

    self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    self.server.daemon_threads = True
    threading.Thread(target=self.server.serve_forever, daemon=True).start()
    self.address = f"http://127.0.0.1:{self.server.server_port}"

  def __enter__(self):
    return self

  def __exit__(self, *_):
    self.ended.set()
    self.server.shutdown()
    self.server.server_close()


def serve(**more):
  return Web({"/a/disk-1.2.img": BODY, "/a/SHA256SUMS": f"{SUM} *disk-1.2.img\n".encode(),
              **{"/" + name: body for name, body in more.items()}})


def media_folder(home):
  return home.folder / "data/drover/media"


def test_download(home):
  with serve() as web:
    argv = ["download", web.address + "/a/", "--name", "disk-*.img",
            "--checksums", web.address + "/a/SHA256SUMS"]
    out, _ = home.run(*argv)
    path = media_folder(home) / "disk-1.2.img"
    assert path.read_bytes() == BODY
    assert str(path) in out and "Checksum only" in out, out

    medium = home.json(*argv)[0]
    assert medium["path"] == str(path) and medium["sha256"] == SUM, medium
    assert medium["size"] == len(BODY) and medium["check"] == "checksum", medium
    assert medium["source"] == web.address + "/a/disk-1.2.img", medium
    assert medium["state"] == "ok" and medium["used-by"] == [], medium
    assert [path for path, _ in web.requests].count("/a/disk-1.2.img") == 1, web.requests

    listed = home.json("media")
    assert listed == [medium], listed


def put_template(home, media):
  template = {
    "version": 1, "id": "own", "title": "Own", "summary": "For a test", "category": "own",
    "architectures": ["x86_64", "aarch64"], "memory": {"least": "16M", "recommended": "64M"},
    "media": media,
    "arguments": [{"flag": "-m", "value": "{memory}", "why": "Memory."}]}
  path = home.folder / "data/drover/templates/own.drover-template"
  path.parent.mkdir(parents=True, exist_ok=True)
  path.write_text(json.dumps(template))


def test_template(home):
  """What a template needs, and nothing else; where a program is not served, the page is said."""
  with serve() as web:
    disk = {"kind": "disk", "addresses": [web.address + "/a/disk-1.2.img"], "sha256": SUM}
    put_template(home, [
      {"id": "disk", "title": "The disk", **disk, "architecture": "x86_64"},
      {"id": "other", "title": "Of no use here", "kind": "disk", "architecture": "aarch64",
       "addresses": [web.address + "/nowhere"], "sha256": "0" * 64},
      {"id": "more", "title": "Drivers", "kind": "iso", "optional": True,
       "addresses": [web.address + "/nowhere"], "sha256": "0" * 64},
      {"id": "page", "title": "Windows", "kind": "iso", "page": "https://example.org/page"}])
    out, err = home.run("download", "own", "--json")
    assert [medium["sha256"] for medium in json.loads(out)] == [SUM], out
    assert "https://example.org/page" in err and "media add" in err, err
    assert [path for path, _ in web.requests] == ["/a/disk-1.2.img"], web.requests

    _, err = home.run("download", "own", "--architecture", "riscv64", status=2)
    assert "x86_64, aarch64" in err, err
    _, err = home.run("download", "own", "--architecture", "aarch64", status=cli.FAILED)
    assert "404" in err, err
    _, err = home.run("download", "no-such", status=cli.FAILED)
    assert "no-such" in err, err


def test_wrong(home):
  with serve() as web:
    _, err = home.run("download", web.address + "/a/disk-1.2.img", "--sha256", "0" * 64,
                      status=cli.FAILED)
    assert SUM in err and "0" * 64 in err, err
    assert not list(media_folder(home).glob("*.img")), "something was kept"
    assert home.json("media") == []
    _, err = home.run("download", web.address + "/nowhere.img", status=cli.FAILED)
    assert "404" in err, err


def test_mirror(home):
  with serve() as web:
    medium = home.json("download", web.address + "/gone/disk-1.2.img",
                       "--mirror", web.address + "/a/disk-1.2.img", "--sha256", SUM)[0]
    assert medium["source"].endswith("/a/disk-1.2.img"), medium


def test_killed(home):
  """Another process goes on where one was killed."""
  with serve() as web:
    web.stalling.add("/a/disk-1.2.img")
    argv = ["download", web.address + "/a/disk-1.2.img", "--sha256", SUM]
    child = home.spawn(home.droverctl, *argv)

    def half_there():
      parts = list(media_folder(home).glob(".incoming/*/*.part"))
      return parts and parts[0].stat().st_size == HALF

    cli.until("the first half is there", half_there)
    _, err = home.run(*argv, status=cli.FAILED)
    assert "is being downloaded already" in err, err
    child.kill()
    child.wait()

    web.stalling.clear()
    home.run(*argv)
    assert (media_folder(home) / "disk-1.2.img").read_bytes() == BODY
    assert web.requests[-1] == ("/a/disk-1.2.img", f"bytes={HALF}-"), web.requests
    assert not list(media_folder(home).glob(".incoming/*")), "something was left"


def test_usage(home):
  for argv, message in [(["download"], "too little"),
                        (["download", "ubuntu"], "no template “ubuntu”"),
                        (["download", "ftp://host/x"], "http and https"),
                        (["download", "http://h/x", "http://h/y", "--name", "z"], "one by one"),
                        (["download", "http://h/x", "--form", "sideways"], "sideways"),
                        (["download", "http://h/x", "--key", "nobody", "--signature", "http://h/s",
                          "--form", "file"], "nobody"),
                        (["media", "eat"], "eat"),
                        (["media", "add"], "which file"),
                        (["media", "add", "/nowhere"], "/nowhere"),
                        (["media", "remove", "nothing"], "nothing")]:
    done = home.spawn(home.droverctl, *argv, stdout=-1, stderr=-1)
    _, err = done.communicate(timeout=cli.LIMIT_SECONDS)
    assert done.returncode in (cli.FAILED, cli.USAGE), argv
    assert message in err.decode(), (argv, err)


def test_windows(home):
  """The user saved it from a page, and pastes the value that stands there."""
  iso = home.folder / "Win11 English.iso"
  iso.write_bytes(BODY)
  pasted = f" {SUM[:20].upper()} \n {SUM[20:].upper()}\n"
  page = "https://www.microsoft.com/software-download/windows11"
  medium = home.json("media", "add", str(iso), "--sha256", pasted, "--source", page,
                     "--title", "Windows 11")[0]
  assert medium["path"] == str(iso) and medium["title"] == "Windows 11", medium
  assert medium["check"] == "checksum" and medium["source"] == page, medium

  other = home.folder / "other.iso"
  other.write_bytes(b"other")
  _, err = home.run("media", "add", str(other), "--sha256", SUM, status=cli.FAILED)
  assert SUM in err and hashlib.sha256(b"other").hexdigest() in err, err
  _, err = home.run("media", "add", str(other), "--sha256", "SHA-256", status=cli.FAILED)
  assert "not a SHA-256" in err, err
  assert len(home.json("media")) == 1


def test_verify_and_remove(home):
  kept = home.folder / "kept.iso"
  kept.write_bytes(b"kept")
  inside = media_folder(home) / "inside.iso"
  inside.parent.mkdir(parents=True)
  inside.write_bytes(b"inside")
  home.run("media", "add", str(kept), str(inside))
  out, _ = home.run("media", "verify")
  assert "kept.iso" in out and "inside.iso" in out, out

  inside.write_bytes(b"INSIDE")
  _, err = home.run("media", "verify", status=cli.FAILED)
  assert "inside.iso" in err and "1 medium is not what it was" in err, err
  states = {Path(medium["path"]).name: medium["state"] for medium in home.json("media")}
  assert states == {"kept.iso": "ok", "inside.iso": "changed"}, states

  home.put("user", ["-cdrom", str(kept)])
  assert [m["used-by"] for m in home.json("media") if m["title"] == "kept.iso"] == [["user"]]
  _, err = home.run("media", "remove", "kept.iso", status=cli.BAD_STATE)
  assert "is used by user" in err, err
  _, err = home.run("media", "remove", "kept.iso", "--force")
  assert "was left" in err, err
  home.run("media", "remove", "inside.iso")
  assert kept.exists() and not inside.exists()
  assert json.loads(home.run("media", "--json")[0]) == []


if __name__ == "__main__":
  sys.exit(main(globals(), sys.argv[1]))
