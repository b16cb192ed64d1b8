"""Every regular expression of the package is linear, whatever text it meets. They are collected from the source."""

from __future__ import annotations

import ast
import importlib
import itertools
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import regex

import textmend

PACKAGE = Path(textmend.__file__).parent
MAKERS = {"compile", "search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split", "splititer"}
USES = MAKERS - {"compile"}
MADE_AT_RUN_TIME = {
    "regex.escape(fill.text)",
    "'|'.join(map(regex.escape, ordered))",
    "'\\\\s+'.join(map(regex.escape, words))",
    "name",  # the caller's own expressions, of ``Policy.ignore``
}
"""Expressions whose text is not in the source: escaped words, which hold no operator but white space between them."""

SIZE = 6_000
FAST = 0.01
"""Seconds of work in which anything linear passes a text of ``SIZE``: what takes longer, is measured for growth."""
MOST = 3.0
"""Seconds after which an attack is given up: it has succeeded."""


@dataclass(frozen=True)
class Expression:
    """An expression of the source: where it stands, what it is, and which of its methods are called."""

    place: str
    pattern: Any
    uses: frozenset[str]


def _modules() -> dict[str, ast.Module]:
    return {
        ".".join(("textmend", *file.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__"): ast.parse(
            file.read_text(encoding="utf-8")
        )
        for file in sorted(PACKAGE.rglob("*.py"))
    }


def _made(node: ast.AST) -> ast.Call | None:
    """Return the call that makes an expression, if this is one."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MAKERS:
        owner = node.func.value
        if isinstance(owner, ast.Name) and owner.id in ("re", "regex"):
            return node
    return None


def _uses(modules: dict[str, ast.Module]) -> dict[tuple[str, str], set[str]]:
    """Return which methods are used of a name of a module, there and where it is imported."""
    uses: dict[tuple[str, str], set[str]] = {}
    for module, tree in modules.items():
        home = {
            alias.asname or alias.name: (node.module, alias.name)
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module
            for alias in node.names
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr in USES:
                uses.setdefault(home.get(node.value.id, (module, node.value.id)), set()).add(node.attr)
    return uses


def _collect() -> list[Expression]:
    modules = _modules()
    uses = _uses(modules)
    found = []
    for module, tree in modules.items():
        named = {
            id(node.value): node.targets[0].id
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and _made(node.value)
        }
        for node in ast.walk(tree):
            call = _made(node)
            if call is None:
                continue
            place = f"{module}:{call.lineno}"
            if id(call) in named:
                name = named[id(call)]
                pattern = getattr(importlib.import_module(module), name)
                found.append(Expression(f"{place} {name}", pattern, frozenset(uses.get((module, name), USES))))
            elif isinstance(call.args[0], ast.Constant):
                assert call.func.attr != "compile", f"{place}: compile it once, under a name of the module"
                found.append(Expression(place, regex.compile(call.args[0].value), frozenset({call.func.attr})))
            else:
                assert ast.unparse(call.args[0]) in MADE_AT_RUN_TIME, f"{place}: what text does it get?"
    return found


EXPRESSIONS = _collect()


def _alphabet(pattern: str) -> list[str]:
    """Return the characters that mean something to an expression, and one of each kind."""
    literal = {char for char in re.sub(r"\\[A-Za-z](?:\{[^}]*\})?", "", pattern) if char not in "\\^$*+?()[]{}|"}
    punctuation = [char for char in sorted(literal) if not char.isalnum()][:14]
    letters = [char for char in sorted(literal) if char.isalnum()][:8]
    escaped = [char for char in "*[](){}?+|.$^" if "\\" + char in pattern]
    return list(dict.fromkeys([*" \n\ta.1A", *punctuation, *escaped, *letters, *"é́\"'\x00"]))


def _attacks(pattern: str) -> list[str]:
    """Return texts of ``SIZE``: repeated characters, pairs and words of the expression, which end well or badly."""
    alphabet = _alphabet(pattern)
    words = re.findall(r"[a-z]{2,}|[<&!-]{2,}|://|www", pattern)[:12]
    pairs = [a + b for a, b in itertools.product(alphabet, alphabet)]
    units = [*alphabet, *pairs, *words, *(word + " " for word in words), *("<" + word for word in words)]
    texts = []
    for unit in units:
        body = unit * (SIZE // len(unit))
        texts += [body, body + "\x01", "a" + body + "a", "! " + body + "!"]
    return texts


def _passes(pattern: Any, use: str, text: str) -> float:
    """Return the seconds that one use of an expression takes on the whole of a text."""
    given: Any = text.encode("utf-8") if isinstance(pattern.pattern, bytes) else text
    method = getattr(pattern, use)
    start = time.thread_time()
    try:
        if use in ("sub", "subn"):
            method(given[:0], given, timeout=MOST)
        elif use in ("finditer", "splititer"):
            for _ in method(given, timeout=MOST):
                pass
        else:
            method(given, timeout=MOST)
    except TimeoutError:
        return float("inf")
    return time.thread_time() - start


def _growth(pattern: Any, use: str, text: str) -> float:
    """Return how many times longer a text takes than a quarter of it: 4 where it is linear, 16 where quadratic."""
    short = text[: len(text) // 4 - 1] + text[-1]
    long = min(_passes(pattern, use, text) for _ in range(3))
    return long / max(1e-9, min(_passes(pattern, use, short) for _ in range(3)))


def test_the_source_holds_expressions():
    assert len(EXPRESSIONS) > 40


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=lambda one: one.place)
def test_an_expression_is_linear(expression):
    assert isinstance(expression.pattern, regex.Pattern), "use regex, not re: it can be given a time limit"
    source = expression.pattern.pattern
    for text in _attacks(source if isinstance(source, str) else source.decode("latin-1")):
        for use in expression.uses:
            if _passes(expression.pattern, use, text) > FAST:
                assert _growth(expression.pattern, use, text) < 9, (
                    f"{expression.place}.{use}({text[:20]!r}…{text[-3:]!r})"
                )


@pytest.mark.parametrize(("source", "text"), [(r"\s+$", " " * SIZE + "x"), (r"(?:[.!]|\n)\s*$", "\n" * SIZE + "x")])
def test_the_attack_would_see_one_that_is_not(source, text):
    pattern = regex.compile(source)
    assert _passes(pattern, "search", text) > FAST
    assert _growth(pattern, "search", text) > 9
