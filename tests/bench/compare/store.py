"""What was measured, part by part: one JSON file each, so that a stopped run goes on where it was."""

from __future__ import annotations

import importlib.metadata
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.compare.tables import Table
from textmend.errors import FileError, RecordError
from textmend.evaluate.report import provenance, write_json

SCHEMA = 1
_KIND = "textmend-comparison"
_PACKAGES = ("spacy", "torch", "transformers", "xllamacpp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A part's figures.

    Attributes:
        part: its name.
        fingerprint: of models, data and size; see ``Setting.fingerprint``.
        origin: date, machine, versions, models, options.
        seconds: how long it took, by the clock.
        tables: the figures.
    """

    part: str
    fingerprint: str
    origin: Mapping[str, Any]
    seconds: float
    tables: Sequence[Table]

    def write(self, folder: Path) -> Path:
        """Write the part's file and return its path. Raises :class:`FileError` where it can't be written."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FileError(f"{folder}: can't be made: {error.strerror or error}") from error
        file = _file(folder, self.part)
        record = {
            "schema": SCHEMA,
            "kind": _KIND,
            "part": self.part,
            "fingerprint": self.fingerprint,
            "seconds": round(self.seconds, 1),
            "origin": dict(self.origin),
            "tables": [table.to_dict() for table in self.tables],
        }
        write_json(record, file)
        return file

    @classmethod
    def read(cls, folder: Path, part: str) -> Result | None:
        """Read a part's file; ``None`` where there is none.

        Raises:
            FileError: it can't be read.
            RecordError: it holds no result that this version can read.
        """
        file = _file(folder, part)
        if not file.exists():
            return None
        try:
            data = json.loads(file.read_text(encoding="utf-8"))
            if data["kind"] != _KIND or data["schema"] != SCHEMA:
                raise RecordError(f"{file}: is no result that this version can read; delete it to measure again")
            return cls(
                part=str(data["part"]),
                fingerprint=str(data["fingerprint"]),
                origin=data["origin"],
                seconds=float(data["seconds"]),
                tables=[Table.from_dict(table) for table in data["tables"]],
            )
        except OSError as error:
            raise FileError(f"{file}: can't be read: {error.strerror or error}") from error
        except RecordError:
            raise
        except (ValueError, KeyError, TypeError) as error:
            raise RecordError(f"{file}: is malformed: {error!r}; delete it to measure again") from error


def origin_of(models: Mapping[str, str], scale: float, seed: int) -> dict[str, Any]:
    """Return date, machine, load, versions, models and options of a run that begins now."""
    origin = provenance(models, {"scale": scale, "seed": seed})
    origin["packages"] |= {name: version for name in _PACKAGES if (version := _version(name))}
    origin["machine"]["load"] = round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None
    return origin


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _file(folder: Path, part: str) -> Path:
    return folder / f"{part}.json"
