"""What a comparison with the portal came to, as lines to read."""

from __future__ import annotations

from collections.abc import Iterator

from victron_console.catalogue.vrm import EnergyKind
from victron_console.diagnosing.external.comparison import Compared
from victron_console.diagnosing.external.validation import KindVerdict, Validation


def validation_lines(found: Validation, everything: bool) -> Iterator[str]:
    """The days that differ, or all, then what came of each kind and of all."""
    rows = [row for row in found.rows if everything or not row.agrees or row.why is not None]
    if rows:
        yield f"{'day':<12}{'kWh of':<12}{'ours':>9}{'portal':>9}{'differ':>9}  why"
    for row in rows:
        yield (
            f"{row.day!s:<12}{row.kind:<12}{_kwh(row.ours):>9}{_kwh(row.theirs):>9}"
            f"{_signed(row.difference):>9}  {_why(row)}"
        ).rstrip()
    if found.zone_words:
        yield f"Another time zone: {found.zone_words}; the same hours are compared here."
    verdicts = found.verdicts()
    yield from map(_verdict, verdicts)
    if any(verdict.kind is EnergyKind.LOAD for verdict in verdicts):
        yield "Loads are what is left over of the others, as the portal has them: losses of conversion are among them."
    yield {
        True: "All that could be compared agrees, or differs for a known reason.",
        False: "Some of it differs for no known reason.",
        None: "Nothing could be compared: no day has enough of both.",
    }[found.is_good]


def _why(row: Compared) -> str:
    words = ": ".join(filter(None, [str(row.why or ""), row.words]))
    if row.agrees:
        return f"agrees, but for {words}" if words else "agrees"
    return f"cannot be compared, {words}" if row.agrees is None else words


def _verdict(one: KindVerdict) -> str:
    told = f"{one.kind}: {one.agree} of {one.days} days agree"
    if one.share is not None:
        told += f", there ours is {one.ours:.1f} kWh and the portal's {one.theirs:.1f} ({100 * one.share:+.1f} %)"
    differ = one.days - one.agree
    if not differ:
        return told
    return f"{told}; {differ} differ, {one.explained} of them for a known reason"


def _kwh(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _signed(value: float | None) -> str:
    return "-" if value is None else f"{value:+.2f}"
