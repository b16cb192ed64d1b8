"""The look that declared styles give to an element's words: hidden, struck out, raised, or on a background."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import regex

_PROPERTIES = frozenset(
    "display visibility opacity filter font-size font clip clip-path -webkit-clip-path position left right top bottom inset text-indent "
    "margin margin-left margin-top width height max-width max-height overflow overflow-x overflow-y color background "
    "background-color background-image background-clip -webkit-background-clip -webkit-text-fill-color "
    "text-decoration text-decoration-line transform translate scale transition animation animation-name will-change "
    "vertical-align direction unicode-bidi content-visibility mso-hide".split()
)
# A declaration without any of these words never hides, strikes out or raises words.
_TELLING = regex.compile(
    r"none|inline|hidden|collapse|opacity|font|clip|absolute|fixed|relative|indent|margin|width|height|color|through"
    r"|transform|translate|scale|super|vertical-align|bidi|hide|\\",
    regex.IGNORECASE,
)
_APART = frozenset(("block", "flex", "grid", "table", "list-item", "flow-root", "table-cell", "table-row"))
_FAR = 900.0
"""Words this many pixels off the screen can't be reached by scrolling."""

_SMALL = 1.0
_SMALL_TYPE = 14.0
_FAINT = 0.05
_ALIKE = 0.04
PIXELS = {"px": 1.0, "pt": 1.33, "em": 16.0, "rem": 16.0, "ex": 8.0, "ch": 8.0, "vw": 12.8, "vh": 8.0, "cm": 38.0}


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

Value = tuple[Any, ...]
"""The tokens of a declared value, without white space."""


class Declared(NamedTuple):
    """A declaration: its property, its value without white space, and whether it is ``!important``."""

    name: str
    value: Value
    important: bool


@lru_cache(maxsize=4096)
def inline_look(style: str) -> Look:
    """Return the look of an inline style."""
    return look_of({one.name: one.value for one in declarations(style)})


def declarations(style: str) -> list[Declared]:
    """Return the relevant declarations; later ones, and ``!important`` ones, come last."""
    return declared(style) if _TELLING.search(style) else []


def declared(style: str) -> list[Declared]:
    """Return the declarations of properties that count, whatever their values; sorted in the same way."""
    import tinycss2

    found = []
    for node in tinycss2.parse_blocks_contents(style, skip_comments=True, skip_whitespace=True):
        if node.type == "declaration" and node.lower_name in _PROPERTIES:
            value = tuple(token for token in node.value if token.type not in ("whitespace", "comment"))
            found.append(Declared(node.lower_name, value, node.important))
    return sorted(found, key=lambda one: one.important)


def look_of(values: Mapping[str, Value]) -> Look:
    """Return the look that declared values give together."""
    struck = "line-through" in (*_words(values, "text-decoration"), *_words(values, "text-decoration-line"))
    ground = _first(values, ("background-color", "background"))
    background = _sets_background(values.get("background")) or _sets_background(values.get("background-color"))
    background = background or bool(values.get("background-image"))
    clipped = {"text"} & {*_words(values, "background-clip"), *_words(values, "-webkit-background-clip")}
    if _is_removed(values) or (not clipped and _has_no_ink(values)):
        return Look(hidden=True)
    if not clipped and _is_same_colour(values.get("color"), ground):
        return Look(hidden_inline=True, has_background=True)
    moves = any(name in values for name in ("transform", "transition", "animation", "animation-name", "will-change"))
    if {"hidden", "collapse"} & {*_words(values, "visibility")} or _is_faint(values):
        return Look(hidden=not moves, hidden_inline=True)
    if _is_font_tiny(values):
        return Look(hidden_inline=True)
    invisible = not background and not clipped and _is_white(values.get("color"))
    return Look(
        struck=struck,
        raised=_is_raised(values),
        invisible=invisible,
        has_background=background,
        flow=None if invisible else _flow(values),
    )


