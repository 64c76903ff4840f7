"""The exporter and the simulator as processes, for the browser to look at."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Programs:
    """A folder with a log, and the programs that write and read it; all ends with it."""

    def __init__(self, executables):
        self.executables = executables
        self.folder = tempfile.mkdtemp(prefix="etl-page-")
        self.port = free_port()
        self.running = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.running:
            process.kill()
            process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/"

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self, name, *arguments):
        output = open(self.path(f"{name}.out"), "ab")
        process = subprocess.Popen([os.path.join(self.executables, name), *arguments], stdout=output, stderr=output,
                                   cwd=self.folder, stdin=subprocess.DEVNULL)
        output.close()
        self.running.append(process)
        return process

    def start_simulator(self, *arguments, log="etl.log"):
        return self.start("etl-simulator", "--log-file", self.path(log), "--quiet", *arguments)

    def start_exporter(self, *arguments, logs=("etl.log",)):
        """Starts it and waits until it has caught up."""
        sources = [part for log in logs for part in ("--log-file", self.path_of_source(log))]
        process = self.start("etl-exporter", *sources, "--web.listen-address", f"127.0.0.1:{self.port}", *arguments)
        deadline = time.monotonic() + 20
        while self.status("-/ready") != 200:
            if process.poll() is not None or time.monotonic() >= deadline:
                with open(self.path("etl-exporter.out"), encoding="utf-8") as file:
                    raise AssertionError(f"the exporter is not ready: {file.read()}")
            time.sleep(0.05)
        return process

    def path_of_source(self, source):
        name, equals, log = source.rpartition("=")
        return f"{name}{equals}{self.path(log)}"

    def run_simulator(self, *arguments, log="etl.log"):
        """Lets it write and end."""
        process = self.start_simulator(*arguments, log=log)
        process.wait(60)
        return process

    @staticmethod
    def kill(process):
        process.send_signal(signal.SIGKILL)
        process.wait()

    def status(self, path):
        try:
            with urllib.request.urlopen(self.url + path, timeout=5) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return None

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=5) as answer:
            return answer.read().decode(), answer.headers
