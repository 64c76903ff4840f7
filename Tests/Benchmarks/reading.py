"""How fast a backlog is read: beside others, live, on the slow paths, and as it grows."""

import json
import math
import os
import time

from measurement import Row, Samples, Target, WrongResult, alternate, percentile, rows_beside
from processes import PATIENCE, available_memory, connect, free_port
from workload import check_counts, counts_of

EXPORTER = "etl-exporter --once"


def megabytes(size_bytes):
    return f"{size_bytes / 1e9:.1f} GB" if size_bytes >= 95e7 else f"{size_bytes / 1e6:.0f} MB"


def warm(log):
    """Brings a log into the page cache, where there is room for it."""
    if log.bytes > available_memory():
        raise WrongResult(f"a log of {megabytes(log.bytes)} does not fit into the page cache; give a smaller --size")
    with open(log.path, "rb", buffering=0) as file:
        buffer = bytearray(8 * 1024 * 1024)
        while file.readinto(buffer):
            pass


def read_by(bench, command, log, parse, accepted=(0,)):
    """The seconds that a program takes for a log, once its counts are right."""
    seconds, output = bench.fleet.run(command, bench.fleet.processors.measured, accepted)
    check_counts(parse(output.decode()), log)
    return seconds


def read_by_exporter(bench, log):
    # Status 3 says that lines were malformed; whether they should be, the counts tell.
    return read_by(bench, [bench.exporter, "--once", "--log-file", log.path], log, counts_of, accepted=(0, 3))


def known(fields, log):
    return {name: value for name, value in json.loads(fields).items() if name in log.expected}


def reading(bench):
    """One core, warm cache, from the start of the program to its end."""
    log = bench.logs.simulated(bench.size_bytes)
    warm(log)
    mtail = [bench.tool("usr/bin/mtail"), "--one_shot", "--one_shot_format=prometheus",
             "--progs", bench.program("etl.mtail"), "--log_dir", bench.folder,
             "--address", "127.0.0.1", "--port", str(free_port()), "--logs", log.path]
    others = {
        "mtail, three regexes": (mtail, counts_of, 40),
        "Python, json.loads": (["/usr/bin/python3", bench.program("json_loop.py"), log.path], None, 15),
        "simdjson, on demand": ([bench.built("simdjson_lines"), log.path], None, 1),
        "read and memchr": ([bench.built("count_lines"), log.path], None, 0.2),
    }

    def rate(seconds):
        return log.bytes / seconds / 1e6

    measures = {EXPORTER: lambda: rate(read_by_exporter(bench, log))}
    for name, (command, parse, _) in others.items():
        parse = parse or (lambda output: known(output, log))
        measures[name] = lambda command=command, parse=parse: rate(read_by(bench, command, log, parse))
    samples = alternate(bench.rounds, measures, bench.progress)
    return rows_beside(samples, "reading", f"read a backlog of {megabytes(bench.size_bytes)}, one core", "MB/s", EXPORTER,
                       {name: Target(">=", bound) for name, (_, _, bound) in others.items()})


def read_live(bench, log):
    """The seconds from start to the first metrics, and those of each refusal before."""
    port = free_port()
    command = [bench.exporter, "--log-file", log.path, "--web.listen-address", f"127.0.0.1:{port}"]
    start = time.monotonic()
    refusals = []
    with bench.fleet.serving(command, bench.fleet.processors.measured) as process, connect(port, process) as client:
        while True:
            asked = time.monotonic()
            status, body = client.get("/metrics")
            answered = time.monotonic()
            if status == 200:
                check_counts(counts_of(body.decode()), log)
                return answered - start, refusals
            if status != 503 or answered - start > PATIENCE:
                raise WrongResult(f"/metrics answers {status} after {answered - start:.0f} s")
            refusals.append(answered - asked)
            # Often enough to be exact, and seldom enough not to take part in the time.
            time.sleep(0.003)


