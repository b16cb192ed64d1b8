"""The network of a hub model, run by torch: it takes rows of ids and gives log-probabilities at one position of each.

Only the states at these positions go through the model's head: over a vocabulary of 250,000 pieces the logits of whole
rows would take gigabytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from textmend.errors import ModelError, PolicyError
from textmend.models.hub.transformers_logging import quiet
from textmend.models.queries import Query
from textmend.models.session import batches, padded

if TYPE_CHECKING:
    import torch

_CPU_TOKENS = 4096
_MOST_TOKENS = 1 << 17
_PROBE = 8
_NEAR = 1e-3


class Network:
    """A masked language model on torch, in evaluation mode.

    Args:
        folder: the model's folder, with weights in safetensors.
        name: the model's name, for errors.
        device: where it runs, as torch names it; default: the first GPU of CUDA, or the CPU.
        dtype: ``"float32"``, ``"float16"`` or ``"bfloat16"``; default: half precision on CUDA only.
        threads: CPU threads; default: what torch takes.

    Attributes:
        embedded: how many pieces it has embeddings for.
        places: how many tokens a row may have, if there is a limit.
        predicted: how many pieces it predicts.

    Raises:
        ModelError: the folder holds no masked language model, or not all of its weights.
        PolicyError: the device is none that torch can use here.
    """

    def __init__(self, folder: Path, name: str, *, device: str | None, dtype: str | None, threads: int | None) -> None:
        import torch

        self._name, self._threads = name, threads
        self._device = _device(device)
        half = dtype or ("float16" if self._device.type == "cuda" else "float32")
        self._model = _load(folder, name, getattr(torch, half)).to(self._device).eval()
        self.embedded = int(self._model.get_input_embeddings().num_embeddings)
        self.places = _places(self._model.config)
        self._sliced = False
        self.predicted = 0
        self._probe()

    def predict(self, queries: Sequence[Query], padding: int) -> list[NDArray[np.float32]]:
        """Return log-probabilities over the vocabulary for each query, float32, shape ``[pieces]``.

        Rows of the same padded length run together, as many as memory allows; they don't influence each other.

        Args:
            queries: sequences, each with the position that is asked for.
            padding: the id to fill rows up with.
        """
        results: list[NDArray[np.float32] | None] = [None] * len(queries)
        for indices in batches([len(query.ids) for query in queries], self._budget()):
            for index, row in zip(indices, self._halving([queries[i] for i in indices], padding), strict=True):
                results[index] = row
        return [result for result in results if result is not None]

    def _budget(self) -> int:
        """Return how many tokens run together: on a GPU, as many as half of its free memory holds."""
        if self._device.type != "cuda":
            return _CPU_TOKENS
        import torch

        free, _ = torch.cuda.mem_get_info(self._device)
        config = self._model.config
        wide = max(
            int(getattr(config, key, 0) or 0) for key in ("hidden_size", "intermediate_size", "dim", "hidden_dim")
        )
        a_token = 4 * (8 * wide + self.predicted // 16)  # a layer's activations, and a row's share of the logits
        return max(_CPU_TOKENS, min(_MOST_TOKENS, free // 2 // a_token))

    def _halving(self, queries: Sequence[Query], padding: int) -> NDArray[np.float32]:
        import torch

        try:
            return self._run(queries, padding)
        except torch.OutOfMemoryError as error:
            if len(queries) == 1:
                raise ModelError(f"filler {self._name}: the device has no memory for a single row: {error}") from error
        torch.cuda.empty_cache()
        middle = len(queries) // 2
        return np.concatenate([self._halving(queries[:middle], padding), self._halving(queries[middle:], padding)])

    def _run(self, queries: Sequence[Query], padding: int) -> NDArray[np.float32]:
        import torch

        shape = (len(queries), padded(len(queries[0].ids)))
        ids, mask = np.full(shape, padding, dtype=np.int64), np.zeros(shape, dtype=np.int64)
        for at, query in enumerate(queries):
            ids[at, : len(query.ids)] = query.ids
            mask[at, : len(query.ids)] = 1
        positions = torch.tensor([query.position for query in queries])
        with torch.inference_mode(), _threads(self._threads):
            logits = self._logits(torch.from_numpy(ids), torch.from_numpy(mask), positions).float()
            if not bool(torch.isfinite(logits).all()):
                raise ModelError(f'filler {self._name}: its numbers overflow in half precision; give dtype="float32"')
            result: NDArray[np.float32] = torch.log_softmax(logits, dim=-1).cpu().numpy()
        return result

    def _logits(self, ids: torch.Tensor, mask: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        import torch

        rows, positions = torch.arange(len(ids), device=self._device), positions.to(self._device)
        with self._slicing(rows, positions) if self._sliced else nullcontext():
            logits = self._model(input_ids=ids.to(self._device), attention_mask=mask.to(self._device)).logits
        asked: torch.Tensor = logits[:, 0] if self._sliced else logits[rows, positions]
        return asked

    @contextmanager
    def _slicing(self, rows: torch.Tensor, positions: torch.Tensor) -> Iterator[None]:
        """Make the encoder pass only the queried positions on to the head."""

        def keep(_module: Any, _inputs: Any, output: Any) -> Any:
            asked = output[0][rows, positions].unsqueeze(1)
            if isinstance(output, tuple):
                return (asked, *output[1:])
            output.last_hidden_state = asked
            return output

        hook = self._model.base_model.register_forward_hook(keep)
        try:
            yield
        finally:
            hook.remove()

    def _probe(self) -> None:
        """Find out how many pieces are predicted, and whether the head gives the same for queried positions alone."""
        import torch

        ids = torch.arange(2 * _PROBE).reshape(2, _PROBE) % self.embedded
        mask, positions = torch.ones_like(ids), torch.tensor([1, _PROBE - 2])
        with torch.inference_mode(), _threads(self._threads):
            whole = self._logits(ids, mask, positions)
            self.predicted = int(whole.shape[-1])
            self._sliced = True
            try:
                part = self._logits(ids, mask, positions)
                scale = _NEAR if part.dtype == torch.float32 else 0.05
                self._sliced = part.shape == whole.shape and torch.allclose(part, whole, rtol=scale, atol=scale)
            except Exception:  # a model whose head needs whole rows gets them
                self._sliced = False


def _load(folder: Path, name: str, dtype: torch.dtype) -> Any:
    from transformers import AutoConfig, AutoModelForMaskedLM

    try:
        config = AutoConfig.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
    except Exception as error:  # the library raises many kinds
        raise ModelError(
            f"filler {name}: no model that transformers knows; code that comes with a model is never run: {error}"
        ) from error
    if type(config) not in AutoModelForMaskedLM._model_mapping or config.is_encoder_decoder:
        raise ModelError(f"filler {name}: a {config.model_type!r} model is no masked language model")
    try:
        with quiet():
            model, loaded = AutoModelForMaskedLM.from_pretrained(
                folder,
                config=config,
                dtype=dtype,
                use_safetensors=True,
                trust_remote_code=False,
                local_files_only=True,
                output_loading_info=True,
            )
    except Exception as error:
        raise ModelError(f"filler {name}: its weights can't be loaded: {error}") from error
    lacking = sorted({*loaded["missing_keys"], *(str(key) for key in loaded["mismatched_keys"])})
    if lacking:
        shown = ", ".join(lacking[:3]) + (f" and {len(lacking) - 3} more" if len(lacking) > 3 else "")
        raise ModelError(
            f"filler {name}: it lacks trained weights of a {type(model).__name__} ({shown}), which would be made up at "
            "random. A model without its masked-language-model head, as sentence embedders, classifiers and ELECTRA's "
            "or DeBERTa-v3's discriminators are, can't propose words"
        )
    return model


def _places(config: Any) -> int | None:
    """Return how long a row may be. RoBERTa and its relatives count positions from the padding's id on."""
    places = getattr(config, "max_position_embeddings", None)
    if not isinstance(places, int) or places < 1:
        return None
    padding = getattr(config, "pad_token_id", None)
    return places - (padding + 1 if isinstance(padding, int) and 0 <= padding < places else 0)


def _device(name: str | None) -> torch.device:
    import torch

    if name is None:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except Exception as error:  # the library raises many kinds
        raise PolicyError(f"Mender: device={name!r} can't be used by torch here: {error}") from error
    return device


@contextmanager
def _threads(number: int | None) -> Iterator[None]:
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(number or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)
