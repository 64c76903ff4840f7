"""Checks what compose/start-etl-monitoring.sh says of a start that fails: start_script.py DOCKER-COMPOSE.

It needs no Docker engine: `docker` is a stand-in, which asks the real Docker Compose for the configuration alone.
"""

import os
import pathlib
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PORTS = {"etl-metrics": "ETL_METRICS_PORT", "prometheus": "PROMETHEUS_PORT", "alertmanager": "ALERTMANAGER_PORT",
         "grafana": "GRAFANA_PORT"}
DOCKER = """#!/bin/bash
case "$*" in
  'version '*) [[ -z ${DOCKER_HANGS-} ]] || exec sleep 60; sleep "${DOCKER_SLEEPS:-0}"; echo "${DOCKER_FAILS:-28.0.0}"; [[ -z ${DOCKER_FAILS-} ]] ;;
  'compose version --short') echo 2.40.0 ;;
  'compose --file '*' config'*) shift; exec "$DOCKER_COMPOSE" "$@" ;;
  'compose --file '*" port $HOLDER "*) echo "127.0.0.1:$HELD_PORT" ;;
  'compose --file '*' port '*) exit 1 ;;
  'compose --file '*' up '*) touch "$HAS_STARTED"; exit 1 ;;
esac
"""


class Script:
    """A copy of the start script, in a folder with a space in its name, and its stand-in for docker."""

    def __init__(self, folder, compose):
        self.root = folder / "a folder"
        shutil.copytree(ROOT / "compose", self.root / "compose", ignore=shutil.ignore_patterns(".env"))
        version = "Sources/CommandLineOptions/version.env"
        (self.root / version).parent.mkdir(parents=True)
        shutil.copy(ROOT / version, self.root / version)
        programs = folder / "programs"
        programs.mkdir()
        (programs / "docker").write_text(DOCKER)
        (programs / "docker").chmod(0o755)
        self.has_started = folder / "has-started"
        self.environment = {name: value for name, value in os.environ.items() if name not in PORTS.values()} | {
            "PATH": f"{programs}:{os.environ['PATH']}", "HAS_STARTED": str(self.has_started),
            "DOCKER_COMPOSE": str(pathlib.Path(compose).resolve()),
        }

    def run(self, mode, settings, holder="none", held_port=0):
        """Runs it with a compose/.env, and gives what it says and whether it went on to start anything."""
        self.has_started.unlink(missing_ok=True)
        (self.root / "compose/.env").write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        result = subprocess.run([self.root / "compose/start-etl-monitoring.sh", mode], capture_output=True, text=True,
                                env=self.environment | {"HOLDER": holder, "HELD_PORT": str(held_port)}, timeout=30)
        assert result.returncode == 1, f"status {result.returncode}: {result.stderr}"
        return result.stderr, self.has_started.exists()


def check_taken_ports(script, free, taken):
    """A port that another program has is named before anything is built, with the variable to change."""
    for service, variable in PORTS.items():
        said, has_started = script.run("--full-stack", free | {variable: taken})
        expected = f"start-etl-monitoring.sh: port {taken} is taken; choose another one with {variable} in compose/.env\n"
        assert said == expected and not has_started, f"{service}: {has_started} {said}"


def check_ports_that_do_not_matter(script, free, taken):
    """What is not started needs no port, and what runs already has its own."""
    said, has_started = script.run("--etl-only", free | {"GRAFANA_PORT": taken})
    assert has_started and "taken" not in said, f"the port of a service that is not started: {said}"
    for service, variable in PORTS.items():
        said, has_started = script.run("--full-stack", free | {variable: taken}, service, taken)
        assert has_started and "taken" not in said, f"the port that {service} has itself: {said}"
    said, has_started = script.run("--full-stack", free | {"GRAFANA_PORT": taken}, "grafana", 1)
    assert not has_started, f"the port that grafana is to change to: {said}"


def check_command(script, free):
    """The command that a failed start names can be run as it stands."""
    said, _ = script.run("--etl-only", free)
    command = shlex.split(said.splitlines()[-1].partition("see: ")[2])
    assert command == ["docker", "compose", "--file", str(script.root / "compose/compose.yaml"), "logs"], command


def check_engine(script):
    """A Docker that hangs is spoken of, and not waited for without an end; one that fails says why."""
    path = script.root / "compose/start-etl-monitoring.sh"
    text = path.read_text()
    # Shorter, and with the same words.
    for name, seconds, other in (("notice", 5, 1), ("limit", 60, 2)):
        assert f"answer_{name}_seconds={seconds}\n" in text, f"answer_{name}_seconds is not {seconds}"
        text = text.replace(f"answer_{name}_seconds={seconds}\n", f"answer_{name}_seconds={other}\n")
    path.write_text(text)
    notice = "Waiting for Docker to answer, for 2 s at most ...\n"
    for command in ("--full-stack", "--stop"):
        result = subprocess.run([path, command], capture_output=True, text=True, timeout=30,
                                env=script.environment | {"DOCKER_HANGS": "yes"})
        assert (result.returncode, result.stdout) == (1, notice), f"{command}: {result}"
        assert "Docker has not answered for 2 s; see whether Docker has started" in result.stderr, result
    result = subprocess.run([path, "--stop"], capture_output=True, text=True, timeout=30,
                            env=script.environment | {"DOCKER_SLEEPS": "1.4"})
    assert result.stdout == notice and "not answered" not in result.stderr, f"one that answers late: {result}"
    result = subprocess.run([path, "--stop"], capture_output=True, text=True, timeout=30,
                            env=script.environment | {"DOCKER_FAILS": "is it running?"})
    assert result.returncode == 1 and result.stdout == "", result
    assert result.stderr.endswith("start Docker first. It says: is it running?\n"), result


def check_configuration(script, free):
    """A setting that Docker Compose refuses is no port that is free."""
    said, has_started = script.run("--etl-only", free | {"ETL_METRICS_PORT": "many"})
    assert "compose/.env" in said and not has_started, said


def free_ports(names):
    sockets = {name: socket.create_server(("127.0.0.1", 0)) for name in names}
    ports = {name: each.getsockname()[1] for name, each in sockets.items()}
    for each in sockets.values():
        each.close()
    return ports


def main():
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as listener:
        script, free = Script(pathlib.Path(folder), sys.argv[1]), free_ports(PORTS.values())
        taken = listener.getsockname()[1]
        check_taken_ports(script, free, taken)
        check_ports_that_do_not_matter(script, free, taken)
        check_command(script, free)
        check_configuration(script, free)
        check_engine(script)


main()
