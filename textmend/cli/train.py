"""The commands ``textmend train …``: train, count casings, export and calibrate. Not the work itself.

Loading this module loads neither torch nor onnx, so that ``--help`` is quick and works without the extra.
"""

from __future__ import annotations

import contextlib
import importlib
import itertools
import logging
import math
import random
import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from textmend.errors import FileError, MissingExtraError, ModelError

if TYPE_CHECKING:
    from textmend.damage.articles import Article
    from textmend.damage.losing import Damaged
    from textmend.damage.spans import LinkLikeness
    from textmend.train.loop import Schedule

log = logging.getLogger(__name__)

_EPILOG = """
Examples:
  textmend train split news.jsonl pages.jsonl --against bench.jsonl --out split
  textmend train detector BASE news.jsonl=0.7 pages.jsonl=0.3 --linked pages.jsonl --checkpoint detector.ckpt --hours 3
  textmend train prepare BASE news.jsonl=0.7 pages.jsonl=0.3 --linked pages.jsonl --what lost --million 30 --out lost
  textmend train detector BASE lost --linked pages.jsonl --checkpoint detector.ckpt --hours 0.2 --device cuda --batch 256
  textmend train average BASE detector.ckpt=0.7 earlier.ckpt=0.3 --kind detector --out averaged.safetensors
  textmend train casing news.jsonl pages.jsonl --out casing.json
  textmend train export --kind detector --base BASE --weights detector.ckpt --out detector --name "mine 1.0"
  textmend train calibrate --detector detector --held-out later.jsonl --linked pages.jsonl
  textmend train calibrate --detector detector --filler-only --filler FacebookAI/roberta-base --ranking ranking.json \\
    --held-out later.jsonl --linked pages.jsonl
  textmend train calibrate --detector detector --decisions decisions.jsonl --suggestions suggestions.jsonl
"""
_BASE_FILES = ("config.json", "model.safetensors", "tokenizer.json")
_CLEAN_SHARE = 0.6
"""Of the articles that the detector is calibrated on, and its early exit chosen on, how many stay clean."""
_DETECTOR_SEEDS = (11, 14)
"""A detector is calibrated on every article once for each seed, damaged differently: held-out articles are few."""

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="Train models of your own, and export them.",
    epilog=_EPILOG,
)


class Kind(StrEnum):
    """The two models."""

    detector = "detector"
    filler = "filler"


class What(StrEnum):
    """What examples can be made beforehand."""

    lost = "lost"
    masked = "masked"


Base = Annotated[
    Path, typer.Argument(metavar="BASE", help="Folder of the base: config.json, model.safetensors, tokenizer.json.")
]
Data = Annotated[
    list[str],
    typer.Argument(metavar="FILE[=SHARE]...", help="Clean articles, JSON Lines, and how often each file is drawn on."),
]
DataOrPrepared = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE[=SHARE]...|FOLDER...",
        help="Clean articles, JSON Lines, and how often each file is drawn on; or what textmend train prepare made.",
    ),
]
Linked = Annotated[
    Path, typer.Option("--linked", metavar="FILE", help="Articles with known links: what links look like.")
]
Checkpoint = Annotated[
    Path, typer.Option("--checkpoint", metavar="FILE", help="Where the run is kept; if it exists, the run goes on.")
]
Hours = Annotated[float, typer.Option("--hours", metavar="H", help="How long this call trains.")]
Rate = Annotated[float, typer.Option("--rate", metavar="R", help="Peak learning rate of the encoder.")]
HeadRate = Annotated[float, typer.Option("--head-rate", metavar="R", help="Peak learning rate of the new layers.")]
Decay = Annotated[
    float,
    typer.Option("--decay", min=0, max=1, metavar="SHARE", help="Share of the hours, at the end, to fall to rate 0."),
]
Start = Annotated[
    Path | None,
    typer.Option("--start", metavar="FILE", help="Weights to start from, where there is no checkpoint yet."),
]
Device = Annotated[
    str, typer.Option("--device", metavar="cpu|cuda", help="Where to compute; a GPU wants a large --batch.")
]
Threads = Annotated[int | None, typer.Option("--threads", min=1, metavar="N", help="CPU threads; default: all.")]
Seed = Annotated[
    int,
    typer.Option(
        "--seed", metavar="N", help="Another one damages the text otherwise: for runs that go on with --start."
    ),
]
Skip = Annotated[
    list[int] | None,
    typer.Option(
        "--skip", min=0, metavar="N", help="Leave out the first N articles: one for all files, or one for each."
    ),
]


