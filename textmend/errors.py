"""Every error textmend raises on purpose. Each says what is wrong, where, and what to do about it."""

from __future__ import annotations


class TextmendError(Exception):
    """Base of all errors that textmend raises on purpose."""


class InputError(TextmendError, TypeError):
    """Something that is no text was given where text is needed."""


class PolicyError(TextmendError, ValueError):
    """A policy, threshold or option has a value that makes no sense."""


class RecordError(TextmendError, ValueError):
    """A stored record (gap, fill, edit, mended text, decision) can't be read, or doesn't fit its text."""


class ModelError(TextmendError, RuntimeError):
    """A model is unknown, broken, or not fit for the job it was asked to do."""


class LanguageError(ModelError):
    """A text is evidently in no language of a model."""


class FileError(TextmendError, OSError):
    """A file can't be read or written, or isn't in the encoding it should be in."""


class MissingExtraError(TextmendError, ImportError):
    """A feature needs a package of an extra that isn't installed."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(f'{feature} needs the extra {extra!r}: install it with  pip install "textmend[{extra}]"')
        self.feature = feature
        self.extra = extra
