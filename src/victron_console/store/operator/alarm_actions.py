"""What an operator does to alarms, as rows with a line each in the log. From any console.

Rows are only ever added, but for an acknowledgement that is taken back at once: its row goes, the log keeps both.
Every command may be given twice: the second says that there was nothing to do. Looking never acknowledges.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from victron_console.model.alert import SHELVE_CRITICAL_AT_MOST_S, AlertEvent, Occurrence, Severity
from victron_console.store.alarms.engine_rows import alert_view, log, maintenances, shelves
from victron_console.store.connection import transaction

if TYPE_CHECKING:
    from sqlite_utils import Database

REASON_AT_MOST = 500
SHELVE_AT_MOST_S = 7 * 86_400.0
SHELVE_DEFAULT_S = 3600.0
WITHDRAWN_WITHIN_S = 60.0
"""So long an operator may take back an acknowledgement: a slip of the finger, not a change of mind."""
TAGGED = "Its maintenance is that of a tag: `victron-console alerts maintenance TAG --tag --end` ends it."


def check_shelving(severity: Severity, seconds: float, reason: str) -> None:
    """Whether an alarm of a severity may be shelved for so long.

    Raises:
        ValueError: a sentence for the operator: no reason, no end, or an end too far away.
    """
    if not reason.strip():
        raise ValueError("Shelving needs a reason: say why the alarm may be put aside.")
    if seconds <= 0:
        raise ValueError("Shelving needs an end in the future.")
    if seconds > SHELVE_AT_MOST_S:
        raise ValueError("An alarm can be shelved for 7 days at most; for longer put the station into maintenance.")
    if severity is Severity.CRITICAL and seconds > SHELVE_CRITICAL_AT_MOST_S:
        raise ValueError("A critical alarm can be shelved for 24 hours at most.")


def acknowledge(db: Database, occurrence: int, *, now: float, who: str, comment: str = "") -> str:
    """Acknowledge an occurrence at the severity it has now; an escalation later alarms again.

    Returns:
        A sentence: done, or why there was nothing to do.

    Raises:
        StoreError: the store cannot be written.
    """
    with transaction(db):
        view = alert_view(db, occurrence, now, {})
        if view is None:
            return f"There is no alarm {occurrence}."
        it = view.occurrence
        if view.ack is not None and not comment.strip():
            return f"{view.ack.who} has acknowledged it already."
        if view.ack is not None:
            _comment(db, it, comment, now, who)
            return f"{view.ack.who} has acknowledged it already; your comment is added."
        db.table("alert_ack").insert(
            {"occurrence": it.id, "severity": it.severity.value, "at": now, "who": who,
             "comment": comment[:REASON_AT_MOST]}
        )  # fmt: skip
        log(db, _event(it, now, "acknowledged", who, comment or it.title))
    return f"Acknowledged: {it.title}."


def withdraw_ack(db: Database, occurrence: int, *, now: float, who: str) -> str:
    """Take back an acknowledgement that the same operator has just made; the log keeps both.

    Raises:
        StoreError: the store cannot be written.
    """
    with transaction(db):
        view = alert_view(db, occurrence, now, {})
        mine = "occurrence = ? AND who = ? AND at > ?"
        since = now - WITHDRAWN_WITHIN_S
        if view is None or not db.table("alert_ack").count_where(mine, [occurrence, who, since]):
            return "It is too late to take that back."
        db.table("alert_ack").delete_where(mine, [occurrence, who, since])
        log(db, _event(view.occurrence, now, "ack taken back", who, view.occurrence.title))
    return f"Not acknowledged: {view.occurrence.title}."


def comment(db: Database, occurrence: int, *, text: str, now: float, who: str) -> str:
    """Write something to an occurrence.

    Raises:
        ValueError: there is nothing written.
        StoreError: the store cannot be written.
    """
    if not text.strip():
        raise ValueError("A comment needs some text.")
    with transaction(db):
        view = alert_view(db, occurrence, now, {})
        if view is None:
            return f"There is no alarm {occurrence}."
        _comment(db, view.occurrence, text, now, who)
    return "Written down."


def _comment(db: Database, it: Occurrence, text: str, now: float, who: str) -> None:
    db.table("alert_comment").insert({"occurrence": it.id, "at": now, "who": who, "text": text[:REASON_AT_MOST]})
    log(db, _event(it, now, "commented", who, text))


def shelve(
    db: Database,
    occurrence: int,
    *,
    reason: str,
    seconds: float | None = SHELVE_DEFAULT_S,
    now: float,
    who: str,
) -> str:
    """Put an alarm aside, this occurrence and those to come, until a time.

    Args:
        db: the operator's database.
        occurrence: which one.
        reason: why; compulsory.
        seconds: for how long; None: this occurrence alone until it clears, at most as long as its severity allows.
        now: the moment (UTC epoch, s).
        who: the operator.

    Raises:
        ValueError: no reason, or too long: critical at most a day, others at most a week.
        StoreError: the store cannot be written.
    """
    with transaction(db):
        view = alert_view(db, occurrence, now, {})
        if view is None:
            return f"There is no alarm {occurrence}."
        it = view.occurrence
        span = _longest_s(it.severity) if seconds is None else seconds
        check_shelving(it.severity, span, reason)
        if any(shelf.covers(it, now) and shelf.until >= now + span for shelf in shelves(db.conn, now)):
            return "It is shelved for as long already."
        once = it.id if seconds is None else None
        db.table("shelf").insert(
            {"at": now, "until": now + span, "who": who, "reason": reason[:REASON_AT_MOST],
             "severity": it.severity.value, "key": str(it.key), "station": "", "family": "", "occurrence": once}
        )  # fmt: skip
        log(db, _event(it, now, "shelved", who, reason))
    return f"Shelved: {it.title}."


def unshelve(db: Database, shelf: int, *, now: float, who: str) -> str:
    """End a shelf early.

    Raises:
        StoreError: the store cannot be written.
    """
    with transaction(db):
        held = next((each for each in shelves(db.conn, now) if each.id == shelf), None)
        if held is None:
            return "That shelf has ended already."
        db.table("shelf_end").insert({"shelf": shelf, "at": now, "who": who}, ignore=True)
        log(db, AlertEvent(now, "unshelved", held.key.station, str(held.key), "Ended early", who=who))
    return "Unshelved."


def unshelve_alarm(db: Database, occurrence: int, *, now: float, who: str) -> str:
    """End early the shelf that holds an alarm.

    Raises:
        StoreError: the store cannot be written.
    """
    view = alert_view(db, occurrence, now, {})
    return "It is not shelved." if view is None or view.shelf is None else unshelve(db, view.shelf.id, now=now, who=who)


def begin_maintenance(
    db: Database, *, reason: str, seconds: float, now: float, who: str, station: str = "", tag: str = ""
) -> str:
    """Take a station, or all stations of a tag, out of service for so long.

    Raises:
        ValueError: not exactly one of station and tag, no reason, or no end in the future.
        StoreError: the store cannot be written.
    """
    if bool(station) == bool(tag):
        raise ValueError("Maintenance is of a station or of a tag.")
    if not reason.strip():
        raise ValueError("Maintenance needs a reason: say what is done.")
    if seconds <= 0:
        raise ValueError("Maintenance needs an end in the future.")
    until = now + seconds
    with transaction(db):
        db.table("maintenance").insert(
            {"start": now, "until": until, "who": who, "reason": reason[:REASON_AT_MOST], "station": station,
             "tag": tag}
        )  # fmt: skip
        log(db, AlertEvent(now, "maintenance", station, "", reason, who=who, details={"tag": tag, "until": until}))
    return f"In maintenance: {station or 'all of ' + tag}."


def end_maintenance(db: Database, maintenance: int, *, now: float, who: str) -> str:
    """Put a station or tag back into service.

    Raises:
        StoreError: the store cannot be written.
    """
    with transaction(db):
        held = next((each for each in maintenances(db.conn, now) if each.id == maintenance), None)
        if held is None:
            return "That maintenance has ended already."
        db.table("maintenance_end").insert({"maintenance": maintenance, "at": now, "who": who}, ignore=True)
        log(
            db,
            AlertEvent(now, "maintenance ended", held.station, "", held.reason, who=who, details={"tag": held.tag}),
        )
    return "Back in service."


def end_maintenance_of(db: Database, station: str, *, now: float, who: str) -> str:
    """Put a station back into service; the maintenance of a tag that it has is another one.

    Raises:
        StoreError: the store cannot be written.
    """
    own = [each for each in maintenances(db.conn, now) if each.station == station]
    said = [end_maintenance(db, each.id, now=now, who=who) for each in own]
    return said[-1] if said else TAGGED


def _longest_s(severity: Severity) -> float:
    return SHELVE_CRITICAL_AT_MOST_S if severity is Severity.CRITICAL else SHELVE_AT_MOST_S


def _event(it: Occurrence, now: float, kind: str, who: str, text: str) -> AlertEvent:
    return AlertEvent(now, kind, it.key.station, str(it.key), text[:REASON_AT_MOST], it.id, it.severity, who)
