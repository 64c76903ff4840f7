"""Looks at the status page with headless Chromium, as a person and a screen reader would.

    test_page.py --list               names the checks
    test_page.py EXECUTABLES CHECK... runs them against the executables in a folder

Each check starts the real exporter, and where it needs a job the real simulator. Needs chromium, and for the check of
accessibility the package axe-playwright-python, of which only the bundled axe-core is used. Tests/run.sh does all that.
"""

import importlib.util
import json
import os
import re
import signal
import sys
import time

from chromium import BrowserError, Chromium
from programs import Programs

# A page that asks every 2 seconds has shown what is new by then; the rest is for a machine that is busy.
POLL = 2
PATIENCE = 6


def metrics(programs):
    """The exporter's samples: the name with its labels, and the value."""
    text, _ = programs.get("metrics")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def state(page):
    return page.evaluate("document.getElementById('health').dataset.state")


def wait_for_state(page, expected, timeout=20):
    page.wait_until(f"the state is {expected}", lambda: state(page) == expected, timeout)


def wait_for_plots(page):
    page.wait_until("there are plots", "document.querySelectorAll('.plot svg').length === 3")


def expect_quiet(page, programs, may_fail_to_load=False):
    """Nothing was complained of, and nobody but the exporter was asked."""
    faults = page.happened("Runtime.exceptionThrown")
    faults += [one for one in page.happened("Runtime.consoleAPICalled") if one["type"] in ("error", "warning", "assert")]
    entries = [one["entry"] for one in page.happened("Log.entryAdded") if one["entry"]["level"] in ("error", "warning")]
    if may_fail_to_load:
        entries = [entry for entry in entries if entry["source"] != "network"]
    issues = [one["issue"]["code"] for one in page.happened("Audits.issueAdded")]
    assert not faults + entries + issues, f"the browser complains: {faults + entries + issues}"
    addresses = {one["request"]["url"] for one in page.happened("Network.requestWillBeSent")}
    strangers = [url for url in addresses if not url.startswith((programs.url, "data:image/svg+xml,"))]
    assert programs.url + "health?pipelines=all" in addresses and not strangers, f"asked: {addresses}"


def expect_words(page):
    """No value shows that it is missing by the words of a programming language."""
    text = page.evaluate("document.body.innerText")
    wrong = re.search(r"\b(NaN|undefined|null|Infinity|\[object \w+\])", text)
    assert not wrong, f"the page says {wrong.group()}"
    return text


# --- The numbers ---


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


# --- What goes wrong ---


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
        assert metrics(programs)["etl_health_status"] == 0
        programs.start_simulator("--records-per-second", "5000")
        wait_for_state(page, "good")
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


# --- For everybody ---


def expect_no_overflow(page):
    wide = page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth")
    assert wide <= 0, f"the page is {wide} pixels too wide"


def with_several_pipelines(programs):
    for log in ("orders", "stock"):
        programs.start_simulator("--records-per-second", "500", "--failure-interval", "2s", "--history", "30m", log=f"{log}.log")
    programs.run_simulator("--history", "20m", "--exit", log="users.log")
    programs.start_exporter(logs=("orders=orders.log", "stock=stock.log", "users=users.log", "archive=archive.log"))


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


