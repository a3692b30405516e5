"""What a collector answers over HTTP: the documents that agents get, by the same names and arguments. It only reads."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from victron_console import __version__
from victron_console.contract.agents.answering import Answering, Refused
from victron_console.contract.agents.tools import TOOLS, Tool
from victron_console.contract.form import VERSION
from victron_console.endpoint.guard import TokenGuard

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

log = logging.getLogger(__name__)

PREFIX = "/v1/"
QUERY_AT_MOST = 4_096
ARGUMENTS_AT_MOST = 40
ANSWERED: Mapping[str, Tool] = {name: tool for name, tool in TOOLS.items() if not tool.long}
"""What takes seconds of work is left to `victron-console mcp` and the commands: beside the polls it would be felt."""
_HEADERS = [
    ("Content-Type", "application/json; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
]


class _Unanswered(Exception):
    """A request that gets an error: its status, and why, as a sentence."""

    def __init__(self, status: str, said: str, *headers: tuple[str, str]) -> None:
        super().__init__(said)
        self.status, self.said, self.headers = status, said, headers


@dataclass(frozen=True, slots=True)
class CollectorAnswers:
    """A WSGI application; called in several threads at once."""

    answering: Answering
    guard: TokenGuard
    _nobody_waits: Event = field(default_factory=Event)

    def __call__(self, request: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        status, headers = "200 OK", _HEADERS
        try:
            body = self._answer(request).encode()
        except _Unanswered as error:
            status, headers = error.status, [*_HEADERS, *error.headers]
            body = json.dumps({"error": error.said}, ensure_ascii=False).encode()
        start(status, [*headers, ("Content-Length", str(len(body)))])
        return [body]

    def _answer(self, request: WSGIEnvironment) -> str:
        if not self.guard.lets_in(request.get("HTTP_AUTHORIZATION", "")):
            raise _Unanswered("401 Unauthorized", "show the collector's token", ("WWW-Authenticate", "Bearer"))
        if request["REQUEST_METHOD"] != "GET":
            raise _Unanswered("405 Method Not Allowed", "this only reads: ask by GET", ("Allow", "GET"))
        path = request.get("PATH_INFO", "")
        if path == PREFIX:
            return _contents()
        name = path.removeprefix(PREFIX)
        if not path.startswith(PREFIX) or name not in ANSWERED:
            raise _Unanswered("404 Not Found", f"{PREFIX} lists what can be asked")
        given = _arguments(request.get("QUERY_STRING", ""), ANSWERED[name])
        try:
            return self.answering.answer(name, given, self._nobody_waits).text
        except Refused as refused:
            raise _Unanswered("400 Bad Request", str(refused)) from None
        except Exception:
            log.exception("a request for %s could not be answered", name)
            raise _Unanswered("500 Internal Server Error", "a fault of ours: the collector's log has it") from None


def _arguments(query: str, tool: Tool) -> dict[str, Any]:
    """What a query gives; the tool's own check says whether it is right."""
    if len(query) > QUERY_AT_MOST:
        raise _Unanswered("414 URI Too Long", f"a query has at most {QUERY_AT_MOST} characters")
    try:
        given = parse_qs(query, keep_blank_values=True, errors="strict", max_num_fields=ARGUMENTS_AT_MOST)
    except ValueError:
        raise _Unanswered("400 Bad Request", "the query cannot be read") from None
    return {name: values if _takes_many(tool, name) or len(values) > 1 else values[0] for name, values in given.items()}


def _takes_many(tool: Tool, name: str) -> bool:
    known = tool.takes.model_fields.get(name)
    return known is not None and isinstance(known.default, tuple)


def _contents() -> str:
    """What can be asked, with what each takes and the form of its answer, as `victron-console schema` prints it."""
    answers = {
        name: {"about": tool.about, "form": tool.form, "takes": tool.takes.model_json_schema()["properties"]}
        for name, tool in ANSWERED.items()
    }
    return json.dumps({"version": VERSION, "program": __version__, "answers": answers}, ensure_ascii=False)
