"""Checks the dashboard by rules: Tests/Grafana/lint.py ETL-EXPORTER

The rules are in structure_rules.py and query_rules.py; the names of the metrics come from the exporter itself.
"""

import json
import sys

import model
import query_rules
import structure_rules

RULES = structure_rules.RULES + query_rules.RULES


def findings(dashboard, metrics):
    """What is wrong, by the name of the rule."""
    return [(rule.__name__, finding) for rule in RULES for finding in rule(dashboard, metrics)]


def main(executable):
    with open(model.DASHBOARD, encoding="utf-8") as file:
        text = file.read()
    dashboard = json.loads(text)
    found = [("is_formatted", finding) for finding in structure_rules.is_formatted(text)]
    found += findings(dashboard, model.metrics_of(executable))
    for rule, finding in found:
        print(f"{rule}: {finding}")
    panels, queries = len(model.drawn(dashboard)), len(model.queries(dashboard))
    print(f"{panels} panels, {queries} queries, {len(RULES) + 1} rules: {len(found)} findings")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
