"""Lines and points as inline SVG; ``bars`` draws the rest. Colours come from the page's CSS classes (``s0`` …).

All text is escaped by the XML writer.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree

import numpy as np

_WIDTH, _HEIGHT = 380.0, 300.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 46.0, 12.0, 18.0, 42.0
_DASHES = ("", "6 3", "2 3", "8 3 2 3", "1 4", "12 4")
_MOST_POINTS = 240

Node = ElementTree.Element


@dataclass(frozen=True, slots=True)
class Series:
    """A line of a plot.

    Attributes:
        name: its name in the legend.
        x: the x values, in the order in which the points are joined.
        y: the y values, as many.
        sizes: if given, points are drawn, with areas in proportion to these.
        notes: if given, the text that each point shows under the pointer.
    """

    name: str
    x: Sequence[float]
    y: Sequence[float]
    sizes: Sequence[float] = field(default=())
    notes: Sequence[str] = field(default=())


def line_plot(series: Sequence[Series], *, title: str, x_label: str, y_label: str, diagonal: bool = False) -> str:
    """Return lines over two axes from 0 to 1; a diagonal shows what perfect calibration would be.

    Points beyond the axes or not finite are left out. Long lines are thinned to a few hundred points.
    """
    svg = _canvas(title, _legend_rows(len(series)))
    _axes(svg, x_label, y_label)
    if diagonal:
        (x1, y1), (x2, y2) = _place(0, 0), _place(1, 1)
        _add(svg, "line", {"class": "diagonal", "x1": x1, "y1": y1, "x2": x2, "y2": y2})
    for number, line in enumerate(series):
        points = [
            (index, *_place(x, y))
            for index, (x, y) in enumerate(zip(line.x, line.y, strict=True))
            if 0 <= x <= 1 and 0 <= y <= 1
        ]
        drawn = " ".join(f"{x:.1f},{y:.1f}" for _, x, y in _thinned(points))
        if len(points) > 1:
            dash = _DASHES[number % len(_DASHES)]
            _add(svg, "polyline", {"class": f"line s{number % 6}", "points": drawn, "stroke-dasharray": dash or None})
        largest = max(line.sizes, default=1.0) or 1.0
        for index, x, y in points if line.sizes else ():
            # If all points have one size, it means nothing, so they stay small.
            radius = 2.5 + 5.5 * math.sqrt(line.sizes[index] / largest) if min(line.sizes) < largest else 3.5
            dot = _add(svg, "circle", {"class": f"dot s{number % 6}", "cx": x, "cy": y, "r": radius})
            if line.notes:
                _add(dot, "title", {}, line.notes[index])
    _legend(svg, [line.name for line in series])
    return _written(svg)


def _canvas(title: str, legend_rows: int) -> Node:
    height = _HEIGHT + 20.0 * legend_rows
    box = f"0 0 {_WIDTH:g} {height:g}"
    return ElementTree.Element("svg", {"viewBox": box, "role": "img", "aria-label": title, "class": "plot"})


def _axes(svg: Node, x_label: str, y_label: str) -> None:
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    for part in range(6):
        share = part / 5
        x, y = _place(share, share)
        _add(svg, "line", {"class": "grid", "x1": _LEFT, "y1": y, "x2": right, "y2": y})
        _add(svg, "text", {"x": _LEFT - 6, "y": y + 4, "text-anchor": "end"}, f"{share:.3g}")
        _add(svg, "line", {"class": "grid", "x1": x, "y1": _TOP, "x2": x, "y2": bottom})
        _add(svg, "text", {"x": x, "y": bottom + 15, "text-anchor": "middle"}, f"{share:.3g}")
    _add(svg, "text", {"class": "label", "x": (_LEFT + right) / 2, "y": bottom + 33, "text-anchor": "middle"}, x_label)
    middle = (_TOP + bottom) / 2
    turned = f"rotate(-90 12 {middle:g})"
    _add(svg, "text", {"class": "label", "x": 12, "y": middle, "text-anchor": "middle", "transform": turned}, y_label)


def _legend_rows(names: int) -> int:
    return math.ceil(names / _legend_columns(names)) if names > 1 else 0


def _legend_columns(names: int) -> int:
    return 3 if names > 2 else 2


def _legend(svg: Node, names: Sequence[str]) -> None:
    if len(names) < 2:
        return
    columns = _legend_columns(len(names))
    for number, name in enumerate(names):
        x = _LEFT + (_WIDTH - _LEFT) / columns * (number % columns)
        y = _HEIGHT + 20.0 * (number // columns) + 8
        dash = _DASHES[number % len(_DASHES)] or None
        mark: dict[str, str | float | None] = {
            "class": f"line s{number % 6}",
            "x1": x,
            "y1": y,
            "x2": x + 22,
            "y2": y,
            "stroke-dasharray": dash,
        }
        _add(svg, "line", mark)
        _add(svg, "text", {"x": x + 27, "y": y + 4}, name)


def _place(x: float, y: float) -> tuple[float, float]:
    return _LEFT + x * (_WIDTH - _LEFT - _RIGHT), _HEIGHT - _BOTTOM - y * (_HEIGHT - _TOP - _BOTTOM)


def _thinned(points: Sequence[tuple[int, float, float]]) -> list[tuple[int, float, float]]:
    if len(points) <= _MOST_POINTS:
        return list(points)
    kept = np.unique(np.linspace(0, len(points) - 1, _MOST_POINTS).astype(int))
    return [points[index] for index in kept]


def _add(parent: Node, tag: str, attributes: Mapping[str, str | float | None], text: str | None = None) -> Node:
    written = {
        name: value if isinstance(value, str) else f"{value:.1f}"
        for name, value in attributes.items()
        if value is not None
    }
    node = ElementTree.SubElement(parent, tag, written)
    node.text = text
    return node


def _written(svg: Node) -> str:
    return ElementTree.tostring(svg, encoding="unicode")
