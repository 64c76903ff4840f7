"""Runs the tests of the rules once more with every range a millisecond shorter, as Prometheus 3 takes ranges.

Usage: left_open.py [TEST-FILE...]    promtool must be on PATH

A range of Prometheus 3 leaves out a sample that is exactly as old as it is long, one of Prometheus 2 has it. What the tests
expect has to hold by both, for the rules are for both.
"""

import concurrent.futures
import pathlib
import re
import sys

from rule_files import RULES, TESTS, load, load_rules, run_tests

PARALLEL = 2
MILLISECONDS = {"s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
# A range, and a subquery's with its step behind it.
RANGE = re.compile(r"\[(\d+)([smhd])(?=[\]:])")


def shorter(expression):
    return RANGE.sub(lambda match: f"[{int(match[1]) * MILLISECONDS[match[2]] - 1}ms", expression)


def shortened(document):
    """The same with other expressions, of rules or of tests."""
    if isinstance(document, dict):
        return {k: shorter(v) if k == "expr" else shortened(v) for k, v in document.items()}
    return [shortened(part) for part in document] if isinstance(document, list) else document


def main(*paths):
    rules = shortened(load_rules())
    assert "999ms]" in str(rules), f"no range was found in {RULES}"
    tests = [pathlib.Path(path) for path in paths] or TESTS
    with concurrent.futures.ThreadPoolExecutor(PARALLEL) as pool:
        results = list(pool.map(lambda path: run_tests(rules, [shortened(load(path))]), tests))
    for path, (passed, output) in zip(tests, results):
        print(f"{'ok' if passed else 'FAILED'} {path.name}")
        if not passed:
            print(output)
    return 0 if all(passed for passed, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
