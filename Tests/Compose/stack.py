"""Starts the stack without Grafana in a real Docker engine and tries it: stack.py DOCKER-COMPOSE.

Builds both images, starts the stack by its own start script in a project of its own on free ports, and removes all but the
images at the end. DOCKER-COMPOSE is the path of a docker-compose executable.
"""

import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROJECT = f"etl-stack-test-{os.getpid()}"
MAXIMUM_IMAGE_BYTES = 10_000_000
IMAGES = {"etl-simulator": "etl-simulator", "etl-metrics": "etl-exporter"}
SERVICES = ["etl-simulator", "etl-metrics", "prometheus", "alertmanager"]
HEALTH_ALERT = "ETL Process Health Check Failed"
UNREADABLE_ALERT = "ETL Log Unreadable"
WATCHDOG = "ETL Watchdog"
COUNTERS = re.compile(r"^etl_(?:records|files|failures|errors_by_type)_total.*$", re.MULTILINE)


class Stack:
    """The project, and how to talk to it."""

    def __init__(self, compose, folder):
        self.folder = folder
        plugins = folder / "docker" / "cli-plugins"
        plugins.mkdir(parents=True)
        (plugins / "docker-compose").symlink_to(pathlib.Path(compose).resolve())
        self.ports = dict(zip(SERVICES[1:], free_ports(3)))
        settings = re.findall(r"^#([A-Z_]+)=", (ROOT / "compose/.env.example").read_text(), re.MULTILINE)
        # What is empty counts as not set, whatever the .env of whoever runs this says.
        self.environment = os.environ | dict.fromkeys(settings, "") | {
            "DOCKER_CONFIG": str(folder / "docker"),
            "COMPOSE_PROJECT_NAME": PROJECT,
            "ETL_METRICS_PORT": str(self.ports["etl-metrics"]),
            "PROMETHEUS_PORT": str(self.ports["prometheus"]),
            "ALERTMANAGER_PORT": str(self.ports["alertmanager"]),
        }
        self.files = ["--file", str(ROOT / "compose/compose.yaml"), "--file", str(self.shorten_alerts())]

    def shorten_alerts(self):
        """Makes an override by which Prometheus reads a copy of its rules, where two alerts wait 10 s and not minutes."""
        rules = self.folder / "prometheus"
        shutil.copytree(ROOT / "prometheus", rules)
        for name, file in ((HEALTH_ALERT, "etl-job.yml"), (UNREADABLE_ALERT, "etl-exporter.yml")):
            path = rules / "rules" / file
            text, count = re.subn(rf"(alert: {name}\n(?: .*\n)*? +for: )\dm\n", r"\g<1>10s\n", path.read_text())
            assert count == 1, f"there is no alert {name} that waits in {path.name}"
            path.write_text(text)
        for item in [self.folder, rules, *rules.rglob("*")]:
            item.chmod(0o755 if item.is_dir() else 0o644)
        override = self.folder / "override.yaml"
        override.write_text(json.dumps({"services": {"prometheus": {"volumes": [f"{rules}:/etc/prometheus:ro"]}}}))
        return override

    def docker(self, *arguments, limit=60, **variables):
        return run(["docker", *arguments], limit, self.environment | variables)

    def compose(self, *arguments, limit=120, **variables):
        return self.docker("compose", *self.files, *arguments, limit=limit, **variables)

    def script(self, *arguments):
        return run([ROOT / "compose/start-etl-monitoring.sh", *arguments], 400, self.environment)

    def containers(self, *arguments):
        identifiers = self.compose("ps", "--all", "--quiet", *arguments).split()
        return {item["Config"]["Labels"]["com.docker.compose.service"]: item
                for item in json.loads(self.docker("inspect", *identifiers))}

    def are_healthy(self):
        return all(item["State"]["Health"]["Status"] == "healthy" for item in self.containers().values())

    def get(self, service, path):
        url = f"http://127.0.0.1:{self.ports[service]}{path}"
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.read().decode()

    def counters(self):
        return sorted(COUNTERS.findall(self.get("etl-metrics", "/metrics")))

    def query(self, expression):
        path = "/api/v1/query?query=" + urllib.request.quote(expression)
        return [(item["metric"], float(item["value"][1]))
                for item in json.loads(self.get("prometheus", path))["data"]["result"]]

    def firing(self):
        return {alert["labels"]["alertname"]
                for alert in json.loads(self.get("prometheus", "/api/v1/alerts"))["data"]["alerts"]
                if alert["state"] == "firing"}

    def notified(self):
        return {alert["labels"]["alertname"] for alert in json.loads(self.get("alertmanager", "/api/v2/alerts"))}


