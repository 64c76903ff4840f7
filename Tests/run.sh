#!/bin/bash
# The one test command of this repository; --help says what it does.
#
# Most functions are called by name, by way of check:
# shellcheck disable=SC2317
set -euo pipefail

usage() {
  cat <<'END'
Usage: Tests/run.sh [--no-address-sanitizer] [SECTION]...

Checks the whole repository on Debian 12 with a Swift toolchain on PATH. Installs by
apt and, into .build/test-venv, from PyPI what is missing; sudo is used only when not root.
Sections (all of them, in this order, unless some are named):

  style    swift format lint --strict, shellcheck, schemas of .github, what the benchmarks make
           of their numbers
  swift    build with warnings as errors, all Swift tests
  address  the tests of ETLLog once more under the address sanitizer
  fuzz     the reader of the log, guided by coverage, for 10 s (ETL_TEST_LONG=1: 60 s)
  static   the static release executables: size, no dynamic section, --version, and whether
           compose/startup-functions.txt fits the toolchain
  allocations
           that no line makes the optimized exporter allocate, and no scrape more than libevent takes
  live     both executables against each other: promtool, Prometheus's Python client,
           a real Prometheus that scrapes
  browser  the status page in headless Chromium: numbers, failures, policy, accessibility
  grafana  the dashboard: its rules, and every query of it and of the alerts' rules against a
           real Prometheus that scrapes; ETL_TEST_DASHBOARD_SCHEMA names Grafana's JSON schema
  monitoring
           Prometheus's and Alertmanager's configuration, and the alerts, with their own tools
  compose  images, Compose files and the PowerShell script, as far as that goes without Docker
  stack    the stack without Grafana in a real Docker engine, where there is one

Full output of each check is in .build/test-logs. The last line is "N passed, N failed":
each Swift test counts as one, and so does each other check. Exit status 1 if any failed.
END
}

sections=()
with_address_sanitizer=true
for argument in "$@"; do
  case $argument in
    -h | --help)
      usage
      exit 0
      ;;
    --no-address-sanitizer) with_address_sanitizer=false ;;
    style | swift | address | fuzz | static | allocations | live | browser | grafana | monitoring | compose | stack)
      sections+=("$argument")
      ;;
    *)
      printf 'Tests/run.sh: unknown argument "%s"; see Tests/run.sh --help\n' "$argument" >&2
      exit 2
      ;;
  esac
done

cd "$(dirname "${BASH_SOURCE[0]}")/.."
readonly logs=$PWD/.build/test-logs
readonly tools=$PWD/.build/test-tools
readonly venv=$PWD/.build/test-venv
readonly executables=$PWD/.build/static/release

passed=0
failed=0
is_last_passed=false
folder=
processes=()

# Ends a process and all that it has started.
end_tree() { # process
  local child children=()
  read -ra children 2>/dev/null <"/proc/$1/task/$1/children" || true
  kill "$1" 2>/dev/null || true
  for child in "${children[@]}"; do end_tree "$child"; done
}

# Ends the newest of the processes that this script has started and that still run.
end_newest() { # how many
  local process newest=("${processes[@]:${#processes[@]}-$1}")
  for process in "${newest[@]}"; do end_tree "$process"; done
  for process in "${newest[@]}"; do wait "$process" 2>/dev/null || true; done
  processes=("${processes[@]:0:${#processes[@]}-$1}")
}

# Ends what this script started, by process id, and keeps nothing of it.
finish() {
  end_newest "${#processes[@]}"
  [[ -z $folder ]] || rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

summarize() {
  printf '%d passed, %d failed\n' "$passed" "$failed"
  if ((failed > 0 || passed == 0)); then exit 1; fi
  exit 0
}

wants() {
  local section
  ((${#sections[@]} > 0)) || return 0
  for section in "${sections[@]}"; do
    [[ $section != "$1" ]] || return 0
  done
  return 1
}

# Runs a command or a function of this script, its output in a file, and gives its status in $status.
#
# As a job of its own, so that a signal to this script is answered at once, and so that errexit holds in a function:
# it would not in a condition.
run() { # log, most seconds, command...
  local log=$1 limit=$2 job
  shift 2
  : >"$log"
  if [[ $(type -t "$1") == function ]]; then
    (
      set -e
      "$@"
    ) >>"$log" 2>&1 &
    job=$!
    processes+=("$job")
    # What timeout does for a command, which cannot run a function.
    (
      sleep "$limit"
      echo "ended: not done within $limit s"
      end_tree "$job"
    ) >>"$log" 2>&1 3>&- &
  else
    timeout --kill-after=10 "$limit" "$@" >>"$log" 2>&1 &
    job=$!
  fi
  processes+=($!)
  status=0
  wait "$job" || status=$?
  # The function is over, and its watchdog has to go.
  [[ $job == "$!" ]] || end_newest 1
  unset 'processes[-1]'
}

# Runs a command as one check and says how it went, also in $is_last_passed.
check() { # name, most seconds, command...
  local name=$1 start=$SECONDS
  local log=$logs/${name//[^a-zA-Z0-9]/-}.log
  shift
  run "$log" "$@"
  if ((status == 0)); then
    passed=$((passed + 1))
    is_last_passed=true
    printf 'ok      %s (%d s)\n' "$name" $((SECONDS - start))
  else
    failed=$((failed + 1))
    is_last_passed=false
    printf 'FAILED  %s (%d s, status %d); the end of %s:\n' "$name" $((SECONDS - start)) "$status" "${log#"$PWD"/}"
    tail -n 40 "$log" | sed 's/^/        /'
  fi
}

skip() { # name, why
  printf 'skipped %s: %s\n' "$1" "$2"
}

is_static_built=false

# shellcheck source=compose/packages.sh
. compose/packages.sh
# shellcheck source=Tests/Sections/tools.sh
. Tests/Sections/tools.sh
# shellcheck source=Tests/Sections/swift.sh
. Tests/Sections/swift.sh
# shellcheck source=Tests/Sections/live.sh
. Tests/Sections/live.sh
# shellcheck source=Tests/Sections/stack.sh
. Tests/Sections/stack.sh

main() {
  mkdir -p "$logs"
  folder=$(mktemp -d)
  exec 3>&1
  check 'tools' 600 prepare
  $is_last_passed || summarize
  if wants style; then check_style; fi
  if wants swift; then check_swift; fi
  if wants address; then check_address; fi
  if wants fuzz; then check_fuzz; fi
  if wants static || wants live || wants browser || wants grafana || wants monitoring; then build_static; fi
  if wants static; then check_static; fi
  if wants allocations; then check_allocations; fi
  if wants live; then check_live; fi
  if wants browser; then check_browser; fi
  if wants grafana; then check_grafana; fi
  if wants monitoring; then check_monitoring; fi
  if wants compose; then check_compose; fi
  if wants stack; then check_stack; fi
  summarize
}

main
