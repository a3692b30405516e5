"""Every form of JSON by its name: its schema, made of its types, and the one way in which it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, TypeAdapter

from victron_console.contract.advice import AdviceNow
from victron_console.contract.alarms import AlarmLife, Alarms, ListedAlarm
from victron_console.contract.audit import Audit, StationAudit
from victron_console.contract.diagnosis import Diagnoses
from victron_console.contract.form import VERSION
from victron_console.contract.health import Health
from victron_console.contract.incidents import Incidents
from victron_console.contract.jobs import Jobs
from victron_console.contract.link import Links
from victron_console.contract.log import Log
from victron_console.contract.past.backtests import AdvicePlayed, FiredFamily, Played, SunrisePlayed
from victron_console.contract.past.forecasts import ForecastsPlayed
from victron_console.contract.peers import FigureExplained, Peers
from victron_console.contract.report import Month, Report
from victron_console.contract.rules import RuleInForce, StationParameter
from victron_console.contract.series import SeriesFound, SeriesRead
from victron_console.contract.station_now import Device, StationNow
from victron_console.contract.status import FleetPage, Status
from victron_console.contract.store import EngineStatus, Stats
from victron_console.contract.validation import Validated
from victron_console.contract.why import Why

DIALECT = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, slots=True)
class Form:
    """One form of JSON."""

    type: Any
    """The model, or a list of it."""
    command: str
    """What prints it; empty where only an agent's tool gives it."""
    statuses: str = "0; 1 an error of ours"
    """The exit statuses of that command and what each means. A wrong command line is 2 everywhere."""

    @property
    def adapter(self) -> TypeAdapter[Any]:
        """Validates and writes it."""
        return TypeAdapter(self.type)


_WORST = "0 fine, 1 a warning or a station that is not live, 2 something critical, 3 cannot tell"
_CHECKS = "0 all checks pass, 1 a warning, 2 a check fails, 3 cannot tell"
_COMPARED = "0 all agrees or is explained, 1 something is not explained, 3 cannot tell"
FORMS: Mapping[str, Form] = {
    "status": Form(Status, "status --json", _WORST),
    "alerts": Form(list[ListedAlarm], "alerts --json"),
    "incidents": Form(Incidents, "alerts incidents --json"),
    "audit": Form(list[StationAudit], "audit --json", _CHECKS),
    "devices": Form(list[Device], "devices --json"),
    "diagnose": Form(Diagnoses, "diagnose --json"),
    "report": Form(Report, "report --json"),
    "log": Form(Log, "log --json"),
    "link": Form(Links, "link --json"),
    "series-find": Form(SeriesFound, "series find --json"),
    "series-read": Form(SeriesRead, "series read --json"),
    "advice": Form(AdviceNow, "advice --json"),
    "jobs": Form(Jobs, "jobs --json"),
    "rules": Form(list[RuleInForce], "rules list --json"),
    "rules-parameters": Form(dict[str, StationParameter | None], "rules parameters --json"),
    "why": Form(Why, "why --json", "0 a cause is named or there is nothing to explain, 3 cannot tell"),
    "vrm-validate": Form(Validated, "vrm validate --json", _COMPARED),
    "store-stats": Form(Stats, "store stats --json"),
    "engines": Form(list[EngineStatus], "engine status --json", "0; 1 one does not answer, or an error of ours"),
    "backtest-advice": Form(AdvicePlayed, "backtest advice --json"),
    "backtest-sunrise": Form(SunrisePlayed, "backtest sunrise --json"),
    "backtest-forecast": Form(ForecastsPlayed, "backtest forecast --json"),
    "backtest-rules": Form(list[FiredFamily], "backtest rules --json"),
    "fleet": Form(FleetPage, ""),
    "station-now": Form(StationNow, ""),
    "alarms": Form(Alarms, ""),
    "alarm-life": Form(AlarmLife, ""),
    "audits": Form(Audit, ""),
    "health": Form(Health, ""),
    "played": Form(Played, ""),
    "figure": Form(FigureExplained, ""),
    "peers": Form(Peers, ""),
    "month": Form(Month, ""),
}
"""By name, as `victron-console schema` takes it."""


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema of a form.

    Raises:
        KeyError: there is none of that name.
    """
    form = FORMS[name]
    made = form.adapter.json_schema(mode="serialization", by_alias=True)
    return {"$schema": DIALECT, "$id": f"victron-console:{name}:{VERSION}", **made}


def written_json(name: str, answer: object) -> bytes:
    """An answer, whose models were checked when they were made, as UTF-8 of JSON."""
    return FORMS[name].adapter.dump_json(answer, indent=2, by_alias=True)


def compact_json(answer: BaseModel) -> str:
    """A document in one line."""
    return answer.model_dump_json(by_alias=True)
