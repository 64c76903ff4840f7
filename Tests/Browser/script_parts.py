"""The parts of the status page's script, by themselves in an empty document."""

import json
import pathlib

FOLDER = next((pathlib.Path(__file__).parents[2] / "Sources/Exporter").glob("**/Resources/script"))

# What each part that computes builds on; the other parts show what these have computed.
NEEDS = {
    "words": [],
    "pipelines": [],
    "judgement": ["words", "pipelines"],
    "minutes": ["words", "pipelines"],
    "scales": ["words", "minutes"],
    "exporter": ["words", "pipelines"],
}


def text_of(name):
    return (FOLDER / f"{name}.js").read_text(encoding="utf-8")


class Part:
    """One part with what it builds on, and nothing else: what it would take from the page is an error."""

    def __init__(self, browser, name):
        self.page = browser.open("data:text/html,<title>parts</title>")
        for needed in [*NEEDS[name], name]:
            self.page.evaluate(f'"use strict";\n{text_of(needed)}; 0')

    def call(self, function, *arguments):
        """What a function gives, without what JSON cannot say."""
        given = ", ".join(json.dumps(argument) for argument in arguments)
        # An object, so that a key that has no value is left out.
        return json.loads(self.page.evaluate(f"JSON.stringify({{ value: {function}({given}) }})")).get("value")

    def expect(self, function, cases):
        """Each case: the arguments, and what the function is to give for them."""
        for *arguments, expected in cases:
            given = self.call(function, *arguments)
            assert given == expected, f"{function}{tuple(arguments)} is {given!r}, not {expected!r}"


def pipeline(name=None, **fields):
    """A pipeline as /health tells of one that runs and has had work."""
    return {
        "pipeline": name, "status": "running", "ended": None, "reason": None, "last_event": "2026-01-01T00:00:00Z",
        "total_records": 10, "total_files": 2, "total_failures": 1, "records_per_second": 5.0,
        "seconds_since_last_success": 3, "seconds_since_last_failure": 9, "seconds_since_last_event": 3,
        "last_failure_type": "timeout", "errors_by_type": {"timeout": 1},
        "gap_records": 0, "gap_files": 0, "gap_failures": 0, **fields,
    }


def health(*pipelines, status="healthy", **exporter):
    """An answer of /health with the fields that the page looks at."""
    return {"status": status, "pipelines": list(pipelines) or [pipeline()], "exporter": {
        "status": "ok", "reasons": [], "lag_bytes": 0, "logs": [{"path": "etl.log"}], "read_bytes": 1500,
        "lines": {"event": 3, "other": 0, "malformed": 0, "oversized": 0, "duplicate": 0, "stale": 0},
        "event_delay_seconds": 0.25, "rotations": {"renamed": 0}, "read_errors": 0, "snapshot": None,
        "uptime_seconds": 61, **exporter,
    }}


SAMPLE_SECONDS, SAMPLES = 10, 360
START = 1_800_000_000


def history(**samples):
    """An answer of /api/history in which nothing is known but the samples that are given: `records={-1: 5}`."""
    names = ("events", "records", "files", "failures", "timed_files", "processing_seconds", "longest_processing_seconds")
    answer = {"start_time_seconds": START, "sample_seconds": SAMPLE_SECONDS}
    known = {place for values in samples.values() for place in values}
    for name in names:
        values = [None] * SAMPLES
        for place in known:
            missing = None if name == "longest_processing_seconds" else 0
            values[place] = samples.get(name, {}).get(place, missing)
        answer[name] = values
    return answer


END = START + SAMPLES * SAMPLE_SECONDS