def run(command, limit, environment):
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=limit)
    if result.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}: status {result.returncode}\n{result.stdout}{result.stderr}")
    return result.stdout


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def wait_until(what, condition, limit):
    deadline = time.monotonic() + limit
    seen = None
    while time.monotonic() < deadline:
        try:
            seen = condition()
            if seen:
                return seen
        except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
            seen = error
        time.sleep(1)
    raise AssertionError(f"not within {limit} s: {what}; last seen: {seen}")


def show(title, text):
    print(f"== {title}\n{text.rstrip()}", flush=True)


# --- What is tried ---------------------------------------------------------------------------------------------------


def check_images(stack):
    version = re.search(r"=(\S+)", (ROOT / "Sources/CommandLineOptions/version.env").read_text())[1]
    sizes = []
    for program in IMAGES.values():
        image = json.loads(stack.docker("image", "inspect", f"{program}:{version}"))[0]
        sizes.append(f"{program}:{version} {image['Size']} bytes")
        assert image["Size"] <= MAXIMUM_IMAGE_BYTES, f"{sizes[-1]} are more than {MAXIMUM_IMAGE_BYTES}"
        labels = image["Config"]["Labels"]
        said = stack.docker("run", "--rm", "--network=none", f"{program}:{version}", "--version").split()
        assert said == [program, labels["org.opencontainers.image.version"]] == [program, version], (said, labels)
        for label in ("title", "description", "licenses"):
            assert labels[f"org.opencontainers.image.{label}"], f"{program} has no {label}"
    show("images", "\n".join(sizes))


def check_confinement(stack):
    assert stack.are_healthy()
    for service, container in stack.containers().items():
        host = container["HostConfig"]
        assert host["ReadonlyRootfs"] and host["CapDrop"] == ["ALL"], f"{service} is not confined: {host}"
        processes = stack.docker("top", container["Id"], "-eo", "uid,pid").splitlines()[1:]
        users = {process.split()[0] for process in processes}
        expected = container["Config"]["User"].split(":")[0]
        assert users == {expected} and expected != "0", f"{service} runs as {users}"
    # What is read-only is so for the programs too.
    for service, option, path, reason in [
        ("etl-simulator", "--log-file", "/app/other.log", "Read-only file system"),
        ("etl-metrics", "--storage.path", "/app/logs", "Read-only file system"),
    ]:
        command = ["docker", "compose", *stack.files, "exec", "-T", service, f"/usr/local/bin/{IMAGES[service]}"]
        result = subprocess.run([*command, option, path, *(["--port", "8084"] if service == "etl-metrics" else [])],
                                env=stack.environment, capture_output=True, text=True, timeout=30)
        assert result.returncode != 0 and reason in result.stderr, f"{service} writes to {path}: {result.stderr}"


