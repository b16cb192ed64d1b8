from __future__ import annotations

import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import takewhile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textmend.errors import RecordError
from textmend.text import echoes as module
from textmend.text.echoes import CONTEXT, LONGEST, Echo, EchoIndex, quote_around
from textmend.text.words import WORD

GAP = "▢"


def ask(marked: str, *, most: int = 8, **others) -> list[Echo]:
    """Return the echoes of the gap where the mark stands; the mark itself is taken out."""
    start = marked.index(GAP)
    return EchoIndex(marked.replace(GAP, ""), **others).echoes(start, start, most=most)


def texts(marked: str, **others) -> list[str]:
    return [echo.text for echo in ask(marked, **others)]


class TestWhatIsAnEcho:
    def test_the_words_between_the_same_neighbours(self):
        (echo,) = ask("They saw curious wooden ▢ beside rivers. Some built curious wooden bridges beside rivers too.")
        assert (echo.text, echo.left, echo.right, echo.exact) == ("bridges", 2, 2, True)
        assert echo.evidence.place == "text"
        assert "wooden bridges beside" in echo.evidence.quote

    @pytest.mark.parametrize(
        ("marked", "expected"),
        [
            ("It saw wooden ▢ beside rivers; later wooden bridges with old towers beside rivers.", 1),
            ("It saw wooden ▢ beside rivers; later wooden bridges with very old round towers beside rivers.", 0),
        ],
        ids=["five words between", "six words between"],
    )
    def test_has_at_most_five_words(self, marked, expected):
        text = marked.replace("bridges with old", "bridges with old round") if expected else marked
        assert len(ask(text)) == expected

    def test_matches_inflected_contexts(self):
        (echo,) = ask("The wolf attacked ▢ villages. The wolf attacks small village.")
        assert echo.text == "small"
        assert not echo.exact

    def test_letter_case_leaves_a_match_exact(self):
        (echo,) = ask("The baker sold ▢ bread, and THE BAKER SOLD warm Bread.")
        assert (echo.text, echo.exact) == ("warm", True)

    @pytest.mark.parametrize(
        ("marked", "found"),
        [
            ("it is of the ▢ in a, but in the morning in which", []),
            ("one of the ▢ of the, and one of the best of the rest", ["best"]),
            ("a wooden ▢ of, the wooden cup of", ["cup"]),
        ],
        ids=["function words alone", "four matched words", "a content word"],
    )
    def test_function_words_alone_are_no_context_unless_many(self, marked, found):
        assert texts(marked) == found

    @pytest.mark.parametrize("sign", [", ", " ( ", " - "])
    def test_punctuation_must_match_exactly(self, sign):
        assert texts(f"A wooden{sign}▢ beside. My wooden{sign}cup beside") == ["cup"]
        assert texts(f"A wooden{sign}▢ beside. My wooden; cup beside") == []

    def test_contexts_stop_at_paragraphs(self):
        (echo,) = ask("Once more.\n\nRed wooden ▢ beside rivers.\n\nOnce more.\n\nRed wooden cups beside rivers. Once")
        assert (echo.left, echo.right) == (2, 3)

    def test_contexts_go_on_across_sentences_where_the_punctuation_matches(self):
        (echo,) = ask("Rain fell. The red ▢ burnt. Rain fell. The red barn burnt.")
        assert (echo.left, echo.right) == (5, 2)

    @pytest.mark.parametrize("mark", [".", "!", "?", "…"])
    def test_no_sentence_ends_inside(self, mark):
        assert texts(f"A wooden ▢ beside, the wooden cup{mark} Cats beside") == []

    def test_the_point_of_a_number_ends_no_sentence(self):
        assert texts("It earned about ▢ crowns. It earned about 3.5 million crowns.") == ["3.5 million"]

    def test_no_line_ends_inside(self):
        assert texts("A wooden ▢ beside\n\nThe wooden cup\n\nCats beside") == []

    @pytest.mark.parametrize("between", [", cup", "cup,", "cup (", ") cup", "cup, of"])
    def test_no_comma_or_bracket_dangles(self, between):
        whole = between == "cup, of"
        assert bool(texts(f"A wooden ▢ beside, the wooden {between} beside")) == whole

    def test_punctuation_alone_is_no_echo(self):
        assert texts("A wooden ▢ beside, the wooden - beside") == []

    def test_the_same_damage_elsewhere_is_no_echo(self):
        assert texts("Prosecution of the ▢ of Aggression, Prosecution of the  of Aggression") == []

    def test_words_around_the_gap_itself_are_no_echo(self):
        assert texts("wooden cup ▢ wooden cup beside cup") == []

    def test_matching_stops_where_the_gap_is(self):
        # Seen as if nothing were missing, "red wooden cup red wooden" would match further on both sides.
        (echo,) = ask("wooden bowl red wooden ▢ red wooden")
        assert (echo.text, echo.left, echo.right) == ("bowl", 1, 2)

    def test_an_overlong_echo_is_left_out(self):
        assert texts(f"A wooden ▢ beside, the wooden {'x' * 300} beside") == []

    def test_white_space_inside_is_folded(self):
        assert texts("A wooden ▢ beside, the wooden cup\t \u00a0of  tea beside") == ["cup of tea"]


