"""Exporting trained models, with the measurements on held-out articles that this needs."""

from __future__ import annotations

from pathlib import Path

from textmend.train.held_out import CLEAN_SHARE, HeldOut
from textmend.train.moments import moments_of_filler
from textmend.train.package import Package, filler_window, package_detector, package_filler, pieces_of_lost_words

_SEED = 13


def export_detector_folder(package: Package, held_out: HeldOut | None) -> None:
    """Write a detector's folder. Without held-out articles the detector runs all layers everywhere."""
    damaged = held_out.damaged(clean_share=CLEAN_SHARE, seed=_SEED) if held_out else []
    package_detector(package, [item.text for item in damaged])


def export_filler_folder(package: Package, held_out: HeldOut, casing: Path, *, windows: int) -> None:
    """Write a filler's folder.

    Args:
        package: the contents of the folder.
        held_out: the articles on which the lengths of lost words, and the inputs of the layers, are measured.
        casing: the table of usual casings.
        windows: how many windows of each kind serve to round 4-bit weights; 0: plain rounding.
    """
    damaged = held_out.damaged(clean_share=0.0, seed=_SEED)
    moments = None
    if windows and package.quantized:
        articles, likeness = held_out.articles, held_out.likeness
        size = filler_window(package.base)
        moments = moments_of_filler(package.base, package.weights, articles, likeness, windows, size)
    package_filler(package, casing, pieces_of_lost_words(damaged, package.base), moments)
