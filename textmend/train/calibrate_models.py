"""Calibrating exported models on held-out articles, or on what people decided; the log reports the results."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from textmend.models.registry import HubModel
from textmend.review.files import judged_in
from textmend.train.calibrate import calibrate_detector, calibrate_filler, calibrate_hub_filler
from textmend.train.decisions import recalibrate_detector, recalibrate_filler
from textmend.train.held_out import HeldOut, gaps_in
from textmend.train.second_look import calibrate_second_look

log = logging.getLogger(__name__)


def calibrate_detector_on(held_out: HeldOut, detector: Path) -> None:
    """Calibrate a detector's folder on held-out articles.

    Raises:
        FileError: no words can be lost in these articles.
    """
    damaged = held_out.damaged_for_detector()
    articles = len(held_out.articles)
    log.info("detector: %d articles, %d gaps in %d versions of them", articles, gaps_in(damaged), len(damaged))
    calibration = calibrate_detector(detector, damaged)
    log.info("detector: log-odds %s become %s", _short(calibration.raw), _short(calibration.true))


def calibrate_filler_on(held_out: HeldOut, filler: Path, detector: Path, *, gaps: int) -> None:
    """Calibrate a filler's folder on held-out articles: its second look, then its ranking on up to ``gaps`` gaps.

    Raises:
        FileError: no words can be lost in these articles.
    """
    damaged = held_out.damaged_for_filler()
    calibrate_second_look(filler, detector, held_out.damaged_for_detector(), held_out.damaged_in_quantities())
    log.info("filler: filling about %d gaps", min(gaps, gaps_in(damaged)))
    calibrate_filler(filler, detector, damaged, most_gaps=gaps)


def calibrate_hub_filler_on(held_out: HeldOut, model: HubModel, ranking: Path, detector: Path, *, gaps: int) -> None:
    """Fit the ranking of a hub model on up to ``gaps`` gaps of held-out articles, and write it into a file.

    Raises:
        FileError: no words can be lost in these articles.
    """
    damaged = held_out.damaged_for_filler()
    log.info("filler: filling about %d gaps", min(gaps, gaps_in(damaged)))
    calibrate_hub_filler(model, ranking, detector, damaged, most_gaps=gaps)


def calibrate_on_decisions(
    suggestions: Sequence[Path], decisions: Sequence[Path], *, detector: Path | None, filler: Path | None, gaps: int
) -> None:
    """Fit again on what people decided; a fit that isn't better is dropped.

    Args:
        suggestions: what people decided about.
        decisions: what they decided.
        detector: the detector's folder, to be calibrated again.
        filler: the filler's folder, likewise.
        gaps: how many gaps are filled at most.
    """
    judgement = judged_in(suggestions, decisions)
    if judgement.unmatched:
        log.info("%d decisions are about other gaps than these suggestions, and left out", judgement.unmatched)
    fits = [recalibrate_detector(detector, judgement.decided)] if detector else []
    if filler:
        log.info("filling up to %d gaps", gaps)
        fits.append(recalibrate_filler(filler, judgement.decided, most_gaps=gaps))
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


def _short(values: Sequence[float]) -> str:
    return " ".join(f"{value:.2f}" for value in values)
