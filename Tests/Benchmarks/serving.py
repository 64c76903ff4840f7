"""How fast metrics are served: beside others, by the number of series, and while a backlog is read."""

import contextlib
import gc
import json
import os
import shutil
import signal
import time
import urllib.request

from measurement import Samples, Target, WrongResult, alternate, percentile, rows_beside
from processes import PATIENCE, Client, connect, free_port, open_files, processor_seconds, wait_until
from reading import megabytes, warm
from workload import check_counts, counts_of, samples_of

EXPORTER = "etl-exporter"
# What the servers know of when they are asked; how much they have read does not matter to them then.
LOADED_BYTES = 10 ** 7
CONNECTIONS = 16


@contextlib.contextmanager
def exporter_of(bench, log_path, *options, processor=None):
    """A running exporter whose metrics can be read, and its port."""
    port = free_port()
    command = [bench.exporter, "--log-file", log_path, "--web.listen-address", f"127.0.0.1:{port}", *options]
    with bench.fleet.serving(command, processor) as process:
        with connect(port, process) as client:
            wait_until("/metrics answers 200", lambda: client.get("/metrics")[0] == 200, process)
        yield process, port


@contextlib.contextmanager
def mtail_of(bench, log_path, processor=None):
    """A running mtail that follows a log, which is to be filled then: it reads only what comes later than itself."""
    port = free_port()
    with open(log_path, "xb"):
        pass
    command = [bench.tool("usr/bin/mtail"), "--progs", bench.program("etl.mtail"), "--log_dir", bench.folder,
               "--address", "127.0.0.1", "--port", str(port), "--logs", log_path]
    with bench.fleet.serving(command, processor) as process:
        wait_until("mtail has opened the log", lambda: log_path in open_files(process), process)
        connect(port, process).socket.close()
        yield process, port


