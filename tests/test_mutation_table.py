"""The table of faults put in on purpose tells nothing of a run that broke off, and counts none that was not tried."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from benchmarks import mutation

PACKAGE = "store.write"
FAULT = "victron_console.store.write.writer.x_f__mutmut_"


def table(
    monkeypatch: pytest.MonkeyPatch, folder: Path, status: int, tried: Mapping[str, int | None]
) -> str | int | None:
    """How a run over one package ends where mutmut ends with a status and leaves these results behind."""
    results = folder / mutation.SOURCE / "store" / "write"
    results.mkdir(parents=True)
    (results / "writer.py.meta").write_text(json.dumps({"exit_code_by_key": tried}), "utf-8")
    monkeypatch.setattr(mutation, "MUTANTS", folder)
    monkeypatch.setattr(sys, "argv", ["mutation", "--all", "--package", PACKAGE])
    monkeypatch.setattr(subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, status))
    try:
        mutation.main()
    except SystemExit as ended:
        return ended.code
    return None


def test_a_run_that_broke_off_prints_no_table_and_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = table(monkeypatch, tmp_path, 1, {f"{FAULT}1": 1})
    assert "broke off" in str(ended) and "noticed" not in capsys.readouterr().out


def test_a_package_of_which_nothing_was_tried_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert table(monkeypatch, tmp_path, 0, {f"{FAULT}1": None}) == f"no fault was tried in {PACKAGE}"


def test_what_was_interrupted_or_left_out_counts_neither_way(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tried = {f"{FAULT}1": 1, f"{FAULT}2": 2, f"{FAULT}3": 34, f"{FAULT}4": None, f"{FAULT}5": 36}
    assert table(monkeypatch, tmp_path, 0, tried) is None
    assert capsys.readouterr().out.splitlines()[-1].split() == [PACKAGE, "2", "100%", "0", "0"]
