"""The table, for a terminal and as Markdown, the same as JSON, and two results side by side."""

import json
import re

from measurement import Row, number

COLUMNS = ["what", "program", "median", "min", "max", "unit", "ratio", "target", "result"]
NUMERIC = {"median", "min", "max", "ratio", "old", "new", "change", "old ratio", "new ratio"}


def cells(row):
    values = [number(value) for value in (row.median, min(row.samples), max(row.samples))] if row.samples else [""] * 3
    ratio = "" if row.ratio is None else number(row.ratio)
    return [row.what, row.program, *values, row.unit, ratio, "" if row.target is None else str(row.target), row.result]


def markdown(columns, lines):
    """A table that can be pasted into README.md."""
    rules = ["---:" if column in NUMERIC else "---" for column in columns]
    escaped = [[cell.replace("|", "\\|") for cell in line] for line in lines]
    return "\n".join("| " + " | ".join(line) + " |" for line in [columns, rules, *escaped])


def plain(columns, lines):
    """The same with columns of even width."""
    widths = [max(len(line[index]) for line in [columns, *lines]) for index in range(len(columns))]

    def shaped(line):
        padded = [cell.rjust(width) if column in NUMERIC else cell.ljust(width)
                  for cell, width, column in zip(line, widths, columns)]
        return "  ".join(padded).rstrip()

    return "\n".join([shaped(columns), shaped(["-" * width for width in widths]), *map(shaped, lines)])


def without_repetitions(rows):
    """The cells of each row; what is done is said once for the programs that do it."""
    lines, last = [], None
    for row in rows:
        line = cells(row)
        line[0], last = ("" if row.what == last else row.what), row.what
        lines.append(line)
    return lines


def summary(rows):
    asked = [row for row in rows if row.target is not None]
    met = sum(row.result == "met" for row in asked)
    missed = sum(row.result == "missed" for row in asked)
    problems = sum(row.problem is not None for row in rows)
    return f"{met} targets met, {missed} missed; {problems} rows not measured"


def machine_text(result):
    machine = "; ".join(f"{name}: {value}" for name, value in result["machine"].items())
    versions = ", ".join(f"{name} {value}" for name, value in result["versions"].items())
    options = ", ".join(f"{name} {value}" for name, value in result["options"].items())
    return f"{result['time']}, commit {result['commit']}.\n{machine}.\n{options}.\n{versions}."


def table(result, as_markdown):
    rows = [Row.from_json(fields) for fields in result["rows"]]
    shape = markdown if as_markdown else plain
    return f"{machine_text(result)}\n\n{shape(COLUMNS, without_repetitions(rows))}\n\n{summary(rows)}"


def key_of(row):
    """What makes two rows the same, though a page of metrics or a snapshot has grown."""
    return row.group, *(re.sub(r"[\d.,]+ (kB|series)", r"\1", text) for text in (row.what, row.program))


def compare(old, new, as_markdown):
    """Two results side by side: the medians, by how much the second differs, and the ratios to others in each.

    Times of two machines, or of a busy and a quiet one, say nothing about two commits; the ratios do.
    """
    columns = ["what", "program", "unit", "old", "new", "change", "old ratio", "new ratio", "old result", "new result"]
    rows_of = [{key_of(row): row for row in map(Row.from_json, result["rows"])} for result in (old, new)]
    lines = []
    for key in dict.fromkeys([*rows_of[0], *rows_of[1]]):
        pair = [rows.get(key) for rows in rows_of]
        named = pair[1] or pair[0]
        medians = [row.median if row and row.samples else None for row in pair]
        change = ""
        if None not in medians and medians[0]:
            change = f"{(medians[1] / medians[0] - 1) * 100:+.1f} %"
        lines.append([named.what, named.program, named.unit, *("" if value is None else number(value) for value in medians), change,
                      *("" if row is None or row.ratio is None else number(row.ratio) for row in pair),
                      *("" if row is None else row.result for row in pair)])
    shape = markdown if as_markdown else plain
    return f"old: {machine_text(old)}\n\nnew: {machine_text(new)}\n\n{shape(columns, lines)}"


def load(path):
    with open(path, encoding="utf-8") as file:
        result = json.load(file)
    expected = {"rows", "machine", "versions", "options", "commit", "time"}
    if not isinstance(result, dict) or not expected <= result.keys():
        raise ValueError("it is no result of these benchmarks")
    return result


def save(result, path):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1, ensure_ascii=False)
        file.write("\n")
