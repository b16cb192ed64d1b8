"""The styles of a page: whether they hide, strike out or raise an element's words.

Inline ``style`` attributes and the simple rules of ``<style>`` elements are read (tinycss2, cssselect2), as a desktop
browser would take them. Simple rules name tags, classes, identifiers and attributes, alone or one inside another. Style
sheets outside the page are unknown; ``interface.toml`` has their usual classes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import regex

_PROPERTIES = frozenset(
    "display visibility opacity font-size font clip clip-path position left right top bottom text-indent margin-left "
    "margin-top width height max-width max-height overflow overflow-x overflow-y color background background-color "
    "background-image background-clip -webkit-background-clip text-decoration text-decoration-line transform "
    "transition animation animation-name will-change vertical-align direction unicode-bidi content-visibility "
    "mso-hide".split()
)
# A declaration without any of these words never hides, strikes out or raises words.
_TELLING = regex.compile(
    r"none|inline|hidden|collapse|opacity|font|clip|absolute|fixed|indent|margin|width|height|color|through|transform"
    r"|super|bidi|hide|\\",
    regex.IGNORECASE,
)
# Of the many rules of a sheet, only those count that may hide words or show them again.
_TELLING_RULE = regex.compile(
    r"display|visibility|opacity|clip|font|indent|-\d{3}|scale|through|super\b|bidi|transparent|[: ][01]px"
    r"|(?:height|width)\s*+:\s*+[01]\b|hide|\\",
    regex.IGNORECASE,
)
_APART = frozenset(("block", "flex", "grid", "table", "list-item", "flow-root", "table-cell", "table-row"))
_FAR = 900.0
"""Words this many pixels off the screen can't be reached by scrolling."""

_SMALL = 1.0
_FAINT = 0.05
_VIEWPORT = 1280.0
_PIXELS = {"px": 1.0, "pt": 1.33, "em": 16.0, "rem": 16.0, "ex": 8.0, "ch": 8.0, "vw": 12.8, "vh": 8.0, "cm": 38.0}
_MOST_OF_ONE_KEY = 30

# Braces, comments and strings of a style sheet; a comment or string that never ends reaches to the end.
_CSS_TOKEN = regex.compile(
    r"""<!--|-->|/\*(?:[^*]++|\*(?!/))*+(?:\*/)?|"(?:[^"\\\n]++|\\.)*+"?|'(?:[^'\\\n]++|\\.)*+'?|[{}]"""
)
_SIMPLE_SELECTOR = regex.compile(r"[\w\s.#>*\[\]=\"'~|^$-]++")
_LAST_COMPOUND = regex.compile(r"[^\s>]++\s*+$")
_KEY = regex.compile(r"[.#][\w-]++")
_TAG_KEY = regex.compile(r"^[A-Za-z][\w-]*+")
_MEDIA = regex.compile(r"\(\s*(min|max)-width\s*:\s*([\d.]+)\s*(px|em|rem)\s*\)")


@dataclass(frozen=True, slots=True)
class Look:
    """The look that styles give to an element's words.

    Attributes:
        hidden: they are invisible.
        hidden_inline: they are invisible if the element stands in a line of text; a block may have this style until a
            script shows it.
        struck: they are struck out.
        raised: they are raised, as marks of notes and exponents are.
        invisible: their colour is that of a page without a background.
        has_background: whether a background is set.
        flow: whether they stand in a line of text or apart, if the styles say so.
    """

    hidden: bool = False
    hidden_inline: bool = False
    struck: bool = False
    raised: bool = False
    invisible: bool = False
    has_background: bool = False
    flow: Literal["inline", "block"] | None = None


PLAIN = Look()
"""The look of an element without relevant styles."""

_Value = tuple[Any, ...]


class _Declared(NamedTuple):
    """A declaration: its property, its value without white space, and whether it is ``!important``."""

    name: str
    value: _Value
    important: bool


class _Rule(NamedTuple):
    """A selector, its declarations, and its place in the cascade."""

    selector: str
    body: str
    order: int


