"""The logs that are read, and what is in them. All are the simulator's, from one seed, or are made of such a log."""

import json
import os
import random
import re

from measurement import WrongResult

ERROR_TYPES = ["connection_timeout", "corrupt_file_format", "disk_space_insufficient", "database_lock_timeout",
               "invalid_data_schema"]
SEED = 20_250_118
# The simulator's own job, a thousand times as fast, so that a gigabyte is less than a day's work.
SIMULATOR_OPTIONS = ["--quiet", "--exit", "--seed", str(SEED), "--records-per-second", "10000"]
# With as many failures as the simulator has at its own speed: one for two files.
MANY_FAILURES = ["--failure-interval", "60ms"]
CHUNK_BYTES = 8 * 1024 * 1024


class Log:
    """A log and the counts that whoever reads it must come to."""

    def __init__(self, path, expected):
        self.path = path
        self.bytes = os.stat(path).st_size
        self.expected = {**expected, "bytes": self.bytes}


def check_counts(observed, log):
    """Refuses the result of a program that has counted something else than what is in the log."""
    if not observed:
        raise WrongResult("it has counted nothing")
    wrong = [name for name, value in observed.items() if value != log.expected[name]]
    if not wrong:
        return
    first = wrong[0]
    shown = "" if first == "errors" else f" {observed[first]}, not {log.expected[first]}"
    more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
    raise WrongResult(f"wrong counts: {first}{shown}{more}")


