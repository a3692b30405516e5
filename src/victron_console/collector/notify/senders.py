"""The means by which a notice leaves the console: the operator's command, and Apprise."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping

from victron_console.collector.notify.notice import Notice
from victron_console.collector.operator_command import TIMEOUT_S, CommandFailed, run_command
from victron_console.config import NotifySettings
from victron_console.config.notify import Way, WaySettings

log = logging.getLogger(__name__)


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
    """The notice as JSON on the command's standard input, the main words in its environment."""
    body = json.dumps({"event": notice.event, "text": notice.text, **notice.data}, ensure_ascii=False).encode()
    try:
        await run_command(settings.command, body, _environment(notice), "[notify]")
    except CommandFailed as failure:
        raise NotifyFailed(str(failure)) from failure


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