class TestEdges:
    def test_a_gap_that_begins_a_paragraph_wants_an_echo_that_begins_something(self):
        marked = "▢ sang loudly.\n\nBirds sang loudly. Then five men sang loudly."
        assert texts(marked) == ["Birds", "Then five men"]

    def test_a_gap_that_ends_a_paragraph(self):
        (echo,) = ask(
            "They drank wooden ▢\n\nPeople drank wooden cups!\n\nHe drank wooden pails full of warm goat milk"
        )
        assert (echo.text, echo.left, echo.right) == ("cups", 2, 1)

    def test_a_gap_before_the_full_stop_matches_any_end(self):
        assert texts("He leads the wooden ▢.", title="She left the wooden guild") == ["guild"]

    @pytest.mark.parametrize(("start", "expected"), [(17, "cups"), (20, "Birds")])
    def test_a_gap_between_paragraphs_belongs_to_the_nearer(self, start, expected):
        text = "They drank wooden  \n  sang loudly.\n\nBirds sang loudly. People drank wooden cups."
        assert [echo.text for echo in EchoIndex(text).echoes(start, start + 2)] == [expected]

    @pytest.mark.parametrize("text", ["", " ", "\n\n", "\u200b", "...", "word", "\ud800"])
    def test_a_text_of_next_to_nothing_has_no_echoes(self, text):
        index = EchoIndex(text, title="", metadata={"key": ""})
        for start in range(len(text) + 1):
            assert index.echoes(start, len(text)) == []

    @pytest.mark.parametrize(("start", "end"), [(-1, 0), (2, 1), (0, 99)])
    def test_offsets_outside_the_text_are_refused(self, start, end):
        with pytest.raises(RecordError, match=f"{start}:{end}"):
            EchoIndex("some text").echoes(start, end)


class TestPlaces:
    def test_title_and_metadata_are_searched_after_the_text(self):
        echoes = ask(
            "A wooden ▢ beside rivers; the wooden inn beside rivers",
            title="One Wooden Mill Beside Rivers",
            metadata={"b": "Some wooden hut beside rivers", "a": "Her wooden shed beside rivers"},
        )
        assert [(echo.text, echo.evidence.place, echo.evidence.detail) for echo in echoes] == [
            ("inn", "text", None),
            ("Mill", "title", None),
            ("shed", "metadata", "a"),
            ("hut", "metadata", "b"),
        ]

    def test_contexts_do_not_join_title_and_text(self):
        assert ask("beside rivers. A wooden ▢ beside", title="the wooden cup") == []

    def test_without_text_there_is_no_gap(self):
        assert EchoIndex("", title="A wooden cup").echoes(0, 0) == []


