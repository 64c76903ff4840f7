"""What somebody could get wrong in a rule: small changes, each of which a test has to notice."""

import re

from rule_files import name_of

COMPARISON = re.compile(r" (>|<|==) ")
OPERATOR = re.compile(r"\b(and|or|unless)\b")
NUMBER = re.compile(r"(?<![\w.:\[])(\d+(?:\.\d+)?)(?![\w.:])")
# A few minutes or an hour of last_over_time are a bridge, which is longer than it need be; more of it is a range.
RANGE = re.compile(
    r"(?<!\w)(rate|increase|changes|min_over_time|avg_over_time|last_over_time(?=[^\[]+\[(?:\d\d+m|\d+d)))"
    r"\(([^()\[]+)\[(\d+)([mhd])\]"
)
BRIDGED = re.compile(r"last_over_time\(([a-z_:]+)\[\dm\]( offset \d+m)?\)")
NATIVE = re.compile(r" or (?=histogram_)")
MATCHER = re.compile(r'"([^"]*)"')

REVERSED = {">": "<", "<": ">", "==": "!="}
OTHER_OPERATOR = {"and": "or", "or": "and", "unless": "and"}
OTHER_FUNCTION = {"min_over_time": "max_over_time", "increase": "delta", "changes": "resets", "clamp_max": "clamp_min"}


def replaced(text, match, new, group=0):
    return text[: match.start(group)] + new + text[match.end(group) :]


def untouched(text):
    """Where text in quotes is, in which nothing is a number or an operator; and what is for native histograms, of which
    promtool 2.42 has no series."""
    found = [range(match.start(), match.end()) for match in MATCHER.finditer(text)]
    return found + [range(match.start(), len(text)) for match in NATIVE.finditer(text)]


def matches(pattern, text):
    outside = untouched(text)
    return [match for match in pattern.finditer(text) if not any(match.start() in part for part in outside)]


def expressions(text):
    """Each change of an expression, with the words that tell which it is."""
    for match in matches(COMPARISON, text):
        yield f"{match[1]} reversed", replaced(text, match, REVERSED[match[1]], 1)
    for match in matches(NUMBER, text):
        value = float(match[1])
        is_count = value == int(value) and value < 5
        for other in (value + 1, value - 1) if is_count else (value * 1.25, value * 0.8):
            yield f"{match[1]} made {other:g}", replaced(text, match, f"{other:g}")
    for match in matches(RANGE, text):
        yield f"[{match[3]}{match[4]}] doubled", replaced(text, match, str(int(match[3]) * 2), 3)
        half = {"m": f"{int(match[3]) * 30}s", "h": f"{int(match[3]) * 30}m", "d": f"{int(match[3]) * 12}h"}[match[4]]
        yield f"[{match[3]}{match[4]}] halved", text[: match.start(3)] + half + text[match.end(4) :]
    for match in matches(re.compile(r"offset (\d+)([md])"), text):
        yield f"{match[0]} removed", replaced(text, match, "")
        yield f"{match[0]} doubled", replaced(text, match, str(int(match[1]) * 2), 1)
    for match in matches(BRIDGED, text):
        yield f"no bridge over failed scrapes of {match[1]}", replaced(text, match, match[1] + (match[2] or ""))
    for match in matches(OPERATOR, text):
        yield f"{match[1]} made {OTHER_OPERATOR[match[1]]}", replaced(text, match, OTHER_OPERATOR[match[1]])
    for name, other in OTHER_FUNCTION.items():
        for match in matches(re.compile(rf"\b{name}\("), text):
            yield f"{name} made {other}", replaced(text, match, f"{other}(")
    for match in MATCHER.finditer(text):
        for part in filter(None, match[1].split("|")):
            yield f"{part} not matched", replaced(text, match, match[1].replace(part, "other"), 1)


def durations(rule):
    """Each change of how long an alert waits and stays."""
    for field in ("for", "keep_firing_for"):
        value = rule.get(field)
        if value is None:
            if field == "for":
                yield "for added", {**rule, "for": "1m"}
            continue
        number, unit = int(value[:-1]), value[-1]
        yield f"{field} doubled", {**rule, field: f"{number * 2}{unit}"}
        yield f"{field} halved", {**rule, field: f"{number * 30}{'s' if unit == 'm' else 'm'}"}
        yield f"{field} removed", {key: kept for key, kept in rule.items() if key != field}


def mutants(rule):
    """Each changed copy of a rule, with the words that tell what was changed."""
    name = name_of(rule)
    if name.startswith("settings:"):
        # Of these the labels count, and not the value.
        return
    for words, expression in expressions(rule["expr"]):
        yield f"{name}: {words}", {**rule, "expr": expression}
    if "alert" not in rule:
        return
    for words, changed in durations(rule):
        yield f"{name}: {words}", changed
