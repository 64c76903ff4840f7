"""Rules about a dashboard's parts and looks, after those of Grafana's dashboard-linter. Each gives its findings."""

import itertools
import json
import re

import model

COLUMNS = 24
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
# Of Grafana's units those that mean something here; one that Grafana does not know is shown as text behind the number.
UNITS = {"Bps", "bytes", "cpm", "cps", "dateTimeFromNow", "none", "percentunit", "reqps", "s", "short"}
PANEL_TYPES = {"heatmap", "stat", "state-timeline", "table", "text", "timeseries"}


def is_sentences(text):
    return bool(re.fullmatch(r"\S.*[.!?]", text, re.DOTALL))


def is_formatted(text):
    """The text is what `python3 -m json.tool --indent 2` makes of it."""
    if text != json.dumps(json.loads(text), indent=2) + "\n":
        yield "is not formatted as `python3 -m json.tool --indent 2` would"
    seen = []
    json.loads(text, object_pairs_hook=seen.append)
    for pairs in seen:
        names = [name for name, _ in pairs]
        for name in {name for name in names if names.count(name) > 1}:
            yield f'"{name}" is there twice in one object'


def is_provisioned(dashboard, _):
    """It can be found at /d/etl-monitoring, loads in Grafana 12 and 13, and is changed in its file alone."""
    for key, expected in {"uid": "etl-monitoring", "schemaVersion": 42, "editable": False}.items():
        if dashboard.get(key) != expected:
            yield f'"{key}" is {dashboard.get(key)!r}, not {expected!r}'
    if "id" in dashboard:
        yield 'there is an "id", which is for Grafana to give'
    for key in ("title", "description", "refresh", "tags"):
        if not dashboard.get(key):
            yield f'"{key}" is missing'


def has_datasource_variable(dashboard, _):
    found = [v for v in dashboard["templating"]["list"] if v["type"] == "datasource"]
    if [v["name"] for v in found] != ["datasource"]:
        yield 'there is not one variable of the type datasource, called "datasource"'
        return
    (provisioned,) = model.read_yaml(model.DATASOURCE)["datasources"]
    expected = {
        "label": "Data source",
        "query": provisioned["type"],
        "current": {"text": provisioned["name"], "value": provisioned["uid"]},
    }
    for key, value in expected.items():
        if found[0].get(key) != value:
            yield f'of the variable "datasource", "{key}" is {found[0].get(key)!r}, not {value!r}'


def has_query_variables(dashboard, _):
    """Job and instance match whatever is there; pipeline also matches series that have no such label."""
    for name, all_value in {"job": ".+", "instance": ".+", "pipeline": ".*"}.items():
        variable = model.variables(dashboard).get(name)
        if variable is None:
            yield f'there is no variable "{name}"'
            continue
        expected = {
            "label": name.capitalize(),
            "type": "query",
            "datasource": DATASOURCE,
            "definition": variable.get("query"),
            "multi": True,
            "includeAll": True,
            "allValue": all_value,
            "refresh": 2,
            "current": {"text": ["All"], "value": ["$__all"]},
        }
        for key, value in expected.items():
            if variable.get(key) != value:
                yield f'of the variable "{name}", "{key}" is {variable.get(key)!r}, not {value!r}'


def uses_each_variable(dashboard, _):
    text = json.dumps(dashboard)
    used = set(re.findall(r"\$\{?([a-z]\w*)", text))
    known = set(model.variables(dashboard))
    for name in sorted(used - known):
        yield f'"${name}" is no variable'
    for name in sorted(known - used):
        yield f'nothing uses the variable "{name}"'


def has_addresses_in_variables(dashboard, _):
    """What is elsewhere in another installation is said once, in a variable or by the rules."""
    rest = {**dashboard, "templating": {}}
    for address in re.findall(r"(?:https?://|localhost)[^\s)\"]*", json.dumps(rest)):
        yield f"{address} is an address outside of the variables"


def has_unique_ids(dashboard, _):
    for what, values in {
        "id": [panel["id"] for panel in dashboard["panels"]],
        "title": [panel["title"] for panel in dashboard["panels"]],
    }.items():
        for value in {v for v in values if values.count(v) > 1}:
            yield f'more than one panel has the {what} "{value}"'


