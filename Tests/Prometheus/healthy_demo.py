"""Shows that the simulator with its default options, as it really behaves, fires no alert but the watchdog.

Usage: healthy_demo.py SIMULATOR EXPORTER    the paths of the programs; promtool must be on PATH

Has the simulator write days of its log at once, computes from it what Prometheus would have scraped every ten seconds, and
lets promtool evaluate all rules over it. That the computation is right is seen at its end: the real exporter must count the
same from the same log. Beyond whether alerts fire, how near the worst of days came to each threshold must leave a margin.
"""

import bisect
import datetime
import itertools
import json
import pathlib
import re
import subprocess
import sys
import tempfile

from prometheus_client.parser import text_string_to_metric_families

from rule_files import load_rules, rules_of, run_tests

SEEDS = (1, 2, 3)
TARGET = {"job": "etl_metrics", "instance": "exporter:8083"}
STEP = 10
EVALUATED_SECONDS = 8 * 3600
BOUNDS = (0.1, 0.5, 1, 2.5, 5, 10, 20, 30, 45, 60, 90, 120, 300, 600, 1800, 3600)
COUNTERS = {
    "etl_records_total": "total_records",
    "etl_files_total": "total_files",
    "etl_failures_total": "total_failures",
}
# How much of the way to its threshold a healthy job may go at most.
MARGIN = 0.85


class Job:
    """What the log tells, with times in seconds since its first line."""

    def __init__(self, path):
        self.times, self.lines = [], []
        for text in path.read_text(encoding="utf-8").splitlines():
            line = json.loads(text)
            self.times.append(datetime.datetime.fromisoformat(line["timestamp"]).timestamp())
            self.lines.append(line)
        first = self.times[0]
        self.times = [time - first for time in self.times]
        self.end = self.times[-1]
        self.totals = {name: [line[field] for line in self.lines] for name, field in COUNTERS.items()}
        completed = [(t, line) for t, line in zip(self.times, self.lines) if line["message"] == "file_processing_completed"]
        self.completed_times = [time for time, _ in completed]
        self.durations = [line["processing_time"] for _, line in completed]

    def at(self, time):
        """The place of the newest line at a time."""
        return bisect.bisect_right(self.times, time) - 1

    def total(self, name, time):
        return self.totals[name][max(0, self.at(time))]

    def grown(self, name, time, seconds):
        return self.total(name, time) - self.total(name, time - seconds)

    def failed_share(self, time, seconds):
        failures = self.grown("etl_failures_total", time, seconds)
        return failures / max(1, failures + self.grown("etl_files_total", time, seconds))

    def completed_in(self, time, seconds):
        first = bisect.bisect_right(self.completed_times, time - seconds)
        return self.durations[first : bisect.bisect_right(self.completed_times, time)]

    def since_success(self, time):
        """Nothing before the first success."""
        place = bisect.bisect_right(self.completed_times, time) - 1
        return time - self.completed_times[place] if place >= 0 else None

    def in_progress(self, time):
        place = self.at(time)
        is_started = self.lines[place]["message"] == "file_processing_started"
        return time - self.times[place] if is_started else None


def written(value):
    return "_" if value is None else f"{value:.10g}"


def series(job, seconds):
    """The series of a scrape every ten seconds, as promtool takes them."""
    times = range(0, seconds + 1, STEP)
    values = {
        "up": [1 for _ in times],
        "etl_exporter_build_info": [1 for _ in times],
        "process_start_time_seconds": [1e9 for _ in times],
        "etl_start_time_seconds": [1e9 for _ in times],
        "etl_uptime_seconds": list(times),
        "etl_health_status": [int(time - job.times[job.at(time)] < 120) for time in times],
        "etl_seconds_since_last_success": [job.since_success(time) for time in times],
        "etl_file_in_progress_seconds": [job.in_progress(time) for time in times],
        "etl_exporter_log_lag_bytes": [0 for _ in times],
        "etl_exporter_log_read_errors_total": [0 for _ in times],
        "etl_exporter_snapshot_errors_total": [0 for _ in times],
    }
    values["etl_exporter_label_overflow_total"] = [0 for _ in times]
    for kind in ("records", "files", "failures"):
        values[f"etl_exporter_log_gap_{kind}_total"] = [0 for _ in times]
    for name in COUNTERS:
        values[name] = [job.total(name, time) for time in times]
    entries = [entry(name, {}, numbers) for name, numbers in values.items()]
    for result in ("malformed", "oversized"):
        entries.append(entry("etl_exporter_log_lines_total", {"result": result}, [0 for _ in times]))
    for bound in (*BOUNDS, float("inf")):
        # As Prometheus counts: all that took no longer.
        within = list(itertools.accumulate(duration <= bound for duration in job.durations))
        counts = [0, *within]
        numbers = [counts[bisect.bisect_right(job.completed_times, time)] for time in times]
        label = "+Inf" if bound == float("inf") else str(bound)
        entries.append(entry("etl_file_processing_seconds_bucket", {"le": label}, numbers))
    return entries