class Styles:
    """The styles of a page.

    Args:
        sheets: the texts of its ``<style>`` elements, in order.
    """

    def __init__(self, sheets: Sequence[str] = ()) -> None:
        self._rules: dict[str, list[_Rule]] = {}
        self._compiled: dict[_Rule, tuple[Any, list[_Declared]]] = {}
        self._wrapped: dict[Any, Any] = {}
        order = 0
        for sheet in sheets:
            for selectors, body in telling_rules(sheet):
                for selector in selectors.split(","):
                    order += 1
                    self._add(_Rule(selector.strip(), body, order))

    def look(self, element: Any) -> Look:
        """Return the look that an element's own styles give it; the elements around it don't count."""
        attributes = element.attrib
        inline = attributes.get("style") if attributes else None
        if not self._rules:
            return inline_look(inline) if inline else PLAIN
        found = self._matching(element, attributes)
        if not found:
            return inline_look(inline) if inline else PLAIN
        values: dict[str, _Value] = {}
        ranked = [(important, *rank, name, value) for rank, (name, value, important) in found]
        for declared in _declared(inline) if inline else ():
            ranked.append((declared.important, (9, 9, 9), 0, declared.name, declared.value))
        for *_, name, value in sorted(ranked, key=lambda one: one[:3]):
            values[name] = value
        return _look(values)

    def _add(self, rule: _Rule) -> None:
        if not _SIMPLE_SELECTOR.fullmatch(rule.selector):
            return
        last = _LAST_COMPOUND.search(rule.selector)
        if not last:
            return
        key = _KEY.search(last.group()) or _TAG_KEY.search(last.group())
        if key:
            rules = self._rules.setdefault(key.group(), [])
            if len(rules) < _MOST_OF_ONE_KEY and (not rules or rules[-1][:2] != rule[:2]):
                rules.append(rule)

    def _matching(self, element: Any, attributes: Mapping[str, str]) -> list[tuple[Any, _Declared]]:
        keys = [element.tag]
        if attributes:
            keys += ["." + name for name in (attributes.get("class") or "").split()]
            if "id" in attributes:
                keys.append("#" + attributes["id"])
        found = []
        for key in keys:
            for rule in self._rules.get(key, ()):
                selector, declared = self._rule(rule)
                if selector is not None and selector.test(self._wrapper(element)):
                    found += [((selector.specificity, rule.order), one) for one in declared]
        return found

    def _rule(self, rule: _Rule) -> tuple[Any, list[_Declared]]:
        compiled = self._compiled.get(rule)
        if compiled is None:
            import cssselect2

            try:
                (selector,) = cssselect2.compile_selector_list(rule.selector)
            except (cssselect2.SelectorError, ValueError):
                selector = None
            compiled = self._compiled[rule] = selector, declarations(rule.body)
        return compiled

    def _wrapper(self, element: Any) -> Any:
        """Return an element in the form that selectors test: with its ancestors, without its siblings."""
        waiting = []
        wrapped = self._wrapped.get(element)
        while wrapped is None and element is not None:
            waiting.append(element)
            element = element.getparent()
            wrapped = self._wrapped.get(element)
        from cssselect2 import ElementWrapper

        for inner in reversed(waiting):
            outer = wrapped
            wrapped = ElementWrapper.from_html_root(inner)
            if outer is not None:
                wrapped.parent = outer
            self._wrapped[inner] = wrapped
        return wrapped


def telling_rules(sheet: str) -> Iterator[tuple[str, str]]:
    """Yield selectors and declarations of the rules that may hide, strike out or raise words on a desktop."""
    opened: list[tuple[str, bool, int]] = []
    start, parts = 0, []
    applies = True
    for token in _CSS_TOKEN.finditer(sheet):
        mark = token.group()[0]
        if mark in "/<-":
            parts.append(sheet[start : token.start()])
            start = token.end()
        elif mark == "{":
            prelude = ("".join(parts) + sheet[start : token.start()]).rpartition(";")[2].strip()
            opened.append((prelude, applies, token.end()))
            applies = applies and (not prelude.startswith("@") or _is_for_desktops(prelude))
            start, parts = token.end(), []
        elif mark == "}":
            body = "".join(parts) + sheet[start : token.start()]
            start, parts = token.end(), []
            if opened:
                prelude, applies, _ = opened.pop()
                if applies and prelude and not prelude.startswith("@") and _TELLING_RULE.search(body):
                    yield prelude, body


