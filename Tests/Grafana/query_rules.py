"""Rules about a dashboard's queries, after those of Grafana's dashboard-linter. Each gives its findings."""

import re

import model
import promql

RATES = ("rate", "increase")
NO_METRIC = model.Metric("", frozenset())
SETTINGS = "settings:etl_links:info"
OF_THE_JOB = (
    "etl_records_total",
    "etl_files_total",
    "etl_failures_total",
    "etl_errors_by_type_total",
    "etl_current_rate_records_per_second",
    "etl_avg_processing_time_seconds",
    "etl_seconds_since_last_success",
    "etl_seconds_since_last_failure",
    "etl_health_status",
    "etl_uptime_seconds",
)
# What an alert compares with a threshold that users set.
WITH_THRESHOLDS = ("etl_seconds_since_last_success", "etl_records_total", "etl_file_in_progress_seconds")
EXPORTER = "etl_exporter_build_info"
ALERT_SERIES = ("ALERTS", "ALERTS_FOR_STATE")
# What Prometheus itself says of every target, and every program of itself: only that of the exporters belongs here.
OF_ANY_TARGET = ("up", "scrape_duration_seconds", "scrape_samples_scraped")
# A file is counted when it is completed, after up to a minute.
LEAST_SECONDS_FOR_FILES = 60


def parsed(dashboard):
    """Each query with its selectors; those that are no PromQL are left to is_promql."""
    for query in model.queries(dashboard):
        try:
            yield query, promql.selectors(query.expression)
        except ValueError:
            continue


def of_variables(dashboard):
    """Each query variable with its label and its selector."""
    for name, variable in model.variables(dashboard).items():
        if variable["type"] == "query":
            match = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["query"])
            if match:
                yield name, match[2], promql.selectors(match[1])[0][0]


def is_promql(dashboard, _):
    for query in model.queries(dashboard):
        try:
            promql.parse(query.expression)
        except ValueError as error:
            yield f"{query}: {error}"


def has_variables_with_selectors(dashboard, _):
    found = {name: (label, selector) for name, label, selector in of_variables(dashboard)}
    for name in [n for n, v in model.variables(dashboard).items() if v["type"] == "query"]:
        if name not in found:
            yield f'the variable "{name}" is not label_values(SELECTOR, LABEL)'
        elif found[name][0] != name:
            yield f'the variable "{name}" has the values of "{found[name][0]}"'
    before = []
    for name, (_, selector) in found.items():
        if selector.name == SETTINGS:
            continue
        expected = {other: f"=~${other}" for other in before}
        if promql.matchers(selector) != expected:
            yield f'the variable "{name}" does not depend on {", ".join(before) or "nothing"} alone'
        before.append(name)


def labels_of(name, metrics):
    """The labels by which a series is narrowed: the level in a recorded one's name says which it has."""
    level, colon, _ = name.partition(":")
    if not colon:
        return ["job", "instance"] + ["pipeline"] * ("pipeline" in metrics.get(name, NO_METRIC).labels)
    return [label for label in ("job", "instance", "pipeline") if label in level.replace("instance_", "job_instance_").split("_")]


def has_matchers(dashboard, metrics):
    """Every selector is narrowed by what was chosen; alerts without such a label are always shown."""
    for query, selectors in parsed(dashboard):
        for selector, _ in selectors:
            is_alert = selector.name in ALERT_SERIES
            labels = ["job", "instance", "pipeline"] if is_alert else labels_of(selector.name, metrics)
            found = promql.matchers(selector)
            for label in labels:
                expected = f"=~${label}|" if is_alert else f"=~${label}"
                if found.get(label) != expected:
                    yield f'{query}: {selector.name} has no matcher {label}=~"{expected[2:]}"'
            if "pipeline" in found and "pipeline" not in labels:
                yield f"{query}: {selector.name} has no pipeline"


def has_known_metrics(dashboard, metrics):
    known = set(metrics) | model.recorded() | set(ALERT_SERIES) | set(OF_ANY_TARGET)
    for query, selectors in parsed(dashboard):
        for selector, _ in selectors:
            if selector.name not in known:
                yield f"{query}: there is no metric {selector.name}"
    for name, _, selector in of_variables(dashboard):
        if selector.name not in known:
            yield f"variable {name}: there is no metric {selector.name}"


def shows_each_metric(dashboard, metrics):
    shown = {selector.name for _, selectors in parsed(dashboard) for selector, _ in selectors}
    # A histogram is shown by any of its series.
    bases = {re.sub("_(bucket|sum|count)$", "", name) for name in shown}
    for name in sorted(metrics):
        if name.startswith("etl_") and name not in shown and re.sub("_(bucket|sum|count)$", "", name) not in bases:
            yield f"no panel shows {name}"


