"""In which order alarms stand, and which one of a group came first. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from victron_console.console.kit.view import (
    ACKED,
    Alarm,
    AlarmRow,
    Mark,
)

UNSEEN = (Mark.NOW, Mark.TODAY, Mark.LOST)
FIRST_OUT_WITHIN_S = 600.0
"""Alarms of a site that follow each other by no more than this are one chain; its first one is marked."""


def most_urgent_first(alarms: Sequence[Alarm]) -> list[Alarm]:
    """In the order of the list: by urgency, then the newest; alarms of one station and urgency stand together."""
    newest: dict[tuple[Mark, str], float] = {}
    for alarm in alarms:
        group = (alarm.mark, alarm.station)
        newest[group] = max(newest.get(group, 0.0), alarm.since)
    return sorted(
        alarms,
        key=lambda a: (a.rank, -newest[a.mark, a.station], a.station, -a.since, a.id),
    )


def first_out(alarms: Sequence[Alarm]) -> list[Alarm]:
    """The alarms, with the first of every chain of standing ones of a site marked as such."""
    firsts: set[str] = set()
    by_station: dict[str, list[Alarm]] = {}
    for alarm in sorted(alarms, key=lambda alarm: (alarm.since, alarm.id)):
        if alarm.mark in (*UNSEEN, *ACKED) and alarm.station:
            by_station.setdefault(alarm.station, []).append(alarm)
    for chain in by_station.values():
        start = chain[0]
        for before, after in pairwise(chain):
            if after.since - before.since > FIRST_OUT_WITHIN_S:
                start = after
            else:
                firsts.add(start.id)
    return [replace(alarm, first=alarm.id in firsts or alarm.first) for alarm in alarms]


def folded(alarms: Sequence[Alarm]) -> list[AlarmRow]:
    """The alarms, the same ones of several sites as one row: what it shows, and whom it stands for."""
    by_fold: dict[str, list[Alarm]] = {}
    for alarm in alarms:
        by_fold.setdefault(f"fold {alarm.fold}" if alarm.fold else alarm.id, []).append(alarm)
    rows = []
    for members in by_fold.values():
        first = members[0]
        if len(members) > 1:
            sites = len({alarm.station for alarm in members})
            what = first.fold.partition(": ")[2] or first.fold.partition("?")[0] + "?"  # `Own uplink? 9 of 9 ...`
            first = replace(first, site=f"{sites} stations", what=what, value="", unit="", source="fleet", who="")
        rows.append(AlarmRow(first, tuple(members)))
    return rows
