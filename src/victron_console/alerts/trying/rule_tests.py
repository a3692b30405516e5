"""Runs rule-test files: series over time and the alarms expected (`victron-console rules test FILE`).

    schema = 1
    rules = "shipped"              # or [[rule]] ... in the same file, or both
    [[test]]
    name = "low for 30 s"
    poll = "10s"                   # how often everything is read; default 10s
    tags = ["boat"]                # of the station, and [test.config]: its battery, grid, thresholds
    [test.series]
    "system/0/Dc/Battery/Soc" = "22 9*4 null _*3 649+10*5"
    [test.diagnostics]
    unbalanced = "0*6 1"
    [[test.expect]]
    at = "30s"
    alerts = ["critical soc"]      # severity, family, and where there is one the scope; "stale" and "held" may follow
    events = ["raised"]            # everything logged so far, optional

Values, one a poll, the last holds: a number, a word, `'text in quotes'`, `null` (`[]` on the bus), `_` (the poll of
the whole station fails), `gone` (the device leaves the bus), `-` (no such path); `9*4` four times, `649+10*5` counting.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from victron_console.alerts.engine.engine import AlertEngine
from victron_console.alerts.language.values import parse_duration
from victron_console.alerts.rules.rule_file import RulesInvalid, parse_rules, shipped_rules
from victron_console.alerts.rules.rule_set import RuleSet
from victron_console.model.alert import AlertEvent, Occurrence
from victron_console.model.device import DeviceKey, split_series
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading
from victron_console.model.snapshot import DeviceState, Snapshot
from victron_console.model.station import ServiceState, StationState, StationStatus
from victron_console.model.toml_text import parse_toml

EPOCH_S = 1_800_000_000.0
MAX_POLLS = 200_000
STATION = "test"

_TOKEN = re.compile(r"'[^']*'|\S+")
_TIMES = re.compile(r"(?P<what>.+?)(?P<step>[+-]\d+(?:\.\d+)?)?\*(?P<times>\d+)")


class TestFileInvalid(ValueError):
    """A rule-test file that cannot be run; the text says what is wrong with it."""

    __test__ = False  # pytest: no test class


@dataclass(frozen=True, slots=True)
class RuleTestResult:
    """How one test went: empty differences mean that it passed."""

    name: str
    differences: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether everything was as expected."""
        return not self.differences


@dataclass(frozen=True, slots=True)
class Mark:
    """A value that is none: `null`, `_` (failed poll), `gone`, `-` (no path)."""

    kind: Literal["null", "_", "gone", "-"]


SeriesValue = float | str | Mark


def _seconds(value: object) -> object:
    return parse_duration(value) if isinstance(value, str) else value


Seconds = Annotated[float, BeforeValidator(_seconds), Field(ge=0)]


