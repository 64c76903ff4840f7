"""Breaks the dashboard in ways that a rule is there for, and expects that rule to say so: test_lint.py ETL-EXPORTER"""

import copy
import json
import sys

import lint
import model


def panel(dashboard, title):
    (found,) = [p for p in dashboard["panels"] if p["title"] == title]
    return found


def target(dashboard, title, reference="A"):
    (found,) = [t for t in panel(dashboard, title)["targets"] if t["refId"] == reference]
    return found


def variable(dashboard, name):
    return model.variables(dashboard)[name]


def defaults(dashboard, title):
    return panel(dashboard, title)["fieldConfig"]["defaults"]


def replaced(old, new, title, reference="A"):
    """In a query."""

    def mutate(dashboard):
        found = target(dashboard, title, reference)
        assert old in found["expr"], f"{title} has no {old}"
        found["expr"] = found["expr"].replace(old, new)

    return mutate


def updated(find, *arguments, **changes):
    def mutate(dashboard):
        find(dashboard, *arguments).update(changes)

    return mutate


def without(find, *arguments):
    """Takes out the last one of the arguments."""
    return lambda dashboard: find(dashboard, *arguments[:-1]).pop(arguments[-1])


def whole(dashboard):
    return dashboard


def place(dashboard, title):
    return panel(dashboard, title)["gridPos"]


def swap_rows(dashboard):
    panels = dashboard["panels"]
    panels.append(panels.pop(0))


def rename_column(dashboard):
    options = panel(dashboard, "Pipelines")["transformations"][1]["options"]
    options["renameByName"]["Value #X"] = options["renameByName"].pop("Value #A")


def drop_merge(dashboard):
    panel(dashboard, "Pipelines")["transformations"].pop(0)


def rename_override(dashboard):
    panel(dashboard, "Pipelines")["fieldConfig"]["overrides"][0]["matcher"]["options"] = "Healthy"


def swap_thresholds(dashboard):
    defaults(dashboard, "Job")["thresholds"]["steps"].reverse()


def drop_base_threshold(dashboard):
    defaults(dashboard, "Job")["thresholds"]["steps"].pop(0)


def use_other_uid(dashboard):
    variable(dashboard, "datasource")["current"]["value"] = "other"


def use_other_uid_in_annotation(dashboard):
    dashboard["annotations"]["list"][1]["datasource"] = {"type": "prometheus", "uid": "prometheus"}


def misspell_variable(dashboard):
    text = panel(dashboard, "Where to look next")["options"]
    text["content"] += "$pipelines"


def link_to_this_machine(dashboard):
    dashboard["links"][0]["url"] = "http://localhost:8083/"


def total_as_rate(dashboard):
    found = target(dashboard, "Totals", "C")
    found["expr"] = found["expr"].replace("sum(", "sum(increase(").replace("})", "}[$__range]))")


def use_fixed_number(dashboard):
    thresholds = {"mode": "absolute", "steps": [{"color": "green", "value": None}, {"color": "red", "value": 600}]}
    defaults(dashboard, "Since last success")["thresholds"] = thresholds


def hide_alert(dashboard):
    annotation = dashboard["annotations"]["list"][1]["target"]
    annotation["expr"] = annotation["expr"].replace(".*ETL.*", "ETL.*")


def rename_metric_of_annotation(dashboard):
    annotation = dashboard["annotations"]["list"][2]["target"]
    annotation["expr"] = annotation["expr"].replace("etl_start_time_seconds", "etl_started")


MATCHER = ', pipeline=~"$pipeline"'
BUILD = ' and on (job, instance) etl_exporter_build_info{job=~"$job", instance=~"$instance"}'
RATE = 'rate(etl_records_total{job=~"$job", instance=~"$instance", pipeline=~"$pipeline"}[$__rate_interval])'
BARE = 'etl_records_total{job=~"$job", instance=~"$instance", pipeline=~"$pipeline"}'
RECORDS = "Records per second against the target"
FIXED = {"type": "prometheus", "uid": "prometheus"}

