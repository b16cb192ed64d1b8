"""The dress of a text: letter case, typography, spaces around marks. Words from a copy get the dress of the text.

A corpus may be in lower case, with straight quotation marks, or tokenised (``don't pay , he said``). The words that
text and copy share show this, so the caller need not say it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice, pairwise
from typing import Literal
from unicodedata import normalize

from textmend.source.loss import Loss
from textmend.source.pieces import Piece, Side
from textmend.text.words import WORD

_MOST_READ = 20_000
_LEAST = 3
_LEAST_CHARACTERS = 2
_CLEAR = 0.9
_DOUBTFUL = 0.85
_SPACES = "\u00a0\u202f\u2009\u2007"


@dataclass(frozen=True, slots=True)
class Dress:
    """How a text differs from a copy, apart from its words.

    Attributes:
        case: the letter case of all its words, if it isn't the copy's.
        form: the Unicode normalization form of its words, if it isn't the copy's.
        characters: characters of the copy, and those that the text has in their places.
        apart: whether it puts white space between words and marks, as tokenisers do.
        pairs: whether it has white space between two characters that touch in the copy, ``w`` for any word.
    """

    case: Literal["lower", "upper"] | None = None
    form: Literal["NFC", "NFD"] | None = None
    characters: dict[int, str] = field(default_factory=dict)
    apart: bool = False
    pairs: dict[tuple[str, str], bool] = field(default_factory=dict)

    def on(self, loss: Loss, text: str) -> Loss:
        """Return a loss with its words dressed as the text is; it is less certain if the text doesn't show how."""
        words = loss.words
        if self.case:
            words = words.lower() if self.case == "lower" else words.upper()
        if self.form:
            words = normalize(self.form, words)
        words = words.translate(self.characters)
        spacing = loss.spacing
        if spacing is not None and self.characters:
            spacing = (spacing[0].translate(self.characters), spacing[1].translate(self.characters))
        if not self.apart or not loss.count:
            return replace(loss, words=words, spacing=spacing)
        words, sure = self._set_apart(words)
        if spacing is not None:
            tokens = WORD.findall(words)
            left, right = text[loss.start - 1 : loss.start], text[loss.end + loss.replaces :][:1]
            before, sure_before = self._space(left, tokens[0], spacing[0])
            after, sure_after = self._space(tokens[-1], right, spacing[1])
            spacing, sure = (before, after), sure and sure_before and sure_after
        return replace(
            loss, words=words, spacing=spacing, certainty=loss.certainty if sure else min(loss.certainty, _DOUBTFUL)
        )

    def _set_apart(self, words: str) -> tuple[str, bool]:
        """Return words with white space where the text would have it, and whether that is certain."""
        parts: list[str] = []
        last, previous, sure = 0, "", True
        for match in WORD.finditer(words):
            parts.append(words[last : match.start()])
            if previous and last == match.start():
                space, known = self._space(previous, match.group(), "")
                parts.append(space)
                sure = sure and known
            parts.append(match.group())
            last, previous = match.end(), match.group()
        return "".join((*parts, words[last:])), sure

    def _space(self, left: str, right: str, own: str) -> tuple[str, bool]:
        if own or not left or not right or left.isspace() or right.isspace():
            return own, True
        pair = _pair(left, right)
        if pair == ("w", "w"):
            return own, True
        known = self.pairs.get(pair)
        return (" " if known or known is None else ""), known is not None


def dressed(losses: Iterable[Loss], dress: Dress, text: str) -> Iterator[Loss]:
    """Yield losses whose words are dressed as the text is."""
    for loss in losses:
        yield dress.on(loss, text)


def dress_of(text: Side, copy: Side, pieces: Sequence[Piece]) -> Dress:
    """Return how the dress of a text differs from the copy's; only the beginning of a very long text is read."""
    read = list(islice(pieces, _MOST_READ))
    characters = _characters(text, copy, read)
    characters.update({ord(char): " " for char in _plain_spaces(text, copy, read)})
    seen = _pairs(text, copy, read)
    spaced = sum(counts[True] for counts in seen.values())
    touching = sum(counts[False] for counts in seen.values())
    apart = spaced >= max(_LEAST, _CLEAR * (spaced + touching) / 2)
    pairs = {pair: counts[True] > counts[False] for pair, counts in seen.items()}
    return Dress(_case(text, copy, read), _form(text, copy, read), characters, apart, pairs if apart else {})


