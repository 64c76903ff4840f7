#!/bin/bash
# Runs the simulator and its exporter on this machine, without containers: start-etl-monitoring.sh --local, which calls
# this with the port and with what is for etl-simulator.
set -euo pipefail

readonly port=$1
readonly simulator_options=("${@:2}")

fail() { # message
  printf 'start-etl-monitoring.sh: %s\n' "$1" >&2
  exit 1
}

# shellcheck source=compose/packages.sh
. "$(dirname "${BASH_SOURCE[0]}")/packages.sh"

# --- What is needed, and the build ----------------------------------------------------------------------------------

install_libraries() {
  if command -v pkg-config >/dev/null && pkg-config --exists libevent_core; then return; fi
  command -v apt-get >/dev/null || fail 'libevent (with its headers) and pkg-config are missing; install them first'
  install_packages libevent-dev libyaml-dev pkg-config || exit 1
}

# Whether the executables are those of the sources that are here.
is_built() {
  local program
  for program in etl-simulator etl-exporter; do [[ -x $executables/$program ]] || return; done
  [[ -e $built_stamp && -z $(find Package.swift Sources CLibEvent -newer "$built_stamp" -print -quit) ]]
}

build() {
  if is_built; then return; fi
  command -v swift >/dev/null ||
    fail 'there is no swift on PATH; get Swift 6.2 or later from https://www.swift.org/install/linux'
  install_libraries
  echo 'Building (a minute or two the first time) ...'
  local started
  started=$(mktemp)
  compose/build-static.sh
  # Sources that were changed during the build are newer.
  touch -r "$started" "$built_stamp"
  rm -f "$started"
}

# --- The two programs -----------------------------------------------------------------------------------------------

simulator=
exporter=

# Ends both by process id and waits for them; who has not ended after ten seconds is killed.
end_programs() {
  local process deadline=$((SECONDS + 10))
  for process in $simulator $exporter; do kill -TERM "$process" 2>/dev/null || true; done
  for process in $simulator $exporter; do
    while kill -0 "$process" 2>/dev/null && ((SECONDS < deadline)); do sleep 0.05; done
    kill -KILL "$process" 2>/dev/null || true
    wait "$process" 2>/dev/null || true
  done
  simulator=
  exporter=
}

# Says which program has ended and what it said last, ends the other, and gives up.
fail_with_output() { # program, status, its output
  local end="has ended with status $2" code=1
  if (($2 > 128)); then end="was killed by SIG$(kill -l $(($2 - 128)))"; fi
  # What the two programs exit with for a wrong option.
  if (($2 == 2)); then code=2; fi
  printf 'start-etl-monitoring.sh: %s %s; its last output (%s):\n' "$1" "$end" "$3" >&2
  tail -n 15 "$3" | sed 's/^/    /' >&2
  end_programs
  exit "$code"
}

# Waits for a process that has ended, without bash's own words on how it ended.
reap() { # process
  wait "$1" 2>/dev/null
}

# Gives up where the simulator has failed; one that is done already has done what it was told to.
check_simulator() {
  local status=0
  if [[ -z $simulator ]] || kill -0 "$simulator" 2>/dev/null; then return; fi
  reap "$simulator" || status=$?
  note_end_of_simulator "$status"
}

note_end_of_simulator() { # status
  simulator=
  if (($1 != 0)); then fail_with_output etl-simulator "$1" "$simulator_output"; fi
  echo 'etl-simulator is done; the exporter goes on until Ctrl-C.'
}

# Asks by what every Debian has: bash itself opens the connection.
is_ready() {
  (
    exec 3<>"/dev/tcp/127.0.0.1/$port" || exit
    printf 'GET /-/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3 || exit
    IFS= read -r -t 2 line <&3 && [[ $line == 'HTTP/1.1 200'* ]]
  ) 2>/dev/null
}

wait_until_ready() {
  local deadline=$((SECONDS + 30)) status
  until is_ready; do
    if ! kill -0 "$exporter" 2>/dev/null; then
      status=0
      reap "$exporter" || status=$?
      fail_with_output etl-exporter "$status" "$exporter_output"
    fi
    check_simulator
    if ((SECONDS >= deadline)); then
      end_programs
      tail -n 15 "$exporter_output" >&2
      fail "etl-exporter does not answer on port $port within 30 s"
    fi
    sleep 0.1
  done
}

show_addresses() {
  cat <<END

  Metrics    http://localhost:$port/metrics
  Health     http://localhost:$port/health
  Overview   http://localhost:$port/
  Log        $log_file
  Output     $exporter_output
             $simulator_output

Try next, in another terminal:
  curl http://localhost:$port/metrics
  tail -f '$log_file'
END
  if [[ -n $simulator ]]; then
    cat <<END
  kill -STOP $simulator    the job hangs: etl_health_status falls to 0 after two minutes (kill -CONT $simulator)
  mv '$log_file'{,.1} && kill -HUP $simulator    the log is rotated: no record is lost
END
  fi
  echo
  echo 'Ctrl-C ends both.'
}

# Stays until one of the two ends. A simulator that has done all that it was told to leaves the exporter to be looked at.
watch_programs() {
  local ended status
  while true; do
    status=0
    # shellcheck disable=SC2086 # a simulator that has ended is no argument
    wait -n -p ended $simulator $exporter 2>/dev/null || status=$?
    if [[ $ended == "$exporter" ]]; then fail_with_output etl-exporter "$status" "$exporter_output"; fi
    note_end_of_simulator "$status"
  done
}

start() {
  local folder=$PWD/.build/local
  readonly executables=$PWD/.build/static/release log_file=$folder/etl_process.log
  readonly built_stamp=$PWD/.build/static/built
  readonly simulator_output=$folder/etl-simulator.output exporter_output=$folder/etl-exporter.output
  build

  mkdir -p "$folder"
  exec 9>"$folder/lock"
  flock -n 9 || fail "another start-etl-monitoring.sh is running in $folder"
  # A log of an earlier run would be counted as well.
  rm -f "$log_file"*

  trap 'end_programs; exit 0' INT TERM HUP
  trap end_programs EXIT
  "$executables/etl-simulator" --log-file "$log_file" --quiet "${simulator_options[@]}" \
    >"$simulator_output" 2>&1 9>&- &
  simulator=$!
  # A wrong option shows at once, and before anything says that all is well.
  sleep 0.2
  check_simulator
  "$executables/etl-exporter" --log-file "$log_file" --port "$port" >"$exporter_output" 2>&1 9>&- &
  exporter=$!
  wait_until_ready
  check_simulator
  show_addresses
  watch_programs
}

cd "$(dirname "${BASH_SOURCE[0]}")/.."
start
