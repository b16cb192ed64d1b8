"""Learning from people's decisions: gap calibration and the ranking of fills are fitted again, if that is better.

A fit has few parameters and starts with the present values. It is judged by cross-validation on the decisions
themselves, and taken only if their log loss falls by more than one standard error (Breiman et al. 1984); otherwise the
old values stay. The models themselves are not trained.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from textmend.calibration import Calibration, log_odds, sigmoid
from textmend.detect.echoes import EchoWeights
from textmend.detect.finder import judge
from textmend.detect.network import OnnxDetector
from textmend.detect.other_gaps import ArticleWeights
from textmend.errors import RecordError
from textmend.fill.load import load_proposer
from textmend.fill.propose import GappedArticle, Proposer
from textmend.fill.rank import Ranking, feature_rows
from textmend.metrics import log_losses
from textmend.models.folder import ModelFolder
from textmend.review.documents import ReviewDocument
from textmend.review.judged import Judged
from textmend.train.calibrate import answer_among, fit_ranking, others_of, write_config
from textmend.train.regression import logistic, with_shift

FOLDS = 5
LEAST = 50
"""The fewest decisions for a fit."""

LEAST_OF_EACH = 10
"""The fewest decisions of each kind (a gap, not a gap) for a gap calibration."""

_LEAST_OTHER = 1e-6
_BATCH = 16

Fitted = TypeVar("Fitted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """The result of one fit.

    Attributes:
        what: what was fitted.
        items: how many decisions it was fitted on.
        before: mean log loss of the decisions with the old values, in nats.
        after: mean log loss, each decision judged by a fit that saw neither it nor others of its document.
        error: the standard error of the difference.
    """

    what: str
    items: int
    before: float
    after: float
    error: float

    @property
    def better(self) -> bool:
        """Whether the new fit is taken."""
        return self.before - self.after > self.error


def recalibrate_detector(folder: Path, decided: Sequence[Judged]) -> Fit:
    """Fit the gap calibration of a detector again, and write it into its ``config.json`` if it is better.

    Gaps that people saw say little about places that they did not see. So below the least probable gap that they saw,
    the new calibration soon returns to the old one, or stays below it.

    Args:
        folder: the detector; it may differ from the one that made the suggestions.
        decided: what people decided.

    Raises:
        RecordError: there are too few decisions, or too few of one kind.
    """
    # Gaps from a source were shown because they are true, whatever the detector thought of them.
    decided = [one for one in decided if not (one.gap.fills and one.gap.fills[0].origin == "source")]
    truths = np.array([one.is_gap for one in decided], dtype=bool)
    few = min(int(truths.sum()), int((~truths).sum()))
    if len(truths) < LEAST or few < LEAST_OF_EACH:
        raise RecordError(
            f"{len(truths)} decisions, {few} of the rarer kind (a gap, not a gap), are too few to calibrate gaps: at least "
            f"{LEAST} are needed, {LEAST_OF_EACH} of each kind; decide more, the improbable ones too (suggest --at 0.3)"
        )
    detector = OnnxDetector(folder)
    old = detector.calibration
    probabilities = _gap_probabilities(detector, decided)
    # The effect of echoes and other gaps stays; only the calibration below them is fitted.
    detector.echoes, detector.article = EchoWeights(), ArticleWeights()
    alone = _gap_probabilities(detector, decided)
    added = log_odds(probabilities) - log_odds(alone)
    fitted = _validated(
        "gap calibration",
        [one.document for one in decided],
        lambda kept: fit_platt(alone[kept], truths[kept], added[kept]),
        lambda calibration, left: log_losses(
            sigmoid(calibration.of_log_odds(log_odds(alone[left])) + added[left]), truths[left]
        ),
        log_losses(probabilities, truths),
    )
    if fitted.better:
        new = composed(old, fit_platt(alone, truths, added))
        write_config(folder, calibration=new.to_dict())
    return fitted


def recalibrate_filler(folder: Path, decided: Sequence[Judged], *, most_gaps: int | None = None) -> Fit:
    """Fit the ranking of a filler again on the words people gave; write it into its ``config.json`` if it is better.

    Fills are proposed again for every gap with words; that takes about a third of a second for each gap.

    Args:
        folder: the filler; it may differ from the one that made the suggestions.
        decided: what people decided; gaps without words are left out.
        most_gaps: the most gaps to fill; ``None``: all.

    Raises:
        RecordError: there are too few decisions with words.
    """
    worded = [one for one in decided if one.decision.text is not None][:most_gaps]
    if len(worded) < LEAST:
        raise RecordError(
            f"{len(worded)} decisions with words are too few to fit the ranking of fills: at least {LEAST} are needed"
        )
    old = ModelFolder.open(folder, "filler").read("ranking", Ranking.from_dict)
    rows, answers, articles = _candidates(load_proposer(folder), worded)

    def of(places: NDArray[np.int64]) -> tuple[list[NDArray[np.float64]], list[int], list[int]]:
        return [rows[i] for i in places], [answers[i] for i in places], [articles[i] for i in places]

    documents = {number: worded[numbers[0]].document for number, numbers in enumerate(_by_document(worded))}
    fitted = _validated(
        "ranking of fills",
        [documents[article] for article in articles],
        lambda kept: fit_ranking(*of(kept), start=old),
        lambda ranking, left: ranking_losses(ranking, *of(left)),
        ranking_losses(old, rows, answers, articles),
    )
    if fitted.better:
        write_config(folder, ranking=fit_ranking(rows, answers, articles, start=old).to_dict())
    return fitted


def fit_platt(probabilities: ArrayLike, truths: ArrayLike, added: NDArray[np.float64] | float = 0.0) -> Calibration:
    """Return the calibration ``slope * log-odds + shift`` that makes probabilities true (Platt 1999).

    A normal prior of variance 1 holds slope and shift near 1 and 0, so that a few decisions change little. Beyond the
    range of the probabilities the slope is 1; below it, the calibration returns to its input if that is lower.

    Args:
        probabilities: shape ``[items]``.
        truths: whether each is true, shape ``[items]``.
        added: further log-odds of each item, shape ``[items]``.
    """
    x = log_odds(probabilities)
    fitted = logistic(with_shift(x), truths, (1.0, 0.0), hold=1.0, offset=added)
    slope, shift = max(0.05, float(fitted[0])), float(fitted[1])
    low, high = float(x.min()), float(x.max())
    if high - low < 1e-6:
        high = low + 1e-6
    knots = [(low, slope * low + shift), (high, slope * high + shift)]
    if (rise := knots[0][1] - low) > 0:
        knots.insert(0, (low - 1.0 - rise, low - 1.0 - rise))
    return Calibration(tuple(knot[0] for knot in knots), tuple(knot[1] for knot in knots))


def composed(first: Calibration, second: Calibration) -> Calibration:
    """Return the calibration that applies ``first``, then ``second``."""
    first_raw, first_true = np.array(first.raw), np.array(first.true)
    knots = {float(raw) for raw in first.raw}
    for value in second.raw:
        if value <= first_true[0]:
            knots.add(float(first_raw[0] - (first_true[0] - value)))
        elif value >= first_true[-1]:
            knots.add(float(first_raw[-1] + (value - first_true[-1])))
        else:
            after = int(np.searchsorted(first_true, value, side="right"))
            low, high = first_true[after - 1], first_true[after]
            part = (value - low) / (high - low)
            knots.add(float(first_raw[after - 1] + part * (first_raw[after] - first_raw[after - 1])))
    raws = sorted(knots)
    # Log-odds are mapped directly, because probabilities would cut off the far ones.
    trues = second.of_log_odds(first.of_log_odds(raws))
    return Calibration(tuple(raws), tuple(np.maximum.accumulate(trues).tolist()))


def ranking_losses(
    ranking: Ranking, rows: Sequence[NDArray[np.float64]], answers: Sequence[int], articles: Sequence[int]
) -> NDArray[np.float64]:
    """Return the log loss of each gap, in nats: that of the right candidate, or of "something else" (answer -1)."""
    losses = []
    for row, answer, others in zip(rows, answers, others_of(ranking, rows, articles), strict=True):
        shares = ranking.calibrated(row, others)
        right = shares[answer] if answer >= 0 else 1.0 - float(shares.sum())
        losses.append(-math.log(max(float(right), _LEAST_OTHER)))
    return np.array(losses)


def folds_of(documents: Sequence[ReviewDocument]) -> NDArray[np.int64]:
    """Return the fold of each item: items of a document share one, unless there are fewer documents than folds."""
    names = [document.id for document in documents]
    if len(set(names)) < FOLDS:
        return np.arange(len(names)) % FOLDS
    drawn = sorted(set(names), key=lambda name: hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest())
    number = {name: place % FOLDS for place, name in enumerate(drawn)}
    return np.array([number[name] for name in names], dtype=np.int64)


def _validated(
    what: str,
    documents: Sequence[ReviewDocument],
    fit: Callable[[NDArray[np.int64]], Fitted],
    losses: Callable[[Fitted, NDArray[np.int64]], NDArray[np.float64]],
    before: NDArray[np.float64],
) -> Fit:
    folds = folds_of(documents)
    after = np.zeros(len(before))
    for fold in range(FOLDS):
        left = np.flatnonzero(folds == fold)
        if len(left):
            after[left] = losses(fit(np.flatnonzero(folds != fold)), left)
    difference = before - after
    error = float(difference.std(ddof=1) / math.sqrt(len(difference)))
    return Fit(what=what, items=len(before), before=float(before.mean()), after=float(after.mean()), error=error)


def _gap_probabilities(detector: OnnxDetector, decided: Sequence[Judged]) -> NDArray[np.float64]:
    """Return the detector's judgement of each decided gap, with its present calibration."""
    found = np.zeros(len(decided))
    groups = _by_document(decided)
    for start in range(0, len(groups), _BATCH):
        batch = groups[start : start + _BATCH]
        for numbers, sites in zip(batch, judge([decided[n[0]].document.text for n in batch], detector), strict=True):
            for number in numbers:
                gap = decided[number].gap
                site = int(np.searchsorted(sites.ends, gap.end))
                if site == len(sites.ends) or sites.ends[site] != gap.end:
                    raise RecordError(
                        f"{decided[number].document.id}: the detector can't judge a gap at {gap.start}:{gap.end}"
                    )
                found[number] = sites.probabilities[site]
    return found


