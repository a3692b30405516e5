"""Two drawings for reports, as SVG text inside a page: bars by day, a band by day. No library, no script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 720, 180
LEFT, BOTTOM, TOP = 44, 22, 10
BATTERY = "#185a4d"
"""The hue of the battery on light ground, as the console's light theme has it."""


@dataclass(frozen=True, slots=True)
class Bars:
    """One series of a bar drawing."""

    name: str
    colour: str
    values: Sequence[float | None]


def bars(title: str, unit: str, labels: Sequence[str], series: Sequence[Bars]) -> str:
    """Bars side by side, one group a label; a value that is not known leaves its place empty."""
    top = max((value for one in series for value in one.values if value is not None), default=0.0) or 1.0
    step = (WIDTH - LEFT) / max(1, len(labels))
    width = step * 0.8 / max(1, len(series))
    shapes = []
    for number, one in enumerate(series):
        for place, value in enumerate(one.values):
            if value is not None:
                height = max(0.0, value) / top * (HEIGHT - TOP - BOTTOM)
                x = LEFT + place * step + step * 0.1 + number * width
                shapes.append(_rectangle(x, HEIGHT - BOTTOM - height, width, height, one.colour))
    legend = "   ".join(one.name for one in series)
    return _picture(f"{title} ({unit}): {legend}", [*_axis(0.0, top, unit), *shapes, *_labels(labels, step)])


def band(title: str, unit: str, labels: Sequence[str], ends: Sequence[tuple[float, float] | None], top: float) -> str:
    """From low to high, one bar a label, on a scale from zero to `top`."""
    step = (WIDTH - LEFT) / max(1, len(labels))
    scale = (HEIGHT - TOP - BOTTOM) / top
    shapes = []
    for place, pair in enumerate(ends):
        if pair is not None:
            low, high = (min(top, max(0.0, value)) for value in pair)
            x, y = LEFT + place * step + step * 0.2, HEIGHT - BOTTOM - high * scale
            shapes.append(_rectangle(x, y, step * 0.6, max(1.5, (high - low) * scale), BATTERY))
    return _picture(f"{title} ({unit})", [*_axis(0.0, top, unit), *shapes, *_labels(labels, step)])


def _picture(title: str, parts: Sequence[str]) -> str:
    said = escape(title)
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{said}" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{said}</title>{''.join(parts)}</svg>"
    )


def _axis(low: float, top: float, unit: str) -> list[str]:
    lines = []
    for share in (0.0, 0.5, 1.0):
        y = HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)
        lines.append(f'<line x1="{LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="#cfd6dc"/>')
        lines.append(_text(LEFT - 4, y + 4, f"{low + share * (top - low):.3g}", "end"))
    return lines


def _labels(labels: Sequence[str], step: float) -> list[str]:
    every = max(1, round(len(labels) / 16))
    return [
        _text(LEFT + (place + 0.5) * step, HEIGHT - 6, label, "middle")
        for place, label in enumerate(labels)
        if place % every == 0
    ]


def _rectangle(x: float, y: float, width: float, height: float, colour: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{escape(colour)}"/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
