"""What all measurements share: where things are, how often and how much is measured, and what is said meanwhile."""

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import time

from measurement import WrongResult
from processes import Fleet
from workload import Workload

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(os.path.dirname(HERE), "Allocations"))
import allocation_counter  # from the folder above

REPOSITORY = os.path.dirname(os.path.dirname(HERE))
TOOLS = os.path.join(REPOSITORY, ".build/benchmarks-tools")
PYTHON_WITH_CLIENT = os.path.join(REPOSITORY, ".build/benchmarks-venv/bin/python")
# Everything else is removed at the end.
RESULTS = os.path.join(REPOSITORY, ".build/benchmarks/results")
WORK = os.path.join(REPOSITORY, ".build/benchmarks/work")
LOCK = os.path.join(REPOSITORY, ".build/benchmarks/lock")


@contextlib.contextmanager
def work_folder():
    """An empty folder for all that is not kept, for one run at a time."""
    os.makedirs(os.path.dirname(LOCK), exist_ok=True)
    with open(LOCK, "wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WrongResult("another run is measuring, and both would be wrong; wait for its end") from None
        # One that was killed has left its own.
        shutil.rmtree(WORK, ignore_errors=True)
        os.makedirs(WORK)
        try:
            yield WORK
        finally:
            shutil.rmtree(WORK, ignore_errors=True)


class Bench:
    """One run of the benchmarks."""

    def __init__(self, options, fleet: Fleet):
        self.options, self.fleet, self.folder = options, fleet, WORK
        self.rounds, self.size_bytes, self.window_seconds = options.rounds, options.size, options.window
        executables = os.path.abspath(options.executables or os.path.join(REPOSITORY, ".build/static/release"))
        self.exporter = os.path.join(executables, "etl-exporter")
        self.simulator = os.path.join(executables, "etl-simulator")
        self.group, self.start = "", time.monotonic()
        self.logs = Workload(self.simulator, fleet, WORK, self.size_bytes, self.progress)
        self.folders = 0

    def progress(self, text):
        print(f"[{time.monotonic() - self.start:5.0f} s] {self.group}: {text}", file=sys.stderr, flush=True)

    def tool(self, path):
        """A program that was unpacked, and not installed."""
        return os.path.join(TOOLS, path)

    def program(self, name):
        return os.path.join(HERE, "programs", name)

    def new_folder(self, name):
        """An empty folder for one use."""
        self.folders += 1
        folder = os.path.join(WORK, f"{name}-{self.folders}")
        os.makedirs(folder)
        return folder

    @property
    def shared_exporter(self):
        """The exporter linked dynamically, for what can only be counted from outside."""
        if self.options.shared_executables is None:
            self.progress("building the exporter, linked dynamically")
            self.build_by(["swift", "build", "--configuration", "release", "--product", "etl-exporter"])
            self.options.shared_executables = os.path.join(REPOSITORY, ".build/release")
        return os.path.join(os.path.abspath(self.options.shared_executables), "etl-exporter")

    def built(self, name):
        """One of our own programs for comparison, built when it is first needed."""
        path = os.path.join(WORK, name)
        if os.path.exists(path):
            return path
        self.progress(f"building {name}")
        libraries = ["-lsimdjson"] if name.startswith("simdjson") else []
        self.build_by(["g++", "-std=c++17", "-O3", "-Wall", "-Wextra", "-Werror", "-o", path,
                       self.program(f"{name}.cpp"), *libraries])
        return path

    def allocation_counter(self):
        """A counter of what the program allocates that is started in its environment."""
        library = os.path.join(self.new_folder("allocations"), "counter.so")
        self.build_by(["gcc", "-O2", "-shared", "-fPIC", "-o", library, allocation_counter.SOURCE])
        return allocation_counter.Counter(os.path.dirname(library), library)

    def build_by(self, command):
        try:
            subprocess.run(command, check=True, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        except FileNotFoundError:
            raise WrongResult(f"there is no {command[0]} on PATH") from None
        except subprocess.CalledProcessError as error:
            last = error.output.decode(errors="replace").strip().splitlines()[-5:]
            raise WrongResult(f"{' '.join(command[:3])} failed: {' / '.join(last)}") from None
