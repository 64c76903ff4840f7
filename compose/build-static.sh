#!/bin/bash
# Builds the two programs as they are shipped; --help says how.
set -euo pipefail

usage() {
  cat <<'END'
Usage: compose/build-static.sh [SWIFT-BUILD-OPTION...]

Builds etl-exporter and etl-simulator as they are shipped: optimized, static and without
symbols, in .build/static/release. Options are handed to swift build, such as --verbose.

  -h, --help  Show this help and exit
END
}

for argument in "$@"; do
  case $argument in
    -h | --help)
      usage
      exit 0
      ;;
  esac
done

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# lld comes with every Swift toolchain. The default linker warns of calls to getaddrinfo in libevent and of dlopen in the
# Swift runtime, which a static executable cannot have; neither is ever called here.
#
# Without Swift's regular expressions, which come in unasked and make an executable larger by a seventh.
exec swift build --configuration release --scratch-path .build/static --static-swift-stdlib \
  -Xswiftc -static-executable -Xswiftc -use-ld=lld -Xlinker -s \
  -Xswiftc -Xfrontend -Xswiftc -disable-implicit-string-processing-module-import \
  -Xlinker --symbol-ordering-file="$PWD/compose/startup-functions.txt" -Xlinker --no-warn-symbol-ordering "$@"
