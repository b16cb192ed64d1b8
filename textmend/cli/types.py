"""How help tells what an option takes: by a word, not by the name of a Python type."""

from __future__ import annotations

from pathlib import Path
from typing import Any

_WORDS: dict[type, str] = {bool: "", int: "N", float: "X", Path: "FILE", str: "TEXT"}


def show_plainly(command: Any) -> None:
    """Have a command, and those in it, show such words; what they take and do stays."""
    get_params = command.get_params

    def params(ctx: Any) -> Any:
        return [_plain(param) for param in get_params(ctx)]

    command.get_params = params
    for inner in getattr(command, "commands", {}).values():
        show_plainly(inner)


def _plain(param: Any) -> Any:
    if param.param_type_name == "argument":
        param.display_type_rich = lambda ctx: ""  # its name says it
    elif param.metavar is None and not param.type_descriptor.is_choice:
        kind = param.type_descriptor.annotation
        inner = getattr(kind, "__args__", (kind,))[0]  # of a list
        param.metavar = _WORDS.get(inner, "VALUE")
    return param
