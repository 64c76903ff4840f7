#!/bin/bash
# Checks of the Swift code, of the executables, and of the style of everything.
#
# A part of Tests/run.sh, which reads it and whose functions and variables it uses:
# shellcheck disable=SC2154,SC2317
set -euo pipefail

# The library of regular expressions, which one call of a convenience pulls in, would exceed it.
readonly maximum_executable_bytes=$((9 * 1024 * 1024))

check_style() {
  local scripts
  check 'swift format lint' 300 swift format lint --strict --parallel --recursive Sources Tests Package.swift
  check 'benchmarks: their statistics' 60 /usr/bin/python3 Tests/Benchmarks/test_benchmarks.py
  mapfile -t scripts < <(find Tests compose -name '*.sh')
  check 'shellcheck' 60 shellcheck --external-sources .ci/run "${scripts[@]}"
  check 'schemas of .github' 60 follows_github_schemas
}

follows_github_schemas() {
  local check=("$venv/bin/check-jsonschema" --builtin-schema)
  "${check[@]}" vendor.github-workflows .github/workflows/*.yml
  "${check[@]}" custom.github-workflows-require-timeout .github/workflows/*.yml
  "${check[@]}" vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml
  "${check[@]}" vendor.github-issue-forms .github/ISSUE_TEMPLATE/wrong-numbers.yml
  "${check[@]}" vendor.dependabot .github/dependabot.yml
}

check_swift() {
  check 'swift build, warnings as errors' 900 swift build --build-tests
  if ! $is_last_passed; then
    skip 'swift test' 'the build failed'
    return
  fi
  local log=$logs/swift-test.log report=$logs/swift-test.xml start=$SECONDS counts status
  rm -f "$logs"/swift-test*.xml
  run "$log" 900 swift test --skip-build --disable-xctest --xunit-output "$report"
  counts=$(/usr/bin/python3 - "$report" <<'END' 2>>"$log" || echo 0 1
import sys
import xml.etree.ElementTree

cases = list(xml.etree.ElementTree.parse(sys.argv[1]).iter("testcase"))
failed = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
skipped = [case for case in cases if case.find("skipped") is not None]
print(len(cases) - len(failed) - len(skipped), len(failed))
END
  )
  local tests_passed=${counts% *} tests_failed=${counts#* }
  # A crash, a hang or a report without tests is a failure too.
  if ((tests_failed == 0)) && ((status != 0 || tests_passed == 0)); then tests_failed=1; fi
  passed=$((passed + tests_passed))
  failed=$((failed + tests_failed))
  if ((tests_failed == 0)); then
    printf 'ok      swift test: %d tests (%d s)\n' "$tests_passed" $((SECONDS - start))
  else
    printf 'FAILED  swift test: %d of %d tests (%d s, status %d); from %s:\n' \
      "$tests_failed" $((tests_passed + tests_failed)) $((SECONDS - start)) "$status" "${log#"$PWD"/}"
    { grep -A 2 -E ' recorded an issue |Fatal error' "$log" | grep -vE '^(◇|✔|--)|: Issue recorded$' ||
      tail -n 20 "$log"; } | head -n 40 | cut -c 1-300 | sed 's/^/        /'
  fi
}

check_address() {
  local name='ETLLogTests under the address sanitizer'
  if ! $with_address_sanitizer; then
    skip "$name" 'as asked'
    return
  fi
  if ! echo 'print(1)' | swiftc -sanitize=address -o "$folder/probe" - 2>/dev/null || ! "$folder/probe" >/dev/null; then
    skip "$name" 'this toolchain has none'
    return
  fi
  # A tenth of the random documents: under the sanitizer all of them take minutes and prove nothing more.
  check "$name" 900 env ETL_TEST_FACTOR="${ETL_TEST_FACTOR:-0.1}" \
    swift test --sanitize=address --scratch-path .build/address --disable-xctest --filter ETLLogTests
}

check_fuzz() {
  local seconds=10
  [[ ${ETL_TEST_LONG-} != 1 ]] || seconds=60
  check "fuzzing the reader of the log for $seconds s" 600 Tests/Fuzz/run.sh "$seconds"
}

# What the sections static and live look at.
build_static() {
  check 'static release build' 900 compose/build-static.sh
  is_static_built=$is_last_passed
}

check_static() {
  local name
  if ! $is_static_built; then
    skip 'static executables' 'the build failed'
    return
  fi
  for name in etl-exporter etl-simulator; do
    check "static $name" 10 is_static_executable "$name"
  done
  # It leaves the executables as they were.
  check 'static: functions that are put side by side' 300 compose/startup-functions.sh --check
}

is_static_executable() {
  local size version
  size=$(stat -c %s "$executables/$1")
  echo "$1: $size bytes"
  ((size <= maximum_executable_bytes))
  readelf -d "$executables/$1" | grep -F 'There is no dynamic section in this file.'
  version=$(timeout 5 "$executables/$1" --version)
  echo "$version"
  [[ $version =~ [0-9]+\.[0-9]+\.[0-9]+ ]]
}

check_allocations() {
  # A static executable has no place for the counter, and one that is not optimized allocates where no other does.
  check 'dynamic release build' 900 swift build --configuration release --product etl-exporter
  if ! $is_last_passed; then
    skip 'allocations' 'the build failed'
    return
  fi
  local counter=$folder/allocation_counter.so
  check 'allocation counter' 60 clang -O1 -Wall -Wextra -Werror -shared -fPIC -o "$counter" \
    Tests/Allocations/allocation_counter.c
  count() { # what
    /usr/bin/python3 Tests/Allocations/count_allocations.py .build/release/etl-exporter "$counter" "$1"
  }
  check 'allocations: none for a line' 120 count lines
  check 'allocations: none for a line of a log that is followed' 120 count followed
  check 'allocations: none for a scrape but what libevent takes' 120 count scrapes
}
