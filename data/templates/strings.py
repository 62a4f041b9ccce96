#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes strings.c: the texts of the templates for gettext, which does not read JSON.

  strings.py            write it anew (po/update does)
  strings.py --check    say whether it is up to date (part of the tests)
"""
import json
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
TRANSLATED = ('title', 'summary', 'description', 'why', 'note')


def texts(value, place=''):
  """Each text with its place, in the file's order."""
  if isinstance(value, dict):
    for key, member in value.items():
      if key in TRANSLATED and isinstance(member, str):
        about = value.get('flag') or value.get('value', '')
        yield member, f'{key} of {about}' if key == 'why' and about else key
      else:
        yield from texts(member, key)
  elif isinstance(value, list):
    for member in value:
      yield from texts(member, place)


def generate():
  found = {}
  for path in sorted(FOLDER.glob('*.json')):
    if path.name == 'template.schema.json':
      continue
    for text, what in texts(json.loads(path.read_text(encoding='utf-8'))):
      found.setdefault(text, f'template {path.stem}, {what}')
  lines = ['/* SPDX-License-Identifier: GPL-3.0-or-later */',
           '/* Made by strings.py from the templates beside it, for gettext; not compiled. */', '']
  for text, what in found.items():
    lines += [f'/* Translators: {what} */', f'N_({json.dumps(text, ensure_ascii=False)})']
  return '\n'.join(lines) + '\n'


target = FOLDER / 'strings.c'
new = generate()
if '--check' in sys.argv:
  if not target.exists() or target.read_text(encoding='utf-8') != new:
    sys.exit(f'{target} is not up to date: po/update writes it')
else:
  target.write_text(new, encoding='utf-8')
