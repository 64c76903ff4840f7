"""Runs every query of the dashboard, and every rule, against a real Prometheus that scrapes the real exporter.

Usage: run_queries.py EXECUTABLES unnamed|named

unnamed is one log without pipelines, named two logs with one each. Each query must succeed before there is a log, while
the job runs and when the exporter is gone, give what is of the exporter alone, and have data while the job runs.
The list of panels with queries and values is printed.
"""

import json
import math
import re
import sys

import model
import promql
from stack import DEADLINE, JOB, SCRAPE_SECONDS, Stack

RANGE_SECONDS = 3600
POINTS = 1000
# Single numbers while the job runs; all else is to have any data.
EXPECTED = {
    "Job, A": lambda value: value == 1,
    "Exporter, A": lambda value: value == 1,
    "Alerts firing, B": lambda value: value >= 1,
    "Since last success, A": lambda value: 0 <= value < 60,
    "Since newest event, A": lambda value: 0 <= value < 60,
    # A hundred times as fast as the target; the four minutes that it is the mean of began before the job.
    "Pace, A": lambda value: 1 < value < 200,
    "Failures, A": lambda value: value >= 1,
    "Share that fails, A": lambda value: 0 < value < 1,
}
# Of a week or a day ago, when Prometheus was not there yet.
OF_DAYS_AGO = {f"{what} of a run against last week, {letter}" for what in ("Duration", "Records") for letter in "BC"}
ALL = {"job": ".+", "instance": ".+", "pipeline": ".*"}
BAD_LINES = 20


def values_for(query, chosen):
    """What Grafana puts into a query, by its own arithmetic, with Prometheus's scrape interval in its data source."""
    scrape = {"": SCRAPE_SECONDS, "1m": 60, "2m": 120}[query.minimum_step]
    step = max(math.ceil(RANGE_SECONDS / POINTS), scrape)
    durations = {"__rate_interval": max(step + scrape, 4 * scrape), "__range": RANGE_SECONDS, "__interval": step}
    return {name: f"{seconds}s" for name, seconds in durations.items()} | {"target": "10"} | chosen, step


def run(stack, query, chosen):
    """Labels and newest value of each series that is a number."""
    values, step = values_for(query, chosen)
    expression = promql.interpolate(query.expression, values)
    try:
        found = stack.now(expression) if query.is_instant else stack.over_time(expression, RANGE_SECONDS, step)
    except ValueError as error:
        raise AssertionError(f"{query}: {error}\n{expression}") from error
    return [(labels, value) for labels, value in found if not math.isnan(value)]


def run_all(stack, dashboard, chosen):
    """Each query with what it gives."""
    results = {query: run(stack, query, chosen) for query in model.queries(dashboard)}
    for query, found in results.items():
        jobs = {labels["job"] for labels, _ in found if "job" in labels}
        # There is no Alertmanager here, which an alert about Prometheus tells.
        expected = {JOB, "prometheus"} if "ALERTS" in query.expression else {JOB}
        assert jobs <= expected, f"{query} shows what is not of the exporter: {jobs}"
        # Series of a job without a pipeline have no such label.
        named = set(re.findall(r"\{\{(\w+)\}\}", query.legend)) - {"pipeline"}
        for labels, _ in found:
            assert named <= set(labels), f"{query} gives no {' or '.join(sorted(named))} to its legend"
    return results


def missing(results):
    """Where there is nothing, or another number than expected."""
    by_name = {str(query): found for query, found in results.items()}
    unknown = {*EXPECTED, *OF_DAYS_AGO} - set(by_name)
    assert not unknown, f"the dashboard has no queries {unknown}"
    wrong = [name for name, is_right in EXPECTED.items() if not any(is_right(value) for _, value in by_name[name])]
    return sorted({name for name, found in by_name.items() if not found} - OF_DAYS_AGO | set(wrong))


def check_variables(stack, dashboard, pipelines):
    expected = {"job": [JOB], "instance": [f"127.0.0.1:{stack.port}"], "pipeline": pipelines}
    for name, values in expected.items():
        selector = model.variables(dashboard)[name]["query"].removeprefix("label_values(").rpartition(",")[0]
        found = stack.ask(f"label/{name}/values", **{"match[]": promql.interpolate(selector, ALL)})
        assert found == values, f"the variable {name} has the values {found}, not {values}"
        print(f"variable {name}: {found}")


def print_results(results):
    for query, found in results.items():
        print(f"{query}: {query.expression}")
        for labels, value in found[:8]:
            shown = ", ".join(f"{k}={v}" for k, v in sorted(labels.items()) if k not in ("__name__", "job", "instance"))
            print(f"    {value:.6g}{f'  {shown}' if shown else ''}")
        if len(found) > 8:
            print(f"    ... {len(found)} series")
        if not found:
            print("    nothing")


