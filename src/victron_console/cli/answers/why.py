"""`why`: what limits a station, in the order in which the system itself applies limits, with the values behind it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial
from textwrap import wrap

import click

from victron_console.cli.answers.echo import echo_json
from victron_console.cli.failures import failing_plainly
from victron_console.cli.options import Options, common_options
from victron_console.cli.parameters.completion import station_ids
from victron_console.cli.parameters.times import Moment
from victron_console.contract.why import why_document
from victron_console.diagnosing.why.asked import WhyAnswer, why, why_alarm
from victron_console.insight.why.answer import Fact, Question, Sentence
from victron_console.model.clock import SystemClock, local
from victron_console.store.read.reader import Reader

TEXT_COLUMNS = 100
ANSWERED, CANNOT_TELL = 0, 3


@click.command("why")
@click.argument("station", shell_complete=station_ids)
@click.argument("question", required=False, type=click.Choice([str(each) for each in Question]))
@click.argument("alarm", required=False, type=int, metavar="[ID]")
@click.option("--at", type=Moment(), help="As it was at a time: 2h, 03:14, `yesterday 3:14`.")
@click.option("--json", "as_json", is_flag=True, help="The answer as data, for scripts.")
@common_options
@partial(failing_plainly, exit_status=CANNOT_TELL)
def why_command(
    options: Options, station: str, question: str | None, alarm: int | None, at: float | None, as_json: bool
) -> None:
    """Say why STATION does what it does: what limits it, what changed before, when and where else it is so.

    Without a QUESTION: the one that the moment suggests. An ID goes with the question `alarm`.
    Exit status: 0 a cause is named or there is nothing to explain, 3 cannot tell.
    """
    if (question == Question.ALARM) != (alarm is not None):
        raise click.UsageError("Write `alarm` and its number: `victron-console alerts` lists them.")
    clock = SystemClock()
    now = clock.now() if at is None else at
    with closing(Reader(options.store_path, clock)) as reader:
        if alarm is None:
            answer = why(reader, station, Question(question) if question else None, now, at)
        else:
            answer = _of_alarm(reader, station, alarm, now, at)
    if as_json:
        echo_json("why", why_document(answer, live=at is None))
    else:
        click.echo("\n".join(answer_lines(answer, past=at is not None)))
    sys.exit(CANNOT_TELL if answer.reasons.cannot_tell else ANSWERED)


def _of_alarm(reader: Reader, station: str, number: int, now: float, at: float | None) -> WhyAnswer:
    view = reader.alert(number, at)
    if view is None or view.occurrence.key.station != station:
        raise click.ClickException(f"There is no alarm {number} at {station}: `victron-console alerts` lists them.")
    return why_alarm(reader, view.occurrence, now, at)


def answer_lines(answer: WhyAnswer, *, past: bool) -> Iterator[str]:
    """The answer as lines of text."""
    found = answer.reasons
    moment = f", {local(answer.at):%Y-%m-%d %H:%M:%S}" if past or answer.alarm is not None else ""
    yield f"{answer.name} ({answer.station}){moment}: {found.question.words}"
    if answer.link:
        yield from _wrapped("", answer.link)
    yield from _sentence("", found.premise, answer.at)
    for number, cause in enumerate(found.causes):
        yield ""
        yield from _sentence("Because: " if not number else "Also:    ", cause.said, answer.at)
        if cause.action:
            yield from _wrapped("      -> ", cause.action)
    if found.cannot_tell:
        yield from _wrapped("Cannot tell why: ", f"{found.cannot_tell}.")
    yield from _block("Since", answer.since)
    if answer.changes:
        yield ""
        yield "Changed before it:"
        for change in answer.changes:
            yield from _wrapped(f"  {local(change.at):%d %b %H:%M}  ", f"{change.kind}: {change.text}")
    yield from _block("Before and elsewhere", [each for each in (answer.earlier, answer.elsewhere) if each])
    yield from _block("Looked at, and not it", found.passed)
    yield from _block("Could not be looked at", found.unseen)


def _block(head: str, sentences: Sequence[Sentence]) -> Iterator[str]:
    if sentences:
        yield ""
        yield f"{head}:"
        for said in sentences:
            yield from _wrapped("  ", said.text)


def _sentence(head: str, said: Sentence, now: float) -> Iterator[str]:
    yield from _wrapped(head, said.text)
    for fact in said.facts:
        yield f"         {fact.words:<24} {fact.source}{_aged(fact, now)}"


def _aged(fact: Fact, now: float) -> str:
    if fact.at is None:
        return ""
    quality = "" if fact.quality == "good" else f", {fact.quality}"
    return f", {max(0.0, now - fact.at):.0f} s ago{quality}"


def _wrapped(head: str, text: str) -> list[str]:
    rows = wrap(text, TEXT_COLUMNS - len(head)) or [""]
    return [head + rows[0], *(" " * len(head) + row for row in rows[1:])]
