"""Posts alerts to a real Alertmanager with the configuration of this repository and looks at what it hands to the webhooks
and which alerts it keeps back.

Usage: test_alertmanager.py ALERTMANAGER    the path of the program

The webhooks listen on a free port in the place of the one in the configuration.
"""

import http.server
import json
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

from rule_files import ROOT, RULES, load, rules_of

CONFIGURATION = ROOT / "prometheus/alertmanager.yml"
MOST_SECONDS = 30
EXPORTER = {"job": "etl_metrics", "instance": "exporter:8083"}
OTHER = {"job": "etl_metrics", "instance": "other:8083"}
ENDPOINT = "ETL Metrics Endpoint Unavailable"
HEALTH = "ETL Process Health Check Failed"


class Webhooks(http.server.ThreadingHTTPServer):
    """Keeps the path and the alerts of each request."""

    def __init__(self):
        self.received = []
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def names(self, path):
        """The names and instances of the alerts that were handed to a path."""
        return {(a["labels"]["alertname"], a["labels"].get("instance")) for p, a in list(self.received) if p == path}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.received += [(self.path, alert) for alert in body["alerts"]]
        self.send_response(200)
        self.end_headers()

    def log_message(self, *arguments):
        del arguments


def severities():
    """The labels of each alert that a rule gives it."""
    return {rule["alert"]: rule["labels"] for _, _, rule in rules_of(load(RULES)) if "alert" in rule}


def alert(name, labels, **more):
    return {"labels": {"alertname": name, **severities()[name], **labels, **more}, "annotations": {}}


def ask(url, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=5) as answer:
        return json.loads(answer.read() or "null")


def wait_until(what, is_so, process):
    deadline = time.monotonic() + MOST_SECONDS
    while not is_so():
        assert process.poll() is None, f"alertmanager has ended with status {process.returncode}"
        assert time.monotonic() < deadline, f"within {MOST_SECONDS} s not so: {what}"
        time.sleep(0.1)


def answers(url):
    try:
        return ask(f"{url}/api/v2/status") is not None
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def configured(folder, port):
    """A copy of the configuration with the webhooks' port, which does not wait for more alerts."""
    text, count = re.subn(r"http://127\.0\.0\.1:9095/", f"http://127.0.0.1:{port}/", CONFIGURATION.read_text("utf-8"))
    assert count == 2, f"{CONFIGURATION} has {count} webhooks on this machine, not 2"
    assert not re.search(r"https?://(?!127\.0\.0\.1)", text), "something is sent to another machine"
    # Long enough for the alerts that are posted together, and for what inhibits them.
    text, count = re.subn(r"group_wait: \w+", "group_wait: 2s", text)
    assert count == 1, f"{CONFIGURATION} has {count} times group_wait, not 1"
    path = pathlib.Path(folder, "alertmanager.yml")
    path.write_text(text, encoding="utf-8")
    return path


def check(webhooks, url, process):
    every = list(severities())
    warnings = [name for name in every if severities()[name]["severity"] == "warning"]
    of_exporter = [name for name in warnings if severities()[name]["component"] == "exporter"]
    of_job = [name for name in warnings if severities()[name]["component"] == "job"]
    assert len(of_exporter) > 3 and len(of_job) > 3, warnings
    posted = [
        # Without metrics nothing else is said of this exporter, but of the other one.
        *(alert(name, EXPORTER, pipeline="orders") for name in every if name not in ("Watchdog", ENDPOINT)),
        alert(ENDPOINT, EXPORTER),
        # The one job of an exporter is down, so its warnings are kept back, but not those of the exporter.
        alert(HEALTH, OTHER),
        *(alert(name, OTHER) for name in of_job),
        *(alert(name, OTHER) for name in of_exporter),
        # One of two pipelines is down, so the warnings of the other one are told.
        *(alert(name, {**OTHER, "instance": "third:8083"}, pipeline="users") for name in of_job),
        *(alert(name, {**OTHER, "instance": "third:8083"}, pipeline="users") for name in of_exporter),
        alert(HEALTH, {**OTHER, "instance": "third:8083"}, pipeline="orders"),
        alert("Watchdog", {}),
    ]
    ask(f"{url}/api/v2/alerts", posted)
    critical = {(ENDPOINT, "exporter:8083"), (HEALTH, "other:8083"), (HEALTH, "third:8083")}
    warning = {(name, "third:8083") for name in of_job + of_exporter} | {(name, "other:8083") for name in of_exporter}
    wait_until("the webhooks have what they are to have", lambda: has(webhooks, critical, warning), process)

    shown = ask(f"{url}/api/v2/alerts")
    assert len(shown) == len(posted), f"{len(shown)} alerts instead of {len(posted)}"
    inhibited = {(a["labels"]["alertname"], a["labels"]["instance"]) for a in shown if a["status"]["inhibitedBy"]}
    expected = {(name, "exporter:8083") for name in every if name not in ("Watchdog", ENDPOINT)}
    expected |= {(name, "other:8083") for name in of_job}
    assert inhibited == expected, f"kept back too much or too little: {sorted(inhibited ^ expected)}"
    assert webhooks.names("/critical") == critical, webhooks.names("/critical") ^ critical
    assert webhooks.names("/warning") == warning, webhooks.names("/warning") ^ warning
    assert {path for path, _ in webhooks.received} == {"/critical", "/warning"}
    print(f"{len(posted)} alerts: {len(inhibited)} names kept back, {len(critical)} critical and {len(warning)} warnings told")

    # Once it is over, that is told, and what was kept back is no longer.
    over = alert(ENDPOINT, EXPORTER)
    over["endsAt"] = "2020-01-01T00:00:00Z"
    over["startsAt"] = "2019-01-01T00:00:00Z"
    ask(f"{url}/api/v2/alerts", [over])
    wait_until("the job's health is no longer kept back", lambda: not kept_back(url, HEALTH, EXPORTER), process)
    assert kept_back(url, of_job[0], EXPORTER), "the warnings of a job that is down are no longer kept back"


def has(webhooks, critical, warning):
    return webhooks.names("/critical") >= critical and webhooks.names("/warning") >= warning


def kept_back(url, name, labels):
    found = [
        a
        for a in ask(f"{url}/api/v2/alerts")
        if a["labels"]["alertname"] == name and a["labels"]["instance"] == labels["instance"]
    ]
    assert found, f"{name} is gone"
    return all(a["status"]["inhibitedBy"] for a in found)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main(program):
    webhooks = Webhooks()
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/output", "w", encoding="utf-8") as output:
            process = subprocess.Popen(
                [
                    program,
                    f"--config.file={configured(folder, webhooks.server_port)}",
                    f"--storage.path={folder}/data",
                    f"--web.listen-address=127.0.0.1:{port}",
                    "--cluster.listen-address=",
                ],
                stdout=output,
                stderr=subprocess.STDOUT,
                # Where it finds its templates if it is unpacked and not installed.
                cwd=pathlib.Path(program).resolve().parents[2],
            )
        try:
            wait_until(f"alertmanager answers at {url}", lambda: answers(url), process)
            check(webhooks, url, process)
        except AssertionError:
            print(pathlib.Path(folder, "output").read_text(encoding="utf-8")[-3000:])
            raise
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(MOST_SECONDS)


if __name__ == "__main__":
    main(*sys.argv[1:])
