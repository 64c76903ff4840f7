#!/usr/bin/env python3
"""Counts what the exporter allocates, by a counter that LD_PRELOAD puts before the C library.

A time says little about memory that is asked for again and again; a count is exact. What is done twice as often must
not allocate more: reading lines, reading a log that is followed, and scrapes but for what libevent takes for each.
"""

import argparse
import http.client
import os
import re
import subprocess
import sys
import tempfile
import time

from allocation_counter import Counter

LINES = 100_000
SCRAPES = 200
SECONDS = 30
# What the digits of the numbers shown may change: none of it comes of a line.
LINE_TOLERANCE = 16
# Finding out once a turn, that is once a MiB, what became of the log and its siblings.
ALLOCATIONS_PER_TURN = 100
TURN_BYTES = 1 << 20
# What libevent takes for a request and its answer: a piece of its input, one of its output, and a reference to the body.
ALLOCATIONS_PER_SCRAPE = 3
# Numbers that have got longer may need a larger buffer.
SCRAPE_TOLERANCE = 16
# What each client accepts.
ACCEPTED = {
    "a client that accepts anything": "*/*",
    "Prometheus 2": "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,"
    "text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
    "Prometheus 3": "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
    "text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
    "Prometheus without OpenMetrics": "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
}


def lines(numbers):
    """Lines of a job with everything in them that a line may carry: started, completed and failed files by turns.

    There are more pipelines and types of error than are kept apart, unknown fields, and lines that are none.
    """
    parts = []
    for number in numbers:
        if number % 10 == 9:
            parts.append(f'{{"timestamp": "2026-01-01T00:00:00Z", "total_files": -{number}, "message": "no event"}}\n')
            continue
        completed, failed = 2 * number // 3, number // 3
        kind = ("started", "completed", "failed")[number % 3]
        moment = f"2026-01-{1 + number // 86_400:02}T{number // 3_600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}.123Z"
        parts.append(
            f'{{"timestamp": "{moment}", "message": "file_processing_{kind}", "total_records": {1_000_000 + 7 * completed}, '
            f'"total_files": {1_000_000 + completed}, "total_failures": {1_000_000 + failed}, "file_id": "file_{number:08}", '
        )
        if kind == "completed":
            parts.append(f'"records_processed": {number % 500}, "processing_time": {number % 97}.25, "current_rate": 9.5')
        elif kind == "failed":
            parts.append(f'"error_type": "type_{number % 71}", "retry_after": 30')
        else:
            parts.append(f'"expected_records": {number % 500}, "estimated_duration": 12.5, "tags": ["a", {{"b": null}}]')
        parts.append(f', "note": "caf\\u00e9 {number}", "pipeline": "p\\u006f{number % 127}"}}\n')
    return "".join(parts)


def read_line_count(metrics):
    """How many lines an exporter says it has read, whatever became of them."""
    return sum(map(int, re.findall(rb'^etl_exporter_log_lines_total\{result="[a-z]+"\} (\d+)$', metrics, re.M)))


def fail(text):
    sys.exit(f"count_allocations.py: {text}")


def expect(what, first, second, bound):
    print(f"{what}: {first} allocations, twice as much: {second} (at most {bound} more)")
    if second - first > bound:
        fail(f"{what}: {second - first} more allocations where at most {bound} may be")


def check_lines(exporter, counter, folder):
    """Reads once, so that nothing else happens."""
    counts = []
    for factor in (1, 2):
        path = os.path.join(folder, f"once{factor}.log")
        with open(path, "w", encoding="ascii") as log:
            log.write(lines(range(factor * LINES)))
        counter.reset()
        process = subprocess.run(
            [exporter, "--once", "--log-file", path], env=counter.environment, capture_output=True, check=False
        )
        counts.append(counter.value)
        if read_line_count(process.stdout) != factor * LINES:
            fail(f"not all of {factor * LINES} lines were read: {process.stderr.decode()}")
        if counts[-1] == 0:
            fail(f"{exporter} has no dynamic section that LD_PRELOAD works by, or the counter is not loaded")
    expect(f"{LINES} lines", *counts, LINE_TOLERANCE)


