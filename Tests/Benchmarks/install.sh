#!/bin/bash
# Installs what the benchmarks compare with, and what they need; Tests/Benchmarks/run.sh calls it.
#
# By apt, unpacked into .build/benchmarks-tools, and from PyPI into .build/benchmarks-venv; only what is missing.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
readonly tools=$PWD/.build/benchmarks-tools
readonly venv=$PWD/.build/benchmarks-venv

# What apt installs where it is missing, and what for.
readonly packages=(
  g++            # builds the programs that only read, for comparison
  libsimdjson-dev # the parser that one of them uses
  wrk            # asks web servers as fast as they answer
  python3-venv   # keeps what comes from PyPI away from the system
  libpcre2-8-0   # needed by nginx, as are the next two
  libssl3
  zlib1g
)
# These would start a server where they were installed, so they are unpacked: the program, and the package with it.
readonly unpacked=(
  usr/bin/mtail=mtail
  usr/sbin/nginx=nginx
  usr/bin/prometheus-node-exporter=prometheus-node-exporter
)
readonly python_packages=(prometheus-client==0.26.0)

fail() { # message
  printf 'Tests/Benchmarks/install.sh: %s\n' "$1" >&2
  exit 1
}

as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "needs root to run: $*; become root, or install sudo"
  fi
}

# Where some source does not answer, apt's next step tells whether that matters.
update_package_lists() {
  as_root apt-get -qq update || true
}

install_packages() {
  local package missing=()
  for package in "${packages[@]}"; do
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
  done
  ((${#missing[@]} > 0)) || return 0
  printf 'installing by apt: %s\n' "${missing[*]}" >&2
  update_package_lists
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}" >&2 ||
    fail "apt could not install ${missing[*]}; are its package sources reachable?"
}

unpack_packages() {
  local entry package
  mkdir -p "$tools"
  for entry in "${unpacked[@]}"; do
    package=${entry#*=}
    if [[ -x $tools/${entry%=*} ]]; then continue; fi
    printf 'unpacking by apt: %s, into %s\n' "$package" "${tools#"$PWD"/}" >&2
    (
      cd "$tools"
      rm -f "$package"_*.deb
      apt-get -qq download "$package" || { update_package_lists && apt-get -qq download "$package"; } ||
        fail "apt could not download $package; are its package sources reachable?"
      dpkg-deb --extract "$package"_*.deb .
      rm "$package"_*.deb
    )
  done
}

install_python_packages() {
  local install=("$venv/bin/pip" --quiet --disable-pip-version-check install --no-deps)
  # Succeeds without the index only where the right versions are there.
  if "${install[@]}" --no-index "${python_packages[@]}" 2>/dev/null; then return; fi
  printf 'installing from PyPI into %s: %s\n' "${venv#"$PWD"/}" "${python_packages[*]}" >&2
  /usr/bin/python3 -m venv --clear "$venv"
  "${install[@]}" "${python_packages[@]}"
}

command -v apt-get >/dev/null || fail 'there is no apt here; the benchmarks are for Debian 12'
install_packages
unpack_packages
install_python_packages