CONTRAST = """(() => {
  const luminance = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const parse = color => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255]; };
  const ground = element => {
    const layers = [];
    for (let one = element; one; one = one.parentElement) {
      const color = parse(getComputedStyle(one).backgroundColor);
      if (color[3] > 0) layers.push(color);
      if (color[3] === 1) break;
    }
    return layers.reverse().reduce((under, [r, g, b, a]) => [r, g, b].map((v, i) => v * a + under[i] * (1 - a)), [255, 255, 255]);
  };
  const ratio = (one, other) => { const [a, b] = [luminance(one), luminance(other)].sort((x, y) => y - x); return (a + 0.05) / (b + 0.05); };
  const worst = {};
  const look = (element, property, least) => {
    const value = ratio(parse(getComputedStyle(element)[property]), ground(element)) / least;
    const name = element.tagName + '.' + (element.getAttribute('class') || element.id) + ' ' + property;
    if (value < (worst[name] ?? Infinity)) worst[name] = value;
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let count = 0;
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility() || element.closest('script, style, noscript, title, desc')) continue;
    count += 1;
    look(element, element instanceof SVGElement ? 'fill' : 'color', 4.5);
  }
  for (const one of document.querySelectorAll('.line, .dash, .axis')) look(one, 'stroke', 3);
  for (const one of document.querySelectorAll('.bar, .dot, .sign circle, .errors rect:not(.track)')) look(one, 'fill', 3);
  return { count, failed: Object.entries(worst).filter(([, value]) => value < 1) };
})()"""


def expect_accessible(page, what):
    page.evaluate("document.getElementById('minutes').open = true")
    contrast = page.evaluate(CONTRAST)
    assert contrast["count"] > 40 and not contrast["failed"], f"{what}: too little contrast: {contrast}"
    spec = importlib.util.find_spec("axe_playwright_python")
    assert spec, "axe-playwright-python is not installed"
    with open(os.path.join(list(spec.submodule_search_locations)[0], "axe.min.js"), encoding="utf-8") as file:
        page.evaluate(file.read() + "; 0")
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    result = page.evaluate(f"axe.run(document, {{ runOnly: {json.dumps(tags)} }}).then(({{ violations, passes }}) => "
                           "({ passes: passes.length, violations: violations.map(one => "
                           "`${one.id}: ${one.nodes.map(node => node.html).join(' | ')}`) }))")
    assert result["passes"] > 25, f"{what}: axe looked at {result['passes']} rules only"
    assert not result["violations"], f"{what}: {result['violations']}"
    print(f"{what}: {contrast['count']} texts have contrast, {result['passes']} rules of axe pass")


def tree_of(page):
    nodes = page.send("Accessibility.getFullAXTree")["nodes"]
    return [(node["role"]["value"], node.get("name", {}).get("value", ""), {one["name"]: one["value"].get("value") for one in node.get("properties", [])})
            for node in nodes if not node.get("ignored")]


def check_accessibility(browser, executables):
    """contrast, names, roles, landmarks and headings are right in every state, light and dark"""
    phone = {"width": 360, "height": 740, "phone": True}
    with Programs(executables) as programs:
        programs.start_exporter("--health.stale-after", "3s")
        for scheme in ("light", "dark"):
            page = browser.open(programs.url, scheme=scheme)
            wait_for_plots(page)
            expect_accessible(page, f"nothing yet, {scheme}")
            page.close()
        job = programs.start_simulator("--records-per-second", "1000", "--failure-interval", "2s", "--history", "30m")
        for emulation in ({}, {"scheme": "dark"}, phone, {"scheme": "dark", **phone}):
            page = browser.open(programs.url, **emulation)
            wait_for_state(page, "good")
            wait_for_plots(page)
            expect_accessible(page, f"running, {emulation}")
            expect_no_overflow(page)
            page.close()
        page = browser.open(programs.url)
        wait_for_plots(page)
        expect_structure(tree_of(page))
        programs.kill(job)
        for scheme in ("light", "dark"):
            page = browser.open(programs.url, scheme=scheme)
            wait_for_state(page, "bad")
            wait_for_plots(page)
            expect_accessible(page, f"down, {scheme}")
            programs_gone = scheme == "dark"
            if programs_gone:
                for process in programs.running:
                    programs.kill(process)
                wait_for_state(page, "warn")
                expect_accessible(page, f"gone, {scheme}")
    with Programs(executables) as programs:
        with_several_pipelines(programs)
        for emulation in ({}, {"scheme": "dark"}, phone):
            page = browser.open(programs.url, **emulation)
            page.wait_until("the pipelines", "document.querySelectorAll('#pipelines button').length === 5")
            wait_for_plots(page)
            expect_accessible(page, f"pipelines, {emulation}")
            expect_no_overflow(page)
            page.close()


