"""Every error that textmend raises on purpose. Each says what is wrong, where, and what to do about it."""

from __future__ import annotations


class TextmendError(Exception):
    """Base of all errors that textmend raises on purpose."""


class InputError(TextmendError, TypeError):
    """A value was given that is not a text, or not an input of the right type."""


class PolicyError(TextmendError, ValueError):
    """A policy, threshold or option has an invalid value."""


class RecordError(TextmendError, ValueError):
    """A stored record (gap, fill, edit, mended text, decision) can't be read, or doesn't fit its text."""


class ModelError(TextmendError, RuntimeError):
    """A model is unknown, broken, or unfit for the task it was given."""


class LanguageError(ModelError):
    """A text is evidently not in a language that the model knows."""


class FileError(TextmendError, OSError):
    """A file can't be read or written, or isn't in the encoding it should be in."""


class MissingExtraError(TextmendError, ImportError):
    """A feature needs a package of an extra that isn't installed."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(f'{feature} needs the extra {extra!r}: install it with  pip install "textmend[{extra}]"')
        self.feature = feature
        self.extra = extra
