"""NeMo Curator: a document modifier that mends texts, and a document filter that keeps those with few gaps.

They are used in ``Modify`` and ``ScoreFilter``, which read both Arrow and pandas.
"""

from __future__ import annotations

from typing import Any

from textmend.connect.gap_rate import check_most, gap_rate
from textmend.connect.mending import Mending
from textmend.errors import PolicyError
from textmend.extras import needs
from textmend.recipe import Recipe

with needs("textmend.connect.nemo_curator", "nemo-curator"):
    from nemo_curator.stages.text.filters import DocumentFilter
    from nemo_curator.stages.text.modifiers import DocumentModifier

_ONE_THREAD = {"threads": 1}  # a stage is given one CPU


class MendModifier(DocumentModifier):
    """Mends a text: ``Modify(MendModifier())``.

    If more than one field is read, name them twice: ``MendModifier(title="headline")`` and
    ``Modify(…, input_fields=[["text", "headline"]], output_fields="text")``.

    Args:
        options: by name, as in ``docs/connect.md``, except those of the annotations, because a modifier gives one
            value. One thread by default.

    Raises:
        PolicyError: an option is unknown, or has a value that makes no sense.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self._name = "textmend"
        for name in ("annotations", "annotate", "top"):
            if name in options:
                raise PolicyError(f"{name}: a modifier of NeMo Curator can give only the text")
        self.mending = Mending.of(**_ONE_THREAD | options, annotations=None)

    def modify_document(self, *values: Any, **fields: Any) -> Any:
        """Return the mended text; a missing text stays missing.

        Args:
            values: the text, if only that is read.
            fields: the fields that are read, by name.

        Raises:
            InputError: a field holds something that is no string.
        """
        names = self.mending.fields
        record = fields or {names.text: values[0] if values else None}
        article = names.article(record.get, "record")
        return record.get(names.text) if article is None else self.mending.one(article).text


class GapFilter(DocumentFilter):
    """Keeps documents with few gaps: ``ScoreFilter(GapFilter(1.0), score_field="textmend_rate")``.

    The score is the number of gaps in 1,000 words. It only finds gaps and proposes no fills, so it is fast.

    Args:
        most: gaps in 1,000 words that a document may have at most; 0 keeps only documents without any.
        options: those of ``Mender``, and ``find_at``; one thread by default.

    Raises:
        PolicyError: an option is unknown, or has a value that makes no sense.
    """

    def __init__(self, most: float = 1.0, **options: Any) -> None:
        super().__init__()
        self._name = "textmend_rate"
        check_most(most)
        self.most = most
        self.recipe = Recipe.of(**_ONE_THREAD | options)

    def load_model(self) -> None:
        """Load the detector. NeMo Curator calls this when a worker is set up."""
        _ = self.recipe.mender().detector

    def score_document(self, text: str) -> float:
        """Return how many gaps there are in 1,000 words."""
        return gap_rate(text, self.recipe.mender().find_gaps(text))

    def keep_document(self, scores: float) -> bool:
        """Return whether a document has few enough gaps to be kept."""
        return bool(scores <= self.most)
