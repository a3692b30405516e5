"""Settings that Textual reads when it is imported: what a slow link needs must be known before that.

Imports nothing of Textual, and must be called before anything that does.
"""

from __future__ import annotations

from collections.abc import MutableMapping

SSH_FPS = 10
LOW_BANDWIDTH_FPS = 2


def is_remote(environ: MutableMapping[str, str]) -> bool:
    """Whether the terminal is at the other end of an SSH connection."""
    return bool(environ.get("SSH_TTY") or environ.get("SSH_CONNECTION"))


def prepare_terminal(environ: MutableMapping[str, str], *, low_bandwidth: bool) -> str:
    """Set frame rate and motion for the link; gives a sentence for the operator, empty where nothing was set.

    What the operator has set in the environment stays as it is.
    """
    remote = is_remote(environ)
    fps = LOW_BANDWIDTH_FPS if low_bandwidth else SSH_FPS if remote else None
    environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    environ.setdefault("TEXTUAL_SMOOTH_SCROLL", "0")
    if fps is None:
        return ""
    environ.setdefault("TEXTUAL_FPS", str(fps))
    why = "low bandwidth" if low_bandwidth else "SSH"
    return f"Drawn at most {environ['TEXTUAL_FPS']} times a second ({why}); L draws less, TEXTUAL_FPS sets it."
