"""The laws hold with a source, whatever it is; what elements held comes back whatever was lost."""

from __future__ import annotations

import html

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from strategies import any_text

from textmend import Gap, Mended, Policy
from textmend.source.settle import read_copies, settle
from textmend.text.words import WORD

NOUNS = "harbour bridge mayor boat otter herring river ferry storm letter engine market window valley church".split()
NAMES = "Eva Lind Ola Berg Lunde Moss Sorvik".split()
LITTLE = "the a of in and that was had by for with on from".split()
VERBS = "left met saw took built sold feared wanted crossed opened".split()

word = st.sampled_from([*NOUNS, *NAMES, *LITTLE, *VERBS, "1907", "60,000", "$4.5"])
mark = st.sampled_from(["", "", "", "", ",", ";", " –"])
many = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def sentences(draw) -> list[str]:
    """Different words of a sentence, each with the mark that follows it."""
    found = [one + draw(mark) for one in draw(st.lists(word, min_size=10, max_size=18, unique=True))]
    return [*found[:-1], found[-1].rstrip(",; –") + "."]


@st.composite
def damaged_pages(draw) -> tuple[str, str, str]:
    """A page, the text that was taken from it with its links lost, and the whole text."""
    body, kept = [], []
    number = 200
    for paragraph in draw(st.lists(st.lists(sentences(), min_size=1, max_size=3), min_size=1, max_size=4)):
        parts, here = [], []
        for sentence in paragraph:
            # Prose doesn't say the same again and again: every sentence has a word of its own.
            number += 1
            sentence.insert(draw(st.integers(0, len(sentence) - 1)), str(number))
            start = draw(st.integers(1, len(sentence) - 3))
            size = draw(st.integers(0, min(4, len(sentence) - 3 - start)))
            lost = sentence[start : start + size]
            tail = ""
            if lost:
                # The mark after a link stays.
                bare = lost[-1].rstrip(",;–").rstrip()
                lost[-1], tail = bare, lost[-1][len(bare) :]
            before, after = sentence[:start], sentence[start + size :]
            tag = draw(st.sampled_from(["a", "b", "span", "time"]))
            linked = f" <{tag}>{html.escape(' '.join(lost))}</{tag}>{tail}" if lost else ""
            parts.append(f"{html.escape(' '.join(before))}{linked} {html.escape(' '.join(after))}")
            gap = f" {tail}" if lost else ""
            here.append(f"{' '.join(before)}{gap} {' '.join(after)}")
        body.append(" ".join(parts))
        kept.append(" ".join(here))
    page = "<nav>Home</nav>" + "".join(f"<p>{part}</p>" for part in body) + "<footer>Contact us</footer>"
    if draw(st.booleans()):
        kept = [" ".join(part.split()) for part in kept]
    return page, "\n\n".join(kept), read_copies("".join(f"<p>{part}</p>" for part in body))[0].text


def mended(text: str, page: str, gaps=(), references=()) -> Mended:
    found = settle(text, gaps, read_copies(page, references)).gaps
    return Mended.of(text, [gap.with_decision(Policy().decide(gap)) for gap in found], "[…]")


@many
@given(damaged_pages())
def test_what_elements_held_comes_back(case):
    page, text, whole = case
    result = mended(text, page)
    # Of a word said twice the one or the other may have been lost: the words are the same, a double space may stay.
    assert result.text.split() == whole.split()
    assert result.undo() == text


@many
@given(damaged_pages(), damaged_pages())
def test_a_text_that_is_whole_stays(case, other):
    page, _, whole = case
    assert mended(whole, page).edits == ()
    assert mended(mended(case[1], page).text, page).edits == ()


@many
@given(
    damaged_pages(), st.text(alphabet="qxzjk ", min_size=1, max_size=60).map(lambda noise: noise + " " + noise.upper())
)
def test_unrelated_text_stays(case, noise):
    page, _, whole = case
    assert mended(noise, page).edits == ()
    assert mended(whole, f"<p>{noise}</p>").edits == ()


@st.composite
def found_gaps(draw, text: str) -> list[Gap]:
    """Gaps as a detector finds them: at some places between words."""
    last = 0
    gaps = []
    for match in WORD.finditer(text):
        start = match.start()
        while start > last and text[start - 1].isspace() and not "\x1c" <= text[start - 1] <= "\x1f":
            start -= 1
        if draw(st.integers(0, 5)) == 0:
            gaps.append(Gap(start=start, end=match.start(), probability=0.9))
        last = match.end()
    return gaps


@many
@given(data=st.data(), text=any_text, page=any_text, reference=any_text)
def test_laws_with_any_page(data, text, page, reference):
    gaps = data.draw(found_gaps(text))
    lawful(text, f"<p>{page}", gaps, [reference])


@many
@given(
    data=st.data(),
    case=damaged_pages(),
    noise=st.lists(st.sampled_from(["\n", "\u00a0", " ", "\u200b", "x", ".", "\r\n"]), max_size=8),
)
def test_laws_with_pages_that_nearly_fit(data, case, noise):
    page, text, _ = case
    for morsel in noise:
        place = data.draw(st.integers(0, len(text)))
        text = text[:place] + morsel + text[place + data.draw(st.integers(0, 3)) :]
    assume(text)
    lawful(text, page, data.draw(found_gaps(text)), [])


def lawful(text: str, page: str, gaps: list[Gap], references: list[str]) -> None:
    for policy in (Policy(), Policy(apply_at=0.01, unsure="drop"), Policy(unsure="mark")):
        found = settle(text, gaps, read_copies(page, references)).gaps
        result = Mended.of(text, [gap.with_decision(policy.decide(gap)) for gap in found], "[…]")
        assert result.undo() == text
        for gap in result.gaps:
            assert text[gap.start : gap.end].strip() == ""
        for one, other in zip(result.gaps, result.gaps[1:], strict=False):
            assert one.end <= other.start
            assert (one.start, one.end) != (other.start, other.end)
        assert Mended.from_dict(result.to_dict()) == result
