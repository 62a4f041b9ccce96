#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The flatpak manifest is JSON, names what exists and asks for no more rights than it should."""
import json
import re
import sys
from pathlib import Path

root = Path(sys.argv[1])
path = root / 'flatpak/io.github.drover_vm.Drover.Devel.json'
failures = []


def check(condition, words):
    if not condition:
        failures.append(words)


def no_repeats(pairs):
    names = [name for name, _ in pairs]
    for name in sorted({name for name in names if names.count(name) > 1}):
        failures.append(f'member "{name}" is given twice')
    return dict(pairs)


manifest = json.loads(path.read_text(), object_pairs_hook=no_repeats)

check(manifest.get('id') == path.stem, 'id differs from the name of the file')
check(manifest.get('runtime') == 'org.gnome.Platform', 'runtime is not org.gnome.Platform')
check(manifest.get('sdk') == 'org.gnome.Sdk', 'sdk is not org.gnome.Sdk')
check(re.fullmatch(r'\d+', manifest.get('runtime-version', '')),
      'runtime-version is not a released GNOME')
check(manifest.get('command') == 'drover', 'command is not drover')

rights = {'--share=ipc', '--share=network', '--socket=wayland', '--socket=fallback-x11',
          '--socket=pulseaudio', '--device=dri', '--device=kvm'}
asked = set(manifest.get('finish-args', []))
for right in sorted(rights - asked):
    failures.append(f'{right} is missing')
for right in sorted(asked - rights):
    failures.append(f'{right} is asked for; flatpak/README.md and this test must say why')

# Where each library comes from that meson asks for: the name of a module, or None for the runtime.
libraries = {
    'gio-2.0': None, 'gio-unix-2.0': None, 'glib-2.0': None, 'gobject-2.0': None, 'gtk4': None,
    'json-glib-1.0': None, 'libadwaita-1': None, 'libarchive': None, 'libcrypt': None,
    'libdex-1': None, 'libsoup-3.0': None,
    'gpgme': 'gpgme', 'libosinfo-1.0': 'libosinfo', 'vte-2.91-gtk4': 'vte',
}

modules = manifest.get('modules', [])
names = [module.get('name') for module in modules]
wanted = set()
for file in ('meson.build', 'src/core/meson.build', 'src/app/meson.build', 'src/cli/meson.build'):
    wanted |= set(re.findall(r"dependency\('([^']+)'", (root / file).read_text()))
for library in sorted(wanted - set(libraries)):
    failures.append(f'{library}: the manifest has no module for it, and this test does not say '
                    'that the runtime has it')
for library in sorted(set(libraries) - wanted):
    failures.append(f'{library}: nothing needs it any more')
for library, name in libraries.items():
    check(name is None or name in names[:-1], f'{library}: there is no module {name}')
check(modules and modules[-1].get('name') == 'drover', 'the last module is not drover')
for module in modules:
    for source in module.get('sources', []):
        what = f'module {module.get("name")}: '
        kind = source.get('type')
        if kind in ('archive', 'file'):
            check(re.fullmatch(r'[0-9a-f]{64}', source.get('sha256', '')),
                  what + f'{kind} without a sha256')
        elif kind == 'git':
            check('tag' in source or 'commit' in source, what + 'git without a tag or a commit')
        elif kind == 'dir':
            folder = (path.parent / source.get('path', '')).resolve()
            check(folder == root.resolve(), what + f'{folder} is not this checkout')
        else:
            failures.append(what + f'source of type {kind}')
        if kind != 'dir':
            check(source.get('url', '').startswith('https://'), what + 'address is not https')

if modules:
    drover = modules[-1]
    check(drover.get('buildsystem') == 'meson', 'drover is not built with meson')
    check('-Dprofile=development' in drover.get('config-opts', []),
          'drover is not the development build')
    declared = (root / 'meson.options').read_text()
    options = re.findall(r"^option\('(\w+)'", declared, re.MULTILINE)
    for option in drover.get('config-opts', []):
        name = re.match(r'-D(\w+)=', option)
        check(name and name.group(1) in options, f'{option}: meson.options has no such option')

for failure in failures:
    print(f'{path.name}: {failure}')
print(f'{len(modules)} modules, {len(failures)} complaints')
sys.exit(bool(failures))
