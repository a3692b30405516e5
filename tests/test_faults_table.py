"""The table of faults names tests that are there, and a promise that nobody checked is none that is kept."""

from __future__ import annotations

import ast
from pathlib import Path

from benchmarks.faults import FAULTS, Fault, result

TESTS = Path(__file__).parent
FAULT = Fault("the disk is full", "nothing is lost", ("a.py::test_one", "a.py::test_two"))


def test_every_fault_names_tests_that_are_there() -> None:
    for test in {test for fault in FAULTS for test in fault.tests}:
        file, _, name = test.partition("::")
        body = ast.parse((TESTS / file).read_text(encoding="utf-8")).body
        assert name in {node.name for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}, test


def test_a_promise_is_kept_only_where_each_of_its_tests_passed() -> None:
    assert result(FAULT, {"a.py::test_one": 3, "a.py::test_two": 1}, {}) == "kept, 4 cases"
    assert result(FAULT, {"a.py::test_one": 3}, {}) == "not checked"
    assert result(FAULT, {}, {}) == "not checked"
    assert result(FAULT, {"a.py::test_one": 3, "a.py::test_two": 1}, {"a.py::test_two": 1}) == "BROKEN in 1 cases"
