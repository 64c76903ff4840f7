"""Checks that the numbers of the status page are those of /metrics, for one pipeline and for several."""

import json
import os
import re
import signal

from page_state import (
    POLL, expect_no_overflow, expect_quiet, expect_words, metrics, wait_for_plots, wait_for_state, with_several_pipelines,
)
from programs import Programs


def check_values(browser, executables):
    """values are those of /metrics, and change by themselves"""
    with Programs(executables) as programs:
        job = programs.start_simulator("--records-per-second", "1000", "--failure-interval", "1s")
        programs.start_exporter()
        page = browser.open(programs.url)
        page.wait_until("a failure shows", lambda: (page.value("failures") or 0) > 0 and page.value("mean"))
        page.evaluate("document.getElementById('records').isTheSame = true")
        # The job stands still, so that the page and the metrics can be compared to the last digit.
        job.send_signal(signal.SIGSTOP)
        try:
            compare(page, programs)
            before = page.value("records")
        finally:
            job.send_signal(signal.SIGCONT)
        page.wait_until("the records grow", lambda: page.value("records") > before)
        assert page.evaluate("document.getElementById('records').isTheSame"), "the page was made anew"
        expect_words(page)
        expect_quiet(page, programs)


EQUAL = {
    "records": "etl_records_total", "files": "etl_files_total", "failures": "etl_failures_total",
    "rate": "etl_current_rate_records_per_second", "mean": "etl_avg_processing_time_seconds",
}


AGES = {
    "uptime": "etl_uptime_seconds", "last-success": "etl_seconds_since_last_success",
    "last-failure": "etl_seconds_since_last_failure",
}


def compare(page, programs):
    expected = {}

    def is_equal():
        expected.update(metrics(programs))
        return all(page.value(shown) == expected[name] for shown, name in EQUAL.items())

    page.wait_until("the page shows what /metrics shows", is_equal)
    for shown, name in AGES.items():
        now = metrics(programs)[name]
        difference = now - page.value(shown)
        assert -0.5 <= difference <= POLL + 3, f"{shown}: {now} in /metrics, {page.value(shown)} on the page"
    errors = {re.search('error_type="(.*)"', name).group(1): value for name, value in expected.items()
              if name.startswith("etl_errors_by_type_total") and value > 0}
    rows = page.evaluate("[...document.querySelectorAll('#error-rows tr')].map(row => "
                         "[row.cells[0].innerText.trim(), Number(row.querySelector('data').value)])")
    assert dict(rows) == errors, f"errors: {rows} on the page, {errors} in /metrics"
    # What is read is what was compared.
    for shown in ("records", "files", "failures"):
        text = page.evaluate(f"document.querySelector('#{shown} data').textContent")
        assert text == f"{int(page.value(shown)):,}", f"{shown} reads {text}"
    history = json.loads(programs.get("api/history")[0])
    for column, name in (("records", "records"), ("files", "files"), ("failures", "failures")):
        total = sum(value for value in history[column] if value is not None)
        gap = expected[f"etl_exporter_log_gap_{name}_total"]
        assert total == expected[f"etl_{name}_total"] - gap, f"{name}: {total} in the last hour"


def check_nothing_yet(browser, executables):
    """a job that was never seen shows no numbers, and its first ones at once"""
    with Programs(executables) as programs:
        programs.start_exporter()
        page = browser.open(programs.url)
        wait_for_state(page, "wait")
        wait_for_plots(page)
        assert page.text("headline") == "Nothing yet"
        assert "does not exist" in page.text("reasons")
        for shown in (*EQUAL, *AGES):
            assert page.value(shown) is None and page.text(shown) == "none yet", f"{shown}: {page.text(shown)}"
        assert expect_words(page).count("None yet") == 3, "a plot shows something"
        programs.start_simulator("--records-per-second", "1000", "--failure-interval", "1s")
        wait_for_state(page, "good")
        page.wait_until("the first numbers", lambda: page.value("records"))
        page.wait_until("a plot", "document.querySelector('#plot-records .line').getAttribute('d') !== '' || "
                        "document.querySelector('#plot-records .dot')", 30)
        expect_quiet(page, programs)


