"""Calibration on held-out text: of gap probabilities, and of the ranking of fills."""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from textmend.calibration import Calibration, log_odds
from textmend.detect.finder import judge
from textmend.fill.load import load_proposer
from textmend.fill.propose import Document, Proposed
from textmend.fill.rank import FEATURE_NAMES, Ranking, feature_row
from textmend.models.detector import OnnxDetector
from textmend.records import Gap
from textmend.train.corpus import Article
from textmend.train.damage import Damaged
from textmend.train.examples import lose_words
from textmend.train.spans import LinkLikeness

log = logging.getLogger(__name__)

_BATCH = 16


def fit_calibration(raw: ArrayLike, truths: ArrayLike, bins: int = 14) -> Calibration:
    """Return the calibration that makes raw probabilities true on average.

    Items are sorted by probability and cut into bins with equally many true ones; in each, the mean of the raw
    log-odds is mapped to the log-odds of the share that is true. Bins out of order are pooled (isotonic
    regression by pooling adjacent violators; Zadrozny & Elkan 2002).

    Args:
        raw: raw probabilities, shape ``[items]``.
        truths: whether each is true, shape ``[items]``.
        bins: how many knots at most.
    """
    score, truth = log_odds(raw), np.asarray(truths, dtype=bool)
    order = np.argsort(score, kind="stable")
    score, truth = score[order], truth[order]
    cuts = np.searchsorted(np.cumsum(truth), np.linspace(0, truth.sum(), bins + 1)[1:-1], side="right")
    pools: list[tuple[float, float, float]] = []  # sum of scores, true items, items
    for part in np.split(np.arange(len(score)), np.unique(cuts)):
        if len(part):
            pools.append((float(score[part].sum()), float(truth[part].sum()), float(len(part))))
            while len(pools) > 1 and (_share(pools[-2]) >= _share(pools[-1]) or _coincide(pools[-2], pools[-1])):
                last, before = pools.pop(), pools.pop()
                pools.append((before[0] + last[0], before[1] + last[1], before[2] + last[2]))
    knots = {pool[0] / pool[2]: float(log_odds(_share(pool))) for pool in pools}
    raws = sorted(knots)
    return Calibration(tuple(raws), tuple(knots[raw] for raw in raws))


def _share(pool: tuple[float, float, float]) -> float:
    # Half an item of each kind keeps the log-odds of small bins finite.
    return (pool[1] + 0.5) / (pool[2] + 1.0)


def _coincide(before: tuple[float, float, float], after: tuple[float, float, float]) -> bool:
    # Bins of one and the same score: their means differ by rounding alone.
    return before[0] / before[2] + 1e-9 >= after[0] / after[2]


def damaged_articles(
    articles: Iterable[Article], likeness: LinkLikeness, *, clean_share: float, seed: int
) -> list[Damaged]:
    """Return held-out articles, damaged as in training but for a share that stays clean."""
    rng = random.Random(seed)
    return [
        Damaged(article.text, ()) if rng.random() < clean_share else lose_words(article, likeness, rng)
        for article in articles
    ]


def calibrate_detector(folder: Path, damaged: Sequence[Damaged]) -> Calibration:
    """Fit the calibration of a detector's folder on damaged text, and write it into its ``config.json``."""
    detector = OnnxDetector(folder)
    detector.calibration = Calibration()
    raw: list[NDArray[np.float64]] = []
    truths: list[NDArray[np.bool_]] = []
    for start in range(0, len(damaged), _BATCH):
        batch = damaged[start : start + _BATCH]
        for truth, sites in zip(batch, judge([item.text for item in batch], detector), strict=True):
            ends = np.array([gap.end for gap in truth.gaps], dtype=np.int64)
            raw.append(sites.probabilities)
            truths.append(np.isin(sites.ends, ends))
    calibration = fit_calibration(np.concatenate(raw), np.concatenate(truths))
    write_config(folder, "calibration", calibration.to_dict())
    return calibration


