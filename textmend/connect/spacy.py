"""spaCy: the pipeline component ``textmend``, which finds gaps in documents and proposes fills.

``nlp.add_pipe("textmend")`` finds it by its entry point, without an import. A ``Doc`` is never rewritten: its text
stays the original, and ``doc._.mended.text`` is the mended text.
"""

# Type annotations stay objects here, because spaCy checks configurations with those of the factory.

import shutil
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import srsly
from spacy.language import Language
from spacy.pipeline import Pipe
from spacy.tokens import Doc, Span, SpanGroup
from spacy.util import ensure_path
from thinc.api import ConfigValidationError

from textmend.connect.fields import Fields
from textmend.connect.mending import Mending
from textmend.edits.mended import Mended
from textmend.errors import PolicyError
from textmend.models.registry import embedded_languages
from textmend.recipe import DEFAULTS, Recipe
from textmend.records import Gap

LABEL = "GAP"
"""The label of the spans around gaps."""

_NAMED = (
    *("detector", "filler", "threads", "batch"),
    *("apply_at", "find_at", "unsure", "placeholder", "allow_names", "allow_numbers"),
)
_KEY = "textmend"  # keys of a document's user data, which hold JSON values, so that documents stay serialisable


def _gaps(doc: Doc) -> tuple[Gap, ...]:
    return tuple(Gap.from_dict(gap) for gap in doc.user_data.get(_KEY, {}).get("gaps", ()))


def _gap(span: Span) -> Gap | None:
    gaps = span.doc.user_data.get(_KEY, {}).get("gaps", ())
    known = span.label_ == LABEL and span.id_.isdecimal() and int(span.id_) < len(gaps)
    return Gap.from_dict(gaps[int(span.id_)]) if known else None


def _mended(doc: Doc) -> Mended | None:
    record = doc.user_data.get(_KEY, {})
    return Mended.from_dict(record) if "text" in record else None


class MendComponent(Pipe):
    """The component ``textmend``.

    It sets, on every document:

    - ``doc._.gaps``: the gaps, a tuple of :class:`textmend.Gap`; offsets are those of ``doc.text``.
    - ``doc._.mended``: a :class:`textmend.Mended`; ``None`` with ``fill=False``.
    - ``doc.spans["gaps"]``: for each gap, in the same order, a span of the tokens around it, labelled ``GAP``: the
      word before and the word after, if they exist, because the gap itself is empty.
    - ``doc.spans["gaps"].attrs["scores"]``: for each span, the probability that words are missing, as an array of
      32-bit floats, as spaCy's own span categorizer stores its scores.
    - ``span._.gap``: the :class:`textmend.Gap` of such a span; ``None`` for any other span.

    The first document loads the models, unless ``nlp.initialize()`` or :meth:`load` did so before.

    All this survives ``nlp.pipe(n_process=…)``, ``Doc.to_bytes`` and ``DocBin(store_user_data=True)``.

    Args:
        nlp: the pipeline.
        name: the component's name.
        recipe: how to mend.
        title: the extension attribute with a document's headline, if any.
        html: the extension attribute with the page that a document comes from, if any.
        fill: whether fills are proposed; if not, gaps are only found, which is much faster.
        spans_key: the key of the spans.

    Raises:
        PolicyError: another component already uses ``doc._.gaps``, ``doc._.mended`` or ``span._.gap``.
    """

    def __init__(
        self,
        nlp: Language,
        name: str,
        recipe: Recipe,
        *,
        title: str | None = None,
        html: str | None = None,
        fill: bool = True,
        spans_key: str = "gaps",
    ) -> None:
        self.name = name
        self.title, self.html, self.fill, self.spans_key = title, html, fill, spans_key
        self.mending = Mending(Fields(title=title, html=html), recipe)
        nlp.vocab.strings.add(LABEL)
        own: tuple[tuple[Any, str, Any], ...] = ((Doc, "gaps", _gaps), (Doc, "mended", _mended), (Span, "gap", _gap))
        for kind, attribute, getter in own:
            if not kind.has_extension(attribute):
                kind.set_extension(attribute, getter=getter)
            elif kind.get_extension(attribute)[2] is not getter:
                place = f"{kind.__name__.lower()}._.{attribute}"
                raise PolicyError(f"{place} is taken by another component: remove its extension first")
        for known in (title, html):
            if known and not Doc.has_extension(known):
                Doc.set_extension(known, default=None)

    def initialize(
        self, get_examples: Callable[[], Iterable[Any]] | None = None, *, nlp: Language | None = None
    ) -> None:
        """Load the models; ``nlp.initialize()`` calls this. Nothing is trained.

        Raises:
            ModelError: a model is unknown or broken.
        """
        self.load()

    def load(self) -> None:
        """Load the models before the first document does.

        Raises:
            ModelError: a model is unknown or broken.
        """
        mender = self.mending.recipe.mender()
        _ = (mender.detector, mender.proposer) if self.fill else mender.detector

    def __call__(self, doc: Doc) -> Doc:
        """Find the gaps of a document."""
        return next(self._annotated([doc]))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 64) -> Iterator[Doc]:
        """Yield the documents of a stream, in order; they are processed in batches.

        Args:
            stream: the documents.
            batch_size: how many are held at once. An error handler gets the document that raised the error.
        """
        docs_left = iter(stream)
        while docs := list(islice(docs_left, batch_size)):
            try:
                done = list(self._annotated(docs))
            except Exception:
                yield from self._one_by_one(docs)
            else:
                yield from done

    def _one_by_one(self, docs: Iterable[Doc]) -> Iterator[Doc]:
        """Yield the documents of a failed batch, except those that raised the error."""
        handle = self.get_error_handler()
        for doc in docs:
            try:
                done = self(doc)
            except Exception as error:  # the pipeline decides what happens to it
                handle(self.name, self, [doc], error)
            else:
                yield done

    def _annotated(self, docs: Iterable[Doc]) -> Iterator[Doc]:
        if not self.fill:
            docs = list(docs)
            found = self.mending.recipe.mender().find_gaps(doc.text for doc in docs)
            for doc, gaps in zip(docs, found, strict=True):
                yield self._annotate(doc, gaps, {"gaps": [gap.to_dict() for gap in gaps]})
            return
        for doc, mended in self.mending.stream(docs, self._article):
            assert mended is not None  # every document has a text
            yield self._annotate(doc, mended.gaps, mended.to_dict())

    def _article(self, doc: Doc) -> Any:
        return self.mending.fields.article(lambda name: doc.text if name == "text" else doc._.get(name), "document")

    def _annotate(self, doc: Doc, gaps: Iterable[Gap], record: dict[str, Any]) -> Doc:
        doc.user_data[_KEY] = record
        gaps = list(gaps)
        scores = np.array([gap.probability for gap in gaps], dtype="float32")
        spans = _around(doc, gaps)
        doc.spans[self.spans_key] = SpanGroup(doc, name=self.spans_key, attrs={"scores": scores}, spans=spans)
        return doc

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Save the options, and also models in folders of the caller."""
        place = ensure_path(path)
        place.mkdir(parents=True, exist_ok=True)
        srsly.write_json(place / "cfg", self._config())
        for kind, folder in self._own_models().items():
            shutil.copytree(folder, place / kind, dirs_exist_ok=True)

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> "MendComponent":
        """Load the data that :meth:`to_disk` saved."""
        place = ensure_path(path)
        config = srsly.read_json(place / "cfg")
        for kind in ("detector", "filler"):
            if (place / kind).is_dir():
                config["options"][kind] = str(place / kind)
        return self._configured(config)

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Return the options; for models in folders only their paths."""
        data: bytes = srsly.msgpack_dumps(self._config())
        return data

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> "MendComponent":
        """Read the data that :meth:`to_bytes` returned."""
        return self._configured(srsly.msgpack_loads(data))

    def _config(self) -> dict[str, Any]:
        own = {name: getattr(self, name) for name in ("title", "html", "fill", "spans_key")}
        return {**own, "options": self.mending.recipe.options()}

    def _configured(self, config: dict[str, Any]) -> "MendComponent":
        recipe = Recipe.of(**config.pop("options"))
        self.title, self.html, self.fill, self.spans_key = (
            config[name] for name in ("title", "html", "fill", "spans_key")
        )
        self.mending = Mending(Fields(title=self.title, html=self.html), recipe)
        return self

    def _own_models(self) -> dict[str, str]:
        options = self.mending.recipe.options()
        return {
            kind: options[kind]
            for kind in ("detector", "filler")
            if options[kind] not in embedded_languages() and Path(options[kind]).is_dir()
        }


