"""The wild cases: gaps are matched once, and a page is right only to the word."""

from __future__ import annotations

import hashlib
import json

import pytest

from bench.wild import Case, Found, Page, judge_page, judge_text, measure_cases, mend_page, read_cases
from textmend import Gap
from textmend.errors import RecordError


def case(text="The cat on the mat.", gaps=(), **more):
    return Case(id="1", kind="k", text=text, gaps=gaps, **more)


def gap(start, end):
    return Gap(start=start, end=end, probability=0.9)


@pytest.mark.parametrize(
    ("true", "found", "expected"),
    [
        ([(7, 8)], [(7, 8)], Found(1, 0)),
        ([(7, 8)], [(9, 10)], Found(1, 0)),
        ([(7, 8)], [(10, 11)], Found(0, 1)),
        ([(7, 8), (8, 9)], [(7, 8)], Found(1, 0)),
        ([(7, 8)], [(7, 8), (8, 9)], Found(1, 1)),
        ([], [(3, 4)], Found(0, 1)),
        ([(7, 8)], [], Found(0, 0)),
    ],
)
def test_every_true_gap_is_matched_once(true, found, expected):
    assert judge_text(case(gaps=tuple(true)), [gap(*span) for span in found]) == expected


def test_a_page_is_right_to_the_word():
    asked = case(right="The cat sat on the mat.")
    assert judge_page(asked, "The cat  sat on the mat.") == Page(True, ())
    assert judge_page(asked, "The cat on the mat.") == Page(False, ())
    assert judge_page(asked, "The cat lay on the mat.") == Page(False, ("lay",))
    assert judge_page(case(), "The cat on the mat.") == Page(True, ())


class FakeMender:
    def find_gaps(self, texts):
        return [[gap(7, 8)] for _ in texts]

    def mend(self, text, html=None, reference=None):
        if html == "broken":
            raise RecordError("no page")
        return type("Mended", (), {"text": text.replace("cat", "cat sat")})


def test_figures_are_of_texts_and_of_pages():
    cases = [
        case(gaps=((7, 8),)),
        case(),
        case(html="<p>", right="The cat sat on the mat."),
        case(reference="r", right="The cat lay on the mat."),
        case(html="broken", right="The cat sat on the mat."),
    ]
    figures = measure_cases(FakeMender(), cases)
    assert figures == {"text/found": 1.0, "text/false": 1.0, "pages/right": 1.0, "pages/wrong_words": 2.0}


def test_an_error_of_a_page_is_what_came_back():
    assert "no page" in mend_page(FakeMender(), case(html="broken"))


def test_cases_are_read_with_their_digest(tmp_path):
    path = tmp_path / "cases.jsonl"
    record = {"id": "1", "kind": "k", "text": "a b", "gaps": [{"start": 1, "end": 2, "lost": "c"}], "html": "<p>"}
    path.write_text(json.dumps(record) + "\n")
    cases, digest = read_cases(path)
    assert cases == [Case(id="1", kind="k", text="a b", gaps=((1, 2),), html="<p>")]
    assert digest == hashlib.sha256(path.read_bytes()).hexdigest()
    path.write_text('{"id": "1"}\n')
    with pytest.raises(RecordError, match="jsonl:1: is no wild case"):
        read_cases(path)
    with pytest.raises(RecordError, match="can't be read"):
        read_cases(tmp_path / "none")
