"""What an operator does to the list of maintenance jobs: what is asked, and what is written then."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from victron_console.console.kit.frame.host import Write
from victron_console.console.kit.frame.prompt import LinePrompt
from victron_console.console.kit.frame.screen import ConsoleScreen
from victron_console.model.clock import local
from victron_console.model.units import DAY_S
from victron_console.store.operator.jobs import JobRow, add_job, edit_job, finish_job

if TYPE_CHECKING:
    from victron_console.diagnosing.verdict.proposals import Proposal

HINT = "what is to be done @ 14d, or @ 2026-12-24; without @ it has no date"
_DUE = re.compile(r"^(?P<what>.*?)\s*@\s*(?:(?P<number>\d{1,4})\s*(?P<unit>[dwm])|(?P<date>\d{4}-\d\d-\d\d))\s*$")
_DAYS = {"d": 1, "w": 7, "m": 30}


def due_of(line: str, now: float) -> tuple[str, float | None]:
    """What is to be done and by when (UTC epoch, s), of a line such as `tighten busbars @ 2w`.

    Raises:
        ValueError: there is an `@`, but no date or span behind it.
    """
    found = _DUE.match(line)
    if found is None:
        if "@" in line:
            raise ValueError("Behind @ write how long from now, such as 14d, 2w or 3m, or a date such as 2026-12-24.")
        return line.strip(), None
    if found["date"]:
        zone = local(now).tzinfo
        return found["what"], datetime.fromisoformat(found["date"]).replace(hour=12, tzinfo=zone).timestamp()
    return found["what"], now + int(found["number"]) * _DAYS[found["unit"]] * DAY_S


class JobActions:
    """What one screen's operator does to jobs."""

    def __init__(self, screen: ConsoleScreen, then: Callable[[], None]) -> None:
        """For a screen; `then` is called once something is written."""
        self._screen = screen
        self._then = then

    def add(self, station: str, site: str) -> None:
        """Ask for a job of a site and put it on the list."""
        self._ask(f"job at {site}", "", HINT, partial(self._added, station, ""))

    def take(self, proposal: Proposal) -> None:
        """Put a proposal on the list, in the words and by the date that the operator leaves."""
        job = proposal.job
        value = f"{job.what} @ {local(job.deadline):%Y-%m-%d}"
        self._ask("job", value, HINT, partial(self._added, job.site, proposal.reason))

    def edit(self, job: JobRow) -> None:
        """Change what is to be done and by when."""
        due = "" if job.due_at is None else f" @ {local(job.due_at):%Y-%m-%d}"
        self._ask("job", job.what + due, HINT, partial(self._edited, job.id))

    def note(self, job: JobRow) -> None:
        """Write something to a job."""
        self._ask("note", job.note, f"to {job.what}", lambda text: self._do(partial(edit_job, job=job.id, note=text)))

    def finish(self, job: JobRow) -> None:
        """It is done; a note may say how."""
        self._ask(
            "done", job.note, "what was found and done; may be empty",
            lambda text: self._do(partial(finish_job, job=job.id, note=text)),
        )  # fmt: skip

    def _do(self, write: Write) -> None:
        self._screen.console.operator.do([write], self._then)

    def _ask(self, prompt: str, value: str, hint: str, then: Callable[[str], None]) -> None:
        def answered(line: str | None) -> None:
            if line is not None:
                then(line)

        if self._screen.console.operator.may_write():
            self._screen.prompt(LinePrompt(prompt, value=value, hint=hint), answered)

    def _added(self, station: str, reason: str, line: str) -> None:
        if (found := self._understood(line)) is not None:
            what, due_at = found
            self._do(partial(add_job, station=station, what=what, due_at=due_at, reason=reason))

    def _edited(self, job: int, line: str) -> None:
        if (found := self._understood(line)) is not None:
            what, due_at = found
            self._do(partial(edit_job, job=job, what=what, due_at=due_at))

    def _understood(self, line: str) -> tuple[str, float | None] | None:
        try:
            return due_of(line, self._screen.console.now)
        except ValueError as error:
            self._screen.console.say(str(error))
            return None
