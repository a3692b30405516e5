"""The dashboard, the scrape configuration and the exported rules, against the metrics that exist and by promtool."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.docs_pages import DOCS

from victron_console.alerts.rules.rule_file import load_rules
from victron_console.endpoint.metric_names import ALL
from victron_console.endpoint.rules_export import prometheus_rules

MONITORING = DOCS / "monitoring"
PROMTOOL = shutil.which("promtool")
with_promtool = pytest.mark.skipif(PROMTOOL is None, reason="no promtool is here (Debian: prometheus)")
OWN_RULE = """
schema = 1
[[rule]]
id = "low"
family = "own"
title = "Low {{ $labels.x }} \\"now\\""
response = "charge"
unit = "%%"
%s
[rule.inputs]
m = "system/*/Dc/Battery/Soc"
v = "system/*/Dc/Battery/Voltage"
[[rule.level]]
severity = "warning"
raise = '''%s'''
clear = "last(m) > 50"
for = "5m"
"""


def promtool(*words: str, said: str | None = None) -> None:
    assert PROMTOOL is not None
    found = subprocess.run([PROMTOOL, *words], input=said, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


def expressions(panels: list[dict[str, Any]]) -> Iterator[str]:
    for panel in panels:
        yield from (target["expr"] for target in panel["targets"])


def dashboard() -> list[str]:
    text = (MONITORING / "dashboard.json").read_text(encoding="utf-8")
    return list(expressions(json.loads(text)["panels"]))


def test_the_dashboard_asks_for_metrics_that_exist_by_labels_that_they_have() -> None:
    known = {metric.name: {*metric.labels, "instance", "job"} for metric in ALL}
    asked = dashboard()
    assert len(asked) > 20
    for expression in asked:
        for name, labels in re.findall(r"\b(victron_\w+)(?:\{([^}]*)\})?", expression):
            assert name in known, expression
            assert set(re.findall(r"(\w+)[=!]~?\"", labels)) <= known[name], expression


@with_promtool
def test_prometheus_can_parse_what_the_dashboard_asks(tmp_path: Path) -> None:
    rules = [
        f"      - record: panel:{number}\n        expr: {json.dumps(expression.replace('$station', '.+'))}"
        for number, expression in enumerate(dashboard())
    ]
    (tmp_path / "panels.yml").write_text("groups:\n  - name: panels\n    rules:\n" + "\n".join(rules) + "\n")
    promtool("check", "rules", str(tmp_path / "panels.yml"))


@with_promtool
def test_prometheus_takes_the_scrape_configuration_with_the_exported_rules(tmp_path: Path) -> None:
    (tmp_path / "rules.yml").write_text(prometheus_rules(load_rules([])), encoding="utf-8")
    shutil.copy(MONITORING / "prometheus.yml", tmp_path)
    promtool("check", "config", str(tmp_path / "prometheus.yml"))


def test_every_rule_is_in_the_export_in_promql_or_with_the_reason_why_not() -> None:
    rules, text = load_rules([]), prometheus_rules(load_rules([]))
    for rule in rules.rules:
        assert f'rule: "{rule.id}"' in text or f"# For the log alone, hence not here: {rule.id}\n" in text
    relayed = re.findall(r"( *# not in PromQL: .+\n)?      - alert: .+\n +expr: .*victron_alarm\{rule=\\\"\w", text)
    assert relayed and all(relayed)


def exported(tmp_path: Path, raise_: str, more: str = "") -> str:
    folder = tmp_path / "rules"
    folder.mkdir(exist_ok=True)
    (folder / "own.toml").write_text(OWN_RULE % (more, raise_), encoding="utf-8")
    text = prometheus_rules(load_rules([folder]))
    alert = re.search(r"(?: *# .*\n)?      - alert: \"VictronLow\"\n(?:        .*\n)+", text)
    assert alert is not None
    return alert[0]


@pytest.mark.parametrize(
    ("raise_", "expression"),
    [
        ("last(m) < 20", "(victron_battery_soc_percent < 20)"),
        ('avg(m, "10m") <= -1.5 * 2', "(avg_over_time(victron_battery_soc_percent[600s]) <= (-1.5 * 2))"),
        (
            "last(m) < 20 and abs(last(v) - 48) > 4",
            "((victron_battery_soc_percent < 20) and on (station) (abs((victron_battery_voltage_volts - 48)) > 4))",
        ),
        (
            "last(m) < 20 or station_state() != 'live'",
            '((victron_battery_soc_percent < 20) or on (station) (victron_station_state{state="live"} == 0))',
        ),
    ],
)
def test_a_rule_over_figures_is_said_in_promql(tmp_path: Path, raise_: str, expression: str) -> None:
    assert f"expr: {json.dumps(expression)}" in exported(tmp_path, raise_)


@pytest.mark.parametrize(
    ("raise_", "reason"),
    [
        ("last(m) < p.soc_warn", "p.soc_warn differs from station to station"),
        ("d.unbalanced == 1", "d.unbalanced is a result of the diagnostics"),
        ("not last(m) > 20", "`not last(m) > 20` has no like in PromQL"),
        ("last(m) < 20 and seen(v)", "`seen(v)` has no like in PromQL"),
        ("opt(m, 100) < 20", "opt() has no like in PromQL over this page"),
    ],
)
def test_what_promql_cannot_say_is_relayed_as_judged_with_the_reason(tmp_path: Path, raise_: str, reason: str) -> None:
    alert = exported(tmp_path, raise_)
    assert f"# not in PromQL: {reason}\n" in alert
    assert 'victron_alarm{rule=\\"low\\",severity=\\"warning\\",state=~\\"unacknowledged|acknowledged\\"}' in alert


def test_a_gate_and_an_override_are_not_forgotten(tmp_path: Path) -> None:
    gated = exported(tmp_path, "last(m) < 20", 'gate = "last(v) > 40"')
    assert (
        json.dumps("(victron_battery_soc_percent < 20) and on (station) (victron_battery_voltage_volts > 40)") in gated
    )
    (tmp_path / "rules" / "zz.toml").write_text(
        'schema = 1\n[[override]]\nrule = "lo*"\nstations = ["a"]\nenabled = false\n'
    )
    assert "not in PromQL: an [[override]] makes it another for some stations" in exported(tmp_path, "last(m) < 20")


@with_promtool
@pytest.mark.slow
def test_an_exported_rule_fires_for_its_station_and_not_for_one_without_a_sample(tmp_path: Path) -> None:
    exported(tmp_path, "last(m) < 20")
    (tmp_path / "rules.yml").write_text(prometheus_rules(load_rules([tmp_path / "rules"])), encoding="utf-8")
    (tmp_path / "test.yml").write_text(
        """
