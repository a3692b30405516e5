"""The grammar of rule expressions: a whitelist of Python's `ast`, checked for types, compiled once to closures.

Nothing is ever given to `eval`. What the functions mean is in functions.py; three-valued results in values.py.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from victron_console.alerts.language.context import Cond, Context, Term
from victron_console.alerts.language.values import NEVER, Truth, Value, inverse

MAX_NUMBER = 1e12
MAX_TEXT = 64


class Kind(StrEnum):
    """What a part of an expression gives."""

    NUMBER = "a number"
    TEXT = "a text"
    VALUE = "a reading"
    VERSION = "a version"
    TRUTH = "true or false"


class ExpressionError(ValueError):
    """An expression that cannot be used: where (column, from 1), what is wrong, and what may have been meant."""

    def __init__(self, message: str, column: int, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.column, self.hint = message, column, hint


@dataclass(frozen=True, slots=True)
class WindowSpec:
    """A window that a rule needs: of an input, or of a condition that is judged at each sample."""

    input: int | None
    span_s: float
    condition: Cond | None = None


@dataclass(slots=True)
class Scope:
    """The names that the expressions of one rule may use, and the windows they came to need."""

    inputs: Sequence[str]
    parameters: Mapping[str, Kind]
    diagnostics: frozenset[str]
    windows: list[WindowSpec] = field(default_factory=list)
    window_index: dict[tuple[str, float], int] = field(default_factory=dict)

    def window(self, name: str, spec: WindowSpec) -> int:
        """The index of a window, shared by all expressions of the rule that ask the same."""
        key = (name, spec.span_s)
        if key not in self.window_index:
            self.window_index[key] = len(self.windows)
            self.windows.append(spec)
        return self.window_index[key]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A part of an expression: what it gives and how to work it out."""

    kind: Kind
    run: Callable[[Context], Any]
    node: ast.expr


COMPARE: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
ARITHMETIC: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


CallBuilder = Callable[["Compiler", ast.Call], Compiled]
"""Compiles a call to a function of the rule language; functions.py has the table."""


def plain_number(node: ast.expr, written: int | float) -> float:
    """A number as it stands in a rule.

    Raises:
        ExpressionError: no quantity is so large; and digits without end are no float.
    """
    if not abs(written) <= MAX_NUMBER:
        raise fault(node, f"a number in a rule is at most {MAX_NUMBER:g}")
    return float(written)