@app.command()
def detector(
    base: Base,
    data: DataOrPrepared,
    linked: Linked,
    checkpoint: Checkpoint,
    hours: Hours = 1.0,
    rate: Rate = 2.5e-4,
    head_rate: HeadRate = 1e-3,
    decay: Decay = 0.0,
    start: Start = None,
    benchmark: Annotated[
        list[Path] | None,
        typer.Option("--benchmark", metavar="FILE", help="Benchmarks to measure on at every checkpoint."),
    ] = None,
    teacher: Annotated[
        Path | None,
        typer.Option("--teacher", metavar="FILE", help="Weights of a filler that finds lost words: it teaches, too."),
    ] = None,
    teacher_base: Annotated[
        Path | None, typer.Option("--teacher-base", metavar="FOLDER", help="The base of --teacher.")
    ] = None,
    taught: Annotated[
        float, typer.Option("--taught", min=0, max=1, metavar="SHARE", help="How much the teacher's opinion counts.")
    ] = 0.5,
    batch: Annotated[int, typer.Option("--batch", min=1, metavar="N", help="Windows a step.")] = 12,
    threads: Threads = None,
    device: Device = "cpu",
    seed: Seed = 0,
) -> None:
    """Train a detector, or go on training one."""
    if (teacher is None) != (teacher_base is None):
        raise typer.BadParameter("each needs the other", param_hint="--teacher, --teacher-base")
    files = [linked, start, teacher, *(benchmark or ())]
    schedule, sources = _check_training(base, data, checkpoint, files, hours, rate, head_rate, decay)
    if teacher_base:
        _check_base(teacher_base)
    from textmend.train.detector import train_detector

    with _logging():
        train_detector(
            base,
            sources,
            linked,
            checkpoint,
            schedule=schedule,
            benchmarks=benchmark or (),
            start=start,
            teacher=(teacher_base, teacher) if teacher_base and teacher else None,
            taught=taught,
            batch=batch,
            threads=threads,
            device=device,
            seed=seed,
        )


@app.command()
def filler(
    base: Base,
    data: DataOrPrepared,
    linked: Linked,
    checkpoint: Checkpoint,
    hours: Hours = 1.0,
    rate: Rate = 1e-4,
    head_rate: HeadRate = 1e-3,
    decay: Decay = 0.0,
    start: Start = None,
    benchmark: Annotated[
        Path | None, typer.Option("--benchmark", metavar="FILE", help="Benchmark to measure on at every checkpoint.")
    ] = None,
    held_out: Annotated[
        Path | None, typer.Option("--held-out", metavar="FILE", help="Clean articles to measure on, likewise.")
    ] = None,
    lost: Annotated[
        float,
        typer.Option(
            "--lost",
            min=0,
            max=1,
            metavar="SHARE",
            help="Of the batches, those that train the head that finds lost words; the others have masked words.",
        ),
    ] = 0.5,
    batch: Annotated[int, typer.Option("--batch", min=64, metavar="N", help="Word pieces a step.")] = 2048,
    threads: Threads = None,
    device: Device = "cpu",
    seed: Seed = 0,
) -> None:
    """Train a filler, or go on training one."""
    schedule, sources = _check_training(
        base, data, checkpoint, [linked, start, benchmark, held_out], hours, rate, head_rate, decay
    )
    from textmend.train.filler import train_filler

    with _logging():
        train_filler(
            base,
            sources,
            linked,
            checkpoint,
            schedule=schedule,
            clean=held_out,
            gaps=benchmark,
            start=start,
            lost=lost,
            batch=batch,
            threads=threads,
            device=device,
            seed=seed,
        )


