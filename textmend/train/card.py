"""Model cards: a ``README.md`` beside ``model.onnx``. All figures are given by the caller, never made up."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textmend.errors import ModelError
from textmend.files import write_file


@dataclass(frozen=True, slots=True)
class Origin:
    """The base model from which another was trained.

    Attributes:
        name: its name, as its authors write it.
        authors: who made it.
        license: its licence, as an SPDX identifier.
        url: where it is described.
        changes: how training changed it.
    """

    name: str
    authors: str
    license: str
    url: str
    changes: str


MINILM = Origin(
    name="all-MiniLM-L6-v2",
    authors="the sentence-transformers authors",
    license="Apache-2.0",
    url="https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2",
    changes="trained further, all layers; token types say letter case and white space; one new layer labels tokens",
)
"""The base of the embedded detector."""

MPNET = Origin(
    name="all-mpnet-base-v2",
    authors="the sentence-transformers authors",
    license="Apache-2.0",
    url="https://huggingface.co/sentence-transformers/all-mpnet-base-v2",
    changes="trained further but for the embeddings; a new head for masked pieces, and one for letter case",
)
"""The base of the embedded filler."""

DATA = (
    "news articles, clean, from which words were taken away on purpose",
    "linked pages, of which the links' words are known",
)
"""The kinds of text that the embedded models were trained on."""

_WHAT = {
    "detector": (
        "Reads text and says, before every word and at every line's end, how many words were lost there "
        "(0, 1, … {most} or more). A part of textmend, which finds and mends the places in scraped prose where "
        "words are missing."
    ),
    "filler": (
        "A masked language model that proposes what stood where words are missing, and in which letter case. "
        "A part of textmend, which finds and mends the places in scraped prose where words are missing."
    ),
}
_QUANTIZED = {
    "detector": (
        "The layers' weights are integers with one scale a column, their products computed in integers; each "
        "token's activations have their own scale. Word embeddings are 8-bit."
    ),
    "filler": (
        "The layers' weights are 4-bit with one scale for 64 neighbours, unfolded to 8 bits when the model is loaded; "
        "their products are computed in integers, each token's activations on their own scale. The word embeddings, "
        "which serve as output layer too, are 8-bit."
    ),
}
_LIMITS = {
    "detector": (
        "Losses that leave a whole sentence, above all single common words with tidy white space, are often missed.",
        "It knows running prose like that it was trained on; verse, tables, lists and code are not what it is for.",
    ),
    "filler": (
        "It proposes what is likely, not what is true: a name or number that it fills in may be wrong.",
        "Long editorial phrases can hardly ever be guessed.",
        "It may repeat the biases of the text it was trained on.",
    ),
}
_CALIBRATED = (
    "Its probabilities are calibrated on held-out text of the training's kinds; on other text they may be off."
)
_NOT_CALIBRATED = "Its probabilities are not calibrated: thresholds don't mean what they say."
_TITLES = {"filling": "fills at true gaps", "recall_by_shape": "recall by shape"}
_BOTH = (
    "Trained on text of one language ({language}).",
    "Text damaged on purpose is not text damaged in the wild, and the benchmarks damage on purpose too.",
)


def write_card(
    folder: Path,
    *,
    base: Origin,
    hours: float,
    tokens: int,
    figures: Mapping[str, Any],
    commands: Sequence[str],
    data: Sequence[str] = DATA,
    license: str = "Apache-2.0",
    quantization: str | None = None,
    limits: Sequence[str] = (),
) -> Path:
    """Write a model's card.

    Args:
        folder: the model's folder, with its ``config.json`` and ``model.onnx``.
        base: the model from which it was trained.
        hours: hours of training, on the clock.
        tokens: tokens of training, without padding.
        figures: the output of ``textmend evaluate --json``, or figures by group (``{"link_loss": {"F1": 0.81}}``).
        commands: the shell commands that made it.
        data: the kinds of text it was trained on.
        license: the model's own licence, as an SPDX identifier.
        quantization: how its weights are stored; default: what ``textmend train export`` does.
        limits: its limits, besides those of every such model.

    Returns:
        The card's path.

    Raises:
        ModelError: the folder holds no model.
        FileError: the card can't be written.
    """
    config, size = _read(folder)
    kind = str(config["kind"])
    sections = {
        "Origin": f"Trained from [{base.name}]({base.url}) by {base.authors}, licensed under {base.license}. "
        f"Changed: {base.changes}.",
        "Training": f"{hours:.1f} hours, {tokens / 1e6:.1f} million tokens. "
        f"Kinds of text, none of it redistributed here:\n\n{_list(data)}",
        "Storage": f"`model.onnx`, {size / 1e6:.1f} MB. {quantization or _QUANTIZED[kind]}",
        "Figures": _figures(figures),
        "Limits": _list([*_warnings(config), *limits]),
        "How it was made": "```sh\n" + "\n".join(commands) + "\n```",
        "Use": f'```python\nfrom textmend import Mender\n\nmender = Mender({kind}="path/to/this/folder")\n```',
    }
    what = _WHAT[kind].format(most=int(config.get("labels", 1)) - 1)
    parts = [_front_matter(config, base, license), f"# {config['name']}", what]
    parts += [f"## {title}\n\n{body}" for title, body in sections.items()]
    card = folder / "README.md"
    write_file(card, ("\n\n".join(parts) + "\n").encode())
    return card


def _front_matter(config: Mapping[str, Any], base: Origin, license: str) -> str:
    """Return the head of the card: YAML, by which hubs sort models."""
    front = {
        "language": _language(config),
        "license": license.lower(),
        "library_name": "textmend",
        "base_model": base.name,
        "pipeline_tag": "token-classification" if config["kind"] == "detector" else "fill-mask",
        "tags": ["onnx", "text-cleaning", "textmend"],
    }
    lines = (f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in front.items())
    return "\n".join(("---", *lines, "---"))


def _warnings(config: Mapping[str, Any]) -> list[str]:
    calibrated = _CALIBRATED if _is_calibrated(config) else _NOT_CALIBRATED
    return [*_LIMITS[config["kind"]], calibrated, *(line.format(language=_language(config)) for line in _BOTH)]


def _language(config: Mapping[str, Any]) -> str:
    return str(config.get("language", "en"))


def _read(folder: Path) -> tuple[dict[str, Any], int]:
    """Return a model's configuration, and the bytes of its network."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        size = (folder / "model.onnx").stat().st_size
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{folder}: no model's folder: {error}") from error
    if not isinstance(config, dict) or config.get("kind") not in _WHAT or "name" not in config:
        raise ModelError(f"{folder / 'config.json'}: describes neither a detector nor a filler")
    return config, size


