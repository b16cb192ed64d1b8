"""A Mender's models. They are named or given as objects, checked at once, and loaded when first needed."""

from __future__ import annotations

import hashlib
import os
import threading
import weakref
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from textmend.errors import MissingExtraError, ModelError, PolicyError
from textmend.models.registry import DTYPES, HubModel, hub_model, locate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textmend.detect.finder import Detector
    from textmend.detect.second_look import Reader, SecondLook
    from textmend.fill.propose import GappedArticle
    from textmend.records import Gap


_SMALL = 1_000_000
"""In a digest, files smaller than this many bytes count by their contents."""


class Filler(Protocol):
    """Proposes fills; see :class:`textmend.fill.propose.Proposer`."""

    def propose(self, documents: Sequence[GappedArticle]) -> list[list[Gap]]:
        """Return each document's gaps with ranked fills."""
        ...


class Models:
    """A detector and a filler, each loaded once, by the first thread that needs it.

    A pickle holds only the arguments, so another process loads the models itself. A forked child loads them again too,
    since the threads of loaded models don't survive a fork. Copies in one process share the models.

    Args:
        detector: the language of an embedded detector, the folder of one, or a detector.
        filler: the same for a filler; or a model of the hub, by name or folder.
        threads: CPU threads the models use; default: one a core.
        hub: options of a hub model: ``revision``, ``device``, ``dtype`` and ``ranking``.

    Raises:
        ModelError: a model is unknown.
        MissingExtraError: the filler is a hub model, and torch is not installed.
        PolicyError: an option has a value that makes no sense.
    """

    def __init__(self, detector: Any, filler: Any, threads: int | None, hub: dict[str, Any]) -> None:
        self._given = detector, filler, threads, hub
        self._threads = threads
        self._ranking = hub.get("ranking")
        self._lock = threading.Lock()
        self._own: list[str] = []  # attributes that hold what is loaded here
        self._identity: str | None = None
        self._detector: Detector | None = None
        self._filler: Filler | None = None
        if _is_object(detector, "logits"):
            self._detector = detector
        else:
            self._own.append("_detector")
            self._detector_folder = locate(detector, "detector")
        self._hub: HubModel | None = None
        _made.add(self)
        if _is_object(filler, "propose"):
            _check_unused(hub, filler)
            self._filler = filler
            return
        self._own.append("_filler")
        self._hub = _hub_filler(filler, hub)
        if self._hub is None:
            self._filler_folder = locate(filler, "filler")

    def __reduce__(self) -> tuple[type[Models], tuple[Any, ...]]:
        return Models, self._given

    def __copy__(self) -> Models:
        return self

    def __deepcopy__(self, memo: object) -> Models:
        return self

    @property
    def detector(self) -> Detector:
        """The detector, loaded. Raises :class:`ModelError` where it is broken."""
        if self._detector is None:
            with self._lock:
                if self._detector is None:
                    from textmend.detect.network import OnnxDetector

                    self._detector = OnnxDetector(self._detector_folder, self._threads)
        return self._detector

    @property
    def filler(self) -> Filler:
        """The filler with all that ranks its fills, loaded. Raises :class:`ModelError` where it is broken."""
        if self._filler is None:
            with self._lock:
                if self._filler is None:
                    self._filler = self._loaded_filler()
        return self._filler

    def identity(self) -> str | None:
        """Return a digest of these models; ``None`` for objects and for models of the hub."""
        if self._hub is not None or len(self._own) < 2:
            return None
        if self._identity is None:
            self._identity = f"{_digest(self._detector_folder)} {_digest(self._filler_folder)}"
        return self._identity

    def forget(self) -> None:
        """Drop what was loaded, in a child process. It is never cleaned up: that would wait for threads that are gone."""
        self._lock = threading.Lock()
        for name in self._own:
            _abandoned.append(getattr(self, name))
            setattr(self, name, None)

    @cached_property
    def second_look(self) -> SecondLook | None:
        """The filler as a second reader, where it was fitted to that with this detector; it is loaded when needed.

        Raises :class:`ModelError` where the filler's folder is broken.
        """
        from textmend.detect.opinions import read_weights
        from textmend.detect.second_look import SecondLook
        from textmend.models.folder import ModelFolder

        if self._hub is not None:
            return None
        folder: Any = getattr(getattr(self._filler, "model", None), "folder", None)
        if self._filler is None:
            folder = ModelFolder.open(self._filler_folder, "filler")
        weights = read_weights(folder) if isinstance(folder, ModelFolder) else None
        if weights is None or weights.detector != self.detector.name:
            return None
        return SecondLook(self._reader, weights)

    def _reader(self) -> Reader:
        filler: Any = self.filler
        reader: Reader = filler.model.reader
        return reader

    def _loaded_filler(self) -> Filler:
        from textmend.fill.load import load_hub_proposer, load_proposer

        if self._hub is not None:
            return load_hub_proposer(self._hub, None if self._ranking is None else Path(self._ranking), self._threads)
        return load_proposer(self._filler_folder, self._threads)


_made: weakref.WeakSet[Models] = weakref.WeakSet()
_abandoned: list[Any] = []


def _forget_all() -> None:
    for models in list(_made):
        models.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)


def _digest(folder: Path) -> str:
    """Return a digest of a model's folder: small files by what they hold, weights by size and time."""
    digest = hashlib.blake2b(digest_size=16)
    for file in sorted(folder.iterdir()):
        if file.is_file():
            found = file.stat()
            digest.update(f"{file.name} {found.st_size}".encode())
            digest.update(file.read_bytes() if found.st_size < _SMALL else f"{found.st_mtime_ns}".encode())
    return digest.hexdigest()


def _is_object(value: Any, method: str) -> bool:
    """Whether a model is given itself, not by name. Raises :class:`ModelError` where it is neither."""
    if isinstance(value, str | Path):
        return False
    if not callable(getattr(value, method, None)):
        kind = "detector" if method == "logits" else "filler"
        raise ModelError(
            f"{kind}={value!r:.80} is neither the name or folder of a {kind} nor an object with {method}()"
        )
    return True


def _hub_filler(filler: str | Path, given: dict[str, Any]) -> HubModel | None:
    """Return the hub model that a filler is, if it is one, having checked all that can be checked without loading."""
    for name, value in given.items():
        if value is not None and not isinstance(value, str | Path if name == "ranking" else str):
            raise PolicyError(f"Mender: {name}={value!r} should be a string")
    dtype = given.get("dtype")
    if dtype is not None and dtype not in DTYPES:
        raise PolicyError(f"Mender: dtype={dtype!r} should be one of " + ", ".join(DTYPES))
    hub = hub_model(filler, revision=given.get("revision"), device=given.get("device"), dtype=dtype)
    if hub is None:
        _check_unused(given, filler)
    elif find_spec("torch") is None:
        raise MissingExtraError(f"filler={str(filler)!r}, a masked language model of the hub,", "hub")
    return hub


def _check_unused(given: dict[str, Any], filler: object) -> None:
    for name, value in given.items():
        if value is not None:
            raise PolicyError(f"Mender: {name}={value!r} is for models of the hub, and filler={str(filler)!r} is none")