# The rule that is to speak, and what is done.
MUTATIONS = [
    ("is_provisioned", updated(whole, editable=True)),
    ("is_provisioned", updated(whole, uid="etl")),
    ("is_provisioned", updated(whole, id=7)),
    ("is_provisioned", updated(whole, schemaVersion=36)),
    ("is_provisioned", without(whole, "refresh")),
    ("has_datasource_variable", updated(variable, "datasource", label="Datasource")),
    ("has_datasource_variable", use_other_uid),
    ("has_datasource_variable", updated(variable, "datasource", name="source")),
    ("has_query_variables", updated(variable, "job", allValue=".*")),
    ("has_query_variables", updated(variable, "pipeline", allValue=".+")),
    ("has_query_variables", updated(variable, "instance", refresh=1)),
    ("has_query_variables", updated(variable, "instance", multi=False)),
    ("has_query_variables", updated(variable, "pipeline", name="pipelines")),
    ("uses_each_variable", updated(variable, "target", name="aim")),
    ("uses_each_variable", misspell_variable),
    ("has_unique_ids", updated(panel, "Pace", id=1)),
    ("has_unique_ids", updated(panel, "Pace", title="Job")),
    ("has_its_own_place", updated(place, "Pace", w=5)),
    ("has_its_own_place", updated(place, "Delay of events", x=20)),
    ("has_its_own_place", updated(place, "Pace", y=200)),
    ("has_its_own_place", swap_rows),
    ("says_what_it_shows", updated(panel, "Pace", description="")),
    ("says_what_it_shows", updated(panel, "Pace", title="")),
    ("says_what_it_shows", updated(panel, "Pace", type="gauge")),
    ("says_what_it_shows", updated(panel, "Is it keeping pace?", collapsed=True)),
    ("is_in_readme", updated(panel, "Is it keeping pace?", title="Is it fast?")),
    ("has_datasource", updated(panel, "Pace", datasource=FIXED)),
    ("has_datasource", updated(target, "Pace", datasource=FIXED)),
    ("has_datasource", updated(panel, "Pace", targets=[])),
    ("has_datasource", use_other_uid_in_annotation),
    ("has_unit", without(defaults, "Pace", "unit")),
    ("has_unit", updated(defaults, "Pace", unit="seconds")),
    ("says_that_there_is_nothing", without(defaults, "Pace", "noValue")),
    ("has_ordered_thresholds", swap_thresholds),
    ("has_ordered_thresholds", drop_base_threshold),
    ("has_ordered_thresholds", without(defaults, "Pace", "thresholds")),
    ("is_promql", replaced(")", "", "Pace")),
    ("is_promql", replaced("min(", "minimum(", "Pace")),
    ("has_variables_with_selectors", updated(variable, "pipeline", query="label_values(etl_records_total, pipeline)")),
    ("has_variables_with_selectors", updated(variable, "job", query="etl_records_total")),
    ("has_variables_with_selectors", updated(variable, "job", query="label_values(etl_exporter_build_info, instance)")),
    ("has_matchers", replaced(MATCHER, "", "Job")),
    ("has_matchers", replaced('job=~"$job"', 'job="etl_metrics"', RECORDS)),
    ("has_matchers", replaced('"$instance|"', '"$instance"', "Firing alerts")),
    ("has_matchers", replaced('=~"$instance"', '=~"$instance"' + MATCHER, "Delay of events")),
    ("has_known_metrics", replaced("etl_health_status", "etl_health", "Job")),
    ("has_known_metrics", replaced("etl_records:rate10m", "etl_records", RECORDS, "D")),
    ("has_known_metrics", rename_metric_of_annotation),
    ("has_known_metrics", updated(variable, "job", query="label_values(etl_exporter_info, job)")),
    ("shows_each_metric", replaced("event_delay_seconds", "log_lag_bytes", "Delay of events")),
    ("has_matchers", replaced('{pipeline=~"$pipeline"}', "", RECORDS, "D")),
    ("has_matchers", replaced(', pipeline=~"$pipeline"', "", "Error budget that is left")),
    ("has_addresses_in_variables", link_to_this_machine),
    ("has_native_forms", replaced("increase(etl_file_records{", "increase(etl_file_records_sum{", "Sizes of files $pipeline")),
    ("has_native_forms", replaced("rate(etl_file_records{", "rate(etl_file_records_bucket{", "Records per file", "B")),
    ("shows_what_the_job_says", replaced("etl_files_total", "etl_records_total", "Totals", "B")),
    ("shows_what_the_job_says", total_as_rate),
    ("compares_with_series", use_fixed_number),
    ("has_counters_in_rates", replaced("sum(", "(", "Totals")),
    ("has_counters_in_rates", updated(target, "Totals", instant=False, range=True)),
    ("has_counters_in_rates", replaced(RATE, BARE, RECORDS)),
    ("has_counters_in_rates", replaced("rate(", "max_over_time(", RECORDS)),
    ("has_counters_in_rates", replaced("etl_records_total", "etl_uptime_seconds", RECORDS)),
    ("has_rate_interval", replaced("$__rate_interval", "5m", RECORDS)),
    ("has_rate_interval", replaced("$__rate_interval", "$__range", RECORDS)),
    ("spans_files", without(target, RECORDS, "interval")),
    ("spans_files", updated(target, RECORDS, interval="30s")),
    ("spans_files", without(target, "Pace", "interval")),
    ("is_of_exporters", replaced(BUILD, "", "Memory")),
    ("is_of_exporters", replaced("on (job, instance)", "on (job)", "Memory")),
    ("is_of_exporters", replaced(" and ", " or ", "Exporter")),
    ("has_fitting_targets", updated(target, "Pipelines", "B", refId="A")),
    ("has_fitting_targets", updated(target, RECORDS, instant=True)),
    ("has_fitting_targets", updated(target, "Pipelines", format="time_series")),
    ("has_fitting_targets", updated(target, "Pipelines", instant=False, range=True)),
    ("has_fitting_targets", updated(target, "Job", instant=False, range=True)),
    ("has_fitting_targets", without(target, "Processing times $pipeline", "format")),
    ("has_fitting_targets", without(target, RECORDS, "legendFormat")),
    ("has_fitting_columns", rename_column),
    ("has_fitting_columns", drop_merge),
    ("has_fitting_columns", rename_override),
    ("has_fitting_columns", updated(target, RECORDS, "C", legendFormat="aim")),
    ("shows_each_alert", hide_alert),
    ("shows_each_alert", replaced('"ETL Watchdog"', '"Watchdog"', "Alerts firing")),
    ("shows_each_alert", replaced('"critical"', '"page"', "Alerts firing")),
]


