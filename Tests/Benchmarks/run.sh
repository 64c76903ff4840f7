#!/bin/bash
# The one benchmark command of this repository; --help says what it does.
set -euo pipefail

if [[ ! -x /usr/bin/python3 ]]; then
  echo 'Tests/Benchmarks/run.sh: there is no /usr/bin/python3; install it: apt-get install python3' >&2
  exit 1
fi
exec /usr/bin/python3 -B "$(dirname "${BASH_SOURCE[0]}")/benchmarks.py" "$@"