@app.command()
def prepare(
    base: Base,
    data: Data,
    linked: Linked,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FOLDER", help="Gets the examples; a new folder.")],
    what: Annotated[
        What, typer.Option("--what", help="Windows that have lost words, or windows whose words are masked.")
    ],
    million: Annotated[
        float, typer.Option("--million", metavar="N", help="How many million word pieces to make.")
    ] = 10.0,
    window: Annotated[
        int, typer.Option("--window", min=16, max=512, metavar="N", help="Pieces of a window that lost words.")
    ] = 256,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, metavar="N", help="Processes; default: one a core.")
    ] = None,
    seed: Seed = 0,
) -> None:
    """Damage or mask text beforehand and cut it to pieces, so that a GPU need not wait for it."""
    if not (million > 0 and math.isfinite(million)):
        raise typer.BadParameter(f"{million} should be above 0", param_hint="--million")
    _check_base(base)
    sources = parse_sources(data)
    _check_files([linked])
    _need("preparing examples", "tokenizers")
    from textmend.damage.articles import read_articles
    from textmend.damage.spans import LinkLikeness
    from textmend.train.mixture import Mixture
    from textmend.train.prepared import Making
    from textmend.train.prepared import prepare as make

    with _logging():
        likeness = LinkLikeness.learn(read_articles(linked), random.Random(0))
        making = Making(base=base, what=what.value, likeness=likeness, size=window)
        header = make(making, Mixture(sources), out, pieces=int(million * 1e6), seed=seed, workers=workers)
        log.info("%s: %d examples, %.1f million pieces", out, header.examples, header.pieces / 1e6)


@app.command()
def average(
    base: Base,
    weights: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE[=SHARE]...", help="Checkpoints or weights of several runs, and how much each counts."
        ),
    ],
    kind: Annotated[Kind, typer.Option("--kind", help="Of which model.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="The averaged weights, safetensors.")],
    bits: Annotated[
        int | None,
        typer.Option("--bits", metavar="4|8", help="Keep them small: as differences from the base, of so many bits."),
    ] = None,
    after: Annotated[
        Path | None,
        typer.Option("--after", metavar="FILE", help="With --bits: differ from these weights, which stand beside OUT."),
    ] = None,
) -> None:
    """Average the weights of several runs, or keep those of one small."""
    if bits not in (None, 4, 8):
        raise typer.BadParameter(f"{bits} should be 4 or 8", param_hint="--bits")
    if after and (bits is None or after.absolute().parent != out.absolute().parent):
        raise typer.BadParameter("goes with --bits, and must stand in the folder of --out", param_hint="--after")
    _check_base(base)
    sources = parse_sources(weights)
    _check_files([after] if after else [])
    _check_writable(out)
    _need("averaging weights", "torch", "safetensors")
    from textmend.train.average import write_average

    if kind is Kind.filler:
        from textmend.train.filler import base_weights

        start = base_weights(base)
    else:
        from textmend.train.detector import from_base

        start = from_base(base).state_dict()
    with _logging():
        write_average(start, sources, out, bits=None if bits is None else 4 if bits == 4 else 8, after=after)
        log.info("%s: written, the average of %s", out, _names([file for file, _ in sources]))


@app.command()
def split(
    data: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Articles, JSON Lines.")],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FOLDER", help="Gets the folders train and held-out, a file each.")
    ],
    against: Annotated[
        list[Path] | None,
        typer.Option("--against", metavar="FILE", help="Benchmarks: leave out articles that are nearly in one."),
    ] = None,
    share: Annotated[float, typer.Option("--share", min=0, max=1, metavar="S", help="How much is held out.")] = 0.02,
) -> None:
    """Hold articles out of training, by a hash of their text, and leave out what stands in a benchmark."""
    _check_files([*data, *(against or ())])
    repeated = {file.name for file in data if sum(file.name == other.name for other in data) > 1}
    if repeated:
        raise typer.BadParameter(f"several files are called {', '.join(sorted(repeated))}", param_hint="FILE")
    from textmend.damage.articles import read_benchmark_texts
    from textmend.train.split import shingles_of, split_file

    with _logging():
        known = shingles_of(text for file in against or () for text in read_benchmark_texts(file))
        for file in data:
            result = split_file(
                file, out / "train" / file.name, out / "held-out" / file.name, against=known, share=share
            )
            log.info(
                "%s: %d to train on, %d held out, %d left out as near-duplicates",
                file,
                result.kept,
                result.held_out,
                result.near_duplicates,
            )