class TestOrder:
    def test_the_most_matched_words_first(self):
        marked = "A red wooden ▢ beside rivers; wooden cup beside rivers, red wooden bowl beside rivers"
        assert texts(marked) == ["bowl", "cup"]

    def test_exact_before_inflected(self):
        assert texts("A wooden ▢ beside rivers. No wooden cup beside river! No wooden bowl beside rivers?") == [
            "bowl",
            "cup",
        ]

    def test_the_nearest_first(self):
        before = "No wooden pot beside me. Rain fell. Rain fell. No wooden cup beside me."
        marked = f"{before} A wooden ▢ beside us. Rain fell. No wooden bowl beside me."
        assert texts(marked) == ["cup", "bowl", "pot"]

    def test_one_for_each_text_whatever_its_letter_case(self):
        (echo,) = ask(
            "A wooden ▢ beside us. No wooden Cup beside me. No wooden cup beside me. No wooden CUP beside me."
        )
        assert echo.text == "Cup"

    @pytest.mark.parametrize(("most", "expected"), [(0, 0), (2, 2), (8, 3)])
    def test_as_many_as_asked_for(self, most, expected):
        marked = "A wooden ▢ beside us. My wooden cup beside me! My wooden bowl beside me! My wooden pot beside me!"
        assert len(ask(marked, most=most)) == expected

    def test_the_order_of_metadata_changes_nothing(self):
        marked, metadata = "A wooden ▢ beside", {"a": "a wooden cup beside", "b": "a wooden bowl beside"}
        assert ask(marked, metadata=metadata) == ask(marked, metadata=dict(reversed(metadata.items())))

    def test_threads_may_share_an_index(self):
        text = " ".join(f"wooden cup{number} beside wooden  beside" for number in "abcdefgh" * 4)
        gaps = [(start, start + 2) for start in range(len(text)) if text.startswith("  ", start)]
        expected = [EchoIndex(text).echoes(*gap) for gap in gaps]
        shared = EchoIndex(text)
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(lambda gap: shared.echoes(*gap), gaps)) == expected


AWKWARD = [*"ab .,\n\r\t\u00a0\u200b\u0301🙂\u200d\ud800éß", "\r\n", "wooden ", "The "]
awkward = st.lists(st.sampled_from(AWKWARD), max_size=60).map("".join)


def naive_echoes(words: list[str], gap: int) -> set[tuple[str, int, int]]:
    """Return the echoes of the gap before ``words[gap]``, and how many words match left and right of each."""
    left, right = ["", *words[:gap]], [*words[gap:], ""]
    found = set()
    for side in (left, right):
        for start in range(1, len(side) - 1):
            for end in range(start + 1, min(start + LONGEST, len(side) - 1) + 1):
                between = side[start:end]
                before, after = matched(left[::-1], side[start - 1 :: -1]), matched(right, side[end:])
                context = {*before, *after} - {"", "the", "of", ",", "."}
                strong = before and after and (context or len(before) + len(after) >= 4)
                edges = {between[0], between[-1]}
                if strong and not {"", "."} & {*between} and "," not in edges:
                    found.add((" ".join(between), len(before), len(after)))
    return found


def matched(here: list[str], there: list[str]) -> list[str]:
    """Return the equal words in a row; next to the gap a sentence's beginning or end is as good as another."""
    pairs = list(zip(here, there, strict=False))[:CONTEXT]
    equal = [one for one, _ in takewhile(lambda pair: pair[0] == pair[1] != "", pairs)]
    return equal or [""] * ({*pairs[0]} <= {"", "."})


