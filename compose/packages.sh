#!/bin/bash
# Installs packages where they are missing; read by the scripts that need some.
#
# Each function fails with a line on standard error that says why. What is installed is said by `announce`.
set -euo pipefail

announce() { # what
  printf '%s\n' "$1"
}

as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    echo "needs root to run: $*; become root, or install sudo" >&2
    return 1
  fi
}

# Where some source does not answer, apt's next step tells whether that matters.
update_package_lists() {
  as_root apt-get -qq update || true
}

install_packages() { # package...
  local package missing=()
  for package in "$@"; do
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
  done
  ((${#missing[@]} > 0)) || return 0
  announce "installing by apt: ${missing[*]}"
  update_package_lists
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}" || {
    echo "apt could not install ${missing[*]}; are its package sources reachable?" >&2
    return 1
  }
}

# Unpacks a package without installing it: what would start a server where it is installed.
unpack_package() { # folder, package, its program
  if [[ -x $1/$3 ]]; then return; fi
  announce "unpacking by apt: $2, into ${1#"$PWD"/}"
  mkdir -p "$1"
  (
    cd "$1"
    rm -f "$2"_*.deb
    apt-get -qq download "$2" || { update_package_lists && apt-get -qq download "$2"; } || {
      echo "apt could not download $2; are its package sources reachable?" >&2
      exit 1
    }
    dpkg-deb --extract "$2"_*.deb .
    rm "$2"_*.deb
  )
}

# Installs packages from PyPI, and nothing that they depend on, in a folder of their own.
install_python_packages() { # folder, package...
  local folder=$1 install=("$1/bin/pip" --quiet --disable-pip-version-check install --no-deps)
  shift
  # Succeeds without the index only where the right versions are there.
  if "${install[@]}" --no-index "$@" 2>/dev/null; then return; fi
  announce "installing from PyPI into ${folder#"$PWD"/}: $*"
  /usr/bin/python3 -m venv --clear "$folder"
  "${install[@]}" "$@"
}
