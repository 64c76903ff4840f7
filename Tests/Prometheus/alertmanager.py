"""A real Alertmanager with this repository's configuration, and what listens where it notifies."""

import http.server
import json
import pathlib
import re
import signal
import socket
import socketserver
import subprocess
import threading
import time
import urllib.error
import urllib.request

from rule_files import ROOT

CONFIGURATION = ROOT / "prometheus/alertmanager.yml"
EXAMPLES = sorted((ROOT / "prometheus/receivers").glob("*.yml"))
MOST_SECONDS = 30


def with_receivers(example):
    """The text of the configuration with the receivers of an example in the place of its own, as one puts them there."""
    head, own, _ = CONFIGURATION.read_text(encoding="utf-8").partition("\nreceivers:\n")
    assert own, f"{CONFIGURATION} has no receivers"
    return f"{head}\n{example.read_text(encoding='utf-8')}"


class Webhooks(http.server.ThreadingHTTPServer):
    """Keeps path and body of each request."""

    def __init__(self):
        self.received = []
        super().__init__(("127.0.0.1", 0), WebhookHandler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def alerts(self, path):
        return [alert for p, body in list(self.received) if p == path for alert in body["alerts"]]

    def names(self, path):
        """The names and instances of the alerts that were handed to a path."""
        return {(a["labels"]["alertname"], a["labels"].get("instance")) for a in self.alerts(path)}


class WebhookHandler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.received.append((self.path, body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *arguments):
        del arguments


class Mailbox(socketserver.ThreadingTCPServer):
    """A server of mail that takes all and keeps it."""

    def __init__(self):
        self.received = []
        super().__init__(("127.0.0.1", 0), MailHandler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class MailHandler(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"220 localhost\r\n")
        for line in self.rfile:
            command = line.split()[0].upper() if line.split() else b""
            if command == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = []
                while (text := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(text)
                self.server.received.append(b"".join(lines).decode())
            elif command == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(b"250 ok\r\n")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Alertmanager:
    """It runs as long as this is open."""

    def __init__(self, program, folder, text):
        # Long enough for the alerts that are posted together, and for what inhibits them.
        text, count = re.subn(r"group_wait: \w+", "group_wait: 2s", text)
        assert count == 1, f"the configuration has {count} times group_wait, not 1"
        self.folder = pathlib.Path(folder)
        self.url = f"http://127.0.0.1:{free_port()}"
        self.program = program
        (self.folder / "alertmanager.yml").write_text(text, encoding="utf-8")
        self.process = None

    def __enter__(self):
        with open(self.folder / "output", "w", encoding="utf-8") as output:
            self.process = subprocess.Popen(
                [
                    self.program,
                    f"--config.file={self.folder}/alertmanager.yml",
                    f"--storage.path={self.folder}/data",
                    f"--web.listen-address={self.url.removeprefix('http://')}",
                    "--cluster.listen-address=",
                ],
                stdout=output,
                stderr=subprocess.STDOUT,
                # Where it finds its templates if it is unpacked and not installed.
                cwd=pathlib.Path(self.program).resolve().parents[2],
            )
        try:
            self.wait_until(f"alertmanager answers at {self.url}", self.answers)
        except AssertionError:
            self.__exit__(AssertionError, None, None)
            raise
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            print((self.folder / "output").read_text(encoding="utf-8")[-3000:])
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(MOST_SECONDS)

    def ask(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.loads(answer.read() or "null")

    def answers(self):
        try:
            return self.ask("/api/v2/status") is not None
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def post(self, alerts):
        self.ask("/api/v2/alerts", alerts)

    def alerts(self):
        return self.ask("/api/v2/alerts")

    def wait_until(self, what, is_so):
        deadline = time.monotonic() + MOST_SECONDS
        while not is_so():
            assert self.process.poll() is None, f"alertmanager has ended with status {self.process.returncode}"
            assert time.monotonic() < deadline, f"within {MOST_SECONDS} s not so: {what}"
            time.sleep(0.1)
