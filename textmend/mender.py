"""Mender: the stages in their order. One text in, one result out; a stream of texts in, a stream out.

A text goes through four stages: **find** the places where words are missing, **settle** those that a page or another
copy answers, **propose** fills for the rest, **decide** what is applied.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, overload

from textmend.article import Article, Metadata, Page, References, read_article
from textmend.cache import Cache
from textmend.edits.mended import Mended
from textmend.errors import InputError, LanguageError, PolicyError, TextmendError
from textmend.loading import Models
from textmend.policy import Policy
from textmend.records import Fill, Gap, Skipped
from textmend.source.settled import FAINT, Settled
from textmend.streams import OnError, failing, run
from textmend.text.language import not_english
from textmend.text.masks import read_masks, unmask
from textmend.text.words import encodable

if TYPE_CHECKING:
    from spacy.language import Language

    from textmend.detect.finder import Detector
    from textmend.detect.second_look import Look, SecondLook
    from textmend.fill.phrases import Phrase
    from textmend.fill.propose import GappedArticle, Proposer, Watch
    from textmend.loading import Filler
    from textmend.source.copies import Copy


_TOGETHER = 64
"""Roughly how many gaps are filled together: enough to keep the model busy, and few enough that results come soon."""


_SENSELESS = 0.5
"""Probability of a source's words that make no sense at their place: perhaps no reader ever saw them."""


