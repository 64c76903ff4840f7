#!/bin/bash
# Starts the ETL simulator, its exporter and what watches them with one command; --help says how.
#
# All but --local is kept to what the old bash of macOS has.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: compose/start-etl-monitoring.sh [--etl-only | --full-stack | --stop | --logs]
       compose/start-etl-monitoring.sh --local [--port N] [-- SIMULATOR-OPTION...]

In containers, by Docker Compose:
  --etl-only    Start the ETL simulator and its exporter (default)
  --full-stack  Start Prometheus, Alertmanager and Grafana as well
  --stop        Stop and remove all of them; what they have stored is kept
  --logs        Show what all of them say, and go on doing so until Ctrl-C

Without containers:
  --local       Build the simulator and its exporter, and run both on this machine until
                Ctrl-C; the log and all output are kept in .build/local
  --port N      The exporter's port (default: 8083)

  -h, --help    Show this help and exit

Ports and other settings of the containers are in compose/.env; compose/.env.example has them all.
What follows -- is handed to etl-simulator, to see all metrics within seconds for example:
  compose/start-etl-monitoring.sh --local -- --records-per-second 1000 --failure-interval 2s
TEXT
}

fail() { # message
  printf 'start-etl-monitoring.sh: %s\n' "$1" >&2
  exit 1
}

refuse() { # message
  printf 'start-etl-monitoring.sh: %s; see --help\n' "$1" >&2
  exit 2
}

mode=
port=
simulator_options=()

choose() { # mode
  [[ -z $mode || $mode == "$1" ]] || refuse "--$mode and --$1 exclude each other"
  mode=$1
}

