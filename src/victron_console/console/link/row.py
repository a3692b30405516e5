"""One station's link in a row: how old, how fast, how many errors, when it is tried again, whose clock is off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from victron_console.console.kit.cursor_list import head_role
from victron_console.console.kit.figures import Figure, place
from victron_console.console.kit.format import ABSENT, age, clock, contact_age, duration, number, rounded
from victron_console.console.kit.format import round_trip as round_trip_text
from victron_console.console.kit.line import Line
from victron_console.console.kit.marks import put_glyph
from victron_console.console.kit.palette import Role
from victron_console.console.kit.text import cut, cut_middle, plain
from victron_console.console.kit.view import Mark
from victron_console.console.link.data import ERRORS_PERCENT, Link
from victron_console.model.limits import SLOW_S
from victron_console.model.quality import Quality
from victron_console.model.station import StationState

SITE_START, SITE_END = 12, 23
_FIRST = 25
_VRM_OLD_S = 3600.0
_LINK_MARKS = (Mark.LOST, Mark.ACKED_LINK, Mark.STALE, Mark.STARTING)


@dataclass(frozen=True, slots=True)
class LinkColumn:
    """A column of figures, right-aligned, and the terminal width from which it is shown."""

    head: str
    width: int
    figure: Callable[[Link, float], Figure]
    from_width: int = 0
    size: Callable[[Link], float | None] | None = None
    """What the rows are ordered by where its head is clicked, the greatest first; None where it orders nothing."""


def _faint(text: str) -> Figure:
    return Figure(text, Role.TEXT3)


def _round_trip(seconds: float | None) -> Figure:
    if seconds is None:
        return _faint(ABSENT)
    return Figure(round_trip_text(seconds), Role.LINK_TEXT if seconds >= SLOW_S else Role.TEXT2)


def _mean(link: Link, now: float) -> Figure:
    return _round_trip(link.hour.round_trip_mean_s if link.hour else None)


def _longest(link: Link, now: float) -> Figure:
    answered = link.hour is not None and link.hour.round_trip_mean_s is not None
    return _round_trip(link.hour.round_trip_max_s if link.hour and answered else None)


def _errors(link: Link, now: float) -> Figure:
    percent = link.errors_percent
    if not percent:
        return _faint(number(percent))
    shown = number(percent) if percent >= 0.5 else "<1"
    return Figure(shown, Role.LINK_TEXT if percent >= ERRORS_PERCENT else Role.TEXT2)


def _failures(link: Link, now: float) -> Figure:
    failures = link.state.failures
    return Figure(str(failures), Role.LINK_TEXT) if failures else _faint("0")


def _next_try(link: Link, now: float) -> Figure:
    at = link.state.next_try_at
    return _faint(ABSENT) if at is None else Figure(duration(max(0.0, at - now)), Role.TEXT1)


def _aside(link: Link, now: float) -> Figure:
    return Figure(str(link.aside), Role.LINK_TEXT) if link.aside else _faint("0")


def _skew(link: Link, now: float) -> Figure:
    return Figure(skew(link.state.clock_skew_s), Role.LINK_TEXT if link.clock_is_off else Role.TEXT3)


def _vrm(link: Link, now: float) -> Figure:
    seconds = link.site.vrm_age_s
    return Figure(contact_age(seconds), Role.LINK_TEXT if seconds is not None and seconds > _VRM_OLD_S else Role.TEXT3)


def _bytes(link: Link, now: float) -> Figure:
    per_s = link.received_bytes_s
    if per_s is None:
        return _faint(ABSENT)
    return Figure(number(per_s) if per_s < 999.5 else f"{rounded(per_s / 1e3, 1)}k", Role.TEXT2)


def _firmware(link: Link, now: float) -> Figure:
    return _faint(cut(plain(link.site.overview.firmware or ABSENT), 8))


def _api(link: Link, now: float) -> Figure:
    return _faint(cut(plain(link.state.api.rpartition(" ")[2] or ABSENT), 8))


COLUMNS = (
    LinkColumn("RTT", 5, _mean, 0, lambda link: link.hour.round_trip_mean_s if link.hour else None),
    LinkColumn("MAX", 5, _longest, 100, lambda link: link.hour.round_trip_max_s if link.hour else None),
    LinkColumn("ERR%", 4, _errors, 0, lambda link: link.errors_percent),
    LinkColumn("FAIL", 4, _failures, 100, lambda link: link.state.failures),
    LinkColumn("NEXT", 4, _next_try, 0, lambda link: link.state.next_try_at),
    LinkColumn("HANGS", 5, _aside, 80, lambda link: link.aside),
    LinkColumn("CLOCK", 5, _skew, 0, lambda link: abs(skew) if (skew := link.state.clock_skew_s) is not None else None),
    LinkColumn("VRM", 3, _vrm, 0, lambda link: link.site.vrm_age_s),
    LinkColumn("B/s", 5, _bytes, 80, lambda link: link.received_bytes_s),
    LinkColumn("FW", 8, _firmware, 110),
    LinkColumn("API", 8, _api, 140),
)


_SIZES: dict[str, Callable[[Link], float | None]] = {
    "AGE": lambda link: None if link.site.read_at is None else -link.site.read_at,
    **{column.head: column.size for column in COLUMNS if column.size is not None},
}


def in_order(links: Sequence[Link], head: str) -> list[Link]:
    """Links, the worst first, by the column of a head: the greatest first, names as in a book, what has none last."""
    if head == "SITE":
        return sorted(links, key=lambda link: link.site.name.casefold())
    if (size := _SIZES.get(head)) is None:
        return list(links)

    def place(link: Link) -> float:
        known = size(link)
        return float("inf") if known is None else -known

    return sorted(links, key=place)


def sort_heads(width: int) -> list[str]:
    """The heads in sight that order the rows."""
    return ["AGE", "SITE", *(column.head for column, _ in _placed(width) if column.size is not None)]


def skew(seconds: float | None) -> str:
    """How far a station's clock is ahead of ours: `+3s`, `-2h05`; `0` within two seconds."""
    if seconds is None:
        return ABSENT
    if abs(seconds) < 2:
        return "0"
    return ("+" if seconds > 0 else "-") + duration(abs(seconds))


