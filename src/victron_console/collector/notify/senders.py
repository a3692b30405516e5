"""The means by which a notice leaves the console: the operator's command, and Apprise."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

from victron_console.collector.notify.notice import Notice
from victron_console.config import NotifySettings
from victron_console.config.notify import Way, WaySettings

log = logging.getLogger(__name__)

TIMEOUT_S = 30.0
SAID_BYTES = 4096
"""Of what a command says, the end is kept."""


class NotifyFailed(Exception):
    """Nobody could be told; the text is a sentence that says why and what to do."""


async def send(way: Way, notice: Notice) -> None:
    """Send one notice by one way.

    Raises:
        NotifyFailed: nobody could be told by it.
    """
    await _SENDERS[way.means](way.settings, notice)


async def send_by_all(settings: NotifySettings, notice: Notice) -> None:
    """Send one notice by all ways of the settings.

    Raises:
        NotifyFailed: one of them failed; the others did not.
    """
    failures = []
    for way in settings.ways():
        try:
            await send(way, notice)
        except NotifyFailed as failure:
            failures.append(f"{way.name}: {failure}")
    if failures:
        raise NotifyFailed(" ".join(failures))


async def _by_command(settings: WaySettings, notice: Notice) -> None:
    """Run the operator's command: the notice as JSON on its standard input, the main words in its environment.

    It has told when it ended. What it leaves running may keep the output open: nobody waits for that.
    """
    name = settings.command[0]
    body = json.dumps({"event": notice.event, "text": notice.text, **notice.data}, ensure_ascii=False).encode()
    with _heard() as (said, writable):
        try:
            process = await asyncio.create_subprocess_exec(
                *settings.command,
                stdin=PIPE, stdout=DEVNULL, stderr=writable, env={**os.environ, **_environment(notice)},
            )  # fmt: skip
        except (OSError, ValueError) as error:
            raise NotifyFailed(f"{name} cannot be run ({error}): correct `command` in [notify].") from error
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await _give(process, body)
                await process.wait()
        except TimeoutError:
            raise NotifyFailed(f"{name} did not end within {TIMEOUT_S:.0f} s and was stopped.") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    if process.returncode:
        last = bytes(said).decode(errors="replace").strip().splitlines()[-1:] or ["it said nothing"]
        raise NotifyFailed(f"{name} ended with status {process.returncode}: {last[0][:200]}.")


async def _give(process: asyncio.subprocess.Process, body: bytes) -> None:
    """Write its standard input and close that; one that does not read it is no fault."""
    if process.stdin is not None:
        with suppress(BrokenPipeError, ConnectionResetError):
            process.stdin.write(body)
            await process.stdin.drain()
        process.stdin.close()


@contextmanager
def _heard() -> Iterator[tuple[bytearray, int]]:
    """The end of what is written to a pipe while this is open, and the pipe's end to write to."""
    said = bytearray()
    readable, writable = os.pipe()
    os.set_blocking(readable, False)
    loop = asyncio.get_running_loop()

    def take() -> None:
        try:
            data = os.read(readable, 65_536)
        except BlockingIOError:
            return
        said.extend(data)
        del said[:-SAID_BYTES]
        if not data:
            loop.remove_reader(readable)

    loop.add_reader(readable, take)
    try:
        yield said, writable
    finally:
        os.close(writable)
        take()  # what came since the loop last looked
        loop.remove_reader(readable)
        os.close(readable)


def _environment(notice: Notice) -> dict[str, str]:
    names = ("station", "name", "severity", "title", "response", "value", "unit", "raised_at", "cleared_at", "count")
    found = {f"VICTRON_{name.upper()}": str(notice.data.get(name) or "") for name in names}
    return {**found, "VICTRON_EVENT": notice.event, "VICTRON_TEXT": notice.text}


async def _by_apprise(settings: WaySettings, notice: Notice) -> None:
    address = settings.apprise.get_secret_value() if settings.apprise is not None else ""
    try:
        async with asyncio.timeout(TIMEOUT_S):
            sent = await asyncio.to_thread(_send_by_apprise, address, notice)
    except TimeoutError:
        raise NotifyFailed(f"Apprise did not answer within {TIMEOUT_S:.0f} s.") from None
    except NotifyFailed:
        raise
    except Exception as error:  # one of its hundred services
        log.exception("Apprise failed")
        raise NotifyFailed(f"Apprise failed ({type(error).__name__}): the log has the whole of it.") from error
    if not sent:
        raise NotifyFailed("Apprise could not deliver: check the address that `apprise` in [notify] points to.")


def _send_by_apprise(address: str, notice: Notice) -> bool:
    try:
        import apprise  # an extra: few want it, and it brings a lot along
    except ImportError:
        raise NotifyFailed(
            "[notify] names an Apprise address, and Apprise is not installed: pip install 'victron-console[notify]'."
        ) from None
    sender = apprise.Apprise()
    if not sender.add(address):
        raise NotifyFailed("Apprise does not understand the address that `apprise` in [notify] points to.")
    title = f"{notice.data.get('priority', '')} {notice.event}: {notice.data.get('title', '')}".strip()
    return bool(sender.notify(title=title, body=notice.text))


_SENDERS: Mapping[str, Callable[[WaySettings, Notice], Awaitable[None]]] = {
    "command": _by_command,
    "apprise": _by_apprise,
}
