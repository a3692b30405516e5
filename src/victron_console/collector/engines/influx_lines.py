"""Samples in Influx's line protocol, in the schema of Victron's own loader: its Grafana dashboards go on working.

The measurement is class and path (`battery/Dc/0/Voltage`), `portalId`, `instanceNumber` and `name` are tags, a number
is the field `value`, a text `stringValue` (https://github.com/victronenergy/venus-influx-loader, influxdb.ts and
loader.ts in src/server). Ours adds the tags `station` and `unit` and the field `quality`; an absent value is a point
with that alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from victron_console.collector.engines.samples import Sample, SentSeries
from victron_console.model.quality import Quality

MAX_TEXT = 16_000
"""Characters of a text: Influx 1 takes 64 KB in a field."""
MAX_TAG = 256
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
_TAG = re.compile(r"([,= ])")
_MEASUREMENT = re.compile(r"([, ])")


class InfluxLines:
    """Writes samples as lines; what stands before the fields of a series is made once."""

    CONTENT_TYPE = "text/plain; charset=utf-8"

    def __init__(self, labels: Mapping[str, str]) -> None:
        """`labels` are tags of every sample."""
        self._labels = labels
        self._heads: dict[int, tuple[SentSeries, str]] = {}

    def encoded(self, samples: Sequence[Sample]) -> bytes:
        """One line a sample."""
        return "\n".join(map(self._line, samples)).encode()

    def _line(self, sample: Sample) -> str:
        series = sample.series
        known = self._heads.get(series.no)
        if known is None or known[0] is not series:
            known = self._heads[series.no] = series, self._head(series)
        return f"{known[1]} {_fields(sample)} {sample.at_ms}"

    def _head(self, series: SentSeries) -> str:
        measurement = _MEASUREMENT.sub(r"\\\1", _one_line(f"{series.cls}/{series.path}"))
        tags = {
            "instanceNumber": series.instance,
            "name": series.site_name,
            "portalId": series.portal_id,
            "station": series.station,
            "unit": series.unit,
            **self._labels,
        }
        kept = {name: _TAG.sub(r"\\\1", text) for name, value in sorted(tags.items()) if (text := _one_line(value))}
        return ",".join([measurement, *(f"{name}={value}" for name, value in kept.items())])


def _one_line(text: str) -> str:
    """A tag or measurement: one line, not too long, without a backslash, which at an end would take the next sign."""
    return _CONTROL.sub(" ", text)[:MAX_TAG].replace("\\", "/").strip()


def _fields(sample: Sample) -> str:
    quality = f'quality="{sample.quality.value}"'
    if sample.value is None or sample.quality is Quality.ABSENT:
        return quality
    if isinstance(sample.value, str):
        text = _CONTROL.sub(" ", sample.value)[:MAX_TEXT].replace("\\", "\\\\").replace('"', '\\"')
        return f'stringValue="{text}",{quality}' if sample.quality is Quality.GOOD else quality
    # An implausible number must not pass for one: it stands in a field of its own.
    return f"{'value' if sample.quality is Quality.GOOD else 'implausible'}={float(sample.value)!r},{quality}"
