"""PromQL as Grafana's dashboards have it: with variables in it, and as a tree."""

import functools

import promql_parser as parser

# Durations that nobody would write, so that they can be told again in what was parsed.
RATE_INTERVAL = 671
RANGE = 3607
INTERVAL = 13
FOR_PARSING = {
    "__rate_interval": f"{RATE_INTERVAL}s",
    "__range": f"{RANGE}s",
    "__interval": f"{INTERVAL}s",
    "target": "10",
}


def interpolate(expression, values):
    """Puts in values as Grafana does; the longest name first, for one may begin with another."""
    for name in sorted(values, key=len, reverse=True):
        expression = expression.replace(f"${{{name}}}", values[name]).replace(f"${name}", values[name])
    return expression


def parse(expression):
    """The tree of an expression, with matchers' values such as $job left as they are. Raises ValueError."""
    return parser.parse(interpolate(expression, FOR_PARSING))


def children(node):
    if isinstance(node, parser.BinaryExpr):
        return [node.lhs, node.rhs]
    if isinstance(node, parser.MatrixSelector):
        return [node.vector_selector]
    if isinstance(node, parser.Call):
        return list(node.args)
    if isinstance(node, parser.AggregateExpr):
        return [node.expr] + ([node.param] if node.param is not None else [])
    if isinstance(node, (parser.ParenExpr, parser.UnaryExpr, parser.SubqueryExpr)):
        return [node.expr]
    return []


def walk(node, parents=()):
    """Every node with those that it is in, the outermost first."""
    yield node, parents
    for child in children(node):
        yield from walk(child, (*parents, node))


@functools.cache
def selectors(expression):
    """Every selector of an expression with the nodes that it is in."""
    return [(node, parents) for node, parents in walk(parse(expression)) if isinstance(node, parser.VectorSelector)]


OPERATORS = {"MatchOp.Equal": "=", "MatchOp.NotEqual": "!=", "MatchOp.Re": "=~", "MatchOp.NotRe": "!~"}


def matchers(selector):
    """The matchers of a selector: operator and value by label."""
    return {m.name: OPERATORS[str(m.op)] + m.value for m in selector.matchers.matchers}


def function(node):
    """The name of the function that a node calls, or nothing."""
    return node.func.name if isinstance(node, parser.Call) else None


def window(parents):
    """The seconds that the selector within these nodes spans, or nothing."""
    if parents and isinstance(parents[-1], parser.MatrixSelector):
        return int(parents[-1].range.total_seconds())
    return None


def is_in_subquery(parents):
    return any(isinstance(parent, parser.SubqueryExpr) for parent in parents)


def is_summed(parents):
    """Whether the outermost node that a selector is in is an aggregation."""
    return any(isinstance(parent, parser.AggregateExpr) for parent in parents)


def is_on_right_of(node, parents, operator):
    """Whether a node is somewhere on the right of such an operator."""
    path = (*parents, node)
    return any(
        isinstance(parent, parser.BinaryExpr) and str(parent.op) == operator and child is parent.rhs
        for parent, child in zip(path, path[1:])
    )


def is_only_where(node, parents, name, labels):
    """Whether a node is on the left of an `and on (labels)` that has only that metric on its right."""
    path = (*parents, node)
    for parent, child in zip(path, path[1:]):
        if not isinstance(parent, parser.BinaryExpr) or str(parent.op) != "and" or child is not parent.lhs:
            continue
        matching = parent.modifier.matching if parent.modifier else None
        on_right = {other.name for other, _ in walk(parent.rhs) if isinstance(other, parser.VectorSelector)}
        is_on = matching and str(matching.type).endswith("Include") and set(matching.labels) == set(labels)
        if is_on and on_right == {name}:
            return True
    return False
