#!/bin/bash
# Makes pictures of the status page with headless Chromium: Tests/Browser/screenshots.sh FOLDER [EXECUTABLES]
#
# Needs chromium and python3; builds the executables unless their folder is named.
set -euo pipefail

readonly usage='Usage: Tests/Browser/screenshots.sh FOLDER [EXECUTABLES]'
if [[ ${1-} == -h || ${1-} == --help ]]; then
  echo "$usage"
  exit 0
fi
folder=${1:?$usage}
executables=${2:-}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [[ -z $executables ]]; then
  swift build --package-path "$here/../.."
  executables=$(swift build --package-path "$here/../.." --show-bin-path)
fi
exec /usr/bin/python3 "$here/screenshots.py" "$executables" "$folder"