def has_counters_in_rates(dashboard, metrics):
    for query, selectors in parsed(dashboard):
        for selector, parents in selectors:
            is_counter = selector.name in metrics and metrics[selector.name].type == "counter"
            functions = {promql.function(parent) for parent in parents}
            # What has been counted in all is one number; `unless` only asks whether there is any.
            is_total = query.is_instant and promql.is_summed(parents)
            is_asked_for = promql.is_on_right_of(selector, parents, "unless")
            if is_counter and not is_total and not is_asked_for and not functions & {*RATES, "timestamp"}:
                yield f"{query}: the counter {selector.name} is not within rate or increase"
            if not is_counter and functions & set(RATES):
                yield f"{query}: {selector.name} is no counter, and has no rate"


def has_rate_interval(dashboard, _):
    """Over time a rate spans what Grafana computes from step and scrape interval, else also the time shown."""
    for query, selectors in parsed(dashboard):
        for selector, parents in selectors:
            seconds = promql.window(parents)
            if seconds is None or promql.function(parents[-2]) not in RATES:
                continue
            if seconds not in (promql.RATE_INTERVAL, promql.RANGE):
                yield f"{query}: {selector.name} has a rate over {seconds} s, not over [$__rate_interval] or [$__range]"
            elif seconds == promql.RANGE and not query.is_instant:
                yield f"{query}: {selector.name} has a rate over [$__range] at each point in time"


def has_native_forms(dashboard, metrics):
    """What asks a classic histogram asks behind `or` for what is there where Prometheus has made a native one of it."""
    for query, selectors in parsed(dashboard):
        names = {selector.name for selector, _ in selectors}
        for name in names:
            base = re.sub("_(bucket|sum|count)$", "", name)
            if base != name and base in metrics and base not in names:
                yield f"{query}: {name} is not there where the histogram is a native one, and {base} is not asked for"


def shows_what_the_job_says(dashboard, _):
    """Each of the ten metrics that the dashboard is there for is shown as it is, and not only as a rate."""
    shown = {
        selector.name
        for _, selectors in parsed(dashboard)
        for selector, parents in selectors
        if not {promql.function(parent) for parent in parents} & set(RATES)
    }
    for name in sorted(set(OF_THE_JOB) - shown):
        yield f"no panel shows {name} itself"


def compares_with_series(dashboard, _):
    """Where an alert has a threshold, colours come from what is compared with it, and not from a number of their own."""
    for panel in model.drawn(dashboard):
        changed = {o["matcher"]["options"]: p["value"] for o in panel["fieldConfig"]["overrides"] for p in o["properties"]
                   if p["id"] == "thresholds"}
        for target in model.targets(panel):
            thresholds = changed.get(target.get("legendFormat"), panel["fieldConfig"]["defaults"].get("thresholds"))
            is_coloured = thresholds is not None and len(thresholds["steps"]) > 1
            compared = [name for name in WITH_THRESHOLDS if re.search(rf"\b{name}\b", target["expr"])]
            if panel["type"] == "stat" and is_coloured and compared and "threshold:" not in target["expr"]:
                yield f'"{panel["title"]}", {target["refId"]}: {compared[0]} has its colours from fixed numbers'


def seconds_of(duration):
    """Of a minimum step, which Grafana takes as a number and a unit."""
    match = re.fullmatch(r"(\d+)([smh])", duration)
    return int(match[1]) * {"s": 1, "m": 60, "h": 3600}[match[2]] if match else 0


def spans_files(dashboard, metrics):
    """Over fewer than several files a rate of a job's counters is spikes; Grafana spans four minimum steps."""
    for query, selectors in parsed(dashboard):
        for selector, parents in selectors:
            is_of_files = "pipeline" in metrics.get(selector.name, NO_METRIC).labels
            # Within a subquery it only tells when something was counted.
            if not is_of_files or promql.window(parents) != promql.RATE_INTERVAL or promql.is_in_subquery(parents):
                continue
            if seconds_of(query.minimum_step) < LEAST_SECONDS_FOR_FILES:
                yield f"{query}: the rate of {selector.name} needs a minimum step of {LEAST_SECONDS_FOR_FILES} s"