@app.command()
def casing(
    data: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Clean articles, JSON Lines.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="The table.")] = Path("casing.json"),
    articles: Annotated[
        int | None, typer.Option("--articles", min=1, metavar="N", help="How many of each file; default: all.")
    ] = None,
    at_least: Annotated[int, typer.Option("--at-least", min=1, metavar="N", help="Leave out rarer words.")] = 8,
) -> None:
    """Count how words are usually written, which a filler's export needs."""
    _check_files(data)
    _check_writable(out)
    from textmend.damage.articles import read_articles
    from textmend.train.casing import count_forms, write_casing

    with _logging():
        forms = count_forms(article for file in data for article in itertools.islice(read_articles(file), articles))
        log.info("%s: %d words of %d", out, write_casing(forms, out, at_least=at_least), len(forms))


@app.command()
def export(
    kind: Annotated[Kind, typer.Option("--kind", help="What to export.")],
    weights: Annotated[
        Path, typer.Option("--weights", metavar="FILE", help="A checkpoint (its averaged weights) or bare weights.")
    ],
    base: Annotated[Path, typer.Option("--base", metavar="FOLDER", help="The base that it was trained from.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FOLDER", help="The model's folder.")],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="Name and version, recorded with results.")],
    language: Annotated[str, typer.Option("--language", metavar="CODE", help="Language of the training text.")] = "en",
    casing: Annotated[
        Path | None, typer.Option("--casing", metavar="FILE", help="Filler: the table of textmend train casing.")
    ] = None,
    held_out: Annotated[
        list[Path] | None,
        typer.Option(
            "--held-out",
            "--damaged-from",
            metavar="FILE",
            help="Clean articles that weren't trained on. A detector without them runs all layers everywhere.",
        ),
    ] = None,
    linked: Annotated[
        Path | None,
        typer.Option("--linked", metavar="FILE", help="Articles with known links: what links look like."),
    ] = None,
    skip: Skip = None,
    articles: Annotated[
        int, typer.Option("--articles", min=1, metavar="N", help="How many articles of each file.")
    ] = 200,
    windows: Annotated[
        int,
        typer.Option(
            "--windows",
            min=0,
            metavar="N",
            help="Filler: windows of each kind to round 4-bit weights by (GPTQ); 0: plainly; --float: none.",
        ),
    ] = 256,
    in_float: Annotated[
        bool, typer.Option("--float", help="Leave the weights in float32, to measure what rounding loses.")
    ] = False,
) -> None:
    """Write a model's folder: ONNX, tokenizer, configuration. Calibrate it next."""
    _check_base(base)
    _check_files([weights])
    if kind is Kind.filler:
        for option, value in (("--casing", casing), ("--held-out", held_out), ("--linked", linked)):
            if not value:
                raise typer.BadParameter("a filler needs it", param_hint=option)
    elif bool(held_out) != bool(linked):
        raise typer.BadParameter("each needs the other", param_hint="--held-out, --linked")
    _check_files([file for file in (casing, linked, *(held_out or ())) if file])
    _need("exporting a model", "torch", "onnx", "safetensors")
    from textmend.train.calibrate import damaged_articles
    from textmend.train.moments import moments_of_filler
    from textmend.train.package import FILLER_WINDOW, package_detector, package_filler, pieces_of_lost_words

    with _logging():
        likeness = _likeness(linked) if linked else None
        chosen = _articles(held_out, skip, articles) if held_out else []
        if kind is Kind.detector:
            damaged = damaged_articles(chosen, likeness, clean_share=_CLEAN_SHARE, seed=13) if likeness else []
            texts = [item.text for item in damaged]
            package_detector(base, weights, out, name=name, language=language, texts=texts, quantized=not in_float)
        elif casing and likeness:
            damaged = damaged_articles(chosen, likeness, clean_share=0.0, seed=13)
            measured = windows and not in_float
            moments = moments_of_filler(base, weights, chosen, likeness, windows, FILLER_WINDOW) if measured else None
            package_filler(
                base,
                weights,
                out,
                casing=casing,
                pieces_per_word=pieces_of_lost_words(damaged, base),
                name=name,
                language=language,
                moments=moments,
                quantized=not in_float,
            )
        log.info("%s: written; calibrate it with  textmend train calibrate", out)


