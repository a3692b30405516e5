"""Rule expressions from text to something that runs: parsed with Python's `ast`, checked, compiled once."""

from __future__ import annotations

import ast

from victron_console.alerts.language.functions import build_call
from victron_console.alerts.language.syntax import Compiler, Expression, ExpressionError, Kind, Scope
from victron_console.alerts.language.values import Truth

MAX_NODES = 200


def compile_expression(text: str, scope: Scope, kind: Kind, never: Truth = False) -> Expression:
    """A checked, compiled expression.

    Args:
        text: as the rule file has it.
        scope: the names it may use; windows it needs are added.
        kind: TRUTH for a condition, NUMBER for a shown value.
        never: what a comparison with something the station never had gives.

    Raises:
        ExpressionError: with the column and a hint.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        column = getattr(error, "offset", None) or 1
        raise ExpressionError("this is no expression: " + str(getattr(error, "msg", error)), column) from None
    if sum(1 for _ in ast.walk(tree)) > MAX_NODES:
        raise ExpressionError(f"the expression has more than {MAX_NODES} parts", 1, "split it into two rules")
    compiler = Compiler(scope, never, build_call)
    run = compiler.truth(tree.body) if kind is Kind.TRUTH else compiler.number(tree.body)
    return Expression(
        text.strip(),
        run,
        frozenset(compiler.inputs),
        frozenset(compiler.parameters),
        frozenset(compiler.diagnostics),
        compiler.clocked,
    )
