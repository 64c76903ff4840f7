"""Checks what promtool does not: names, labels and words of the rules, that each series of an expression exists, that
expressions hold by every Prometheus, that each alert is tested both ways, that the runbook has its row and its section, the
thresholds of another objective, and those of a job that runs once a day.

Usage: check_rules.py EXPORTER    the path of the program; promtool must be on PATH
"""

import re
import subprocess
import sys
import tempfile

from prometheus_client.parser import text_string_to_metric_families

from rule_files import NIGHTLY_TEST, README, STRICT_OBJECTIVE, STRICT_TEST, TESTS, load, load_rules, name_of, rules_of
from rule_files import run_tests, seconds, series_in, thresholds_with_examples, with_objective

# Those that the system which this one takes after has, by their names there.
EXPECTED = {
    "ETL Process Health Check Failed": "critical",
    "ETL Metrics Endpoint Unavailable": "critical",
    "No ETL Success in 10 Minutes": "warning",
    "High ETL Failure Rate": "warning",
    "ETL Processing Rate Below Threshold": "warning",
    "ETL Excessive Processing Time": "warning",
    "ETL Watchdog": "none",
}
WATCHDOG = "ETL Watchdog"
# Those of Prometheus and Alertmanager, which many_hosts.py looks for in what they really show.
PROMETHEUS_SERIES = {
    "up",
    "prometheus_notifications_dropped_total",
    "prometheus_rule_evaluation_failures_total",
    "prometheus_target_scrapes_exceeded_body_size_limit_total",
    "prometheus_target_scrapes_exceeded_sample_limit_total",
    "alertmanager_notifications_failed_total",
}
LINKS = "settings:etl_links:info"
RUNBOOKS = f'{{{{ with query "{LINKS}" }}}}{{{{ . | first | label "runbooks" }}}}{{{{ end }}}}'
DASHBOARD = f'{{{{ with query "{LINKS}" }}}}{{{{ . | first | label "dashboard" }}}}{{{{ end }}}}'
CLASSIC = re.compile(r"\b(etl_\w+)_(bucket|count|sum)\b")
RATE = re.compile(r"\b(?:rate|irate|increase)\(([\w:]+)")


def anchor(heading):
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def exported(exporter):
    """The series that the exporter shows, and the values of each one's labels."""
    with tempfile.NamedTemporaryFile("w", suffix=".log") as log:
        log.write('{"message": "file_processing_completed", "processing_time": 1.5, "records_processed": 10}\n')
        log.write('{"message": "file_processing_started"}\n')
        log.flush()
        command = [exporter, "--once", "--log-file", log.name]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    families = list(text_string_to_metric_families(text))
    values = {sample.name: {} for family in families for sample in family.samples}
    for sample in (sample for family in families for sample in family.samples):
        for label, value in sample.labels.items():
            values[sample.name].setdefault(label, set()).add(value)
    # A family without a sample, such as those of the snapshot here, is declared all the same; a histogram has the family's
    # name where Prometheus has been told to make a native one of it.
    for name, _ in re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE):
        values.setdefault(name, {})
    return values


def check_expressions(rules, values):
    recorded = {rule["record"] for rule in rules if "record" in rule}
    for name in recorded - {LINKS}:
        assert re.fullmatch(r"[a-z_]+:[a-z_]+:[a-z0-9_]+", name), f"{name} is not level:metric:operations"
        used = any(name in series_in(rule["expr"]) for rule in rules)
        assert used, f"no rule uses {name}"
    needed = set().union(*(series_in(rule["expr"]) for rule in rules))
    unknown = needed - recorded - set(values) - PROMETHEUS_SERIES
    assert not unknown, f"nobody gives {', '.join(sorted(unknown))}"
    for rule in rules:
        for series, label, alternatives in re.findall(r'(\w+)\{(\w+)=~?"([^"]+)"\}', rule["expr"]):
            if series in values:
                missing = set(alternatives.split("|")) - values[series].get(label, set())
                assert not missing, f"{name_of(rule)}: {series} has no {label} {missing}"


def check_forms(rules):
    """What would be silently empty or wrong somewhere: several thresholds of one name, native histograms, Prometheus 3."""
    for rule in rules:
        name, expression = name_of(rule), rule["expr"]
        assert "scalar(" not in expression, f"{name}: scalar() is NaN where there are two series"
        for joined in re.findall(r"group_left \(\) (\S+ ?\S*)", expression):
            is_one = joined.startswith("max") or joined.startswith("(time()") and "- max by (pipeline)" in expression
            assert is_one, f"{name}: where there are two of {joined} the join fails; take the max by (pipeline)"
        for series in RATE.findall(expression):
            is_counter = series.endswith(("_total", "_bucket", "_count", "_sum"))
            is_native = f"{series}_bucket" in expression
            assert is_counter or is_native, f"{name}: Prometheus says that {series} might not be a counter"
        for histogram, _ in CLASSIC.findall(expression):
            classic, _, native = expression.partition(" or ")
            assert re.search(rf"\b{histogram}\[", native), f"{name}: nothing behind `or` is for a native {histogram}"
            assert not CLASSIC.search(native), f"{name}: what is behind `or` is no native histogram"
            assert classic.count("(") == classic.count(")"), f"{name}: `or` is not between the two forms"


