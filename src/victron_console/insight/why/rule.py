"""What a cause is made of: what it looks at, what it says where it holds, and what to do then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from victron_console.insight.why.answer import Cause, Fact, Sentence
from victron_console.insight.why.look import Look, Scene

Says = Callable[[Look], str]
"""The sentence where the cause holds, else empty. It reads a site through its look alone."""


@dataclass(frozen=True, slots=True)
class CauseRule:
    """A cause that a site may have."""

    id: str
    about: str
    """What is looked at, for where that is not the cause: `A full battery`. Rules of one `about` are its variants."""
    says: Says
    action: str = ""


@dataclass(frozen=True, slots=True)
class Walk:
    """What became of a chain of causes, in its order."""

    causes: tuple[Cause, ...]
    passed: tuple[Sentence, ...]
    unseen: tuple[Sentence, ...]


def walk(rules: Sequence[CauseRule], scene: Scene) -> Walk:
    """Look at each cause. What a site does not have is neither passed nor unseen: it does not concern it."""
    causes, passed, unseen = list[Cause](), dict[str, Sentence](), dict[str, Sentence]()
    found = set[str]()
    for rule in rules:
        look = Look(scene)
        said = rule.says(look)
        facts, old = tuple(look.seen.values()), tuple(look.old.values())
        if said:
            found.add(rule.about)
            causes.append(Cause(rule.id, Sentence(said, (*facts, *old)), rule.action))
        elif old:
            unseen.setdefault(rule.about, Sentence(f"{rule.about} could not be looked at: {_why_old(old)}.", old))
        elif facts:
            passed.setdefault(rule.about, Sentence(f"{rule.about}.", facts))
    return Walk(
        tuple(causes),
        tuple(said for about, said in passed.items() if about not in found | unseen.keys()),
        tuple(said for about, said in unseen.items() if about not in found),
    )


def _why_old(facts: Sequence[Fact]) -> str:
    names = ", ".join(dict.fromkeys(f"{fact.name} is {fact.quality}" for fact in facts[:3]))
    return f"{names} and {len(facts) - 3} more" if len(facts) > 3 else names
