#!/bin/bash
# Checks of both executables against each other, by what reads them.
#
# A part of Tests/run.sh, which reads it and whose functions and variables it uses:
# shellcheck disable=SC2154,SC2317
set -euo pipefail

readonly gauges=(etl_current_rate_records_per_second etl_avg_processing_time_seconds etl_seconds_since_last_success
  etl_seconds_since_last_failure etl_health_status etl_uptime_seconds)
readonly counters=(etl_records_total etl_files_total etl_failures_total etl_errors_by_type_total)

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
  check_live_programs "$port"
  # Nothing that comes later is to share the machine with them.
  end_newest 2
}

check_live_programs() { # port of the exporter
  local port=$1
  check 'live: all ten metrics have values within 30 s' 60 save_metrics "http://localhost:$port/metrics"
  $is_last_passed || return 0
  check 'live: promtool check metrics' 20 is_promtool_silent
  check 'live: the Prometheus client for Python reads it' 20 read_with_python_client
  check 'live: OpenMetrics, read by the same with exemplars' 20 read_open_metrics "http://localhost:$port/metrics"
  check 'live: /health is JSON' 20 is_json "http://localhost:$port/health"
  check 'live: --health-check' 20 "$executables/etl-exporter" --health-check --port "$port"
  check 'live: a real Prometheus gives the same values back' 120 is_scraped_by_prometheus
  check 'live: a real Prometheus takes names with any character in them' 180 are_hostile_names_scraped
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

free_port() {
  /usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("", 0)); print(s.getsockname()[1])'
}

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

are_hostile_names_scraped() {
  "$venv/bin/python" Tests/hostile_names_with_prometheus.py "$executables/etl-exporter" \
    "$(PATH=$PATH:$tools/usr/bin command -v prometheus)"
}

is_json() {
  curl --silent --show-error --fail --max-time 5 "$1" | /usr/bin/python3 -m json.tool
}