def _is_for_desktops(prelude: str) -> bool:
    name, _, condition = prelude.lower().partition(" ")
    if name == "@layer":
        return True
    if name != "@media":
        return False
    return any(_media_applies(query) for query in condition.split(","))


def _media_applies(query: str) -> bool:
    for kind, number, unit in _MEDIA.findall(query):
        pixels = float(number) * _PIXELS[unit] if number.count(".") < 2 and number != "." else 0.0
        if (kind == "min") != (pixels <= _VIEWPORT):
            return False
    rest = _MEDIA.sub("", query).replace("and", " ").split()
    return set(rest) <= {"only", "screen", "all"}


@lru_cache(maxsize=4096)
def inline_look(style: str) -> Look:
    """Return the look of an inline style."""
    return _look({one.name: one.value for one in declarations(style)})


def declarations(style: str) -> list[_Declared]:
    """Return the relevant declarations; later ones, and ``!important`` ones, come last."""
    return _declared(style) if _TELLING.search(style) else []


def _declared(style: str) -> list[_Declared]:
    import tinycss2

    found = []
    for node in tinycss2.parse_blocks_contents(style, skip_comments=True, skip_whitespace=True):
        if node.type == "declaration" and node.lower_name in _PROPERTIES:
            value = tuple(token for token in node.value if token.type not in ("whitespace", "comment"))
            found.append(_Declared(node.lower_name, value, node.important))
    return sorted(found, key=lambda one: one.important)


def _look(values: Mapping[str, _Value]) -> Look:
    """Return the look that declared values give together."""
    struck = "line-through" in (*_words(values, "text-decoration"), *_words(values, "text-decoration-line"))
    raised = "super" in _words(values, "vertical-align")
    background = any(_sets_background(values.get(name)) for name in ("background", "background-color"))
    background = background or bool(values.get("background-image"))
    look = Look(struck=struck, raised=raised, has_background=background, flow=_flow(values))
    if "none" in _words(values, "display") or "hidden" in _words(values, "content-visibility"):
        return Look(hidden=True)
    if "all" in _words(values, "mso-hide") or _is_clipped(values) or _is_off_screen(values) or _is_tiny_box(values):
        return Look(hidden=True)
    if "bidi-override" in _words(values, "unicode-bidi"):
        return Look(hidden=True)
    clipped = {"text"} & {*_words(values, "background-clip"), *_words(values, "-webkit-background-clip")}
    if not clipped and _is_transparent(values.get("color")):
        return Look(hidden=True)
    moves = any(name in values for name in ("transform", "transition", "animation", "animation-name", "will-change"))
    if {"hidden", "collapse"} & {*_words(values, "visibility")} or _is_faint(values):
        return Look(hidden=not moves, hidden_inline=True)
    if _is_font_tiny(values):
        return Look(hidden_inline=True)
    if not background and not clipped and _is_white(values.get("color")):
        return Look(struck=struck, raised=raised, invisible=True)
    return look


def _flow(values: Mapping[str, _Value]) -> Literal["inline", "block"] | None:
    for word in _words(values, "display"):
        if "inline" in word:
            return "inline"
        if word in _APART:
            return "block"
    return None


def _words(values: Mapping[str, _Value], name: str) -> tuple[str, ...]:
    return tuple(token.lower_value for token in values.get(name, ()) if token.type == "ident")


def _pixels(token: Any) -> float | None:
    """Return a length in pixels, roughly; ``None`` if the value is no length."""
    if token.type == "dimension":
        unit = _PIXELS.get(token.lower_unit)
        return None if unit is None else token.value * unit
    if token.type == "number" and not token.value:
        return 0.0
    return None


