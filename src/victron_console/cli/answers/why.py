"""`why`: what limits a station, in the order in which the system itself applies limits, with the values behind it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from textwrap import wrap

import click

from victron_console.cli.answers.echo import echo_json
from victron_console.cli.failures import failing_plainly
from victron_console.cli.options import Options, common_options
from victron_console.cli.parameters.completion import station_ids
from victron_console.cli.parameters.times import Moment
from victron_console.contract.why import why_answer, why_document
from victron_console.diagnosing.why.answer_text import answer_text
from victron_console.diagnosing.why.asked import WhyAnswer
from victron_console.insight.why.answer import Question
from victron_console.model.clock import SystemClock
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
        answer = why_answer(reader, station, now, at, Question(question) if question else None, alarm)
    if as_json:
        echo_json("why", why_document(answer, live=at is None))
    else:
        click.echo("\n".join(answer_lines(answer, past=at is not None)))
    sys.exit(CANNOT_TELL if answer.reasons.cannot_tell else ANSWERED)


def answer_lines(answer: WhyAnswer, *, past: bool) -> Iterator[str]:
    """The answer as lines of a terminal."""
    for line in answer_text(answer, dated=past):
        rows = wrap(line.text, TEXT_COLUMNS - len(line.lead)) or [""]
        yield f"{line.lead}{rows[0]}".rstrip()
        yield from (f"{' ' * len(line.lead)}{row}" for row in rows[1:])
