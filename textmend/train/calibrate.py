"""Calibration on held-out text: of gap probabilities, and of the ranking of fills."""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from textmend.calibration import Calibration, log_odds, sigmoid
from textmend.damage.articles import LinkedText
from textmend.damage.losing import Damaged
from textmend.damage.spans import LinkLikeness
from textmend.detect.echoes import FEWEST, EchoWeights, matched_words, with_echoes
from textmend.detect.finder import judge, judge_alone
from textmend.detect.lengths import LengthKinds
from textmend.detect.network import OnnxDetector
from textmend.detect.other_gaps import SPACES, ArticleWeights, evidence, is_doubtful, space_kinds
from textmend.detect.sites import Sites
from textmend.files import write_file
from textmend.fill.load import load_hub_proposer, load_proposer
from textmend.fill.propose import GappedArticle, Proposed, Proposer
from textmend.fill.rank import FEATURE_NAMES, Ranking, feature_rows
from textmend.fill.ranking_file import write_ranking
from textmend.models.registry import HubModel
from textmend.records import Fill, Gap
from textmend.text.words import fold
from textmend.train.examples import lose_words
from textmend.train.length_kinds import fit_length_kinds
from textmend.train.regression import logistic, minimum, with_shift

log = logging.getLogger(__name__)

_BATCH = 16
_OF_ONE = 8
"""The most gaps of an article that are filled to fit a ranking, because gaps of one article are alike."""

_UNASKED = Fill(text="?", probability=0.0, origin="model")
"""A mark for the other gaps of an article, which stay masked."""

_LEAST_TO_CALIBRATE = 50

_PRIOR = 2.0
"""The strength of the prior that holds fitted values near their start: as strong as about two to eight times as many
items."""


def fit_calibration(raw: ArrayLike, truths: ArrayLike, bins: int = 14) -> Calibration:
    """Return the calibration under which raw probabilities are true on average.

    First a line through the log-odds is fitted (Platt 1999). Then items are sorted by probability and cut into bins
    with equal information about the line's errors. For each bin the line is shifted until the expected number of true
    items equals the real one; a prior, as strong as :data:`_PRIOR` items, keeps the shift near 0. (The log-odds of the
    bin's share would not do: a bin may be wide, and they are not those of its middle.) Each bin gives a knot at its
    mean of raw log-odds. Bins out of order are pooled, as in isotonic regression (Zadrozny & Elkan 2002).

    Args:
        raw: raw probabilities, shape ``[items]``.
        truths: whether each is true, shape ``[items]``.
        bins: the most knots.
    """
    score, truth = log_odds(raw), np.asarray(truths, dtype=bool)
    order = np.argsort(score, kind="stable")
    score, truth = score[order], truth[order]
    slope, shift = logistic(with_shift(score), truth, (1.0, 0.0), hold=_PRIOR).tolist()
    slope = max(0.0, slope)
    line = slope * score + shift
    expected = sigmoid(line)
    told = np.cumsum(expected * (1 - expected))
    cuts = np.unique(np.searchsorted(told, np.linspace(0, told[-1], bins + 1)[1:-1], side="right"))
    edges = [0, *(int(cut) for cut in cuts if 0 < cut < len(score)), len(score)]

    def knot(start: int, end: int) -> _Knot:
        part = slice(start, end)
        middle = float(score[part].mean())
        (more,) = logistic(np.ones((end - start, 1)), truth[part], (0.0,), hold=_PRIOR, offset=line[part])
        return _Knot(start, end, middle, slope * middle + shift + float(more))

    knots: list[_Knot] = []
    for start, end in pairwise(edges):
        knots.append(knot(start, end))
        while len(knots) > 1 and (knots[-2].true >= knots[-1].true or _coincide(knots[-2], knots[-1])):
            last, before = knots.pop(), knots.pop()
            knots.append(knot(before.start, last.end))
    return Calibration(tuple(knot.raw for knot in knots), tuple(knot.true for knot in knots))


class _Knot(NamedTuple):
    """A bin, items ``[start:end]`` in order, and its knot, in log-odds."""

    start: int
    end: int
    raw: float
    true: float


def _coincide(before: _Knot, after: _Knot) -> bool:
    # Bins of the same score: their means differ only by rounding.
    return before.raw + 1e-9 >= after.raw


def damaged_articles(
    articles: Iterable[LinkedText], likeness: LinkLikeness, *, clean_share: float, seed: int
) -> list[Damaged]:
    """Return held-out articles, damaged as in training, except for a share that stays clean."""
    rng = random.Random(seed)
    return [
        Damaged(article.text, ()) if rng.random() < clean_share else lose_words(article, likeness, rng)
        for article in articles
    ]