def _is_calibrated(config: Mapping[str, Any]) -> bool:
    """Whether the configuration has another calibration than a fresh export."""
    holder = config if config["kind"] == "detector" else config.get("ranking", {})
    return bool(holder.get("calibration", {}).get("raw", [0.0]) != [0.0])


def _list(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _figures(figures: Mapping[str, Any]) -> str:
    rows = list(_of_evaluation(figures) if figures.get("kind") == "textmend-evaluation" else _of_mapping(figures))
    if not rows:
        return "Not measured."
    head = ["| on | figure | value |", "|---|---|---|"]
    table = "\n".join([*head, *(f"| {group} | {name} | {value} |" for group, name, value in rows)])
    made = [f"textmend {figures['textmend']}"] if "textmend" in figures else []
    made += [str(figures["date"])[:10]] if "date" in figures else []
    note = f"As measured by `textmend evaluate`{' (' + ', '.join(made) + ')' if made else ''}"
    return f"{note}; in brackets, the 95 % interval where there is one.\n\n{table}"


def _of_evaluation(record: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield the rows for the output of ``textmend evaluate --json``."""
    for result in (*record.get("benchmarks", ()), *record.get("clean", ())):
        for part, values in result["figures"].items():
            for name, figure in values.items():
                if figure["value"] is not None:
                    label = f"{_TITLES.get(part, part)}: {name}".replace("_", " ")
                    yield f"{result['name']} ({result['records']} records)", label, _value(figure)


def _of_mapping(figures: Mapping[str, Any], group: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield the rows for figures by group, at any depth."""
    for name, value in figures.items():
        if isinstance(value, Mapping) and "value" not in value:
            yield from _of_mapping(value, f"{group}, {name}" if group else str(name))
        elif value is not None:
            yield group or "–", str(name), _value(value)


def _value(figure: Any) -> str:
    if isinstance(figure, Mapping):
        low, high = figure.get("low"), figure.get("high")
        interval = f" [{_number(low)} – {_number(high)}]" if low is not None and high is not None else ""
        return _number(figure["value"]) + interval
    return _number(figure)


def _number(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