def _placed(width: int) -> list[tuple[LinkColumn, int]]:
    """The columns that a width has, each with the column that it ends in."""
    placed = []
    end = _FIRST - 2
    for column in COLUMNS:
        if width >= column.from_width:
            end += column.width + 1
            placed.append((column, end))
    return placed


def draw_heads(width: int, sort: str = "") -> Line:
    """The names of the columns; the one that the rows are ordered by stands out."""
    line = Line(width)
    line.put(2, "ST", Role.TEXT3)
    line.right(9, "AGE", head_role("AGE", sort))
    line.put(SITE_START, "SITE", head_role("SITE", sort))
    placed = _placed(width)
    for column, end in placed:
        line.right(end, column.head, head_role(column.head, sort))
    line.put(placed[-1][1] + 3, "STATE", Role.TEXT3)
    return line


def draw_link(width: int, link: Link, now: float, *, selected: bool) -> Line:
    """The row of a station; `now` is the moment that ages are counted to (UTC epoch, s)."""
    line = Line(width, Role.SELECTION if selected else Role.BACKGROUND)
    site = link.site
    if selected:
        line.put(0, ">", Role.TEXT1, bold=True)
    if site.mark in _LINK_MARKS:
        put_glyph(line, 2, site.mark)
    fresh = site.quality is Quality.GOOD
    read = None if site.read_at is None else now - site.read_at
    line.right(9, age(read), Role.TEXT3 if fresh else Role.LINK_TEXT)
    line.put(SITE_START, cut_middle(site.name, SITE_END + 1 - SITE_START), Role.TEXT1)
    placed = _placed(width)
    for column, end in placed:
        place(line, end, column.figure(link, now))
    start = placed[-1][1] + 3
    words, role = state_words(link)
    line.put(start, cut(words, width - 1 - start), role)
    return line


def state_words(link: Link) -> tuple[str, Role]:
    """The state, and why it is so; of a link in order its last error."""
    site, state = link.site, link.state
    if site.state is not StationState.LIVE:
        return f"{site.state}  {plain(site.reason or state.last_error)}".rstrip(), Role.LINK_TEXT
    if link.clock_is_off:
        return f"live  clock {skew(state.clock_skew_s)} off", Role.LINK_TEXT
    if state.last_error and state.last_error_at is not None:
        return f"live  {clock(state.last_error_at)} {plain(state.last_error)}", Role.TEXT3
    return "live", Role.TEXT3
