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
    document = model.read_yaml(model.DATASOURCE)
    whole = {"apiVersion": 1, "datasources": document.get("datasources")}
    yield from differences(model.DATASOURCE, document, whole)
    if len(document["datasources"]) != 1:
        yield f"{model.DATASOURCE}: there is not one data source"
    yield from differences(model.DATASOURCE, document["datasources"][0], expected)


def provider_findings():
    folder = os.path.relpath(os.path.dirname(model.DASHBOARD), os.path.join(model.REPOSITORY, "grafana/provisioning"))
    expected = {
        "name": "ETL",
        "type": "file",
        "allowUiUpdates": False,
        "updateIntervalSeconds": 30,
        "options": {"path": f"{FOLDER_IN_CONTAINER}/{folder}"},
    }
    document = model.read_yaml(model.DASHBOARD_PROVIDER)
    whole = {"apiVersion": 1, "providers": document.get("providers")}
    yield from differences(model.DASHBOARD_PROVIDER, document, whole)
    if len(document["providers"]) != 1:
        yield f"{model.DASHBOARD_PROVIDER}: there is not one provider"
    yield from differences(model.DASHBOARD_PROVIDER, document["providers"][0], expected)


def main():
    found = [*datasource_findings(), *provider_findings()]
    print(*found, sep="\n")
    print(f"{len(found)} findings")
    sys.exit(1 if found else 0)


main()
