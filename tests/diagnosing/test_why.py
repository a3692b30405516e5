"""What the store adds to a why: since when, what changed before, on which days, and where else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from tests.insight.why.injected import CHARGE_ALLOWED, HOUSE, NOON, lay

from victron_console.collector.settings_log import settings_changes
from victron_console.diagnosing.why.answer_text import answer_text
from victron_console.diagnosing.why.asked import why, why_alarm
from victron_console.diagnosing.why.past import Begin, earlier, since
from victron_console.insight.moment import StationMoment, station_moment
from victron_console.insight.overview.overview import overview
from victron_console.insight.why.answer import Question, Reasons, Sentence
from victron_console.insight.why.reasons import low_limit_percent, reasons
from victron_console.model.alert import AlertKey, Occurrence, Severity
from victron_console.model.clock import ManualClock, span_words
from victron_console.model.device import DeviceKey
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading
from victron_console.model.service import ServiceReading
from victron_console.model.snapshot import DeviceState, Snapshot
from victron_console.model.station import StationState, StationStatus
from victron_console.simulator.station import Station
from victron_console.sources.naming import DeviceNames
from victron_console.sources.values import read_tree
from victron_console.store.errors import UnknownStation
from victron_console.store.read.reader import Reader
from victron_console.store.records import Event, StationRecord, StationUpdate
from victron_console.store.write.writer import Writer

STEP_S, BEGIN = 60.0, NOON - 3 * 3600.0
SET_AT = NOON - 3600.0
SETTING = "Settings/SystemSetup/MaxChargeCurrent"
TWIN = replace(HOUSE, id="twin", name="Twin", seed=HOUSE.seed + 1)
LIMITED = {f"settings:{SETTING}": 0}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two houses over three hours; an hour ago somebody set the charge limit of both to 0."""
    path = tmp_path_factory.mktemp("why") / "store.db"
    clock = ManualClock(BEGIN)
    writer = Writer(path, clock)
    houses = [Station(spec, BEGIN, warm_up_s=0.0) for spec in (HOUSE, TWIN)]
    records = [StationRecord(it.spec.id, it.spec.name, _file(it)) for it in houses]
    writer.register(records)
    names = {it.spec.id: DeviceNames() for it in houses}
    settings: dict[str, ServiceReading] = {}
    while clock.at < NOON:
        clock.at += STEP_S
        for house in houses:
            house.step_to(clock.at)
            update = _update(house, names[house.spec.id], clock.at, first=clock.at == BEGIN + STEP_S)
            now = next(it for it in update.services if it.key == DeviceKey("settings", "0"))
            before = settings.get(house.spec.id, now)
            events = settings_changes(house.spec.id, clock.at, before.readings, now.readings)
            settings[house.spec.id] = now
            writer.record_all([replace(update, events=events)])
    writer.close()
    return path


def _file(house: Station) -> dict[str, Any]:
    return {key: value for key, value in house.config("").items() if key in ("location", "battery", "grid")}


def _update(house: Station, names: DeviceNames, at: float, *, first: bool) -> StationUpdate:
    trees = house.services()
    if at >= SET_AT:
        house.spec = replace(house.spec, battery=replace(house.spec.battery, charge_limit_c=0.0))
        house.plant.battery.spec = house.spec.battery
        lay(trees, LIMITED)
        lay(trees, {**CHARGE_ALLOWED, "?battery:Alarms/ChargeBlocked": 0})
    found = []
    for service, tree in trees.items():
        read = read_tree(service.removeprefix("com.victronenergy.").split(".")[0], tree, at)
        found.append(ServiceReading(service, names.key(service, read), at, read))
    devices = {it.key: DeviceState(it.key, it.service, it.readings, read_at=at) for it in found}
    status = StationStatus(StationState.LIVE, at) if first else None
    cadences = {it.key: STEP_S for it in found} if first else {}
    shown = overview(Snapshot(house.spec.id, at, devices))
    return StationUpdate(house.spec.id, at, found, status=status, overview=shown, cadences=cadences)


@pytest.fixture
def reader(store: Path) -> Iterator[Reader]:
    with closing(Reader(store, ManualClock(NOON))) as it:
        yield it


def test_it_says_since_when_and_what_was_changed_then(reader: Reader) -> None:
    answer = why(reader, HOUSE.id, Question.NOT_CHARGING, NOON)
    assert answer.reasons.first is not None
    assert answer.reasons.first.id == "charge_limit_zero"
    assert answer.since[0].text.startswith("DVCC charge limit is 0 A since ")
    assert "(60 min); it was -1 A before." in answer.since[0].text
    assert "It last charged at " in answer.since[1].text
    assert [(it.kind, it.text) for it in answer.changes] == [("setting", "DVCC charge limit: -1 A became 0 A")]


def test_a_state_that_turned_later_and_does_not_decide_is_not_since_when(store: Path) -> None:
    clock = ManualClock(NOON)
    with closing(Reader(store, clock)) as reader:
        held = station_moment(reader, HOUSE.id)
    assert held is not None
    system = held.snapshot.device("system")
    assert system is not None
    writer = Writer(store, clock)
    for at, dvcc in ((NOON - 1.0, 3), (NOON, 1)):
        readings = {**system.readings, "Control/Dvcc": Reading(dvcc, at)}
        service = ServiceReading(system.service, system.key, at, readings)
        writer.record_all([StationUpdate(HOUSE.id, at, [service], overview=held.shown)])
    writer.close()
    with closing(Reader(store, clock)) as reader:
        answer = why(reader, HOUSE.id, Question.NOT_CHARGING, NOON)
    assert answer.reasons.first is not None
    assert "system/0/Control/Dvcc" in {fact.source for fact in answer.reasons.first.said.facts}
    assert answer.since[0].text.startswith("DVCC charge limit is 0 A since ")