parse_arguments() {
  while (($# > 0)); do
    case $1 in
      --local | --etl-only | --full-stack | --stop | --logs) choose "${1#--}" ;;
      --port)
        (($# > 1)) || refuse '--port needs a number'
        port=$2
        shift
        ;;
      --port=*) port=${1#*=} ;;
      -h | --help)
        usage
        exit 0
        ;;
      --)
        shift
        simulator_options=("$@")
        break
        ;;
      -*) refuse "unknown option \"$1\"" ;;
      *) refuse "unexpected argument \"$1\"; what is for etl-simulator goes behind --" ;;
    esac
    shift
  done
  mode=${mode:-etl-only}
  if [[ $mode == local ]]; then
    port=${port:-8083}
    if [[ ! $port =~ ^[1-9][0-9]{0,4}$ ]] || ((port > 65535)); then
      refuse "--port: \"$port\" is not a port; use a number from 1 to 65535"
    fi
  elif [[ -n $port ]]; then
    refuse '--port is for --local; for containers set ETL_METRICS_PORT in compose/.env'
  elif ((${#simulator_options[@]} > 0)); then
    refuse 'options of etl-simulator are for --local; for containers set them in compose/.env'
  fi
}

# All that listens on this machine answers a connection, and bash itself can open one.
is_port_taken() { # port
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# --- Containers -----------------------------------------------------------------------------------------------------

# How long the services may take to become healthy, once their images are there.
readonly start_limit_seconds=300
# After how long it is said that Docker has not answered yet, and how long it may take.
readonly answer_notice_seconds=5
readonly answer_limit_seconds=60
readonly etl_services=(etl-simulator etl-metrics)

compose() {
  docker compose --file compose/compose.yaml "$@"
}

# Asks the engine for its version. While Docker Desktop starts, docker waits in silence and without an end.
check_engine() {
  local output process tenths=0
  output=$(mktemp)
  docker version --format '{{.Server.Version}}' >"$output" 2>&1 &
  process=$!
  while kill -0 "$process" 2>/dev/null; do
    sleep 0.1
    tenths=$((tenths + 1))
    if ((tenths == answer_notice_seconds * 10)); then
      echo "Waiting for Docker to answer, for $answer_limit_seconds s at most ..."
    elif ((tenths >= answer_limit_seconds * 10)); then
      kill "$process" 2>/dev/null || true
      rm -f "$output"
      fail "Docker has not answered for $answer_limit_seconds s; see whether Docker has started, restart it, and try again"
    fi
  done
  wait "$process" || {
    local said
    said=$(tail -n 1 "$output")
    rm -f "$output"
    fail "Docker does not answer; start Docker first. It says: $said"
  }
  rm -f "$output"
}

check_docker() {
  local version
  command -v docker >/dev/null ||
    fail 'there is no docker on PATH; get it from https://docs.docker.com/get-docker, or use --local'
  check_engine
  version=$(docker compose version --short 2>/dev/null) ||
    fail 'there is no Docker Compose; get it from https://docs.docker.com/compose/install'
  if [[ ! $version =~ ([0-9]+)\.([0-9]+) ]] ||
    ((BASH_REMATCH[1] < 2 || (BASH_REMATCH[1] == 2 && BASH_REMATCH[2] < 20))); then
    fail "Docker Compose is $version; 2.20 or later is needed"
  fi
}

# Docker itself would say it only after the build, in the middle of all else.
check_port() { # configuration of Compose, service, its port, variable of the port on this machine
  local published
  published=$(sed -n "/^ *target: $3\$/{n;s/^ *published: \"\\([0-9]*\\)\"\$/\\1/p;}" <<<"$1")
  if [[ -z $published ]] || ! is_port_taken "$published"; then return; fi
  # By what runs already, and is to be started once more.
  if [[ $(compose port "$2" "$3" 2>/dev/null) == *":$published" ]]; then return; fi
  fail "port $published is taken; choose another one with $4 in compose/.env"
}

check_ports() { # service...
  local configuration
  configuration=$(compose config "$@") || fail 'Docker Compose refuses its configuration; see compose/.env'
  check_port "$configuration" etl-metrics 8083 ETL_METRICS_PORT
  check_port "$configuration" prometheus 9090 PROMETHEUS_PORT
  check_port "$configuration" alertmanager 9093 ALERTMANAGER_PORT
  check_port "$configuration" grafana 3000 GRAFANA_PORT
}

# Starts services and waits until all of them are healthy; none named are all.
start_services() { # service...
  check_docker
  check_ports "$@"
  echo 'Building, starting and waiting until all is healthy (a few minutes the first time) ...'
  compose up --wait --wait-timeout "$start_limit_seconds" "$@" || {
    compose ps --all "$@" >&2
    compose logs --tail 5 "$@" >&2
    fail "not everything is healthy; see: docker compose --file '$PWD/compose/compose.yaml' logs"
  }
}

# One line of the table of addresses, with the port that the service really has.
show_address() { # name, service, its port, path
  printf '  %-14s http://%s%s\n' "$1" "$(compose port "$2" "$3" | sed 's/^127\.0\.0\.1:/localhost:/')" "$4"
}

show_etl_addresses() {
  echo
  show_address 'ETL status' etl-metrics 8083 /
  show_address 'ETL metrics' etl-metrics 8083 /metrics
  show_address 'ETL health' etl-metrics 8083 /health
}

show_next_steps() {
  echo
  echo 'Logs:  compose/start-etl-monitoring.sh --logs'
  echo 'Stop:  compose/start-etl-monitoring.sh --stop'
}

start_etl_only() {
  start_services "${etl_services[@]}"
  show_etl_addresses
  show_next_steps
}

start_full_stack() {
  start_services
  show_etl_addresses
  show_address 'ETL dashboard' grafana 3000 /d/etl-monitoring
  show_address 'Grafana' grafana 3000 /
  show_address 'Prometheus' prometheus 9090 /
  show_address 'Alertmanager' alertmanager 9093 /
  show_next_steps
}

stop_all() {
  check_docker
  compose down
}

show_logs() {
  check_docker
  compose logs --follow --tail 20
}

parse_arguments "$@"
cd "$(dirname "${BASH_SOURCE[0]}")/.."
case $mode in
  local)
    if is_port_taken "$port"; then fail "port $port is taken; choose another one with --port"; fi
    exec compose/start-local.sh "$port" "${simulator_options[@]}"
    ;;
  etl-only) start_etl_only ;;
  full-stack) start_full_stack ;;
  stop) stop_all ;;
  logs) show_logs ;;
esac