def _candidates(proposer: Proposer, worded: Sequence[Judged]) -> tuple[list[NDArray[np.float64]], list[int], list[int]]:
    """Return the features of each gap's candidates, the candidate that a person chose, and the article's number."""
    rows: list[NDArray[np.float64]] = [np.zeros((0, 0))] * len(worded)
    answers, articles = [-1] * len(worded), [0] * len(worded)
    for article, numbers in enumerate(_by_document(worded)):
        document = worded[numbers[0]].document
        # Gaps that have fills would keep them.
        asked = GappedArticle(
            text=document.text, gaps=[gap.with_fills(()) for gap in document.gaps], title=document.title
        )
        proposed = dict(zip(document.gaps, proposer.candidates([asked])[0], strict=True))
        for number in numbers:
            candidates = proposed[worded[number].gap]
            rows[number] = feature_rows([candidate.features for candidate in candidates])
            answers[number] = answer_among(candidates, worded[number].decision.text or "")
            articles[number] = article
    kept = [number for number, row in enumerate(rows) if len(row)]
    return (
        [rows[number] for number in kept],
        [answers[number] for number in kept],
        [articles[number] for number in kept],
    )


def _by_document(decided: Sequence[Judged]) -> list[list[int]]:
    groups: dict[str, list[int]] = {}
    for number, one in enumerate(decided):
        groups.setdefault(one.document.id, []).append(number)
    return list(groups.values())
