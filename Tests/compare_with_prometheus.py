"""Waits until a Prometheus has scraped an exporter, and compares what it gives back by query with the exporter's own text.

Usage: compare_with_prometheus.py EXPORTER-URL PROMETHEUS-URL
"""

import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

from prometheus_client.parser import text_string_to_metric_families

MOST_SECONDS = 60
# What stands still once the job does.
STEADY = (
    "etl_records_total",
    "etl_files_total",
    "etl_failures_total",
    "etl_errors_by_type_total",
    "etl_current_rate_records_per_second",
    "etl_avg_processing_time_seconds",
    "etl_health_status",
    "etl_uptime_seconds",
)
# What grows with the time, and the time that it counts from.
AGES = {
    "etl_seconds_since_last_success": "etl_last_success_timestamp_seconds",
    "etl_seconds_since_last_failure": "etl_last_failure_timestamp_seconds",
}


def read(url):
    with urllib.request.urlopen(url, timeout=5) as answer:
        return answer.read().decode()


def shown(exporter):
    """The samples of /metrics by name and labels."""
    families = text_string_to_metric_families(read(f"{exporter}/metrics"))
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for f in families for s in f.samples}


def ask(prometheus, path, **parameters):
    answer = json.loads(read(f"{prometheus}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"))
    assert answer["status"] == "success", answer
    return answer["data"]


def query(prometheus, expression):
    """The samples that a query gives, by name and labels without those of the target."""
    samples = {}
    for sample in ask(prometheus, "query", query=expression)["result"]:
        labels = {k: v for k, v in sample["metric"].items() if k not in ("__name__", "job", "instance")}
        samples[(sample["metric"].get("__name__"), tuple(sorted(labels.items())))] = float(sample["value"][1])
    return samples


def wait_for_scrapes(prometheus):
    deadline = time.monotonic() + MOST_SECONDS
    while True:
        try:
            # The first scrape may have found the exporter at its backlog.
            if query(prometheus, 'up{job="etl"} == 1') and query(prometheus, "etl_files_total"):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            pass
        assert time.monotonic() < deadline, f"up is not 1 within {MOST_SECONDS} s"
        time.sleep(0.2)


def main(exporter, prometheus):
    wait_for_scrapes(prometheus)
    expected = shown(exporter)
    for name in STEADY:
        series = {key: value for key, value in expected.items() if key[0] == name}
        assert series, f"the exporter shows no {name}"
        stored = query(prometheus, name)
        assert stored == series, f"{name}: Prometheus has {stored}, the exporter shows {series}"
        print(name, "is the same in", len(series), "series")
    for name, since in AGES.items():
        assert query(prometheus, name), f"Prometheus has no {name}"
        (stored,) = query(prometheus, f"timestamp({name}) - {name}").values()
        difference = abs(stored - expected[(since, ())])
        assert difference < 1, f"{name}: {difference} s off"
        print(f"{name} is that of the time of its scrape, within {difference:.3f} s")
    metadata = ask(prometheus, "targets/metadata", match_target='{job="etl"}')
    types = {entry["metric"]: entry["type"] for entry in metadata}
    assert types.get("etl_records_total", types.get("etl_records")) == "counter", types
    exemplars = ask(
        prometheus,
        "query_exemplars",
        query="etl_file_processing_seconds_bucket",
        start=time.time() - 86_400,
        end=time.time(),
    )
    files = {e["labels"].get("file_id") for series in exemplars for e in series["exemplars"]}
    assert files and None not in files, f"no file in the exemplars {exemplars}"
    print("exemplars name", len(files), "files, such as", sorted(files)[-1])
    for name in ("up", "scrape_samples_scraped", "scrape_duration_seconds"):
        print(name, *query(prometheus, f'{name}{{job="etl"}}').values())


main(*sys.argv[1:])
