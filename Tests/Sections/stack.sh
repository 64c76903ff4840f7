#!/bin/bash
# Checks of what stands around the exporter: Grafana, Prometheus, Alertmanager, containers.
#
# A part of Tests/run.sh, which reads it and whose functions and variables it uses:
# shellcheck disable=SC2154,SC2317
set -euo pipefail

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

check_monitoring() {
  local folder=Tests/Prometheus python=$venv/bin/python
  local PATH=$PATH:$tools/usr/bin
  check 'monitoring: promtool check config' 20 promtool check config --lint=all --lint-fatal prometheus/prometheus.yml
  check 'monitoring: promtool check rules' 20 promtool check rules --lint=all --lint-fatal prometheus/rules/*.yml
  check 'monitoring: promtool test rules' 120 test_rules prometheus/tests/*.test.yml
  check 'monitoring: promtool test rules, by the ranges of Prometheus 3' 120 "$python" "$folder/left_open.py"
  check 'monitoring: changes of the rules are noticed by their tests' 400 "$python" "$folder/mutate_rules.py"
  check 'monitoring: amtool check-config' 20 amtool check-config prometheus/alertmanager.yml
  check 'monitoring: alerts go where their severity says' 20 are_alerts_routed
  check 'monitoring: whom Alertmanager tells, by the example receivers, and what it keeps back' 120 \
    "$python" "$folder/test_alertmanager.py" "$(command -v prometheus-alertmanager)"
  if ! $is_static_built; then
    skip 'monitoring: what needs the programs' 'the build failed'
    return
  fi
  check 'monitoring: names, words, metrics and runbook of the rules' 30 \
    "$python" "$folder/check_rules.py" "$executables/etl-exporter"
  check 'monitoring: the examples for many hosts' 150 "$python" "$folder/many_hosts.py" "$executables" \
    "$(command -v prometheus-alertmanager)"
  check 'monitoring: a healthy job fires no alert' 120 \
    "$python" "$folder/healthy_demo.py" "$executables/etl-simulator" "$executables/etl-exporter"
}

# One process a file, for one alone would use one processor.
test_rules() { # file...
  printf '%s\0' "$@" | xargs --null --max-args=1 --max-procs=2 promtool test rules
}

are_alerts_routed() {
  local severity receiver routes=prometheus/alertmanager.yml
  for severity in critical warning; do
    amtool config routes test --config.file="$routes" --verify.receivers="$severity" severity="$severity" alertname=Any
  done
  for receiver in severity=none severity=other; do
    amtool config routes test --config.file="$routes" --verify.receivers=nobody "$receiver" alertname=Any
  done
  # Whatever severity somebody may give it.
  amtool config routes test --config.file="$routes" --verify.receivers=watchdog severity=critical alertname='ETL Watchdog'
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
  check 'compose: what start-etl-monitoring.sh says when it fails' 60 \
    "$venv/bin/python" Tests/Compose/start_script.py "$(docker_compose)"
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
