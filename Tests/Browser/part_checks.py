"""Checks of the parts of the status page's script that compute: what they give for what they are given."""

import datetime
import json
import time

from programs import Programs
from script_parts import END, FOLDER, NEEDS, SAMPLES, START, Part, health, history, pipeline, text_of


def check_parts_are_served(_, executables):
    """every part of the script is in the page, those that others build on before them"""
    with Programs(executables) as programs:
        programs.start_exporter()
        document, _ = programs.get("")
    names = sorted(path.stem for path in FOLDER.glob("*.js"))
    assert len(names) > len(NEEDS) and set(NEEDS) < set(names), names
    places = {name: document.find(text_of(name)) for name in names}
    assert min(places.values()) > document.index('"use strict"'), places
    for name, needed in NEEDS.items():
        assert all(places[one] < places[name] for one in needed), f"{name} comes before what it needs: {places}"
    assert max(places, key=places.get) == "polling", places


def check_words(browser, _):
    """numbers, times and sizes are rounded, grouped and named alike everywhere"""
    part = Part(browser, "words")
    part.expect("number", [(0, "0"), (7, "7"), (0.5, "0.50"), (9.994, "9.99"), (12.34, "12.3"), (1234.5, "1,235")])
    part.expect("whole", [(99_999_999, "99,999,999"), (1e8, "100.0M"), (123_456_789_000, "123.5B"), (1.5e15, "1.50e+15")])
    part.expect("duration", [
        (-5, "0 s"), (0, "0 s"), (59.9, "59 s"), (60, "1 min"), (61, "1 min 1 s"), (3599, "59 min 59 s"), (3600, "1 h"),
        # Two units at most, and none that says nothing of what is between.
        (3601, "1 h"), (3660, "1 h 1 min"), (86_460, "1 d"), (90_061, "1 d 1 h"), (86_400_000, "1,000 d"),
    ])
    part.expect("timeOf", [(0.25, "0.25 s"), (59.94, "59.9 s"), (60, "1 min")])
    part.expect("plural", [(0, "file", "0 files"), (1, "file", "1 file"), (1500, "line", "1,500 lines")])
    part.expect("sentence", [("no event", "No event."), ("Why?", "Why?"), ("it ended.", "It ended.")])
    part.expect("bytes", [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (1_250_000, "1.3 MB"), (1e16, "10000.0 TB")])
    part.expect("delayText", [(2.5, "2.50 s"), (-0.4, "0 s"), (-1, "1 s ahead of the exporter’s clock"),
                              (-7200, "2 h ahead of the exporter’s clock")])


def check_pipelines_together(browser, _):
    """several pipelines make one of which everything is known that is known of any"""
    part = Part(browser, "pipelines")
    new = pipeline("new", total_records=0, total_files=0, total_failures=0, records_per_second=None, errors_by_type={},
                   seconds_since_last_success=None, seconds_since_last_failure=None, seconds_since_last_event=None,
                   last_failure_type=None, last_event=None)
    late = pipeline("late", seconds_since_last_failure=4, last_failure_type="disk", records_per_second=2.5,
                    seconds_since_last_success=8, seconds_since_last_event=4,
                    errors_by_type={"timeout": 2, "disk": 1, "constructor": 3})
    part.expect("combine", [
        ([late], late),
        ([pipeline("one"), late, new], {
            "errors_by_type": {"timeout": 3, "disk": 1, "constructor": 3}, "last_failure_type": "disk",
            "total_records": 20, "total_files": 4, "total_failures": 2, "records_per_second": 7.5,
            "seconds_since_last_success": 3, "seconds_since_last_failure": 4, "seconds_since_last_event": 3}),
    ])
    both = part.call("combine", [new, new])
    assert both["records_per_second"] is None and both["seconds_since_last_event"] is None, both
    assert both["last_failure_type"] is None and both["total_files"] == 0, both

    def shown(pipelines, *name):
        return [one["pipeline"] for one in part.call("pipelinesInView", pipelines, *name)]

    several = [pipeline("a"), pipeline(None), pipeline("b")]
    assert shown(several) == ["a", None, "b"] and shown(several, "b") == ["b"]
    assert shown(several, "") == [None] and shown(several, "gone") == ["a", None, "b"]
    # One that is alone is shown by whatever name it was chosen before.
    assert shown([pipeline("a")], "b") == ["a"]