def calibrate_detector(folder: Path, damaged: Sequence[Damaged]) -> Calibration:
    """Fit a detector's calibration on damaged text, then the weights of the article's evidence.

    The evidence has three kinds: echoes, the article's other gaps, and their lengths. All results are written into the
    detector's ``config.json``; the calibration is returned.
    """
    detector = OnnxDetector(folder)
    detector.calibration = Calibration()
    judged = judge_damaged(damaged, detector)
    raw, truths = [one.sites.probabilities for one in judged], [one.lost > 0 for one in judged]
    calibration = fit_calibration(np.concatenate(raw), np.concatenate(truths))
    evidence = fit_evidence(
        [
            one._replace(sites=one.sites._replace(probabilities=calibration(own)))
            for one, own in zip(judged, raw, strict=True)
        ]
    )
    log.info("detector: %s", evidence)
    write_config(folder, calibration=calibration.to_dict(), **evidence.to_dict())
    return calibration


class JudgedText(NamedTuple):
    """A damaged text, its sites judged without the evidence of echoes and other gaps, and the truth.

    Attributes:
        text: the text.
        sites: its sites, judged.
        lost: how many words were lost at each, up to the highest label; shape ``[sites]``.
    """

    text: str
    sites: Sites
    lost: NDArray[np.int64]


class ArticleEvidence(NamedTuple):
    """The weights of an article's echoes and other gaps: the parts of a detector's configuration with these names."""

    echoes: EchoWeights
    article: ArticleWeights
    length_kinds: LengthKinds

    def to_dict(self) -> dict[str, dict[str, Any]]:
        """Return the JSON forms by name."""
        return {
            "echoes": self.echoes.to_dict(),
            "article": self.article.to_dict(),
            "length_kinds": self.length_kinds.to_dict(),
        }


def judge_damaged(damaged: Sequence[Damaged], detector: OnnxDetector) -> list[JudgedText]:
    """Return damaged texts as judged by a calibrated detector alone."""
    judged: list[JudgedText] = []
    for start in range(0, len(damaged), _BATCH):
        batch = damaged[start : start + _BATCH]
        for truth, sites in zip(batch, judge_alone([item.text for item in batch], detector), strict=True):
            judged.append(JudgedText(truth.text, sites, lost_words(truth, sites, detector.labels - 1)))
    return judged


def fit_evidence(judged: Sequence[JudgedText]) -> ArticleEvidence:
    """Fit the weights of echoes beside calibrated probabilities, then those of other gaps and their lengths."""
    probabilities, truths = [one.sites.probabilities for one in judged], [one.lost > 0 for one in judged]
    matched = [matched_words(one.text, one.sites.starts, one.sites.ends, one.sites.probabilities) for one in judged]
    echoes = fit_echoes(np.concatenate(probabilities), np.concatenate(matched), np.concatenate(truths))
    raised = [with_echoes(own, count, echoes) for own, count in zip(probabilities, matched, strict=True)]
    spaces = [space_kinds(one.text, one.sites.starts, one.sites.ends) for one in judged]
    article = fit_article(raised, spaces, truths)
    lengths = [one.sites.lengths for one in judged]
    kinds = fit_length_kinds(lengths, [one.lost for one in judged], lengths[0].shape[1])
    return ArticleEvidence(echoes, article, kinds)


def lost_words(truth: Damaged, sites: Sites, most: int) -> NDArray[np.int64]:
    """Return how many words were lost at each site, 0 for none, at most ``most``; shape ``[sites]``."""
    lost = np.zeros(len(sites.ends), dtype=np.int64)
    for gap in truth.gaps:
        at = int(np.searchsorted(sites.ends, gap.end))
        if at < len(lost) and sites.ends[at] == gap.end:
            lost[at] = min(max(1, gap.words), most)
    return lost


