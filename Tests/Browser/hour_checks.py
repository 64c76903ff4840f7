"""Checks that the status page's last hour tells of all that happened in it, and when that was."""

import json
import re
import time

from page_state import expect_quiet, expect_words, wait_for_plots
from programs import Programs

RECORDS = 6000
TIME = r"\d\d:\d\d:\d\d"


def seconds_of_day(text):
    hours, minutes, seconds = map(int, text.split(":"))
    return (hours * 60 + minutes) * 60 + seconds


def write_burst(programs, pipeline, now):
    """Two files and three failures, all within the last three seconds."""
    with open(programs.path("etl.log"), "a", encoding="utf-8") as log:
        for age, fields in ((3, {"message": "file_processing_completed", "records_processed": RECORDS // 2, "processing_time": 1}),
                            (2, {"message": "file_processing_failed"}), (2, {"message": "file_processing_failed"}),
                            (1, {"message": "file_processing_failed"}),
                            (1, {"message": "file_processing_completed", "records_processed": RECORDS // 2, "processing_time": 2})):
            log.write(json.dumps({"timestamp": iso(now - age), "pipeline": pipeline, **fields}) + "\n")


def expect_span(text, happened):
    """The span of time is about a minute at most, and what happened was in it."""
    first, last = map(seconds_of_day, text.split("–"))
    local = time.localtime(happened)
    moment = seconds_of_day(time.strftime("%H:%M:%S", local))
    length, place = (last - first) % 86400, (moment - first) % 86400
    assert 0 < length <= 60 and place <= length, f"{text} for what happened at {time.strftime('%H:%M:%S', local)}"
    return length


def check_last_hour(browser, executables):
    """what just happened is in the plots, at its time and with its rate, whether the log is old or new"""
    with Programs(executables) as programs:
        # All of it is within the sample of ten seconds that is not over yet.
        deadline = time.monotonic() + 20
        while not 3 <= time.time() % 10 < 5:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        now = time.time()
        with open(programs.path("etl.log"), "w", encoding="utf-8") as log:
            log.write(json.dumps({"timestamp": iso(now - 1800), "pipeline": "old", "message": "etl_started"}) + "\n")
        for pipeline in ("old", "new"):
            write_burst(programs, pipeline, now)
        programs.start_exporter()
        for pipeline, shortest, longest in (("old", 50, 60), ("new", 1, 40)):
            page = browser.open(f"{programs.url}#pipeline={pipeline}")
            wait_for_plots(page)
            assert page.value("files") == 2 and page.value("failures") == 3
            failures = re.fullmatch(rf"3 failures until ({TIME}); most 3 in a minute, ({TIME}–{TIME})\.", page.text("summary-failures"))
            files = re.fullmatch(rf"2 files until ({TIME}); the longest took 2 s, ({TIME}–{TIME})\.", page.text("summary-seconds"))
            rate = re.match(rf"([\d,.]+)/s in the last (1 min|(\d+) s); most ([\d,.]+)/s, ({TIME}–{TIME})\.", page.text("summary-records"))
            assert failures and files and rate, page.evaluate("[...document.querySelectorAll('.summary')].map(one => one.innerText)")
            for span in (failures[2], files[2], rate[5]):
                length = expect_span(span, now - 2)
                assert shortest <= length == int(rate[3] or 60) <= longest, f"{pipeline}: {length} s in {rate[0]}"
                assert span.endswith(failures[1]), f"{span} does not end with the hour, at {failures[1]}"
            records = float(rate[1].replace(",", "")) * length
            assert abs(records - RECORDS) < 0.02 * RECORDS, f"{pipeline}: {rate[0]} are {records} records of {RECORDS}"
            page.evaluate("document.getElementById('minutes').open = true")
            page.wait_until("the table ends when the plots do", lambda page=page, end=files[1]: page.evaluate(
                "document.querySelector('#minute-rows th')?.textContent") == end)
            expect_words(page)
            expect_quiet(page, programs)


def iso(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def check_clock_ahead(browser, executables):
    """an event that is still to happen is said to be ahead of the clock"""
    with Programs(executables) as programs:
        programs.start_simulator("--records-per-second", "1000")
        programs.start_exporter()
        page = browser.open(programs.url)
        page.wait_until("a delay", "document.getElementById('exporter').innerText.includes('Delay of the newest event')")
        for delay, text in ((-3600.4, "⚠ 1 h ahead of the exporter’s clock"), (-0.4, "0 s"), (2.5, "2.50 s")):
            page.evaluate(f"""{{
              window.ask ??= fetch;
              window.fetch = async (path, options) => {{
                const answer = await window.ask(path, options);
                if (!path.startsWith('health')) return answer;
                const body = await answer.json();
                body.exporter.event_delay_seconds = {delay};
                return new Response(JSON.stringify(body), answer);
              }};
            }}""")
            page.wait_until(f"a delay of {delay} s reads {text}", lambda text=text: page.evaluate(
                "[...document.querySelectorAll('#exporter div')].find(one => "
                "one.firstChild.textContent === 'Delay of the newest event').lastChild.textContent") == text)
        expect_quiet(page, programs)
