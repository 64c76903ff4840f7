#!/bin/bash
# Builds etl-exporter and etl-simulator as they are shipped: optimized, static, without symbols, in .build/static/release.
# Arguments are handed to swift build.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# lld comes with every Swift toolchain. The default linker warns of calls to getaddrinfo in libevent and of dlopen in the
# Swift runtime, which a static executable cannot have; neither is ever called here.
exec swift build --configuration release --scratch-path .build/static --static-swift-stdlib \
  -Xswiftc -static-executable -Xswiftc -use-ld=lld -Xlinker -s "$@"
