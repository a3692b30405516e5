"""The sites of a large fleet in groups by tag: which rows of them are shown, and the row of a group itself. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from victron_console.console.fleet.columns import SUMMED, Placed
from victron_console.console.fleet.sums import charge, is_doubtful
from victron_console.console.kit.figures import URGENT_TEXT, power_figure
from victron_console.console.kit.figures import place as place_figure
from victron_console.console.kit.format import ABSENT, DOUBT_MARK, LOST, STALE_MARK, number, spark
from victron_console.console.kit.line import Line
from victron_console.console.kit.marks import GLYPHS, put_glyph
from victron_console.console.kit.palette import Ink, Role, Step, Tone
from victron_console.console.kit.text import cut, cut_middle, width_of
from victron_console.console.kit.view import URGENCY, Mark, Site

STRIP_FROM = 40
"""Columns of the name from which a group shows a cell a station beside it."""
NAME_CELLS = 48
"""Columns that the names take in a table of groups, where there is room."""
_NAME, _COUNT_END, _STRIP = 10, 16, 18
"""Columns from the name's first one: the group's name, the end of its count, the cells."""
_BLOCK = 5
_LOW_PERCENT = 50.0
_UNTAGGED = "without tag"
_LOWEST = 5
"""So many sites at rest are shown of an open group, the lowest ones."""


@dataclass(frozen=True, slots=True)
class Group:
    """The sites of one tag, in the order of the list."""

    tag: str
    sites: tuple[Site, ...]
    is_open: bool = True

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.sites)

    @property
    def stands_for(self) -> str:
        """The site that the cursor stands on while the group is closed: its first."""
        return self.sites[0].id


@dataclass(frozen=True, slots=True)
class AtRest:
    """The sites of an open group that have no row of their own."""

    sites: tuple[Site, ...]


Entry = Site | Group | AtRest


def grouped(sites: Sequence[Site], opened: Mapping[str, str] | None = None) -> list[Entry]:
    """The sites under the heads of their first tag, those without one last; groups in the order of their first site.

    Args:
        sites: in the order of the list.
        opened: by tag `closed`, `open` (what is not at rest, and the lowest) or `whole`; what is not there is whole.
    """
    groups: dict[str, list[Site]] = {}
    for site in sites:
        groups.setdefault(_group_name(site), []).append(site)
    entries: list[Entry] = []
    for name in sorted(groups, key=lambda name: name == _UNTAGGED):
        members = groups[name]
        how = (opened or {}).get(name, "whole")
        entries.append(Group(name, tuple(members), how != "closed"))
        if how == "closed":
            continue
        shown = members if how == "whole" else _telling(members)
        entries += shown
        if rest := tuple(site for site in members if site not in shown):
            entries.append(AtRest(rest))
    return entries


def _group_name(site: Site) -> str:
    return site.tags[0] if site.tags else _UNTAGGED


def _telling(sites: Sequence[Site]) -> list[Site]:
    """What is not at rest, and the lowest of the rest."""
    resting = [site for site in sites if site.mark is Mark.NONE and site.fresh]
    resting.sort(key=lambda site: 101.0 if (percent := charge(site)) is None else percent)
    kept = {site.id for site in resting[:_LOWEST]}
    return [site for site in sites if site.id in kept or site.mark is not Mark.NONE or not site.fresh]


def group_of(entries: Sequence[Entry], station: str | None) -> Group | None:
    """The group that a site belongs to."""
    groups = [entry for entry in entries if isinstance(entry, Group)]
    return next((group for group in groups if any(site.id == station for site in group.sites)), None)


def stops(entries: Sequence[Entry]) -> list[str]:
    """The sites that the cursor can stand on; a closed group is its first one."""
    found = []
    for entry in entries:
        if isinstance(entry, Site):
            found.append(entry.id)
        elif isinstance(entry, Group) and not entry.is_open:
            found.append(entry.stands_for)
    return found


def sites_of(entries: Sequence[Entry]) -> list[Site]:
    """All sites of the entries, those without a row of their own too."""
    groups = [entry for entry in entries if isinstance(entry, Group)]
    if groups:
        return [site for group in groups for site in group.sites]
    return [entry for entry in entries if isinstance(entry, Site)]


# ---- drawing


def draw_group(width: int, columns: Sequence[Placed], group: Group, *, selected: bool) -> Line:
    """A group in one row: its worst mark, how many, a cell a station, the lowest charge, sums, and the worst words."""
    line = Line(width, Role.SELECTION if selected else Role.BACKGROUND)
    if selected:
        line.put(0, ">", Role.TEXT1, bold=True)
    worst = min(group.sites, key=lambda site: URGENCY[site.mark])
    charges = _charges(group.sites)
    for at in columns:
        name = at.column.name
        if name == "state" and worst.mark is not Mark.NONE:
            put_glyph(line, at.start, worst.mark, sum(site.mark is worst.mark for site in group.sites))
        elif name == "site":
            _draw_name(line, at, group)
        elif name == "soc" and charges:
            line.right(at.end, number(min(charges)), Role.TEXT1)
        elif name in SUMMED:
            value_of, signed = SUMMED[name]
            values = [value for site in group.sites if site.fresh and (value := value_of(site)) is not None]
            if values:
                place_figure(line, at.end, power_figure(sum(values), signed=signed, kind=at.column.kind))
        elif name == "word":
            role = URGENT_TEXT.get(worst.mark, Role.TEXT2)
            line.put(at.start, cut(_words(group, worst, at.end + 1 - at.start), at.end + 1 - at.start), role)
    return line


def _charges(sites: Sequence[Site]) -> list[float]:
    return [percent for site in sites if (percent := charge(site)) is not None]


def _draw_name(line: Line, at: Placed, group: Group) -> None:
    cells = at.end + 1 - at.start
    fold = "▾ " if group.is_open else "▸ "
    room = _NAME if cells >= STRIP_FROM else cells - 6
    column = line.put(at.start, fold, Role.TEXT3)
    line.put(column, cut_middle(group.tag.upper(), max(1, room)), Role.TEXT1)
    count = str(group.count)
    line.right(at.start + (_COUNT_END if cells >= STRIP_FROM else cells - 1), count, Role.TEXT3)
    if cells < STRIP_FROM:
        return
    column = at.start + _STRIP
    for place, site in enumerate(sorted(group.sites, key=lambda site: site.name.casefold())):
        if place and place % _BLOCK == 0:
            column += 1
        if column > at.end - (place < group.count - 1):
            line.put(column, f"+{group.count - place}"[: at.end + 1 - column], Role.TEXT3)
            return
        glyph, ink = _cell(site)
        column = line.put(column, glyph, ink)


def _cell(site: Site) -> tuple[str, Ink]:
    """One station: an alarm's glyph, a chip while it is not seen; else the height of its charge."""
    glyph = GLYPHS[site.mark]
    if glyph.text:
        return glyph.text[0], glyph.role
    if (percent := charge(site)) is not None:
        return spark([percent]), Tone(Role.BATTERY, Step.FILL if percent >= _LOW_PERCENT else Step.SECOND)
    if not site.fresh:
        return LOST[0], Role.LINK_TEXT
    if is_doubtful(site, "soc_percent"):
        return DOUBT_MARK, Role.LINK_TEXT
    return (ABSENT, Role.TEXT3) if site.overview.soc_percent is None else (STALE_MARK, Role.LINK_TEXT)


