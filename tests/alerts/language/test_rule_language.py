"""Rules say what they mean or say what is wrong: parsing, types, three values, and errors an operator can act on."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.alerts.conftest import SOC_RULES

from victron_console.alerts.engine.bound_inputs import DeviceWatch, PathInput, UnboundInput
from victron_console.alerts.language.context import Context, StationFacts
from victron_console.alerts.language.expressions import MAX_NODES, compile_expression
from victron_console.alerts.language.syntax import ExpressionError, Kind, Scope
from victron_console.alerts.language.values import Truth, parse_duration, parse_share
from victron_console.alerts.rules.rule_file import RulesInvalid, load_rules, parse_rules, shipped_rules
from victron_console.model.alert import Severity
from victron_console.model.device import DeviceKey
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading, Scalar
from victron_console.model.version import parse_version

KINDS = {"limit": Kind.NUMBER, "mains": Kind.TRUTH, "chemistry": Kind.TEXT}
UNSEEN = "unseen"
STALE = "stale"


def path_input(value: Scalar) -> PathInput:
    watch = DeviceWatch(DeviceKey("battery", "1"))
    watch.quality = Quality.STALE if value == STALE else Quality.GOOD
    made = PathInput(watch, "Soc", "")
    if value is None:
        made.take(Reading(1.0, 0.0), 0.0)  # it had a value once
    made.take(Reading(None, 0.0, Quality.ABSENT) if value is None else Reading(value, 0.0), 0.0)
    return made


def judge(text: str, values: Mapping[str, Scalar] | None = None, never: Truth = False) -> Truth:
    """What a condition on `m` and `n` gives; `unseen` for an input the station never had."""
    scope = Scope(["m", "n"], KINDS, frozenset({"slope"}))
    expression = compile_expression(text, scope, Kind.TRUTH, never)
    values = values or {}
    inputs = [
        UnboundInput() if values.get(name, UNSEEN) == UNSEEN else path_input(values[name]) for name in scope.inputs
    ]
    result: Truth = expression.run(Context(0.0, inputs, {"limit": 20.0, "mains": True}, {}, StationFacts()))
    return result


@pytest.mark.parametrize(
    ("text", "values", "result"),
    [
        ("last(m) < p.limit", {"m": 19.9}, True),
        ("last(m) < p.limit", {"m": 20.0}, False),
        ("last(m) < p.limit", {"m": None}, None),
        ("last(m) < p.limit", {"m": STALE}, None),
        ("last(m) < p.limit", {"m": "text"}, None),
        ("last(m) / 0 > 1", {"m": 1.0}, None),
        ("10 <= last(m) <= 20", {"m": 15.0}, True),
        ("last(m) < 5 or last(n) > 1", {"m": 1.0, "n": None}, True),
        ("last(m) < 5 and last(n) > 1", {"m": 9.0, "n": None}, False),
        ("last(m) < 5 and last(n) > 1", {"m": 1.0, "n": None}, None),
        ("not (last(m) < 5)", {"m": None}, None),
        ("opt(m, 7) == 7", {"m": None}, True),
        ("opt(m, 7) == 7", {"m": UNSEEN}, True),
        ("opt(m, 7) == 7", {"m": STALE}, None),
        ("p.mains and not p.mains", {}, False),
        ("d.slope > 1", {}, None),
        ("null(m)", {"m": None}, True),
        ("seen(m)", {"m": None}, True),
        ("seen(m)", {"m": UNSEEN}, False),
        ("frac_of(m) < 1", {"m": "1/2"}, True),
        ("abs(last(m) - 3) == 5 and max(last(m), 1) == 1 and -last(m) == 2", {"m": -2.0}, True),
    ],
)
def test_a_condition_gives_true_false_or_cannot_be_told(text: str, values: dict[str, Scalar], result: Truth) -> None:
    assert judge(text, values) is result


def test_an_input_the_station_never_had_does_not_raise_and_does_not_keep_from_clearing() -> None:
    assert judge("last(m) < 5") is False
    assert judge("last(m) > 5", never=True) is True
    assert judge("not (last(m) < 5)", never=False) is False
    assert judge("last(m) < 1 or last(n) > 5", {"m": 0.0}) is True


@pytest.mark.parametrize(
    ("text", "column", "says", "hint"),
    [
        ("lst(m) > 1", 1, "no function lst", "did you mean last"),
        ("last(q) > 1", 6, "no input", "m"),
        ("last(m) > 1 and p.limt > 2", 17, "no parameter", "limit"),
        ("d.slop > 1", 1, "no diagnostic", "slope"),
        ("last(m)", 1, "not true or false", "compare it"),
        ("last(m) > 'x'", 11, "text is compared with == or !=", ""),
        ("p.chemistry == 3", 16, "a text is compared with a number", ""),
        ("(last(m) > 1) == 1", 18, "true or false is not compared", ""),
        ("ver(m) > 3", 10, "a version is compared", "ver"),
        ("increase(m, 5) > 1", 13, "duration in quotes", "5m"),
        ('increase(m, "5 x") > 1', 13, "no duration", ""),
        ("last(m, n) > 1", 1, "wrong arguments", "last(m)"),
        ("last(m).real > 1", 1, "only p.", ""),
        ("__import__('os').system('x') > 1", 1, "only the functions", ""),
        ("(lambda: 1)() > 1", 1, "only the functions", ""),
        ("[1 for x in m] > 1", 1, "comprehension", ""),
        ("m[0] > 1", 1, "index", ""),
        ("last(m) ** 9 > 1", 1, "operator", ""),
        ("last(m) > 1e300", 11, "at most", ""),
        (f"opt(m, {'9' * 400}) > 1", 8, "at most", ""),
        ("opt(m, -1e13) > 1", 9, "at most", ""),
        ("last(m) >", 1, "no expression", ""),
    ],
)  # fmt: skip
def test_a_wrong_expression_says_where_and_what(text: str, column: int, says: str, hint: str) -> None:
    with pytest.raises(ExpressionError) as error:
        judge(text)
    assert says in error.value.message
    assert hint in error.value.hint
    assert error.value.column == column or text.endswith(">")


def test_an_expression_has_a_limit() -> None:
    with pytest.raises(ExpressionError, match=str(MAX_NODES)):
        judge(" and ".join(["last(m) > 1"] * 80))
    with pytest.raises(ExpressionError):
        judge("(" * 5000 + "1" + ")" * 5000)


def test_versions_sort_a_beta_before_its_release() -> None:
    texts = ["v3.70~33", "v3.70~50", "v3.70", "v3.70.1", "v3.71~1"]
    parsed = [parse_version(text) for text in texts]
    assert all(parsed) and parsed == sorted(p for p in parsed if p)
    assert parse_version("unknown") is None


def test_shares_and_durations() -> None:
    assert parse_share("1/2") == 0.5
    assert parse_share("1/0") is None and parse_share("x") is None
    assert (parse_duration("30s"), parse_duration("1.5h"), parse_duration("7d")) == (30.0, 5400.0, 604_800.0)


def test_every_shipped_rule_has_what_an_operator_needs() -> None:
    for rule in shipped_rules().rules:
        assert rule.title and rule.source, rule.id
        needs_someone = any(level.severity is not Severity.INFO for level in rule.levels)
        assert bool(rule.response) is needs_someone, f"{rule.id}: a response belongs to what is no mere note"


CITED = re.compile(
    r"\b(EN|IEEE|ISO|RFC|ENTSO-E|European directive) ?\S*\d|github\.com/victronenergy/\S+|\bVictron, [A-Z]|"
    r"data sheets? of|kernel documentation|[Jj]udgement: \w+"
)


def test_every_limit_rests_on_something_to_look_up_or_is_called_judgement() -> None:
    for rule in shipped_rules().rules:
        assert len(rule.source) >= 40, f"{rule.id}: a sentence, no code"
        assert CITED.search(rule.source), f"{rule.id}: names no document and does not say judgement: {rule.source}"
        assert not re.search(r"errata|derived\.md|\b(crit|warn|JSON|field)\b \d?", rule.source), rule.id


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('title = "SOC low"', 'titel = "SOC low"'), "mine.toml, rule soc, titel: is no key of a rule file"),
        (('for = "30s"', 'for = "soon"'), "rule soc, level.0.for"),
        (("last(m) < 10", "lst(m) < 10"), "critical.raise, column 1: there is no function lst (did you mean last?)"),
        (('severity = "critical"', 'severity = "bad"'), "level.0.severity"),
        (('"system/*/Dc/Battery/Soc"', '"system"'), "names no series"),
        (('"system/*/Dc/Battery/Soc"', '"system/*/X/{fase}"'), "known are {phase}"),
        (('unit = "%"', 'unit = "%"\nowns = ["x"]'), "x is no input"),
        (("schema = 1", "schema = 2"), "schema"),
        (("schema = 1", "schema ="), "is no TOML"),
    ],
)  # fmt: skip
def test_a_fault_names_file_rule_key_column_and_a_hint(change: tuple[str, str], says: str) -> None:
    with pytest.raises(RulesInvalid) as error:
        parse_rules(SOC_RULES.replace(*change, 1), "mine.toml")
    assert says in str(error.value)


def test_every_fault_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(SOC_RULES.replace("last(m) < 10", "lst(m) < 10"))
    (tmp_path / "b.toml").write_text(
        'schema = 1\n[[override]]\nrule = "sox"\ntags = ["x"]\nparameters = {soc_wran = 3}'
    )
    with pytest.raises(RulesInvalid) as error:
        load_rules([tmp_path, tmp_path / "missing.toml"])
    text = str(error.value)
    assert all(part in text for part in ("a.toml", "did you mean last", "no rule sox", "soc_warn", "missing.toml"))


def test_a_pipe_is_no_rule_file_and_a_hidden_file_is_an_editors(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / ".own.toml.swp.toml").write_text("half a ru")
    assert load_rules([tmp_path]) == shipped_rules()
    with pytest.raises(RulesInvalid, match="no regular file"):
        load_rules([tmp_path / "pipe.toml"])


def test_a_rule_id_stands_once_in_a_file() -> None:
    with pytest.raises(RulesInvalid, match="stands twice"):
        parse_rules(SOC_RULES + SOC_RULES.replace("schema = 1", ""), "mine.toml")


def test_a_number_that_runs_into_a_word_is_an_error_and_no_warning_beside_it() -> None:
    with warnings.catch_warnings(), pytest.raises(ExpressionError, match="decimal literal"):
        warnings.simplefilter("default")
        compile_expression("last(m) > 1or last(n) > 2", Scope(["m", "n"], KINDS, frozenset()), Kind.TRUTH)
