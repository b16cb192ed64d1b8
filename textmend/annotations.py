"""Annotations beside a mended text. This is the public name of :mod:`textmend.edits.annotations`."""

from textmend.edits.annotations import annotations_of

__all__ = ["annotations_of"]
