#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""po/POTFILES.in lists every file with text to translate, nothing that is not there, in order."""
import re
import sys
from pathlib import Path

root = Path(sys.argv[1])
listed = [line for line in (root / 'po/POTFILES.in').read_text().splitlines()
          if line and not line.startswith('#')]

C_CALL = re.compile(r'(?<!\w)(?:(?:_|N_|C_|NC_|Q_)\s*\(\s*"|\w*gettext2?\s*\([^;)]*")')
C_COMMENT = re.compile(r'/\*.*?\*/|//[^\n]*|("(?:\\.|[^"\\])*")', re.DOTALL)
UI_ATTRIBUTE = re.compile(r'\btranslatable\s*=\s*["\'](?:yes|true|1)["\']')
ALWAYS = re.compile(r'\.(?:desktop|metainfo\.xml|gschema\.xml)(?:\.in)*$')


def has_text(path):
    if ALWAYS.search(path.name):
        return True
    if path.suffix in ('.c', '.h'):
        code = C_COMMENT.sub(lambda m: m.group(1) or ' ', path.read_text())
        return bool(C_CALL.search(code))
    if path.suffix in ('.ui', '.xml', '.in'):
        return bool(UI_ATTRIBUTE.search(path.read_text()))
    return False


def complaints():
    for name in listed:
        if not (root / name).is_file():
            yield f'{name} is listed but does not exist'
    for name in sorted({name for name in listed if listed.count(name) > 1}):
        yield f'{name} is listed twice'
    if listed != sorted(listed):
        first = next(a for a, b in zip(listed, sorted(listed)) if a != b)
        yield f'not in alphabetical order, from {first} on'
    for folder in 'src', 'data':
        for path in sorted((root / folder).rglob('*')):
            name = path.relative_to(root).as_posix()
            if path.is_file() and name not in listed and has_text(path):
                yield f'{name} has text to translate and is not listed'


found = list(complaints())
for complaint in found:
    print('po/POTFILES.in:', complaint)
print(f'{len(listed)} files listed, {len(found)} complaints')
sys.exit(bool(found))
