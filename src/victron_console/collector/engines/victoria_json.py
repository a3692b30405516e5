"""Samples as VictoriaMetrics imports them: a JSON line a series, with its values and their moments side by side.

Not Influx lines, which it takes as well: of those it makes a metric a field, `battery/Dc/0/Voltage_value`, which a
query can only name in quotes, and of a text a 0. Labels are those of the station file and the device's class and
instance: what a device calls itself may come late or change, and would make of each series another one.

It answers a line with a null or NaN by leaving all of it out, and has no staleness markers here (tried with 1.79). So
what a value is worth is a series of its own, `victron_quality`: 0 good, 1 absent, 2 implausible. Only good numbers are
values.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from victron_console.collector.engines.samples import Sample, SentSeries
from victron_console.model.quality import Quality

QUALITY_METRIC = "victron_quality"
QUALITIES: Mapping[Quality, int] = {Quality.GOOD: 0, Quality.ABSENT: 1, Quality.IMPLAUSIBLE: 2}
MAX_LABEL = 1024
"""Characters; VictoriaMetrics cuts at 16 KB."""
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def metric_name(cls: str, path: str) -> str:
    """`victron_battery_dc_0_voltage` of `Dc/0/Voltage` of a battery."""
    return "victron_" + _WORDS.sub("_", f"{cls}/{path}").strip("_").lower()


class VictoriaJson:
    """Writes samples as lines of `/api/v1/import`; what tells a series is made once."""

    CONTENT_TYPE = "application/stream+json"

    def __init__(self, labels: Mapping[str, str]) -> None:
        """`labels` are of every sample."""
        self._labels = labels
        self._heads: dict[tuple[int, bool], tuple[SentSeries, str]] = {}
        self._doubted: set[int] = set()
        """Series that were something else than good once: of these it is said, too, when they are good.

        None is taken out again, so that a request that has to be made once more says the same.
        """

    def encoded(self, samples: Sequence[Sample]) -> bytes:
        """One line a series, and one for its quality where that was ever doubtful; empty where all are texts."""
        values: dict[str, tuple[list[float], list[int]]] = {}
        for sample in samples:
            if isinstance(sample.value, str):
                continue  # it keeps numbers alone
            no = sample.series.no
            good = sample.quality is Quality.GOOD and sample.value is not None
            if good:
                assert sample.value is not None
                self._put(values, self._head(sample.series, quality=False), float(sample.value), sample.at_ms)
            if not good:
                self._doubted.add(no)
            if no in self._doubted:
                self._put(values, self._head(sample.series, quality=True), QUALITIES[sample.quality], sample.at_ms)
        lines = (
            f'{head},"values":{_JSON.encode(numbers)},"timestamps":{_JSON.encode(moments)}}}'
            for head, (numbers, moments) in values.items()
        )
        return "\n".join(lines).encode()

    @staticmethod
    def _put(values: dict[str, tuple[list[float], list[int]]], head: str, number: float, at_ms: int) -> None:
        numbers, moments = values.setdefault(head, ([], []))
        numbers.append(number)
        moments.append(at_ms)

    def _head(self, series: SentSeries, *, quality: bool) -> str:
        key = (series.no, quality)
        known = self._heads.get(key)
        if known is None or known[0] is not series:
            name = QUALITY_METRIC if quality else metric_name(series.cls, series.path)
            known = self._heads[key] = series, self._made_head(name, series)
        return known[1]

    def _made_head(self, name: str, series: SentSeries) -> str:
        labels = {
            "__name__": name,
            "station": series.station,
            "name": series.name,
            "class": series.cls,
            "instance": series.instance,
            "path": series.path,
            "unit": series.unit,
            **self._labels,
        }
        kept = {label: text[:MAX_LABEL] for label, text in labels.items() if text}
        return f'{{"metric":{_JSON.encode(kept)}'
