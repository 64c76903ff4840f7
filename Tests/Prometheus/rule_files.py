"""The rules and their tests as data, and promtool's judgement of them."""

import json
import os
import pathlib
import re
import subprocess
import tempfile

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor

ROOT = pathlib.Path(__file__).resolve().parents[2]
RULES = ROOT / "prometheus/rules/etl.rules.yml"
README = ROOT / "prometheus/README.md"
TESTS = sorted((ROOT / "prometheus/tests").glob("*.test.yml"))
STRICT_TEST = ROOT / "Tests/Prometheus/strict-objective.test.yml"
NIGHTLY_TEST = ROOT / "Tests/Prometheus/nightly-job.test.yml"
STRICT_OBJECTIVE = "vector(0.99)"
# A name of a series in an expression: those of the exporter, of Prometheus and of recording rules.
SERIES = re.compile(r"\b(?:etl_|process_|up\b|ALERTS\b|(?:threshold|objective|instance_pipeline):)[a-z0-9_:]*")


class Constructor(SafeConstructor):
    """Takes 0x60 for what it is to promtool: sixty-one zeros, and no number."""

    def construct_yaml_int(self, node):
        return node.value if "x" in node.value else super().construct_yaml_int(node)


Constructor.add_constructor("tag:yaml.org,2002:int", Constructor.construct_yaml_int)


def load(path):
    reader = YAML(typ="safe", pure=True)
    reader.Constructor = Constructor
    return reader.load(path.read_text(encoding="utf-8"))


def rules_of(document):
    """All rules with the places where they are, so that a copy can be changed there."""
    return [(g, r, rule) for g, group in enumerate(document["groups"]) for r, rule in enumerate(group["rules"])]


def name_of(rule):
    return rule.get("alert") or rule["record"]


def strings_outside(expression):
    """An expression without the texts in quotes, in which nothing is a name."""
    return re.sub(r'"[^"]*"', '""', expression)


def series_in(expression):
    return set(SERIES.findall(strings_outside(expression)))


def seconds(duration):
    """The seconds of a Prometheus duration of one unit; 0 for none."""
    if not duration:
        return 0
    return int(duration[:-1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[duration[-1]]


def with_objective(document, expression):
    """The rules with another objective, which is in one place."""
    text = json.dumps(document)
    (rule,) = [rule for _, _, rule in rules_of(document) if rule.get("record") == "objective:etl_attempts:success_ratio"]
    assert text.count(rule["expr"]) == 1, f"{rule['expr']} is not the expression of the objective alone"
    return json.loads(text.replace(rule["expr"], expression))


def for_nightly_job(document):
    """The rules as README.md says to change them for a job that runs once a day."""
    changes = {"> 600": "> 93600", "offset 10m": "offset 26h", "[10m]": "[26h]"}
    groups = [
        {**group, "rules": [rule for rule in group["rules"] if name_of(rule) != "ETL Process Health Check Failed"]}
        for group in document["groups"]
    ]
    (alert,) = [rule for group in groups for rule in group["rules"] if name_of(rule) == "No ETL Success in 10 Minutes"]
    expression = alert["expr"]
    for old, new in changes.items():
        assert expression.count(old) == 1, f"{name_of(alert)} has {old} {expression.count(old)} times"
        expression = expression.replace(old, new)
    readme = README.read_text(encoding="utf-8")
    section = re.search(r"^### A job that runs once a day$(.*?)^#", readme, re.MULTILINE | re.DOTALL)
    for value in (part.strip("> ") for change in changes.items() for part in change):
        assert section and value in section[1], f"README.md does not say {value} of a job that runs once a day"
    changed = json.dumps({"groups": groups})
    return json.loads(changed.replace(json.dumps(alert["expr"]), json.dumps(expression)))


def run_tests(rules, tests):
    """Lets promtool test rules; gives whether all tests passed, and what it said."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, "etl.rules.yml")]
        for number, test in enumerate(tests):
            paths.append(os.path.join(folder, f"{number}.test.yml"))
            test["rule_files"] = ["etl.rules.yml"]
        for path, document in zip(paths, [rules, *tests]):
            with open(path, "w", encoding="utf-8") as file:
                # Which is YAML, too.
                json.dump(document, file)
        done = subprocess.run(
            ["promtool", "test", "rules", *paths[1:]], capture_output=True, text=True, timeout=120, cwd=folder, check=False
        )
    return done.returncode == 0, done.stdout + done.stderr