def live(bench):
    """The same file for a server that starts with it."""
    log = bench.logs.simulated(bench.size_bytes)
    warm(log)
    samples, refusals = Samples(), []

    def measure():
        seconds, refused = read_live(bench, log)
        refusals.append(refused)
        return log.bytes / seconds / 1e6

    for turn in range(bench.rounds):
        bench.progress(f"round {turn + 1} of {bench.rounds}: start to ready")
        samples.take("etl-exporter", measure)
    what = f"start with a backlog of {megabytes(bench.size_bytes)} until /metrics answers 200"
    rows = [samples.row("live", what, "etl-exporter", "MB/s")]
    answers = [[seconds * 1e3 for seconds in refused] for refused in refusals if refused]
    what = "answer 503 meanwhile, p99"
    if answers:
        percentiles = [percentile(one, 0.99) for one in answers]
        rows.append(Row("live", what, "etl-exporter", "ms", percentiles, target=Target("<=", 10)))
    else:
        rows.append(Row("live", what, "etl-exporter", "ms", [], target=Target("<=", 10), problem="there was none"))
    return rows


def slow_paths(bench):
    """Lines that are not like the others must not be slow."""
    size = bench.size_bytes // 4
    base = bench.logs.simulated(size)
    variants = {
        "a failure for two files": bench.logs.with_many_failures(size),
        "100 pipelines": bench.logs.with_pipelines(100, size),
        "1,000 pipelines": bench.logs.with_pipelines(1000, size),
        "20 unknown fields a line": bench.logs.with_unknown_fields(size),
        "malformed lines": bench.logs.malformed(size),
    }
    logs = {"lines of the simulator": base, **variants}
    for log in logs.values():
        warm(log)
    samples = alternate(bench.rounds, {
        name: lambda log=log: log.bytes / read_by_exporter(bench, log) / 1e6 for name, log in logs.items()
    }, bench.progress)
    rows = [samples.row("slow-paths", f"read {megabytes(size)} of", "lines of the simulator", "MB/s")]
    for name in variants:
        rows.append(samples.row("slow-paths", f"read {megabytes(size)} of", name, "MB/s", Target(">=", 0.5),
                                (name, "lines of the simulator")))
    return rows


def growth(bench):
    """Twice the backlog takes twice the time, and a little for the start."""
    sizes = [bench.size_bytes // 10, bench.size_bytes, bench.size_bytes * 4]
    logs = {megabytes(size): bench.logs.simulated(size) for size in sizes}
    for log in logs.values():
        warm(log)
    samples = alternate(bench.rounds, {
        name: lambda log=log: read_by_exporter(bench, log) for name, log in logs.items()
    }, bench.progress)
    names = list(logs)
    what = "time for a backlog; the ratio: for twice as much"
    rows = [samples.row("growth", what, names[0], "s")]
    for smaller, larger in zip(names, names[1:]):
        doublings = math.log2(logs[larger].bytes / logs[smaller].bytes)
        rows.append(samples.row("growth", what, larger, "s", Target("<=", 2.1), (larger, smaller),
                                lambda ratio, doublings=doublings: ratio ** (1 / doublings)))
    bench.logs.drop(logs[names[2]])
    return rows


def allocations(bench):
    """What the shared build takes from the heap, for a log and for one four times as long."""
    exporter = bench.shared_exporter
    logs = [bench.logs.simulated(size) for size in (bench.size_bytes // 40, bench.size_bytes // 10)]
    counter = bench.allocation_counter()
    # The same for both logs, for a longer path may take more.
    path = bench.logs.path("counted")

    def count(log):
        os.link(log.path, path)
        counter.reset()
        _, output = bench.fleet.run([exporter, "--once", "--log-file", path], environment=counter.environment)
        os.remove(path)
        check_counts(counts_of(output.decode()), log)
        if counter.value == 0:
            raise WrongResult(f"nothing was counted: {exporter} is not linked dynamically")
        return counter.value

    samples = Samples()
    bench.progress("counting")
    lines = logs[1].expected["lines"] - logs[0].expected["lines"]
    # Shorter or longer numbers in the metrics that are printed at the end may make a difference of one or two.
    samples.take("etl-exporter", lambda: max(0.0, round((count(logs[1]) - count(logs[0])) / lines, 3)))
    return [samples.row("allocations", "allocations per event, once warm", "etl-exporter", "", target=Target("<=", 0))]