def _around(doc: Doc, gaps: Iterable[Gap]) -> list[Span]:
    words = [token for token in doc if not token.is_space]
    starts = [token.idx for token in words]
    ends = [token.idx + len(token) for token in words]
    spans = []
    for number, gap in enumerate(gaps):
        before = bisect_left(starts, gap.start) - 1  # the last word that starts before the gap
        after = bisect_right(ends, gap.end)  # the first that ends after it; the same word if the gap is inside
        first, last = max(before, 0), min(after, len(words) - 1)
        spans.append(Span(doc, words[first].i, words[last].i + 1, label=LABEL, span_id=str(number)))
    return spans


@Language.factory(
    "textmend",
    default_config={
        **{name: DEFAULTS[name] for name in _NAMED},
        "title": None,
        "html": None,
        "fill": True,
        "spans_key": "gaps",
        "options": {},
    },
    assigns=["doc._.gaps", "doc._.mended", "doc.spans", "span._.gap"],
)
def make_component(
    nlp: Language,
    name: str,
    detector: str,
    filler: str,
    threads: int | None,
    batch: int,
    apply_at: float,
    find_at: float,
    unsure: str,
    placeholder: str,
    allow_names: bool,
    allow_numbers: bool,
    title: str | None,
    html: str | None,
    fill: bool,
    spans_key: str,
    options: dict[str, Any],
) -> MendComponent:
    """Create the component from its configuration: options of ``Mender``, ``Policy`` and :class:`MendComponent`.

    Options of the first two without a parameter here are in ``options``, by name.

    Raises:
        ConfigValidationError: an option is unknown, or has a value that makes no sense.
    """
    values = (detector, filler, threads, batch, apply_at, find_at, unsure, placeholder, allow_names, allow_numbers)
    given = dict(zip(_NAMED, values, strict=True)) | options
    try:
        recipe = Recipe.of(**given)
        Fields(title=title, html=html)
    except PolicyError as error:
        raise ConfigValidationError(
            config={"textmend": given}, errors=[{"loc": ["textmend"], "msg": str(error)}], show_config=False
        ) from error
    return MendComponent(nlp, name, recipe, title=title, html=html, fill=fill, spans_key=spans_key)
