#!/bin/bash
# Builds the two programs as they are shipped; --help says how.
set -euo pipefail

usage() {
  cat <<'END'
Usage: compose/build-static.sh [--keep-symbols] [SWIFT-BUILD-OPTION...]

Builds etl-exporter and etl-simulator as they are shipped: optimized, static and without
symbols, in .build/static/release. Options are handed to swift build, such as --verbose.

  --keep-symbols  Leave the names of functions in, for a debugger or a profiler
  -h, --help      Show this help and exit
END
}

options=()
strip=(-Xlinker -s)
for argument in "$@"; do
  case $argument in
    -h | --help)
      usage
      exit 0
      ;;
    --keep-symbols) strip=() ;;
    *) options+=("$argument") ;;
  esac
done

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# lld comes with every Swift toolchain. The default linker warns of calls to getaddrinfo in libevent and of dlopen in the
# Swift runtime, which a static executable cannot have; neither is ever called here.
#
# Without Swift's regular expressions, which come in unasked and make an executable larger by a seventh.
exec swift build --configuration release --scratch-path .build/static --static-swift-stdlib \
  -Xswiftc -static-executable -Xswiftc -use-ld=lld "${strip[@]}" \
  -Xswiftc -Xfrontend -Xswiftc -disable-implicit-string-processing-module-import \
  -Xlinker --symbol-ordering-file="$PWD/compose/startup-functions.txt" -Xlinker --no-warn-symbol-ordering "${options[@]}"