def entry(name, labels, numbers):
    text = ", ".join(f'{label}="{value}"' for label, value in {**TARGET, **labels}.items())
    return {"series": f"{name}{{{text}}}", "values": " ".join(map(written, numbers))}


def check_counting(job, exporter, path):
    """The real exporter counts the same from the same log."""
    text = subprocess.run([exporter, "--once", "--log-file", path], capture_output=True, text=True, check=True).stdout
    shown = {
        (s.name, s.labels.get("le")): s.value for f in text_string_to_metric_families(text) for s in f.samples
    }
    for given in series(job, 0):
        name = given["series"].partition("{")[0]
        assert name in ("up", "etl_seconds_since_last_success", "etl_file_in_progress_seconds") or any(
            key[0] == name for key in shown
        ) or "snapshot" in name, f"the exporter has no {name}"
    for name in COUNTERS:
        assert shown[(name, None)] == job.totals[name][-1], f"{name}: {shown[(name, None)]}"
    for bound in BOUNDS:
        count = sum(duration <= bound for duration in job.durations)
        exported = shown[("etl_file_processing_seconds_bucket", str(float(bound)))]
        assert exported == count, f"files of at most {bound} s: {count}, the exporter shows {exported}"
    assert shown[("etl_file_processing_seconds_bucket", "+Inf")] == len(job.durations)


def check_silence(job):
    question = 'count by (alertname) (count_over_time(ALERTS{alertstate="firing"}[9h]))'
    test = {
        "evaluation_interval": "30s",
        "tests": [
            {
                "interval": f"{STEP}s",
                "input_series": series(job, EVALUATED_SECONDS),
                "promql_expr_test": [
                    {
                        "expr": question,
                        "eval_time": f"{EVALUATED_SECONDS}s",
                        "exp_samples": [{"labels": '{alertname="ETL Watchdog"}', "value": 1}],
                    }
                ],
            }
        ],
    }
    passed, output = run_tests(load_rules(), [test])
    assert passed, output
    print(f"{EVALUATED_SECONDS // 3600} hours: no alert but the watchdog fires")


def thresholds():
    """The constants of the rules by name."""
    found = {}
    for _, _, rule in rules_of(load_rules()):
        constant = re.fullmatch(r"vector\(([\d.]+)\)", rule["expr"])
        if constant and "record" in rule:
            found[rule["record"]] = float(constant[1])
    return found


def worst(job):
    """How far the job goes to each threshold: the value that counts, and which one it is compared with."""
    limits = thresholds()
    budget = 1 - limits["objective:etl_attempts:success_ratio"]
    times = range(900, int(job.end), STEP)
    since = max(job.since_success(time) or 0 for time in times)
    slowest = max(sorted(job.completed_in(t, 900))[int(0.9 * len(job.completed_in(t, 900)))] for t in times)
    rate = min(job.grown("etl_records_total", time, 600) / 600 for time in times)
    return {
        "failures in 5 minutes": (
            max(job.grown("etl_failures_total", time, 300) for time in times),
            limits["threshold:etl_failures:increase5m"],
        ),
        "seconds that nine of ten files take, in 15 minutes": (
            slowest, limits["threshold:etl_file_processing_seconds:p90_rate15m"],
        ),
        "seconds of one file": (
            max(job.in_progress(time) or 0 for time in times),
            limits["threshold:etl_file_in_progress_seconds:last3m"],
        ),
        "seconds without a success": (since, limits["threshold:etl_seconds_since_last_success:last3m"]),
        "seconds for a record, in 10 minutes": (1 / rate, 1 / limits["threshold:etl_records:rate10m"]),
        # The budget itself is the lowest of the thresholds that follow from it.
        "share of failures in 6 hours": (max(job.failed_share(t, 21600) for t in times if t > 21600), budget),
        "share of failures in 1 hour": (
            max(job.failed_share(time, 3600) for time in times if time > 3600), min(14.4 * budget, 1 - (1 - budget) / 2),
        ),
        "share of failures in all": (job.failed_share(job.end, job.end), budget),
    }


def main(simulator, exporter):
    for seed in SEEDS:
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "etl.log")
            command = [simulator, "--log-file", path, "--seed", str(seed), "--history", "24h", "--exit", "--quiet"]
            subprocess.run(command, check=True, timeout=60)
            job = Job(path)
            check_counting(job, exporter, path)
        for what, (value, limit) in worst(job).items():
            print(f"seed {seed}, 24 hours, worst: {value:.3g} {what}; the threshold is {limit:.3g}")
            assert value <= MARGIN * limit, f"{what}: {value:.3g} is too near to the threshold {limit:.3g}"
        if seed == SEEDS[0]:
            check_silence(job)


if __name__ == "__main__":
    main(*sys.argv[1:])