def _words(group: Group, worst: Site, cells: int) -> str:
    """The worst site with what is to be said of it; with nothing wrong what is expected, or how charged they are."""
    if worst.mark is not Mark.NONE and worst.verdict.clauses:
        short = worst.verdict.clauses[0].short
        return f"{cut_middle(worst.name, max(0, cells - width_of(short) - 2))}: {short}"
    dawns = [site.dawn for site in group.sites if site.dawn is not None and site.fresh]
    lows = [dawn.low_percent for dawn in dawns if dawn.low_percent is not None]
    highs = [dawn.high_percent for dawn in dawns if dawn.high_percent is not None]
    if lows and highs:
        return f"{number(min(lows))}-{number(max(highs))} % at sunrise"
    charges = _charges(group.sites)
    return f"{number(median(charges))} % in the middle" if charges else ""


def draw_at_rest(width: int, columns: Sequence[Placed], rest: AtRest) -> Line:
    """How many of a group have no row, and between what they are charged."""
    line = Line(width)
    charges = _charges(rest.sites)
    said = f"{len(rest.sites)} more at rest"
    if charges:
        said += f", {number(min(charges))} to {number(max(charges))} %"
    start = next((at.start for at in columns if at.column.name == "site"), 2)
    line.put(start + 2, cut(said, max(0, width - start - 3)), Role.TEXT3)
    return line


def folds(sites: Sequence[Site], chosen: Mapping[str, str], most: int) -> dict[str, str]:
    """How each group stands: as it was chosen, else closed where the fleet has more than `most` sites."""
    usual = "closed" if len(sites) > most else "whole"
    return {name: chosen.get(name, usual) for name in map(_group_name, sites)}
