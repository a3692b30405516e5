"""Reads what Victron's portal gives for download as "kWh": energies by quarter of an hour or hour, in local times.

Its first line names the flows in the language of whoever downloaded it, its second the time zone and the units, as in
`Africa/Lagos (+01:00),kWh,kWh,…`. A cell is empty where nothing flowed; of a line of empty cells nothing is known.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from math import isfinite
from statistics import mode
from zoneinfo import ZoneInfo

from victron_console.catalogue.vrm import FLOWS
from victron_console.model.clock import local, midnight, moment_of
from victron_console.model.external.external_day import QUARTER_S, ExternalDay
from victron_console.model.text import clean
from victron_console.model.units import DAY_S, HOUR_S

SOURCE = "vrm-csv"
MOST_LINES = 2_000_000
YEARS = range(2000, 2100)
"""Of which there may be a download."""
LARGEST_KWH = 1e6
"""Of an hour; more is no energy."""
WORDS = {
    "P": "pv|solar|photovolta|fotovolta|panne",
    "G": "grid|netz|net|reseau|red|rete|natet|siec|nettet",
    "B": "batter|bateri|accu|akku",
    "g": "genset|generator|generat|groupe|gruppo|grupo|aggregat",
    "c": "consum|verbrauch|verbruik|consom|carich|forbruk|forbrug|odbior|loads?",
}
"""How the parts of a site begin in some languages, small letters without accents (judgement: from dictionaries)."""
_PART = re.compile("|".join(rf"\b(?P<{'x' + name if name == 'g' else name}>{words})" for name, words in WORDS.items()))
_ZONE = re.compile(r"[A-Za-z_]+(?:/[A-Za-z0-9_+-]+)+|UTC")
_TIMES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%Y-%m-%dT%H:%M:%S")


class NoVrmCsv(ValueError):
    """The file is no such download; the message says what was found, and where that helps what to do."""


def read_vrm_csv(lines: Iterable[str], asked_at: float, columns: Sequence[str] = ()) -> Iterator[ExternalDay]:
    """The local days of a download, oldest first.

    Args:
        lines: of the file.
        asked_at: when it is taken in (UTC epoch, s).
        columns: the flows of its columns from the second on, as `Gb`, `Gc` …, where its language is not known; `-` for
            one that is none.

    Raises:
        NoVrmCsv: it is none.
    """
    rows = _rows(iter(lines))
    head, units = next(rows, []), next(rows, [])
    zone = _zone(units)
    flows = _flows(head, units, columns)
    points = list(_points(rows, flows, zone, asked_at))
    if not any(energies for _, energies in points):
        raise NoVrmCsv("it holds no energies")
    step_s = _step_s([at for at, _ in points])
    by_day: dict[date, dict[str, dict[int, float]]] = defaultdict(lambda: defaultdict(dict))
    for at, energies in points:
        day = local(at, zone).date()
        first = int((at - midnight(day, zone)) // QUARTER_S)
        for code, kwh in energies.items():
            for n in range(first, first + step_s // QUARTER_S):
                by_day[day][code][n] = kwh * QUARTER_S / step_s
    for day, found in sorted(by_day.items()):
        since, until = midnight(day, zone), midnight(day + timedelta(days=1), zone)
        told = {code: sum(each.values()) for code, each in found.items()}
        yield ExternalDay(SOURCE, day, since, until, zone.key, asked_at, told, since, found, {})


def _rows(lines: Iterator[str]) -> Iterator[list[str]]:
    """The cells of each line that has any; the separator is the one that the first line has most of."""
    first = next((line for line in lines if line.strip(" \t\r\n,;")), "")
    separator = max(",;\t", key=first.count)
    try:
        yield from csv.reader([first], delimiter=separator)
        for number, row in enumerate(csv.reader(lines, delimiter=separator)):
            if number > MOST_LINES:
                raise NoVrmCsv(f"it has more than {MOST_LINES:,} lines")
            if row:
                yield row
    except csv.Error as error:
        raise NoVrmCsv(f"a line cannot be read: {error}") from error


def _zone(units: Sequence[str]) -> ZoneInfo:
    found = _ZONE.search(units[0]) if units else None
    try:
        if found is not None:
            return ZoneInfo(found[0])
    except (ValueError, OSError, KeyError):
        pass
    told = clean(units[0], 60) if units else ""
    raise NoVrmCsv(f"its second line begins with no time zone such as Europe/Berlin (+01:00), but with {told!r}")


def _flows(head: Sequence[str], units: Sequence[str], columns: Sequence[str]) -> Mapping[int, str]:
    """The flow of each column that is one."""
    if wrong := [code for code in columns if code not in (*FLOWS, "-")]:
        raise NoVrmCsv(f"{clean(wrong[0], 20)!r} is no flow: {', '.join(FLOWS)} or - for a column that is none")
    energy = [n for n in range(1, len(units)) if units[n].strip().lower() == "kwh"]
    if not energy:
        raise NoVrmCsv("no column is in kWh: of the portal's downloads take the one called kWh, not the log")
    named = dict(enumerate(columns, start=1)) or {n: _flow(head[n]) for n in energy if n < len(head)}
    found = {n: code for n, code in named.items() if n in energy and code and code != "-"}
    if doubled := {code for code in found.values() if list(found.values()).count(code) > 1}:
        raise NoVrmCsv(f"two columns are the flow {sorted(doubled)[0]}: name them by --columns")
    if not found:
        names = ", ".join(clean(name, 40) for name in head[1:12])
        raise NoVrmCsv(f"its language is not known: name the flows of its columns by --columns ({names})")
    return found


def _flow(name: str) -> str:
    """`Gb` for `Grid to battery`, `Netz zu Batterie`; empty where a name is no flow from one part to another."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    parts = [kind.removeprefix("x") for match in _PART.finditer(plain) if (kind := match.lastgroup)]
    if len(parts) != 2:
        return ""
    code = parts[0] + parts[1].lower()
    return code if code in FLOWS else ""


