"""A ranking in a file of its own, for a model of the hub, whose folder does not belong to textmend."""

from __future__ import annotations

import json
from pathlib import Path

from textmend.errors import ModelError
from textmend.files import write_file
from textmend.fill.rank import Ranking

SCHEMA = 1


def write_ranking(file: Path, ranking: Ranking, model: str) -> None:
    """Write the ranking that was fitted to a model.

    Args:
        file: the JSON file; replaced if it exists.
        ranking: the ranking.
        model: name and version of the model, as results record it.

    Raises:
        FileError: it can't be written.
    """
    record = {"schema": SCHEMA, "kind": "ranking", "model": model, "ranking": ranking.to_dict()}
    write_file(file, (json.dumps(record, indent=2, ensure_ascii=False) + "\n").encode("utf-8"))


def read_ranking(file: Path, model: str) -> Ranking:
    """Read the ranking that was fitted to a model.

    Raises:
        ModelError: the file can't be read, holds no ranking, or was fitted to another model or version.
    """
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        if (record["schema"], record["kind"]) != (SCHEMA, "ranking"):
            raise ModelError(f"{file}: holds a {record['kind']!r} of version {record['schema']!r}, not a ranking")
        fitted_to, ranking = str(record["model"]), Ranking.from_dict(record["ranking"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        raise ModelError(f"{file}: no ranking made by textmend train calibrate: {error!r}") from error
    if fitted_to != model:
        raise ModelError(f"{file}: was fitted to {fitted_to}, not to {model}; fit one with  textmend train calibrate")
    return ranking
