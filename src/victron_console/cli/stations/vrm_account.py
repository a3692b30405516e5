"""The account at Victron's portal that the configuration names, and its sites beside the configured stations."""

from __future__ import annotations

from collections.abc import Sequence

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