def page(port):
    """The metrics of any server, also in pieces."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE) as answer:
        return answer.read()


def wait_for_files(port, files, process):
    """Waits until a server that follows a log has counted so many files."""
    wait_until(f"{files} files are counted", lambda: counts_of(page(port).decode()).get("files", 0) >= files, process,
               interval=0.1)


def wait_for_counts(port, log, process):
    """Waits until a server that follows a log has come to its end, and checks what it has counted."""
    wait_for_files(port, log.expected["files"], process)
    check_counts(counts_of(page(port).decode()), log)


@contextlib.contextmanager
def nginx_with(bench, body):
    """A running nginx with a ready-made file."""
    folder, port = bench.new_folder("nginx"), free_port()
    with open(bench.program("nginx.conf"), encoding="utf-8") as template:
        configuration = template.read().replace("PORT", str(port))
    with open(os.path.join(folder, "nginx.conf"), "w", encoding="utf-8") as file:
        file.write(configuration)
    with open(os.path.join(folder, "metrics"), "wb") as file:
        file.write(body)
    command = [bench.tool("usr/sbin/nginx"), "-p", folder, "-c", "nginx.conf", "-e", "stderr"]
    with bench.fleet.serving(command, bench.fleet.processors.measured) as process:
        connect(port, process).socket.close()
        if page(port) != body:
            raise WrongResult("nginx does not serve the file that it was given")
        yield process, port


def ask_by_wrk(bench, server, port, connections):
    """What wrk measured on the other processor where all answers were right, and what the server took for one."""
    seconds = max(1, bench.window_seconds // 20)
    command = ["wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s", "--latency",
               "--script", bench.program("latency.lua"), f"http://127.0.0.1:{port}/metrics"]
    before = processor_seconds(server)
    _, output = bench.fleet.run(command, bench.fleet.processors.asking)
    taken = processor_seconds(server) - before
    result = json.loads(output.decode().strip().splitlines()[-1])
    if result["errors"] or not result["requests"]:
        raise WrongResult(f"{result['errors']} of {result['requests']} requests failed")
    return {**result, "microseconds": taken / result["requests"] * 1e6}


def scrape(bench):
    """The default metrics, over connections that stay open."""
    log = bench.logs.simulated(LOADED_BYTES)
    processor = bench.fleet.processors.measured
    followed = os.path.join(bench.new_folder("mtail"), "etl.log")
    with contextlib.ExitStack() as stack:
        exporter, port = stack.enter_context(exporter_of(bench, log.path, processor=processor))
        wait_for_counts(port, log, exporter)
        body = page(port)
        nginx = stack.enter_context(nginx_with(bench, body))
        mtail, mtail_port = stack.enter_context(mtail_of(bench, followed, processor=processor))
        append(log, followed)
        wait_for_counts(mtail_port, log, mtail)
        names = [EXPORTER, "nginx, a file of that size", f"mtail, its own {len(page(mtail_port)) / 1e3:.1f} kB"]
        servers = dict(zip(names, [(exporter, port), nginx, (mtail, mtail_port)]))
        samples = alternate(bench.rounds, {
            name: lambda server=server: ask_by_wrk(bench, *server, CONNECTIONS) for name, server in servers.items()
        }, bench.progress)
    what = f"scrape {len(body) / 1e3:.1f} kB of metrics, {CONNECTIONS} connections"
    rates = samples.map(lambda result: result["requests"] / (result["duration"] / 1e6))
    latencies = samples.map(lambda result: result["p99"] / 1e3)
    costs = samples.map(lambda result: result["microseconds"])
    others = dict.fromkeys(names[1:])
    targets = dict(zip(names[1:], [Target(">=", 0.5), Target(">=", 5)]))
    return [*rows_beside(rates, "scrape", what, "/s", EXPORTER, targets),
            *rows_beside(latencies, "scrape", "the same, p99", "ms", EXPORTER, others),
            # The rate may be held down by wrk, which has one processor as well; this is not.
            *rows_beside(costs, "scrape", "the same, processor time of the server for one", "µs", EXPORTER, others)]


def series(bench):
    """A scrape may cost as much as there are series, and no more."""
    counts = [1, 10, 100]
    servers, sizes = {}, {}
    processor = bench.fleet.processors.measured
    with contextlib.ExitStack() as stack:
        for count in counts:
            log = bench.logs.with_pipelines(count, LOADED_BYTES)
            exporter, port = stack.enter_context(exporter_of(bench, log.path, processor=processor))
            wait_for_counts(port, log, exporter)
            size = sum(1 for _ in samples_of(page(port).decode()))
            name = f"{count} pipeline{'s'[:count - 1]}, {size:,} series"
            sizes[name], servers[name] = size, (exporter, port)
        samples = alternate(bench.rounds, {
            name: lambda server=server: ask_by_wrk(bench, *server, 1) for name, server in servers.items()
        }, bench.progress)
    times = samples.map(lambda result: result["duration"] / result["requests"])
    names = list(servers)
    what = "a scrape by the number of series; the ratio: for each series"
    rows = [times.row("series", what, names[0], "µs")]
    for smaller, larger in zip(names, names[1:]):
        growth = sizes[larger] / sizes[smaller]
        rows.append(times.row("series", what, larger, "µs", Target("<=", 1.1), (larger, smaller),
                              lambda ratio, growth=growth: ratio / growth))
    return rows


def append(log, path):
    """Writes all of a log to the end of another."""
    with open(log.path, "rb") as source, open(path, "ab") as target:
        shutil.copyfileobj(source, target, 8 * 1024 * 1024)
        # Or the disk would be busy with it while it is read.
        os.fsync(target.fileno())


def append_while_stopped(process, log, path):
    """Gives a ready exporter a backlog at once, by keeping it still meanwhile."""
    process.send_signal(signal.SIGSTOP)
    try:
        append(log, path)
    finally:
        process.send_signal(signal.SIGCONT)


def scrape_until_read(client, log):
    """The seconds of each scrape until all of the log is counted, and the last answer."""
    seconds, deadline = [], time.monotonic() + PATIENCE
    gc.disable()
    try:
        while True:
            asked = time.monotonic()
            status, body = client.get("/metrics")
            seconds.append(time.monotonic() - asked)
            if status != 200 or time.monotonic() > deadline:
                raise WrongResult(f"/metrics answers {status} while the backlog is read")
            if b"\netl_exporter_log_bytes_total %d\n" % log.bytes in body:
                check_counts(counts_of(body.decode()), log)
                return seconds, body
    finally:
        gc.enable()


def backlog(bench):
    """What Prometheus waits for while the exporter is busy with what came all at once."""
    log = bench.logs.simulated(bench.size_bytes)
    warm(log)

    def measure():
        path = os.path.join(bench.new_folder("backlog"), "etl.log")
        with open(path, "wb"):
            pass
        processors = bench.fleet.processors
        try:
            with exporter_of(bench, path, processor=processors.measured) as (process, port), Client(port) as client:
                append_while_stopped(process, log, path)
                with processors.only(processors.asking):
                    return scrape_until_read(client, log)[0]
        finally:
            os.remove(path)

    samples = alternate(bench.rounds, {EXPORTER: measure}, bench.progress)
    what = f"scrape while {megabytes(bench.size_bytes)} that came at once are read"
    count = sum(map(len, samples.values.get(EXPORTER, [])))

    def row(name, fraction, target):
        times = samples.map(lambda seconds: percentile(seconds, fraction) * 1e3)
        return times.row("backlog", f"{what}, {name}", EXPORTER, "ms", target=target)

    bench.progress(f"{count} scrapes")
    return [row("median", 0.5, None), row("p99", 0.99, Target("<=", 10)), row("longest", 1, None)]
