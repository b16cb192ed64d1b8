"""Bars and histograms as plain HTML, drawn by the page's CSS. Colours come from its classes (``s0`` …).

All text is escaped by the XML writer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

Node = ElementTree.Element

_TOPS = (0.1, 0.25, 0.5, 1.0)


def bar_plot(labels: Sequence[str], shares: Sequence[float], *, title: str, x_label: str, y_label: str) -> str:
    """Return upright bars for shares from 0 to 1, each with its value above it."""
    top = next((top for top in _TOPS if max(shares, default=0.0) <= top), 1.0)
    plot = _plot("bars columns apart", title)
    grid = _add(plot, "div")
    field = _add(grid, "div", {"class": "field", "style": "grid-column: 2"})
    for label, value in zip(labels, shares, strict=True):
        column = _add(field, "div", {"title": f"{label}: {value:.1%}"})
        _add(column, "b", text=f"{100 * value:.0f} %")
        _add(column, "span", {"class": "bar s0", "style": f"height: {_per_cent(value, top)}"})
    _add_all(_add(grid, "div", {"class": "across"}), "span", labels)
    _add(plot, "p", {"class": "label"}, f"{x_label} ({y_label})")
    return _written(plot)


def row_plot(
    labels: Sequence[str], values: Sequence[float], *, title: str, x_label: str, notes: Sequence[str] = ()
) -> str:
    """Return horizontal bars from 0, each with its label above and its value beside it.

    Args:
        labels: the labels of the bars.
        values: their values, not negative.
        title: what the plot shows, for those who can't see it.
        x_label: what the values are.
        notes: if given, the text that each bar shows under the pointer.
    """
    most = max(values, default=0.0) or 1.0
    plot = _plot("bars rows", title)
    for index, (label, value) in enumerate(zip(labels, values, strict=True)):
        row = _add(plot, "div", {"title": notes[index] if notes else f"{label}: {value:.3g}"})
        _add(row, "span", text=label)
        bar = _add(row, "p")
        _add(bar, "span", {"class": "bar s0", "style": f"width: {_per_cent(value, most)}"})
        _add(bar, "b", text=_number(value))
    _add(plot, "p", {"class": "label"}, x_label)
    return _written(plot)


def histogram(parts: Mapping[str, Sequence[int]], *, title: str, x_label: str, y_label: str) -> str:
    """Return counts over bins of equal width from 0 to 1; the counts of several parts are stacked.

    Args:
        parts: for each name, counts by bin; all of the same length.
        title: what the plot shows, for those who can't see it.
        x_label: the quantity on the x axis.
        y_label: the things that are counted.
    """
    bins = list(zip(*parts.values(), strict=True)) or [(0,)]
    top = _round_up(max(map(sum, bins)))
    plot = _plot("bars columns", title)
    grid = _add(plot, "div")
    _add_all(_add(grid, "div", {"class": "up"}), "span", [f"{top * share // 5:,}" for share in range(5, -1, -1)])
    field = _add(grid, "div", {"class": "field"})
    for index, counts in enumerate(bins):
        column = _add(field, "div")
        for number, (name, count) in reversed(list(enumerate(zip(parts, counts, strict=False)))):
            note = f"{name}, {index / len(bins):.2f} to {(index + 1) / len(bins):.2f}: {count:,}"
            if count:
                _add(
                    column,
                    "span",
                    {"class": f"bar s{number % 6}", "style": f"height: {_per_cent(count, top)}", "title": note},
                )
    _add_all(_add(grid, "div", {"class": "across"}), "span", [f"{share / 5:.1g}" for share in range(6)])
    _add(plot, "p", {"class": "label"}, f"{x_label} ({y_label})")
    _legend(plot, list(parts))
    return _written(plot)


def _legend(plot: Node, names: Sequence[str]) -> None:
    if len(names) < 2:
        return
    entries = _add(plot, "ul")
    for number, name in enumerate(names):
        entry = _add(entries, "li")
        _add(entry, "span", {"class": f"bar s{number % 6}"})
        _add(entry, "span", text=name)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.2g}" if value < 1 else f"{value:.1f}"


def _per_cent(value: float, whole: float) -> str:
    return f"{100 * value / whole:.2f}%"


def _round_up(value: int) -> int:
    """Return the least round number not below ``value`` that divides well into five parts."""
    size = 1
    while True:
        for step in (5, 10, 20, 25):
            if value <= step * size:
                return step * size
        size *= 10


def _plot(kind: str, title: str) -> Node:
    return ElementTree.Element("div", {"class": kind, "role": "group", "aria-label": title})


def _add(parent: Node, tag: str, attributes: Mapping[str, str] | None = None, text: str | None = None) -> Node:
    node = ElementTree.SubElement(parent, tag, dict(attributes or {}))
    node.text = text
    return node


def _add_all(parent: Node, tag: str, texts: Sequence[str]) -> None:
    for text in texts:
        _add(parent, tag, text=text)


def _written(plot: Node) -> str:
    return ElementTree.tostring(plot, encoding="unicode", short_empty_elements=False)