def _case(text: Side, copy: Side, pieces: Sequence[Piece]) -> Literal["lower", "upper"] | None:
    """Return the case of all words of the text, if the copy's words have another."""
    capital = lowered = small = raised = 0
    for piece in pieces:
        theirs = copy.text[copy.words.starts[piece.word] : copy.words.ends[piece.word]]
        ours = text.text[piece.start : piece.end]
        if not theirs.islower() and theirs.lower() != theirs:
            capital += 1
            lowered += ours == theirs.lower()
        elif theirs.upper() != theirs:
            small += 1
            raised += ours == theirs.upper()
    if lowered >= max(_LEAST, _CLEAR * capital) and not text.text.isupper():
        return "lower"
    return "upper" if raised >= max(_LEAST, _CLEAR * small) else None


def _form(text: Side, copy: Side, pieces: Sequence[Piece]) -> Literal["NFC", "NFD"] | None:
    """Return the normalization form in which the text writes words that the copy writes in another."""
    seen: Counter[Literal["NFC", "NFD"] | None] = Counter()
    for piece in pieces:
        theirs = copy.text[copy.words.starts[piece.word] : copy.words.ends[piece.word]]
        ours = text.text[piece.start : piece.end]
        if not theirs.isascii() and len(ours) != len(theirs):
            forms: tuple[Literal["NFC", "NFD"], ...] = ("NFC", "NFD")
            seen[next((form for form in forms if ours == normalize(form, theirs)), None)] += 1
    form, count = seen.most_common(1)[0] if seen else (None, 0)
    return form if count >= max(_LEAST_CHARACTERS, _CLEAR * seen.total()) else None


def _characters(text: Side, copy: Side, pieces: Sequence[Piece]) -> dict[int, str]:
    """Return the marks of the copy that the text always replaces by others."""
    seen: dict[str, Counter[str]] = {}
    for piece in pieces:
        theirs = copy.text[copy.words.starts[piece.word] : copy.words.ends[piece.word]]
        if len(theirs) == 1 and piece.end - piece.start == 1 and not theirs.isalnum():
            seen.setdefault(theirs, Counter())[text.text[piece.start]] += 1
    found = {}
    for theirs, counts in seen.items():
        ours, count = counts.most_common(1)[0]
        if ours != theirs and count >= max(_LEAST_CHARACTERS, _CLEAR * counts.total()):
            found[ord(theirs)] = ours
    return found


def _plain_spaces(text: Side, copy: Side, pieces: Sequence[Piece]) -> set[str]:
    """Return the kinds of white space of the copy that the text replaces by plain blanks."""
    kinds = {char for char in _SPACES if char in copy.text and char not in text.text}
    found: set[str] = set()
    for before, after in pairwise(pieces) if kinds else ():
        if after.word == before.word + 1 and text.text[before.end : after.start] == " ":
            found.update(kinds.intersection(copy.text[copy.words.ends[before.word] : copy.words.starts[after.word]]))
    return found


def _pairs(text: Side, copy: Side, pieces: Sequence[Piece]) -> dict[tuple[str, str], Counter[bool]]:
    """Count, for a mark and a character that touch in the copy, whether the text has white space between them."""
    seen: dict[tuple[str, str], Counter[bool]] = {}
    words = copy.words
    for before, after in pairwise(pieces):
        if after.word != before.word + 1 or words.ends[before.word] != words.starts[after.word]:
            continue
        pair = _pair(text.text[before.end - 1], text.text[after.start])
        if pair != ("w", "w") and before.end <= after.start:
            seen.setdefault(pair, Counter())[text.text[before.end : after.start].isspace()] += 1
    return seen


def _pair(left: str, right: str) -> tuple[str, str]:
    return ("w" if left[-1].isalnum() else left[-1], "w" if right[0].isalnum() else right[0])