def fit_article(
    probabilities: Sequence[NDArray[np.float64]],
    kinds: Sequence[NDArray[np.int64]],
    truths: Sequence[NDArray[np.bool_]],
) -> ArticleWeights:
    """Fit the effect of an article's other gaps on the log-odds of a gap: logistic regression on doubtful sites.

    Args:
        probabilities: those of the sites of each article, with the evidence of echoes; each of shape ``[sites]``.
        kinds: the kinds of their white space (``detect.other_gaps.space_kinds``).
        truths: whether words are missing there.
    """
    truth = np.concatenate(truths)
    if not truth.any() or truth.all():
        return ArticleWeights()
    rate = float(truth.mean())
    counts = np.bincount(np.concatenate(kinds)[truth], minlength=SPACES) + _PRIOR
    shares = tuple(float(share) for share in counts / counts.sum())
    found = np.concatenate([evidence(kind, own, rate, shares) for own, kind in zip(probabilities, kinds, strict=True)])
    own = np.concatenate(probabilities)
    doubtful = is_doubtful(own)
    design = np.column_stack([np.ones(int(doubtful.sum())), found[doubtful]])
    constant, often, alike = logistic(
        design, truth[doubtful], (0.0, 0.0, 0.0), hold=_PRIOR, offset=log_odds(own[doubtful]), least=(-np.inf, 0, 0)
    ).tolist()
    return ArticleWeights(constant, often, alike, rate, shares)


def fit_echoes(probabilities: ArrayLike, matched: ArrayLike, truths: ArrayLike) -> EchoWeights:
    """Fit the effect of an echo on the log-odds of a gap: logistic regression beside the calibrated log-odds.

    A prior holds each weight near 0, and no weight may be negative.

    Args:
        probabilities: calibrated probabilities of sites, shape ``[sites]``.
        matched: how many words each site's best echo matches, 0 without one (``detect.echoes.matched_words``).
        truths: whether words are missing there.
    """
    count = np.asarray(matched, dtype=np.float64)
    with_echo = count > 0
    offset, truth = log_odds(probabilities)[with_echo], np.asarray(truths, dtype=bool)[with_echo]
    design = np.column_stack([np.ones_like(offset), count[with_echo] - FEWEST])
    some, word = logistic(design, truth, (0.0, 0.0), hold=_PRIOR, offset=offset, least=0.0).tolist()
    return EchoWeights(some=some, word=word)


def calibrate_filler(folder: Path, detector: Path, damaged: Sequence[Damaged], *, most_gaps: int = 300) -> Ranking:
    """Fit the ranking of a filler's folder on the true gaps of damaged text, and write it into its ``config.json``.

    Args:
        folder: the filler.
        detector: the detector, which estimates how many words are missing at each gap.
        damaged: held-out damaged text.
        most_gaps: how many gaps to fill; each costs about a third of a second.
    """
    ranking = fit_to(load_proposer(folder), detector, damaged, most_gaps=most_gaps)
    write_config(folder, ranking=ranking.to_dict())
    return ranking


def calibrate_hub_filler(
    model: HubModel, file: Path, detector: Path, damaged: Sequence[Damaged], *, most_gaps: int = 300
) -> Ranking:
    """Fit the ranking of a hub model, as :func:`calibrate_filler` does, and write it into a file of its own."""
    proposer = load_hub_proposer(model)
    ranking = fit_to(proposer, detector, damaged, most_gaps=most_gaps)
    write_ranking(file, ranking, proposer.model.name)
    return ranking


def fit_to(proposer: Proposer, detector: Path, damaged: Sequence[Damaged], *, most_gaps: int) -> Ranking:
    """Return the ranking that is fitted to a filler's proposals at true gaps of damaged text, a few of each article."""
    rows: list[NDArray[np.float64]] = []
    answers: list[int] = []
    articles: list[int] = []
    judging, rng = OnnxDetector(detector), random.Random(0)
    for number, item in enumerate(damaged):
        if len(answers) >= most_gaps:
            break
        if not item.gaps:
            continue
        gaps = _true_gaps(item, judging)
        asked = set(rng.sample(range(len(gaps)), min(_OF_ONE, len(gaps))))
        masked = [gap if index in asked else gap.with_fills((_UNASKED,)) for index, gap in enumerate(gaps)]
        lost = [truth.lost for index, truth in enumerate(item.gaps) if index in asked]
        (candidates,) = proposer.candidates([GappedArticle(text=item.text, gaps=masked)])
        for words, proposed in zip(lost, candidates, strict=True):
            if proposed:
                rows.append(feature_rows([candidate.features for candidate in proposed]))
                answers.append(answer_among(proposed, words))
                articles.append(number)
    return fit_ranking(rows, answers, articles)