def _is_removed(values: Mapping[str, Value]) -> bool:
    """Whether an element isn't laid out, or is laid out where nobody can see it."""
    if "none" in _words(values, "display") or "hidden" in _words(values, "content-visibility"):
        return True
    if "all" in _words(values, "mso-hide") or "bidi-override" in _words(values, "unicode-bidi"):
        return True
    return _is_clipped(values) or _is_off_screen(values) or _is_tiny_box(values)


def _has_no_ink(values: Mapping[str, Value]) -> bool:
    return _is_transparent(values.get("-webkit-text-fill-color") or values.get("color"))


def _is_raised(values: Mapping[str, Value]) -> bool:
    """Whether words are raised above their line: by name, or in small type by a length or a position."""
    if "super" in _words(values, "vertical-align"):
        return True
    if not _is_small(values):
        return False
    if "text-top" in _words(values, "vertical-align") or (_length(values, "vertical-align") or 0) > 0:
        return True
    if any(token.type == "percentage" and token.value > 0 for token in values.get("vertical-align", ())):
        return True
    return "relative" in _words(values, "position") and (_length(values, "top") or 0) < 0


def _is_small(values: Mapping[str, Value]) -> bool:
    if {"smaller", "small", "x-small", "xx-small"} & {*_words(values, "font-size")}:
        return True
    for token in values.get("font-size", ()):
        pixels = token.value * 0.16 if token.type == "percentage" else _pixels(token)
        return pixels is not None and pixels < _SMALL_TYPE
    return False


def _flow(values: Mapping[str, Value]) -> Literal["inline", "block"] | None:
    for word in _words(values, "display"):
        if "inline" in word:
            return "inline"
        if word in _APART:
            return "block"
    return None


def _words(values: Mapping[str, Value], name: str) -> tuple[str, ...]:
    return tuple(token.lower_value for token in values.get(name, ()) if token.type == "ident")


def _pixels(token: Any) -> float | None:
    """Return a length in pixels, roughly; ``None`` if the value is no length."""
    if token.type == "dimension":
        unit = PIXELS.get(token.lower_unit)
        return None if unit is None else token.value * unit
    if token.type == "number" and not token.value:
        return 0.0
    return None


def _lengths(values: Mapping[str, Value], name: str) -> list[float]:
    return [pixels for token in values.get(name, ()) if (pixels := _pixels(token)) is not None]


def _first(values: Mapping[str, Value], names: tuple[str, ...]) -> Value | None:
    return next((values[name] for name in names if values.get(name)), None)


def _length(values: Mapping[str, Value], name: str) -> float | None:
    return next(iter(_lengths(values, name)), None)


def _is_at_most(values: Mapping[str, Value], names: tuple[str, ...], most: float) -> bool:
    return any((pixels := _length(values, name)) is not None and pixels <= most for name in names)


def _is_clipped(values: Mapping[str, Value]) -> bool:
    """Whether a clip leaves nothing to see: a rectangle of at most a pixel, an inset of half the box, a point."""
    for token in values.get("clip", ()):
        if token.type == "function" and token.lower_name == "rect":
            sides = [pixels for each in token.arguments if (pixels := _pixels(each)) is not None]
            if len(sides) == 4 and (sides[2] - sides[0] <= _SMALL or sides[1] - sides[3] <= _SMALL):
                return True
    for token in _first(values, ("clip-path", "-webkit-clip-path")) or ():
        if token.type == "function":
            numbers = [each.value for each in token.arguments if each.type in ("percentage", "dimension", "number")]
            shares = [each.value for each in token.arguments if each.type == "percentage"]
            if not numbers:
                continue
            if token.lower_name == "inset" and shares and (shares[0] >= 50 or max(shares) >= 100):
                return True
            if token.lower_name in ("circle", "ellipse") and not numbers[0]:
                return True
            if token.lower_name == "polygon" and len(set(numbers)) == 1:
                return True
    return False


