"""How workers make their mender: textmend's own by a recipe, any other by its factory."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from textmend.corpus.options import MenderSpec, Options
from textmend.edits.mended import Mended
from textmend.errors import ModelError, PolicyError
from textmend.policy import Policy
from textmend.recipe import Recipe

FACTORY = "textmend.corpus.menders:make_mender"


class CorpusMender(Protocol):
    """What a worker needs of a mender: the stream form of :meth:`textmend.Mender.mend`."""

    def mend(self, text: Iterable[str], *, title: Iterable[str | None] | None = None) -> Iterator[Mended]:
        """Mend texts, in order."""
        ...


def embedded(
    detector: str, filler: str, policy: Policy, *, second_look: bool = True, cache: Path | None = None
) -> MenderSpec:
    """Return how to make a :class:`textmend.Mender` of these models, told from others by a digest of their files.

    Args:
        detector: its detector.
        filler: its filler.
        policy: its policy.
        second_look: as for ``Mender``.
        cache: a folder that keeps what is suggested, for all workers and for other runs; ``None``: nothing is kept.

    Raises:
        ModelError: a model is unknown.
    """
    from textmend.models.registry import hub_model, locate

    if hub_model(filler) is not None:
        raise ModelError(
            f"filler={filler!r}: clean runs textmend's own fillers only; models of the hub are for suggest and mend"
        )
    digest = hashlib.blake2b(digest_size=16)
    for name, role in ((detector, "detector"), (filler, "filler")):
        folder = locate(name, role)
        for file in sorted(Path(folder).iterdir()):
            if file.is_file():
                with file.open("rb") as data:
                    digest.update(f"{role}/{file.name}\0".encode() + hashlib.file_digest(data, "blake2b").digest())
    # A worker is one process of many, so its models run on one thread.
    recipe = Recipe.of(
        detector=detector, filler=filler, threads=1, second_look=second_look, cache=cache, **asdict(policy)
    )
    return MenderSpec(factory=FACTORY, settings=recipe.options(), identity=digest.hexdigest())


def make_mender(**options: Any) -> CorpusMender:
    """Return the mender of a recipe's options, with its models loaded."""
    return Recipe.of(**options).load()


def factory_of(spec: MenderSpec) -> Callable[..., CorpusMender]:
    """Return the function a spec names. Raises :class:`ModelError` where there is none."""
    module, _, name = spec.factory.partition(":")
    try:
        made: Callable[..., CorpusMender] = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ModelError(f"mender {spec.factory!r}: there is no such function: {error}") from error
    return made


def check_fields(mend: Callable[..., Any], options: Options) -> None:
    """See that ``mend`` can use the fields that are named.

    Raises:
        PolicyError: it takes no pages, and a field for them is named.
    """
    if "html" in inspect.signature(mend).parameters:
        return
    if options.fields.html is not None:
        raise PolicyError(
            f"clean: the field {options.fields.html!r} holds pages, but this mender's mend takes none: "
            "leave out --html-field"
        )
    if options.pages is not None:
        raise PolicyError(
            f"clean: the folder {options.pages} holds pages, but this mender's mend takes none: leave out --html-dir"
        )


def one_thread() -> None:
    """Keep the libraries of a worker to one thread; before they are imported."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"):
        os.environ[name] = "1"
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
