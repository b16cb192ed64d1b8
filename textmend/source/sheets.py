"""The rules of style sheets that may hide, strike out or raise words on a desktop."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from textmend.source.looks import PIXELS

# Of the many rules of a sheet, only those count that may hide words or show them again.
_TELLING_RULE = regex.compile(
    r"display|visibility|opacity|clip|font|indent|-\d{3}|scale|through|super\b|vertical-align|bidi|transparent|[: ][01]px"
    r"|background(?:-color)?+\s*+:[^;]{0,200}+;\s*+color|(?<![-\w])color\s*+:[^;]{0,200}+;\s*+background"
    r"|(?:height|width)\s*+:\s*+[01]\b|hide|\\",
    regex.IGNORECASE,
)
_VIEWPORT = 1280.0

# Braces, comments and strings of a style sheet; a comment or string that never ends reaches to the end.
_CSS_TOKEN = regex.compile(
    r"""<!--|-->|/\*(?:[^*]++|\*(?!/))*+(?:\*/)?|"(?:[^"\\\n]++|\\.)*+"?|'(?:[^'\\\n]++|\\.)*+'?|[{}]"""
)
_MEDIA = regex.compile(r"\(\s*(?:(min|max)-width\s*:|width\s*([<>])=?)\s*(\d+(?:\.\d+)?)\s*(px|em|rem)\s*\)")
_MOST_NESTED = 3
LONGEST_SELECTOR = 400
"""Longer selectors are not read."""


def selectors_of(prelude: str) -> list[str]:
    """Return the selectors of a rule: those in a function such as ``:is(a, b)`` belong together."""
    found, depth, start = [], 0, 0
    for place, char in enumerate(prelude):
        depth += (char == "(") - (char == ")")
        if char == "," and depth <= 0:
            found.append(prelude[start:place].strip())
            start = place + 1
    return [*found, prelude[start:].strip()]


def telling_rules(sheet: str) -> Iterator[tuple[str, str]]:
    """Yield selectors and declarations of the rules that may hide, strike out or raise words on a desktop."""
    opened: list[tuple[str, bool]] = []
    start, parts = 0, []
    applies = True
    for token in _CSS_TOKEN.finditer(sheet):
        mark = token.group()[0]
        if mark in "/<-":
            parts.append(sheet[start : token.start()])
            start = token.end()
        elif mark == "{":
            prelude = ("".join(parts) + sheet[start : token.start()]).rpartition(";")[2].strip()
            opened.append((prelude, applies))
            applies = applies and (not prelude.startswith("@") or _is_for_desktops(prelude))
            start, parts = token.end(), []
        elif mark == "}":
            body = "".join(parts) + sheet[start : token.start()]
            start, parts = token.end(), []
            if opened:
                prelude, before = opened.pop()
                if applies and prelude and not prelude.startswith("@") and _TELLING_RULE.search(body):
                    whole = _nested(
                        [outer for outer, _ in opened[-_MOST_NESTED - 1 :] if not outer.startswith("@")], prelude
                    )
                    if whole:
                        yield whole, body
                applies = before


def _nested(around: list[str], prelude: str) -> str:
    """Return the selector of a rule that may stand within other rules; empty if it is too long."""
    if len(around) > _MOST_NESTED:
        return ""
    for outer in reversed(around):
        if len(outer) + len(prelude) > LONGEST_SELECTOR or prelude.count("&") > 1:
            return ""
        whole = f":is({outer})" if "," in outer else outer
        prelude = prelude.replace("&", whole) if "&" in prelude else f"{whole} {prelude}"
    return prelude


def _is_for_desktops(prelude: str) -> bool:
    name, _, condition = prelude.lower().partition(" ")
    if name == "@layer":
        return True
    if name == "@supports":
        return not condition.lstrip().startswith("not")
    return name == "@media" and any(_media_applies(query) for query in condition.split(","))


def _media_applies(query: str) -> bool:
    for bound, sign, number, unit in _MEDIA.findall(query):
        if ((bound or sign) in ("min", ">")) != (float(number) * PIXELS[unit] <= _VIEWPORT):
            return False
    rest = _MEDIA.sub("", query).replace("and", " ").split()
    return rest == ["not", "print"] or set(rest) <= {"only", "screen", "all"}