def _points(
    rows: Iterator[list[str]], flows: Mapping[int, str], zone: ZoneInfo, asked_at: float
) -> Iterator[tuple[float, dict[str, float]]]:
    """Moment (UTC epoch, s) and energies of each line; of an hour that comes twice the first comes first."""
    before = float("-inf")
    for row in rows:
        there = _time(row[0])
        at = moment_of(there, zone)
        if at <= before:
            at = moment_of(there.replace(fold=1), zone)
        if at <= before:
            raise NoVrmCsv(f"its lines are not in order of time at {clean(row[0], 30)}: leave them as downloaded")
        if at > asked_at + DAY_S:
            raise NoVrmCsv(f"its line of {clean(row[0], 30)} lies in the future")
        before = at
        energies = {code: kwh for n, code in flows.items() if n < len(row) and (kwh := _kwh(row[n])) is not None}
        yield at, energies


def _time(text: str) -> datetime:
    for form in _TIMES:
        try:
            found = datetime.strptime(text.strip(), form)  # noqa: DTZ007 - the zone stands in the second line
        except ValueError:
            continue
        if found.year in YEARS:
            return found
    raise NoVrmCsv(f"{clean(text, 40)!r} is no time such as 2026-03-17 00:15:00")


def _kwh(text: str) -> float | None:
    """An energy; None for an empty cell."""
    if not (plain := text.strip().replace("\u00a0", "")):
        return None
    try:
        value = float(plain.replace(",", "."))
    except ValueError:
        value = float("nan")
    if not isfinite(value) or not 0.0 <= value <= LARGEST_KWH:
        raise NoVrmCsv(f"{clean(text, 40)!r} is no energy in kWh")
    return value


def _step_s(moments: Sequence[float]) -> int:
    """The time from line to line: a quarter of an hour, half or a whole one."""
    steps = [round(later - at) for at, later in pairwise(moments)]
    step_s = mode(steps) if steps else int(HOUR_S)
    if step_s % QUARTER_S or not QUARTER_S <= step_s <= HOUR_S:
        raise NoVrmCsv(f"its lines are {step_s:,} s apart: those of a quarter of an hour to an hour are expected")
    return step_s
