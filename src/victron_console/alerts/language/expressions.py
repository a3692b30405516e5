"""Rule expressions from text to something that runs: parsed with Python's `ast`, checked, compiled once."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from victron_console.alerts.language.context import Cond, Context
from victron_console.alerts.language.functions import build_call
from victron_console.alerts.language.syntax import Compiler, ExpressionError, Kind, Scope
from victron_console.alerts.language.values import Truth

MAX_NODES = 200
_ASKS_ABOUT = frozenset({"opt", "null", "gone", "seen", "stale"})
"""Functions that have an answer also where the input was never there."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One of the conditions that an expression joins by `or`: each may be what raises an alarm."""

    node: ast.expr
    run: Cond
    needs: frozenset[str]
    """Inputs without which it can say nothing."""
    parameters: frozenset[str]


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked expression."""

    text: str
    run: Callable[[Context], Any]
    inputs: frozenset[int]
    """Inputs whose value counts now; those of windows are not among them."""
    parameters: frozenset[str]
    diagnostics: frozenset[str]
    clocked: bool
    """Whether time alone can change it."""
    node: ast.expr | None = None
    """None where it was not written in a rule file."""
    branches: tuple[Branch, ...] = ()
    """Of a condition: what it joins by `or`, else itself."""


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
        with warnings.catch_warnings():
            warnings.simplefilter("error", SyntaxWarning)  # as in `1or x`: an error here, and no line on a terminal
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
        tree.body,
        _branches(tree.body, scope, never) if kind is Kind.TRUTH else (),
    )


def _branches(node: ast.expr, scope: Scope, never: Truth) -> tuple[Branch, ...]:
    joined = node.values if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or) else [node]
    found = []
    for part in joined:
        compiler = Compiler(scope, never, build_call)
        run = compiler.truth(part)
        found.append(Branch(part, run, frozenset(_needed(part) & set(scope.inputs)), frozenset(compiler.parameters)))
    return tuple(found)


def _needed(node: ast.AST) -> set[str]:
    """The names below a node, but for those that are only asked about."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        arguments = node.args[1:] if node.func.id in _ASKS_ABOUT else node.args
        return {name for argument in arguments for name in _needed(argument)}
    if isinstance(node, ast.Name):
        return {node.id}
    return {name for child in ast.iter_child_nodes(node) for name in _needed(child)}