def _length(values: Mapping[str, _Value], name: str) -> float | None:
    for token in values.get(name, ()):
        pixels = _pixels(token)
        if pixels is not None:
            return pixels
    return None


def _is_at_most(values: Mapping[str, _Value], names: tuple[str, ...], most: float) -> bool:
    return any((pixels := _length(values, name)) is not None and pixels <= most for name in names)


def _is_clipped(values: Mapping[str, _Value]) -> bool:
    """Whether a clip leaves nothing to see: a rectangle of at most a pixel, an inset of half the box."""
    for token in values.get("clip", ()):
        if token.type == "function" and token.lower_name == "rect":
            sides = [pixels for each in token.arguments if (pixels := _pixels(each)) is not None]
            if len(sides) == 4 and (sides[2] - sides[0] <= _SMALL or sides[1] - sides[3] <= _SMALL):
                return True
    for token in values.get("clip-path", ()):
        if token.type == "function" and token.lower_name in ("inset", "circle"):
            numbers = [each for each in token.arguments if each.type in ("percentage", "dimension", "number")]
            first = numbers[0] if numbers else None
            if first is None:
                continue
            if token.lower_name == "inset" and first.type == "percentage" and first.value >= 50:
                return True
            if token.lower_name == "circle" and not first.value:
                return True
    return False


def _is_off_screen(values: Mapping[str, _Value]) -> bool:
    if {"absolute", "fixed"} & {*_words(values, "position")} and any(
        abs(_length(values, side) or 0.0) >= _FAR for side in ("left", "right", "top", "bottom")
    ):
        return True
    if _is_at_most(values, ("text-indent", "margin-left", "margin-top"), -_FAR):
        return True
    for token in values.get("transform", ()):
        if token.type != "function":
            continue
        first = next((each for each in token.arguments if each.type in ("dimension", "number")), None)
        if first is None:
            continue
        if token.lower_name.startswith("translate") and abs(_pixels(first) or 0.0) >= _FAR:
            return True
        if token.lower_name.startswith("scale") and not first.value:
            return True
    return False


def _is_tiny_box(values: Mapping[str, _Value]) -> bool:
    """Whether an element is cut to a box of a pixel, or of no height or width."""
    cut = {"hidden", "clip"} & {
        word for name in ("overflow", "overflow-x", "overflow-y") for word in _words(values, name)
    }
    narrow = _is_at_most(values, ("width", "max-width"), _SMALL)
    flat = _is_at_most(values, ("height", "max-height"), _SMALL)
    absolute = {"absolute", "fixed"} & {*_words(values, "position")}
    return bool((cut and (narrow or flat)) or (absolute and narrow and flat))


def _is_faint(values: Mapping[str, _Value]) -> bool:
    for token in values.get("opacity", ()):
        if token.type in ("number", "percentage"):
            return bool(token.value <= _FAINT * (100 if token.type == "percentage" else 1))
    return False


def _is_font_tiny(values: Mapping[str, _Value]) -> bool:
    for name in ("font-size", "font"):
        for token in values.get(name, ()):
            pixels = _pixels(token)
            if token.type == "percentage":
                pixels = token.value * 0.16
            if pixels is not None:
                return pixels <= _SMALL
    return False


def _sets_background(value: _Value | None) -> bool:
    if not value:
        return False
    return not all(token.type == "ident" and token.lower_value in ("none", "transparent", "inherit") for token in value)


def _is_transparent(value: _Value | None) -> bool:
    colour = _colour(value)
    return colour is not None and colour[3] <= _FAINT


def _is_white(value: _Value | None) -> bool:
    colour = _colour(value)
    return colour is not None and min(colour[:3]) >= 0.98


def _colour(value: _Value | None) -> tuple[float, float, float, float] | None:
    """Return red, green, blue and alpha from 0 to 1; ``None`` if the colour is unknown."""
    if not value or len(value) != 1:
        return None
    from tinycss2.color3 import parse_color

    try:
        parsed = parse_color(value[0])
    except (AttributeError, TypeError, ValueError):
        return None
    return tuple(parsed) if isinstance(parsed, tuple) else None