class Mender:
    """Finds gaps, proposes fills and mends, with models that are loaded once, when first needed.

    Args:
        detector: the language of an embedded detector, the folder of one trained with textmend, or a detector: an
            object with the attributes and the method of :class:`textmend.detect.finder.Detector`.
        filler: the language of an embedded filler, the folder of one trained with textmend, or any masked
            language model of transformers: its name on the hub (``"FacebookAI/roberta-base"``, or with the
            revision, ``"FacebookAI/roberta-base@COMMIT"``) or its folder. That needs the extra ``hub``. Or a
            filler: an object with ``propose``, as :class:`textmend.fill.propose.Proposer` has it.
        policy: what counts as a gap, what is applied, and what happens to the rest.
        nlp: a spaCy pipeline, whose noun phrases and entities are tried as fills too; not for texts longer than its
            ``max_length``.
        threads: CPU threads the models use; default: one a core.
        batch: how many texts of a stream are processed together, at most.
        revision: the commit, tag or branch of a filler of the hub; default: the newest of its main branch.
        device: where a hub model runs, as torch names it; default: ``"cuda"`` where there is one, else ``"cpu"``.
        dtype: a hub model's precision: ``"float32"``, ``"float16"`` or ``"bfloat16"``; default: ``"float16"`` on
            CUDA, ``"float32"`` elsewhere.
        second_look: whether the filler's network reads the places again where the detector is in doubt. That finds more
            gaps and takes longer. It has no effect with hub models, nor with a filler that was calibrated with another
            detector.
        ranking: the file of a ranking fitted to a hub model by ``textmend train calibrate``. Without it, its
            probabilities are not calibrated, and its fills are not applied (``Policy.allow_uncalibrated``).
        cache: a folder (or a :class:`textmend.cache.Cache`) that keeps suggestions, so that the same text is processed
            once, also by several processes; default: nothing is kept. It has no effect with hub models, models given as
            objects, or ``nlp``.

    Attributes:
        watch: if set, it is called while fills are proposed, with the number of gaps of a batch that are done, and
            their total.

    Raises:
        ModelError: a model is unknown or broken.
        MissingExtraError: the filler is a hub model, and torch is not installed.
        PolicyError: an option has a value that makes no sense.
        FileError: the folder of the cache can't be used.
    """

    def __init__(
        self,
        *,
        detector: str | Path | Detector = "en",
        filler: str | Path | Filler = "en",
        policy: Policy | None = None,
        nlp: Language | None = None,
        threads: int | None = None,
        batch: int = 64,
        revision: str | None = None,
        device: str | None = None,
        dtype: str | None = None,
        ranking: str | Path | None = None,
        cache: str | Path | Cache | None = None,
        second_look: bool = True,
    ) -> None:
        for name, value in (("threads", threads), ("batch", batch)):
            if value is None and name == "threads":
                continue
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise PolicyError(f"Mender: {name}={value!r} should be a whole number from 1")
        if policy is not None and not isinstance(policy, Policy):
            raise PolicyError(f"Mender: policy={policy!r} should be a textmend.Policy")
        if not isinstance(second_look, bool):
            raise PolicyError(f"Mender: second_look={second_look!r} should be True or False")
        if cache is not None and not isinstance(cache, str | Path | Cache):
            raise PolicyError(f"Mender: cache={cache!r} should be a folder or a textmend.cache.Cache")
        self.policy = policy or Policy()
        hub = {"revision": revision, "device": device, "dtype": dtype, "ranking": ranking}
        self._models = Models(detector, filler, threads, hub)
        self._nlp, self._batch, self._looks_again = nlp, batch, second_look
        self._cache = cache if cache is None or isinstance(cache, Cache) else Cache(Path(cache))
        self.watch: Watch | None = None

    @overload
    def find_gaps(  # type: ignore[overload-overlap] # a str is an iterable of str
        self, text: str | Article, *, on_error: OnError = "raise"
    ) -> list[Gap]: ...
    @overload
    def find_gaps(self, text: Iterable[str | Article], *, on_error: OnError = "raise") -> Iterator[list[Gap]]: ...
    def find_gaps(self, text: Any, *, on_error: OnError = "raise") -> Any:
        """Find the places where words are missing, without proposing any.

        Args:
            text: a text or an :class:`Article`, or an iterable of these. A place is no gap if the page of its article
                shows that nothing was lost there.
            on_error: what becomes of a text that raises an error: as for :meth:`mend`; it has no gaps then.

        Returns:
            The gaps of the text, sorted and disjoint; for an iterable, a lazy iterator of such lists, in order.

        Raises:
            InputError: it is no text.
        """
        return run(text, {}, self._found, self._batch, failing(on_error, _nothing))

    @overload
    def suggest(  # type: ignore[overload-overlap] # a str is an iterable of str
        self,
        text: str | Article,
        *,
        at: Sequence[tuple[int, int]] | None = None,
        masks: str | Sequence[str] = (),
        title: str | None = None,
        metadata: Metadata | None = None,
        html: Page | None = None,
        reference: References | None = None,
        on_error: OnError = "raise",
    ) -> list[Gap]: ...
    @overload
    def suggest(
        self,
        text: Iterable[str | Article],
        *,
        masks: str | Sequence[str] = (),
        title: Iterable[str | None] | None = None,
        metadata: Iterable[Metadata | None] | None = None,
        html: Iterable[Page | None] | None = None,
        reference: Iterable[References | None] | None = None,
        on_error: OnError = "raise",
    ) -> Iterator[list[Gap]]: ...
    def suggest(
        self,
        text: Any,
        *,
        at: Any = None,
        masks: Any = (),
        title: Any = None,
        metadata: Any = None,
        html: Any = None,
        reference: Any = None,
        on_error: OnError = "raise",
    ) -> Any:
        """Find gaps, or take those that are given, and propose ranked fills for each.

        Args:
            text: a text or an :class:`Article`, or an iterable of these.
            at: where words are missing, as spans of one text: ``text[start:end]`` is white space or empty. No other
                place is examined, and each of these has probability 1.
            masks: marks that stand for missing words (``"[MASK]"``, ``["___", "[…]"]``): fills replace them, and no
                other place is examined. A text without a mask has no gaps.
            title: its headline; for an iterable, an iterable of as many.
            metadata: other texts about it, by name (``{"summary": …}``); for an iterable, an iterable of as many.
            html: the page it was taken from: lost words that the page holds come back as they stand there
                (``docs/source.md``); for an iterable, an iterable of as many.
            reference: another copy of it, or several, as text or HTML: a feed's summary, a syndicated copy; for an
                iterable, an iterable of as many.
            on_error: what becomes of a text that raises an error: as for :meth:`mend`; it has no gaps then.

        Returns:
            The gaps with their fills; without fills if the text has too many gaps or is not in a language of the models
            (``Policy.most_gaps``, ``Policy.foreign``). For an iterable, a lazy iterator of such lists, in order.

        Raises:
            InputError: it is no text, a span is not a place of the text, or there are not as many titles as texts.
        """
        about = {"title": title, "metadata": metadata, "html": html, "reference": reference}
        failed = failing(on_error, _nothing)
        if at is not None or masks:
            work = partial(self._suggested_at, at=at, masks=read_masks(masks))
            if at is not None and not isinstance(text, str | Article):
                raise InputError("at: spans are for one text, not for a stream; masks are for both")
            if at is not None and masks:
                raise InputError("at and masks exclude each other: give the places in one way")
            return run(text, about, work, self._batch, failed)
        return run(text, about, self._suggested, self._batch, failed)

    def rank(
        self,
        text: str | Article,
        *,
        at: tuple[int, int],
        candidates: Sequence[str],
        title: str | None = None,
        metadata: Metadata | None = None,
    ) -> list[Fill]:
        """Rank your own words for one place, against each other and against all other words that may stand there.

        Args:
            text: the text.
            at: the place: ``text[start:end]`` is white space or empty.
            candidates: what may stand there, a word or a few words each.
            title: its headline.
            metadata: other texts about it, by name.

        Returns:
            A fill for each distinct candidate, the most probable first, in your spelling. Probabilities are calibrated;
            the rest up to 1 is the probability of other words. A candidate that the model can't write (another script,
            more than eight word pieces) has probability 0.

        Raises:
            InputError: the span is not a place of the text, or a candidate holds no words.
        """
        from textmend.detect.given import gaps_at
        from textmend.fill.given import rank_candidates

        article = read_article(text, {"title": title, "metadata": metadata})
        (gap,) = gaps_at(article.text, [at], self.detector)
        return rank_candidates(self._document(article, Settled([gap])), candidates, self.proposer)

    @overload
    def mend(  # type: ignore[overload-overlap] # a str is an iterable of str
        self,
        text: str | Article,
        *,
        title: str | None = None,
        metadata: Metadata | None = None,
        html: Page | None = None,
        reference: References | None = None,
        on_error: OnError = "raise",
    ) -> Mended: ...
    @overload
    def mend(
        self,
        text: Iterable[str | Article],
        *,
        title: Iterable[str | None] | None = None,
        metadata: Iterable[Metadata | None] | None = None,
        html: Iterable[Page | None] | None = None,
        reference: Iterable[References | None] | None = None,
        on_error: OnError = "raise",
    ) -> Iterator[Mended]: ...
    def mend(
        self,
        text: Any,
        *,
        title: Any = None,
        metadata: Any = None,
        html: Any = None,
        reference: Any = None,
        on_error: OnError = "raise",
    ) -> Any:
        """Find gaps, apply the fills that are sure, and treat the rest as the policy says.

        Args:
            text: a text or an :class:`Article`, or an iterable of these.
            title: its headline; for an iterable, an iterable of as many.
            metadata: other texts about it, by name; for an iterable, an iterable of as many.
            html: the page it was taken from: lost words that the page holds come back as they stand there
                (``docs/source.md``); for an iterable, an iterable of as many.
            reference: another copy of it, or several, as text or HTML: a feed's summary, a syndicated copy; for an
                iterable, an iterable of as many.
            on_error: what becomes of a text that raises an error: ``"raise"``: the error comes out; ``"skip"``: the
                text comes back as it was, with the reason in ``Mended.skipped``; a function is called with the
                article and the error, and the text is skipped. Broken models and missing packages always raise.

        Returns:
            The mended text with its edits; for an iterable, a lazy iterator of such results, in order.

        Raises:
            InputError: it is no text, or there are not as many titles as texts.
        """
        about = {"title": title, "metadata": metadata, "html": html, "reference": reference}
        return run(text, about, self._mended, self._batch, failing(on_error, self._left))

    @property
    def detector(self) -> Detector:
        """The detector, loaded."""
        return self._models.detector

    @property
    def second_look(self) -> SecondLook | None:
        """The reader of doubtful places, or ``None``; its network is loaded at the first such place."""
        return self._models.second_look if self._looks_again else None

    @property
    def proposer(self) -> Proposer:
        """The filler with its ranking, loaded; if a filler was given as an object, that object."""
        return cast("Proposer", self._models.filler)

    def _found(self, articles: Sequence[Article]) -> list[list[Gap]]:
        if any(article.has_source for article in articles):
            return [[gap.with_fills(()) for gap in one.gaps] for one in self._settle(articles)]
        return self._find(articles, self.policy.find_at, self.second_look)

    def _suggested(self, articles: Sequence[Article]) -> Iterator[list[Gap]]:
        return (gaps for gaps, _ in self._proposed(articles))

    def _suggested_at(
        self, articles: Sequence[Article], at: Sequence[tuple[int, int]] | None, masks: tuple[str, ...]
    ) -> list[list[Gap]]:
        """Return the gaps that the caller gave as spans or masks, with their fills."""
        from textmend.detect.given import gaps_at

        unmasked = [unmask(article.text, masks) for article in articles]
        bare = [replace(article, text=one.text) for article, one in zip(articles, unmasked, strict=True)]
        given = [gaps_at(one.text, one.places() if at is None else at, self.detector) for one in unmasked]
        settled = [self._settled_at(article, gaps) for article, gaps in zip(bare, given, strict=True)]
        found = [gaps for gaps, _ in self._propose(bare, settled, [None] * len(bare))]
        if at is not None:
            return found
        return [
            [one.gap(gap, mask) for gap, mask in zip(gaps, one.masks, strict=True)]
            for gaps, one in zip(found, unmasked, strict=True)
        ]

    def _settled_at(self, article: Article, given: list[Gap]) -> Settled:
        """Return the given gaps and no others; those that a source answers have their fills."""
        if not article.has_source or not given:
            return Settled(given)
        from textmend.source.settle import read_copies

        settled = self._settled(article, given, read_copies(article.html, article.references))
        told = {(gap.start, gap.end): gap for gap in settled.gaps if gap.fills}
        return replace(settled, gaps=[told.get((gap.start, gap.end), gap) for gap in given])

    def _mended(self, articles: Sequence[Article]) -> Iterator[Mended]:
        for article, (gaps, skipped) in zip(articles, self._proposed(articles), strict=True):
            yield self._decide(article, gaps, skipped)

    def _proposed(self, articles: Sequence[Article]) -> Iterator[tuple[list[Gap], Skipped | None]]:
        if self._cache is None or self._nlp is not None or (models := self._models.identity()) is None:
            return self._computed(articles)
        policy = self.policy
        options = (
            self._looks_again,
            policy.find_at,
            policy.ignore,
            policy.known_words,
            policy.most_gaps,
            policy.foreign,
        )
        return self._cache.through(articles, f"{models} {options!r}", self._computed)

    def _computed(self, articles: Sequence[Article]) -> Iterator[tuple[list[Gap], Skipped | None]]:
        settled = self._settle(articles)
        unfit = [self._unfit(article, one.gaps) for article, one in zip(articles, settled, strict=True)]
        return self._propose(articles, settled, unfit)

    def _find(self, articles: Sequence[Article], least: float, look: Look | None) -> list[list[Gap]]:
        """Find: return the places of each article where words are missing with a probability of at least ``least``."""
        from textmend.detect.finder import find_gaps

        found = find_gaps([article.text for article in articles], self.detector, least, look)
        return [self.policy.heeded(article.text, gaps) for article, gaps in zip(articles, found, strict=True)]

    def _settle(self, articles: Sequence[Article]) -> list[Settled]:
        """Find and settle: return the gaps of each article; those that a page or copy answers have their fills."""
        bare = [article for article in articles if not article.has_source]
        found = iter(self._find(bare, self.policy.find_at, self.second_look))
        return [self._from_source(one) if one.has_source else Settled(next(found)) for one in articles]

    def _from_source(self, article: Article) -> Settled:
        """Find and settle an article with a source; what its page answers for is not read a second time."""
        from textmend.detect.second_look import LookAt
        from textmend.source.settle import read_copies

        copies = read_copies(article.html, article.references)
        second_look = self.second_look
        if article.html is None or second_look is None:
            return self._settled(article, self._seen(article, second_look), copies)
        settled = self._settled(article, self._seen(article, None), copies)
        if settled.answered and not settled.unproven:
            return settled
        look = LookAt(second_look, article.text, settled.unproven) if settled.answered else second_look
        return self._settled(article, self._seen(article, look), copies)

    def _seen(self, article: Article, look: Look | None) -> list[Gap]:
        """Return the gaps of an article with a source, faint ones too."""
        (seen,) = self._find([article], min(FAINT, self.policy.find_at), look)
        return seen

    def _settled(self, article: Article, seen: Sequence[Gap], copies: Sequence[Copy]) -> Settled:
        from textmend.detect.cues import cues_at
        from textmend.source.settle import settle

        gaps = [gap for gap in seen if gap.probability >= self.policy.find_at]
        faint = [gap for gap in seen if gap.probability < self.policy.find_at]
        settled = self._sensible(article, settle(article.text, gaps, copies, faint))
        sure = [gap for gap in settled.gaps if gap.probability >= self.policy.find_at]
        return replace(settled, gaps=[replace(gap, cues=cues_at(article.text, gap.start, gap.end)) for gap in sure])

    def _sensible(self, article: Article, settled: Settled) -> Settled:
        """Leave words of a source to a person if nothing shows that words are missing and they make no sense there."""
        unseen = [gap for gap in settled.gaps if (gap.start, gap.end) in settled.unseen and gap.fills]
        if not unseen or not hasattr(self.proposer, "model"):
            return settled
        from textmend.fill.sense import make_sense

        sure = [gap for gap in settled.gaps if gap.fills and (gap.start, gap.end) not in settled.unseen]
        verdicts = zip(unseen, make_sense(article.text, unseen, self.proposer.model, sure), strict=True)
        senseless = {(gap.start, gap.end) for gap, makes_sense in verdicts if not makes_sense}
        doubted = [
            gap.with_fills((replace(gap.fills[0], probability=_SENSELESS),))
            if (gap.start, gap.end) in senseless
            else gap
            for gap in settled.gaps
        ]
        return replace(settled, gaps=doubted)

    def _propose(
        self, articles: Sequence[Article], settled: Sequence[Settled], skipped: Sequence[Skipped | None]
    ) -> Iterator[tuple[list[Gap], Skipped | None]]:
        """Propose: yield each article's gaps, with fills where no source settled them, or why they have none.

        Articles with few gaps are filled together, those with many alone, so that each result comes as soon as
        possible.
        """
        together: list[int] = []
        waiting = 0
        for index, one in enumerate(settled):
            together.append(index)
            waiting += 0 if skipped[index] else sum(not gap.fills for gap in one.gaps)
            if waiting >= _TOGETHER or index == len(settled) - 1:
                yield from self._fill(together, articles, settled, skipped)
                together, waiting = [], 0

    def _fill(
        self,
        indices: Sequence[int],
        articles: Sequence[Article],
        settled: Sequence[Settled],
        skipped: Sequence[Skipped | None],
    ) -> Iterator[tuple[list[Gap], Skipped | None]]:
        found = {index: (settled[index].gaps, skipped[index]) for index in indices}
        damaged = [index for index, (gaps, why) in found.items() if not why and not all(gap.fills for gap in gaps)]
        if damaged:
            documents = [self._document(articles[index], settled[index]) for index in damaged]
            found |= dict(zip(damaged, self._filled(documents), strict=True))
        yield from (found[index] for index in indices)

    def _filled(self, documents: Sequence[GappedArticle]) -> list[tuple[list[Gap], Skipped | None]]:
        """Return the gaps of documents with fills; without, and with the reason, if the filler lacks the language."""
        try:
            return [(gaps, None) for gaps in self._from_filler(documents)]
        except LanguageError as error:
            if self.policy.foreign == "raise":
                raise
            if len(documents) == 1:
                return [(list(documents[0].gaps), Skipped(kind="language", reason=str(error)))]
        return [filled for document in documents for filled in self._filled([document])]

    def _from_filler(self, documents: Sequence[GappedArticle]) -> list[list[Gap]]:
        from textmend.fill.propose import Proposer

        filler = self.proposer
        watched = (self.watch,) if self.watch is not None and isinstance(filler, Proposer) else ()
        return filler.propose(documents, *watched)

    def _unfit(self, article: Article, gaps: Sequence[Gap]) -> Skipped | None:
        """Return why an article's gaps are not filled; ``None`` if they are."""
        open_gaps = sum(not gap.fills for gap in gaps)
        most = self.policy.most_gaps
        if most is not None and open_gaps > most:
            reason = f"too damaged: {open_gaps:,} gaps to fill, and most_gaps is {most:,}"
            return Skipped(kind="too_many_gaps", reason=reason)
        if self.policy.foreign == "mend" or getattr(self.detector, "language", None) != "en":
            return None
        if (why := not_english(article.text)) is None:
            return None
        reason = f"this is no English prose, the only kind of text that the models know: {why}"
        if self.policy.foreign == "raise":
            raise LanguageError(f"the text that begins {article.text.strip()[:40]!r}: {reason}")
        return Skipped(kind="language", reason=reason)

    def _document(self, article: Article, settled: Settled) -> GappedArticle:
        from textmend.fill.propose import GappedArticle

        return GappedArticle(
            text=article.text,
            gaps=settled.gaps,
            title=article.title,
            metadata=article.metadata,
            phrases=self._phrases(article.text),
            known=settled.known,
        )

    def _decide(self, article: Article, gaps: Sequence[Gap], skipped: Skipped | None) -> Mended:
        """Decide: apply what is sure, and mark, drop or keep the rest; a text that is skipped stays as it is."""
        if skipped is not None:
            kept = () if skipped.kind == "language" else gaps  # in another language the gaps mean nothing
            return Mended.left(article.text, kept, self.policy.placeholder, skipped)
        decided = [gap.with_decision(self.policy.decide(gap)) for gap in gaps]
        return Mended.of(article.text, decided, self.policy.placeholder)

    def _left(self, article: Article, error: Exception) -> Mended:
        """Return the result of an article that raised an error."""
        skipped = Skipped(
            kind="language" if isinstance(error, LanguageError) else "error",
            reason=str(error) if isinstance(error, TextmendError) else f"{type(error).__name__}: {error}",
        )
        return Mended.left(article.text, (), self.policy.placeholder, skipped)

    def _phrases(self, text: str) -> Sequence[Phrase]:
        if self._nlp is None or len(text) > self._nlp.max_length:
            return ()
        from textmend.fill.phrases import noun_phrases

        return noun_phrases(self._nlp(encodable(text)))


def _nothing(article: Article, error: Exception) -> list[Gap]:
    """Return the gaps of an article that raised an error."""
    return []
