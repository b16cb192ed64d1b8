"""A detector and a filler of a few hundred bytes, in real folders, so that every process loads them as it would real ones.

The detector is sure that words are missing before *against*, and less so before *and*; the filler always says *raids*.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from textmend.fill.rank import FEATURE_NAMES

TEXT = "They organised night against trawlers and went home."
MENDED = "They organised night raids against trawlers and went home."
CLEAN = "They organised night raids at sea."

TRUE = "They organised night patrols against trawlers and went home."
PAGE = f"<html><body><article><p>{TRUE.replace('patrols', '<a href=/p>patrols</a>')}</p></article></body></html>"
"""What ``TEXT`` was before words were lost, and the page it was on: the filler alone would say *raids*."""

_SPECIAL = ["[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]"]
_WORDS = [*_SPECIAL, "against", "and", "raids", "attacks"]
_LABELS = 7
_NO_CALIBRATION = {"raw": [0.0], "true": [0.0]}


def make_detector(folder: Path) -> Path:
    table = np.full((len(_WORDS), _LABELS), -30, dtype=np.float32)
    table[:, :2] = 0, -8
    table[_WORDS.index("against"), 1] = 4
    table[_WORDS.index("and"), 1] = 1
    nodes = [
        helper.make_node("Gather", ["input_ids", "sites"], ["judged"], axis=1),
        helper.make_node("Squeeze", ["judged", "first"], ["pieces"]),
        helper.make_node("Gather", ["table", "pieces"], ["logits"]),
    ]
    inputs = {"input_ids": [1, "length"], "type_ids": [1, "length"], "sites": ["sites"]}
    config = {"window": 64, "margin": 8, "labels": _LABELS, "calibration": _NO_CALIBRATION}
    constants = {"table": table, "first": np.array([0], dtype=np.int64)}
    return _write(folder, "detector", config, nodes, inputs, {"logits": ["sites", _LABELS]}, constants)


def make_filler(folder: Path) -> Path:
    log_probs = np.full((1, len(_WORDS)), -20, dtype=np.float32)
    log_probs[0, _WORDS.index("raids")] = np.log(0.97)
    log_probs[0, _WORDS.index("attacks")] = np.log(0.02)
    lower = np.array([[9, 0, 0, 0]], dtype=np.float32)
    nodes = [
        helper.make_node("Mul", ["positions", "nothing"], ["first"]),
        helper.make_node("Gather", ["words", "first"], ["log_probs"]),
        helper.make_node("Gather", ["cases", "first"], ["case_logits"]),
    ]
    inputs = {"input_ids": ["rows", "length"], "attention_mask": ["rows", "length"], "positions": ["rows"]}
    config = {
        "special": [],
        "window": 64,
        "pieces_per_word": [1.0],
        "ranking": {
            "weights": dict.fromkeys(FEATURE_NAMES, 1.0) | {"length": 0.0},
            "other": 0.0,
            "calibration": _NO_CALIBRATION,
        },
    }
    outputs = {"log_probs": ["rows", len(_WORDS)], "case_logits": ["rows", 4]}
    constants = {"words": log_probs, "cases": lower, "nothing": np.zeros((), dtype=np.int64)}
    _write(folder, "filler", config, nodes, inputs, outputs, constants)
    (folder / "casing.json").write_text(json.dumps({"schema": 1, "surfaces": {}}))
    return folder


def _write(folder: Path, kind: str, config: dict, nodes: list, inputs: dict, outputs: dict, constants: dict) -> Path:
    folder.mkdir(parents=True)
    graph = helper.make_graph(
        nodes,
        kind,
        [helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name, shape in inputs.items()],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, folder / "model.onnx")
    tokenizer = Tokenizer(WordPiece({word: index for index, word in enumerate(_WORDS)}, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.save(str(folder / "tokenizer.json"))
    tokens = {"start": "[CLS]", "separator": "[SEP]", "unknown": "[UNK]"}
    if kind == "filler":
        tokens |= {"mask": "[MASK]", "padding": "[PAD]"}
    head = {"schema": 1, "kind": kind, "name": f"tiny-{kind} 1.0", "language": "en", "tokens": tokens}
    (folder / "config.json").write_text(json.dumps(head | config))
    return folder
