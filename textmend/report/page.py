"""HTML from a template, escaped by default, in the common look of all pages. Needs the extra ``report`` (Jinja2)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import regex

from textmend.extras import needs

_LINE_ENDS = regex.compile(r"(?:\r?\n[ \t]*)+")


def render(template: Path, **values: Any) -> str:
    """Return a page.

    The template extends ``base.html.jinja``; the filter ``visible`` shows untrusted text, ``svg`` a plot.

    Args:
        template: its file.
        values: the values of its variables.

    Raises:
        MissingExtraError: Jinja2 is not installed.
    """
    with needs("the HTML report", "report"):
        import jinja2
        import markupsafe

    def svg(plot: str) -> str:
        return markupsafe.Markup(plot)  # ``plots`` writes it and escapes all text

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([template.parent, Path(__file__).parent]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters.update(visible=visible, svg=svg)
    return environment.get_template(template.name).render(**values)


def visible(text: str) -> str:
    """Return visible text: control characters and lone surrogates become their codes, line ends in a row one ¶."""
    return "".join(_visible(char) for char in _LINE_ENDS.sub("\n", text))


def _visible(char: str) -> str:
    if char == "\n":
        return " ¶ "
    if char == "\t" or (char.isprintable() or char == "\xa0"):
        return char
    return " " if char.isspace() and char not in "\x1c\x1d\x1e\x1f\x0b\x0c\x85" else f"⟨{ord(char):04X}⟩"
