# shellcheck shell=bash disable=SC2154 # $top is set by ./dev
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Read by ./dev on a Debian or Ubuntu that is too old for Drover: makes a Debian 13 root in the
# user's cache folder and enters it. Nothing of the host is changed, but for the packages that
# install_root_tools names.

suite=trixie
cache=${XDG_CACHE_HOME:-$HOME/.cache}/drover

root_name() { printf 'root-%.12s' "$({ packages debian; echo "$suite"; } | sha256sum)"; }

in_use() { grep -qs "/drover/$1/" /proc/[0-9]*/mountinfo; }

# Renamed first, so that nobody can enter a root that is half gone.
remove_root() {
  case $1 in *.partial) ;; *) mv "$1" "$1.partial" && set -- "$1.partial" ;; esac
  rm -rf --one-file-system "$1"
}

remove_other_roots() {
  local dir
  for dir in "$cache"/root-*; do
    if [ ! -d "$dir" ] || [ "$dir" = "${1:-}" ]; then continue; fi
    if in_use "${dir##*/}"; then say "kept $dir: it is in use"; else remove_root "$dir"; fi
  done
}

mirror() {
  local url
  # shellcheck disable=SC2016
  url=$(apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Created-By: Packages' |
    awk -F'|' '$1 == "Debian" && $2 == "Debian" && $3 ~ /^https?:/ { print $3; exit }')
  echo "${DROVER_MIRROR:-${url:-http://ftp.debian.org/debian}}"
}

need_namespaces() {
  "$@" 2>/dev/null || die "this system is too old to build Drover itself, and a Debian 13 root" \
    "can neither be made nor entered: '$*' fails. Run ./dev as root, or allow user namespaces" \
    "(sysctl kernel.unprivileged_userns_clone=1; on Ubuntu" \
    "kernel.apparmor_restrict_unprivileged_userns=0)."
}

