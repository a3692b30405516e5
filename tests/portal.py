"""A portal of our own for tests: answers as Victron's is published to, counts what it is asked, fails on request."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

TOKEN = "0f" * 32
USER = 1001
QUARTER_S = 900
Answer = tuple[int, bytes, Mapping[str, str]]
Days = Callable[[int, int], list[int]]
"""Begins of the local days of a span."""


def site(
    number: int = 150001, name: str = "Alder Farm", portal: str = "c0619a000001", **other: object
) -> dict[str, Any]:
    """A record of the list of sites, with the fields that a station file is made of."""
    return {
        "idSite": number, "name": name, "identifier": portal, "timezone": "Europe/Berlin",
        "last_timestamp": 1_780_000_000, "mqtt_host": None, "tags": [], "extended": [], **other,
    }  # fmt: skip


@dataclass
class Portal:
    """What it knows, and what it was asked."""

    sites: list[dict[str, Any]] = field(default_factory=lambda: [site()])
    quarters: dict[int, dict[str, dict[int, Any]]] = field(default_factory=dict)
    """Of each site: by code and begin of the quarter (UTC epoch, s) a kWh, or mean, lowest and highest."""
    days: Days = field(default=lambda since, until: list(range(since, until, 86_400)))
    diagnostics: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    faults: dict[str, Answer] = field(default_factory=dict)
    """What is answered instead, by a part of the path."""
    after: dict[str, int] = field(default_factory=dict)
    """So many questions to the path are answered before its fault shows."""
    asked: list[tuple[str, str, dict[str, list[str]]]] = field(default_factory=list)
    """Method, path and query."""
    token: str = TOKEN

    def paths(self, part: str = "") -> list[str]:
        """The paths that were asked and hold a text."""
        return [path for _, path, _ in self.asked if part in path]

    def fails(self, part: str, status: int, body: object = "", *, after: int = 0, retry_after: str = "") -> None:
        """Answer questions to such a path so from now on, or from a later one on."""
        text = body if isinstance(body, str) else json.dumps(body)
        headers = {"retry-after": retry_after} if retry_after else {}
        self.faults[part], self.after[part] = (status, text.encode(), headers), after

    def answer(self, method: str, target: str, token: str) -> Answer:
        """The answer to a request."""
        parts = urlsplit(target)
        path, query = parts.path.removeprefix("/v2"), parse_qs(parts.query)
        self.asked.append((method, path, query))
        for part, fault in self.faults.items():
            if part in path:
                self.after[part] -= 1
                if self.after[part] < 0:
                    return fault
        if token != f"Token {self.token}":
            return self._json({"success": False, "errors": "Login required"}, 401)
        return self._known(path, query)

    def _known(self, path: str, query: dict[str, list[str]]) -> Answer:
        words = path.strip("/").split("/")
        if path == "/users/me":
            return self._json({"success": True, "user": {"id": USER, "email": "user@example.invalid"}})
        if path == f"/users/{USER}/installations":
            return self._json({"success": True, "records": self.sites})
        known = next((one for one in self.sites if str(one["idSite"]) in words), None)
        if words[0] != "installations" or known is None:
            return self._json({"success": False, "errors": "Not found"}, 404)
        number = int(known["idSite"])
        if words[-1] == "system-overview":
            gateways = [{"name": "Gateway", "identifier": one} for one in known.get("gateways", [known["identifier"]])]
            return self._json({"success": True, "records": {"devices": gateways}})
        if words[-1] == "diagnostics":
            rows, count, page = self.diagnostics.get(number, []), int(query["count"][0]), int(query["page"][0])
            shown = rows[(page - 1) * count : page * count]
            return self._json({"success": True, "records": shown, "num_records": len(rows)})
        if words[-1] == "stats":
            return self._json(self._stats(number, query))
        return self._json({"success": False, "errors": "Not found"}, 404)

    def _stats(self, number: int, query: dict[str, list[str]]) -> dict[str, Any]:
        since, until = int(query["start"][0]), int(query["end"][0])
        codes, known = query.get("attributeCodes[]", []), self.quarters.get(number, {})
        begins = self.days(since, until) if query["interval"] == ["days"] else []
        records: dict[str, Any] = {}
        for code in codes:
            points = {at: value for at, value in known.get(code, {}).items() if since <= at < until}
            if begins:
                points = _by_day(points, [*begins, until])
            rows = [
                [at * 1000, *(value if isinstance(value, tuple) else (value,))] for at, value in sorted(points.items())
            ]
            records[code] = rows or False
        if not any(records.values()):
            return {"success": True, "records": [], "totals": []}
        return {"success": True, "records": records, "totals": {}}

    def _json(self, body: object, status: int = 200) -> Answer:
        return status, json.dumps(body).encode(), {"content-type": "application/json"}

    def transport(self) -> httpx.MockTransport:
        """Stands in for the network."""

        def handle(request: httpx.Request) -> httpx.Response:
            target, token = request.url.raw_path.decode(), request.headers.get("x-authorization", "")
            status, body, headers = self.answer(request.method, target, token)
            return httpx.Response(status, content=body, headers=dict(headers))

        return httpx.MockTransport(handle)

    @contextmanager
    def served(self) -> Iterator[str]:
        """Its web address, on loopback."""
        portal = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body, headers = portal.answer("GET", self.path, self.headers.get("x-authorization", ""))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            try:
                yield f"http://127.0.0.1:{server.server_address[1]}/v2"
            finally:
                server.shutdown()
                thread.join()


def _by_day(points: Mapping[int, Any], borders: list[int]) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for begin, end in pairwise(borders):
        within = [value for at, value in points.items() if begin <= at < end]
        if within and isinstance(within[0], tuple):
            found[begin] = (
                sum(v[0] for v in within) / len(within),
                min(v[1] for v in within),
                max(v[2] for v in within),
            )
        elif within:
            found[begin] = sum(within)
    return found
