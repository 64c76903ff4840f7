"""What was measured: samples, the row that they make, and whether a target is met."""

import dataclasses
import operator
import statistics
from typing import Optional

COMPARISONS = {">=": operator.ge, "<=": operator.le}
SIGNS = {">=": "≥", "<=": "≤"}


class WrongResult(Exception):
    """A program did not do what it was measured for, so that its time says nothing."""


@dataclasses.dataclass(frozen=True)
class Target:
    """What must be reached: by the ratio of the row where it has one, else by its median."""

    comparison: str
    bound: float

    def is_met(self, value):
        return COMPARISONS[self.comparison](value, self.bound)

    def __str__(self):
        return f"{SIGNS[self.comparison]} {number(self.bound)}"


@dataclasses.dataclass
class Row:
    """One line of the table: one program that did one thing in all rounds."""

    group: str
    what: str
    program: str
    unit: str
    samples: list
    ratio: Optional[float] = None
    target: Optional[Target] = None
    # Why there are no samples, or why they do not count.
    problem: Optional[str] = None

    @property
    def median(self):
        return statistics.median(self.samples)

    @property
    def result(self):
        """met, missed, or a dash where nothing was asked for."""
        if self.problem is not None:
            return f"not measured: {self.problem}"
        if self.target is None:
            return "–"
        return "met" if self.target.is_met(self.median if self.ratio is None else self.ratio) else "missed"

    def as_json(self):
        fields = {"group": self.group, "what": self.what, "program": self.program, "unit": self.unit,
                  "samples": self.samples, "ratio": self.ratio, "result": self.result}
        if self.problem is None:
            fields.update(median=self.median, min=min(self.samples), max=max(self.samples))
        if self.target is not None:
            fields["target"] = {"comparison": self.target.comparison, "bound": self.target.bound}
        return fields

    @staticmethod
    def from_json(fields):
        target = fields.get("target")
        problem = fields["result"].partition("not measured: ")[2] or None
        return Row(fields["group"], fields["what"], fields["program"], fields["unit"], fields["samples"],
                   fields["ratio"], Target(**target) if target else None, problem)


def number(value):
    """Three digits that matter, without an exponent; whole numbers whole."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    digits = 2 if abs(value) < 10 else 1
    if abs(value) < 1:
        digits = 3
    return f"{value:.{digits}f}".rstrip("0").rstrip(".") or "0"


class Samples:
    """The samples of several programs that take turns, and why one of them does not count."""

    def __init__(self):
        self.values = {}
        self.problems = {}

    def take(self, program, measure):
        """Adds what `measure` gives, unless the program has given a wrong result before."""
        if program in self.problems:
            return
        try:
            self.values.setdefault(program, []).append(measure())
        except WrongResult as error:
            self.problems[program] = str(error)

    def map(self, function):
        """The same turns, seen in another way."""
        mapped = Samples()
        mapped.values = {program: [function(value) for value in values] for program, values in self.values.items()}
        mapped.problems = self.problems
        return mapped

    def row(self, group, what, program, unit, target=None, ratio_of=None, adjust=lambda ratio: ratio):
        """A program's row; with `ratio_of`, two programs, it has the ratio of their medians, adjusted.

        A target is then one for the ratio, and is not met where there is none.
        """
        problem = self.problems.get(program)
        values = [] if problem else self.values[program]
        ratio = None
        if ratio_of and not problem:
            ratio = self.ratio(*ratio_of)
            if ratio is not None:
                ratio = adjust(ratio)
            elif target is not None:
                problem = f"there is no ratio of {ratio_of[0]} to {ratio_of[1]}"
        return Row(group, what, program, unit, values, ratio, target, problem)

    def ratio(self, over, under):
        """The ratio of two medians; None where one of the programs does not count, or has done nothing."""
        if over in self.problems or under in self.problems:
            return None
        divisor = statistics.median(self.values[under])
        return statistics.median(self.values[over]) / divisor if divisor else None


def alternate(rounds, measures, progress):
    """Runs each of the measures once a round, A B C A B C …, so that what else the machine does hits all alike.

    `measures` maps names of programs to functions that give one sample.
    """
    samples = Samples()
    for turn in range(rounds):
        for program, measure in measures.items():
            progress(f"round {turn + 1} of {rounds}: {program}")
            samples.take(program, measure)
    return samples


def percentile(values, fraction):
    """The smallest of the values that is not below this fraction of them."""
    ordered = sorted(values)
    rank = -int(-fraction * len(ordered) // 1)
    return ordered[max(rank, 1) - 1]


def rows_beside(samples, group, what, unit, ours, others, own_target=None):
    """Our row and those of the others, each with the ratio that says how much better ours is.

    `others` maps programs to what the ratio must reach, or None. More is better where the unit is a rate.
    """
    is_rate = unit.endswith("/s")
    rows = [samples.row(group, what, ours, unit, own_target)]
    for other, target in others.items():
        rows.append(samples.row(group, what, other, unit, target, (ours, other) if is_rate else (other, ours)))
    return rows
