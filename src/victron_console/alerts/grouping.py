"""Folds what many stations say at once into one line. For showing only: every occurrence stays its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from victron_console.model.alert import AlertView, Severity

STATIONS = 5
WITHIN_S = 300.0
UPLINK_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Group:
    """One line of the alarm list: an alarm, or the same one of several stations, the first out in front."""

    views: tuple[AlertView, ...]
    title: str
    severity: Severity

    @property
    def folded(self) -> bool:
        """Whether it stands for several stations."""
        return len(self.views) > 1


def grouped(views: Iterable[AlertView], stations: int = 0) -> list[Group]:
    """The lines of the alarm list: five stations and more that raise the same within five minutes become one.

    Args:
        views: the alarms to show.
        stations: how many stations the fleet has; when more than half go offline at once it is our own uplink.
    """
    by_family: dict[str, list[AlertView]] = {}
    for view in sorted(views, key=lambda view: (view.occurrence.raised_at, view.occurrence.id)):
        by_family.setdefault(view.occurrence.key.family, []).append(view)
    groups: list[Group] = []
    for same in by_family.values():
        for run in _runs(same):
            sites = {view.occurrence.key.station for view in run}
            if len(sites) >= STATIONS:
                groups.append(_folded(run, len(sites), stations))
            else:
                groups += [Group((view,), view.occurrence.title, view.occurrence.severity) for view in run]
    return sorted(groups, key=lambda group: group.views[0].occurrence.raised_at)


def _runs(views: Sequence[AlertView]) -> list[list[AlertView]]:
    """Views in order, cut where the first of a run is more than five minutes back."""
    runs: list[list[AlertView]] = []
    for view in views:
        if runs and view.occurrence.raised_at - runs[-1][0].occurrence.raised_at <= WITHIN_S:
            runs[-1].append(view)
        else:
            runs.append([view])
    return runs


def _folded(views: Sequence[AlertView], sites: int, stations: int) -> Group:
    first = views[0].occurrence
    worst = max((view.occurrence.severity for view in views), key=lambda severity: severity.weight)
    title = f"{sites} stations: {first.title}"
    if first.key.family == "offline" and stations and sites > UPLINK_SHARE * stations:
        title = f"Own uplink? {sites} of {stations} stations offline"
    return Group(tuple(views), title, worst)