def check_judgement(browser, _):
    """the worst that is known decides the headline, and each reason says whose it is"""
    part = Part(browser, "judgement")
    down = {"status": "down", "reason": "no event for 9 s"}
    fresh = {"status": "down", "last_event": None, "reason": "no event yet", "seconds_since_last_event": None}
    stopped = {"status": "down", "ended": "stopped", "reason": "stopped 3 s ago"}
    unreadable = health(pipeline(**down))
    unreadable["exporter"] |= {"status": "failing", "reasons": ["etl.log: permission denied"]}
    part.expect("judge", [
        (health(), ["good", "The job is running", ["last event 3 s ago"]]),
        (health(reasons=["etl.log is not there"]), ["warn", "The job is running", ["last event 3 s ago", "etl.log is not there"]]),
        (health(pipeline("a"), pipeline("b", seconds_since_last_event=1)),
         ["good", "All 2 pipelines are running", ["last event 1 s ago"]]),
        (health(pipeline(**down), status="starting", lag_bytes=2_000_000),
         ["wait", "Catching up", ["2.0 MB of the log to go until the totals are whole"]]),
        # Whatever else is known: the numbers are old.
        (unreadable, ["bad", "The log cannot be read", ["etl.log: permission denied"]]),
        (unreadable | {"status": "starting"}, ["bad", "The log cannot be read", ["etl.log: permission denied"]]),
        (health(pipeline(**fresh), reasons=["etl.log is not there"]),
         ["wait", "Nothing yet", ["the log has told nothing of the job so far", "etl.log is not there"]]),
        (health(pipeline(**down)), ["bad", "The job is down", ["no event for 9 s"]]),
        (health(pipeline(**stopped)), ["bad", "The job has stopped", ["stopped 3 s ago"]]),
        (health(pipeline("a"), pipeline("b", **stopped), reasons=["etl.log is gone"]),
         ["bad", "1 of 2 pipelines is down", ["pipeline b: stopped 3 s ago", "etl.log is gone"]]),
        (health(pipeline(None, **down), pipeline("b", **fresh), pipeline("c")),
         ["bad", "2 of 3 pipelines are down", ["without a name: no event for 9 s", "pipeline b: no event yet"]]),
    ])


def milliseconds(text):
    return round(1000 * datetime.datetime.fromisoformat(text).timestamp())


def check_minutes(browser, _):
    """samples become minutes that end with what is known, and what is unknown is no zero"""
    part = Part(browser, "minutes")
    minutes = part.call("minutesOf", history(), END)
    assert len(minutes) == 60 and not any(one["isKnown"] or one["isSilent"] for one in minutes)
    assert all(minutes[9][key] is None for key in ("rate", "files", "failures", "mean", "longest")), minutes[9]

    whole = {place: 1 for place in range(SAMPLES)}
    minutes = part.call("minutesOf", history(events=whole, records={SAMPLES - 1: 600}), END)
    assert [one["seconds"] for one in minutes] == [60] * 60
    assert [milliseconds(minutes[place]["from"]) for place in (0, 59)] == [1000 * START, 1000 * (END - 60)]
    assert [one["rate"] for one in minutes] == [0] * 59 + [10]

    # The newest sample is not over: its rate is of the seconds that have passed, of one at least, and of ten at most,
    # whatever clock the answer's time is from.
    for now, seconds in ((END - 6, 54), (END - 10, 51), (END - 500, 51), (END + 500, 60)):
        newest = part.call("minutesOf", history(events=whole, records={SAMPLES - 1: 600}), now)[-1]
        assert newest["seconds"] == seconds and newest["rate"] == 600 / seconds, (now, newest)

    # The first line came in the middle of a minute.
    newest = part.call("minutesOf", history(events={SAMPLES - 2: 1, SAMPLES - 1: 0}, records={SAMPLES - 2: 40}), END)[-1]
    assert (newest["seconds"], newest["rate"], newest["isSilent"]) == (20, 2, False), newest

    # A minute is silent only where all of it is known.
    minutes = part.call("minutesOf", history(events={place: 0 for place in range(3, 12)}), END)
    assert [one["isSilent"] for one in minutes[:3]] == [False, True, False] and minutes[0]["isKnown"], minutes[:3]

    first = part.call("minutesOf", history(
        events={0: 3, 1: 1}, files={0: 2, 1: 1}, failures={1: 4}, timed_files={0: 2}, processing_seconds={0: 5},
        longest_processing_seconds={0: 3.5}), END)[0]
    values = {key: first[key] for key in ("files", "failures", "mean", "longest")}
    assert values == {"files": 3, "failures": 4, "mean": 2.5, "longest": 3.5}, values


def span(first, last):
    return "–".join(time.strftime("%H:%M:%S", time.localtime(moment)) for moment in (first, last))


def check_summaries(browser, _):
    """each plot's summary says the newest, the most and its time, or that there is nothing"""
    part = Part(browser, "minutes")

    def summaries(**samples):
        part.page.evaluate(f"window.past = minutesOf({json.dumps(history(**samples))}, {END}); 0")
        return [part.page.evaluate(f"{name}Summary(past)") for name in ("records", "seconds", "failures")]

    end = time.strftime("%H:%M:%S", time.localtime(END))
    assert summaries() == ["Nothing to show yet.", "No file was completed in this hour.", "Nothing to show yet."]
    whole = {place: 1 for place in range(SAMPLES)}
    assert summaries(events=whole) == [
        "0/s in the last 1 min.", "No file was completed in this hour.", "No file failed in this hour."]
    records, seconds, failures = summaries(
        events=whole | {place: 0 for place in range(12, 24)}, records={0: 1200, SAMPLES - 1: 90}, files={6: 2, 40: 1},
        timed_files={6: 2, 40: 1}, processing_seconds={6: 100, 40: 1}, longest_processing_seconds={6: 75.5, 40: 1},
        failures={7: 1, 50: 1500})
    assert records == (f"1.50/s in the last 1 min; most 20/s, {span(START, START + 60)}. "
                       "The log said nothing in 2 minutes (hatched)."), records
    assert seconds == f"3 files until {end}; the longest took 1 min 15 s, {span(START + 60, START + 120)}.", seconds
    assert failures == f"1,501 failures until {end}; most 1,500 in a minute, {span(START + 480, START + 540)}.", failures


