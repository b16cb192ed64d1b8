"""Calibration of the second look: how the detector's and the reader's opinions combine, fitted on held-out text."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from textmend.calibration import log_odds
from textmend.damage.losing import Damaged
from textmend.detect.network import OnnxDetector
from textmend.detect.other_gaps import evidence, space_kinds
from textmend.detect.second_look import (
    Reader,
    SecondLookWeights,
    doubtful,
    features,
    log_odds_of_gap,
    read_again,
    revised,
)
from textmend.fill.load import load_filler
from textmend.train.calibrate import fit_evidence, judge_damaged, write_config
from textmend.train.regression import logistic

log = logging.getLogger(__name__)

LEAST, MOST = 0.03, 0.97
"""Places whose probability for the detector lies between are read again (``docs/training.md`` says at what cost)."""

_PRIOR = 2.0
_BATCH = 16


def calibrate_second_look(filler: Path, detector: Path, damaged: Sequence[Damaged]) -> SecondLookWeights | None:
    """Fit how both opinions combine, then the weights of echoes and of an article's other gaps.

    The weights are written into the filler's ``config.json`` and returned. Where the filler has no head for lost
    words, or no place is doubtful, nothing is written and ``None`` returned.

    Args:
        filler: its folder.
        detector: its folder; it is calibrated already.
        damaged: held-out damaged text.
    """
    reader, judging = load_filler(filler).model.reader, OnnxDetector(detector)
    if not reader.labels:
        return None
    judged = judge_damaged(damaged, judging)
    weights = SecondLookWeights(judging.name, LEAST, MOST)
    doubts = [doubtful(one.text, one.sites, judging.article, weights) for one in judged]
    if not any(map(len, doubts)):
        log.info("second look: the detector is in doubt nowhere, so there is nothing to fit")
        return None
    found = _read_again([one.text for one in judged], doubts, reader)
    told = [
        evidence(
            space_kinds(one.text, one.sites.starts, one.sites.ends),
            one.sites.probabilities,
            judging.article.rate,
            judging.article.shares,
        )[sites]
        for one, sites in zip(judged, doubts, strict=True)
    ]
    weights = fit_joint(
        weights,
        log_odds(np.concatenate([one.sites.probabilities[sites] for one, sites in zip(judged, doubts, strict=True)])),
        log_odds_of_gap(np.concatenate(found)),
        np.concatenate([one.lost[sites] > 0 for one, sites in zip(judged, doubts, strict=True)]),
        np.concatenate(told),
    )
    fitted = fit_evidence(
        [
            one._replace(sites=revised(one.sites, sites, logits, weights))
            for one, sites, logits in zip(judged, doubts, found, strict=True)
        ]
    )
    weights = replace(weights, **fitted._asdict())
    log.info("second look at %d of %d places: %s", sum(map(len, doubts)), sum(len(one.lost) for one in judged), weights)
    write_config(filler, second_look=weights.to_dict())
    return weights


def fit_joint(
    weights: SecondLookWeights,
    own: NDArray[np.float64],
    other: NDArray[np.float64],
    truths: ArrayLike,
    told: NDArray[np.float64],
) -> SecondLookWeights:
    """Return the weights with those of both opinions fitted: logistic regression, held near the mean of both.

    What the article's other gaps tell takes part in the fit, for it chose the sites: of those with low log-odds only
    the ones in damaged articles are there, and the detector would seem to know little. Its own weights are not kept:
    they are fitted anew to what comes of both.

    Args:
        weights: what is not fitted, and where to start.
        own: the detector's calibrated log-odds at doubtful sites, shape ``[sites]``.
        other: the reader's, of the same shape.
        truths: whether words are missing there.
        told: what the other gaps of the article tell, shape ``[sites, 2]`` (``detect.other_gaps.evidence``).
    """
    start = (weights.constant, weights.own, weights.other, weights.product, 1.0, 1.0)
    design = np.column_stack([features(own, other), told])
    constant, by_own, by_other, product = logistic(design, truths, start, hold=_PRIOR).tolist()[:4]
    return replace(weights, constant=constant, own=by_own, other=by_other, product=product)


def _read_again(texts: Sequence[str], sites: Sequence[NDArray[np.int64]], reader: Reader) -> list[NDArray[np.float64]]:
    found: list[NDArray[np.float64]] = []
    for start in range(0, len(texts), _BATCH):
        found += read_again(texts[start : start + _BATCH], sites[start : start + _BATCH], reader)
    return found
