"""Measures the exporter beside what is used instead of it: see Tests/Benchmarks/run.sh --help."""

import argparse
import os
import re
import signal
import subprocess
import sys
import time
import traceback

import bench as shared
import footprint
import lifecycle
import machine
import reading
import report
import serving
from measurement import Row, WrongResult
from processes import Fleet

GROUPS = {
    "reading": (reading.reading, "a backlog, beside mtail, Python, simdjson and a bare loop of reads"),
    "live": (reading.live, "a backlog that is there at the start, until it is served"),
    "slow-paths": (reading.slow_paths, "1,000 pipelines, unknown fields, malformed lines"),
    "growth": (reading.growth, "a tenth of the backlog, all, and four times as much"),
    "start": (lifecycle.start, "start to ready"),
    "snapshot": (lifecycle.snapshot, "write and load a snapshot of 100 pipelines"),
    "simulator": (lifecycle.simulator, "lines a second of etl-simulator --history"),
    "scrape": (serving.scrape, "requests a second and p99, beside nginx and mtail"),
    "series": (serving.series, "a scrape by the number of series"),
    "backlog": (serving.backlog, "scrapes while a backlog is read that came at once"),
    "crowd": (footprint.crowd, "memory with 1,000 connections while a backlog is read"),
    "idle": (footprint.idle, "memory, wake-ups and processor time, beside mtail, node_exporter and Python"),
    "size": (footprint.size, "the executable"),
    "allocations": (reading.allocations, "heap allocations per event; builds the exporter, linked dynamically"),
}
QUICK = {"size": 50_000_000, "rounds": 3, "window": 10}


def size(text):
    found = re.fullmatch(r"(\d+(?:\.\d+)?) ?(MB|GB)", text)
    value = int(float(found[1]) * {"MB": 10 ** 6, "GB": 10 ** 9}[found[2]]) if found else 0
    if not 10 ** 7 <= value <= 10 ** 10:
        raise argparse.ArgumentTypeError(f'"{text}" is no size from 10MB to 10GB, such as 500MB or 1GB')
    return value


def at_least_one(text):
    if not text.isdecimal() or not 1 <= int(text) <= 1000:
        raise argparse.ArgumentTypeError(f'"{text}" is no number from 1 to 1000')
    return int(text)


def groups(text):
    names = text.split(",")
    for name in names:
        if name not in GROUPS:
            raise argparse.ArgumentTypeError(f'there are no rows "{name}"; there are {", ".join(GROUPS)}')
    return [name for name in GROUPS if name in names]


def parse_options():
    parser = argparse.ArgumentParser(
        prog="Tests/Benchmarks/run.sh",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Measures the exporter beside what is used instead of it, on Debian 12 with a Swift toolchain\n"
                    "on PATH. Installs by apt and, into .build, from PyPI what is missing; sudo is used only when\n"
                    "not root. What is compared takes turns, on one processor, and counts only where its result\n"
                    "is right. All rows take about ten minutes, and 8 GB of disk. Nothing else should run meanwhile.",
        epilog="rows:\n" + "".join(f"  {name:12} {what}\n" for name, (_, what) in GROUPS.items())
               + "\nThe table goes to standard output, progress to standard error. The table as Markdown and all\n"
                 "samples as JSON are kept in .build/benchmarks/results. Exit status 1 where something could not\n"
                 "be measured; a target that was missed is a result.")
    parser.add_argument("--rows", type=groups, default=list(GROUPS), metavar="NAME,…", help="measure only these")
    parser.add_argument("--rounds", type=at_least_one, metavar="N", help="how often each is measured (default: 5)")
    parser.add_argument("--size", type=size, metavar="SIZE", help="size of the backlog (default: 1GB)")
    parser.add_argument("--window", type=at_least_one, metavar="SECONDS",
                        help="how long is watched what is idle (default: 60)")
    parser.add_argument("--quick", action="store_true",
                        help="to try it: 50 MB, 3 rounds, 10 s; says little about a gigabyte")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    parser.add_argument("--compare", nargs="+", metavar="JSON",
                        help="show an older result beside this one; with two, measure nothing")
    parser.add_argument("--executables", metavar="DIR",
                        help="measure these static executables (default: builds them)")
    parser.add_argument("--shared-executables", metavar="DIR",
                        help="count the allocations of these, linked dynamically (default: builds them)")
    options = parser.parse_args()
    defaults = QUICK if options.quick else {"size": 10 ** 9, "rounds": 5, "window": 60}
    for name, value in defaults.items():
        if getattr(options, name) is None:
            setattr(options, name, value)
    if options.compare and len(options.compare) > 2:
        parser.error("--compare takes one result, or two")
    options.results = []
    for path in options.compare or []:
        try:
            options.results.append(report.load(path))
        except (OSError, ValueError, KeyError) as error:
            parser.error(f"--compare: {path}: {error}")
    return options


