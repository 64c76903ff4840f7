"""Lets a real Prometheus scrape, as text and as OpenMetrics, what is shown of names with every kind of character in them.

Usage: hostile_names_with_prometheus.py EXPORTER PROMETHEUS
"""

import contextlib
import http.server
import json
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path

MOST_SECONDS = 90
# Fewer than the pipelines that have a label of their own.
CHARACTERS_PER_LOG = 60
# All of ASCII, the other control characters, separators, what turns a text's direction, private use, unassigned code
# points and noncharacters, of one to four bytes.
CODE_POINTS = [
    *range(0xA1), 0x378, 0x379, 0x61C, *range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2066, 0x206A),
    0xE000, 0xFDD0, 0xFDEF, 0xFEFF, 0xFFF9, 0xFFFC, 0xFFFD, 0xFFFE, 0xFFFF, 0x1F600, 0x1FFFE, 0xE0001, 0xE0FFF,
    0xF0000, 0x10FFFE, 0x10FFFF,
]  # fmt: skip
# Half surrogate pairs, which stand in JSON only escaped.
ESCAPES = ["\\ud800", "\\udce9", "\\udfff"]


def lines(number, character):
    """A completed and a failed file of a pipeline, an error type and files that have the character in their names."""
    common = f'"timestamp": "2026-01-01T00:00:{number % 60:02}Z", "pipeline": "p{character}q{number % 7}"'
    yield (
        f'{{{common}, "message": "file_processing_completed", "file_id": "a{character}b", "records_processed": 1, '
        f'"processing_time": {2 ** (number % 12) / 10}}}\n'
    )
    yield (
        f'{{{common}, "message": "file_processing_failed", "file_id": "c{character}d", '
        f'"error_type": "e{character}f{number % 7}"}}\n'
    )


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def read(url, **fields):
    with urllib.request.urlopen(urllib.request.Request(url, headers=fields), timeout=10) as answer:
        return answer.read(), answer.headers["Content-Type"]


class TextOnly(http.server.BaseHTTPRequestHandler):
    """Asks the exporter whose port the path names for the text format, which Prometheus would only take second."""

    def do_GET(self):
        body, content_type = read(f"http://127.0.0.1:{self.path.strip('/')}/metrics", Accept="text/plain")
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


def wait_for(what, condition):
    deadline = time.monotonic() + MOST_SECONDS
    while True:
        state = None
        with contextlib.suppress(OSError):
            state = condition()
            if state is True:
                return
        assert time.monotonic() < deadline, f"{what} within {MOST_SECONDS} s: {state}"
        time.sleep(0.2)


def main(exporter, prometheus):
    escaped = [json.dumps(chr(point))[1:-1] for point in CODE_POINTS] + ESCAPES
    # As they stand, too, where JSON lets them.
    raw = [chr(point) for point in CODE_POINTS if point >= 0x7F]
    characters = escaped + raw
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))

        def start(*arguments):
            process = subprocess.Popen(arguments, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
            errors = []
            threading.Thread(target=lambda: errors.extend(process.stderr), daemon=True).start()
            stack.callback(process.wait)
            stack.callback(process.terminate)
            return errors

        ports = []
        for first in range(0, len(characters), CHARACTERS_PER_LOG):
            log = folder / f"{first}.log"
            part = enumerate(characters[first : first + CHARACTERS_PER_LOG])
            log.write_text("".join(line for item in part for line in lines(*item)), encoding="utf-8")
            ports.append(free_port())
            start(exporter, "--log-file", str(log), "--web.listen-address", f"127.0.0.1:{ports[-1]}")
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), TextOnly)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        stack.callback(server.shutdown)
        text_port = server.server_address[1]
        configuration = {
            "global": {"scrape_interval": "1s", "scrape_timeout": "1s"},
            "scrape_configs": [
                {"job_name": f"openmetrics-{port}", "static_configs": [{"targets": [f"127.0.0.1:{port}"]}]}
                for port in ports
            ]
            + [
                {
                    "job_name": f"text-{port}",
                    "metrics_path": f"/{port}",
                    "static_configs": [{"targets": [f"127.0.0.1:{text_port}"]}],
                }
                for port in ports
            ],
        }
        for port in ports:
            wait_for(
                f"the exporter at {port} is not ready",
                lambda port=port: read(f"http://127.0.0.1:{port}/-/ready") and True,
            )
        # JSON is YAML.
        (folder / "prometheus.yml").write_text(json.dumps(configuration))
        url = f"http://127.0.0.1:{free_port()}"
        said = start(
            prometheus, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
            f"--web.listen-address={url.removeprefix('http://')}", "--enable-feature=exemplar-storage", "--log.level=warn",
        )  # fmt: skip

        def ask(path, **parameters):
            query = urllib.parse.urlencode(parameters)
            return json.loads(read(f"{url}/api/v1/{path}?{query}")[0])["data"]

        def all_up():
            targets = ask("targets")["activeTargets"]
            down = [f"{t['scrapePool']}: {t['lastError']}" for t in targets if t["health"] != "up"]
            return down or len(targets) == 2 * len(ports)

        wait_for("not every target is up", all_up)

        def all_counted():
            counted = {
                sample["metric"]["kind"]: float(sample["value"][1])
                for sample in ask(
                    "query",
                    query='sum by (kind) (label_replace({__name__=~"etl_files_total|etl_failures_total"}, "kind", "$1",'
                    ' "job", "(.*)-.*"))',
                )["result"]
            }
            return counted == {"text": 2 * len(characters), "openmetrics": 2 * len(characters)} or counted

        wait_for("Prometheus does not have each file", all_counted)
        now = time.time()
        exemplars = ask("query_exemplars", query='{__name__=~"etl_.*"}', start=0, end=now)
        names = {e["labels"]["file_id"] for series in exemplars for e in series["exemplars"]}
        assert "a\ufffdb" in names and "aAb" in names and "c\u0378d" in names, f"the exemplars are {sorted(names)}"
        assert not said, f"Prometheus says {said[:3]}"
        print(len(characters), "characters,", len(ports), "exporters,", len(names), "names of exemplars")


main(*sys.argv[1:])
