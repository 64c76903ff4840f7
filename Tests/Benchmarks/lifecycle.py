"""Starts, ends and snapshots of the exporter, and what the simulator writes."""

import os
import shutil
import time

from measurement import Samples, WrongResult, alternate
from processes import connect, free_port, wait_until
from reading import megabytes

# Of the logs that only make the exporter know something.
SMALL_BYTES = 20_000
PIPELINES_BYTES = 10 ** 7


def start_exporter(bench, log_path, *options):
    """Starts it; gives the process, its port, and the seconds until it is ready."""
    port = free_port()
    start = time.monotonic()
    command = [bench.exporter, "--log-file", log_path, "--web.listen-address", f"127.0.0.1:{port}", *options]
    process = bench.fleet.start(command, bench.fleet.processors.measured)
    with connect(port, process) as client:
        wait_until("it is ready", lambda: client.get("/-/ready")[0] == 200, process, interval=0.0001)
        return process, port, time.monotonic() - start


def start(bench):
    """From nothing to ready."""
    log = bench.logs.simulated(SMALL_BYTES)

    def measure():
        process, _, seconds = start_exporter(bench, log.path)
        bench.fleet.stop(process)
        return seconds * 1e3

    samples = Samples()
    for turn in range(bench.rounds):
        bench.progress(f"round {turn + 1} of {bench.rounds}")
        samples.take("etl-exporter", measure)
    return [samples.row("start", "start to ready, a small log", "etl-exporter", "ms")]


class SnapshotRound:
    """An exporter that knows 100 pipelines, with and without a snapshot."""

    def __init__(self, bench):
        self.bench = bench
        folder = bench.new_folder("snapshot")
        self.log = os.path.join(folder, "etl.log")
        self.storage = os.path.join(folder, "storage")
        self.options = ["--storage.path", self.storage, "--storage.interval", "1h"]
        source = bench.logs.with_pipelines(100, PIPELINES_BYTES)
        shutil.copyfile(source.path, self.log)
        self.bytes = 0

    def end_after_one_more_line(self, *options):
        """The milliseconds of a graceful end where something is to be kept."""
        process, port, _ = start_exporter(self.bench, self.log, *options)
        line = b'{"message": "file_processing_completed", "pipeline": "pipeline_0001", "records_processed": 1}\n'
        with open(self.log, "ab") as log:
            log.write(line)
        expected = f"\netl_exporter_log_bytes_total {os.stat(self.log).st_size}\n".encode()
        with connect(port, process) as client:
            wait_until("the line is counted", lambda: expected in client.get("/metrics")[1], process)
        return self.bench.fleet.stop(process) * 1e3

    def end(self):
        return self.end_after_one_more_line()

    def write(self):
        snapshot = os.path.join(self.storage, "etl-exporter.snapshot")
        before = os.stat(snapshot).st_mtime_ns if os.path.exists(snapshot) else 0
        milliseconds = self.end_after_one_more_line(*self.options)
        if not os.path.exists(snapshot) or os.stat(snapshot).st_mtime_ns <= before:
            raise WrongResult("it has written no snapshot at its end")
        self.bytes = os.stat(snapshot).st_size
        return milliseconds

    def load(self):
        process, port, seconds = start_exporter(self.bench, self.log, *self.options)
        with connect(port, process) as client:
            body = client.get("/metrics")[1]
        self.bench.fleet.stop(process)
        # Bytes that were read in this process or those before; a log that was read anew has taken its time as well.
        if b"\netl_exporter_log_bytes_total %d\n" % os.stat(self.log).st_size not in body:
            raise WrongResult("it does not go on from its snapshot")
        return seconds * 1e3


def snapshot(bench):
    """Position and counters of 100 pipelines; each round ends with the difference to doing without."""
    rounds = SnapshotRound(bench)
    small = bench.logs.simulated(SMALL_BYTES)

    def start_without():
        process, _, seconds = start_exporter(bench, small.path)
        bench.fleet.stop(process)
        return seconds * 1e3

    measures = {"end, nothing kept": rounds.end, "end, snapshot written": rounds.write,
                "start, small log": start_without, "start, snapshot loaded": rounds.load}
    samples = alternate(bench.rounds, measures, bench.progress)
    what = f"a snapshot of 100 pipelines, {rounds.bytes / 1e3:.0f} kB"
    return [samples.row("snapshot", what, name, "ms") for name in measures]


def simulator(bench):
    """The past, written at once."""
    size = bench.size_bytes // 4
    milliseconds = bench.logs.milliseconds_for(size)
    path = bench.logs.path("simulator")

    def measure():
        seconds = bench.logs.write(path, milliseconds)
        with open(path, "rb") as log:
            lines = sum(chunk.count(b"\n") for chunk in iter(lambda: log.read(8 * 1024 * 1024), b""))
        os.remove(path)
        return lines / seconds

    samples = Samples()
    for turn in range(bench.rounds):
        bench.progress(f"round {turn + 1} of {bench.rounds}")
        samples.take("etl-simulator", measure)
    return [samples.row("simulator", f"lines of --history, {megabytes(size)}", "etl-simulator", "/s")]