def has_its_own_place(dashboard, _):
    """Each panel is on the grid, on no other one, and below the row that it belongs to."""
    places = [(panel["title"], panel["gridPos"]) for panel in dashboard["panels"]]
    for title, p in places:
        if min(p["x"], p["y"]) < 0 or min(p["w"], p["h"]) < 1 or p["x"] + p["w"] > COLUMNS:
            yield f'"{title}" is not within the {COLUMNS} columns'
    for (one, a), (other, b) in itertools.combinations(places, 2):
        is_beside = a["x"] + a["w"] <= b["x"] or b["x"] + b["w"] <= a["x"]
        if not is_beside and a["y"] < b["y"] + b["h"] and b["y"] < a["y"] + a["h"]:
            yield f'"{one}" and "{other}" overlap'
    rows = [p["y"] for panel in dashboard["panels"] if panel["type"] == "row" for p in [panel["gridPos"]]]
    if rows != sorted(rows) or dashboard["panels"][0]["type"] != "row":
        yield "the rows are not in the order of the file, or the first panel is none"
    number = -1
    for panel in dashboard["panels"]:
        number += panel["type"] == "row"
        top = panel["gridPos"]["y"]
        if not rows[number] <= top < (rows[number + 1] if number + 1 < len(rows) else top + 1):
            yield f'"{panel["title"]}" is not below the row that comes before it in the file'


def says_what_it_shows(dashboard, _):
    for panel in dashboard["panels"]:
        if not panel.get("title"):
            yield f'the panel {panel["id"]} has no title'
        if panel["type"] == "row":
            if panel["collapsed"] or panel["panels"] or not panel["title"].endswith("?"):
                yield f'the row "{panel["title"]}" is not an open row with a question as its title'
            continue
        if panel["type"] not in PANEL_TYPES:
            yield f'"{panel["title"]}" is a {panel["type"]}, which these rules do not know'
        if not is_sentences(panel.get("description", "")):
            yield f'"{panel["title"]}" has no description in whole sentences'


def is_in_readme(dashboard, _):
    """grafana/README.md has a table of the rows."""
    with open(model.README, encoding="utf-8") as file:
        rows = re.findall(r"^\| (.+\?) \|", file.read(), re.MULTILINE)
    titles = [panel["title"] for panel in dashboard["panels"] if panel["type"] == "row"]
    if rows != titles:
        yield f"grafana/README.md has the rows {rows}, not {titles}"


def has_datasource(dashboard, _):
    for panel in model.drawn(dashboard):
        if panel["type"] == "text":
            continue
        if panel.get("datasource") != DATASOURCE:
            yield f'"{panel["title"]}" does not ask the data source that is chosen'
        if not model.targets(panel):
            yield f'"{panel["title"]}" asks nothing'
        for target in model.targets(panel):
            if target.get("datasource", DATASOURCE) != DATASOURCE:
                yield f'"{panel["title"]}", {target["refId"]} asks another data source than its panel'
    for annotation in dashboard["annotations"]["list"]:
        if not annotation.get("builtIn") and annotation["datasource"] != DATASOURCE:
            yield f'the annotation "{annotation["name"]}" does not ask the data source that is chosen'


def has_unit(dashboard, _):
    for panel in model.drawn(dashboard):
        if panel["type"] == "text":
            continue
        place = panel["options"]["yAxis"] if panel["type"] == "heatmap" else panel["fieldConfig"]["defaults"]
        if place.get("unit") not in UNITS:
            yield f'"{panel["title"]}" has the unit {place.get("unit")!r}, not one of {", ".join(sorted(UNITS))}'


def says_that_there_is_nothing(dashboard, _):
    for panel in model.drawn(dashboard):
        if panel["type"] != "text" and not panel["fieldConfig"]["defaults"].get("noValue"):
            yield f'"{panel["title"]}" has no text for where there is no data'


def has_ordered_thresholds(dashboard, _):
    for panel in model.drawn(dashboard):
        field = panel["fieldConfig"]
        changed = [p["value"] for o in field["overrides"] for p in o["properties"] if p["id"] == "thresholds"]
        for thresholds in [field["defaults"].get("thresholds"), *changed]:
            if thresholds is None:
                if panel["type"] in ("stat", "state-timeline", "table"):
                    yield f'"{panel["title"]}" has no thresholds, for which Grafana puts in its own'
                continue
            first, *rest = [step["value"] for step in thresholds["steps"]]
            if first is not None or None in rest or rest != sorted(set(rest)):
                yield f'"{panel["title"]}" has thresholds that do not rise from null'


RULES = [
    is_provisioned,
    has_datasource_variable,
    has_query_variables,
    uses_each_variable,
    has_addresses_in_variables,
    has_unique_ids,
    has_its_own_place,
    says_what_it_shows,
    is_in_readme,
    has_datasource,
    has_unit,
    says_that_there_is_nothing,
    has_ordered_thresholds,
]
