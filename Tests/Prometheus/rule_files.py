"""The rules and their tests as data, and promtool's judgement of them."""

import copy
import json
import os
import pathlib
import re
import subprocess
import tempfile

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor

ROOT = pathlib.Path(__file__).resolve().parents[2]
README = ROOT / "prometheus/README.md"
RULES = sorted((ROOT / "prometheus/rules").glob("*.yml"))
THRESHOLDS = ROOT / "prometheus/rules/etl-thresholds.yml"
TESTS = sorted((ROOT / "prometheus/tests").glob("*.test.yml"))
STRICT_TEST = ROOT / "Tests/Prometheus/strict-objective.test.yml"
NIGHTLY_TEST = ROOT / "Tests/Prometheus/nightly-job.test.yml"
OBJECTIVE = "objective:etl_attempts:success_ratio"
STRICT_OBJECTIVE = "vector(0.99)"
# A name of a series in an expression: those of the exporter, of Prometheus and of recording rules.
SERIES = re.compile(
    r"\b(?:etl_|process_|prometheus_|alertmanager_|up\b|ALERTS\b"
    r"|(?:threshold|objective|settings|(?:job_|instance_)?pipeline|instance|pipeline_(?:threshold|objective)):)[a-z0-9_:]*"
)


class Constructor(SafeConstructor):
    """Takes 0x60 for what it is to promtool: sixty-one zeros, and no number."""

    def construct_yaml_int(self, node):
        return node.value if "x" in node.value else super().construct_yaml_int(node)


Constructor.add_constructor("tag:yaml.org,2002:int", Constructor.construct_yaml_int)


def parse(text):
    reader = YAML(typ="safe", pure=True)
    reader.Constructor = Constructor
    return reader.load(text)


def load(path):
    return parse(path.read_text(encoding="utf-8"))


def load_rules(thresholds=None):
    """All groups of all files of rules; with another text in the place of the file of thresholds."""
    files = [load(path) for path in RULES if path != THRESHOLDS or thresholds is None]
    files += [parse(thresholds)] if thresholds is not None else []
    return {"groups": [group for file in files for group in file["groups"]]}


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
    """The rules with another default objective."""
    changed = copy.deepcopy(document)
    (rule,) = [rule for _, _, rule in rules_of(changed) if rule.get("record") == OBJECTIVE]
    rule["expr"] = expression
    return changed


def thresholds_with_examples():
    """The text of the thresholds, with those that it only shows set as well."""
    text, count = re.subn(r"^( +)#(- record:.*|  \w+:.*)$", r"\1\2", THRESHOLDS.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert count > 5, f"{THRESHOLDS} shows no thresholds that are not set"
    return text


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
            ["promtool", "test", "rules", *paths[1:]], capture_output=True, text=True, timeout=300, cwd=folder, check=False,
            # Memory is there, and its collection would take a fifth of the time.
            env={**os.environ, "GOGC": "400"},
        )
    return done.returncode == 0, done.stdout + done.stderr