def check_prometheus(stack):
    targets = wait_until("all targets are up", lambda: up_targets(stack), 60)
    show("targets", "\n".join(f"{item['labels']['job']} {item['scrapeUrl']} {item['health']}" for item in targets))
    groups = json.loads(stack.get("prometheus", "/api/v1/rules"))["data"]["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert any(rule["name"] == HEALTH_ALERT for rule in rules), f"only these rules: {[rule['name'] for rule in rules]}"
    ill = [f"{rule['name']}: {rule.get('lastError')}" for rule in rules if rule["health"] == "err"]
    assert not ill, f"rules that fail: {ill}"
    show("rules", "\n".join(f"{group['name']}: {len(group['rules'])} rules" for group in groups))
    assert "etl_records_total" in stack.compose(
        "exec", "-T", "prometheus", "wget", "-q", "-O-", "http://etl-metrics:8083/metrics")


def up_targets(stack):
    targets = json.loads(stack.get("prometheus", "/api/v1/targets"))["data"]["activeTargets"]
    jobs = {target["labels"]["job"] for target in targets}
    return targets if "etl_metrics" in jobs and all(target["health"] == "up" for target in targets) else None


def check_healthy_demo(stack):
    """Nothing but the watchdog fires while the job works for two minutes."""
    def is_long_enough():
        others = stack.firing() - {WATCHDOG}
        assert not others, f"fires while all is well: {others}"
        return any(value >= 120 for _, value in stack.query('etl_uptime_seconds{job="etl_metrics"}'))

    wait_until("the demo has run for two minutes", is_long_enough, 180)
    assert stack.firing() == {WATCHDOG}, f"these fire: {stack.firing()}"
    wait_until("the watchdog reaches Alertmanager", lambda: WATCHDOG in stack.notified(), 60)
    show("alerts after two minutes", f"firing: {stack.firing()}; at Alertmanager: {stack.notified()}")


def check_resources(stack):
    lines = []
    for service, container in stack.containers().items():
        usage = json.loads(stack.docker("stats", "--no-stream", "--format", "{{json .}}", container["Id"]))
        lines.append(f"{service} {usage['MemUsage']} ({usage['MemPerc']}), {usage['PIDs']} threads")
        # The limit itself nobody can exceed: who comes near is about to be killed.
        assert float(usage["MemPerc"].rstrip("%")) < 75, f"near its limit of memory: {lines[-1]}"
        state = stack.docker("inspect", "--format", "{{.State.OOMKilled}} {{.RestartCount}}", container["Id"]).split()
        assert state == ["false", "0"], f"{service}: killed for memory or restarted: {state}"
    show("memory", "\n".join(lines))


def check_restart(stack):
    """The exporter goes on counting where it was, and has what the log has."""
    def number(counters):
        return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in counters}

    before = number(stack.counters())
    assert before["etl_records_total"] > 0, "nothing is counted yet"
    stack.compose("restart", "etl-metrics")
    after = number(wait_until("the exporter is back", stack.counters, 60))
    assert all(after[name] >= value for name, value in before.items()), f"{before} became {after}"
    # And not by reading the whole log again, of which a part may be gone by then.
    assert "resumed from snapshot" in stack.compose("logs", "etl-metrics"), "the exporter had no snapshot"
    wait_until("the exporter is healthy again", stack.are_healthy, 60)


def check_killed_job(stack):
    """Alertmanager hears of a job that was killed; the numbers stay those of its log."""
    # So fast that a job which is silent for ten seconds has died.
    variables = {"ETL_HEALTH_STALE_AFTER": "15s", "ETL_RECORDS_PER_SECOND": "200"}
    stack.compose("up", "--no-build", "--wait", *IMAGES, **variables)
    stack.environment |= variables
    wait_until("Prometheus sees the job that was started anew", lambda: stack.query("etl_health_status == 1"), 60)
    assert HEALTH_ALERT not in stack.firing() | stack.notified()
    stack.compose("kill", "etl-simulator")
    start = time.monotonic()
    wait_until("the health alert reaches Alertmanager", lambda: HEALTH_ALERT in stack.notified(), 120)
    show("killed job", f"{HEALTH_ALERT} is at Alertmanager {time.monotonic() - start:.0f} s after the kill")

    stack.compose("restart", "etl-metrics")
    after = wait_until("the exporter is back", stack.counters, 60)
    version = stack.containers("etl-metrics")["etl-metrics"]["Config"]["Image"]
    once = stack.docker("run", "--rm", "--network=none",
                        "-v", f"{PROJECT}_etl_logs:/app/logs:ro", version, "--once")
    assert sorted(COUNTERS.findall(once)) == after, f"the log says\n{once}\nand the exporter {after}"
    show("counters after two starts and a kill, as in the log", "\n".join(after))


