"""The functions of rule expressions: `last`, `opt`, `avg`, `increase` and the others. One table, checked at load."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass

from victron_console.alerts.language.context import Cond, Context, Term
from victron_console.alerts.language.syntax import Compiled, Compiler, Kind, WindowSpec, fault, meant, plain_number
from victron_console.alerts.language.values import NEVER, Truth, Value, parse_duration, parse_share
from victron_console.alerts.language.windows import Window
from victron_console.model.version import parse_version

Builder = Callable[[Compiler, ast.Call], Compiled]


@dataclass(frozen=True, slots=True)
class Function:
    """One function: how it is written and how a call to it is compiled."""

    usage: str
    arities: tuple[int, ...]
    build: Builder


def build_call(compiler: Compiler, node: ast.Call) -> Compiled:
    """The closure of a call.

    Raises:
        ExpressionError: an unknown function, a wrong number or kind of arguments.
    """
    if not isinstance(node.func, ast.Name):
        raise fault(node, "only the functions of the rule language can be called")
    function = FUNCTIONS.get(node.func.id)
    if function is None:
        raise fault(node, f"there is no function {node.func.id}", meant(node.func.id, FUNCTIONS))
    if node.keywords or len(node.args) not in function.arities:
        raise fault(node, f"{node.func.id} is given the wrong arguments", f"write {function.usage}")
    return function.build(compiler, node)


def _reading(run: Callable[[int], Term], kind: Kind = Kind.VALUE) -> Builder:
    """A function of one input."""

    def build(compiler: Compiler, node: ast.Call) -> Compiled:
        return Compiled(kind, run(compiler.input_index(node.args[0])), node)

    return build


def _question(run: Callable[[int], Cond]) -> Builder:
    """A yes or no of one input."""

    def build(compiler: Compiler, node: ast.Call) -> Compiled:
        return Compiled(Kind.TRUTH, run(compiler.input_index(node.args[0])), node)

    return build


def _text_term(parse: Callable[[str], Value]) -> Callable[[int], Term]:
    """A function of one input that reads its text; what does not parse cannot be told."""

    def of(index: int) -> Term:
        def run(context: Context) -> Value:
            value = context.inputs[index].read()
            return parse(value) if isinstance(value, str) else NEVER if value is NEVER else None

        return run

    return of


def _opt(compiler: Compiler, node: ast.Call) -> Compiled:
    index, default = compiler.input_index(node.args[0]), _constant_number(node.args[1])
    return Compiled(Kind.VALUE, lambda context: context.inputs[index].or_default(default), node)


def _constant_number(node: ast.expr) -> float:
    sign, inner = (
        (-1.0, node.operand) if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) else (1.0, node)
    )
    if not isinstance(inner, ast.Constant) or isinstance(inner.value, bool) or not isinstance(inner.value, int | float):
        raise fault(node, "a plain number is needed here")
    return sign * plain_number(inner, inner.value)


def _span(node: ast.expr) -> float:
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        raise fault(node, "a duration in quotes is needed here", 'write it as "30s", "5m", "1h" or "7d"')
    try:
        return parse_duration(node.value)
    except ValueError as error:
        raise fault(node, str(error)) from None


def _is_span(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _windowed(read: Callable[[Window, float], float | None]) -> Builder:
    """A function of an input over a time; it cannot be told while the input itself cannot."""

    def build(compiler: Compiler, node: ast.Call) -> Compiled:
        index = compiler.input_index(node.args[0], direct=False)
        which = compiler.scope.window(f"input {index}", WindowSpec(index, _span(node.args[1])))

        def run(context: Context) -> Value:
            value = context.inputs[index].read()
            return read(context.windows[which], context.now) if isinstance(value, int | float) else _untold(value)

        return Compiled(Kind.NUMBER, run, node)

    return build


def _untold(value: Value) -> Value:
    return NEVER if value is NEVER else None


def _quantile(compiler: Compiler, node: ast.Call) -> Compiled:
    share = _constant_number(node.args[0])
    if not 0 <= share <= 1:
        raise fault(node.args[0], "a share lies between 0 and 1")
    rest = ast.Call(func=node.func, args=node.args[1:], keywords=[])
    ast.copy_location(rest, node)
    return _windowed(lambda window, now: window.quantile(share, now))(compiler, rest)


def _frac(compiler: Compiler, node: ast.Call) -> Compiled:
    before, compiler.never = compiler.never, None
    known = set(compiler.inputs)
    condition = compiler.truth(node.args[0])
    compiler.inputs, compiler.never = known, before
    spec = WindowSpec(None, _span(node.args[1]), condition)
    which = compiler.scope.window(ast.unparse(node.args[0]), spec)
    return Compiled(Kind.NUMBER, lambda context: context.windows[which].avg(context.now), node)


def _changed(compiler: Compiler, node: ast.Call) -> Compiled:
    index, span_s = compiler.input_index(node.args[0]), _span(node.args[1])
    compiler.clocked = True

    def run(context: Context) -> Truth:
        source = context.inputs[index]
        if source.stale:
            return None
        return source.changed_at is not None and context.now - source.changed_at <= span_s

    return Compiled(Kind.TRUTH, run, node)


def _extreme(name: str, pick: Callable[..., float], window: Callable[[Window, float], float | None]) -> Builder:
    """`min` and `max`: of numbers, or of an input over a time."""

    def build(compiler: Compiler, node: ast.Call) -> Compiled:
        if len(node.args) == 2 and _is_span(node.args[1]):
            return _windowed(window)(compiler, node)
        terms = [compiler.number(arg) for arg in node.args]

        def run(context: Context) -> Value:
            values = [term(context) for term in terms]
            numbers = [value for value in values if isinstance(value, int | float)]
            if len(numbers) == len(values):
                return pick(numbers)
            return NEVER if all(v is NEVER or isinstance(v, int | float) for v in values) else None

        return Compiled(Kind.NUMBER, run, node)

    return build


def _abs(compiler: Compiler, node: ast.Call) -> Compiled:
    term = compiler.number(node.args[0])

    def run(context: Context) -> Value:
        value = term(context)
        return abs(value) if isinstance(value, int | float) else _untold(value)

    return Compiled(Kind.NUMBER, run, node)


def _age(index: int) -> Term:
    """Seconds since an epoch value, on the station's clock; never below 0."""

    def run(context: Context) -> Value:
        facts = context.facts
        skew = facts.clock_skew_s if facts.clock_skew_s is not None else facts.http_skew_s
        value = context.inputs[index].read()
        if not isinstance(value, int | float):
            return _untold(value)
        return None if skew is None else max(0.0, context.now + skew - value)

    return run