def build_executables(bench):
    """Builds what is measured, unless it was named."""
    if bench.options.executables is not None:
        for path in (bench.exporter, bench.simulator):
            if not os.access(path, os.X_OK):
                raise WrongResult(f"there is no executable {path}")
        return
    bench.progress("building the static executables")
    bench.build_by(["compose/build-static.sh"])


def measure(options):
    """Runs all groups that were asked for; a group that fails is a row that says so."""
    with Fleet(shared.WORK) as fleet:
        bench = shared.Bench(options, fleet)
        bench.group = "prepare"
        bench.progress("installing what is missing")
        subprocess.run([os.path.join(shared.HERE, "install.sh")], check=True, stdout=sys.stderr)
        build_executables(bench)
        result = {
            "time": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
            "commit": machine.commit(),
            "machine": machine.machine(),
            "versions": machine.versions(bench.exporter),
            "options": {"backlog": reading.megabytes(options.size), "rounds": str(options.rounds),
                        "seconds idle": str(options.window)},
            "rows": [],
        }
        for name in options.rows:
            bench.group = name
            run, what = GROUPS[name]
            try:
                rows = run(bench)
            except Exception as error:  # pylint: disable=broad-except
                # The other groups are still worth their time.
                problem = str(error)
                if not isinstance(error, WrongResult):
                    traceback.print_exc()
                    problem = f"{type(error).__name__}: {error}"
                rows = [Row(name, what, "", "", [], problem=problem)]
            result["rows"] += [row.as_json() for row in rows]
        bench.group = "done"
        bench.progress(f"{len(result['rows'])} rows")
    return result


def keep(result):
    """Writes the table and its numbers where they stay; gives the path without what it ends with."""
    os.makedirs(shared.RESULTS, exist_ok=True)
    name = f"{re.sub(r'[^0-9]', '', result['time'])}-{result['commit']}"
    path = os.path.join(shared.RESULTS, name)
    report.save(result, f"{path}.json")
    with open(f"{path}.md", "w", encoding="utf-8") as file:
        file.write(report.table(result, as_markdown=True) + "\n")
    return path


def main():
    options = parse_options()
    if len(options.results) == 2:
        print(report.compare(*options.results, options.markdown))
        return 0
    with shared.work_folder() as folder:
        problem = machine.missing_disk(folder, options.size)
        if problem:
            raise WrongResult(problem)
        result = measure(options)
        path = keep(result)
    print(report.table(result, options.markdown))
    for old in options.results:
        print("\n" + report.compare(old, result, options.markdown))
    print(f"\nkept as {os.path.relpath(path)}.json and .md", file=sys.stderr)
    return 1 if any(json_row["result"].startswith("not measured") for json_row in result["rows"]) else 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
    except subprocess.CalledProcessError:
        sys.exit(1)
    except WrongResult as error:
        sys.exit(f"Tests/Benchmarks/run.sh: {error}")