@app.command()
def calibrate(
    detector: Annotated[Path, typer.Option("--detector", metavar="FOLDER", help="The detector's folder.")],
    held_out: Annotated[
        list[Path] | None, typer.Option("--held-out", metavar="FILE", help="Clean articles that weren't trained on.")
    ] = None,
    linked: Annotated[
        Path | None,
        typer.Option("--linked", metavar="FILE", help="Articles with known links: what links look like."),
    ] = None,
    decisions: Annotated[
        list[Path] | None,
        typer.Option("--decisions", metavar="FILE", help="Instead of held-out articles: what people decided."),
    ] = None,
    suggestions: Annotated[
        list[Path] | None,
        typer.Option("--suggestions", metavar="FILE", help="The suggestions that they decided about (suggest --json)."),
    ] = None,
    filler: Annotated[
        str | None,
        typer.Option("--filler", metavar="NAME", help="The filler, to be calibrated too: a folder, or a hub model."),
    ] = None,
    ranking: Annotated[
        Path | None,
        typer.Option("--ranking", metavar="FILE", help="Where the ranking of a hub model is written, JSON."),
    ] = None,
    filler_only: Annotated[
        bool, typer.Option("--filler-only", help="Leave the detector's calibration as it is.")
    ] = False,
    skip: Skip = None,
    articles: Annotated[int, typer.Option("--articles", min=1, metavar="N", help="How many of each file.")] = 220,
    gaps: Annotated[
        int, typer.Option("--gaps", min=1, metavar="N", help="How many gaps to fill; each takes about a second.")
    ] = 300,
) -> None:
    """Make the probabilities of exported models mean what they say."""
    if filler_only and not filler:
        raise typer.BadParameter("there is no filler; give --filler", param_hint="--filler-only")
    if decisions or suggestions:
        if not (decisions and suggestions) or held_out or linked or ranking:
            raise typer.BadParameter(
                "goes with --suggestions, and without --held-out, --linked and --ranking", param_hint="--decisions"
            )
        _calibrate_on_decisions(
            None if filler_only else detector, Path(filler) if filler else None, decisions, suggestions, gaps
        )
        return
    if not (held_out and linked):
        raise typer.BadParameter("needs --linked; or give --decisions and --suggestions", param_hint="--held-out")
    _check_files([linked, *held_out])
    from textmend.models.folder import ModelFolder
    from textmend.models.registry import hub_model
    from textmend.train.calibrate import (
        calibrate_detector,
        calibrate_filler,
        calibrate_hub_filler,
        damaged_articles,
    )
    from textmend.train.second_look import calibrate_second_look

    ModelFolder.open(detector, "detector")
    hub = hub_model(filler) if filler else None
    if (hub is None) != (ranking is None):
        raise typer.BadParameter("goes with a hub model, and a hub model needs it", param_hint="--ranking")
    if ranking:
        _check_writable(ranking)
        _need("a hub model", "torch", extra="torch")
    elif filler:
        ModelFolder.open(Path(filler), "filler")
    with _logging():
        likeness = _likeness(linked)
        chosen = _articles(held_out, skip, articles)
        if not filler_only:
            damaged = _damaged_twice(chosen, likeness)
            lost = sum(len(item.gaps) for item in damaged)
            if not lost:
                raise FileError(
                    f"{_names(held_out)}: no words could be lost in these articles, so nothing can be fitted"
                )
            log.info("detector: %d articles, %d gaps in %d versions of them", len(chosen), lost, len(damaged))
            calibration = calibrate_detector(detector, damaged)
            log.info("detector: log-odds %s become %s", _short(calibration.raw), _short(calibration.true))
        if filler:
            # Shuffled, for the gaps may run out before the files do.
            mixed = random.Random(12).sample(chosen, len(chosen))
            damaged = damaged_articles(mixed, likeness, clean_share=0.0, seed=12)
            lost = min(gaps, sum(len(item.gaps) for item in damaged))
            if not lost:
                raise FileError(
                    f"{_names(held_out)}: no words could be lost in these articles, so nothing can be fitted"
                )
            if not hub:
                calibrate_second_look(Path(filler), detector, _damaged_twice(chosen, likeness))
            log.info("filler: filling about %d gaps", lost)
            if hub and ranking:
                calibrate_hub_filler(hub, ranking, detector, damaged, most_gaps=gaps)
            else:
                calibrate_filler(Path(filler), detector, damaged, most_gaps=gaps)