class Exporter:
    """One that runs, and has read the first lines of a log."""

    def __init__(self, exporter, counter, folder):
        self.log = os.path.join(folder, "followed.log")
        with open(self.log, "w", encoding="ascii") as log:
            log.write(lines(range(LINES)))
        self.error_path = os.path.join(folder, "exporter.err")
        # Looks at the log by itself only once in a while, so that what is counted does not depend on the time it takes.
        with open(self.error_path, "w", encoding="utf-8") as errors:
            self.process = subprocess.Popen(
                [exporter, "--web.listen-address", "127.0.0.1:0", "--log-file", self.log, "--log.poll-interval", "1h"],
                env=counter.environment,
                stderr=errors,
            )

    def __enter__(self):
        try:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.wait_for_port(), timeout=SECONDS)
            self.scrape_until(LINES)
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *_):
        self.end()

    def wait_for_port(self):
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            with open(self.error_path, encoding="utf-8") as errors:
                found = re.search(r"msg=listening address=127\.0\.0\.1:(\d+)\n", errors.read())
            if found:
                return int(found[1])
            time.sleep(0.01)
        with open(self.error_path, encoding="utf-8") as errors:
            return fail(f"the exporter does not listen: {errors.read()}")

    def scrape(self, accept="*/*"):
        self.connection.request("GET", "/metrics", headers={"Accept": accept})
        return self.connection.getresponse().read()

    def scrape_until(self, count):
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            if read_line_count(self.scrape()) == count:
                return
            time.sleep(0.05)
        fail(f"{count} lines were not read within {SECONDS} s")

    def end(self):
        self.process.terminate()
        self.process.wait(SECONDS)


def check_scrapes(exporter, counter, folder):
    with Exporter(exporter, counter, folder) as running:
        for client, accept in ACCEPTED.items():
            running.scrape(accept)
            counts = []
            for factor in (1, 2):
                start = counter.value
                for _ in range(factor * SCRAPES):
                    running.scrape(accept)
                counts.append(counter.value - start)
            expect(f"{SCRAPES} scrapes by {client}", *counts, ALLOCATIONS_PER_SCRAPE * SCRAPES + SCRAPE_TOLERANCE)


def check_followed(exporter, counter, folder):
    counts = []
    count = LINES
    with Exporter(exporter, counter, folder) as running:
        for factor in (1, 2):
            text = lines(range(count, count + factor * LINES))
            count += factor * LINES
            start = counter.value
            with open(running.log, "a", encoding="ascii") as log:
                log.write(text)
            # Without scrapes, which would be counted, too.
            wait_until_idle(running.process.pid)
            counts.append(counter.value - start)
            running.scrape_until(count)
    expect(f"{LINES} lines that are followed", *counts, ALLOCATIONS_PER_TURN * (len(text) // 2 // TURN_BYTES + 1))


def wait_until_idle(process):
    """Waits until a process has used no time for a while."""
    deadline = time.monotonic() + SECONDS
    used = None
    while time.monotonic() < deadline:
        with open(f"/proc/{process}/schedstat", encoding="ascii") as file:
            now = file.read().split()[0]
        if now == used:
            return
        used = now
        time.sleep(0.3)
    fail(f"the exporter is not idle after {SECONDS} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("exporter", help="the executable, optimized and dynamically linked")
    parser.add_argument("library", help="the counter, compiled from allocation_counter.c")
    checks = {"lines": check_lines, "followed": check_followed, "scrapes": check_scrapes}
    parser.add_argument("check", choices=checks, help="what is counted")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        counter = Counter(folder, os.path.abspath(arguments.library))
        checks[arguments.check](arguments.exporter, counter, folder)


main()
