#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# test-links.sh LIBRARY...: fails when LIBRARY, or anything that it needs in its turn, is part of
# GTK. The core must work where there is no display, so it must not even link to one.
set -eu

forbidden='lib(gtk|gdk|gsk|adwaita|vte|wayland-client|X11)[-.0-9]'

for library in "$@"; do
  needed=$(ldd "$library")
  if printf '%s\n' "$needed" | grep -q 'not found'; then
    printf '%s: the loader does not find all it needs:\n%s\n' "$library" "$needed"
    exit 1
  fi
  # A list without the C library is no list.
  if ! printf '%s\n' "$needed" | grep -Eq 'libc\.so|libSystem'; then
    printf '%s: ldd says nothing of use:\n%s\n' "$library" "$needed"
    exit 1
  fi
  if found=$(printf '%s\n' "$needed" | grep -E "$forbidden"); then
    printf '%s must not need, itself or through others:\n%s\n' "$library" "$found"
    exit 1
  fi
  printf '%s: %s libraries, none of GTK\n' "$library" "$(printf '%s\n' "$needed" | wc -l)"
done
