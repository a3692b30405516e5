"""Apprise itself, against a real HTTP receiver and a real SMTP sink on loopback."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from victron_console.collector.notify.notice import Notice
from victron_console.collector.notify.senders import NotifyFailed, send_by_all
from victron_console.config import NotifySettings
from victron_console.config.fields import Surroundings

apprise = pytest.importorskip("apprise", reason="the extra `notify` is not installed")
smtp = pytest.importorskip("aiosmtpd.smtp", reason="aiosmtpd is not installed")

NOTICE = Notice(
    "raised", {"title": "Grid lost", "priority": "!!"}, "Alder Farm: Grid lost, 0 V. call the owner — <b>now</b> & 50 %"
)
pytestmark = [
    # of its own plugins: they name what a later Python takes away
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::PendingDeprecationWarning"),
]


def by_apprise(address: str) -> NotifySettings:
    return NotifySettings.model_validate({"apprise": "env:PAGER"}, context=Surroundings(Path(), {"PAGER": address}))


@contextmanager
def receiver(status: int = 200) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """A web server that keeps what it is sent; gives its port."""
    got: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port, got
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.slow
async def test_a_web_receiver_gets_title_and_words() -> None:
    with receiver() as (port, got):
        await send_by_all(by_apprise(f"json://127.0.0.1:{port}/"), NOTICE)
    assert [(it["title"], it["message"]) for it in got] == [("!! raised: Grid lost", NOTICE.text)]


async def test_a_receiver_that_refuses_is_a_failure() -> None:
    with receiver(500) as (port, got), pytest.raises(NotifyFailed, match="could not deliver"):
        await send_by_all(by_apprise(f"json://127.0.0.1:{port}/"), NOTICE)
    assert got


async def test_a_receiver_that_is_not_there_is_a_failure() -> None:
    with receiver() as (port, _):
        pass
    with pytest.raises(NotifyFailed, match="could not deliver"):
        await send_by_all(by_apprise(f"json://127.0.0.1:{port}/"), NOTICE)


async def test_an_address_that_is_none_is_a_failure() -> None:
    with pytest.raises(NotifyFailed, match="does not understand") as failed:
        await send_by_all(by_apprise("nothing-of-the-kind://secret"), NOTICE)
    assert "secret" not in str(failed.value)


async def test_a_mailbox_gets_title_and_words() -> None:
    mails: list[bytes] = []

    class Sink:
        async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:  # noqa: ANN401
            mails.append(envelope.content)
            return "250 OK"

    loop = asyncio.get_running_loop()
    async with await loop.create_server(lambda: smtp.SMTP(Sink()), "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        address = f"mailto://127.0.0.1:{port}?from=console@example.org&to=mk@example.org&mode=insecure&format=text"
        await send_by_all(by_apprise(address), NOTICE)
    (mail,) = [message_from_bytes(it, policy=policy.default) for it in mails]
    assert mail["Subject"] == "!! raised: Grid lost"
    assert mail["To"] is not None and "mk@example.org" in mail["To"]
    body = mail.get_body(("plain",))
    assert body is not None and NOTICE.text in body.get_content()
