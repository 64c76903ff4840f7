"""What it takes to have the exporter beside a job: size, memory, wake-ups and processor time."""

import contextlib
import os
import resource
import time

from bench import PYTHON_WITH_CLIENT
from measurement import Samples, Target, WrongResult, alternate, rows_beside
from processes import Client, activity, connect, free_port, memory
from reading import megabytes, warm
from serving import EXPORTER, append_while_stopped, exporter_of, mtail_of, page, scrape_until_read, wait_for_files

MTAIL, NODE, PYTHON = "mtail", "node_exporter", "Python, prometheus_client"
# What the programs have read before they are idle, and what they are given a tenth of a second apart then.
LOADED_BYTES = 10 ** 7
LINE_SECONDS = 0.1
CONNECTIONS = 1000
# The window is divided, for a median and for what happens seldom to show.
PARTS = 5


def size(bench):
    """The image holds the static executable, and next to nothing else."""
    paths = {EXPORTER: bench.exporter, MTAIL: bench.tool("usr/bin/mtail"),
             NODE: bench.tool("usr/bin/prometheus-node-exporter")}
    samples = Samples()
    for name, path in paths.items():
        samples.take(name, lambda path=path: os.stat(path).st_size / 1e6)
    return rows_beside(samples, "size", "executable; the exporter's is static", "MB", EXPORTER,
                       {MTAIL: None, NODE: None}, Target("<=", 10))


def crowd(bench):
    """A thousand connections that have asked once and stay, while a backlog is read: the most that it takes."""
    log = bench.logs.simulated(bench.size_bytes)
    warm(log)
    enough = CONNECTIONS + 200
    descriptors, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(enough, descriptors), most))
    path = os.path.join(bench.new_folder("crowd"), "etl.log")

    def measure():
        with open(path, "wb"):
            pass
        try:
            options = ["--web.max-connections", str(enough)]
            with exporter_of(bench, path, *options, processor=bench.fleet.processors.measured) as (process, port), \
                    contextlib.ExitStack() as stack:
                clients = [stack.enter_context(Client(port)) for _ in range(CONNECTIONS)]
                for client in clients:
                    if client.get("/metrics")[0] != 200:
                        raise WrongResult("one of the connections was refused")
                append_while_stopped(process, log, path)
                body = scrape_until_read(clients[0], log)[1]
                if b"\netl_exporter_http_connections %d\n" % CONNECTIONS not in body:
                    raise WrongResult("some of the connections were closed")
                return memory(process)
        finally:
            os.remove(path)

    samples = alternate(bench.rounds, {EXPORTER: measure}, bench.progress)
    what = f"memory with 1,000 connections while {megabytes(bench.size_bytes)} are read"
    peaks = samples.map(lambda one: one["peak"] / 1e6)
    anonymous = samples.map(lambda one: one["anonymous"] / 1e6)
    return [peaks.row("crowd", f"{what}, the most", EXPORTER, "MB", target=Target("<=", 12)),
            anonymous.row("crowd", f"{what}, the anonymous part at the end", EXPORTER, "MB")]


class Feed:
    """A log of which the larger part is there at once, and the rest comes by lines."""

    def __init__(self, bench):
        source = bench.logs.simulated(LOADED_BYTES)
        self.path = os.path.join(bench.new_folder("feed"), "etl.log")
        with open(source.path, "rb") as log:
            lines = log.readlines()
        kept = int((2 * bench.window_seconds) / LINE_SECONDS) + 1
        self.loaded, self.rest = b"".join(lines[:-kept]), lines[-kept:]
        self.files = sum(b'"file_processing_completed"' in line for line in lines[:-kept])

    def write_for(self, seconds):
        """Writes one line after the other, each at its time."""
        begin = time.monotonic()
        count = round(seconds / LINE_SECONDS)
        with open(self.path, "ab", buffering=0) as log:
            for index in range(count):
                time.sleep(max(0, begin + index * LINE_SECONDS - time.monotonic()))
                log.write(self.rest.pop(0))
        time.sleep(max(0, begin + seconds - time.monotonic()))