rule_files: [rules.yml]
tests:
  - interval: 1m
    input_series:
      - series: 'victron_battery_soc_percent{station="alder"}'
        values: '15x10'
      - series: 'victron_battery_soc_percent{station="birch"}'
        values: '15x2 stale'
      - series: 'victron_alarm{station="cedar",rule="soc_island",source="",severity="critical",state="acknowledged"}'
        values: '1x10'
      - series: 'victron_alarm{station="dune",rule="soc_island",source="",severity="critical",state="shelved"}'
        values: '1x10'
      - series: 'victron_alarm{rule="store_full",family="store_full",severity="warning",state="unacknowledged"}'
        values: '1x10'
      - series: 'victron_alarm{station="elm",rule="a:b",source="vebus/0",severity="warning",state="unacknowledged"}'
        values: '1x10'
    alert_rule_test:
      - alertname: VictronOtherAlarm
        eval_time: 8m
        exp_alerts:
          - exp_labels: {severity: warning, family: store_full}
            exp_annotations: {summary: ' : store_full', description: '`victron-console alerts` says what it is'}
          - exp_labels: {station: elm, source: vebus/0, severity: warning}
            exp_annotations: {summary: 'elm vebus/0: ', description: '`victron-console alerts` says what it is'}
      - alertname: VictronLow
        eval_time: 8m
        exp_alerts:
          - exp_labels: {station: alder, severity: warning, family: own, rule: low}
            exp_annotations: {summary: 'alder: Low { { $labels.x }} "now"', description: charge}
      - alertname: VictronSocIsland
        eval_time: 8m
        exp_alerts:
          - exp_labels: {station: cedar, severity: critical, family: soc, rule: soc_island}
            exp_annotations:
              summary: 'cedar : Battery low'
              description: start generator; cut loads; look for what draws so much or why nothing charges
"""
    )
    promtool("test", "rules", str(tmp_path / "test.yml"))
