"""Takes the past of a station at Victron's portal into the store, newest first. What is there is not asked for again.

Where it stands is told by the days that are kept, each asked for once it was over: whoever is killed goes on there.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from victron_console.catalogue.vrm import LONGEST_STATS_DAYS, OLDEST_DAYS
from victron_console.model.clock import Clock, local
from victron_console.model.external.external_day import blocks
from victron_console.model.progress import Tell, untold
from victron_console.model.units import DAY_S
from victron_console.sources.vrm.client import VrmClient
from victron_console.sources.vrm.sites import VrmSite
from victron_console.sources.vrm.stats import SOURCE, read_days, yesterday
from victron_console.store.connection import open_writable, transaction
from victron_console.store.event_log import add_events
from victron_console.store.external import record_external
from victron_console.store.read.reader import Reader
from victron_console.store.records import Event

AT_ONCE_DAYS = LONGEST_STATS_DAYS - 1
"""A day of 25 hours has its place in the limit."""
SETTLED_S = 3 * DAY_S
"""The portal corrects values of days that are over: what was asked for sooner is asked for once more."""

LINES_AT_MOST = 100
_SAID, _SITE = "Victron's portal, site", "vrm_site"
"""By which a line of the log says of which site a past is."""


@dataclass(frozen=True, slots=True)
class Backfilled:
    """What a run brought."""

    days: int
    """Asked for and kept."""
    empty: int
    """Of these, days that the portal has nothing of."""
    kept: int
    """Days that were there already."""


def days_to_ask(asked: Mapping[date, tuple[float, float]], since: date, until: date) -> list[list[date]]:
    """The days from one to another, both included, that are missing or were not settled, newest first, as they are
    asked for at once.

    Args:
        asked: when each day that is kept ended and was asked for (UTC epoch, s).
        since: the oldest.
        until: the newest; it must be over.
    """
    wanted = [
        day
        for n in range((until - since).days + 1)
        if (day := since + timedelta(days=n)) not in asked or asked[day][1] < asked[day][0] + SETTLED_S
    ]
    return list(blocks(wanted, AT_ONCE_DAYS))[::-1]


def oldest_day(site: VrmSite, now: float, zone: ZoneInfo) -> date:
    """The first local day that the portal can have anything of."""
    since = now - OLDEST_DAYS * DAY_S
    return local(max(since, min(site.created_at or 0.0, now)), zone).date()


async def backfill(
    store: Path, station: str, client: VrmClient, site: VrmSite, zone: ZoneInfo, clock: Clock,
    since: date | None = None, tell: Tell = untold,
) -> Backfilled:  # fmt: skip
    """Take in what is missing of a station's past, up to yesterday.

    Args:
        store: which has the station; a collector may run.
        station: its id.
        client: of the account.
        site: the station at the portal.
        zone: of the site's days.
        clock: names the moments.
        since: the oldest day; None is all that the portal has.
        tell: told how far it is.

    Raises:
        SourceError: the portal gives no more; what came before it is kept.
        StoreError: the store cannot be written.
        ValueError: what is in is of another site.
    """
    now = clock.now()
    first = max(since or date.min, oldest_day(site, now, zone))
    with closing(Reader(store, clock)) as reader:
        asked = reader.external_asked(station, SOURCE)
        is_new = _refuse_another(reader, station, site, now)
    runs = days_to_ask(asked, first, yesterday(now, zone))
    total, days, empty = sum(map(len, runs)), 0, 0
    with closing(open_writable(store)) as db:
        if is_new and runs:
            with transaction(db):
                add_events(
                    db, [Event(now, station, "station", f"past taken in: {_SAID} {site.number}", {_SITE: site.number})]
                )
        for run in runs:
            found = await read_days(client, site.number, run, zone, clock.now())
            record_external(db, station, found)
            days += len(found)
            empty += sum(not day.seen() for day in found)
            tell(days / total)
    return Backfilled(days, empty, len(asked))


def _refuse_another(reader: Reader, station: str, site: VrmSite, now: float) -> bool:
    """Refuse to mix two sites into one past; gives whether nothing was taken in before that says of which it is."""
    said = reader.events(0.0, now, station, ("station",), _SAID, LINES_AT_MOST)
    numbers = {line.details[_SITE] for line in said if _SITE in line.details}
    if numbers - {site.number}:
        raise ValueError(
            f"{station} has the past of site {min(numbers - {site.number})}, not of {site.number}: they are not mixed. "
            f"Take it in as a station of its own"
        )
    return not numbers
