"""What an operator can act on ends a command with one sentence; a bug shows itself."""

from __future__ import annotations

import pytest

from victron_console.cli.failures import failing_plainly
from victron_console.store.errors import StoreError


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (StoreError("the disk is full"), "Error: the disk is full\n"),
        (StoreError("/x/\x1b]0;owned\x07.db is\nno store"), "Error: /x/\ufffd]0;owned\ufffd.db is\nno store\n"),
        (
            PermissionError(13, "Permission denied", "/etc/victron-console/a.toml"),
            "Error: /etc/victron-console/a.toml may not be opened by you: ask its owner, or name another place\n",
        ),
    ],
)
def test_what_an_operator_can_act_on_is_a_sentence_without_control_characters(
    error: Exception, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def command() -> None:
        raise error

    with pytest.raises(SystemExit) as ended:
        failing_plainly(command, exit_status=3)()
    assert ended.value.code == 3
    assert capsys.readouterr().err == said


def test_a_bug_shows_itself() -> None:
    def command() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing_plainly(command)()
