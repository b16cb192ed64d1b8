"""Changes of a text: planned, applied, undone, and written beside it."""

from textmend.edits.apply import apply_edits, insertion, removal, spacing, undo_edits

__all__ = ["apply_edits", "insertion", "removal", "spacing", "undo_edits"]
