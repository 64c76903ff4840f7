#!/bin/bash
# Fuzzes the reader of the log; --help says how.
set -euo pipefail

usage() {
  cat <<'END'
Usage: Tests/Fuzz/run.sh [SECONDS]
       Tests/Fuzz/run.sh FILE...

Feeds the reader of the log, the JSON parser and the parser of timestamps with inputs made by libFuzzer, guided by
the code that they reach and under the address sanitizer, for so many seconds (60), or with the inputs in files.
It needs a Swift toolchain and nothing else.

Inputs that reach new code are kept in .build/fuzz/corpus and used again; one that is found to go wrong is kept in
.build/fuzz/findings, and the exit status is 1. ETL_TEST_SEED sets the seed; libFuzzer prints it.
END
}

case ${1-} in
  -h | --help)
    usage
    exit 0
    ;;
esac
files=()
seconds=60
if (($# == 1)) && [[ $1 =~ ^[1-9][0-9]*$ ]]; then
  seconds=$1
else
  for file in "$@"; do
    if [[ ! -f $file ]]; then
      printf 'Tests/Fuzz/run.sh: "%s" is neither a number of seconds nor a file; see Tests/Fuzz/run.sh --help\n' \
        "$file" >&2
      exit 2
    fi
    files+=("$(realpath "$file")")
  done
fi

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
readonly folder=.build/fuzz
mkdir -p "$folder/corpus" "$folder/findings"

# All in one module, so that the checks see what the parsers are made of. The linker is the toolchain's own: the
# system's warns of each of the sanitizer's symbols.
echo 'building the fuzz target'
rm -rf "$folder/sources"
for module in UnixTime JSON ETLLog; do
  mkdir -p "$folder/sources/$module"
  find "Sources/$module" -name '*.swift' -exec cp {} "$folder/sources/$module" \;
done
sed -i -E '/^(internal|package|public) import (UnixTime|JSON)$/d' "$folder"/sources/*/*.swift
swiftc -O -g -sanitize=fuzzer,address -use-ld=lld -parse-as-library -swift-version 6 -strict-memory-safety \
  -warnings-as-errors -package-name etl -module-name ETLLogFuzz -o "$folder/target" \
  "$folder"/sources/*/*.swift Tests/ETLLogTests/ReferenceGrammar.swift Tests/Fuzz/*.swift

# Swift's own report of a crash would come between the process and libFuzzer's. Leaks cannot be looked for in
# containers that do not let a process be traced. Freed memory need not be kept back for long, nor each of its stacks:
# the parsers keep no memory between inputs.
export SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0:quarantine_size_mb=8:malloc_context_size=4
if ((${#files[@]} > 0)); then
  exec "$folder/target" "${files[@]}"
fi
status=0
# libFuzzer's seed has 32 bits and 0 is none. In 640 bytes arrays can be nested deeper than allowed.
"$folder/target" -max_total_time="$seconds" -seed=$((${ETL_TEST_SEED-0} % (1 << 32))) -max_len=640 -timeout=10 \
  -rss_limit_mb=1024 -dict=Tests/Fuzz/json.dict -artifact_prefix="$folder/findings/" -print_final_stats=1 \
  "$folder/corpus" Tests/Fuzz/corpus || status=1
# What was built just now is older than what it has found.
find "$folder/findings" -type f -newer "$folder/target" -printf 'to see it again: Tests/Fuzz/run.sh %p\n'
exit "$status"
