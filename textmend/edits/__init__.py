"""Changes of a text: planning, applying, undoing, and annotations."""

from textmend.edits.apply import apply_edits, insertion, removal, spacing, undo_edits

__all__ = ["apply_edits", "insertion", "removal", "spacing", "undo_edits"]
