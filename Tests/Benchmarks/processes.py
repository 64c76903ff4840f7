"""The programs that are measured: started on one processor, asked, looked at, and ended by process id."""

import contextlib
import os
import signal
import socket
import subprocess
import time

from measurement import WrongResult

# What a start, an answer or an end may take on a busy machine, and what a whole program may, in seconds.
PATIENCE = 60
LONGEST_RUN = 1800


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_until(what, condition, process=None, timeout=PATIENCE, interval=0.005):
    """Waits for a condition, which must come true before the process ends or the time is over."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if process is not None and process.poll() is not None:
            raise WrongResult(f"it ended with status {process.returncode} before {what}")
        if time.monotonic() >= deadline:
            raise WrongResult(f"after {timeout} s it is not true that {what}")
        time.sleep(interval)


class Processors:
    """Two of those that this process may run on: one for what is measured, one for what asks it."""

    def __init__(self):
        self.all = os.sched_getaffinity(0)
        ordered = sorted(self.all)
        self.measured, self.asking = ordered[-1], ordered[0]

    @contextlib.contextmanager
    def only(self, processor):
        """What is started within runs on this processor alone."""
        before = os.sched_getaffinity(0)
        os.sched_setaffinity(0, self.all if processor is None else {processor})
        try:
            yield
        finally:
            os.sched_setaffinity(0, before)


class Fleet:
    """All programs that run; they end with it."""

    def __init__(self, folder):
        self.folder = folder
        self.processors = Processors()
        self.running = []
        self.environment = {name: value for name, value in os.environ.items()
                            if not name.startswith("ETL_") and name not in ("LOG_FILE", "NOTIFY_SOCKET")}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # A second Ctrl-C must not leave programs behind.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        # Not killed at once: nginx ends its worker, and would leave it behind.
        for process in self.running:
            process.terminate()
        for process in self.running:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def start(self, command, processor=None, environment=None, folder=None):
        """Starts a program in the background; what it says is in the file named as it is."""
        name = os.path.basename(command[0])
        with open(os.path.join(self.folder, f"{name}.output"), "wb") as output:
            with self.processors.only(processor):
                process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                           cwd=folder or self.folder, env={**self.environment, **(environment or {})})
        self.running.append(process)
        return process

    def stop(self, process, sign=signal.SIGTERM):
        """Ends a program and gives the seconds that it took."""
        start = time.monotonic()
        process.send_signal(sign)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise WrongResult(f"{process.args[0]} did not end within {PATIENCE} s") from None
        finally:
            self.running.remove(process)
        return time.monotonic() - start

    @contextlib.contextmanager
    def serving(self, command, processor=None, **more):
        process = self.start(command, processor, **more)
        try:
            yield process
            if process.poll() is not None:
                raise WrongResult(f"{os.path.basename(command[0])} ended by itself with status {process.returncode}")
        finally:
            self.stop(process)

    def run(self, command, processor=None, accepted=(0,), environment=None):
        """Runs a program to its end: the seconds that it took, its start included, and what it printed."""
        with self.processors.only(processor):
            start = time.monotonic()
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, cwd=self.folder,
                                       env={**self.environment, **(environment or {})})
        self.running.append(process)
        try:
            output, errors = process.communicate(timeout=LONGEST_RUN)
        except subprocess.TimeoutExpired:
            raise WrongResult(f"{os.path.basename(command[0])} has not ended after {LONGEST_RUN} s") from None
        seconds = time.monotonic() - start
        self.running.remove(process)
        if process.returncode not in accepted:
            name, said = os.path.basename(command[0]), errors.decode(errors="replace").strip().splitlines()[-3:]
            raise WrongResult(f"{name} ended with status {process.returncode}: {' / '.join(said)}")
        return seconds, output


def available_memory():
    """Bytes that are free, or hold what can be read again."""
    with open("/proc/meminfo", encoding="ascii") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("MemAvailable:"))


def memory(process):
    """Bytes: resident, the most that ever was resident, and the anonymous part."""
    fields = {}
    with open(f"/proc/{process.pid}/status", encoding="ascii", errors="replace") as status:
        for line in status:
            name, _, value = line.partition(":")
            fields[name] = value.split()
    return {name: int(fields[field][0]) * 1024
            for name, field in (("resident", "VmRSS"), ("peak", "VmHWM"), ("anonymous", "RssAnon"))}


def open_files(process):
    """The paths of all files that a program has open."""
    folder = f"/proc/{process.pid}/fd"
    paths = set()
    for name in os.listdir(folder):
        # It may have been closed meanwhile.
        with contextlib.suppress(FileNotFoundError):
            paths.add(os.readlink(f"{folder}/{name}"))
    return paths


def scheduled_seconds(folder):
    """Of one thread; the times in stat are whole ticks, too coarse for what is idle."""
    with open(f"{folder}/schedstat", encoding="ascii") as schedule:
        return int(schedule.read().split()[0]) / 1e9


def activity(process):
    """Over all threads since their start: how often they slept and were woken, and the seconds of processor time."""
    wakeups, seconds, threads = 0, 0.0, 0
    for thread in os.listdir(f"/proc/{process.pid}/task"):
        folder = f"/proc/{process.pid}/task/{thread}"
        threads += 1
        with open(f"{folder}/status", encoding="ascii", errors="replace") as status:
            wakeups += next(int(line.split()[1]) for line in status if line.startswith("voluntary_ctxt_switches"))
        seconds += scheduled_seconds(folder)
    return {"wakeups": wakeups, "seconds": seconds, "threads": threads}


def processor_seconds(process):
    """Of a program and of all that it has started."""
    folder = f"/proc/{process.pid}/task/{process.pid}"
    with open(f"{folder}/children", encoding="ascii") as children:
        pids = [process.pid, *map(int, children.read().split())]
    seconds = 0.0
    for pid in pids:
        for thread in os.listdir(f"/proc/{pid}/task"):
            seconds += scheduled_seconds(f"/proc/{pid}/task/{thread}")
    return seconds


class Client:
    """One connection that stays open, for times that a library for HTTP would add to."""

    def __init__(self, port, timeout=PATIENCE):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def get(self, path):
        """The status and the body."""
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        received = b""
        while b"\r\n\r\n" not in received:
            received += self.more()
        head, _, body = received.partition(b"\r\n\r\n")
        _, found, rest = head.lower().partition(b"\r\ncontent-length:")
        if not found:
            raise WrongResult("an answer does not say how long it is")
        parts = [body]
        missing = int(rest.split(b"\r\n")[0]) - len(body)
        while missing > 0:
            parts.append(self.more())
            missing -= len(parts[-1])
        return int(head.split(b" ")[1]), b"".join(parts)

    def more(self):
        received = self.socket.recv(262_144)
        if not received:
            raise ConnectionError("closed before the answer was whole")
        return received


def connect(port, process):
    """A connection as soon as somebody listens."""
    def attempt():
        try:
            return Client(port)
        except ConnectionError:
            return None
    return wait_until("it listens", attempt, process, interval=0.0005)
