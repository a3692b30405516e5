"""What Textual must know before it is imported."""

from __future__ import annotations

from victron_console.console.app.terminal import prepare_terminal


def test_a_local_terminal_is_drawn_as_fast_as_it_can_without_motion() -> None:
    environ: dict[str, str] = {}

    assert prepare_terminal(environ, low_bandwidth=False) == ""
    assert environ == {"TEXTUAL_ANIMATIONS": "none", "TEXTUAL_SMOOTH_SCROLL": "0"}


def test_over_ssh_the_rate_is_lowered_and_said() -> None:
    environ = {"SSH_TTY": "/dev/pts/0"}

    assert "SSH" in prepare_terminal(environ, low_bandwidth=False)
    assert environ["TEXTUAL_FPS"] == "10"


def test_low_bandwidth_lowers_the_rate_further_but_never_over_the_operators_own() -> None:
    environ = {"SSH_TTY": "/dev/pts/0"}
    prepare_terminal(environ, low_bandwidth=True)
    own = {"TEXTUAL_FPS": "4"}
    prepare_terminal(own, low_bandwidth=True)

    assert (environ["TEXTUAL_FPS"], own["TEXTUAL_FPS"]) == ("2", "4")