@contextlib.contextmanager
def beside_each_other(bench, feed):
    """All four programs, each of which has read the log, if it reads any."""
    with contextlib.ExitStack() as stack:
        mtail, mtail_port = stack.enter_context(mtail_of(bench, feed.path))
        with open(feed.path, "ab") as log:
            log.write(feed.loaded)
        exporter, exporter_port = stack.enter_context(exporter_of(bench, feed.path))
        python_port, node_port = free_port(), free_port()
        python = stack.enter_context(bench.fleet.serving(
            [PYTHON_WITH_CLIENT, bench.program("python_exporter.py"), feed.path, str(python_port)]))
        node = stack.enter_context(bench.fleet.serving(
            [bench.tool("usr/bin/prometheus-node-exporter"), f"--web.listen-address=127.0.0.1:{node_port}"]))
        ports = {EXPORTER: exporter_port, MTAIL: mtail_port, PYTHON: python_port, NODE: node_port}
        processes = {EXPORTER: exporter, MTAIL: mtail, PYTHON: python, NODE: node}
        for name, process in processes.items():
            connect(ports[name], process).socket.close()
        yield processes, ports


def watch(processes, pass_time, parts):
    """What each program does while time passes: for each part, by program."""
    watched = {name: [] for name in processes}
    for part in range(parts):
        before = {name: activity(process) for name, process in processes.items()}
        begin = time.monotonic()
        pass_time(part)
        seconds = time.monotonic() - begin
        for name, process in processes.items():
            after = activity(process)
            watched[name].append({
                "wakeups": (after["wakeups"] - before[name]["wakeups"]) / seconds,
                "percent": (after["seconds"] - before[name]["seconds"]) / seconds * 100,
                "threads": after["threads"], **memory(process),
            })
    samples = Samples()
    samples.values = watched
    return samples


def idle(bench):
    """All four at the same time: with nothing to do, and then with ten lines a second."""
    feed = Feed(bench)
    part_seconds = bench.window_seconds / PARTS
    with beside_each_other(bench, feed) as (processes, ports):
        for name in (EXPORTER, MTAIL, PYTHON):
            bench.progress(f"{name} reads the log")
            wait_for_files(ports[name], feed.files, processes[name])
        for port in list(ports.values()) * 3:
            page(port)

        def nothing(part):
            bench.progress(f"{part_seconds:.0f} s with nothing to do, {part + 1} of {PARTS}")
            time.sleep(part_seconds)

        def lines(part):
            bench.progress(f"{part_seconds:.0f} s at 10 lines a second, {part + 1} of {PARTS}")
            feed.write_for(part_seconds)

        quiet = watch(processes, nothing, PARTS)
        busy = watch({name: processes[name] for name in (EXPORTER, MTAIL, PYTHON)}, lines, PARTS)
    others = dict.fromkeys((MTAIL, NODE, PYTHON))
    followers = dict.fromkeys((MTAIL, PYTHON))

    def rows(samples, key, what, unit, compared, target=None, factor=1.0):
        return rows_beside(samples.map(lambda one: one[key] * factor), "idle", what, unit, EXPORTER, compared, target)

    return [
        *rows(quiet, "resident", "memory when idle", "MB", others, Target("<=", 6), 1e-6),
        *rows(quiet, "anonymous", "memory when idle, the anonymous part", "MB", others, Target("<=", 1), 1e-6),
        *rows(quiet, "threads", "threads", "", others),
        *rows(quiet, "wakeups", "wake-ups a second when idle", "", others, Target("<=", 2)),
        # What is shown as 0.0 %.
        *rows(quiet, "percent", "processor time when idle", "%", others, Target("<=", 0.05)),
        *rows(busy, "percent", "processor time at 10 lines a second", "%", followers),
    ]
