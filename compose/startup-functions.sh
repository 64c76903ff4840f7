#!/bin/bash
# Makes and checks the list of functions that build-static.sh puts side by side; --help says how.
set -euo pipefail

# Below it the list is of another toolchain, and the exporter takes the more memory the fewer names are left.
readonly minimum_percent=90

usage() {
  cat <<END
Usage: compose/startup-functions.sh [--check]

Makes compose/startup-functions.txt: the functions of the Swift runtime and the C libraries
that etl-exporter calls until it is idle, for lines of a log, for scrapes and until it ends.
Valgrind, which sees them, is installed by apt where it is missing.

  --check     Only say how many names of the list the executable still has; exit 1 if it
              is less than $minimum_percent %
  -h, --help  Show this help and exit
END
}

is_check=false
for argument in "$@"; do
  case $argument in
    -h | --help)
      usage
      exit 0
      ;;
    --check) is_check=true ;;
    *)
      printf 'compose/startup-functions.sh: unknown argument "%s"; see --help\n' "$argument" >&2
      exit 2
      ;;
  esac
done

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=compose/packages.sh
. compose/packages.sh

readonly list=compose/startup-functions.txt
folder=$(mktemp -d)
exporter=

# What is left in .build/static is again what is shipped.
finish() {
  if [[ -n $exporter ]]; then kill "$exporter" 2>/dev/null || true; fi
  rm -rf "$folder"
  compose/build-static.sh >/dev/null
}

names_of_list() {
  grep -v '^#' "$list" | LC_ALL=C sort -u
}

# The names of the functions that an executable defines.
names_of() { # executable
  nm --defined-only "$1" | awk '{print $NF}' | LC_ALL=C sort -u
}

check() {
  local listed found
  listed=$(names_of_list | wc -l)
  found=$(LC_ALL=C comm -12 <(names_of_list) "$folder/defined" | wc -l)
  printf '%d of %d names of %s are in the executable\n' "$found" "$listed" "$list"
  if ((100 * found < minimum_percent * listed)); then
    printf 'less than %d %%; run compose/startup-functions.sh, and commit the list\n' "$minimum_percent" >&2
    return 1
  fi
}

# A mangled name holds a module's name behind its length.
names_of_package() {
  local name
  for name in Sources/*/; do
    name=$(basename "$name")
    name=${name//-/_}
    printf '%d%s\n' "${#name}" "$name"
  done
}

write_log() { # how long it took
  "$folder/etl-simulator" --log-file "$folder/etl.log" --quiet --history "$1" --exit
}

ask() { # path, option of curl...
  curl --silent --show-error --fail --max-time 30 --output /dev/null "${@:2}" "http://127.0.0.1:$port$1"
}

record_calls() {
  local port deadline
  port=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  write_log 10m
  valgrind --quiet --tool=callgrind --demangle=no --callgrind-out-file="$folder/calls" \
    "$folder/etl-exporter" --log-file "$folder/etl.log" --storage.path "$folder/storage" --storage.interval 1s \
    --web.listen-address "127.0.0.1:$port" >"$folder/output" 2>&1 &
  exporter=$!
  deadline=$((SECONDS + 60))
  until ask /-/ready 2>/dev/null; do
    if ((SECONDS >= deadline)) || ! kill -0 "$exporter"; then
      cat "$folder/output" >&2
      return 1
    fi
    sleep 0.2
  done
  # Lines come while it runs, as Prometheus asks, and so does a health check.
  for _ in 1 2 3; do
    write_log 1m
    ask /metrics --header 'Accept: application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5'
    ask /metrics
    ask /health
    sleep 1
  done
  kill "$exporter"
  wait "$exporter"
  exporter=
}

make_list() {
  install_packages valgrind curl
  record_calls
  sed -nE "s/^c?fn=\([0-9]+\) ([_\$a-zA-Z][^ ']*).*/\1/p" "$folder/calls" | LC_ALL=C sort -u >"$folder/called"
  {
    cat <<'END'
# The functions of the Swift runtime and the C libraries that etl-exporter calls; made by compose/startup-functions.sh.
#
# The linker puts them side by side, because the kernel maps 16 pages around each that is touched: spread over the whole
# executable they would have nearly all of it in memory. Names that a newer toolchain does not know are passed over.
END
    LC_ALL=C comm -12 "$folder/called" "$folder/defined" | grep -vFf <(names_of_package)
  } >"$folder/list"
  mv "$folder/list" "$list"
}

install_packages binutils
trap finish EXIT
compose/build-static.sh --keep-symbols
cp .build/static/release/etl-exporter .build/static/release/etl-simulator "$folder"
names_of "$folder/etl-exporter" >"$folder/defined"
$is_check || make_list
check