class TestLaws:
    @given(
        st.lists(st.sampled_from(["bako", "dulo", "mika", "the", "of", ",", "."]), min_size=1, max_size=24), st.data()
    )
    @settings(deadline=None, max_examples=250)
    def test_the_same_echoes_as_found_naively(self, words, data):
        gap = data.draw(st.integers(0, len(words)))
        start = len(" ".join(words[:gap]))
        echoes = EchoIndex(" ".join(words)).echoes(start, start + (0 < gap < len(words)), most=10_000)
        naive = naive_echoes(words, gap)
        best: dict[str, int] = {}
        for text, left, right in naive:
            best[text] = max(best.get(text, 0), left + right)
        assert {echo.text: echo.left + echo.right for echo in echoes} == best
        assert {(echo.text, echo.left, echo.right) for echo in echoes} <= naive

    @given(awkward, awkward, awkward, st.data())
    @settings(deadline=None, max_examples=300)
    def test_evidence_is_what_stands_there_and_never_the_gap(self, text, title, value, data):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 3)))
        places = {"text": text, "title": title, "metadata": value}
        echoes = EchoIndex(text, title=title, metadata={"key": value}).echoes(start, end)
        for echo in echoes:
            evidence = echo.evidence
            words = places[evidence.place][evidence.start : evidence.end]
            assert module._SPACE.sub(" ", words) == echo.text
            assert 1 <= len(WORD.findall(words)) <= LONGEST
            assert words in evidence.quote
            assert evidence.quote in places[evidence.place]
            assert (evidence.detail == "key") == (evidence.place == "metadata")
            assert 1 <= echo.left <= CONTEXT
            assert 1 <= echo.right <= CONTEXT
            if evidence.place == "text":
                assert evidence.end <= start or evidence.start >= end
        order = [(-echo.left - echo.right, not echo.exact) for echo in echoes]
        assert order == sorted(order)
        assert len({echo.text.casefold() for echo in echoes}) == len(echoes) <= 8

    @given(awkward)
    @settings(deadline=None, max_examples=100)
    def test_what_stands_before_shifts_the_offsets_and_no_more(self, noise):
        marked = "A wooden ▢ beside,\u2003the wooden cup beside"
        (alone,), (echo,) = ask(marked), ask(f"🙂e\u0301 \r\n{noise}\r\n\r\n{marked}")
        shift = len(f"🙂e\u0301 \r\n{noise}\r\n\r\n")
        assert echo.text == alone.text == "cup"
        assert echo.evidence.start == alone.evidence.start + shift

    @given(awkward, st.data())
    @settings(deadline=None)
    def test_a_quote_holds_the_words_and_little_more(self, text, data):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, len(text)))
        quote = quote_around(text, start, end)
        assert text[start:end] in quote
        assert quote in text
        assert len(quote) <= end - start + 80


def lines_run(work: Callable[[], object]) -> int:
    """Return how many lines of the module run: a measure of time that no other process disturbs."""
    count = 0

    def trace(frame, event, _):
        nonlocal count
        if frame.f_code.co_filename != module.__file__:
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


HOSTILE = {
    "one word": "word ",
    "two words": "word other ",
    "commas": "word, ",
    "sentences": "word. ",
    "paragraphs": "word other\n\n",
    "no spaces": "wordOther",
    "emptied": "of the of ",
}


class TestGrowth:
    def test_an_index_that_is_never_asked_reads_nothing(self):
        assert lines_run(lambda: EchoIndex("word " * 1000, title="word", metadata={"key": "word " * 100})) < 100

    @pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
    def test_steps_grow_with_the_text_and_its_gaps(self, unit, monkeypatch):
        monkeypatch.setattr(module, "NEAREST", 16)

        def steps(size: int) -> int:
            text = unit * size

            def work() -> None:
                index = EchoIndex(text, metadata={"key": text})
                for start in range(0, len(text), len(unit) * 8):
                    index.echoes(start, start)

            return lines_run(work)

        assert steps(800) < 4 * 1.4 * steps(200)

    @pytest.mark.parametrize("unit", ["word ", "huge"])
    def test_time_grows_with_the_text(self, unit):
        def seconds(size: int) -> float:
            text = unit * size if unit == "word " else f"a {'x' * size * 50} b " + "a b " * size
            began = time.thread_time()
            index = EchoIndex(text)
            for start in range(len(text) - size, len(text), 40):
                index.echoes(start, start)
            return time.thread_time() - began

        seconds(100)
        short, long = (min(seconds(size) for _ in range(2)) for size in (500, 4000))
        assert long < 8 * 4 * short + 0.05

    def test_the_nearest_places_are_kept_where_there_are_too_many(self, monkeypatch):
        monkeypatch.setattr(module, "NEAREST", 3)
        words = [f"a wooden {letter} beside" for letter in "bcdfghjklmnp"]
        marked = ", ".join([*words[:6], "a wooden ▢ beside", *words[6:]])
        assert {echo.text for echo in ask(marked)} <= {"g", "h", "j", "k", "l"}
        assert {"j", "k"} <= {echo.text for echo in ask(marked)}