def check_restart(browser, executables):
    """the last hour survives the exporter"""
    with Programs(executables) as programs:
        options = ["--storage.path", programs.path("storage")]
        programs.run_simulator("--history", "50m", "--exit", "--records-per-second", "100", "--seed", "5")
        exporter = programs.start_exporter(*options)
        before = json.loads(programs.get("api/history")[0])
        assert sum(value or 0 for value in before["records"]) > 100_000
        exporter.send_signal(signal.SIGTERM)
        assert exporter.wait(10) == 0
        os.truncate(programs.path("etl.log"), 0)
        programs.start_exporter(*options)
        after = json.loads(programs.get("api/history")[0])
        shift = (after["start_time_seconds"] - before["start_time_seconds"]) // 10
        for column in ("records", "failures", "processing_seconds"):
            kept = before[column][shift:]
            assert after[column][:len(kept)] == kept, f"{column} changed"
        page = browser.open(programs.url)
        wait_for_plots(page)
        line = page.evaluate("document.querySelector('#plot-records .line').getAttribute('d')")
        assert line.count("L") > 40, f"the plot has {line.count('L')} minutes"


def check_pipelines(browser, executables):
    """each of several pipelines can be looked at alone, and all together"""
    with Programs(executables) as programs:
        with_several_pipelines(programs)
        page = browser.open(programs.url)
        page.wait_until("the pipelines", "document.querySelectorAll('#pipelines button').length === 5")
        page.wait_until("their sum", lambda: page.value("files") == sum(
            value for name, value in metrics(programs).items() if name.startswith("etl_files_total")))
        assert page.text("headline") == "2 of 4 pipelines are down", page.text("headline")
        words = page.text("reasons")
        assert "Pipeline archive: no event yet." in words and re.search(r"Pipeline users: stopped .* ago\.", words), words
        for name in ("stock", "users"):
            page.evaluate(f"[...document.querySelectorAll('#pipelines button')].find(one => one.textContent === '{name}').click()")
            page.wait_until(name, lambda name=name: page.value("files") == metrics(programs)[f'etl_files_total{{pipeline="{name}"}}'])
            assert page.text("now-title") == f"Now: {name}"
            assert page.evaluate("document.querySelectorAll('#pipelines [aria-pressed=true]').length") == 1
        assert page.text("uptime") == "down" and page.evaluate("location.hash") == "#pipeline=users"
        other = browser.open(programs.url + "#pipeline=stock")
        other.wait_until("the address chooses", lambda: other.text("now-title") == "Now: stock")
        other.evaluate("location.hash = '#pipeline=nobody'")
        other.wait_until("who is not there is not chosen", lambda: other.text("now-title") == "Now: all pipelines")
        other.evaluate("location.hash = '#pipeline=stock'")
        other.wait_until("the address chooses again", lambda: other.text("now-title") == "Now: stock")
        other.evaluate("location.hash = ''")
        other.wait_until("an address without a name shows all", lambda: other.text("now-title") == "Now: all pipelines")
        expect_words(other)
        cut = browser.open(programs.url + "#pipeline=%E2%82")
        cut.wait_until("a name that was cut off chooses nothing", lambda: cut.text("now-title") == "Now: all pipelines")
        for visitor in (page, cut):
            expect_quiet(visitor, programs)


def check_many_pipelines(browser, executables):
    """a hundred pipelines leave the numbers where they are found, and are reached by scrolling"""
    with Programs(executables) as programs:
        with open(programs.path("etl.log"), "w", encoding="utf-8") as log:
            for place in range(120):
                log.write(json.dumps({"pipeline": f"pipeline {place}", "message": "file_processing_completed",
                                      "records_processed": 2}) + "\n")
        programs.start_exporter()
        page = browser.open(programs.url, width=360, height=740, phone=True)
        page.wait_until("the pipelines", "document.querySelectorAll('#pipelines button').length === 102")
        assert page.value("records") == 240 and page.text("headline") == "All 101 pipelines are running"
        region = "document.querySelector('#pipelines .scroll')"
        shown, whole = page.evaluate(f"[{region}.clientHeight, {region}.scrollHeight]")
        assert shown < 740 < whole, f"{shown} of {whole} pixels of the table are shown"
        page.evaluate("[...document.querySelectorAll('#pipelines button')].at(-1).focus()")
        assert page.evaluate(f"{region}.scrollTop") > 0, "the key leads to where nothing is seen"
        expect_words(page)
        expect_no_overflow(page)
        expect_quiet(page, programs)