def _is_off_screen(values: Mapping[str, Value]) -> bool:
    """Whether words are moved so far that nobody can scroll to them."""
    position = {*_words(values, "position")}
    if position & {"absolute", "fixed", "relative"}:
        sides = [_length(values, side) for side in ("left", "right", "top", "bottom")]
        if any(abs(side or 0.0) >= _FAR for side in (*sides, *_lengths(values, "inset"))):
            return True
        if "relative" not in position and any(
            token.type == "percentage" and token.value <= -100 for token in values.get("left", ())
        ):
            return True
    if _is_at_most(values, ("text-indent", "margin-left", "margin-top"), -_FAR):
        return True
    margins = _lengths(values, "margin")
    if margins and min(margins[0], margins[-1]) <= -_FAR:
        return True
    if any(token.type == "percentage" and token.value >= 100 for token in values.get("text-indent", ())):
        return bool({"hidden", "clip"} & {*_words(values, "overflow")})
    return any(_moves_away(token.lower_name, token.arguments) for token in _functions(values, "transform")) or any(
        _moves_away(name, values.get(name, ())) for name in ("translate", "scale")
    )


def _moves_away(name: str, arguments: Value) -> bool:
    """Whether a transformation moves words off the screen, or shrinks them to nothing."""
    if name.startswith("translate"):
        return any(abs(_pixels(each) or 0.0) >= _FAR for each in arguments)
    numbers = [each.value for each in arguments if each.type in ("number", "percentage")]
    return name.startswith("scale") and 0 in numbers[:2]


def _functions(values: Mapping[str, Value], name: str) -> Iterator[Any]:
    return (token for token in values.get(name, ()) if token.type == "function")


def _is_tiny_box(values: Mapping[str, Value]) -> bool:
    """Whether an element is cut to a box of a pixel, or of no height or width."""
    cut = {"hidden", "clip"} & {
        word for name in ("overflow", "overflow-x", "overflow-y") for word in _words(values, name)
    }
    narrow = _is_at_most(values, ("width", "max-width"), _SMALL)
    flat = _is_at_most(values, ("height", "max-height"), _SMALL)
    absolute = {"absolute", "fixed"} & {*_words(values, "position")}
    return bool((cut and (narrow or flat)) or (absolute and narrow and flat))


def _is_faint(values: Mapping[str, Value]) -> bool:
    filters = [
        each for token in _functions(values, "filter") if token.lower_name == "opacity" for each in token.arguments
    ]
    for token in (*values.get("opacity", ()), *filters):
        if token.type in ("number", "percentage"):
            return bool(token.value <= _FAINT * (100 if token.type == "percentage" else 1))
    return False


def _is_font_tiny(values: Mapping[str, Value]) -> bool:
    for name in ("font-size", "font"):
        for token in values.get(name, ()):
            pixels = _pixels(token)
            if token.type == "percentage":
                pixels = token.value * 0.16
            if pixels is not None:
                return pixels <= _SMALL
    return False


def _sets_background(value: Value | None) -> bool:
    if not value:
        return False
    return not all(token.type == "ident" and token.lower_value in ("none", "transparent", "inherit") for token in value)


def _is_transparent(value: Value | None) -> bool:
    colour = _colour(value)
    return colour is not None and colour[3] <= _FAINT


def _is_same_colour(value: Value | None, ground: Value | None) -> bool:
    """Whether words have the colour of the background that is set with it."""
    own, other = _colour(value), _colour(ground)
    if own is None or other is None or other[3] <= _FAINT:
        return False
    return max(abs(one - two) for one, two in zip(own[:3], other[:3], strict=True)) <= _ALIKE


def _is_white(value: Value | None) -> bool:
    colour = _colour(value)
    return colour is not None and min(colour[:3]) >= 0.98


def _colour(value: Value | None) -> tuple[float, float, float, float] | None:
    """Return red, green, blue and alpha from 0 to 1; ``None`` if the colour is unknown."""
    if not value or len(value) != 1:
        return None
    from tinycss2.color3 import parse_color

    try:
        parsed = parse_color(value[0])
    except (AttributeError, TypeError, ValueError):
        return None
    return tuple(parsed) if isinstance(parsed, tuple) else None
