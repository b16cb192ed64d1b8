"""Reading a model's folder (``config.json``, ``tokenizer.json``, ``model.onnx``), with clear errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from textmend.errors import ModelError

FOLDER_SCHEMA = 1

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A folder that holds a model made by ``textmend train export``.

    Attributes:
        path: the folder.
        config: the contents of its ``config.json``.
    """

    path: Path
    config: dict[str, Any]

    @classmethod
    def open(cls, path: Path, kind: str) -> ModelFolder:
        """Open a folder.

        Args:
            path: the folder.
            kind: ``"detector"`` or ``"filler"``.

        Raises:
            ModelError: it is not a folder, lacks a file, or holds a model of another kind or version.
        """
        if not path.is_dir():
            raise ModelError(f"{path}: no such folder; a {kind} is a name ('en') or a folder that holds its files")
        for name in ("config.json", "tokenizer.json", "model.onnx"):
            if not (path / name).is_file():
                raise ModelError(f"{path}: the file {name} is missing, so this is no {kind} made by textmend")
        try:
            config = json.loads((path / "config.json").read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise ModelError(f"{path / 'config.json'}: can't be read: {error}") from error
        if not isinstance(config, dict) or config.get("kind") != kind:
            found = config.get("kind") if isinstance(config, dict) else None
            raise ModelError(f"{path / 'config.json'}: describes a {found!r}, not a {kind!r}")
        if config.get("schema") != FOLDER_SCHEMA:
            raise ModelError(
                f"{path / 'config.json'}: schema version {config.get('schema')!r} can't be read by this version of "
                f"textmend, which reads version {FOLDER_SCHEMA}; export the model again"
            )
        return cls(path, config)

    @property
    def tokenizer(self) -> Path:
        """Return the tokenizer's file."""
        return self.path / "tokenizer.json"

    @property
    def model(self) -> Path:
        """Return the ONNX file."""
        return self.path / "model.onnx"

    def get(self, key: str, kind: type | tuple[type, ...]) -> Any:
        """Return a value of the configuration. Raises :class:`ModelError` where it is missing or of another type."""
        value = self.config.get(key)
        if not isinstance(value, kind):
            raise ModelError(f"{self.path / 'config.json'}: {key!r} is missing or malformed: {value!r}")
        return value

    def list_of(self, key: str, kind: Callable[[Any], Made]) -> tuple[Made, ...]:
        """Return a list of the configuration. Raises :class:`ModelError` where an item is not of its kind."""
        value = self.get(key, list)
        try:
            return tuple(kind(item) for item in value)
        except Exception as error:  # as many kinds as there are ways to be malformed
            raise ModelError(f"{self.path / 'config.json'}: {key!r} is malformed: {error!r}") from error

    def read(self, key: str, make: Callable[[dict[str, Any]], Made], default: Made | None = None) -> Made:
        """Return the result of ``make`` for an object of the configuration.

        Args:
            key: the key of the object.
            make: the function.
            default: what is returned if the key is missing; ``None``: a missing key is an error.

        Raises:
            ModelError: it is missing, or ``make`` can't read it.
        """
        if default is not None and key not in self.config:
            return default
        value = self.get(key, dict)
        try:
            return make(value)
        except Exception as error:  # as many kinds as there are ways to be malformed
            raise ModelError(f"{self.path / 'config.json'}: {key!r} is malformed: {error!r}") from error
