"""Tries the examples for many hosts with real Prometheus servers, exporters and jobs: what is scraped on two hosts is in one
place as the exporters show it, alerts are those of the right host, and a host that is no longer there is named.

Usage: many_hosts.py EXECUTABLES ALERTMANAGER [CASE]    prometheus must be on PATH

Their addresses and intervals are changed for this machine, and the time after which a host is gone.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

from prometheus_client.openmetrics.parser import text_string_to_metric_families

from alertmanager import CONFIGURATION, Alertmanager, free_port
from check_rules import PROMETHEUS_SERIES
from rule_files import ROOT, THRESHOLDS

EXAMPLES = ROOT / "prometheus/many-hosts"
MOST_SECONDS = 60
HEALTH = "ETL Process Health Check Failed"
GONE = "ETL Target Gone"
ENDPOINT = "ETL Metrics Endpoint Unavailable"
WATCHDOG = "ETL Watchdog"
SITES = ("fra", "ams")
# What the exporter says of the moment at which it is asked.
OF_THE_MOMENT = re.compile(r"process_|etl_exporter_http|etl_seconds_since|etl_exporter_snapshot|etl_file_in_progress|etl_uptime")


class Machine:
    """Processes in a folder, which end with it."""

    def __init__(self, executables, folder):
        self.executables = pathlib.Path(executables).resolve()
        self.folder = pathlib.Path(folder)
        self.processes = []

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()
        if kind is not None:
            for path in sorted(self.folder.glob("*.output")):
                print(f"== {path.name}\n{path.read_text(errors='replace')[-1500:]}")

    def start(self, name, *command):
        with open(self.folder / f"{name}.output", "w", encoding="utf-8") as output:
            process = subprocess.Popen(command, stdout=output, stderr=output, cwd=self.folder)
        self.processes.append(process)
        return process

    def start_exporter(self, site, is_running):
        """An exporter and its job, which goes on or is over; gives the port."""
        port, log = free_port(), self.folder / f"{site}.log"
        command = [self.executables / "etl-simulator", "--log-file", log, "--quiet", "--history", "1h"]
        if is_running:
            self.start(f"simulator-{site}", *command)
        else:
            subprocess.run([*command, "--exit"], check=True, timeout=60)
        self.start(f"exporter-{site}", self.executables / "etl-exporter", "--log-file", log, "--web.listen-address",
                   f"127.0.0.1:{port}")
        return port

    def start_prometheus(self, name, text, *options, is_agent=False):
        """A Prometheus with a configuration, where the addresses are already those of this machine."""
        port = free_port()
        text = re.sub(r"(scrape|evaluation)_interval: \w+", r"\1_interval: 1s", text)
        text = text.replace("localhost:9090", f"127.0.0.1:{port}").replace("../rules/", f"{self.folder}/rules/")
        assert "example.org" not in text, f"{name} has an address that is not of this machine:\n{text}"
        path = self.folder / f"{name}.yml"
        path.write_text(text, encoding="utf-8")
        storage = f"--storage.{'agent' if is_agent else 'tsdb'}.path={self.folder}/{name}"
        process = self.start(name, "prometheus", f"--config.file={path}", storage, f"--web.listen-address=127.0.0.1:{port}",
                             "--log.level=warn", *options)
        return process, f"127.0.0.1:{port}"

    def write_rules(self):
        """Copies of the rules by which a host is gone after five seconds, and two alerts wait for nothing."""
        (self.folder / "rules").mkdir()
        for path in THRESHOLDS.parent.glob("*.yml"):
            text = path.read_text(encoding="utf-8")
            if path.name == "etl-exporter.yml":
                text = changed(text, r"last_over_time\(up\[10m\]\)", "last_over_time(up[5s])")
            for name in (HEALTH, GONE, ENDPOINT):
                text = re.sub(rf"(alert: {name}\n(?: +(?!- alert).*\n)*? +for: )\w+\n", r"\g<1>1s\n", text)
            (self.folder / "rules" / path.name).write_text(text, encoding="utf-8")


def changed(text, pattern, replacement, times=1):
    text, count = re.subn(pattern, replacement, text)
    assert count == times, f"{pattern} is there {count} times, not {times}"
    return text


def read(url, accept="*/*"):
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept": accept}), timeout=5) as answer:
        return answer.read().decode()


def ask(address, path, **parameters):
    return json.loads(read(f"http://{address}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"))["data"]


def query(address, expression):
    return [(sample["metric"], float(sample["value"][1])) for sample in ask(address, "query", query=expression)["result"]]


def firing(address):
    """Names and sites of what fires; what is of another job than an exporter's is not of a site."""
    alerts = ask(address, "alerts")["alerts"]
    return {(a["labels"]["alertname"], a["labels"].get("site")) for a in alerts if a["state"] == "firing"}