def calibrate_filler(folder: Path, detector: Path, damaged: Sequence[Damaged], *, most_gaps: int = 300) -> Ranking:
    """Fit the ranking of a filler's folder on the true gaps of damaged text, and write it into its ``config.json``.

    Args:
        folder: the filler.
        detector: the detector, which says how many words are likely missing at each gap.
        damaged: held-out damaged text.
        most_gaps: how many gaps to fill; each costs about a second.
    """
    rows: list[NDArray[np.float64]] = []
    answers: list[int] = []
    proposer, judging = load_proposer(folder), OnnxDetector(detector)
    for item in damaged:
        if len(answers) >= most_gaps:
            break
        if not item.gaps:
            continue
        gaps = _true_gaps(item, judging)
        for truth, proposed in zip(
            item.gaps, proposer.candidates([Document(text=item.text, gaps=gaps)])[0], strict=True
        ):
            rows.append(np.array([feature_row(candidate.features) for candidate in proposed]))
            answers.append(answer_among(proposed, truth.lost))
    ranking = fit_ranking(rows, answers)
    write_config(folder, "ranking", ranking.to_dict())
    return ranking


def fit_ranking(
    rows: Sequence[NDArray[np.float64]], answers: Sequence[int], steps: int = 600, start: Ranking | None = None
) -> Ranking:
    """Fit the conditional logit model by maximum likelihood, held near where it starts, then its calibration.

    Args:
        rows: for each gap, its candidates' features, shape ``[candidates, features]``.
        answers: for each gap, which candidate is right, or -1 for none.
        steps: steps of gradient descent (Adam).
        start: the ranking to start from; default: the defaults.
    """
    start = start or Ranking()
    prior = np.array([*start.weights, start.other])
    parameters = prior.copy()
    mean, square = np.zeros_like(prior), np.zeros_like(prior)
    designs = [_with_other(row) for row in rows]
    for step in range(1, steps + 1):
        gradient = (parameters - prior) * (2.0 / max(1, len(rows)))
        for design, answer in zip(designs, answers, strict=True):
            scores = design @ parameters
            shares = np.exp(scores - scores.max())
            shares /= shares.sum()
            shares[answer] -= 1.0  # -1 is the last row: something else
            gradient = gradient + shares @ design / len(rows)
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.99 * square + 0.01 * gradient**2
        parameters -= 0.03 * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    ranking = replace(start, weights=tuple(float(w) for w in parameters[:-1]), other=float(parameters[-1]))
    best = [(shares.max(), int(shares.argmax()) == answer) for shares, answer in _shares(ranking, rows, answers)]
    if len(best) >= 50:
        raw, right = zip(*best, strict=True)
        ranking = replace(ranking, calibration=fit_calibration(raw, right, bins=5))
    log.info("ranking of %d gaps: %s", len(rows), dict(zip(FEATURE_NAMES, ranking.weights, strict=True)))
    return ranking


def _with_other(row: NDArray[np.float64]) -> NDArray[np.float64]:
    """Add the row of "something else" and the column of its constant (as ``Ranking.uncalibrated`` weighs them)."""
    other = np.zeros(row.shape[1])
    other[0] = np.log(max(1.0 - float(np.exp(row[:, 0]).sum()), 1e-3))
    constant = np.append(np.zeros(len(row)), 1.0)
    return np.column_stack([np.vstack([row, other]), constant])


def _shares(
    ranking: Ranking, rows: Sequence[NDArray[np.float64]], answers: Sequence[int]
) -> Iterable[tuple[NDArray[np.float64], int]]:
    return ((ranking.uncalibrated(row), answer) for row, answer in zip(rows, answers, strict=True))


def _true_gaps(item: Damaged, detector: OnnxDetector) -> list[Gap]:
    """Return the true gaps, with the lengths that the detector thinks likely there."""
    (sites,) = judge([item.text], detector)
    gaps = []
    for loss in item.gaps:
        index = min(int(np.searchsorted(sites.ends, loss.end)), len(sites.ends) - 1)
        lengths = tuple(float(share) for share in sites.lengths[index])
        gaps.append(Gap(start=loss.start, end=loss.end, probability=1.0, lengths=lengths))
    return gaps


def answer_among(proposed: Sequence[Proposed], lost: str) -> int:
    """Return which candidate says what stood there, or -1 for none."""
    wanted = " ".join(lost.split()).casefold()
    return next((index for index, candidate in enumerate(proposed) if candidate.text.casefold() == wanted), -1)


def write_config(folder: Path, key: str, value: dict[str, Any]) -> None:
    """Write a value into the ``config.json`` of a model's folder, whole or not at all."""
    file = folder / "config.json"
    config = json.loads(file.read_text(encoding="utf-8"))
    config[key] = value
    part = folder / "config.json.part"
    part.write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    part.replace(file)
