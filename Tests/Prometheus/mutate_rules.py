"""Shows that the tests of the rules notice what somebody could get wrong: changes each threshold, comparison, time, name and
label of each rule, one at a time, and lets promtool test the changed copy. A change that passes is a failure.

Usage: mutate_rules.py [WORD]    only the changes whose description has the word

promtool must be on PATH. For speed a change is first tried with the rule that it is in, the rules that need it or that it
needs, and the tests that have series for them; only what passes these is tried with everything.
"""

import concurrent.futures
import copy
import re
import sys

from mutations import mutants
from rule_files import OBJECTIVE, STRICT_OBJECTIVE, STRICT_TEST, TESTS, load, load_rules, name_of, rules_of, run_tests
from rule_files import seconds, series_in, with_objective

PARALLEL = 2
WATCHDOG = "ETL Watchdog"
# In the annotations of every alert.
LINKS = "settings:etl_links:info"


class Bench:
    """The rules, their tests, and the part of both that concerns one rule."""

    def __init__(self):
        self.document = load_rules()
        self.tests = [load(path) for path in TESTS]
        self.strict = load(STRICT_TEST)
        self.parts = {}
        self.recorded = {rule["record"]: rule for _, _, rule in rules_of(self.document) if "record" in rule}

    def needs(self, rule):
        """The series of a rule's expression and of those that it is computed from."""
        found, todo = set(), [rule["expr"]]
        while todo:
            for series in series_in(todo.pop()) - found:
                found.add(series)
                if series in self.recorded:
                    todo.append(self.recorded[series]["expr"])
        return found

    def part(self, place):
        """The rules and the tests that concern the rule at a place."""
        rules = [rule for _, _, rule in rules_of(self.document)]
        target = self.document["groups"][place[0]]["rules"][place[1]]
        users = [rule for rule in rules if "alert" in rule and name_of(target) in {name_of(rule), *self.needs(rule)}]
        names = {name_of(rule) for rule in [target, *users]}
        series = set().union(*(self.needs(rule) for rule in users)) - {"up"}
        tests = []
        for file in self.tests:
            chosen = [test for test in file["tests"] if concerns(test, series, names)]
            if chosen:
                tests.append({**file, "tests": chosen})
        spoken_of = set().union(names, *(named_in(test) for file in tests for test in file["tests"]))
        kept = {LINKS}.union(spoken_of, *(self.needs(rule) for rule in rules if name_of(rule) in spoken_of))
        groups = [
            {**group, "rules": [rule for rule in group["rules"] if name_of(rule) in kept]}
            for group in self.document["groups"]
        ]
        return {"groups": groups}, tests

    def sound_part(self, place):
        """The same; nothing where its tests need more rules, so that they would fail without a change too."""
        if place not in self.parts:
            part, tests = self.part(place)
            self.parts[place] = (part, tests) if run_tests(part, tests)[0] else None
        return copy.deepcopy(self.parts[place])

    def survives(self, place, mutant):
        """Whether no test notices the mutant in the place of a rule."""
        target = self.document["groups"][place[0]]["rules"][place[1]]
        if found := self.sound_part(place):
            part, tests = found
            for g, r, rule in rules_of(part):
                if name_of(rule) == name_of(target):
                    part["groups"][g]["rules"][r] = mutant
            if not all(run_tests(part, [file])[0] for file in sorted(tests, key=length)):
                return False
        whole = copy.deepcopy(self.document)
        whole["groups"][place[0]]["rules"][place[1]] = mutant
        is_objective = name_of(target) == OBJECTIVE
        # First what may notice it soon.
        if not is_objective and not run_tests(with_objective(whole, STRICT_OBJECTIVE), [copy.deepcopy(self.strict)])[0]:
            return False
        return run_tests(whole, copy.deepcopy(self.tests))[0]


def length(file):
    """The time that a file's tests go over: the shorter ones are the faster ones."""
    cases = [case for test in file["tests"] for case in test.get("promql_expr_test", []) + test.get("alert_rule_test", [])]
    return max(seconds(case["eval_time"]) for case in cases)


def named_in(test):
    """The alerts and recorded series that a test speaks of."""
    text = str([test.get("alert_rule_test"), test.get("promql_expr_test")])
    alerts = re.findall(r"""(?:alertname="|'alertname': ')([^"']+)["']""", text)
    return {*alerts, *series_in(re.sub(r'["\']', " ", text))} - {WATCHDOG} | {
        entry["alertname"] for entry in test.get("alert_rule_test", ())
    }


def concerns(test, series, names):
    """Whether a test speaks of one of the rules, or has series for them and shows that no alert fires."""
    named = named_in(test)
    if named & names:
        return True
    given = {name for entry in test["input_series"] for name in series_in(entry["series"])}
    return not named - {"ALERTS"} and bool(given & series)


def main(word=""):
    bench = Bench()
    todo = [((g, r), words, mutant) for g, r, rule in rules_of(bench.document) for words, mutant in mutants(rule)]
    todo = [entry for entry in todo if word in entry[1]]
    assert todo, f"no change has the word {word}"
    survivors = 0
    with concurrent.futures.ThreadPoolExecutor(PARALLEL) as pool:
        results = pool.map(lambda entry: bench.survives(entry[0], entry[2]), todo)
        for (_, words, _), survived in zip(todo, results):
            if survived:
                survivors += 1
                print(f"no test notices: {words}", flush=True)
    print(f"{len(todo) - survivors} of {len(todo)} changes were noticed")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