def test_what_was_never_measured_is_not_said_to_have_never_been(reader: Reader) -> None:
    held = station_moment(reader, HOUSE.id)
    assert held is not None

    class Unmeasured:
        def overview_slots(self, *_: object) -> list[tuple[float, None]]:
            return [(NOON - 600.0, None), (NOON - 300.0, None)]

    def answered(moment: StationMoment) -> Reasons:
        return replace(reasons(moment, Question.NOT_FEEDING_IN), causes=())

    assert since(cast("Reader", Unmeasured()), held, answered, NOON) == []


def test_the_other_house_has_it_too_and_the_days_before_are_not_recorded(reader: Reader) -> None:
    answer = why(reader, HOUSE.id, Question.NOT_CHARGING, NOON)
    assert answer.elsewhere is not None
    assert answer.elsewhere.text == "The other station, Twin, has the same."
    assert answer.earlier is not None
    assert answer.earlier.text == "DVCC charge limit was not 0 A in the 119 min before that are recorded."


def test_when_it_was_so_before_is_told_by_the_state_that_makes_it_so(reader: Reader) -> None:
    answer = why(reader, HOUSE.id, Question.NOT_CHARGING, NOON)
    (fact,) = answer.since[0].facts
    began = reader.history(HOUSE.id, fact.source, BEGIN, NOON)[-1].at
    as_before = Begin(began + 1200.0, Sentence("", (replace(fact, value=-1, words="-1 A"),)))
    told = earlier(reader, HOUSE.id, answer.reasons, [as_before], NOON)
    assert told is not None
    assert told.text.startswith("DVCC charge limit was -1 A once in the 2 h before that are recorded, last from ")
    assert told.text.endswith(f" for {span_words(began - reader.history(HOUSE.id, fact.source, BEGIN, NOON)[0].at)}.")


def test_a_charge_is_low_by_the_floor_that_ess_keeps(reader: Reader) -> None:
    held = station_moment(reader, HOUSE.id)
    assert held is not None
    system = held.snapshot.device("system")
    assert system is not None
    floor = replace(system, readings={**system.readings, "Control/ActiveSocLimit": Reading(60.0, NOON)})
    devices = {**held.snapshot.devices, system.key: floor}
    raised = replace(held, snapshot=replace(held.snapshot, devices=devices))
    assert low_limit_percent(raised) > 60.0

    def answered(moment: StationMoment) -> Reasons:
        return replace(reasons(moment, Question.LOW_SOC), causes=())

    (told,) = since(reader, raised, answered, NOON)
    assert f"above {low_limit_percent(raised):.0f} %" in told.said.text


def test_a_past_moment_is_answered_by_what_was_so_then(reader: Reader) -> None:
    before = SET_AT - 600.0
    answer = why(reader, HOUSE.id, Question.NOT_CHARGING, before, before)
    assert answer.reasons.holds is False
    assert answer.reasons.premise.text.startswith("The battery does charge: ")
    assert answer.at == before


def test_without_a_question_the_moment_suggests_one(reader: Reader) -> None:
    answer = why(reader, HOUSE.id, None, NOON)
    assert answer.suggested
    assert answer.reasons.question is Question.NOT_CHARGING


def test_before_the_record_nothing_can_be_told(reader: Reader) -> None:
    answer = why(reader, HOUSE.id, Question.NOT_CHARGING, BEGIN - 86_400.0, BEGIN - 86_400.0)
    assert answer.reasons.holds is None
    assert answer.reasons.cannot_tell


def test_old_values_are_not_the_state_of_now(store: Path) -> None:
    later = NOON + 1800.0
    with closing(Reader(store, ManualClock(later))) as reader:
        answer = why(reader, HOUSE.id, Question.NOT_CHARGING, later)
    assert answer.reasons.causes == ()
    assert answer.reasons.cannot_tell
    assert answer.link
    assert all(fact.quality is not Quality.GOOD for fact in answer.reasons.premise.facts)


def test_a_station_that_the_store_never_had_is_said_so(reader: Reader) -> None:
    with pytest.raises(UnknownStation):
        why(reader, "nowhere", None, NOON)


def test_an_alarm_that_is_over_is_asked_about_at_the_moment_of_its_raise(reader: Reader) -> None:
    raised = SET_AT - 1200.0
    over = Occurrence(
        7, AlertKey(HOUSE.id, "full_charge"), "x", Severity.WARNING, "Not full", "charge it", raised, raised,
        cleared_at=raised + 300.0,
    )  # fmt: skip
    answer = why_alarm(reader, over, NOON)
    assert (answer.at, answer.alarm) == (raised, 7)
    standing = why_alarm(reader, replace(over, cleared_at=None), NOON)
    assert standing.at == NOON
    assert standing.reasons.first is not None
    assert standing.reasons.first.id == "charge_limit_zero"


def test_hostile_names_and_texts_stay_text(store: Path) -> None:
    clock = ManualClock(NOON)
    writer = Writer(store, clock)
    writer.record_all([StationUpdate(HOUSE.id, NOON, events=[Event(NOON, HOUSE.id, "setting", "a \x1b[2J name")])])
    writer.close()
    with closing(Reader(store, clock)) as reader:
        answer = why(reader, HOUSE.id, Question.NOT_CHARGING, NOON)
    assert all("\x1b" not in line.text for line in answer_text(answer, dated=False))


def test_what_never_was_otherwise_is_said_of_what_is_recorded(reader: Reader) -> None:
    answer = why(reader, HOUSE.id, Question.NOT_DISCHARGING, NOON)
    assert [said.text for said in answer.since][-1] == "It has not discharged within the 3 h that are recorded."
