"""What a check of the status page waits for, and what holds of the page at any time."""

import re


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


def wait_for_renewals(page, count):
    """Waits until the page has asked for new numbers so many times more, and has them."""
    def renewals():
        return sum(one["response"]["url"].endswith("/health?pipelines=all") for one in page.happened("Network.responseReceived"))
    before = renewals()
    page.wait_until("the page renews itself", lambda: renewals() >= before + count, count * POLL + PATIENCE)


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


def expect_no_overflow(page):
    wide = page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth")
    assert wide <= 0, f"the page is {wide} pixels too wide"


def with_several_pipelines(programs):
    for log in ("orders", "stock"):
        programs.start_simulator("--records-per-second", "500", "--failure-interval", "2s", "--history", "30m", log=f"{log}.log")
    programs.run_simulator("--history", "20m", "--exit", log="users.log")
    programs.start_exporter(logs=("orders=orders.log", "stock=stock.log", "users=users.log", "archive=archive.log"))
