"""Checks of what the status page says when the job, the exporter or a log is not as it should be."""

import json
import os
import re
import time

from chromium import BrowserError
from page_state import PATIENCE, POLL, expect_no_overflow, expect_quiet, expect_words, metrics, wait_for_state
from programs import Programs


def check_job_death(browser, executables):
    """a job that dies shows in words within its limit, and so does its return"""
    with Programs(executables) as programs:
        job = programs.start_simulator("--records-per-second", "5000")
        programs.start_exporter("--health.stale-after", "2s")
        page = browser.open(programs.url)
        wait_for_state(page, "good")
        assert page.text("headline") == "The job is running"
        programs.kill(job)
        start = time.monotonic()
        wait_for_state(page, "bad", 2 + POLL + PATIENCE)
        print(f"shown after {time.monotonic() - start:.1f} s")
        assert page.text("headline") == "The job is down"
        assert re.fullmatch(r"No event for \d+ s.*\.", page.text("reason")), page.text("reason")
        assert "The job is down. No event for" in page.evaluate("document.getElementById('announcement').textContent")
        assert page.evaluate("document.title").startswith("The job is down")
        assert page.text("uptime") == "down" and page.value("rate") == 0
        assert page.text("rate-note") == "while the job is down", page.text("rate-note")
        assert metrics(programs)["etl_health_status"] == 0
        programs.start_simulator("--records-per-second", "5000")
        wait_for_state(page, "good")
        assert page.text("rate-note") == "of the newest file", page.text("rate-note")
        expect_quiet(page, programs)


def check_reasons(browser, executables):
    """the reason for a silence, an end, a crash, and a log that cannot be read is said"""
    with Programs(executables) as programs:
        programs.start_exporter("--health.stale-after", "1s")
        page = browser.open(programs.url)

        def write(**fields):
            with open(programs.path("etl.log"), "a", encoding="utf-8") as log:
                log.write(json.dumps(fields) + "\n")

        def expect(headline, reason):
            page.wait_until(f"{headline}: {reason}", lambda: page.text("headline") == headline
                            and re.search(reason, page.text("reason") + page.text("reasons")))

        now = time.time()
        for age, fields in ((2, {"message": "file_processing_completed", "records_processed": 5, "processing_time": 1}),
                            (1, {"message": "file_processing_failed", "error_type": "disk_space_insufficient"})):
            write(timestamp=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now - age)), **fields)
        expect("The job is down", r"No event for \d+ s; the last file failed: disk_space_insufficient\.")
        assert "disk_space_insufficient" in page.text("last-failure")
        write(message="etl_stopped")
        expect("The job has stopped", r"Stopped \d+ s ago\.")
        write(message="etl_crashed")
        expect("The job has crashed", r"Crashed \d+ s ago\.")
        expect_quiet(page, programs)
        os.remove(programs.path("etl.log"))
        os.mkdir(programs.path("etl.log"))
        page.wait_until("the log's fault shows", lambda: "etl.log" in page.text("reason") + page.text("reasons"))
        expect_words(page)


def check_reasons_without_a_name(browser, executables):
    """of several pipelines that have stopped, each reason says whose it is, also where one has no name"""
    with Programs(executables) as programs:
        with open(programs.path("etl.log"), "w", encoding="utf-8") as log:
            for name in ({}, {"pipeline": "py"}):
                for message in ("file_processing_started", "etl_stopped"):
                    log.write(json.dumps({"message": message, **name}) + "\n")
        programs.start_exporter()
        page = browser.open(programs.url)
        wait_for_state(page, "bad")
        lines = page.text("reasons").splitlines()
        assert len(lines) == 2, lines
        for line, name in zip(lines, ("Without a name", "Pipeline py")):
            assert re.fullmatch(rf"{name}: stopped \d+ s ago\.", line), lines
        expect_quiet(page, programs)


def check_file_in_progress(browser, executables):
    """the time of a file in progress has its caption, and no caption where there is no file"""
    with Programs(executables) as programs:
        programs.start_exporter()
        page = browser.open(programs.url)
        for message, shown, note in (("file_processing_started", r"\d+ s", "since it was started"),
                                     ("file_processing_completed", "none now", "")):
            with open(programs.path("etl.log"), "a", encoding="utf-8") as log:
                log.write(json.dumps({"message": message, "file_id": "orders-1.csv"}) + "\n")
            page.wait_until(f"{shown} after {message}", lambda shown=shown: re.fullmatch(shown, page.text("progress")))
            assert page.text("progress-note") == note, page.text("progress-note")
        expect_quiet(page, programs)