install_root_tools() {
  local missing=()
  have bwrap || missing+=(bubblewrap)
  have mmdebstrap || missing+=(mmdebstrap)
  is_root || have newuidmap || missing+=(uidmap)
  [ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || missing+=(debian-archive-keyring)
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing with apt: ${missing[*]}"
  apt_install "${missing[@]}"
}

# The locales that the environment names, as the C library's folders are called: de_DE.utf8.
wanted_locales() {
  local name
  for name in LANG "${!LC_@}"; do echo "${!name:-}"; done |
    sed -nE 's/^([a-z]+_[A-Z]+)(\.[Uu][Tt][Ff]-?8)?$/\1.utf8/p' | sort -u
}

# fill_root FOLDER LOG: lets mmdebstrap fill it; shows its steps, keeps all it says in LOG.
fill_root() {
  local proxy='' name locales=':'
  for name in $(wanted_locales); do
    locales+="; chroot \"\$1\" localedef --no-archive -i ${name%.*} -f UTF-8 /usr/lib/locale/$name"
  done
  eval "$(apt-config shell proxy Acquire::http::Proxy)"
  local make=(mmdebstrap --variant=apt --include="$(packages debian | tr -d '?' | paste -sd,)"
    --aptopt='Apt::Install-Recommends "false"' ${proxy:+--aptopt="Acquire::http::Proxy \"$proxy\""}
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*'
    --customize-hook="$locales; :")
  if is_root; then
    # Its mounts in a namespace of their own: should all be killed, they are gone with it.
    unshare --mount "${make[@]}" --mode=root "$suite" "$1" "$(mirror)" </dev/null
  else
    # As a tar file, so that all files belong to this user and not to one of its sub-users. Those
    # need a place that they may enter; what is there is from a run that was killed.
    local temp
    temp=/var/tmp/drover-root-$(id -u)-$(cksum <<<"$cache" | cut -d' ' -f1)
    [ ! -O "$temp" ] || mmdebstrap --unshare-helper find "$temp" -mindepth 2 -delete 2>/dev/null
    rm -rf "$temp"
    mkdir -m 755 "$temp" || return
    TMPDIR=$temp "${make[@]}" --mode=unshare "$suite" - "$(mirror)" </dev/null |
      tar -x --exclude='./dev/*' -C "$1"
    [ "${PIPESTATUS[*]}" = "0 0" ] && rmdir "$temp"
  fi 2> >(tee "$2" | grep --line-buffered '^[IE]: ' >&2)
}

make_root() {
  local root=$1 partial=$1.partial log=$1.log file
  say "making a Debian 13 root, 2 GB, in $root (takes some minutes)"
  rm -rf --one-file-system "$cache"/root-*.partial "$cache"/root-*.log
  mkdir "$partial" || die "cannot write into $cache"
  fill_root "$partial" "$log" || die "mmdebstrap failed, see $log"
  # Plain files for what is bound from the host, and our mark: inside, ./dev builds natively.
  for file in resolv.conf hosts passwd group; do
    if [ ! -f "$partial/etc/$file" ] || [ -L "$partial/etc/$file" ]; then
      rm -f "$partial/etc/$file"
      : >"$partial/etc/$file"
    fi
  done
  cp --remove-destination "$partial/usr/share/zoneinfo/Etc/UTC" "$partial/etc/localtime"
  tr -d - </proc/sys/kernel/random/uuid >"$partial/etc/machine-id"
  echo "${root##*/}" >"$partial/etc/drover-root"
  sync -f "$partial"
  mv "$partial" "$root" || exit 1
  remove_other_roots "$root"
  say "made $root"
}

# Sets $root, making it first when needed. One process makes it, others wait.
get_root() {
  root=$cache/$(root_name)
  is_root || need_namespaces unshare -Ur true
  if ! have bwrap || [ ! -d "$root" ]; then
    mkdir -p "$cache" || die "cannot make $cache"
    exec 8>"$cache/lock"
    flock -n 8 || { say "waiting for another ./dev, which makes the root"; flock 8; }
    # A subshell that keeps the lock: should this script be killed, it ends what it began.
    if ! have bwrap || [ ! -d "$root" ]; then
      (install_root_tools && { [ -d "$root" ] || make_root "$root"; }) || exit 1
    fi
    exec 8>&-
  fi
  need_namespaces bwrap --bind / / true
}

# Binds into the root. Everything of the host that is not its system is there as it is: any path
# of the user, the sockets of X11, Wayland and D-Bus, /dev/kvm. The root itself is read-only.
host_folders() {
  local path name
  for path in /*; do
    name=${path#/}
    case $name in
      usr | bin | sbin | lib | lib[3x]* | lib64 | *.usr-is-merged | etc | var | boot) continue ;;
      dev | proc | sys | lost+found) continue ;;
    esac
    if [ -L "$path" ]; then binds+=(--symlink "$(readlink "$path")" "$path")
    elif [ -d "$path" ]; then binds+=(--bind "$path" "$path"); fi
  done
  for name in resolv.conf hosts passwd group localtime machine-id; do
    [ ! -s "/etc/$name" ] || binds+=(--ro-bind "/etc/$name" "/etc/$name")
  done
  # Folders of the user that lie among the system's. Only where the root has nothing itself.
  for path in "$top" "$PWD" "$HOME" "${XDG_DATA_HOME:-}" "${XDG_CONFIG_HOME:-}" \
    "${XDG_STATE_HOME:-}" "${XDG_CACHE_HOME:-}" /var/lib/libvirt/images; do
    case $path in /usr/* | /etc/* | /var/*) ;; *) continue ;; esac
    if [ ! -d "$path" ] || [ -n "$(ls -A "$root$path" 2>/dev/null)" ]; then continue; fi
    mkdir -p "$root$path" && binds+=(--bind "$path" "$path")
  done
}

# Takes away what points into the host's system, and a locale that the root lacks.
clean_environment() {
  local name
  unset LD_PRELOAD LD_LIBRARY_PATH LIBRARY_PATH CPATH C_INCLUDE_PATH CC CXX AR LD \
    PKG_CONFIG_PATH PKG_CONFIG_LIBDIR PYTHONHOME PYTHONPATH VIRTUAL_ENV PERL5LIB LOCPATH \
    GTK_PATH GTK_MODULES GIO_EXTRA_MODULES GIO_MODULE_DIR GI_TYPELIB_PATH GDK_PIXBUF_MODULE_FILE \
    FONTCONFIG_FILE FONTCONFIG_PATH XKB_CONFIG_ROOT XLOCALEDIR
  for name in $(wanted_locales); do
    [ -d "$root/usr/lib/locale/$name" ] || export LC_ALL=C.UTF-8
  done
  export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
}

# Starts ./dev again inside the root. No PID namespace and no --die-with-parent: machines that
# Drover starts outlive it. The TERM is for Drover alone, so that ending ./dev ends it.
enter_root() {
  local name bwrap binds=()
  get_root
  bwrap=$(command -v bwrap)
  binds+=(--ro-bind "$root/usr" /usr --ro-bind "$root/etc" /etc --ro-bind "$root/var" /var)
  for name in bin sbin lib lib32 lib64 libx32; do
    [ ! -L "$root/$name" ] || binds+=(--symlink "$(readlink "$root/$name")" "/$name")
  done
  binds+=(--bind /var/tmp /var/tmp --dev-bind /dev /dev --proc /proc --ro-bind /sys /sys)
  host_folders
  clean_environment
  exec "$bwrap" "${binds[@]}" --remount-ro / --chdir "$PWD" -- \
    /usr/bin/setpriv --pdeathsig TERM -- "$top/dev" "$@"
}