def _damaged_twice(articles: Sequence[Article], likeness: LinkLikeness) -> list[Damaged]:
    """Return what gap probabilities are calibrated on: each article as many times as there are seeds, most of it whole."""
    from textmend.train.calibrate import damaged_articles

    return [
        item
        for draw in _DETECTOR_SEEDS
        for item in damaged_articles(articles, likeness, clean_share=_CLEAN_SHARE, seed=draw)
    ]


def _calibrate_on_decisions(
    detector: Path | None, filler: Path | None, decisions: Sequence[Path], suggestions: Sequence[Path], gaps: int
) -> None:
    """Fit again on what people decided, and say what came of it; what isn't better isn't taken."""
    from textmend.models.folder import ModelFolder
    from textmend.review.files import judged_in
    from textmend.train.decisions import recalibrate_detector, recalibrate_filler

    for folder, kind in ((detector, "detector"), (filler, "filler")):
        if folder:
            ModelFolder.open(folder, kind)
    judgement = judged_in(suggestions, decisions)
    decided = judgement.decided
    with _logging():
        if judgement.unmatched:
            log.info("%d decisions are about other gaps than these suggestions, and left out", judgement.unmatched)
        fits = [recalibrate_detector(detector, decided)] if detector else []
        if filler:
            log.info("filling up to %d gaps", gaps)
            fits.append(recalibrate_filler(filler, decided, most_gaps=gaps))
        for fit in fits:
            log.info(
                "%s: %d decisions, log loss %.4f before, %.4f after (cross-validated; standard error of the difference "
                "%.4f): %s",
                fit.what,
                fit.items,
                fit.before,
                fit.after,
                fit.error,
                "taken" if fit.better else "not better, so the old one stays",
            )