def check_exporter_death(browser, executables):
    """an exporter that is gone is said to be gone, and its return shows without a new visit"""
    with Programs(executables) as programs:
        programs.start_simulator("--records-per-second", "1000", "--failure-interval", "1s")
        exporter = programs.start_exporter()
        page = browser.open(programs.url)
        page.wait_until("numbers", lambda: page.value("records"))
        programs.kill(exporter)
        start = time.monotonic()
        page.wait_until("the page says so", "document.body.classList.contains('gone')", POLL + PATIENCE)
        print(f"shown after {time.monotonic() - start:.1f} s")
        assert page.text("headline") == "No answer from the exporter"
        assert "The numbers below are from" in page.text("reasons") and page.text("updated") == "Not connected"
        assert page.value("records") > 0
        programs.start_exporter()
        page.wait_until("the page has recovered", "!document.body.classList.contains('gone')", POLL + PATIENCE)
        wait_for_state(page, "good", PATIENCE)
        assert page.text("updated").startswith("Live")
        expect_quiet(page, programs, may_fail_to_load=True)


def check_hostile_log(browser, executables):
    """markup and absurd numbers in a log are text and numbers on the page"""
    markup = "<img src=x onerror=alert(1)>&amp;\"'"
    with Programs(executables) as programs:
        with open(programs.path("etl.log"), "w", encoding="utf-8") as log:
            for pipeline in (markup, "x" * 100, "%41&pipeline=b#c", "\u202etxet", ""):
                for fields in ({"message": "file_processing_completed", "records_processed": 2**53, "processing_time": 1.7e308},
                               {"message": "file_processing_failed", "error_type": markup},
                               # Names that every object of JavaScript has.
                               {"message": "file_processing_failed", "error_type": "constructor"},
                               {"message": "file_processing_failed", "error_type": "__proto__"}):
                    log.write(json.dumps({"pipeline": pipeline, **fields}) + "\n")
        programs.start_exporter()
        page = browser.open(programs.url, width=360, height=740, phone=True)
        page.wait_until("the pipelines", lambda: page.evaluate("document.querySelectorAll('#pipelines button').length") >= 5)
        counts = page.evaluate("Object.fromEntries([...document.querySelectorAll('#error-rows tr')].map(row => "
                               "[`type ${row.cells[0].innerText.trim()}`, Number(row.querySelector('data').value)]))")
        assert counts == {f"type {name}": 5 for name in (markup, "constructor", "__proto__")}, f"errors: {counts}"
        for name in (markup, "%41&pipeline=b#c"):
            page.evaluate(f"[...document.querySelectorAll('#pipelines button')].find(one => one.textContent === {json.dumps(name)}).click()")
            page.wait_until("it is alone in view", lambda: page.value("files") == 1 and page.text("hour-title") == f"Last hour: {name}")
            page.wait_until("its hour shows", "document.getElementById('summary-failures').textContent.startsWith('3 failures')")
        assert page.evaluate("document.querySelectorAll('img').length") == 0
        assert markup in page.text("error-rows")
        expect_words(page)
        expect_no_overflow(page)
        expect_quiet(page, programs)


def check_policy(browser, executables):
    """what is not part of the page is kept out, and these checks would notice it"""
    with Programs(executables) as programs:
        programs.start_exporter()
        _, headers = programs.get("")
        assert headers["Cache-Control"] == "no-store" and headers["X-Content-Type-Options"] == "nosniff"
        page = browser.open(programs.url)
        wait_for_state(page, "wait")
        expect_quiet(page, programs)
        for attempt in (
            "fetch('http://127.0.0.1:1/').catch(() => 1)",
            "{ const s = document.createElement('script'); s.textContent = 'window.isIn = 1'; document.body.append(s) }",
            "document.body.insertAdjacentHTML('beforeend', '<img src=\"http://127.0.0.1:1/a\" onerror=\"window.isIn = 1\">')",
            "{ const i = new Image(); i.src = 'http://127.0.0.1:1/a' }",
            "document.body.setAttribute('style', 'color: red')",
            "setTimeout('window.isIn = 1')",
        ):
            visitor = browser.open(programs.url)
            visitor.wait_until("the page is there", "document.readyState === 'complete'")
            try:
                visitor.evaluate(attempt)
            except BrowserError:
                pass

            def is_noticed(page=visitor):
                try:
                    expect_quiet(page, programs)
                    return False
                except AssertionError:
                    return True

            visitor.wait_until(f"nobody complains of {attempt}", is_noticed, 10)
            assert not visitor.evaluate("window.isIn"), f"{attempt} was let in"
            visitor.close()
