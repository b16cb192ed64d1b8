"""What is written beside a mended text. The public name of :mod:`textmend.edits.annotations`."""

from textmend.edits.annotations import annotations_of

__all__ = ["annotations_of"]
