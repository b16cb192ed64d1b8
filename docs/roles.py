"""An extension of griffe: the roles of docstrings, such as ``:class:`Gap```, become links of the API reference."""

from __future__ import annotations

import re
from typing import Any

import griffe

_ROLE = re.compile(r":(?:class|meth|func|data|mod):`~?([\w.]+)`")


class Roles(griffe.Extension):
    """Turns each role into a link, which stays plain code where the reference doesn't show what it names."""

    def on_package(self, *, pkg: griffe.Module, **_: Any) -> None:
        """Rewrite the docstrings of a package, when all its names are known."""
        _rewrite(pkg)


def _rewrite(obj: griffe.Object) -> None:
    if obj.docstring:
        obj.docstring.value = _ROLE.sub(lambda role: _link(obj, role[1]), obj.docstring.value)
    for member in obj.members.values():
        if isinstance(member, griffe.Object):
            _rewrite(member)


def _link(obj: griffe.Object, name: str) -> str:
    return f'<autoref identifier="{_path(obj, name)}" optional><code>{name}</code></autoref>'


def _path(obj: griffe.Object, name: str) -> str:
    """Return the path of what a name stands for, where it was defined: that is what the reference knows it by."""
    first, *rest = name.split(".")
    try:
        path = name if first == "textmend" else ".".join([obj.resolve(first), *rest])
        return obj.modules_collection[path].canonical_path
    except (KeyError, griffe.GriffeError):
        return name
