"""Fetching a hub model: from its name to a folder with its files, all of one commit. Nothing is loaded here."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import NamedTuple

from textmend.errors import ModelError
from textmend.models.registry import HubModel

_SMALL_FILES = (
    "config.json",
    *("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"),
    *("vocab.json", "vocab.txt", "merges.txt", "*.model"),
)
_WEIGHTS = ("model.safetensors", "model.safetensors.index.json", "model-*.safetensors")
_PICKLES = ("pytorch_model*.bin", "*.pt", "*.pth", "*.ckpt")
_DIGITS = 12


class Fetched(NamedTuple):
    """A model's folder, and the name that results record.

    Attributes:
        folder: the folder with its files.
        name: ``name@commit`` for a model of the hub; ``folder@sha256:…`` for a folder of the caller, with the digest of
            its weights.
    """

    folder: Path
    name: str


def fetch(model: HubModel) -> Fetched:
    """Return a model's folder; download it if need be. With ``HF_HUB_OFFLINE=1`` only earlier downloads are used.

    The small files are fetched and checked before the weights, all of one commit. Weights are safetensors.

    Raises:
        ModelError: the model is unknown or out of reach, or has no safetensors.
    """
    folder = Path(model.name)
    if folder.is_dir():
        _check_weights(folder, str(folder))
        return Fetched(folder, f"{folder.resolve().name}@{_version(folder)}")
    folder = _download(model, model.revision, _SMALL_FILES)
    if not (folder / "config.json").is_file():
        raise ModelError(f"filler {model.name!r}: no model that transformers can read: it has no config.json")
    commit = folder.name
    _download(model, commit, _WEIGHTS)
    _check_weights(folder, f"{model.name} at {commit}")
    return Fetched(folder, f"{model.name}@{commit}")


def _download(model: HubModel, revision: str | None, files: tuple[str, ...]) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import (
        GatedRepoError,
        HFValidationError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    try:
        return Path(snapshot_download(model.name, revision=revision, allow_patterns=list(files)))
    except HFValidationError as error:
        raise ModelError(
            f"filler {model.name!r}: neither a folder that exists nor a name on the hub: {error}"
        ) from error
    except RevisionNotFoundError as error:
        raise ModelError(f"filler {model.name!r}: the hub has no revision {revision!r} of it") from error
    except GatedRepoError as error:
        raise ModelError(f"filler {model.name!r}: the hub gives it only to accounts with access: {error}") from error
    except RepositoryNotFoundError as error:
        raise ModelError(
            f"filler {model.name!r}: neither an embedded model, nor a folder that exists, nor a model on the hub "
            "(a private one needs a token: HF_TOKEN)"
        ) from error
    except Exception as error:  # no network, a broken cache: the libraries below raise many kinds
        offline = " HF_HUB_OFFLINE is set." if os.environ.get("HF_HUB_OFFLINE") else ""
        raise ModelError(
            f"filler {model.name!r}: not a folder that exists, not downloaded before, and the hub can't be "
            f"reached.{offline} ({type(error).__name__}: {error})"
        ) from error


def _check_weights(folder: Path, name: str) -> None:
    if any((folder / file).is_file() for file in _WEIGHTS[:2]):
        return
    pickles = sorted(file.name for pattern in _PICKLES for file in folder.glob(pattern))
    found = f"only pickles ({', '.join(pickles)}), which can run code and are never loaded" if pickles else "none"
    raise ModelError(
        f"filler {name}: weights in safetensors are needed, but there are {found}. If you trust them, convert "
        'them: AutoModelForMaskedLM.from_pretrained(…).save_pretrained("folder")'
    )


def _version(folder: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(folder.glob("model*.safetensors")):
        with file.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return f"sha256:{digest.hexdigest()[:_DIGITS]}"
