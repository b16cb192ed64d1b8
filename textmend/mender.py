"""Mender: the stages wired together. One text in, one result out; a stream of texts in, a stream out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec
from itertools import islice, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, overload

from textmend.edits.mended import Mended
from textmend.errors import InputError, MissingExtraError, PolicyError
from textmend.models.registry import DTYPES, HubModel, hub_model, locate
from textmend.policy import Policy
from textmend.records import Gap
from textmend.text.words import encodable

if TYPE_CHECKING:
    from spacy.language import Language

    from textmend.detect.finder import Detector
    from textmend.fill.phrases import Phrase
    from textmend.fill.propose import Proposer

Result = TypeVar("Result")
Metadata = Mapping[str, str]
Page = str | bytes
References = str | Iterable[str]

_BATCH_CHARACTERS = 200_000


class _Job(NamedTuple):
    text: str
    title: str | None
    metadata: Metadata
    html: Page | None = None
    reference: tuple[str, ...] = ()

    @property
    def has_source(self) -> bool:
        return self.html is not None or bool(self.reference)


class Mender:
    """Finds gaps, proposes fills and mends, with models that are loaded once, when first needed.

    Args:
        detector: the language of an embedded detector, or the folder of one trained with textmend.
        filler: the language of an embedded filler, the folder of one trained with textmend, or any masked
            language model of transformers: its name on the hub (``"FacebookAI/roberta-base"``, or with the
            revision, ``"FacebookAI/roberta-base@COMMIT"``) or its folder. That needs the extra ``torch``.
        policy: what counts as a gap, what is applied, and what becomes of the rest.
        nlp: a spaCy pipeline, whose noun phrases and entities are tried as fills too; texts longer than its
            ``max_length`` go without.
        threads: CPU threads the models use; default: one a core.
        batch: how many texts of a stream are worked on together, at most.
        revision: the commit, tag or branch of a filler of the hub; default: the newest of its main branch.
        device: where a hub model runs, as torch names it; default: ``"cuda"`` where there is one, else ``"cpu"``.
        dtype: a hub model's precision: ``"float32"``, ``"float16"`` or ``"bfloat16"``; default: ``"float16"`` on
            CUDA, ``"float32"`` elsewhere.
        ranking: the file of a ranking fitted to a hub model by ``textmend train calibrate``. Without it, its
            probabilities are not calibrated, and its fills are not applied (``Policy.allow_uncalibrated``).

    Raises:
        ModelError: a model is unknown or broken.
        MissingExtraError: the filler is a hub model, and torch is not installed.
        PolicyError: an option has a value that makes no sense.
    """

    def __init__(
        self,
        *,
        detector: str | Path = "en",
        filler: str | Path = "en",
        policy: Policy | None = None,
        nlp: Language | None = None,
        threads: int | None = None,
        batch: int = 64,
        revision: str | None = None,
        device: str | None = None,
        dtype: str | None = None,
        ranking: str | Path | None = None,
    ) -> None:
        for name, value in (("threads", threads), ("batch", batch)):
            if value is None and name == "threads":
                continue
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise PolicyError(f"Mender: {name}={value!r} should be a whole number from 1")
        if policy is not None and not isinstance(policy, Policy):
            raise PolicyError(f"Mender: policy={policy!r} should be a textmend.Policy")
        self.policy = policy or Policy()
        self._detector_folder = locate(detector, "detector")
        self._hub = _hub_filler(filler, revision, device, dtype, ranking)
        self._ranking = None if ranking is None else Path(ranking)
        self._filler_folder = None if self._hub else locate(filler, "filler")
        self._nlp, self._threads, self._batch = nlp, threads, batch
        self._detector: Detector | None = None
        self._proposer: Proposer | None = None

    @overload
    def find_gaps(self, text: str) -> list[Gap]: ...  # type: ignore[overload-overlap] # a str is an iterable of str
    @overload
    def find_gaps(self, text: Iterable[str]) -> Iterator[list[Gap]]: ...
    def find_gaps(self, text: str | Iterable[str]) -> list[Gap] | Iterator[list[Gap]]:
        """Find the places where words are missing, without proposing any.

        Args:
            text: a text, or an iterable of texts.

        Returns:
            The gaps of the text, sorted and disjoint; for an iterable, a lazy iterator of such lists, in order.

        Raises:
            InputError: it is no text.
        """
        return self._run(text, {}, self._find)

    @overload
    def suggest(  # type: ignore[overload-overlap] # a str is an iterable of str
        self,
        text: str,
        *,
        title: str | None = None,
        metadata: Metadata | None = None,
        html: Page | None = None,
        reference: References | None = None,
    ) -> list[Gap]: ...
    @overload
    def suggest(
        self,
        text: Iterable[str],
        *,
        title: Iterable[str | None] | None = None,
        metadata: Iterable[Metadata | None] | None = None,
        html: Iterable[Page | None] | None = None,
        reference: Iterable[References | None] | None = None,
    ) -> Iterator[list[Gap]]: ...
    def suggest(
        self, text: Any, *, title: Any = None, metadata: Any = None, html: Any = None, reference: Any = None
    ) -> Any:
        """Find gaps and propose ranked fills for each.

        Args:
            text: a text, or an iterable of texts.
            title: its headline; for an iterable, an iterable of as many.
            metadata: other texts about it, by name (``{"summary": …}``); for an iterable, an iterable of as many.
            html: the page it was taken from: lost words that the page holds come back as they stand there
                (``docs/source.md``; needs the extra ``textmend[html]``); for an iterable, an iterable of as many.
            reference: another copy of it, or several, as text or HTML: a feed's summary, a syndicated copy; for an
                iterable, an iterable of as many.

        Returns:
            The gaps with their fills; for an iterable, a lazy iterator of such lists, in order.

        Raises:
            InputError: it is no text, or there are not as many titles as texts.
            MissingExtraError: a source was given, and the extra that reads it is not installed.
        """
        about = {"title": title, "metadata": metadata, "html": html, "reference": reference}
        return self._run(text, about, self._suggest)

    @overload
    def mend(  # type: ignore[overload-overlap] # a str is an iterable of str
        self,
        text: str,
        *,
        title: str | None = None,
        metadata: Metadata | None = None,
        html: Page | None = None,
        reference: References | None = None,
    ) -> Mended: ...
    @overload
    def mend(
        self,
        text: Iterable[str],
        *,
        title: Iterable[str | None] | None = None,
        metadata: Iterable[Metadata | None] | None = None,
        html: Iterable[Page | None] | None = None,
        reference: Iterable[References | None] | None = None,
    ) -> Iterator[Mended]: ...
    def mend(
        self, text: Any, *, title: Any = None, metadata: Any = None, html: Any = None, reference: Any = None
    ) -> Any:
        """Find gaps, apply the fills that are sure, and treat the rest as the policy says.

        Args:
            text: a text, or an iterable of texts.
            title: its headline; for an iterable, an iterable of as many.
            metadata: other texts about it, by name; for an iterable, an iterable of as many.
            html: the page it was taken from: lost words that the page holds come back as they stand there
                (``docs/source.md``; needs the extra ``textmend[html]``); for an iterable, an iterable of as many.
            reference: another copy of it, or several, as text or HTML: a feed's summary, a syndicated copy; for an
                iterable, an iterable of as many.

        Returns:
            The mended text with its edits; for an iterable, a lazy iterator of such results, in order.

        Raises:
            InputError: it is no text, or there are not as many titles as texts.
            MissingExtraError: a source was given, and the extra that reads it is not installed.
        """
        about = {"title": title, "metadata": metadata, "html": html, "reference": reference}
        return self._run(text, about, self._mend)

    @property
    def detector(self) -> Detector:
        """The detector, loaded."""
        if self._detector is None:
            from textmend.detect.network import OnnxDetector

            self._detector = OnnxDetector(self._detector_folder, self._threads)
        return self._detector

    @property
    def proposer(self) -> Proposer:
        """The filler with all that ranks its fills, loaded."""
        if self._proposer is None:
            from textmend.fill.load import load_hub_proposer, load_proposer

            if self._hub is not None:
                self._proposer = load_hub_proposer(self._hub, self._ranking, self._threads)
            else:
                assert self._filler_folder is not None
                self._proposer = load_proposer(self._filler_folder, self._threads)
        return self._proposer

    def _find(self, jobs: Sequence[_Job]) -> list[list[Gap]]:
        return self._seen(jobs, self.policy.find_at)

    def _seen(self, jobs: Sequence[_Job], least: float) -> list[list[Gap]]:
        from textmend.detect.finder import find_gaps

        return find_gaps([job.text for job in jobs], self.detector, least)

    def _suggest(self, jobs: Sequence[_Job]) -> list[list[Gap]]:
        known: dict[int, tuple[str, ...]] = {}
        found = self._find_with_sources(jobs, known) if any(job.has_source for job in jobs) else self._find(jobs)
        damaged = [index for index, gaps in enumerate(found) if not all(gap.fills for gap in gaps)]
        if damaged:
            from textmend.fill.propose import Document

            documents = [
                Document(
                    text=jobs[i].text,
                    gaps=found[i],
                    title=jobs[i].title,
                    metadata=jobs[i].metadata,
                    phrases=self._phrases(jobs[i].text),
                    known=known.get(i, ()),
                )
                for i in damaged
            ]
            for index, gaps in zip(damaged, self.proposer.propose(documents), strict=True):
                found[index] = gaps
        return found

    def _find_with_sources(self, jobs: Sequence[_Job], known: dict[int, tuple[str, ...]]) -> list[list[Gap]]:
        """Return the gaps of each text, those that its source settles with their fills.

        Args:
            jobs: the texts.
            known: receives what the sources hold of the articles, by number of the text.
        """
        from textmend.source.settle import FAINT

        found = []
        for index, (job, seen) in enumerate(zip(jobs, self._seen(jobs, min(FAINT, self.policy.find_at)), strict=True)):
            gaps = [gap for gap in seen if gap.probability >= self.policy.find_at]
            if job.has_source:
                faint = [gap for gap in seen if gap.probability < self.policy.find_at]
                gaps, known[index] = self._settled(job, gaps, faint)
            found.append(gaps)
        return found

    def _settled(self, job: _Job, gaps: list[Gap], faint: list[Gap]) -> tuple[list[Gap], tuple[str, ...]]:
        """Return the gaps, those that the source settles with their fills, and what the source holds of the article."""
        from textmend.detect.cues import cues_at
        from textmend.source.settle import read_copies, settle

        settled = settle(job.text, gaps, read_copies(job.html, job.reference), faint)
        sure = [gap for gap in settled.gaps if gap.probability >= self.policy.find_at]
        return [replace(gap, cues=cues_at(job.text, gap.start, gap.end)) for gap in sure], settled.known

    def _phrases(self, text: str) -> Sequence[Phrase]:
        if self._nlp is None or len(text) > self._nlp.max_length:
            return ()
        from textmend.fill.phrases import noun_phrases

        return noun_phrases(self._nlp(encodable(text)))

    def _mend(self, jobs: Sequence[_Job]) -> list[Mended]:
        return [
            Mended.of(job.text, [gap.with_decision(self.policy.decide(gap)) for gap in gaps], self.policy.placeholder)
            for job, gaps in zip(jobs, self._suggest(jobs), strict=True)
        ]

    def _run(
        self, text: Any, about: Mapping[str, Any], work: Callable[[Sequence[_Job]], list[Result]]
    ) -> Result | Iterator[Result]:
        if isinstance(text, str):
            return work([_job(text, about, "")])[0]
        if isinstance(text, bytes | bytearray | Mapping) or not isinstance(text, Iterable):
            raise InputError(_wrong_text(text, ""))
        return self._stream(_jobs(text, about), work)

    def _stream(self, jobs: Iterator[_Job], work: Callable[[Sequence[_Job]], list[Result]]) -> Iterator[Result]:
        while batch := list(_take(jobs, self._batch)):
            yield from work(batch)


def _hub_filler(
    filler: str | Path, revision: str | None, device: str | None, dtype: str | None, ranking: str | Path | None
) -> HubModel | None:
    """Return the hub model that a filler is, if it is one, having checked all that can be checked without loading."""
    given = {"revision": revision, "device": device, "dtype": dtype, "ranking": ranking}
    for name, value in given.items():
        if value is not None and not isinstance(value, str | Path if name == "ranking" else str):
            raise PolicyError(f"Mender: {name}={value!r} should be a string")
    if dtype is not None and dtype not in DTYPES:
        raise PolicyError(f"Mender: dtype={dtype!r} should be one of " + ", ".join(DTYPES))
    hub = hub_model(filler, revision=revision, device=device, dtype=dtype)
    if hub is None:
        for name, value in given.items():
            if value is not None:
                raise PolicyError(
                    f"Mender: {name}={value!r} is for models of the hub, and filler={str(filler)!r} is none"
                )
    elif find_spec("torch") is None:
        raise MissingExtraError(f"filler={str(filler)!r}, a masked language model of the hub,", "torch")
    return hub


def _take(jobs: Iterator[_Job], most: int) -> Iterator[_Job]:
    characters = 0
    for job in islice(jobs, most):
        yield job
        characters += len(job.text) + len(job.html or "") + sum(map(len, job.reference))
        if characters >= _BATCH_CHARACTERS:
            return


def _jobs(texts: Iterable[Any], about: Mapping[str, Any]) -> Iterator[_Job]:
    for name, values in about.items():
        if values is not None and (isinstance(values, str | bytes | Mapping) or not isinstance(values, Iterable)):
            raise InputError(f"{name}: for many texts give as many, in an iterable, not one {type(values).__name__}")
    missing = object()
    streams = {name: repeat(None) if values is None else iter(values) for name, values in about.items()}
    for index, text in enumerate(texts):
        own = {name: next(stream, missing) for name, stream in streams.items()}
        for name, value in own.items():
            if value is missing:
                raise InputError(f"{name}: there are fewer than texts: none for text {index}")
        yield _job(text, own, f"text {index}: ")


def _job(text: Any, about: Mapping[str, Any], place: str) -> _Job:
    if not isinstance(text, str):
        raise InputError(_wrong_text(text, place))
    title, metadata, html = about.get("title"), about.get("metadata"), about.get("html")
    if title is not None and not isinstance(title, str):
        raise InputError(f"{place}title should be a string, not {type(title).__name__}")
    if metadata is not None and not (
        isinstance(metadata, Mapping)
        and all(isinstance(key, str) and isinstance(value, str) for key, value in metadata.items())
    ):
        raise InputError(f"{place}metadata should map names to strings, got {metadata!r:.80}")
    if html is not None and not isinstance(html, str | bytes):
        raise InputError(f"{place}html should be a string or bytes, the page itself, not {type(html).__name__}")
    return _Job(text, title, metadata or {}, html, _references(about.get("reference"), place))


def _references(reference: Any, place: str) -> tuple[str, ...]:
    if reference is None:
        return ()
    if isinstance(reference, str):
        return (reference,)
    if isinstance(reference, bytes | bytearray | Mapping) or not isinstance(reference, Iterable):
        raise InputError(f"{place}reference should be strings, copies of the text, not {type(reference).__name__}")
    copies = tuple(reference)
    for copy in copies:
        if not isinstance(copy, str):
            raise InputError(f"{place}reference should hold strings, copies of the text, not {type(copy).__name__}")
    return copies


def _wrong_text(value: object, place: str) -> str:
    advice = ": decode it first, for example  data.decode('utf-8')" if isinstance(value, bytes | bytearray) else ""
    return (
        f"{place}expected a string{'' if place else ' or an iterable of strings'}, got {type(value).__name__}{advice}"
    )
