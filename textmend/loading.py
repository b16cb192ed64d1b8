"""A Mender's models: named or given as objects, checked at once, loaded when first needed."""

from __future__ import annotations

import threading
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from textmend.errors import MissingExtraError, ModelError, PolicyError
from textmend.models.registry import DTYPES, HubModel, hub_model, locate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textmend.detect.finder import Detector
    from textmend.fill.propose import Document
    from textmend.records import Gap


class Filler(Protocol):
    """Proposes fills; see :class:`textmend.fill.propose.Proposer`."""

    def propose(self, documents: Sequence[Document]) -> list[list[Gap]]:
        """Return each document's gaps with ranked fills."""
        ...


class Models:
    """A detector and a filler, each loaded once, by the first thread that needs it.

    Args:
        detector: the language of an embedded detector, the folder of one, or a detector.
        filler: the same of a filler; or a model of the hub, by name or folder.
        threads: CPU threads the models use; default: one a core.
        hub: what is said of a hub model: its ``revision``, ``device``, ``dtype`` and ``ranking``.

    Raises:
        ModelError: a model is unknown.
        MissingExtraError: the filler is a hub model, and torch is not installed.
        PolicyError: an option has a value that makes no sense.
    """

    def __init__(self, detector: Any, filler: Any, threads: int | None, hub: dict[str, Any]) -> None:
        self._threads = threads
        self._ranking = hub.get("ranking")
        self._lock = threading.Lock()
        self._detector: Detector | None = None
        self._filler: Filler | None = None
        if _is_object(detector, "logits"):
            self._detector = detector
        else:
            self._detector_folder = locate(detector, "detector")
        self._hub: HubModel | None = None
        if _is_object(filler, "propose"):
            _check_unused(hub, filler)
            self._filler = filler
            return
        self._hub = _hub_filler(filler, hub)
        if self._hub is None:
            self._filler_folder = locate(filler, "filler")

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

    def _loaded_filler(self) -> Filler:
        from textmend.fill.load import load_hub_proposer, load_proposer

        if self._hub is not None:
            return load_hub_proposer(self._hub, None if self._ranking is None else Path(self._ranking), self._threads)
        return load_proposer(self._filler_folder, self._threads)


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
