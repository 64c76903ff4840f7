"""Shows that the tests of the rules notice what somebody could get wrong: changes each threshold, comparison and time in each
rule, one at a time, and lets promtool test the changed copy. A change that passes is a failure. Labels and annotations need no
change: promtool compares them whole, and check_rules.py sees to it that each alert has a test that it fires, and that there
is every series that a rule names.

Usage: mutate_rules.py [WORD]    only the changes whose description has the word

promtool must be on PATH. For speed a change is tried with one test after the other, of those that concern the rule that it is
in, and with no more rules than that test needs; only what passes all of these is tried with everything.
"""

import concurrent.futures
import copy
import re
import sys

from mutations import mutants
from rule_files import TESTS, load, load_rules, name_of, rules_of, run_tests, seconds, series_in

PARALLEL = 2
WATCHDOG = "ETL Watchdog"
# In the annotations of every alert.
LINKS = "settings:etl_links:info"


class Bench:
    """The rules, their tests, and what of both concerns one rule."""

    def __init__(self):
        self.document = load_rules()
        self.tests = [load(path) for path in TESTS]
        self.soundness = {}
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

    def parts(self, target):
        """Each test that concerns a rule, with the rules that it needs, the fastest one first."""
        rules = [rule for _, _, rule in rules_of(self.document)]
        users = [rule for rule in rules if "alert" in rule and name_of(target) in {name_of(rule), *self.needs(rule)}]
        names = {name_of(rule) for rule in [target, *users]}
        series = set().union(*(self.needs(rule) for rule in users)) - {"up"}
        found = []
        for file in self.tests:
            for test in file["tests"]:
                if not concerns(test, series, names):
                    continue
                spoken_of = named_in(test) or names
                kept = {LINKS, name_of(target)}.union(
                    spoken_of, *(self.needs(rule) for rule in rules if name_of(rule) in spoken_of)
                )
                found.append((frozenset(kept), {**file, "tests": [test]}))
        return sorted(found, key=cost)

    def with_mutant(self, kept, target, mutant):
        """Some of the rules, with the mutant in the place of one of them."""
        groups = []
        for group in self.document["groups"]:
            rules = [mutant if rule is target else rule for rule in group["rules"] if name_of(rule) in kept]
            groups.append({**group, "rules": rules})
        return {"groups": groups}

    def is_sound(self, kept, file):
        """Whether a test passes with these rules as they are: one that needs others tells nothing of a mutant."""
        key = (kept, id(file["tests"][0]))
        if key not in self.soundness:
            self.soundness[key] = run_tests(self.with_mutant(kept, None, None), [copy.deepcopy(file)])[0]
        return self.soundness[key]

    def survives(self, place, mutant):
        """Whether no test notices the mutant in the place of a rule."""
        target = self.document["groups"][place[0]]["rules"][place[1]]
        for kept, file in self.parts(target):
            passed = run_tests(self.with_mutant(kept, target, mutant), [copy.deepcopy(file)])[0]
            if not passed and self.is_sound(kept, file):
                return False
        whole = copy.deepcopy(self.document)
        whole["groups"][place[0]]["rules"][place[1]] = mutant
        return all(run_tests(whole, [copy.deepcopy(file)])[0] for file in self.tests)


def cost(part):
    """How long a test takes, more or less: by its evaluations, its rules and its series."""
    kept, file = part
    (test,) = file["tests"]
    cases = test.get("promql_expr_test", []) + test.get("alert_rule_test", [])
    evaluations = max(seconds(case["eval_time"]) for case in cases) / seconds(file["evaluation_interval"])
    return evaluations * (len(kept) + len(test["input_series"]))


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
