# shellcheck shell=bash disable=SC2154 # $top and $yes are set by ./dev
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Read by ./dev: what this machine has and lacks for building Drover, and how to get it.

needs=('glib-2.0 >= 2.84' 'gtk4 >= 4.18' 'libadwaita-1 >= 1.7' 'vte-2.91-gtk4 >= 0.80'
  'json-glib-1.0 >= 1.10' 'libdex-1 >= 0.10' 'libsoup-3.0 >= 3.6')

# Packages of one column of build-aux/packages: debian, fedora, arch or brew.
packages() {
  awk -v want="$1" '/^# need / { for (i = 3; i <= NF; i++) if ($i == want) column = i - 1 }
    !/^#/ && NF && $column != "-" { print $column }' "$top/build-aux/packages" | sort -u
}

# Prints what a native build lacks; nothing when it lacks nothing.
lacking() {
  local tool
  for tool in pkg-config meson ninja; do have "$tool" || echo "$tool is not installed"; done
  [ -n "$(compgen -c qemu-system-)" ] || echo "no qemu-system-* is installed"
  have pkg-config || return 0
  pkg-config --exists "${needs[@]}" 2>/dev/null ||
    pkg-config --print-errors --errors-to-stdout --exists "${needs[@]}"
}

# How packages get here: apt, root (a Debian that is too old), fedora, arch, brew or unknown.
system() {
  [ "$(uname -s)" != Darwin ] || { echo brew; return; }
  # shellcheck source=/dev/null
  (
    unset ID ID_LIKE VERSION_ID
    . /etc/os-release 2>/dev/null
    at_least() { [ -z "${VERSION_ID:-}" ] || printf '%s\n' "$1" "$VERSION_ID" | sort -CV; }
    case " ${ID:-} ${ID_LIKE:-} " in
      " debian "*) if at_least 13; then echo apt; else echo root; fi ;;
      " ubuntu "*) if at_least 25.04; then echo apt; else echo root; fi ;;
      *" debian "* | *" ubuntu "*) echo root ;;
      *" fedora "*) echo fedora ;;
      *" arch "*) echo arch ;;
      *) echo unknown ;;
    esac
  )
}

apt_get() {
  local as=(env)
  if ! is_root; then
    have sudo || die "this needs root rights, and there is no sudo: apt-get $*"
    as=(sudo env)
    [ -t 0 ] || as=(sudo -n env)
  fi
  "${as[@]}" DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 \
    -o DPkg::Lock::Timeout=300 "$@" </dev/null >&2 8>&-
}

apt_install() {
  local install=(install -y --no-install-recommends "$@")
  # A fresh machine has no package lists; an idle one has outdated ones.
  [ -n "$(apt-get indextargets)" ] || apt_get update
  apt_get "${install[@]}" || { apt_get update && apt_get "${install[@]}"; } ||
    die "apt could not install: $*"
}

ask() {
  local answer
  if [ -n "$yes" ] || { is_root && [ ! -t 0 ]; }; then return; fi
  [ -t 0 ] || die "$1: there is nobody to ask; use ./dev --yes"
  read -r -p "$1? [Y/n] " answer
  case $answer in '' | [Yy]*) ;; *) exit 1 ;; esac
}

install_natively() {
  local package wanted=()
  [ -n "$(apt-get indextargets)" ] || apt_get update
  for package in $(packages debian); do
    case $package in *\?) apt-cache show "${package%\?}" >/dev/null 2>&1 || continue ;; esac
    package=${package%\?}
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
      wanted+=("$package")
  done
  [ ${#wanted[@]} -gt 0 ] || return 0
  ask "Install with apt: ${wanted[*]}"
  apt_install "${wanted[@]}"
  say "installed ${#wanted[@]} packages"
}

# Prints what to do on the systems where Drover's build installs nothing itself.
explain() {
  local command=$1 column=$2
  lacking | sed 's/^/dev: /' >&2
  say "install what is missing with:"
  echo "$command $(packages "$column" | tr -d '?' | tr '\n' ' ')" >&2
  exit 1
}
