"""Conditions of alert rules in PromQL, where the page for Prometheus has what they read.

A comparison in PromQL keeps the series for which it holds; those are joined by the label `station`.
https://prometheus.io/docs/prometheus/latest/querying/operators/
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

from victron_console.alerts.language.expressions import Expression
from victron_console.alerts.language.inputs import InputPattern
from victron_console.alerts.language.values import parse_duration
from victron_console.alerts.rules.rule_set import Rule
from victron_console.endpoint.metric_names import FIGURES, STATION_SKEW, STATION_STATE
from victron_console.model.station import StationState

PATHS: Mapping[str, str] = {
    "system/*/Dc/Battery/Soc": FIGURES["soc_percent"].name,
    "system/*/Dc/Battery/Voltage": FIGURES["battery_voltage_v"].name,
    "system/*/Dc/Battery/Current": FIGURES["battery_current_a"].name,
    "system/*/Dc/Battery/Power": FIGURES["battery_power_w"].name,
    "system/*/Dc/Battery/Temperature": FIGURES["battery_temperature_c"].name,
    "system/*/Dc/Pv/Power": FIGURES["pv_dc_power_w"].name,
}
"""Inputs of rules that the page has as a figure of the station."""
_WINDOWS = {"avg": "avg_over_time", "min": "min_over_time", "max": "max_over_time"}
_COMPARED = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
_RECKONED = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_STATES = frozenset(map(str, StationState))


class CannotSay(ValueError):
    """A condition that has no like in PromQL over this page, as a clause."""


def condition(rule: Rule, raise_: Expression) -> str:
    """What raises an alarm of a rule, with its gate.

    Raises:
        CannotSay: it reads, or asks, what the page does not have.
    """
    parts = [part for part in (raise_, rule.gate) if part is not None]
    return " and on (station) ".join(f"({_truth(_node(part), rule.inputs)})" for part in parts)


def _node(part: Expression) -> ast.expr:
    if part.node is None:
        raise CannotSay("it is not written in a rule file")
    return part.node


def _truth(node: ast.expr, inputs: Mapping[str, tuple[InputPattern, ...]]) -> str:
    match node:
        case ast.BoolOp(op=op, values=values):
            word = " and on (station) " if isinstance(op, ast.And) else " or on (station) "
            return word.join(f"({_truth(value, inputs)})" for value in values)
        case ast.Compare(
            left=ast.Call(func=ast.Name(id="station_state")), ops=[op], comparators=[ast.Constant(value=str(state))]
        ):
            if isinstance(op, ast.Eq | ast.NotEq) and state in _STATES:
                return f'{STATION_STATE.name}{{state="{state}"}} == {int(isinstance(op, ast.Eq))}'
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARED:
            compared = f"{_number(left, inputs)} {_COMPARED[type(op)]} {_number(right, inputs)}"
            if any(isinstance(part, ast.Call) for part in ast.walk(node)):
                return compared
    raise CannotSay(f"`{ast.unparse(node)}` has no like in PromQL")


def _number(node: ast.expr, inputs: Mapping[str, tuple[InputPattern, ...]]) -> str:
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return f"{value:g}"
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return f"-{_number(inner, inputs)}"
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _RECKONED:
            return f"({_number(left, inputs)} {_RECKONED[type(op)]} {_number(right, inputs)})"
        case ast.Attribute(value=ast.Name(id="p"), attr=name):
            raise CannotSay(f"p.{name} differs from station to station")
        case ast.Attribute(value=ast.Name(id="d"), attr=name):
            raise CannotSay(f"d.{name} is a result of the diagnostics")
        case ast.Call(func=ast.Name(id="clock_skew_s")):
            return STATION_SKEW.name
        case ast.Call(func=ast.Name(id="abs"), args=[inner]):
            return f"abs({_number(inner, inputs)})"
        case ast.Call(func=ast.Name(id="last"), args=[ast.Name(id=name)]):
            return _metric(name, inputs)
        case ast.Call(func=ast.Name(id=function), args=[ast.Name(id=name), ast.Constant(value=str(span))]) if (
            function in _WINDOWS
        ):
            return f"{_WINDOWS[function]}({_metric(name, inputs)}[{parse_duration(span):.0f}s])"
        case ast.Call(func=ast.Name(id=function)):
            raise CannotSay(f"{function}() has no like in PromQL over this page")
    raise CannotSay(f"`{ast.unparse(node)}` has no like in PromQL")


def _metric(name: str, inputs: Mapping[str, tuple[InputPattern, ...]]) -> str:
    patterns = [pattern.text for pattern in inputs.get(name, ())]
    if len(patterns) == 1 and patterns[0] in PATHS:
        return PATHS[patterns[0]]
    raise CannotSay(f"{patterns[0] if patterns else name} is not on the page")
