"""The sites of an account at the portal, as far as a station file needs them. What the portal says is hostile input."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from zoneinfo import ZoneInfo

from victron_console.catalogue.vrm import LATITUDE, LONGITUDE, broker_of
from victron_console.model.text import clean
from victron_console.sources.base import BadAnswer
from victron_console.sources.vrm.client import VrmClient

_PORTAL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_BROKER = re.compile(r"[a-z0-9-]{1,60}(\.[a-z0-9-]{1,60})+", re.IGNORECASE)
MOST_SITES = 10_000
LATEST = 32_503_680_000.0
"""The year 3000 (UTC epoch, s): a later moment is in milliseconds, or none."""


@dataclass(frozen=True, slots=True)
class VrmAccount:
    """Who asks."""

    user: int
    email: str
    """The user name at the brokers."""


@dataclass(frozen=True, slots=True)
class VrmSite:
    """One installation of an account."""

    number: int
    name: str
    portal_id: str
    """Empty where the site has no GX."""
    zone: str | None
    """An IANA time zone; None where it says none that is known."""
    broker: str
    place: tuple[float, float] | None
    """Degrees of latitude and longitude."""
    last_at: float | None
    """When it last sent anything (UTC epoch, s)."""
    created_at: float | None = None
    """When it was made at the portal (UTC epoch, s): nothing is older."""
    tags: tuple[str, ...] = ()
    trouble: str = ""
    """Why it cannot be a station, or empty."""

    def is_called(self, word: str) -> bool:
        """Whether a word names it: its name, its number, its portal id or one of its tags."""
        names = (self.name, str(self.number), self.portal_id, *self.tags)
        return word.casefold().strip() in {name.casefold() for name in names if name}


async def read_account(client: VrmClient) -> VrmAccount:
    """Who the token belongs to.

    Raises:
        SourceError: as `VrmClient.get`, also where the answer names no user.
    """
    user = (await client.get("/users/me")).get("user")
    if not isinstance(user, dict) or (number := whole(user.get("id"))) is None:
        raise BadAnswer(f"{client.place} does not say whose token it is.")
    return VrmAccount(number, clean(str(user.get("email") or ""), 256))


async def read_sites(client: VrmClient, account: VrmAccount) -> list[VrmSite]:
    """All sites of the account, by name.

    Raises:
        SourceError: as `VrmClient.get`.
    """
    answer = await client.get(f"/users/{account.user}/installations", {"extended": 1})
    records = answer.get("records")
    if not isinstance(records, list):
        raise BadAnswer(f"{client.place} gives no list of sites.")
    sites = [site for record in records[:MOST_SITES] if (site := site_of(record)) is not None]
    return sorted(_each_once(sites), key=lambda site: (site.name.casefold(), site.number))


def site_of(record: object) -> VrmSite | None:
    """A site of the list; None where the record is none."""
    if not isinstance(record, dict) or (number := whole(record.get("idSite"))) is None:
        return None
    given = record.get("identifier")
    portal_id = given if isinstance(given, str) and _PORTAL_ID.fullmatch(given) else ""
    host = record.get("mqtt_host")
    known = isinstance(host, str) and _BROKER.fullmatch(host) is not None
    return VrmSite(
        number=number,
        name=_line(record.get("name")) or f"site {number}",
        portal_id=portal_id,
        zone=_zone(record.get("timezone")),
        broker=str(host).lower() if known else broker_of(portal_id),
        place=_place(record.get("extended")),
        last_at=moment(record.get("last_timestamp")),
        created_at=moment(record.get("syscreated")),
        tags=_tags(record.get("tags")),
        trouble="" if portal_id else "it has no GX",
    )


def _each_once(sites: Sequence[VrmSite]) -> list[VrmSite]:
    """No number twice; of sites that share a GX none can be told from the other."""
    by_number = {site.number: site for site in sites}
    shared = Counter(site.portal_id.lower() for site in by_number.values() if site.portal_id)
    return [
        replace(site, trouble=f"its GX {site.portal_id} is of another site, too")
        if shared[site.portal_id.lower()] > 1
        else site
        for site in by_number.values()
    ]


def number_of(value: object) -> float | None:
    """A finite number, also one that came as text; None for all else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):  # a whole number of any length is JSON
        return None
    return found if isfinite(found) else None


def moment(value: object) -> float | None:
    """A moment that a calendar can show (UTC epoch, s), also as text; None for all else."""
    found = number_of(value)
    return found if found is not None and 0.0 < found < LATEST else None


def whole(value: object) -> int | None:
    """A positive whole number, also as text."""
    found = number_of(value)
    return int(found) if found is not None and 0 < found < 2**53 and found == int(found) else None


def _line(value: object) -> str:
    return " ".join(clean(value, 100).replace("\ufffd", " ").split()) if isinstance(value, str) else ""


def _zone(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    try:
        ZoneInfo(value)
    except (ValueError, OSError, KeyError):
        return None
    return value


def _tags(value: object) -> tuple[str, ...]:
    """Those that a user gave; the portal's own tell of alarms of the moment."""
    if not isinstance(value, list):
        return ()
    own = [each for each in value if isinstance(each, dict) and not each.get("automatic")]
    return tuple(dict.fromkeys(text for each in own[:50] if (text := _line(each.get("name")))))


def _place(extended: object) -> tuple[float, float] | None:
    if not isinstance(extended, list):
        return None
    raw = {each.get("code"): number_of(each.get("rawValue")) for each in extended if isinstance(each, dict)}
    latitude, longitude = raw.get(LATITUDE), raw.get(LONGITUDE)
    if latitude is None or longitude is None or not (abs(latitude) <= 90 and abs(longitude) <= 180):
        return None
    return latitude, longitude


async def read_gateways(client: VrmClient, site: VrmSite) -> list[str]:
    """The portal ids of a site's gateways; usually one.

    Raises:
        SourceError: as `VrmClient.get`.
    """
    records = (await client.get(f"/installations/{site.number}/system-overview")).get("records")
    devices = records.get("devices") if isinstance(records, Mapping) else None
    found = [
        each.get("identifier") for each in devices or () if isinstance(each, dict) and each.get("name") == "Gateway"
    ]
    return sorted({text for text in found if isinstance(text, str) and _PORTAL_ID.fullmatch(text)})