def fit_ranking(
    rows: Sequence[NDArray[np.float64]],
    answers: Sequence[int],
    articles: Sequence[int],
    start: Ranking | None = None,
) -> Ranking:
    """Fit the conditional logit model by maximum likelihood, with a prior that holds it near its start.

    Then fit the weight of an article's other gaps, and the calibration.

    Args:
        rows: for each gap, its candidates' features, shape ``[candidates, features]``.
        answers: for each gap, which candidate is right, or -1 for none.
        articles: for each gap, the number of its article.
        start: the ranking to start with; default: the default ranking.
    """
    start = start or Ranking()
    prior = np.array([*start.weights, start.other])
    designs = [_with_other(row) for row in rows]

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        away = parameters - prior
        value, gradient = float(away @ away), 2.0 * away
        for design, answer in zip(designs, answers, strict=True):
            scores = design @ parameters
            scores -= scores.max()
            total = np.exp(scores).sum()
            value += float(np.log(total) - scores[answer])  # -1 means the last row: something else
            gradient += (np.exp(scores) / total) @ design - design[answer]
        return value / max(1, len(rows)), gradient / max(1, len(rows))

    parameters = minimum(loss, prior)
    ranking = replace(start, weights=tuple(float(w) for w in parameters[:-1]), other=float(parameters[-1]))
    ranking = _with_article(ranking, rows, answers, articles)
    told = others_of(ranking, rows, articles)
    shares = [ranking.uncalibrated(row, others) for row, others in zip(rows, told, strict=True)]
    best = [(own.max(), int(own.argmax()) == answer) for own, answer in zip(shares, answers, strict=True)]
    if len(best) >= _LEAST_TO_CALIBRATE:
        raw, right = zip(*best, strict=True)
        ranking = replace(ranking, calibration=fit_calibration(raw, right, bins=5))
    log.info(
        "ranking of %d gaps: %s, article %.2f",
        len(rows),
        dict(zip(FEATURE_NAMES, ranking.weights, strict=True)),
        ranking.article,
    )
    return ranking


def _with_article(
    ranking: Ranking, rows: Sequence[NDArray[np.float64]], answers: Sequence[int], articles: Sequence[int]
) -> Ranking:
    """Fit the weight of an article's other gaps: logistic regression on whether any candidate is right."""
    shares = [float(ranking.uncalibrated(row).sum()) for row in rows]
    ranking = replace(ranking, usual=_usual(ranking, rows))
    told = np.array(others_of(ranking, rows, articles))
    if not told.any():
        return ranking
    (article,) = logistic(
        told[:, None], np.array(answers) >= 0, (0.0,), hold=_PRIOR, offset=log_odds(shares), least=0.0
    ).tolist()
    return replace(ranking, article=article)


def _usual(ranking: Ranking, rows: Sequence[NDArray[np.float64]]) -> float:
    return float(np.mean([log_odds(ranking.uncalibrated(row).max()) for row in rows])) if rows else 0.0


def others_of(ranking: Ranking, rows: Sequence[NDArray[np.float64]], articles: Sequence[int]) -> list[float]:
    """Return for each gap the evidence of the other gaps of its article (``Ranking.others``).

    Args:
        ranking: the ranking.
        rows: for each gap, its candidates' features.
        articles: for each gap, the number of its article.
    """
    found = [0.0] * len(rows)
    for article in set(articles):
        places = [place for place, one in enumerate(articles) if one == article]
        for place, others in zip(places, ranking.others([rows[place] for place in places]), strict=True):
            found[place] = others
    return found


def _with_other(row: NDArray[np.float64]) -> NDArray[np.float64]:
    """Add the row of "something else" and the column of its constant (as in ``Ranking.uncalibrated``)."""
    other = np.zeros(row.shape[1])
    other[0] = np.log(max(1.0 - float(np.exp(row[:, 0]).sum()), 1e-3))
    constant = np.append(np.zeros(len(row)), 1.0)
    return np.column_stack([np.vstack([row, other]), constant])


def _true_gaps(item: Damaged, detector: OnnxDetector) -> list[Gap]:
    """Return the true gaps, with the lengths that the detector expects there."""
    (sites,) = judge([item.text], detector)
    gaps = []
    for loss in item.gaps:
        index = min(int(np.searchsorted(sites.ends, loss.end)), len(sites.ends) - 1)
        lengths = tuple(float(share) for share in sites.lengths[index])
        gaps.append(Gap(start=loss.start, end=loss.end, probability=1.0, lengths=lengths))
    return gaps


def answer_among(proposed: Sequence[Proposed], lost: str) -> int:
    """Return which candidate equals the lost words, or -1 for none."""
    wanted = fold(lost)
    return next((index for index, candidate in enumerate(proposed) if candidate.text.casefold() == wanted), -1)


def write_config(folder: Path, **values: Any) -> None:
    """Write values into the ``config.json`` of a model's folder: all of them or none."""
    file = folder / "config.json"
    config = json.loads(file.read_text(encoding="utf-8"))
    config.update(values)
    write_file(file, (json.dumps(config, indent=2, ensure_ascii=False) + "\n").encode("utf-8"))