def check_running(stack, dashboard, pipelines):
    def is_all_there():
        nonlocal results
        results = run_all(stack, dashboard, ALL)
        return not missing(results)

    results = {}
    try:
        stack.wait("every query has data", is_all_there)
    finally:
        if results:
            print_results(results)
            print(*[f"MISSING {name}" for name in missing(results)], sep="\n")
    found = {labels["pipeline"] for series in results.values() for labels, _ in series if "pipeline" in labels}
    assert found == set(pipelines), f"there are the pipelines {found}, not {pipelines}"


def check_choices(stack, dashboard, pipelines):
    """One or several of each variable, written as Grafana does for a regular expression in quotes."""
    instance = f"127\\\\.0\\\\.0\\\\.1:{stack.port}"
    one = {"job": JOB, "instance": instance, "pipeline": ".*"}
    several = {"job": f"({JOB}|other)", "instance": f"({instance}|other:8083)"}
    choices = [(one, pipelines), (several | {"pipeline": f"({'|'.join(pipelines)})" if pipelines else ".*"}, pipelines)]
    choices += [(one | {"pipeline": pipeline}, [pipeline]) for pipeline in pipelines]
    for chosen, shown in choices:
        results = run_all(stack, dashboard, chosen)
        assert not missing(results), f"with {chosen} there is nothing of {', '.join(missing(results))}"
        for query, found in results.items():
            others = {labels["pipeline"] for labels, _ in found if "pipeline" in labels} - set(shown)
            assert not others, f"{query} shows the pipelines {others} with {chosen}"
        print(f"every query has data with {chosen}")
    nothing = run_all(stack, dashboard, {"job": "other", "instance": ".+", "pipeline": ".*"})
    for query, found in nothing.items():
        if "$job" in query.expression and "ALERTS" not in query.expression and "threshold:" not in query.expression:
            assert not found, f"{query} does not depend on the job that is chosen"


def check_rules(stack):
    expected = [*model.rules(), *DEADLINE["rules"]]

    def is_evaluated():
        nonlocal evaluated
        evaluated = [rule for group in stack.ask("rules")["groups"] for rule in group["rules"]]
        return all(rule["health"] != "unknown" for rule in evaluated)

    evaluated = []
    stack.wait("every rule is evaluated", is_evaluated)
    assert len(evaluated) == len(expected), f"{len(evaluated)} rules are loaded, not {len(expected)}"
    for rule in evaluated:
        assert rule["health"] == "ok", f"{rule['name']}: {rule.get('lastError')}"
    for rule in expected:
        name = rule.get("record") or rule["alert"]
        found = stack.now(rule["expr"])
        shown = ", ".join(f"{value:.6g}" for _, value in found[:4])
        print(f"rule {name}: {len(found)} series{f': {shown}' if shown else ''}")
        # An alert has none while all is well, nor has what is compared with a threshold that is not set, or with last week.
        is_idle = name.endswith((":usual", ":ratio_max", "etl_last_run_records:min"))
        assert found or "alert" in rule or is_idle, f"{name} records nothing"


def check_down(stack, dashboard, exporter):
    """What is seen when the exporter is gone: that it is down, the alert of it, and no error."""
    stack.kill(exporter)
    of_exporter, critical, firing = [
        next(query for query in model.queries(dashboard) if str(query) == name)
        for name in ("Exporter, A", "Alerts firing, A", "Firing alerts, A")
    ]
    stack.wait("the exporter shows as down", lambda: [value for _, value in run(stack, of_exporter, ALL)] == [0])
    stack.wait("a critical alert fires", lambda: [value for _, value in run(stack, critical, ALL)][0] >= 1)
    names = {labels["alertname"] for labels, _ in run(stack, firing, ALL)}
    assert "ETL Metrics Endpoint Unavailable" in names, f"only {names} fire"
    run_all(stack, dashboard, ALL)
    print(f"with the exporter down it shows as down, and there fire {sorted(names)}")


def main(executables, case):
    pipelines = {"unnamed": [], "named": ["orders", "users"]}[case]
    logs = [f"{name}.log" for name in pipelines] or ["etl.log"]
    with open(model.DASHBOARD, encoding="utf-8") as file:
        dashboard = json.load(file)
    with Stack(executables) as stack:
        sources = [f"{name}={name}.log" for name in pipelines] or logs
        exporter = stack.start_exporter("--storage.path", stack.folder, logs=sources)
        stack.start_prometheus()
        stack.wait("the exporter is scraped", lambda: stack.now("etl_exporter_build_info"))
        run_all(stack, dashboard, ALL)
        print("no query fails before there is a log")
        for log in logs:
            stack.start_simulator("--records-per-second", "1000", "--failure-interval", "1s", log=log)
        stack.wait("lines are counted", lambda: stack.now('etl_exporter_log_lines_total{result="event"} > 0'))
        with open(stack.path(logs[0]), "a", encoding="utf-8") as file:
            file.write("{no JSON}\n" * BAD_LINES)
        check_running(stack, dashboard, pipelines)
        check_variables(stack, dashboard, pipelines)
        check_choices(stack, dashboard, pipelines)
        check_rules(stack)
        if case == "unnamed":
            check_down(stack, dashboard, exporter)


main(*sys.argv[1:])