def _clocked(builder: Builder) -> Builder:
    def build(compiler: Compiler, node: ast.Call) -> Compiled:
        compiler.clocked = True
        return builder(compiler, node)

    return build


def _fact(read: Callable[[Context], Value], kind: Kind = Kind.NUMBER) -> Builder:
    """A function without arguments, of the station as a whole."""
    return _clocked(lambda compiler, node: Compiled(kind, read, node))


FUNCTIONS: dict[str, Function] = {
    "last": Function("last(m)", (1,), _reading(lambda i: lambda f: f.inputs[i].read())),
    "opt": Function("opt(m, number)", (2,), _opt),
    "age": Function("age(m)", (1,), _clocked(_reading(_age, Kind.NUMBER))),
    "ver": Function("ver(m)", (1,), _reading(_text_term(parse_version), Kind.VERSION)),
    "frac_of": Function("frac_of(m)", (1,), _reading(_text_term(parse_share), Kind.NUMBER)),
    "seen": Function("seen(m)", (1,), _question(lambda i: lambda f: f.inputs[i].seen)),
    "stale": Function("stale(m)", (1,), _question(lambda i: lambda f: f.inputs[i].stale)),
    "null": Function("null(m)", (1,), _question(lambda i: lambda f: f.inputs[i].null())),
    "gone": Function("gone(m)", (1,), _question(lambda i: lambda f: f.inputs[i].gone())),
    "changed": Function('changed(m, "5m")', (2,), _changed),
    "avg": Function('avg(m, "10m")', (2,), _windowed(Window.avg)),
    "median": Function('median(m, "10m")', (2,), _windowed(Window.median)),
    "stddev": Function('stddev(m, "10m")', (2,), _windowed(Window.stddev)),
    "count": Function('count(m, "10m")', (2,), _windowed(Window.count)),
    "delta": Function('delta(m, "10m")', (2,), _windowed(Window.delta)),
    "increase": Function('increase(m, "5m")', (2,), _windowed(Window.increase)),
    "rate": Function('rate(m, "5m")', (2,), _windowed(Window.rate)),
    "slope": Function('slope(m, "1h")', (2,), _windowed(Window.slope)),
    "slope_lo": Function('slope_lo(m, "1h")', (2,), _windowed(lambda w, now: w.slope(now, lower=True))),
    "quantile": Function('quantile(0.95, m, "1h")', (3,), _quantile),
    "frac": Function('frac(condition, "1h")', (2,), _frac),
    "min": Function('min(a, b) or min(m, "30s")', (2, 3), _extreme("min", min, Window.min)),
    "max": Function('max(a, b) or max(m, "30s")', (2, 3), _extreme("max", max, Window.max)),
    "abs": Function("abs(number)", (1,), _abs),
    "station_unreachable_s": Function("station_unreachable_s()", (0,), _fact(lambda f: f.facts.unreachable_s)),
    "services_set_aside": Function("services_set_aside()", (0,), _fact(lambda f: float(f.facts.set_aside))),
    "station_state": Function("station_state()", (0,), _fact(lambda f: f.facts.state, Kind.TEXT)),
    "ac_source": Function("ac_source()", (0,), _fact(lambda f: f.facts.ac_source, Kind.TEXT)),
    "clock_skew_s": Function("clock_skew_s()", (0,), _fact(lambda f: f.facts.http_skew_s)),
}