def wait_until(what, condition, seconds=MOST_SECONDS):
    deadline, seen = time.monotonic() + seconds, None
    while time.monotonic() < deadline:
        try:
            seen = condition()
            if seen is True:
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
            seen = error
        time.sleep(0.2)
    raise AssertionError(f"not within {seconds} s: {what}; last seen: {seen}")


def wait_for_alerts(address, expected):
    expected = {(WATCHDOG, None), *expected}
    wait_until(f"{sorted(expected, key=str)} fire", lambda: firing(address) == expected or firing(address))


def shown(port):
    """The samples of /metrics that stand still while the job does, and the exemplars."""
    text = read(f"http://127.0.0.1:{port}/metrics", "application/openmetrics-text; version=1.0.0")
    samples, exemplars = {}, set()
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if not OF_THE_MOMENT.match(sample.name):
                samples[(sample.name, frozenset(sample.labels.items()))] = sample.value
            if sample.exemplar:
                exemplars.add((sample.name, sample.exemplar.labels["file_id"], sample.exemplar.value))
    return samples, exemplars


def stored(address, site):
    target = {"site", "job", "instance", "__name__"}
    return {
        (metric["__name__"], frozenset((k, v) for k, v in metric.items() if k not in target)): value
        for metric, value in query(address, f'{{__name__=~"etl_.+", site="{site}"}}')
        if not OF_THE_MOMENT.match(metric["__name__"])
    }


def check_same(address, port, site, with_exemplars):
    """What a central Prometheus has of an exporter whose job is over is what that shows."""
    samples, exemplars = shown(port)
    assert len(samples) > 60 and exemplars, f"the exporter shows {len(samples)} samples and {len(exemplars)} exemplars"
    numbers = {name: [value for key, value in samples.items() if key[0] == name] for name, _ in samples}
    wait_until(f"the series of {site} are those of its exporter",
               lambda: stored(address, site) == samples or sorted({k[0] for k in stored(address, site)} ^ set(numbers)))
    if with_exemplars:
        wait_until("the exemplars are there", lambda: exemplars <= exemplars_of(address, site) or exemplars_of(address, site))
    print(f"{site}: {len(samples)} series{f' and {len(exemplars)} exemplars' if with_exemplars else ''} as on /metrics")


def exemplars_of(address, site):
    found = set()
    for name in ("etl_file_processing_seconds_bucket", "etl_file_records_bucket", "etl_failures_total", "etl_records_total"):
        series = ask(address, "query_exemplars", query=f'{name}{{site="{site}"}}', start=time.time() - 86400, end=time.time())
        found |= {(name, e["labels"]["file_id"], float(e["value"])) for s in series for e in s["exemplars"]}
    return found


def example(name, alertmanager, **addresses):
    text = (EXAMPLES / name).read_text(encoding="utf-8").replace("alertmanager.example.org:9093", alertmanager)
    for old, new in addresses.items():
        assert old.replace("__", "-") in text, f"{name} has no {old}"
        text = text.replace(old.replace("__", "-"), new)
    return text