def parse_sources(data: Sequence[str], *, folders: bool = False) -> list[tuple[Path, float]]:
    """Read ``FILE[=SHARE]`` arguments; without a share a file counts 1. Folders are taken where they are allowed.

    Raises:
        typer.BadParameter: a share is no number above 0.
        FileError: a file doesn't exist.
    """
    sources: list[tuple[Path, float]] = []
    for item in data:
        file, sign, share = item.rpartition("=")
        if not sign or Path(item).exists():
            file, share = item, "1"
        try:
            value = float(share)
        except ValueError:
            value = math.nan
        if not (value > 0 and math.isfinite(value)):
            raise typer.BadParameter(f"{item!r}: the share should be a number above 0, for example {file}=0.5")
        sources.append((Path(file), value))
    _check_files([file for file, _ in sources if not (folders and file.is_dir())])
    return sources


def _check_training(
    base: Path,
    data: Sequence[str],
    checkpoint: Path,
    files: Sequence[Path | None],
    hours: float,
    rate: float,
    head_rate: float,
    decay: float,
) -> tuple[Schedule, list[tuple[Path, float]]]:
    """Check all that a training needs before it starts, so that nothing fails an hour later."""
    for option, value in (("--hours", hours), ("--rate", rate), ("--head-rate", head_rate)):
        if not (value > 0 and math.isfinite(value)):
            raise typer.BadParameter(f"{value} should be above 0", param_hint=option)
    _check_base(base)
    sources = parse_sources(data, folders=True)
    _check_files([file for file in files if file])
    _check_writable(checkpoint)
    _need("training a model", "torch", "safetensors")
    from textmend.train.loop import Schedule

    return Schedule(hours=hours, rate=rate, head_rate=head_rate, decay=decay), sources


def _need(feature: str, *packages: str, extra: str = "train") -> None:
    """Raise :class:`MissingExtraError` where a package of an extra is missing."""
    try:
        for package in packages:
            importlib.import_module(package)
    except ImportError as error:
        raise MissingExtraError(feature, extra) from error


def _check_base(folder: Path) -> None:
    for name in _BASE_FILES:
        if not (folder / name).is_file():
            raise ModelError(f"{folder}: the file {name} is missing; a base is a folder with {', '.join(_BASE_FILES)}")


def _check_files(files: Sequence[Path]) -> None:
    for file in files:
        if not file.is_file():
            raise FileError(f"{file}: no such file")


def _check_writable(file: Path) -> None:
    if not file.absolute().parent.is_dir():
        raise FileError(f"{file}: can't be written: the folder {file.absolute().parent} doesn't exist")


def _names(files: Sequence[Path]) -> str:
    return ", ".join(map(str, files))


def _short(values: Sequence[float]) -> str:
    return " ".join(f"{value:.2f}" for value in values)


def _likeness(linked: Path) -> LinkLikeness:
    from textmend.damage.articles import read_articles
    from textmend.damage.spans import LinkLikeness

    return LinkLikeness.learn(read_articles(linked), random.Random(0))


def _articles(files: Sequence[Path], skip: Sequence[int] | None, count: int) -> list[Article]:
    """Return articles of each file in turn, so that any beginning of the list holds all kinds."""
    from textmend.damage.articles import read_articles

    skips = list(skip or [0])
    if len(skips) not in (1, len(files)):
        raise typer.BadParameter(f"{len(skips)} numbers for {len(files)} files", param_hint="--skip")
    skips = skips * len(files) if len(skips) == 1 else skips
    rows = [list(itertools.islice(read_articles(file, first), count)) for file, first in zip(files, skips, strict=True)]
    for file, first, row in zip(files, skips, rows, strict=True):
        if not row:
            raise FileError(f"{file}: holds no articles after the first {first}")
    return [article for turn in itertools.zip_longest(*rows) for article in turn if article is not None]


@contextlib.contextmanager
def _logging() -> Iterator[None]:
    """Within the block, what textmend logs is written to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s  %(message)s", "%H:%M:%S"))
    logger = logging.getLogger("textmend")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
