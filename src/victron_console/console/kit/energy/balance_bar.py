"""IN over OUT as two bars of one scale, with the part that nobody measures. The verdict is insight's, not made here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from victron_console.console.kit.energy.kinds import OF_PART, TEXTURES, texture_ink
from victron_console.console.kit.format import ABSENT, LOST, STALE_MARK, power, unitless
from victron_console.console.kit.palette import Ink, Role
from victron_console.console.kit.sheet import Run, Sheet
from victron_console.console.kit.text import cut, width_of
from victron_console.insight.overview.balance import Balance, BalanceVerdict, PartKind, Rest
from victron_console.model.quality import Quality

_NAMES = {
    PartKind.GRID: "GRID",
    PartKind.SHORE: "SHORE",
    PartKind.GENSET: "GENSET",
    PartKind.EXPORT: "EXPORT",
    PartKind.PV: "PV",
    PartKind.AC_LOAD: "LOADS",
    PartKind.DC_SOURCE: "DC SOURCES",
    PartKind.UNMEASURED_SOURCE: "UNMEAS.",
    PartKind.DC_LOAD: "DC LOADS",
    PartKind.MOTOR: "MOTOR",
    PartKind.BATTERY: "BATTERY",
}

_RESTS = {
    Rest.LOSS: ("·", Role.FILL_LOSS, "loss+unmeasured", "loss", Role.TEXT3),
    Rest.UNMEASURED: ("·", Role.FILL_LOSS, "unmeasured", "unmeas.", Role.TEXT3),
    Rest.MISSING: ("╌", Role.LINK_TEXT, "MISSING", "MISSING", Role.LINK_TEXT),
    Rest.SURPLUS: ("╌", Role.LINK_TEXT, "SURPLUS", "SURPLUS", Role.LINK_TEXT),
}
"""Fill, its role, name, a shorter name, and the role of the name."""
_TOTAL_END = 9
"""The last column of a total, counted from the left of the drawing."""


@dataclass(frozen=True, slots=True)
class NamedSource:
    """A DC source that is named for itself: its name, its W, its kind of energy."""

    name: str
    power_w: float
    kind: Role


@dataclass(frozen=True, slots=True)
class _Piece:
    """One fill of a bar with its name beside the swatch."""

    watts: float
    fill: str
    role: Ink
    name: str
    short: str
    name_role: Ink = Role.TEXT2
    is_rest: bool = False
    is_old: bool = False
    """Whether it is the last that was known, not what is."""


@dataclass(frozen=True, slots=True)
class BarPart:
    """Where the bars stand and how their parts are named."""

    row: int
    column: int
    end: int
    bar: int = 0
    """Columns of the bars, with the names beside them; 0 for the full width with the names below."""
    gap: int = 3
    """Blanks between two names."""
    named: bool = True
    total_end: int = _TOTAL_END

    @property
    def bar_start(self) -> int:
        """The first column of the bars."""
        return self.column + self.total_end + 2

    @property
    def length(self) -> int:
        """Columns of the bars."""
        return self.bar or max(0, self.end + 1 - self.bar_start)

    @property
    def rows(self) -> int:
        """Rows that the drawing takes."""
        return 2 if self.bar or not self.named else 4


def draw_balance(
    balance: Balance,
    sheet: Sheet,
    place: BarPart,
    sources: Sequence[NamedSource] = (),
    quality: Quality = Quality.GOOD,
) -> int:
    """Draw both bars; gives the row after the last.

    Args:
        balance: the two sides.
        sheet: where to draw.
        place: where on it.
        sources: the DC sources, to be named one by one where they make up the part of that kind.
        quality: how far the figures are of now; stale ones are faint, lost ones are not drawn.
    """
    if quality in (Quality.LOST, Quality.GONE):
        return _draw_unknown(sheet, place, LOST, Role.LINK_TEXT, "no live figures")
    if balance.verdict is BalanceVerdict.UNKNOWN and not balance.sources and not balance.uses:
        return _draw_unknown(sheet, place, ABSENT, Role.TEXT3, "no power is known")
    old = quality is Quality.STALE
    sides = [("IN", balance.in_w, _pieces(balance, IN, sources)), ("OUT", balance.out_w, _pieces(balance, OUT, ()))]
    if old:
        sides = [(label, total, [_aged(piece) for piece in pieces]) for label, total, pieces in sides]
    scale = max(sum(piece.watts for piece in pieces) for _, _, pieces in sides)
    for number, (label, total, pieces) in enumerate(sides):
        row = place.row + number * place.rows // 2
        sheet.put(row, place.column, label, Role.TEXT2)
        _total(sheet, row, place.column + place.total_end, total, old=old)
        names_row, names_at = row, place.bar_start + place.length + 2
        if place.rows == 4:
            names_row, names_at = row + 1, place.bar_start
        if balance.verdict is BalanceVerdict.IDLE:
            sheet.put(row, place.bar_start, "·" * place.length, Role.FILL_LOSS)
            if number == 0 and place.named:
                sheet.put(names_row, names_at, cut("nothing flows above 20 W", place.end + 1 - names_at), Role.TEXT3)
            continue
        _bar(sheet, row, place.bar_start, pieces, place.length, scale)
        if place.named:
            _names(sheet, names_row, names_at, place.end + 1, pieces, place.gap)
    return place.row + place.rows


IN, OUT = 0, 1


def _total(sheet: Sheet, row: int, end: int, watts: float, *, old: bool) -> None:
    text = power(watts)
    role = Role.TEXT3 if old or text.endswith(" ") else Role.TEXT1
    figure = sheet.right(row, end, text, role, bold=role is Role.TEXT1)
    sheet.put(row, figure - 1, STALE_MARK if old else "", Role.LINK_TEXT)


def _draw_unknown(sheet: Sheet, place: BarPart, word: str, role: Role, why: str) -> int:
    """Both sides without a figure: a zero would be one."""
    for row, label in ((place.row, "IN"), (place.row + place.rows // 2, "OUT")):
        sheet.put(row, place.column, label, Role.TEXT2)
        sheet.right(row, place.column + place.total_end, unitless(word), role)
        sheet.put(row, place.bar_start, "·" * place.length, Role.FILL_LOSS)
    if place.named and place.bar:
        column = place.bar_start + place.length + 2
        sheet.put(place.row, column, cut(why, place.end + 1 - column), Role.TEXT3)
    elif place.named:
        sheet.put(place.row + 1, place.bar_start, cut(why, place.end + 1 - place.bar_start), Role.TEXT3)
    return place.row + place.rows


def _aged(piece: _Piece) -> _Piece:
    return replace(piece, role=Role.TEXT3, name_role=Role.TEXT3, is_old=True)


def _pieces(balance: Balance, side: int, sources: Sequence[NamedSource]) -> list[_Piece]:
    pieces = []
    for part in balance.sources if side == IN else balance.uses:
        if part.kind is PartKind.DC_SOURCE and _make_up(sources, part.power_w):
            pieces += [_piece(each.power_w, each.kind, each.name) for each in sources]
        else:
            pieces.append(_piece(part.power_w, OF_PART[part.kind], _NAMES[part.kind]))
    lesser = IN if balance.residual_w < 0 else OUT
    if side == lesser and balance.rest in _RESTS:
        fill, role, name, short, name_role = _RESTS[balance.rest]
        pieces.append(_Piece(abs(balance.residual_w), fill, role, name, short, name_role, is_rest=True))
    return pieces


def _piece(watts: float, kind: Role, name: str) -> _Piece:
    return _Piece(watts, TEXTURES[kind], texture_ink(kind), name, name, kind)


def _make_up(sources: Sequence[NamedSource], watts: float) -> bool:
    """Whether the sources are all that the part is made of."""
    return bool(sources) and abs(sum(each.power_w for each in sources) - watts) < 1.0


def _bar(sheet: Sheet, row: int, column: int, pieces: Sequence[_Piece], length: int, scale: float) -> None:
    for piece, columns in zip(pieces, shares([piece.watts for piece in pieces], length, scale), strict=True):
        column = sheet.put(row, column, piece.fill * columns, piece.role)


def _names(sheet: Sheet, row: int, column: int, end: int, pieces: Sequence[_Piece], gap: int) -> None:
    """Swatch, name and figure of each piece, in the order of the bar, as far as there is room.

    The rest is named whatever the room: it is what the bars are looked at for. The smallest pieces give way to it.
    """
    room = end - column
    shown = [replace(each, short=each.name) for each in pieces]
    if _names_width(shown, gap) > room:
        shown = list(pieces)
    while _names_width(shown, gap) + (gap + 2 if len(shown) < len(pieces) else 0) > room:
        droppable = [each for each in shown if not each.is_rest]
        if not droppable:
            break
        shown.remove(min(droppable, key=lambda each: each.watts))
    for each in shown:
        column = sheet.runs(row, column, _named(each)) + gap
    if len(shown) < len(pieces) and column + 2 <= end:
        sheet.put(row, column, f"+{len(pieces) - len(shown)}", Role.TEXT3)


def _names_width(pieces: Sequence[_Piece], gap: int) -> int:
    return sum(width_of(run.text) for each in pieces for run in _named(each)) + gap * max(0, len(pieces) - 1)


def _named(piece: _Piece) -> tuple[Run, ...]:
    figure_role = piece.name_role if piece.is_old or piece.is_rest else Role.TEXT1
    return (
        Run(piece.fill, piece.role),
        Run(f" {piece.short} ", piece.name_role),
        Run(STALE_MARK if piece.is_old else "", Role.LINK_TEXT),
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
