"""Answers one call: checks what was given, opens the store, and turns every error of ours into a sentence.

It knows nothing of the protocol. Called in a thread of its own, several at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from pydantic import ValidationError

from victron_console.config import ConfigError
from victron_console.contract.agents.arguments import Arguments
from victron_console.contract.agents.asking import Call, Setup, moment_of
from victron_console.contract.agents.tools import TOOLS, Tool
from victron_console.contract.form import Document
from victron_console.contract.schemas import compact_json
from victron_console.model.clock import Clock
from victron_console.model.nearest import nearest
from victron_console.model.text import clean
from victron_console.store.errors import CannotAnswer, StoreError
from victron_console.store.read.reader import Reader

MOST_BYTES = 2_000_000
"""Of an answer: whoever asks has to read it."""
SENTENCE_AT_MOST = 1000


class Refused(Exception):
    """A call that cannot be answered, with a sentence that says what to ask instead."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered."""

    document: Document
    text: str
    """As JSON."""


@dataclass(frozen=True, slots=True)
class Answering:
    """Answers calls from one store."""

    store: Path
    clock: Clock
    setup: Setup

    def answer(self, name: str, given: Mapping[str, Any], stopped: Event) -> Answer:
        """Answer a call. Each has a connection of its own, and what is short is of one state of the store.

        Args:
            name: of the tool.
            given: its arguments, as they came.
            stopped: set once nobody waits any more.

        Raises:
            Refused: says why there is no answer.
        """
        tool = TOOLS.get(name)
        if tool is None:
            raise Refused(f"there is no tool {clean(name)}{nearest(name, list(TOOLS))}")
        try:
            asked = tool.takes.model_validate(given)
        except ValidationError as error:
            raise Refused(_what_is_wrong(error)) from None
        try:
            with closing(Reader(self.store, self.clock)) as reader:
                document = self._answered(reader, tool, asked, stopped)
        except (StoreError, ConfigError, ValueError) as error:
            raise Refused(clean(" ".join(str(error).split()), SENTENCE_AT_MOST)) from None
        text = compact_json(document)
        if len(text) > MOST_BYTES:
            raise Refused("the answer is larger than 2 MB: ask for less of it at once, by limit, span or points")
        return Answer(document, text)

    def _answered(self, reader: Reader, tool: Tool, asked: Arguments, stopped: Event) -> Document:
        call = self._call(reader, asked, stopped)
        if tool.long:
            return tool.answer(call, asked)
        with reader.at_once():
            return tool.answer(call, asked)

    def _call(self, reader: Reader, asked: Arguments, stopped: Event) -> Call:
        """The call at its moment; a moment that is yet to come is none to look back to."""
        now = self.clock.now()
        as_of = None if asked.as_of is None else moment_of(asked.as_of, now)
        if as_of is not None and as_of > now:
            raise CannotAnswer("as_of lies in the future: leave it out for now")
        return Call(reader, now if as_of is None else as_of, as_of, self.setup, stopped)


def _what_is_wrong(error: ValidationError) -> str:
    """Each argument that is wrong and why, without what was given: that may be megabytes."""
    found = [
        f"{clean('.'.join(map(str, one['loc'])), 100) or 'the arguments'}: {clean(one['msg'], 200)}"
        for one in error.errors(include_input=False, include_url=False, include_context=False)[:5]
    ]
    return "; ".join(found)
