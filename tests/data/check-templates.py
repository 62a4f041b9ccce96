#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The templates fit the JSON Schema beside them, which is as strict as Drover itself; their texts
are in strings.c; the boot sector is what its source says."""
import base64
import copy
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

folder = Path(sys.argv[1]) / 'data/templates'
schema = json.loads((folder / 'template.schema.json').read_text(encoding='utf-8'))
templates = {path.stem: json.loads(path.read_text(encoding='utf-8'))
             for path in sorted(folder.glob('*.json')) if path.name != 'template.schema.json'}
failures = []

try:
  import jsonschema
except ImportError:
  jsonschema = None
  print('left out: python3-jsonschema is not installed, the schema was not tried')


def spoil(template):
  """The template with one thing wrong, in several ways."""
  def change(**members):
    one = copy.deepcopy(template)
    one.update(members)
    return one
  yield 'an unknown key', change(argumentz=[])
  yield 'a wrong type', change(title=5)
  yield 'an unknown category', change(category='others')
  yield 'an argument without its reason', change(arguments=[{'flag': '-m'}])
  yield 'an unknown condition', change(arguments=[{'flag': '-m', 'why': 'x',
                                                   'when': {'weather': 'fine'}}])
  yield 'a size with a space', change(memory={'least': '1 G', 'recommended': '2G'})
  yield 'no architecture', change(architectures=[])


if jsonschema:
  jsonschema.Draft202012Validator.check_schema(schema)
  validator = jsonschema.Draft202012Validator(schema)
  for name, template in templates.items():
    for error in validator.iter_errors(template):
      place = '.'.join(map(str, error.absolute_path))
      failures.append(f'{name}.json: {place}: {error.message}')
  for what, bad in spoil(templates['debian-13']):
    if validator.is_valid(bad):
      failures.append(f'the schema takes {what}')

result = subprocess.run([sys.executable, folder / 'strings.py', '--check'], check=False,
                        capture_output=True, text=True)
if result.returncode != 0:
  failures.append(result.stderr.strip())

sector = base64.b64decode(templates['boot-sector']['media'][0]['data'])
if len(sector) != 512 or sector[510:] != b'\x55\xaa':
  failures.append('boot-sector.json has no boot sector in it')
if shutil.which('gcc') and subprocess.run(['gcc', '-dumpmachine'], check=True, capture_output=True,
                                          text=True).stdout.startswith('x86_64'):
  with tempfile.TemporaryDirectory() as work:
    subprocess.run(['gcc', '-m16', '-c', folder / 'boot-sector.S', '-o', f'{work}/s.o'], check=True)
    subprocess.run(['ld', '-m', 'elf_i386', '-Ttext', '0x7c00', '--oformat', 'binary', '-o',
                    f'{work}/s', f'{work}/s.o'], check=True)
    if Path(f'{work}/s').read_bytes() != sector:
      failures.append('boot-sector.json is not what boot-sector.S makes')
else:
  print('left out: no gcc for x86-64, the boot sector was not built')

for failure in failures:
  print(failure)
print(f'{len(templates)} templates, {len(failures)} failures')
sys.exit(bool(failures))
