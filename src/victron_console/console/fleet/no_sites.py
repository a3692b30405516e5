"""What stands in the place of the sites where there is none to show."""

from __future__ import annotations

from collections.abc import Sequence

from victron_console.console.kit.text import plain

FIRST_RUN = (
    "",
    "No station is configured yet, or none of the station files is right.",
    "",
    "victron-console check                          what is wrong in the files",
    "victron-console add venus.local                asks it, and writes its file",
    "victron-console --url http://venus.local:8088  looks at it without a file",
    "victron-console demo                           simulated stations",
)
NOTHING_FITS = ("", "No site fits the filter; / changes it, z shows all again.")


def unanswered(stations: Sequence[str]) -> tuple[str, ...]:
    """What stands in the place of the sites until the first has answered; nothing where none is configured."""
    if not stations:
        return ()
    named = stations[0] if len(stations) == 1 else f"{len(stations)} stations"
    return ("", f"Asking {plain(named)} ...", "", "Link (7) tells how each is reached.")
