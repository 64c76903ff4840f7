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

# shellcheck source=compose/packages.sh
. compose/packages.sh

# Standard output is the table's.
announce() { # what
  printf '%s\n' "$1" >&2
}

command -v apt-get >/dev/null || fail 'there is no apt here; the benchmarks are for Debian 12'
install_packages "${packages[@]}" >&2
for entry in "${unpacked[@]}"; do unpack_package "$tools" "${entry#*=}" "${entry%=*}"; done
install_python_packages "$venv" "${python_packages[@]}"
