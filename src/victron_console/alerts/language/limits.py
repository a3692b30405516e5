"""The limit that an alarm went over, in the quantity that it shows: `> 51.5` of a frequency, not 1.5 of a deviation."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from victron_console.alerts.language.context import Context
from victron_console.alerts.language.expressions import Branch, Expression
from victron_console.alerts.language.syntax import ARITHMETIC

_SIGNS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
_SAME_QUANTITY = frozenset({"last", "opt", "avg", "median", "min", "max"})
"""Functions of an input that give its own quantity."""


def limit_text(
    raised: Expression, value: Expression | None, names: Sequence[str], shown: object, context: Context
) -> str:
    """What the shown quantity went over, of the condition that holds now; empty where none speaks of that quantity.

    Args:
        raised: the condition that raises.
        value: what the rule shows; None: its first input.
        names: the inputs' names.
        shown: the value shown now.
        context: what the condition looks at.
    """
    quantity = value.node if value is not None else ast.Name(names[0]) if names else None
    if quantity is None:
        return ""
    holding = [branch for branch in raised.branches if branch.run(context) is True]
    for comparison in _comparisons(holding):
        left, sign, right = comparison.left, _SIGNS[type(comparison.ops[0])], comparison.comparators[0]
        limit = _worked_out(right, names, context)
        if _is_quantity(left, quantity) and limit is not None:
            return f"{sign} {_figure(limit)}"
        deviation = _deviation(left, quantity)
        middle = _worked_out(deviation, names, context) if deviation is not None else None
        if isinstance(limit, float) and isinstance(middle, float) and isinstance(shown, int | float):
            above = shown > middle
            return f"{'>' if above else '<'} {_figure(middle + limit if above else middle - limit)}"
    return ""


def _comparisons(branches: Iterable[Branch]) -> list[ast.Compare]:
    """The single comparisons that hold, those joined by `and` each for itself."""
    found: list[ast.Compare] = []
    for branch in branches:
        joined = branch.node.values if isinstance(branch.node, ast.BoolOp) else [branch.node]
        found += [part for part in joined if isinstance(part, ast.Compare) and len(part.ops) == 1]
    return found


def _is_quantity(node: ast.expr, quantity: ast.expr) -> bool:
    return ast.dump(node) == ast.dump(quantity) or _bare(node) == ast.unparse(quantity)


def _bare(node: ast.expr) -> str:
    """The input's name in `last(m)`, `avg(m, "10m")` and their kind; empty for all else."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _SAME_QUANTITY:
        return node.args[0].id if isinstance(node.args[0], ast.Name) else ""
    return node.id if isinstance(node, ast.Name) else ""


def _deviation(node: ast.expr, quantity: ast.expr) -> ast.expr | None:
    """What a quantity is held against in `abs(last(f) - p.f_nom)`."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "abs"):
        return None
    inner = node.args[0]
    if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Sub) and _is_quantity(inner.left, quantity):
        return inner.right
    return None


def _worked_out(node: ast.expr, names: Sequence[str], context: Context) -> float | str | None:
    """The limit as it is at this station; None where it cannot be told, or is no plain arithmetic."""
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Constant(value=str() as text):
            return text
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            positive = _worked_out(inner, names, context)
            return -positive if isinstance(positive, float) else None
        case ast.Attribute(value=ast.Name(id=kind), attr=name):
            found = context.params.get(name) if kind == "p" else context.diagnostics.get(name)
            return float(found) if isinstance(found, int | float) else None
        case ast.BinOp(left=left, op=op, right=right) if type(op) in ARITHMETIC:
            a, b = _worked_out(left, names, context), _worked_out(right, names, context)
            if isinstance(a, float) and isinstance(b, float) and (b or not isinstance(op, ast.Div)):
                return ARITHMETIC[type(op)](a, b)
        case ast.Call(func=ast.Name(id="min" | "max" as name), args=args):
            worked_out = [_worked_out(each, names, context) for each in args]
            numbers = [each for each in worked_out if isinstance(each, float)]
            if len(numbers) == len(args):
                return min(numbers) if name == "min" else max(numbers)
        case ast.Call(func=ast.Name(id="last"), args=[ast.Name(id=name)]):
            read = context.inputs[names.index(name)].read()
            return float(read) if isinstance(read, int | float) else None
        case ast.Call(func=ast.Name(id="opt"), args=[ast.Name(id=name), ast.Constant(value=default)]):
            read = context.inputs[names.index(name)].or_default(float(str(default)))
            return float(read) if isinstance(read, int | float) else None
    return None


def _figure(limit: float | str) -> str:
    return limit if isinstance(limit, str) else f"{round(limit, 3):.10g}"
