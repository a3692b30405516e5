"""docs/rules.md tells the language of rules whole, and all that it tells of is there and works."""

from __future__ import annotations

import re

import pytest
from tests.docs_pages import DOCS

from victron_console.alerts.language.expressions import compile_expression
from victron_console.alerts.language.functions import FUNCTIONS
from victron_console.alerts.language.inputs import FIELDS
from victron_console.alerts.language.syntax import Kind, Scope
from victron_console.alerts.rules.rule_file import parse_rules, shipped_rules
from victron_console.alerts.rules.vocabulary import DIAGNOSTICS, PARAMETERS

PAGE = (DOCS / "rules.md").read_text()
KINDS = {name: parameter.kind for name, parameter in PARAMETERS.items()}


def rows(heading: str) -> list[list[str]]:
    """The cells of the first table below a heading."""
    part = PAGE.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def code(cell: str) -> str:
    return cell.strip("`")


EXAMPLES = [
    *[code(row[-1]) for row in rows("Functions")],
    *[code(row[-1]) for row in rows("Parameters: `p.X`")],
    *[code(row[-1]) for row in rows("Diagnostics: `d.X`")],
]
FILES = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)


def test_every_function_is_on_the_page_as_it_is_written() -> None:
    assert [code(row[0]) for row in rows("Functions")] == [function.usage for function in FUNCTIONS.values()]


def test_every_parameter_is_on_the_page_with_its_meaning() -> None:
    told = {code(row[0]).removeprefix("p."): row[1] for row in rows("Parameters: `p.X`")}
    assert told == {name: parameter.meaning for name, parameter in PARAMETERS.items()}
    for row in rows("Parameters: `p.X`"):
        given_by = PARAMETERS[code(row[0]).removeprefix("p.")].given_by
        assert given_by in row[2]


def test_every_diagnosis_is_on_the_page_with_its_meaning() -> None:
    assert {code(row[0]).removeprefix("d."): row[1] for row in rows("Diagnostics: `d.X`")} == dict(DIAGNOSTICS)


def test_every_example_speaks_of_what_it_stands_beside() -> None:
    for function, row in zip(FUNCTIONS, rows("Functions"), strict=True):
        assert f"{function}(" in row[-1]
    for heading in ("Parameters: `p.X`", "Diagnostics: `d.X`"):
        for row in rows(heading):
            assert code(row[0]) in row[-1]


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_compiles(example: str) -> None:
    compile_expression(example, Scope(["m", "n"], KINDS, frozenset(DIAGNOSTICS)), Kind.TRUTH)


@pytest.mark.parametrize("text", FILES, ids=range(len(FILES)))
def test_a_rule_file_on_the_page_is_one(text: str) -> None:
    assert parse_rules(text, "rules.md", shipped_rules()).rules


def test_the_page_names_nothing_that_does_not_exist() -> None:
    assert set(re.findall(r"\bp\.([a-z]\w*)", PAGE)) <= set(PARAMETERS)
    assert set(re.findall(r"\bd\.([a-z]\w*)", PAGE)) <= set(DIAGNOSTICS)
    assert set(re.findall(r"#([a-z]\w*)`", PAGE)) <= {*FIELDS, "errors"}
    called = set(re.findall(r"\b([a-z]\w*)\(", " ".join(EXAMPLES + FILES)))
    assert called <= set(FUNCTIONS) | {"and", "or", "not"}


@pytest.mark.parametrize("key", ["gate", "outside", "owns", "highest", "lowest", "no_data", "value", "per", "link"])
def test_every_key_of_a_rule_is_told(key: str) -> None:
    assert f"`{key}`" in PAGE


def test_every_field_of_a_text_is_told() -> None:
    assert all(f"#{name}" in PAGE for name in FIELDS)
