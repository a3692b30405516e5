"""The account at Victron's portal that the configuration names, and its sites beside the configured stations."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from victron_console.config import LoadResult, StationConfig
from victron_console.model.clock import SystemClock
from victron_console.sources.vrm.client import VrmClient
from victron_console.sources.vrm.sites import VrmSite


def account_client(loaded: LoadResult) -> VrmClient:
    """Asks the portal as `[vrm]` says.

    Raises:
        ValueError: no token is configured, with how to give one.
    """
    if (access := loaded.vrm.access()) is None:
        raise ValueError(
            'no token of Victron\'s portal is configured: write [vrm] with token = "file:~/.vrm-token" into a '
            "configuration file. Make it in the portal (Preferences, Integrations, Access tokens), best as a user who "
            "may only watch the sites: nothing but watching is done with it"
        )
    return VrmClient(access, SystemClock())


def station_at(site: VrmSite, stations: Sequence[StationConfig]) -> StationConfig | None:
    """The station that a site is configured as."""
    wanted = site.portal_id.lower()
    return next((one for one in stations if wanted and wanted in one.portal_ids()), None)


def missing_at_portal(sites: Sequence[VrmSite], stations: Sequence[StationConfig]) -> list[StationConfig]:
    """The stations read over the portal whose site is not in the account any more."""
    there = {site.portal_id.lower() for site in sites}
    return [one for one in stations if one.asks_portal() and not there & one.portal_ids()]


def site_called(sites: Sequence[VrmSite], word: str) -> VrmSite:
    """The one site that a word names.

    Raises:
        ValueError: none, or several.
    """
    found = [site for site in sites if site.is_called(word)]
    if len(found) != 1:
        names = ", ".join(f"{site.number} {site.name}" for site in found[:5])
        raise ValueError(
            f"{word!r} names several sites: {names}; give a number" if found else f"no site is called {word!r}"
        )
    return found[0]


def site_named(sites: Sequence[VrmSite], word: str, station: str, portal_ids: Collection[str]) -> VrmSite:
    """The site that a word names for a station.

    Raises:
        ValueError: none or several, or one with another GX: two sites would be mixed into one past.
    """
    site, known = site_called(sites, word), sorted({portal_id.lower() for portal_id in portal_ids})
    if known and site.portal_id and site.portal_id.lower() not in known:
        raise ValueError(
            f"site {site.number} {site.name} has the GX {site.portal_id}, {station} has {', '.join(known)}: their "
            "pasts would be mixed; if the GX was exchanged, its new portal id belongs into the station's file"
        )
    return site


def site_of(sites: Sequence[VrmSite], station: str, portal_ids: Collection[str]) -> VrmSite:
    """The site that a station is, by the ids that its GX may have at the portal.

    Raises:
        ValueError: none has one of them, or several have.
    """
    known = {portal_id.lower() for portal_id in portal_ids}
    found = [site for site in sites if site.portal_id and site.portal_id.lower() in known]
    if len(found) == 1:
        return found[0]
    if found:
        why = f"several sites have the GX of {station}: {', '.join(str(site.number) for site in found)}"
    elif known:
        raise ValueError(
            f"the account has no site whose GX is that of {station} ({', '.join(sorted(known))}): the token's "
            "user must see it; if the GX was exchanged, its new portal id belongs into the station's file"
        )
    else:
        why = f"which site {station} is cannot be told before it was read once"
    raise ValueError(f"{why}: name it with --site NAME or NUMBER")
