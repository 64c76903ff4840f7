"""A simulator or two, the exporter, and a real Prometheus that scrapes it each second, with the real rules."""

import copy
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import model

sys.path.insert(0, os.path.join(model.REPOSITORY, "Tests/Browser"))
from programs import Programs, free_port  # noqa: E402

SCRAPE_SECONDS = 1
# Makes every pipeline one that runs and ends.
DEADLINE = {
    "name": "deadline",
    "rules": [{"record": "threshold:etl_run_deadline:seconds_of_day", "expr": "vector(21600)"}],
}
JOB = "etl_metrics"


class Stack(Programs):
    """All ends with it."""

    def __init__(self, executables):
        super().__init__(os.path.abspath(executables))
        self.prometheus = None
        self.prometheus_port = free_port()

    def start_prometheus(self):
        """Rules are there without the times that they wait, so that alerts fire within seconds."""
        with open(self.path("rules.yml"), "w", encoding="utf-8") as file:
            json.dump(without_waiting({"groups": [*model.groups(), DEADLINE]}), file)
        every, host = f"{SCRAPE_SECONDS}s", "127.0.0.1"
        # Prometheus itself as well, as in prometheus/prometheus.yml: what is not of the exporter must not show.
        targets = {JOB: f"{host}:{self.port}", "prometheus": f"{host}:{self.prometheus_port}"}
        with open(self.path("prometheus.yml"), "w", encoding="utf-8") as file:
            json.dump(
                {
                    "global": {"scrape_interval": every, "scrape_timeout": every, "evaluation_interval": every},
                    "rule_files": [self.path("rules.yml")],
                    "scrape_configs": [
                        {"job_name": name, "static_configs": [{"targets": [target]}]}
                        for name, target in targets.items()
                    ],
                },
                file,
            )
        command = [
            "prometheus",
            f"--config.file={self.path('prometheus.yml')}",
            f"--storage.tsdb.path={self.path('data')}",
            f"--web.listen-address=127.0.0.1:{self.prometheus_port}",
            "--log.level=warn",
        ]
        with open(self.path("prometheus.out"), "ab") as output:
            self.prometheus = subprocess.Popen(command, stdout=output, stderr=output, cwd=self.folder)
        self.running.append(self.prometheus)

    def ask(self, path, **parameters):
        """What Prometheus's API answers; an error in an expression is raised as a ValueError."""
        query = urllib.parse.urlencode(parameters)
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.prometheus_port}/api/v1/{path}?{query}", timeout=10
            ) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            text = error.read().decode()
            if error.code == 503:
                raise ConnectionError(f"Prometheus is not ready: {text}") from error
            raise ValueError(json.loads(text)["error"]) from error

    def now(self, expression):
        """Labels and value of each series."""
        data = self.ask("query", query=expression)
        if data["resultType"] == "scalar":
            return [({}, float(data["result"][1]))]
        return [(series["metric"], float(series["value"][1])) for series in data["result"]]

    def over_time(self, expression, seconds, step):
        """Labels and newest value of each series."""
        end = time.time()
        data = self.ask("query_range", query=expression, start=end - seconds, end=end, step=step)
        return [(series["metric"], float(series["values"][-1][1])) for series in data["result"]]

    def wait(self, what, is_there, seconds=60):
        deadline = time.monotonic() + seconds
        while True:
            try:
                if is_there():
                    return
            except OSError:
                # Prometheus does not listen yet, or is not ready.
                pass
            if self.prometheus.poll() is not None or time.monotonic() >= deadline:
                with open(self.path("prometheus.out"), encoding="utf-8") as file:
                    print(file.read()[-2000:])
                raise AssertionError(f"{what}: not within {seconds} s")
            time.sleep(0.2)


def without_waiting(rules):
    rules = copy.deepcopy(rules)
    for group in rules["groups"]:
        group.pop("interval", None)
        for rule in group["rules"]:
            rule.pop("for", None)
            rule.pop("keep_firing_for", None)
    return rules