def main(executable):
    with open(model.DASHBOARD, encoding="utf-8") as file:
        dashboard = json.load(file)
    metrics = model.metrics_of(executable)
    assert not lint.findings(dashboard, metrics), "the dashboard has findings of its own; see lint.py"
    untried = {rule.__name__ for rule in lint.RULES} - {rule for rule, _ in MUTATIONS}
    failures = [f"no mutation is there for {rule}" for rule in sorted(untried)]
    for number, (rule, mutate) in enumerate(MUTATIONS):
        changed = copy.deepcopy(dashboard)
        mutate(changed)
        found = [finding for name, finding in lint.findings(changed, metrics) if name == rule]
        print(f"{rule} {number}: {found[0] if found else 'FAILED: says nothing'}")
        if not found:
            failures.append(f"{rule} does not see the mutation {number}")
    unformatted = [json.dumps(dashboard), json.dumps(dashboard, indent=4) + "\n", '{\n  "a": 1,\n  "a": 2\n}\n']
    for text in unformatted:
        if not list(lint.structure_rules.is_formatted(text)):
            failures.append(f"is_formatted does not see {text[:40]!r}")
    print(*failures, sep="\n")
    print(f"{len(MUTATIONS)} mutations, {len(failures)} failures")
    sys.exit(1 if failures else 0)


main(*sys.argv[1:])