def check_scales(browser, _):
    """an axis has few round labels that reach above the largest value, however large or small that is"""
    part = Part(browser, "scales")
    part.expect("scale", [
        (1, False, {"step": 0.5, "top": 1}), (3, False, {"step": 1, "top": 3}), (3.1, False, {"step": 2, "top": 4}),
        (1, True, {"step": 1, "top": 1}), (7, True, {"step": 5, "top": 10}), (999, False, {"step": 500, "top": 1000}),
        (1e300, False, {"step": 5e299, "top": 1e300}),
        # A sum that is off by a bit needs no label more.
        (0.1 + 0.2, False, {"step": 0.1, "top": 3 * 0.1}),
    ])
    wrong = part.page.evaluate("""(() => {
      const wrong = [];
      for (let largest = 1e-3; largest < 1e15; largest *= 1.037) for (const isWhole of [false, true]) {
        const { step, top } = scale(largest, isWhole), labels = top / step;
        const isRound = [1, 2, 5, 10].some(one => Math.abs(step / 10 ** Math.floor(Math.log10(step)) - one) < 1e-9);
        const isRight = isRound && labels < 4 && Math.abs(labels - Math.round(labels)) < 1e-9
          && top >= largest * (1 - 1e-9) && (!isWhole || Number.isInteger(step));
        if (!isRight) wrong.push([largest, isWhole, step, top]);
      }
      return wrong;
    })()""")
    assert not wrong, wrong[:5]
    part.expect("axisText", [(0, "0"), (0.1 + 0.2, "0.3"), (2500, "2,500"), (2e6, "2,000,000"), (5e299, "5.00e+299")])
    page = part.page
    assert page.evaluate("(() => { const { x } = placing(650, 132, 10); return [0, 30, 60].map(x); })()") == [44, 344, 644]
    # What is larger than the axis ends where the axis does.
    assert page.evaluate("(() => { const { y } = placing(650, 132, 10); return [0, 5, 10, 99].map(y); })()") == [108, 58, 8, 8]


def check_exporter_rows(browser, _):
    """what the exporter says of itself is named, and what needs a look is an alert"""
    part = Part(browser, "exporter")

    def rows(*pipelines, **exporter):
        given = part.call("exporterRows", health(*pipelines, **exporter))
        return {name: (text, bool(is_alert and is_alert[0])) for name, text, *is_alert in given}

    plain = rows()
    assert not any(is_alert for _, is_alert in plain.values()), plain
    assert {name: text for name, (text, _) in plain.items()} == {
        "State": "ok", "Log": "etl.log", "Read": "1.5 kB, 3 lines", "Not read yet": "0 bytes",
        "Delay of the newest event": "0.25 s", "Unreadable lines": "0", "Repeated or late lines": "0",
        "Work whose lines were lost": "0", "Rotations of the log": "0", "Errors while reading": "0",
        "Snapshot": "not kept", "Uptime of the exporter": "1 min 1 s"}, plain
    lines = {"event": 1, "other": 0, "malformed": 2, "oversized": 1, "duplicate": 0, "stale": 4}
    snapshot = {"age_seconds": 4, "bytes": 20_000, "errors": 2}
    bad = rows(pipeline("a", gap_records=1200, gap_failures=1), pipeline("b", gap_records=34), lines=lines, snapshot=snapshot,
               event_delay_seconds=-60, read_errors=3, rotations={"renamed": 2, "truncated": 1, "replaced": 0},
               logs=[{"path": "a.log"}, {"path": "b.log"}])
    expected = {
        "Log": ("2 files", False), "Delay of the newest event": ("1 min ahead of the exporter’s clock", True),
        "Unreadable lines": ("2 malformed, 1 too long", True), "Repeated or late lines": ("0 repeated, 4 late", False),
        "Work whose lines were lost": ("1,234 records, 1 failure", True), "Errors while reading": ("3", True),
        "Rotations of the log": ("2 renamed, 1 truncated", False), "Snapshot": ("4 s ago, 20.0 kB", False),
        "Snapshots that failed": ("2", True)}
    assert {name: bad[name] for name in expected} == expected, bad
    assert list(bad)[-2:] == ["Snapshots that failed", "Uptime of the exporter"], list(bad)
    nothing = rows(event_delay_seconds=None, snapshot={"age_seconds": None, "bytes": 0, "errors": 0})
    assert nothing["Delay of the newest event"] == (None, False) and nothing["Snapshot"] == (None, False), nothing