def check_stop(stack):
    stack.script("--stop")
    left = stack.docker("ps", "--all", "--quiet", "--filter", f"label=com.docker.compose.project={PROJECT}")
    assert not left.strip(), f"still there after --stop: {left}"
    assert f"{PROJECT}_etl_logs" in stack.docker("volume", "ls", "--quiet").split(), "--stop removes what was stored"


def check_own_job(stack):
    """A log that is written on this machine is followed instead of the simulator's, and read anew."""
    folder = stack.folder / "job"
    folder.mkdir(mode=0o755)
    log = folder / "orders.log"
    log.write_text('{"message": "file_processing_completed", "file_id": "orders-1.csv", "records_processed": 1250}\n')
    log.chmod(0o644)
    own_job = ["--file", str(ROOT / "compose/compose.own-job.yaml")]
    variables = {"ETL_LOG_DIRECTORY": str(folder), "ETL_LOG_NAME": log.name}
    try:
        stack.compose(*own_job, "up", "--no-build", "--wait", "--wait-timeout", "60", "etl-metrics", **variables)
        assert set(stack.containers()) == {"etl-metrics"}, f"there are {list(stack.containers())}"
        counters = stack.counters()
        assert "etl_records_total 1250" in counters, f"one's own log with 1250 records became {counters}"
        show("one's own job", "\n".join(counters))
    finally:
        stack.compose(*own_job, "down", "--volumes", "--timeout", "5", **variables)


def check_unreadable_log(stack):
    """Where the exporter may not read the log, all else starts, and what is wrong is told."""
    folder = stack.folder / "secret"
    folder.mkdir(mode=0o755)
    (folder / "etl.log").write_text("{}\n")
    (folder / "etl.log").chmod(0)
    own_job = ["--file", str(ROOT / "compose/compose.own-job.yaml")]
    variables = {"ETL_LOG_DIRECTORY": str(folder)}
    try:
        # Without --wait, as one starts it.
        stack.compose(*own_job, "up", "--no-build", "--detach", "etl-metrics", "prometheus", "alertmanager", **variables)
        start = time.monotonic()
        wait_until("Prometheus scrapes the exporter", lambda: stack.query('up{job="etl_metrics"} == 1'), 60)
        wait_until("the alert reaches Alertmanager", lambda: UNREADABLE_ALERT in stack.notified(), 120)
        show("a log without permission", f"{UNREADABLE_ALERT} is at Alertmanager after {time.monotonic() - start:.0f} s")
    finally:
        stack.compose(*own_job, "down", "--volumes", "--timeout", "5", **variables)


def check_top_folder(stack):
    """Without any option the commands are for this stack, in the top folder."""
    listed = stack.docker("compose", "ps", "--format", "{{.Service}}").split()
    assert sorted(listed) == sorted(SERVICES), f"docker compose ps in the top folder lists {listed}"
    assert "prometheus" in stack.docker("compose", "logs", "--tail", "1", "prometheus")


def try_out(stack):
    said = stack.script()
    address = f"http://localhost:{stack.ports['etl-metrics']}/metrics"
    assert address in said, f"the start script does not show {address}:\n{said}"
    check_images(stack)
    stack.compose("up", "--no-build", "--wait", "--wait-timeout", "120", *SERVICES[2:])
    check_confinement(stack)
    check_prometheus(stack)
    check_healthy_demo(stack)
    check_restart(stack)
    show("docker compose ps", stack.compose("ps"))
    check_top_folder(stack)
    check_resources(stack)
    check_killed_job(stack)
    check_stop(stack)
    check_own_job(stack)
    check_unreadable_log(stack)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(sys.argv[1], pathlib.Path(folder))
        try:
            try_out(stack)
        except BaseException:
            show("logs", stack.compose("logs", "--tail", "20"))
            show("docker compose ps", stack.compose("ps", "--all"))
            raise
        finally:
            stack.compose("down", "--volumes", "--timeout", "5")


main()
