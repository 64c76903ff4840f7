"""An exporter as one is usually written with prometheus_client: follows a log and serves its counts.

python_exporter.py LOG PORT
"""

import json
import sys
import time

import prometheus_client

RECORDS = prometheus_client.Counter("etl_records", "Records processed")
FILES = prometheus_client.Counter("etl_files", "Files processed")
FAILURES = prometheus_client.Counter("etl_failures", "Files that failed")
ERRORS = prometheus_client.Counter("etl_errors_by_type", "Failures by type", ["error_type"])
RATE = prometheus_client.Gauge("etl_current_rate_records_per_second", "Rate of the newest file")


def count(event):
    message = event.get("message")
    if message == "file_processing_completed":
        FILES.inc()
        RECORDS.inc(event["records_processed"])
        RATE.set(event["current_rate"])
    elif message == "file_processing_failed":
        FAILURES.inc()
        ERRORS.labels(event["error_type"]).inc()


def main():
    path, port = sys.argv[1:]
    prometheus_client.start_http_server(int(port), "127.0.0.1")
    with open(path, encoding="utf-8") as log:
        while True:
            line = log.readline()
            if line:
                count(json.loads(line))
            else:
                time.sleep(1)


main()