def is_of_exporters(dashboard, _):
    """With All chosen the variables match every target of Prometheus."""
    for query, selectors in parsed(dashboard):
        for selector, parents in selectors:
            is_of_any = selector.name in OF_ANY_TARGET or selector.name.startswith("process_")
            if is_of_any and not promql.is_only_where(selector, parents, EXPORTER, ["job", "instance"]):
                yield f"{query}: `and on (job, instance) {EXPORTER}` does not leave out other programs' {selector.name}"


def has_fitting_targets(dashboard, _):
    for panel in model.drawn(dashboard):
        references = [target["refId"] for target in model.targets(panel)]
        if len(set(references)) != len(references):
            yield f'"{panel["title"]}" has two queries with one letter'
        for target in model.targets(panel):
            where = f'"{panel["title"]}", {target["refId"]}'
            if target.get("range", False) == target.get("instant", False):
                yield f"{where} is to be either over time or now"
            expected = {"table": "table", "heatmap": "heatmap"}.get(panel["type"])
            if target.get("format") != expected:
                yield f"{where} has the format {target.get('format')!r}, not {expected!r}"
            # The last value of a time range would still be shown long after the exporter is gone.
            if panel["type"] in ("stat", "table") and not target.get("instant"):
                yield f"{where} is over time, and in a {panel['type']}"
            if panel["type"] != "table" and not target.get("legendFormat"):
                yield f"{where} has no legend"


def transformed(panel, kind):
    return [t["options"] for t in panel.get("transformations", []) if t["id"] == kind]


def has_fitting_columns(dashboard, _):
    """Columns that are renamed or hidden come from a query, and overrides are for names that are there."""
    for panel in model.drawn(dashboard):
        references = [target["refId"] for target in model.targets(panel)]
        values = {"Value"} if len(references) == 1 else {f"Value #{reference}" for reference in references}
        renamed = {}
        for options in transformed(panel, "organize"):
            renamed = options["renameByName"]
            columns = {*options["indexByName"], *options["excludeByName"], *renamed}
            for column in columns:
                if column.startswith("Value") and column not in values:
                    yield f'"{panel["title"]}" has no column {column}'
            for value in values - set(renamed) - set(options["excludeByName"]):
                yield f'"{panel["title"]}" neither names nor hides {value}'
        if panel["type"] == "table" and len(references) > 1 and not transformed(panel, "merge"):
            yield f'"{panel["title"]}" does not merge its queries'
        legends = [target.get("legendFormat", "") for target in model.targets(panel)]
        # A legend that is a label's value alone can be any name.
        is_open = any(legend.startswith("{{") for legend in legends)
        for override in panel["fieldConfig"]["overrides"]:
            name, by = override["matcher"]["options"], override["matcher"]["id"]
            names = [*renamed.values(), *legends]
            if by == "byName" and not is_open and name not in names:
                yield f'"{panel["title"]}" has nothing that is called "{name}"'
            if by == "byRegexp" and not any(re.search(name, n) for n in names):
                yield f'"{panel["title"]}" has nothing that matches "{name}"'


def shows_each_alert(dashboard, _):
    """Selectors of alerts take in each alert of the rules, and tell that the rules are loaded by one that is there."""
    alerts = {rule["alert"]: rule["labels"]["severity"] for rule in model.rules() if "alert" in rule}
    for query, selectors in parsed(dashboard):
        for selector, _ in selectors:
            found = promql.matchers(selector)
            if selector.name != "ALERTS" or "alertname" not in found:
                continue
            if found["alertname"].startswith("="):
                name = found["alertname"].removeprefix("=~").removeprefix("=")
                matching = {a for a in alerts if re.fullmatch(name, a)}
                missing = {a for a, severity in alerts.items() if severity != "none"} - matching
                if found["alertname"].startswith("=~") and missing:
                    yield f"{query}: leaves out {', '.join(sorted(missing))}"
                if not matching:
                    yield f"{query}: no alert is called {name}"
            severities = set(alerts.values()) | {None}
            wanted = found.get("severity", "=~.*").removeprefix("=~").removeprefix("=").split("|")
            if wanted != [".*"] and not set(wanted) <= severities:
                yield f"{query}: no alert has the severity {', '.join(sorted(set(wanted) - severities))}"


RULES = [
    is_promql,
    has_variables_with_selectors,
    has_matchers,
    has_known_metrics,
    shows_each_metric,
    has_counters_in_rates,
    has_rate_interval,
    has_native_forms,
    shows_what_the_job_says,
    compares_with_series,
    spans_files,
    is_of_exporters,
    has_fitting_targets,
    has_fitting_columns,
    shows_each_alert,
]
