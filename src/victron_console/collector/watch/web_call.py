"""One call of a web address of the configuration: its answer, or why there is none. The address is never in a text."""

from __future__ import annotations

from victron_console.collector.operator_command import TIMEOUT_S

MAX_BYTES = 65_536


class CallFailed(Exception):
    """It did not answer well; the text goes on after `its address`."""


async def call(address: str) -> str:
    """GET it, without a proxy of the environment; gives the begin of the answer, at most 64 KB.

    Raises:
        CallFailed: it cannot be reached, answers with another status than success, or not in time.
    """
    import httpx  # here: most collectors call nobody

    from victron_console.sources.web_answer import ask

    try:
        answer = await ask(httpx.Request("GET", address), TIMEOUT_S, MAX_BYTES)
    except TimeoutError:
        raise CallFailed(f"does not answer within {TIMEOUT_S:.0f} s") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise CallFailed(f"cannot be reached ({type(error).__name__})") from None
    if not httpx.codes.is_success(answer.status):
        raise CallFailed(f"answers with status {answer.status}")
    return answer.body.decode(errors="replace")
