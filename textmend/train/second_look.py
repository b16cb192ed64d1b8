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
from textmend.detect.finder import Detector, judge
from textmend.detect.network import OnnxDetector
from textmend.detect.opinions import SecondLookWeights, features, log_odds_of_gap
from textmend.detect.other_gaps import ArticleWeights, evidence, space_kinds
from textmend.detect.second_look import Reader, Rereading, SecondLook, Wanted, doubtful, read, without_numbers
from textmend.fill.load import load_filler
from textmend.text.quantities import bare_quantities
from textmend.train.calibrate import JudgedText, fit_evidence, judge_damaged, lost_words, write_config
from textmend.train.regression import logistic

log = logging.getLogger(__name__)

LEAST, MOST = 0.05, 0.97
"""Places whose probability for the detector lies between are read again (``docs/training.md`` says at what cost)."""
DAMAGED, LEAST_IN_DAMAGED = 0.0011, 0.004
"""Where so large a share of an article's places seems to have lost words, those of this probability on are read."""

_PRIOR = 2.0
_BATCH = 16


def calibrate_second_look(
    filler: Path, detector: Path, damaged: Sequence[Damaged], quantities: Sequence[Damaged] = ()
) -> SecondLookWeights | None:
    """Fit how both opinions combine, then the weights of echoes and of an article's other gaps.

    The weights are written into the filler's ``config.json`` and returned. Where the filler has no head for lost
    words, or no place is doubtful, nothing is written and ``None`` returned.

    What the second round reads follows from how opinions combine, so they are fitted after each round.

    Args:
        filler: its folder.
        detector: its folder; it is calibrated already.
        damaged: held-out damaged text.
        quantities: held-out text, some of which lost numbers, for the weight of units and signs without numbers.
    """
    reader, judging = load_filler(filler).model.reader, OnnxDetector(detector)
    if not reader.labels:
        return None
    judged = judge_damaged(damaged, judging)
    start = SecondLookWeights(judging.name, LEAST, MOST, DAMAGED, LEAST_IN_DAMAGED)
    doubts = [doubtful(one.text, one.sites, judging.article, start) for one in judged]
    if not any(len(wanted.sites) for wanted in doubts):
        log.info("second look: the detector is in doubt nowhere, so there is nothing to fit")
        return None
    again = [Rereading(one.text, one.sites, reader) for one in judged]
    _read(again, doubts, reader)
    first = _fitted(start, judged, again, judging.article)
    _read(again, [one.worth_reading(first) for one in again], reader)
    weights = fit_bare(_fitted(first, judged, again, judging.article), quantities, judging, reader)
    log.info(
        "second look at %d of %d places: %s",
        sum(len(one.sites) for one in again),
        sum(len(one.lost) for one in judged),
        weights,
    )
    write_config(filler, second_look=weights.to_dict())
    return weights


def _fitted(
    weights: SecondLookWeights, judged: Sequence[JudgedText], again: Sequence[Rereading], article: ArticleWeights
) -> SecondLookWeights:
    """Return the weights, fitted to what has been read again.

    Args:
        weights: where to start.
        judged: damaged texts as the detector alone judges them, and the truth.
        again: the same texts with what the reader said.
        article: what an article's other gaps mean to the detector.
    """
    told = [
        evidence(
            space_kinds(one.text, one.sites.starts, one.sites.ends),
            one.sites.probabilities,
            article.rate,
            article.shares,
        )[seen.sites]
        for one, seen in zip(judged, again, strict=True)
    ]
    weights = fit_joint(
        weights,
        log_odds(np.concatenate([seen.own.probabilities[seen.sites] for seen in again])),
        log_odds_of_gap(np.concatenate([seen.logits for seen in again])),
        np.concatenate([one.lost[seen.sites] > 0 for one, seen in zip(judged, again, strict=True)]),
        np.concatenate(told),
    )
    fitted = fit_evidence([one._replace(sites=seen.revised(weights)) for one, seen in zip(judged, again, strict=True)])
    return replace(weights, **fitted._asdict())


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
    start = (weights.constant, weights.own, weights.other, weights.apart, 1.0, 1.0)
    design = np.column_stack([features(own, other), told])
    constant, by_own, by_other, apart = logistic(design, truths, start, hold=_PRIOR).tolist()[:4]
    return replace(weights, constant=constant, own=by_own, other=by_other, apart=apart)


def fit_bare(
    weights: SecondLookWeights, quantities: Sequence[Damaged], detector: Detector, reader: Reader
) -> SecondLookWeights:
    """Return the weights with that of units and signs without numbers fitted, beside all else that is known there."""
    seen, truths = [np.zeros(0)], [np.zeros(0, dtype=bool)]
    for one in quantities:
        if not bare_quantities(one.text):
            continue
        (sites,) = judge([one.text], detector, SecondLook(lambda: reader, weights))
        bare = without_numbers(one.text, sites)
        seen.append(log_odds(sites.probabilities[bare]))
        truths.append(lost_words(one, sites, detector.labels - 1)[bare] > 0)
    own, truth = np.concatenate(seen), np.concatenate(truths)
    if not truth.any():
        return weights
    (more,) = logistic(np.ones((len(own), 1)), truth, (0.0,), hold=_PRIOR, offset=own)
    log.info("second look: %d of %d units and signs without numbers lost words", truth.sum(), len(truth))
    return replace(weights, bare=float(more))


def _read(again: Sequence[Rereading], wanted: Sequence[Wanted], reader: Reader) -> None:
    for start in range(0, len(again), _BATCH):
        read(again[start : start + _BATCH], wanted[start : start + _BATCH], reader)
