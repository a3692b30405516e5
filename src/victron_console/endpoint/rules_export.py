"""The alert rules in force as a rule file of Prometheus: in PromQL where they can be said so, else as judged here.

https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from victron_console.alerts.rules.rule_set import Level, Rule, RuleSet
from victron_console.endpoint import metric_names as names
from victron_console.endpoint.promql import CannotSay, condition
from victron_console.model.alert import Severity
from victron_console.model.text import clean

JOB = "victron-console"
"""The name that the scrape configuration has to give the collectors."""
_STANDING = 'state=~"unacknowledged|acknowledged"'


@dataclass(frozen=True, slots=True)
class _Alert:
    name: str
    expression: str
    summary: str
    response: str
    for_s: float = 0.0
    severity: str = ""
    """Empty where the series say it themselves."""
    remark: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)

    def lines(self) -> Iterator[str]:
        """As they stand in the file: a text in double quotes of JSON is one of YAML, too."""
        if self.remark:
            yield f"      # {clean(self.remark)}"
        yield f"      - alert: {_quoted(self.name)}"
        yield f"        expr: {_quoted(self.expression)}"
        if self.for_s:
            yield f"        for: {self.for_s:.0f}s"
        labels = {**self.labels, **({"severity": self.severity} if self.severity else {})}
        if labels:
            yield "        labels:"
            yield from (f"          {name}: {_quoted(text)}" for name, text in labels.items())
        yield "        annotations:"
        yield f"          summary: {_quoted(self.summary)}"
        yield f"          description: {_quoted(self.response)}"


_OF_COLLECTOR = (
    _Alert(
        "VictronCollectorSilent", f'up{{job="{JOB}"}} == 0', "{{ $labels.instance }}: the collector is silent",
        "see whether `victron-console collect` runs there: nothing is recorded or judged meanwhile", 300, "critical",
    ),
    _Alert(
        "VictronStoreUnreadable", f"{names.STORE_READABLE.name} == 0", "{{ $labels.instance }}: store unreadable",
        "run `victron-console store verify` there: disk, rights", 300, "critical",
    ),
    _Alert(
        "VictronCollectorStandsStill", f"time() - {names.STORE_WRITTEN.name} > 120",
        "{{ $labels.instance }}: nothing was written for two minutes",
        "look at the collector's log: the disk may be full", 60, "critical",
    ),
    _Alert(
        "VictronUpdatesDropped", f"increase({names.COLLECTOR_DROPPED.name}[15m]) > 0",
        "{{ $labels.instance }}: values were given up", "look at the collector's log", 0, "warning",
    ),
    _Alert(
        "VictronNoticesWaiting", f"min_over_time({names.NOTICES_WAITING.name}[15m]) > 0",
        "{{ $labels.instance }}: notices of alarms are not got rid of",
        "run `victron-console alerts test-notify` there", 0, "warning",
    ),
)  # fmt: skip


def prometheus_rules(rules: RuleSet) -> str:
    """The rule file.

    A condition that PromQL can say is said in it; of every other rule stands the alarm that the collector raised,
    below a remark why. Rules that only write to the log are named at the end.
    """
    said, told, logged = [], [], []
    for rule in rules.rules:
        for level in rule.levels:
            if level.severity is Severity.INFO or not rule.response:
                logged.append(rule.id)
                continue
            try:
                said.append(_said(rules, rule, level))
            except CannotSay as reason:
                told.append(_told(rule, level, str(reason)))
    own = _Alert(
        "VictronOtherAlarm",
        "max by (station, family, source, severity) "
        f'({names.ALARM.name}{{rule=~".*:.*",{_STANDING}}} or {names.ALARM.name}{{station="",{_STANDING}}}) > 0',
        "{{ $labels.station }} {{ $labels.source }}: {{ $labels.family }}",
        "`victron-console alerts` says what it is",
        remark="alarms that devices and the console raise by themselves",
    )
    lines = [
        *HEAD,
        "groups:",
        *_group("victron-console: the collector itself", _OF_COLLECTOR),
        *_group("victron-console: rules in PromQL", said),
        *_group("victron-console: as the collector judged", [*told, own]),
    ]
    lines += [f"# For the log alone, hence not here: {clean(name)}" for name in dict.fromkeys(logged)]
    return "\n".join(lines) + "\n"


HEAD = (
    "# Written by `victron-console rules export`. For Prometheus, and vmalert of VictoriaMetrics.",
    f'# The scrape configuration has to name the collectors\' job "{JOB}".',
    "# A rule in PromQL clears once its condition no longer holds: it has no condition of its own to clear by.",
)


def _group(name: str, alerts: list[_Alert] | tuple[_Alert, ...]) -> Iterator[str]:
    if alerts:
        yield f"  - name: {_quoted(name)}"
        yield "    rules:"
        for alert in alerts:
            yield from alert.lines()


def _said(rules: RuleSet, rule: Rule, level: Level) -> _Alert:
    if any(override.rule and fnmatchcase(rule.id, override.rule) for override in rules.overrides):
        raise CannotSay("an [[override]] makes it another for some stations")
    expression = condition(rule, level.raise_)
    return _Alert(
        _camel(rule.id), expression, f"{{{{ $labels.station }}}}: {_literal(rule.title)}", _literal(rule.response),
        level.for_s, str(level.severity), labels={"family": rule.family, "rule": rule.id},
    )  # fmt: skip


def _told(rule: Rule, level: Level, reason: str) -> _Alert:
    matching = f'rule="{_escaped(rule.id)}",severity="{level.severity}",{_STANDING}'
    return _Alert(
        _camel(rule.id),
        f"max by (station, source) ({names.ALARM.name}{{{matching}}}) > 0",
        f"{{{{ $labels.station }}}} {{{{ $labels.source }}}}: {_literal(rule.title)}",
        _literal(rule.response),
        severity=str(level.severity),
        remark=f"not in PromQL: {reason}",
        labels={"family": rule.family, "rule": rule.id},
    )


def _camel(name: str) -> str:
    words = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in name).split()
    return "Victron" + "".join(word.capitalize() for word in words)


def _literal(text: str) -> str:
    """Text in which nothing is a template."""
    return clean(text).replace("{{", "{ {")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
