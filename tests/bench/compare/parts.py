"""The parts of a comparison: each takes some minutes, is stored by itself, and can be taken by itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from bench.compare import filling, finding, finding_by_role, growth, memory, profiling, restoring, speed
from bench.compare.ablations import casing as casing_ablation
from bench.compare.ablations import detection as detection_ablation
from bench.compare.ablations import echoes as echoes_ablation
from bench.compare.ablations import filling as filling_ablation
from bench.compare.ablations import second_look
from bench.compare.configuration import Report, Setting
from bench.compare.tables import Table


def _nothing_more(setting: Setting) -> list[Path | None]:
    return []


class Part(NamedTuple):
    """A part of a comparison.

    Attributes:
        name: what it is called on the command line, in its file and in the document.
        about: what it measures, in one line.
        run: measures it; no tables where there is nothing to measure.
        more: files that its figures depend on besides the models and the data.
    """

    name: str
    about: str
    run: Callable[[Setting, Report], list[Table]]
    more: Callable[[Setting], list[Path | None]] = _nothing_more


def _language_model(setting: Setting) -> list[Path | None]:
    return [setting.llm]


def _float_models(setting: Setting) -> list[Path | None]:
    return [folder / "model.onnx" if folder else None for folder in (setting.float_detector, setting.float_filler)]


def _quantization(setting: Setting, report: Report) -> list[Table]:
    return [
        *detection_ablation.ablate_quantization(setting, report),
        *filling_ablation.ablate_quantization(setting, report),
    ]


PARTS: dict[str, Part] = {
    part.name: part
    for part in (
        Part("finding", "gaps found: cues alone, spaCy's parse", finding.compare_finders),
        Part("finding-by-role", "gaps found, by what was lost", finding_by_role.find_by_role),
        Part("filling-1", "fills: plain fill-mask, greedy, first file", partial(filling.compare_fillers, 0)),
        Part("filling-2", "the same, second file", partial(filling.compare_fillers, 1)),
        Part(
            "restoring", "a small language model that restores paragraphs", restoring.compare_language_model,
            _language_model,
        ),
        Part("speed-finding", "words per second of find_gaps: spaCy, torch", speed.time_finding),
        Part("speed-filling", "gaps per second of filling: torch, one mask", speed.time_filling),
        Part("speed-suggesting", "words per second of suggest: spaCy", speed.time_suggesting),
        Part("growth-length", "time and memory from 1 KB to 10 MB", growth.grow_length),
        Part("growth-gaps", "time and memory by gaps per document", growth.grow_gaps),
        Part("memory", "peak memory: spaCy, torch, language model", memory.measure_memory, _language_model),
        Part("profile", "where the time goes", profiling.profile),
        Part("ablation-filling", "echoes, names, lengths, context", filling_ablation.ablate_candidates),
        Part("ablation-echoes", "echoes and names, where they can help", echoes_ablation.ablate_echoes),
        Part("ablation-beam", "beam width", filling_ablation.ablate_beam),
        Part("ablation-casing", "letter case", casing_ablation.ablate_casing),
        Part("ablation-detection", "the detector's context", detection_ablation.ablate_context),
        Part("ablation-second-look", "what is read again, and what it costs", second_look.ablate_second_look),
        Part("quantization", "float32 models, where their folders are given", _quantization, _float_models),
    )
}  # fmt: skip
"""All parts, in the order they are taken."""