def check_alert(rule, severities):
    name, labels, annotations = rule["alert"], rule["labels"], rule["annotations"]
    assert labels["severity"] in ("critical", "warning", "none"), f"{name}: severity {labels['severity']}"
    assert labels["severity"] == severities.get(name, labels["severity"]), f"{name}: severity {labels['severity']}"
    components = ("job", "exporter", "monitoring")
    assert name == WATCHDOG or labels["component"] in components, f"{name}: no component"
    assert re.fullmatch(r"[A-Z].+ .+\.", annotations["summary"]), f"{name}: its summary is no sentence"
    assert "{{" not in annotations["summary"], f"{name}: its summary has a value, so that its alerts cannot be grouped by it"
    description = annotations["description"]
    assert re.search(r"\{\{[^}]*\$value", description), f"{name}: its description has no value"
    # What is gone has none, as it may be at any.
    place = "$labels.job" if "without (instance)" in rule["expr"] else "$labels.instance"
    assert name == WATCHDOG or place in description, f"{name}: its description does not have {place}"
    about_pipeline = labels.get("component") == "job"
    assert not about_pipeline or "$labels.pipeline" in description, f"{name}: its description names no pipeline"
    assert annotations["runbook_url"] == f"{RUNBOOKS}#{anchor(name)}", f"{name}: {annotations['runbook_url']}"
    dashboard = annotations["dashboard_url"]
    assert dashboard.startswith(DASHBOARD) and "$labels.instance" in dashboard, f"{name}: {dashboard}"


def in_words(duration):
    """How README.md writes the time that an alert waits."""
    total = seconds(duration)
    return "" if total == 0 else f"{total // 60} min" if total < 3600 else f"{total // 3600} h"


def check_readme(alerts):
    text = README.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    places = [anchor(heading) for heading in headings]
    runbook = re.search(r"^## Runbook$(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert runbook, "README.md has no section Runbook"
    sections = dict(re.findall(r"^### (.+?)$(.*?)(?=^### |\Z)", runbook[1], re.MULTILINE | re.DOTALL))
    table = re.findall(r"^\| \[([^\]]+)\]\(#([^)]+)\) \| (\w+) \| [^|]+ \| ?([^|]*?) ?\|$", text, re.MULTILINE)
    rows = {name: (target, severity, waits) for name, target, severity, waits in table}
    for rule in alerts:
        name = rule["alert"]
        assert places.count(anchor(name)) == 1, f"README.md has {places.count(anchor(name))} headings {anchor(name)}"
        assert "```sh\n" in sections.get(name, ""), f"README.md's section {name} has no command"
        expected = (anchor(name), rule["labels"]["severity"], in_words(rule.get("for")))
        assert rows.get(name) == expected, f"README.md's row for {name}: {rows.get(name)} instead of {expected}"
    names = {rule["alert"] for rule in alerts}
    assert set(rows) == names, f"README.md's table: {set(rows) ^ names}"
    assert set(sections) == names, f"README.md's runbook: {set(sections) ^ names}"


def check_tested(alerts):
    fires, silent = set(), set()
    for test in (test for path in TESTS for test in load(path)["tests"]):
        for case in test.get("alert_rule_test", ()):
            (fires if case.get("exp_alerts") else silent).add(case["alertname"])
    for name in (rule["alert"] for rule in alerts):
        assert name in fires, f"no test shows that {name} fires"
        assert name in silent, f"no test shows {name} silent"


def check_changed(rules, test):
    passed, output = run_tests(rules, [test])
    assert passed, output


def check_nightly_job():
    """The thresholds of a job that runs and ends, with a deadline and without one."""
    text = thresholds_with_examples()
    test = load(NIGHTLY_TEST)
    check_changed(load_rules(text), test)
    deadline = "vector(6 * 3600)"
    assert text.count(deadline) == 1, f"the thresholds have {deadline} {text.count(deadline)} times"
    last = test["tests"][0]["promql_expr_test"][-1]
    last["exp_samples"] = []
    check_changed(load_rules(text.replace(deadline, "vector(Inf)")), test)


def main(exporter):
    rules = [rule for _, _, rule in rules_of(load_rules(thresholds_with_examples()))]
    alerts = [rule for rule in rules if "alert" in rule]
    names = [rule["alert"] for rule in alerts]
    assert len(set(names)) == len(names), "two alerts have one name"
    assert not set(EXPECTED) - set(names), f"there is no {set(EXPECTED) - set(names)}"
    check_forms(rules)
    for rule in alerts:
        check_alert(rule, EXPECTED)
    check_tested(alerts)
    check_changed(with_objective(load_rules(), STRICT_OBJECTIVE), load(STRICT_TEST))
    check_nightly_job()
    check_readme(alerts)
    check_expressions(rules, exported(exporter))
    print(f"{len(alerts)} alerts and {len(rules) - len(alerts)} recording rules")


if __name__ == "__main__":
    main(*sys.argv[1:])
