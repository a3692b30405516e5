"""The documentation is whole and leads somewhere: every key and option is on a page, every citation is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.docs_pages import DOCS, PAGES

ROOT = DOCS.parent
PAGES_BY_HAND = sorted({*ROOT.glob("*.md"), *DOCS.rglob("*.md")})
CODE = sorted(
    path
    for folder in ("src", "tests", "benchmarks", "station_configs", "themes")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in (".py", ".toml")
)
_CITED = re.compile(r"(?<![\w/.\"'-])((?:[\w-]+/)*[\w-]+\.md)(?:#([\w-]+))?")
_LINK = re.compile(r"(?<!\\)\]\(([^)\s]+)\)")


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ +(.+?) *$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def missing(page: Path, anchor: str) -> bool:
    return not page.exists() or bool(anchor and page.suffix == ".md" and anchor not in anchors(page))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_names_all_that_the_code_knows(name: str) -> None:
    assert (DOCS / name).read_text() == PAGES[name](), "run `make docs` and look at what changed"


@pytest.mark.slow
def test_what_code_cites_is_there() -> None:
    cited = [(path, *found) for path in CODE for found in _CITED.findall(path.read_text())]
    assert [f"{path.relative_to(ROOT)}: {page}#{at}" for path, page, at in cited if missing(ROOT / page, at)] == []
    assert any(at for _, _, at in cited)


def test_links_between_pages_lead_somewhere() -> None:
    broken = []
    for page in PAGES_BY_HAND:
        for link in _LINK.findall(page.read_text()):
            target, _, at = link.partition("#")
            if "://" not in link and missing((page.parent / target) if target else page, at):
                broken.append(f"{page.relative_to(ROOT)}: {link}")
    assert broken == []


def test_every_page_is_linked_from_another() -> None:
    linked = {
        (page.parent / link.partition("#")[0]).resolve()
        for page in PAGES_BY_HAND
        for link in _LINK.findall(page.read_text())
    }
    assert [str(page.relative_to(ROOT)) for page in DOCS.rglob("*.md") if page not in linked] == []


@pytest.mark.slow
def test_the_places_and_names_of_the_architecture_are_in_the_code() -> None:
    package = ROOT / "src" / "victron_console"
    roots = (ROOT, package, package / "console")
    code = "\n".join(path.read_text() for path in package.rglob("*.py"))
    gone = []
    for page in ("ARCHITECTURE.md", "CONTRIBUTING.md"):
        for span in set(re.findall(r"`([^`\n<]+)`", (ROOT / page).read_text())):
            first, slash, _ = span.partition("/")
            if slash and not {" ", "*"}.intersection(span) and any((root / first).is_dir() for root in roots):
                place = re.sub(r"(?<=\w)\.(?!py$|md$|toml$)\w+$", "", span)  # a name in a module
                if not any((root / f"{place}{end}").exists() for root in roots for end in ("", ".py")):
                    gone.append(f"{page}: {span}")
            elif (name := re.fullmatch(r"([A-Z][a-z]+[A-Z]\w*|[A-Z][a-z]{3,})(?:\.(\w+))?", span)) and not all(
                re.search(rf"\b{word}\b", code) for word in (name[1], name[2] or name[1])
            ):
                gone.append(f"{page}: {span}")
    assert gone == []
