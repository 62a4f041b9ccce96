#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every icon is well-formed, of its size and self-contained; GTK can recolour the symbolic ones."""
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

SVG = '{http://www.w3.org/2000/svg}'
root = Path(sys.argv[1])
icons = root / 'data/icons'
failures = []

base = 'io.github.drover_vm.Drover'
needed = [f'hicolor/scalable/apps/{base}.svg', f'hicolor/scalable/apps/{base}.Devel.svg',
          f'hicolor/symbolic/apps/{base}-symbolic.svg']
for name in needed:
    if not (icons / name).is_file():
        failures.append(f'{name} is missing')


def check(path):
    symbolic = path.stem.endswith('-symbolic')
    size = '16' if symbolic else '128'
    try:
        svg = ET.parse(path).getroot()
    except ET.ParseError as error:
        yield f'not well-formed: {error}'
        return
    if svg.tag != SVG + 'svg':
        yield f'the root element is {svg.tag}'
    box = (svg.get('width'), svg.get('height'), svg.get('viewBox'))
    if box != (size, size, f'0 0 {size} {size}'):
        yield f'not {size}×{size}'
    ids = [e.get('id') for e in svg.iter() if e.get('id')]
    for element in svg.iter():
        for name, value in element.attrib.items():
            if name.endswith('href') and not (value.startswith('#') and value[1:] in ids):
                yield f'{element.tag.removeprefix(SVG)} refers to {value}, which is not in the file'
            if 'url(' in value and value.partition('url(#')[2].rstrip(')') not in ids:
                yield f'{name}="{value}" is not in the file'
            if symbolic and name == 'stroke' and value != 'none':
                yield 'has a stroke, which GTK does not recolour'
        if element.tag.removeprefix(SVG) in ('image', 'script', 'text', 'foreignObject'):
            yield f'has a {element.tag.removeprefix(SVG)}'


files = sorted(icons.rglob('*.svg'))
for path in files:
    failures += [f'{path.relative_to(icons)}: {words}' for words in check(path)]
for failure in failures:
    print(failure)
print(f'{len(files)} icons, {len(failures)} complaints')
sys.exit(bool(failures))