def expect_structure(tree):
    roles = [role for role, _, _ in tree]
    for role in ("banner", "main", "navigation", "contentinfo", "status"):
        assert roles.count(role) == 1, f"{role}: {roles.count(role)} times"
    levels = [properties["level"] for role, _, properties in tree if role == "heading"]
    assert levels[0] == 1 and levels.count(1) == 1, f"headings: {levels}"
    assert all(later <= earlier + 1 for earlier, later in zip(levels, levels[1:])), f"headings: {levels}"
    images = [name for role, name, _ in tree if role == "image"]
    assert len(images) == 3 and all("last hour" in name for name in images), f"images: {images}"
    tables = [name for role, name, _ in tree if role == "table"]
    assert tables and all(tables), f"tables: {tables}"
    names = {name for role, name, _ in tree if role == "link"}
    assert {"/metrics", "/health", "/-/ready"} <= names, f"links: {names}"


def check_keyboard(browser, executables):
    """everything can be reached and used by keyboard, in the order in which it is seen"""
    with Programs(executables) as programs:
        with_several_pipelines(programs)
        page = browser.open(programs.url)
        page.wait_until("the pipelines", "document.querySelectorAll('#pipelines button').length === 5")
        wait_for_plots(page)
        seen = []
        for _ in range(20):
            page.press("Tab")
            focus = page.evaluate("(() => { const one = document.activeElement; if (one === document.body) return null;"
                                  "const box = one.getBoundingClientRect(); const style = getComputedStyle(one);"
                                  "return [one.tagName, (one.textContent || '').trim().slice(0, 30), box.top + scrollY, style.outlineStyle, box.width]; })()")
            if focus is None or (seen and focus[:2] == seen[0][:2]):
                break
            seen.append(focus)
        names = [text for tag, text, *_ in seen if tag in ("A", "BUTTON", "SUMMARY")]
        expected = ["Skip to the status", "/metrics", "/health", "/-/ready", "All pipelines", "orders", "stock", "users", "archive"]
        assert names[:-1] == expected and names[-1].startswith("The last hour in numbers"), f"order: {names}"
        tops = [top for *_, top, _, _ in seen[1:]]
        assert tops == sorted(tops), f"order: {seen}"
        assert all(outline == "solid" and width > 20 for *_, outline, width in seen), f"no focus to be seen: {seen}"
        page.evaluate("document.querySelectorAll('#pipelines button')[2].focus()")
        page.press("Enter")
        page.wait_until("the key chooses", lambda: page.text("now-title") == "Now: stock")
        time.sleep(POLL + 0.5)
        assert page.evaluate("document.activeElement.textContent") == "stock", "the focus was lost when the page renewed itself"
        page.evaluate("document.querySelector('summary').focus()")
        page.press(" ", "Space")
        page.wait_until("the numbers", "document.querySelectorAll('#minute-rows tr').length > 20")
        expect_quiet(page, programs)


CHECKS = {name[6:]: function for name, function in globals().items() if name.startswith("check_")}


def main(arguments):
    if arguments == ["--list"]:
        for name, function in CHECKS.items():
            print(f"{name} {function.__doc__}")
        return 0
    executables, *names = arguments
    failed = []
    for name in names or CHECKS:
        start = time.monotonic()
        try:
            with Chromium() as browser:
                CHECKS[name](browser, os.path.abspath(executables))
        except Exception as error:  # whatever it is, the other checks are still run
            failed.append(name)
            print(f"FAILED  {name}: {type(error).__name__}: {error}")
        else:
            print(f"ok      {name} ({time.monotonic() - start:.1f} s)")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
