"""Checks what Grafana is given at its start beside the dashboard: the data source, and where dashboards are."""

import os
import sys

import model

FOLDER_IN_CONTAINER = "/etc/grafana/provisioning"
SERVICE = "http://prometheus:9090"
JOB = "etl_metrics"


def differences(what, found, expected):
    """Members that are missing or otherwise; all are to be there, and no others, for Grafana overlooks unknown ones."""
    for key in sorted({*found, *expected}, key=str):
        if found.get(key) != expected.get(key):
            yield f"{what}: {key} is {found.get(key)!r}, not {expected.get(key)!r}"


def differences_of_only_entry(path, kind, expected):
    """How a file of Grafana's provisioning differs from one that has this one entry."""
    document = model.read_yaml(path)
    entries = document.get(kind)
    yield from differences(path, document, {"apiVersion": 1, kind: entries})
    if len(entries) != 1:
        yield f"{path}: there is not one entry under {kind}"
    yield from differences(path, entries[0], expected)


def datasource_findings():
    """A rate spans four scrapes of Prometheus at least, so Grafana has to know how far apart they are."""
    prometheus = model.read_yaml(model.PROMETHEUS)
    (job,) = [job for job in prometheus["scrape_configs"] if job["job_name"] == JOB]
    scrape_interval = job.get("scrape_interval", prometheus["global"]["scrape_interval"])
    expected = {
        "name": "Prometheus",
        "uid": "prometheus",
        "type": "prometheus",
        "access": "proxy",
        "url": SERVICE,
        "isDefault": True,
        "editable": False,
        "jsonData": {"httpMethod": "POST", "prometheusType": "Prometheus", "timeInterval": scrape_interval},
    }
    yield from differences_of_only_entry(model.DATASOURCE, "datasources", expected)


def provider_findings():
    folder = os.path.relpath(os.path.dirname(model.DASHBOARD), os.path.join(model.REPOSITORY, "grafana/provisioning"))
    expected = {
        "name": "ETL",
        "type": "file",
        "allowUiUpdates": False,
        "updateIntervalSeconds": 30,
        "options": {"path": f"{FOLDER_IN_CONTAINER}/{folder}"},
    }
    yield from differences_of_only_entry(model.DASHBOARD_PROVIDER, "providers", expected)


def main():
    found = [*datasource_findings(), *provider_findings()]
    print(*found, sep="\n")
    print(f"{len(found)} findings")
    sys.exit(1 if found else 0)


main()
