"""IN over OUT as two bars of one scale, with the part that nobody measures. The verdict is insight's, not made here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from victron_console.console.drawing.sheet import Run, Sheet
from victron_console.console.format import is_kilo, power
from victron_console.console.palette import Role
from victron_console.console.text import width_of
from victron_console.insight.balance import Balance, PartKind, Rest, Verdict

FILLS = {
    PartKind.GRID: ("█", Role.FILL_GRID, "GRID"),
    PartKind.SHORE: ("█", Role.FILL_GRID, "SHORE"),
    PartKind.GENSET: ("█", Role.FILL_GRID, "GENSET"),
    PartKind.EXPORT: ("█", Role.FILL_GRID, "EXPORT"),
    PartKind.PV: ("▓", Role.FILL_PV, "PV"),
    PartKind.AC_LOAD: ("▓", Role.FILL_PV, "LOADS"),
    PartKind.DC_SOURCE: ("▒", Role.FILL_OTHER, "DC SOURCES"),
    PartKind.UNMEASURED_SOURCE: ("▒", Role.FILL_OTHER, "UNMEAS."),
    PartKind.DC_LOAD: ("▒", Role.FILL_OTHER, "DC LOADS"),
    PartKind.BATTERY: ("░", Role.FILL_BATTERY, "BATTERY"),
}
"""Fill, its role and its name by the kind of a part: the same in IN, in OUT and on the fleet screen."""

_RESTS = {
    Rest.LOSS: ("·", Role.FILL_LOSS, "loss+unmeasured", Role.TEXT3),
    Rest.UNMEASURED: ("·", Role.FILL_LOSS, "unmeasured", Role.TEXT3),
    Rest.MISSING: ("╌", Role.LINK_TEXT, "MISSING", Role.LINK_TEXT),
    Rest.SURPLUS: ("╌", Role.LINK_TEXT, "SURPLUS", Role.LINK_TEXT),
}
_TOTAL_END = 9
_BAR = 11
"""Columns of the total and of the bar, counted from the left of the drawing."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """One fill of a bar with its name beside the swatch."""

    watts: float
    fill: str
    role: Role
    name: str
    name_role: Role = Role.TEXT2


def draw_balance(
    balance: Balance, sheet: Sheet, row: int, column: int, width: int, *, bar: int = 0, gap: int = 3
) -> int:
    """Draw both bars; gives the row after the last.

    Args:
        balance: the two sides.
        sheet: where to draw, from `row` and `column` on, `width` columns wide.
        bar: columns of the bars with the names beside them; 0 for bars of the full width with the names below.
        gap: blanks between two names.
    """
    length = bar or width - _BAR
    sides = (("IN", balance.in_w, _pieces(balance, IN)), ("OUT", balance.out_w, _pieces(balance, OUT)))
    scale = max(sum(piece.watts for piece in pieces) for _, _, pieces in sides)
    for number, (label, total, pieces) in enumerate(sides):
        here = row + number * (1 if bar else 2)
        sheet.put(here, column, label, Role.TEXT2)
        text = power(total)
        sheet.right(
            here, column + _TOTAL_END, text, Role.TEXT1 if text.strip() != "0" else Role.TEXT3, bold=is_kilo(total)
        )
        names_row, names_at = (here, column + _BAR + length + 2) if bar else (here + 1, column + _BAR)
        if balance.verdict is Verdict.IDLE:
            sheet.put(here, column + _BAR, "·" * length, Role.FILL_LOSS)
            if number == 0:
                sheet.put(names_row, names_at, "nothing flows above 20 W", Role.TEXT3)
            continue
        _bar(sheet, here, column + _BAR, pieces, length, scale)
        _names(sheet, names_row, names_at, column + width, pieces, gap)
    return row + (2 if bar else 4)


IN, OUT = 0, 1


def _pieces(balance: Balance, side: int) -> list[_Piece]:
    parts = balance.sources if side == IN else balance.uses
    pieces = []
    for part in parts:
        fill, role, name = FILLS[part.kind]
        pieces.append(_Piece(part.power_w, fill, role, getattr(part, "name", "") or name))
    short = IN if balance.residual_w < 0 else OUT
    if side == short and balance.rest in _RESTS:
        fill, role, name, name_role = _RESTS[balance.rest]
        pieces.append(_Piece(abs(balance.residual_w), fill, role, name, name_role))
    return pieces


def _bar(sheet: Sheet, row: int, column: int, pieces: Sequence[_Piece], length: int, scale: float) -> None:
    for piece, columns in zip(pieces, shares([piece.watts for piece in pieces], length, scale), strict=True):
        column = sheet.put(row, column, piece.fill * columns, piece.role)


def _names(sheet: Sheet, row: int, column: int, end: int, pieces: Sequence[_Piece], gap: int) -> None:
    """Swatch, name and figure of each piece, in the order of the bar; what does not fit is left out and said."""
    for number, piece in enumerate(pieces):
        runs = _named(piece)
        needed = sum(width_of(run.text) for run in runs)
        if column + needed > end:
            sheet.put(row, min(column, end - 2), f"+{len(pieces) - number}", Role.TEXT3)
            return
        column = sheet.runs(row, column, runs) + gap


def _named(piece: _Piece) -> tuple[Run, ...]:
    figure_role = Role.TEXT1 if piece.name_role is Role.TEXT2 else piece.name_role
    return (
        Run(piece.fill, piece.role),
        Run(f" {piece.name} ", piece.name_role),
        Run(power(piece.watts).strip(), figure_role),
    )


def shares(parts: Sequence[float], columns: int, scale: float) -> list[int]:
    """Columns for each part of a bar in which `scale` takes `columns`, by largest remainder.

    Every part that is there gets at least one column, at the cost of the largest. Never more than `columns` in all
    where there are no more parts than columns.
    """
    if scale <= 0 or columns <= 0:
        return [0] * len(parts)
    exact = [part * columns / scale for part in parts]
    counts = [int(value) for value in exact]
    left = min(columns, round(sum(exact))) - sum(counts)
    for index in sorted(range(len(parts)), key=lambda i: counts[i] - exact[i])[: max(0, left)]:
        counts[index] += 1
    for index, part in enumerate(parts):
        if part > 0 and counts[index] == 0:
            counts[index] = 1
            largest = max(range(len(parts)), key=counts.__getitem__)
            if sum(counts) > columns and counts[largest] > 1:
                counts[largest] -= 1
    return counts
