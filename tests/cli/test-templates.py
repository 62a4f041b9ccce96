#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-templates.py DROVERCTL: templates, as a script sees them.

Prints TAP.
"""

import json
import sys

import support
from support import cli


def test_list(home):
  out, _ = home.run("templates")
  ids = [line.split()[0] for line in out.splitlines()]
  for wanted in ["ubuntu-22.04", "arch", "windows-11", "debian-13"]:
    assert any(name.startswith(wanted) for name in ids), out
  listed = home.json("templates")
  assert [one["id"] for one in listed] == ids, listed
  windows = next(one for one in listed if one["id"] == "windows-11")
  assert windows["tpm"] == "2.0" and windows["disk"]["least"] == 64 << 30, windows


def test_share(home):
  home.put("pc", ["-m", "1G", "-cdrom", "/home/anna/x.iso", "-nographic"])
  file = home.machines.parent / "pc.drover-template"
  out, err = home.run("templates", "save", "pc", "--id", "lab", "--title", "My Lab",
                      "--file", str(file))
  assert out == f"{file}\n" and "/home/anna/x.iso" in err, (out, err)
  assert "anna" not in file.read_text()
  assert home.run("templates", "add", str(file))[0] == "lab\n"
  assert home.run("templates")[0].startswith("lab "), home.run("templates")
  assert home.json("templates", "show", "lab")["title"] == "My Lab"
  assert home.run("templates", "show", "lab")[0] == file.read_text()
  home.run("templates", "add", str(file), status=cli.BAD_STATE)
  home.run("templates", "add", str(file), "--replace")
  home.run("templates", "remove", "lab")
  _, err = home.run("templates", "remove", "lab", status=cli.FAILED)
  assert "“lab”" in err, err


def test_refused(home):
  file = home.machines.parent / "bad.drover-template"
  template = json.loads(home.run("templates", "show", "riscv-opensbi")[0])
  template["arguments"][1]["whi"] = "x"
  file.write_text(json.dumps(template))
  _, err = home.run("templates", "add", str(file), status=cli.FAILED)
  assert f"{file}: arguments[1].whi" in err, err
  del template["arguments"][1]["whi"]
  file.write_text(json.dumps(template))
  _, err = home.run("templates", "add", str(file), status=cli.BAD_STATE)
  assert "came with Drover" in err, err
  home.run("templates", "show", "nothing", status=cli.FAILED)
  home.run("templates", "show", status=cli.USAGE)
  home.run("templates", "paint", "lab", status=cli.USAGE)
  home.run("templates", "save", "nobody", status=cli.NO_SUCH)


if __name__ == "__main__":
  sys.exit(support.main(dict(globals()), sys.argv[1]))