def samples_of(exposition):
    """The samples of a page of metrics: name, labels, value."""
    pattern = re.compile(r"^([a-z_]+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)
    for name, labels, value in pattern.findall(exposition):
        yield name, dict(re.findall(r'([a-z_]+)="((?:[^"\\]|\\.)*)"', labels)), float(value)


def counts_of(exposition):
    """The counts in a page of metrics, all pipelines together."""
    names = {"etl_records_total": "records", "etl_files_total": "files", "etl_failures_total": "failures",
             "etl_exporter_log_bytes_total": "bytes", "etl_exporter_log_lines_total": "lines"}
    counts, errors = {}, {}
    for name, labels, value in samples_of(exposition):
        if name in names:
            counts[names[name]] = counts.get(names[name], 0) + int(value)
        if name == "etl_exporter_log_lines_total" and labels["result"] == "malformed":
            counts["malformed"] = int(value)
        if name == "etl_errors_by_type_total" and value:
            errors[labels["error_type"]] = errors.get(labels["error_type"], 0) + int(value)
    return {**counts, "errors": errors}


def count_log(path):
    """What a log of the simulator holds: by the totals of its last line, its newlines, and its error types as text."""
    lines, errors, rest = 0, dict.fromkeys(ERROR_TYPES, 0), b""
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            lines += chunk.count(b"\n")
            chunk = rest + chunk
            end = chunk.rfind(b"\n") + 1
            for name in ERROR_TYPES:
                errors[name] += chunk.count(b'"error_type": "%s"' % name.encode(), 0, end)
            rest, last = chunk[end:], chunk[chunk.rfind(b"\n", 0, end - 1) + 1:end]
    totals = json.loads(last)
    if rest or sum(errors.values()) != totals["total_failures"]:
        raise WrongResult(f"{path}: the totals of its last line are not those of its lines")
    return {"records": totals["total_records"], "files": totals["total_files"], "failures": totals["total_failures"],
            "errors": {name: count for name, count in errors.items() if count}, "lines": lines, "malformed": 0}


class Workload:
    """Makes each log when it is first asked for. Each has a folder of its own, because the exporter reads siblings."""

    def __init__(self, simulator, fleet, folder, size_bytes, progress):
        self.simulator, self.fleet, self.folder = simulator, fleet, folder
        self.size_bytes, self.progress = size_bytes, progress
        self.logs = {}
        self.milliseconds_per_byte = {}

    def path(self, name):
        folder = os.path.join(self.folder, name)
        os.makedirs(folder, exist_ok=True)
        return os.path.join(folder, "etl.log")

    def write(self, path, milliseconds, *more):
        """Lets the simulator write so much of the past; gives the seconds that it took."""
        return self.fleet.run([self.simulator, "--log-file", path, "--history", f"{milliseconds}ms", *SIMULATOR_OPTIONS,
                               *more], self.fleet.processors.measured)[0]

    def milliseconds_for(self, size_bytes, *more):
        """How much of the past makes so many bytes."""
        if more not in self.milliseconds_per_byte:
            path, probe = self.path("probe"), 600_000
            self.write(path, probe, *more)
            self.milliseconds_per_byte[more] = probe / os.stat(path).st_size
            os.remove(path)
        return max(1000, round(size_bytes * self.milliseconds_per_byte[more]))

    def simulated(self, size_bytes, *more):
        """A log of about this size."""
        name = " ".join(["simulated", str(size_bytes), *more])
        if name not in self.logs:
            self.progress(f"writing a log of {size_bytes / 1e6:,.1f} MB")
            path = self.path(name)
            self.write(path, self.milliseconds_for(size_bytes, *more), *more)
            self.logs[name] = Log(path, count_log(path))
        return self.logs[name]

    def with_many_failures(self, size_bytes):
        return self.simulated(size_bytes, *MANY_FAILURES)

    def drop(self, log):
        """Removes a log that is not needed any more."""
        self.logs = {name: other for name, other in self.logs.items() if other is not log}
        os.remove(log.path)

    def derived(self, name, base, lines_of):
        """A log of the lines that `lines_of` makes of those of another, about as long as that one."""
        if name not in self.logs:
            self.progress(f"writing a log: {name}")
            path = self.path(name)
            counts = {"records": 0, "files": 0, "failures": 0, "errors": {}, "lines": 0, "malformed": 0}
            left = base.bytes
            with open(base.path, "rb") as source, open(path, "wb", CHUNK_BYTES) as target:
                for line in lines_of(source, counts):
                    target.write(line)
                    counts["lines"] += 1
                    left -= len(line)
                    if left <= 0:
                        break
            self.logs[name] = Log(path, counts)
        return self.logs[name]

    def with_pipelines(self, count, size_bytes):
        """Files are spread over so many pipelines, each with its own totals."""
        return self.derived(f"{count} pipelines, {size_bytes} bytes", self.simulated(size_bytes),
                            lambda source, counts: pipeline_lines(source, counts, count))

    def with_unknown_fields(self, size_bytes):
        return self.derived("unknown fields", self.simulated(size_bytes), unknown_field_lines)

    def malformed(self, size_bytes):
        return self.derived("malformed lines", self.simulated(size_bytes), malformed_lines)


def add_up(event, counts):
    """Counts one event as whoever reads it must."""
    if event["message"] == "file_processing_completed":
        counts["files"] += 1
        counts["records"] += event["records_processed"]
    elif event["message"] == "file_processing_failed":
        counts["failures"] += 1
        counts["errors"][event["error_type"]] = counts["errors"].get(event["error_type"], 0) + 1


def pipeline_lines(source, counts, pipeline_count):
    totals = [{"records": 0, "files": 0, "failures": 0, "errors": {}} for _ in range(pipeline_count)]
    for line in source:
        event = json.loads(line)
        if "file_id" not in event:
            continue
        pipeline = int(event["file_id"].removeprefix("file_")) % pipeline_count
        own = totals[pipeline]
        add_up(event, own)
        add_up(event, counts)
        event.update(total_records=own["records"], total_files=own["files"], total_failures=own["failures"],
                     pipeline=f"pipeline_{pipeline:04}")
        yield json.dumps(event).encode() + b"\n"


def unknown_field_lines(source, counts):
    """Twenty fields of all types before those that matter: strings with escapes, numbers, nested objects and lists."""
    generator = random.Random(SEED)

    def value(depth):
        kind = generator.randrange(8 if depth < 3 else 6)
        if kind < 2:
            return "".join(generator.choices('abcdefghij /:.-"\\\néü', k=generator.randrange(4, 40)))
        if kind < 4:
            return generator.choice([generator.randrange(10 ** 9), generator.uniform(-1000, 1000)])
        if kind < 6:
            return generator.choice([True, False, None])
        values = [value(depth + 1) for _ in range(generator.randrange(1, 6))]
        return values if kind == 6 else {f"member_{index}": one for index, one in enumerate(values)}

    def fields():
        text = json.dumps({f"unknown_{index}": value(0) for index in range(20)}, ensure_ascii=generator.random() < 0.5)
        return text[:-1].encode() + b", "

    heads = [fields() for _ in range(64)]
    for index, line in enumerate(source):
        add_up(json.loads(line), counts)
        yield heads[index % len(heads)] + line[1:]


def malformed_lines(source, counts):
    """Each line is broken in one of eight ways, most of them near its end, so that it must be read that far."""
    breaks = [
        lambda line: line[:-30] + b"\n",
        lambda line: line[:-2] + b"\n",
        lambda line: line[:-2] + b",}\n",
        lambda line: line[:-2] + b', "unknown": "\\q"}\n',
        lambda line: line[:-2] + b', "unknown": "\xc3("}\n',
        lambda line: line[:-2] + b', "unknown": 01}\n',
        lambda line: line.replace(b'"total_files": ', b'"total_files": -', 1)[:-2] + b', "total_failures": "7"}\n',
        lambda line: line[:-1] + b"}\n",
    ]
    for index, line in enumerate(source):
        counts["malformed"] += 1
        yield breaks[index % len(breaks)](line)