def check_remote_write(machine, alertmanager, ports):
    _, central = machine.start_prometheus("central", example("central.yml", alertmanager),
                                          "--web.enable-remote-write-receiver", "--enable-feature=exemplar-storage")
    agents = {}
    for site, port in ports.items():
        text = example("agent.yml", alertmanager)
        text = changed(text, r"site: fra", f"site: {site}")
        text = changed(text, r'"localhost:8083"', f'"127.0.0.1:{port}"')
        text = changed(text, r"prometheus\.example\.org:9090", central)
        agents[site], _ = machine.start_prometheus(f"agent-{site}", text, "--enable-feature=agent", is_agent=True)
    check_same(central, ports["ams"], "ams", True)
    wait_for_alerts(central, {(HEALTH, "ams")})
    missing = {name for name in PROMETHEUS_SERIES if not query(central, name)}
    assert not missing, f"Prometheus and Alertmanager do not show {missing}"
    agents["fra"].send_signal(signal.SIGKILL)
    start = time.monotonic()
    wait_for_alerts(central, {(HEALTH, "ams"), (GONE, "fra")})
    print(f"the agent of one host is killed: {GONE} for it after {time.monotonic() - start:.0f} s, and for no other one")


def check_federation(machine, alertmanager, ports):
    sites = {}
    for site, port in ports.items():
        # With the rules, so that what they record is there and must not be taken.
        text = "global:\n  scrape_interval: 1s\n  evaluation_interval: 1s\n"
        text += f"  external_labels: {{site: {site}}}\nrule_files: [../rules/*.yml]\n"
        text += f'scrape_configs: [{{job_name: etl_metrics, static_configs: [{{targets: ["127.0.0.1:{port}"]}}]}}]\n'
        sites[site] = machine.start_prometheus(f"site-{site}", text)
    addresses = {f"prometheus__{site}.example.org:9090": address for site, (_, address) in sites.items()}
    wait_until("a site's rules have recorded", lambda: bool(query(sites["ams"][1], "threshold:etl_records:rate10m")))
    _, central = machine.start_prometheus("federation", example("federation.yml", alertmanager, **addresses))
    check_same(central, ports["ams"], "ams", False)
    wait_for_alerts(central, {(HEALTH, "ams")})
    recorded = query(central, '{__name__=~".+:.+", site!=""}')
    own = {metric["__name__"] for metric, _ in recorded if metric["__name__"].startswith(("threshold:", "objective:"))}
    assert recorded and not own, f"the thresholds of a site have been taken: {own}"
    sites["fra"][0].send_signal(signal.SIGKILL)
    wait_for_alerts(central, {(HEALTH, "ams"), (GONE, "fra")})
    print(f"the Prometheus of one site is killed: {GONE} for its exporter, and for no other one")


def check_file_sd(machine, alertmanager, ports):
    folder = machine.folder / "targets"
    folder.mkdir()
    for site, port in ports.items():
        targets = [{"targets": [f"127.0.0.1:{port}"], "labels": {"site": site}}]
        (folder / f"{site}.json").write_text(json.dumps(targets), encoding="utf-8")
    _, prometheus = machine.start_prometheus("file-sd", example("file-sd.yml", alertmanager))
    check_same(prometheus, ports["ams"], "ams", False)
    wait_for_alerts(prometheus, {(HEALTH, "ams")})
    os.remove(folder / "fra.json")
    wait_for_alerts(prometheus, {(HEALTH, "ams"), (GONE, "fra")})
    print(f"one host is taken out: {GONE} for it, and for no other one")


CASES = {"remote-write": check_remote_write, "federation": check_federation, "file-sd": check_file_sd}


def main(executables, program, *cases):
    for path in EXAMPLES.glob("*.yml"):
        options = ["--agent"] if path.name == "agent.yml" else []
        subprocess.run(["promtool", "check", "config", *options, path], check=True, stdout=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
        text = CONFIGURATION.read_text(encoding="utf-8")
        with Alertmanager(program, other, text) as alertmanager, Machine(executables, folder) as machine:
            machine.write_rules()
            # The one's job goes on, the other one's is over.
            ports = {site: machine.start_exporter(site, site == "fra") for site in SITES}
            address = alertmanager.url.removeprefix("http://")
            with concurrent.futures.ThreadPoolExecutor() as pool:
                # Most of the time is spent waiting.
                tried = [pool.submit(CASES[case], machine, address, ports) for case in cases or CASES]
            for each in tried:
                each.result()


if __name__ == "__main__":
    main(*sys.argv[1:])
