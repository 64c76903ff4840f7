"""The parts of a dashboard, and what the exporter and the rules offer to its queries."""

import dataclasses
import functools
import glob
import os
import re
import subprocess
import tempfile

from prometheus_client.parser import text_string_to_metric_families
from ruamel.yaml import YAML

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DASHBOARD = os.path.join(REPOSITORY, "grafana/provisioning/dashboards/etl-monitoring.json")
DASHBOARD_PROVIDER = os.path.join(REPOSITORY, "grafana/provisioning/dashboards/dashboards.yml")
DATASOURCE = os.path.join(REPOSITORY, "grafana/provisioning/datasources/prometheus.yml")
README = os.path.join(REPOSITORY, "grafana/README.md")
PROMETHEUS = os.path.join(REPOSITORY, "prometheus/prometheus.yml")
RULES = sorted(glob.glob(os.path.join(REPOSITORY, "prometheus/rules/*.yml")))
THRESHOLDS = os.path.join(REPOSITORY, "prometheus/rules/etl-thresholds.yml")

# A run that has ended, and one event of each kind, with a name: so that each metric and its labels are there.
LOG = """\
{"timestamp": "2025-01-18T03:00:00Z", "message": "etl_started", "pipeline": "orders"}
{"timestamp": "2025-01-18T03:00:01Z", "message": "file_processing_completed", "pipeline": "orders", "file_id": "a",\
 "records_processed": 10, "processing_time": 1.0, "current_rate": 10.0}
{"timestamp": "2025-01-18T03:00:02Z", "message": "etl_stopped", "pipeline": "orders"}
{"timestamp": "2025-01-18T04:00:00Z", "message": "etl_started", "pipeline": "orders"}
{"timestamp": "2025-01-18T04:00:01Z", "message": "file_processing_started", "pipeline": "orders", "file_id": "a"}
{"timestamp": "2025-01-18T04:00:02Z", "message": "file_processing_completed", "pipeline": "orders", "file_id": "a",\
 "records_processed": 10, "processing_time": 1.0, "current_rate": 10.0}
{"timestamp": "2025-01-18T04:00:03Z", "message": "file_processing_failed", "pipeline": "orders", "error_type": "x"}
{"timestamp": "2025-01-18T04:00:04Z", "message": "file_processing_started", "pipeline": "orders", "file_id": "b"}
"""


@dataclasses.dataclass(frozen=True)
class Query:
    """An expression of the dashboard and how Grafana asks for it."""

    panel: str  # title of the panel, or kind and name of the annotation
    reference: str
    expression: str
    is_instant: bool
    minimum_step: str  # of the query itself; nothing: the data source's
    legend: str

    def __str__(self):
        return f"{self.panel}, {self.reference}"


def drawn(dashboard):
    """All panels but the rows."""
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def targets(panel):
    return panel.get("targets", [])


def query(title, target):
    return Query(
        title,
        target["refId"],
        target["expr"],
        target.get("instant", False),
        target.get("interval", ""),
        target.get("legendFormat", ""),
    )


def panel_queries(dashboard):
    return [query(panel["title"], target) for panel in drawn(dashboard) for target in targets(panel)]


def annotation_queries(dashboard):
    return [
        query(f"annotation {annotation['name']}", annotation["target"])
        for annotation in dashboard["annotations"]["list"]
        if not annotation.get("builtIn")
    ]


def queries(dashboard):
    return panel_queries(dashboard) + annotation_queries(dashboard)


def variables(dashboard):
    return {variable["name"]: variable for variable in dashboard["templating"]["list"]}


@dataclasses.dataclass(frozen=True)
class Metric:
    """A metric family, or what one of its series is called."""

    type: str
    labels: frozenset


def metrics_of(executable):
    """The metrics of an exporter by the names of their series; those without a sample have no labels."""
    with tempfile.NamedTemporaryFile("w", suffix=".log") as log:
        log.write(LOG)
        log.flush()
        command = [executable, "--once", "--log-file", log.name]
        text = subprocess.run(command, check=True, capture_output=True, text=True, timeout=20).stdout
    metrics = {}
    for family in text_string_to_metric_families(text):
        suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"]}.get(family.type, [""])
        kind = "counter" if family.type == "histogram" else family.type
        labels = frozenset(label for sample in family.samples for label in sample.labels)
        metrics |= {family.name + suffix: Metric(kind, labels) for suffix in suffixes}
        if family.type == "histogram":
            # Its name where Prometheus has been told to make a native histogram of it.
            metrics[family.name] = Metric(kind, labels)
    return metrics


@functools.cache
def read_yaml(path):
    """For looking at only, as everybody is given the same."""
    with open(path, encoding="utf-8") as file:
        return YAML(typ="safe", pure=True).load(file)


def groups():
    return [group for path in RULES for group in read_yaml(path)["groups"]]


def rules():
    return [rule for group in groups() for rule in group["rules"]]


def recorded():
    """What the rules record, with the thresholds that users may set."""
    with open(THRESHOLDS, encoding="utf-8") as file:
        optional = re.findall(r"^ +#- record: (\S+)$", file.read(), re.MULTILINE)
    return {rule["record"] for rule in rules() if "record" in rule} | set(optional)