class _StrictTable(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Expect(_StrictTable):
    at: Seconds
    alerts: list[str] = []
    events: list[str] | None = None


class _Test(_StrictTable):
    name: str
    poll: Seconds = 10.0
    tags: list[str] = []
    config: dict[str, Any] = {}
    series: dict[str, str] = {}
    diagnostics: dict[str, str] = {}
    expect: list[_Expect] = Field(min_length=1)


class _TestFile(_StrictTable):
    schema_: Literal[1] = Field(alias="schema")
    rules: Literal["shipped", "own"] = "own"
    test: list[_Test] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class RuleTest:
    """A test with the rules that it tries."""

    _table: _Test
    _rules: RuleSet

    @property
    def name(self) -> str:
        """What the file calls it."""
        return self._table.name

    def run(self) -> RuleTestResult:
        """Run it.

        Raises:
            TestFileInvalid: it cannot be used.
        """
        return _run(self._table, self._rules)


def run_file(path: Path) -> list[RuleTestResult]:
    """Run every test of a file.

    Raises:
        TestFileInvalid: it cannot be read, or its rules or tests cannot be used.
    """
    return [test.run() for test in read_tests(path)]


def read_tests(path: Path) -> list[RuleTest]:
    """The tests of a file.

    Raises:
        TestFileInvalid: it cannot be read, or its rules or tests are none.
    """
    try:
        data = parse_toml(path.read_text(encoding="utf-8"))
        rule_tables = {name: data.pop(name) for name in ("rule", "alarm", "inhibit", "override") if name in data}
        file = _TestFile.model_validate(data)
        base = shipped_rules() if file.rules == "shipped" else RuleSet(())
        rules = parse_rules(_only_rules(path.read_text(encoding="utf-8")), str(path), base) if rule_tables else base
        return [RuleTest(test, rules) for test in file.test]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TestFileInvalid(f"{path} cannot be read: {error}") from error
    except ValidationError as error:
        raise TestFileInvalid(
            "\n".join(_said(path, detail["loc"], detail["msg"]) for detail in error.errors())
        ) from error
    except RulesInvalid as error:
        raise TestFileInvalid(str(error)) from error


def _said(path: Path, where: tuple[int | str, ...], what: str) -> str:
    return f"{path}, {'.'.join(map(str, where))}: {what.removeprefix('SeriesValue error, ')}."


def _only_rules(text: str) -> str:
    """The rule tables of a test file as a rule file: all up to the first test."""
    head = text.split("[[test]]", 1)[0]
    return "\n".join(line for line in head.splitlines() if not re.match(r"rules\s*=", line))


@dataclass(slots=True)
class _Station:
    """The station of one test, read poll by poll."""

    poll_s: float
    series: Mapping[str, list[SeriesValue]]
    devices: dict[DeviceKey, DeviceState] = field(default_factory=dict)
    failures: int = 0

    def read(self, number: int, now: float) -> Snapshot:
        values = {name: row[min(number, len(row) - 1)] for name, row in self.series.items()}
        if any(value == Mark("_") for value in values.values()):
            return self._failed(now)
        self.failures = 0
        trees: dict[DeviceKey, dict[str, Reading]] = {}
        gone: set[DeviceKey] = set()
        for name, value in values.items():
            key, path = split_series(name)
            readings = trees.setdefault(key, {})
            if value == Mark("gone"):
                gone.add(key)
            elif value == Mark("null"):
                readings[path] = Reading(None, now, Quality.ABSENT)
            elif not isinstance(value, Mark):
                readings[path] = Reading(value, now)
        for key, readings in trees.items():
            before = self.devices.get(key)
            state = ServiceState.GONE if key in gone else ServiceState.LIVE
            kept = before.readings if before is not None and key in gone else readings
            read_at = before.read_at if before is not None and key in gone else now
            self.devices[key] = DeviceState(key, f"com.victronenergy.{key.cls}.x", kept, read_at, self.poll_s, 0, state)
        return Snapshot(STATION, now, dict(self.devices), StationStatus(StationState.LIVE, now))

    def _failed(self, now: float) -> Snapshot:
        self.failures += 1
        self.devices = {
            key: DeviceState(key, it.service, it.readings, it.read_at, it.cadence_s, self.failures, it.state)
            for key, it in self.devices.items()
        }
        state = StationState.LOST if self.failures >= 3 else StationState.LIVE
        return Snapshot(STATION, now, dict(self.devices), StationStatus(state, now))


def _run(test: _Test, rules: RuleSet) -> RuleTestResult:
    series = {name: list(values_of(row)) for name, row in test.series.items()}
    diagnostics = {name: list(values_of(row)) for name, row in test.diagnostics.items()}
    last = max(expect.at for expect in test.expect)
    if last / test.poll > MAX_POLLS:
        raise TestFileInvalid(f"{test.name}: more than {MAX_POLLS} polls; write a longer poll")
    station, engine = _Station(test.poll, series), AlertEngine(rules)
    engine.configure(STATION, test.tags, test.config)
    events: list[AlertEvent] = []
    differences: list[str] = []
    waiting = sorted(test.expect, key=lambda expect: expect.at)
    for number in range(int(last / test.poll) + 1):
        now = EPOCH_S + number * test.poll
        results = {name: row[min(number, len(row) - 1)] for name, row in diagnostics.items()}
        engine.diagnose(STATION, {name: value for name, value in results.items() if isinstance(value, float)})
        events += engine.step({STATION: station.read(number, now)}, now).events
        while waiting and waiting[0].at < (number + 1) * test.poll:
            differences += _compared(waiting.pop(0), engine, events)
    return RuleTestResult(test.name, tuple(differences))


def _compared(expect: _Expect, engine: AlertEngine, events: list[AlertEvent]) -> Iterator[str]:
    found = sorted(_line(occurrence) for occurrence in engine.open)
    wanted = sorted(expect.alerts)
    if found != wanted:
        yield f"at {expect.at:g} s: expected {wanted or 'no alarm'}, found {found or 'none'}"
    kinds = [event.kind for event in events if event.kind not in ("parameter", "stale", "fresh")]
    if expect.events is not None and kinds != expect.events:
        yield f"at {expect.at:g} s: expected the events {expect.events}, found {kinds}"


def _line(occurrence: Occurrence) -> str:
    words = [occurrence.severity.value, occurrence.key.family, occurrence.key.scope]
    words += ["stale"] if occurrence.stale else []
    words += ["held"] if occurrence.suppressed_by else []
    return " ".join(filter(None, words))


def values_of(text: str) -> Iterator[SeriesValue]:
    """The values of a series as a test file writes them.

    Raises:
        TestFileInvalid: where a word cannot be read.
    """
    for token in _TOKEN.findall(text):
        times = None if token.startswith("'") else _TIMES.fullmatch(token)
        if times is None:
            yield _value(token)
            continue
        first, step = _value(times["what"]), times["step"]
        for n in range(int(times["times"])):
            if step is None:
                yield first
            elif isinstance(first, float):
                yield first + n * float(step)
            else:
                raise TestFileInvalid(f'"{token}": only a number can count up')


def _value(token: str) -> SeriesValue:
    if token in ("null", "_", "gone", "-"):
        return Mark(token)  # type: ignore[arg-type]
    if token.startswith("'"):
        return token.strip("'")
    try:
        return float(token)
    except ValueError:
        return token
