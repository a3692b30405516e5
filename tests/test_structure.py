"""How the code is laid out: no import circles, no crowded folders, and a class name that says one thing in a layer."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import victron_console

ROOT = Path(victron_console.__file__).parent
AT_ONE_LEVEL = 25
"""Modules and folders that one can take in at a glance."""


@cache
def modules() -> Mapping[str, Path]:
    """Every module of the package, by its dotted name."""
    found = {}
    for path in ROOT.rglob("*.py"):
        parts = path.relative_to(ROOT.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> Iterator[str]:
    """The modules of the package that one imports, for the sake of types alone too."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules())
        elif isinstance(node, ast.ImportFrom) and node.module in modules():
            assert node.module is not None
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in modules() else node.module


@pytest.mark.slow
def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = TopologicalSorter(
        {name: {other for other in imported(path) if other != name} for name, path in modules().items()}
    )
    try:
        graph.prepare()
    except CycleError as error:
        raise AssertionError("An import circle: " + " -> ".join(error.args[1])) from None


def test_no_folder_holds_more_than_one_can_take_in() -> None:
    crowded = {}
    for folder in [ROOT, *(path for path in ROOT.rglob("*") if path.is_dir())]:
        held = [
            path.name
            for path in folder.iterdir()
            if (path.suffix == ".py" and path.stem != "__init__") or (path / "__init__.py").exists()
        ]
        if len(held) > AT_ONE_LEVEL:
            crowded[str(folder.relative_to(ROOT))] = len(held)
    assert crowded == {}


@pytest.mark.slow
def test_a_class_name_is_taken_once_in_a_layer() -> None:
    taken: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, path in modules().items():
        layer = name.split(".")[1] if "." in name else ""
        for node in parsed(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                taken[layer, node.name].append(name)
    assert not {names: places for names, places in taken.items() if len(places) > 1}


@pytest.mark.slow
def test_no_statement_numbers_its_placeholders() -> None:
    """Python 3.12.1 takes `?1` for a named placeholder and warns of a sequence; names or plain `?` serve all."""
    statement = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE|WHERE)\b")
    numbered = [
        f"{name}: {node.value}"
        for name, path in modules().items()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if statement.search(node.value) and re.search(r"\?\d", node.value)
    ]
    assert numbered == []
