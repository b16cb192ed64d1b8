"""The styles of a page: whether they hide, strike out or raise an element's words.

Inline ``style`` attributes and the simple rules of ``<style>`` elements are read (tinycss2, cssselect2), as a desktop
browser would take them. Simple rules name tags, classes, identifiers and attributes, alone or one inside another, also
within ``:not()``, ``:is()`` and ``:where()``. Style sheets outside the page are unknown; ``interface.toml`` has their
usual classes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import regex

from textmend.source.looks import PLAIN, Declared, Look, Value, declarations, declared, inline_look, look_of
from textmend.source.sheets import LONGEST_SELECTOR, selectors_of, telling_rules

_MOST_OF_ONE_KEY = 30
_MOST_FOR_ALL = 4
_ALL = "*"
_SIMPLE_SELECTOR = regex.compile(r"(?:[\w\s.#>*\[\]=\"'~|^$-]|\\.|:(?:not|is|where|any-link|link|root)\b|[(),])++")
_LAST_COMPOUND = regex.compile(r"(?r)(?:[^\s>()]|\([^()]*+\))++\s*+$")  # read from the end, for that is linear
_FUNCTION = regex.compile(r":[\w-]++\([^()]*+\)")
_KEY = regex.compile(r"[.#](?:[\w-]|\\.)++")
_ATTRIBUTE_KEY = regex.compile(r"\[[\w-]++")
_TAG_KEY = regex.compile(r"^[A-Za-z][\w-]*+")


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
        self._compiled: dict[_Rule, tuple[Any, list[Declared]]] = {}
        self._wrapped: dict[Any, Any] = {}
        order = 0
        for sheet in sheets:
            for selectors, body in telling_rules(sheet):
                for selector in selectors_of(selectors):
                    order += 1
                    self._add(_Rule(selector, body, order))

    def look(self, element: Any) -> Look:
        """Return the look that an element's own styles give it; the elements around it don't count."""
        attributes = element.attrib
        inline = attributes.get("style") if attributes else None
        if not self._rules:
            return inline_look(inline) if inline else PLAIN
        found = self._matching(element, attributes)
        if not found:
            return inline_look(inline) if inline else PLAIN
        values: dict[str, Value] = {}
        ranked = [(important, *rank, name, value) for rank, (name, value, important) in found]
        for name, value, important in declared(inline) if inline else ():
            ranked.append((important, (9, 9, 9), 0, name, value))
        for *_, name, value in sorted(ranked, key=lambda one: one[:3]):
            values[name] = value
        return look_of(values)

    def _add(self, rule: _Rule) -> None:
        """Store a rule under a name that every element which it fits must have, if there is one."""
        if len(rule.selector) > LONGEST_SELECTOR or not _SIMPLE_SELECTOR.fullmatch(rule.selector):
            return
        last = _LAST_COMPOUND.search(rule.selector)
        if not last:
            return
        fits = _FUNCTION.sub("", last.group())
        key = _KEY.search(fits) or _ATTRIBUTE_KEY.search(fits) or _TAG_KEY.search(fits)
        rules = self._rules.setdefault(key.group().replace("\\", "").lower() if key else _ALL, [])
        most = _MOST_OF_ONE_KEY if key else _MOST_FOR_ALL
        if len(rules) < most and (not rules or rules[-1][:2] != rule[:2]):
            rules.append(rule)

    def _matching(self, element: Any, attributes: Mapping[str, str]) -> list[tuple[Any, Declared]]:
        keys = [_ALL, element.tag]
        if attributes:
            keys += ["." + name.lower() for name in (attributes.get("class") or "").split()]
            keys += ["[" + name for name in attributes]
            if "id" in attributes:
                keys.append("#" + attributes["id"].lower())
        found = []
        for key in keys:
            for rule in self._rules.get(key, ()):
                selector, body = self._rule(rule)
                if selector is not None and selector.test(self._wrapper(element)):
                    found += [((selector.specificity, rule.order), one) for one in body]
        return found

    def _rule(self, rule: _Rule) -> tuple[Any, list[Declared]]:
        compiled = self._compiled.get(rule)
        if compiled is None:
            import cssselect2

            try:
                (selector,) = cssselect2.compile_selector_list(rule.selector)
                if selector.pseudo_element:
                    selector = None
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