class Compiler:
    """Turns the tree of one expression into closures.

    `never` is what a comparison with something the station never had gives: False when raising, True when
    clearing (else a rule with two inputs never clears), None inside a window. `not` turns it round.
    """

    def __init__(self, scope: Scope, never: Truth, call: CallBuilder) -> None:
        self.scope = scope
        self._build_call = call
        self.never = never
        self.inputs: set[int] = set()
        self.parameters: set[str] = set()
        self.diagnostics: set[str] = set()
        self.clocked = False

    def build(self, node: ast.expr) -> Compiled:
        """The closure of a node.

        Raises:
            ExpressionError: where the node is not allowed or of the wrong kind.
        """
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise fault(node, f"{_spoken(node)} is not allowed in a rule", "use comparisons, and, or, not, + - * /")
        compiled: Compiled = method(node)
        return compiled

    def truth(self, node: ast.expr) -> Cond:
        """The closure of a node that must be true or false."""
        part = self.build(node)
        if part.kind is not Kind.TRUTH:
            raise fault(node, f"this gives {part.kind}, not true or false", "compare it with something, such as > 0")
        run: Cond = part.run
        return run

    def number(self, node: ast.expr) -> Term:
        """The closure of a node that must be able to be a number."""
        part = self.build(node)
        if part.kind not in (Kind.NUMBER, Kind.VALUE):
            raise fault(node, f"this gives {part.kind} where a number is needed")
        run: Term = part.run
        return run

    def _boolop(self, node: ast.BoolOp) -> Compiled:
        parts = [self.truth(value) for value in node.values]
        decisive = isinstance(node.op, ast.Or)

        def run(context: Context) -> Truth:
            unknown = False
            for part in parts:
                result = part(context)
                if result is decisive:
                    return decisive
                unknown = unknown or result is None
            return None if unknown else not decisive

        return Compiled(Kind.TRUTH, run, node)

    def _unaryop(self, node: ast.UnaryOp) -> Compiled:
        if isinstance(node.op, ast.Not):
            self.never = inverse(self.never)
            inner = self.truth(node.operand)
            self.never = inverse(self.never)
            return Compiled(Kind.TRUTH, lambda context: inverse(inner(context)), node)
        if not isinstance(node.op, ast.USub):
            raise fault(node, "only - and not may stand before a value")
        value = self.number(node.operand)

        def negative(context: Context) -> Value:
            number = value(context)
            return -number if isinstance(number, int | float) else _odd(number)

        return Compiled(Kind.NUMBER, negative, node)

    def _binop(self, node: ast.BinOp) -> Compiled:
        action = ARITHMETIC.get(type(node.op))
        if action is None:
            raise fault(node, "this operator is not allowed in a rule", "use + - * /")
        left, right = self.number(node.left), self.number(node.right)

        def run(context: Context) -> Value:
            a, b = left(context), right(context)
            if isinstance(a, int | float) and isinstance(b, int | float):
                try:
                    return action(a, b)
                except ZeroDivisionError:
                    return None
            return _odd(a) if _odd(a) is None else _odd(b)

        return Compiled(Kind.NUMBER, run, node)

    def _compare(self, node: ast.Compare) -> Compiled:
        parts = [self.build(value) for value in (node.left, *node.comparators)]
        tests = []
        for left, op, right in zip(parts, node.ops, parts[1:], strict=False):
            action = COMPARE.get(type(op))
            if action is None:
                raise fault(right.node, "this comparison is not allowed in a rule", "use < <= > >= == !=")
            _check_comparable(left, right, action)
            tests.append(_comparison(left.run, action, right.run, self.never))
        if len(tests) == 1:
            return Compiled(Kind.TRUTH, tests[0], node)

        def chain(context: Context) -> Truth:
            results = [test(context) for test in tests]
            return False if False in results else None if None in results else True

        return Compiled(Kind.TRUTH, chain, node)

    def _constant(self, node: ast.Constant) -> Compiled:
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise fault(node, f"{value!r} is not allowed in a rule", "write a number or a text; a flag is 0 or 1")
        if isinstance(value, str):
            if len(value) > MAX_TEXT:
                raise fault(node, f"a text in a rule has {MAX_TEXT} characters at most")
            return Compiled(Kind.TEXT, lambda context: value, node)
        number = plain_number(node, value)
        return Compiled(Kind.NUMBER, lambda context: number, node)

    def _name(self, node: ast.Name) -> Compiled:
        index = self.input_index(node)
        return Compiled(Kind.VALUE, lambda context: context.inputs[index].read(), node)

    def input_index(self, node: ast.expr, direct: bool = True) -> int:
        """The index of the input that a name stands for; `direct` where its value counts, not only its past."""
        if not isinstance(node, ast.Name):
            raise fault(node, "the name of an input is needed here", "inputs are named under [rule.inputs]")
        if node.id not in self.scope.inputs:
            raise fault(node, f"{node.id} is no input of this rule", meant(node.id, self.scope.inputs))
        index = self.scope.inputs.index(node.id)
        if direct:
            self.inputs.add(index)
        return index

    def _attribute(self, node: ast.Attribute) -> Compiled:
        if not isinstance(node.value, ast.Name) or node.value.id not in ("p", "d"):
            raise fault(node, "only p. (a parameter) and d. (a diagnostic) have parts")
        name = node.attr
        if node.value.id == "d":
            if name not in self.scope.diagnostics:
                raise fault(node, f"d.{name} is no diagnostic", meant(name, self.scope.diagnostics))
            self.diagnostics.add(name)
            return Compiled(Kind.NUMBER, lambda context: context.diagnostics.get(name), node)
        if name not in self.scope.parameters:
            raise fault(node, f"p.{name} is no parameter of a station", meant(name, self.scope.parameters))
        self.parameters.add(name)
        kind, never = self.scope.parameters[name], self.never

        def parameter(context: Context) -> Value | Truth:
            value = context.params.get(name)
            return value if value is not None else never if kind is Kind.TRUTH else NEVER

        return Compiled(kind, parameter, node)

    def _call(self, node: ast.Call) -> Compiled:
        return self._build_call(self, node)


def fault(node: ast.expr, message: str, hint: str = "") -> ExpressionError:
    """An error at a node."""
    return ExpressionError(message, node.col_offset + 1, hint)


def _comparison(left: Term, action: Callable[[Any, Any], bool], right: Term, never: Truth) -> Cond:
    def run(context: Context) -> Truth:
        a, b = left(context), right(context)
        if a is None or b is None:
            return None
        if a is NEVER or b is NEVER:
            return never
        try:
            return action(a, b)
        except TypeError:  # a text where a number should be: the reading is not what it claims
            return None

    return run


def _check_comparable(left: Compiled, right: Compiled, action: Callable[[Any, Any], bool]) -> None:
    kinds = {left.kind, right.kind}
    if Kind.TRUTH in kinds:
        raise fault(right.node, "true or false is not compared", "write the condition itself, or not before it")
    if Kind.VERSION in kinds and kinds != {Kind.VERSION}:
        raise fault(right.node, "a version is compared with a version only", "write ver(...) on both sides")
    if kinds == {Kind.NUMBER, Kind.TEXT}:
        raise fault(right.node, f"{left.kind} is compared with {right.kind}")
    if Kind.TEXT in kinds and action not in (operator.eq, operator.ne):
        raise fault(right.node, "a text is compared with == or != only")


def _odd(value: Value) -> Value:
    """What arithmetic gives where an operand is no number: NEVER stays NEVER, all else cannot be told."""
    return NEVER if value is NEVER or isinstance(value, int | float) else None


def _spoken(node: ast.expr) -> str:
    return {
        "IfExp": "if ... else",
        "Lambda": "lambda",
        "Subscript": "an index in brackets",
        "JoinedStr": "an f-string",
        "ListComp": "a comprehension",
    }.get(type(node).__name__, type(node).__name__.lower())


def meant(word: str, known: Iterable[str]) -> str:
    """A hint: the known name nearest to a word, or all of them."""
    known = sorted(known)
    near = get_close_matches(word, known, n=1)
    return f"did you mean {near[0]}?" if near else "known are " + ", ".join(known) if known else ""
