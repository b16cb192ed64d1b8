"""Two people review on one server, in a real browser: nothing is lost when server or browser is killed."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from functools import partial

import pytest
from page_texts import NEWS, document
from test_page_added import point, press
from typer.testing import CliRunner

from textmend.cli.main import app
from textmend.records import Gap
from textmend.review.agreement import conflicts
from textmend.review.decisions import dump, latest, read_decisions, record

api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

REFUSED = ("ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE", "ERR_SOCKET_NOT_CONNECTED")
NAMES = ("Ada", "Ben 🐟")


@pytest.fixture
def review(tmp_path):
    """An article with its suggestions, and how its server is started."""
    doc = document(NEWS.replace("\n", "\r\n"))
    article, suggestions = tmp_path / "harbour.txt", tmp_path / "suggestions.jsonl"
    article.write_bytes(doc.text.encode())
    line = {"file": str(article), "text": doc.text, "gaps": [gap.to_dict() for gap in doc.gaps]}
    suggestions.write_text(json.dumps(line) + "\n", encoding="ascii")
    return Served(document(NEWS.replace("\n", "\r\n"), name=str(article)), tmp_path)


class Served:
    def __init__(self, doc, folder):
        self.doc, self.folder = doc, folder
        self.decisions = folder / "decisions.jsonl"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    @contextmanager
    def server(self, twice):
        names = [part for name in NAMES for part in ("--reviewer", name)]
        command = [sys.executable, "-m", "textmend", "review", "--serve", str(self.folder / "suggestions.jsonl")]
        command += ["-d", str(self.decisions), *names, "--twice", str(twice), "--port", str(self.port)]
        # Where the tests run in the background, a shell has Ctrl-C ignored; here it shall be heard.
        listen = partial(signal.signal, signal.SIGINT, signal.default_int_handler)
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=listen) as process:
            addresses = [process.stderr.readline().split(": ", 1)[1].strip() for _ in NAMES]
            try:
                yield process, addresses
            finally:
                process.kill()

    @property
    def made(self):
        return read_decisions("x", self.decisions.read_text())


@pytest.fixture
def sit(look, review):
    """Sit down at an address of the server."""

    def open_address(address, **options):
        return look(address, expected=REFUSED, allowed=(f"http://127.0.0.1:{review.port}/", "blob:"), **options)

    return open_address


def saved(page):
    api.expect(page.locator("#saved")).to_have_text(re.compile(": saved$"))


def test_two_people_decide_a_server_dies_and_the_text_is_as_decided(review, sit, tmp_path):
    doc = review.doc
    with review.server(twice=0) as (server, (ada_at, ben_at)):
        ada, ben = sit(ada_at), sit(ben_at)
        press(ada, "1", "x")  # the first two
        saved(ada)
        api.expect(ben.locator("#count")).to_have_text("2 of 11 decided")
        press(ben, "j", "j")
        press(ben, "2", "e")
        ben.keyboard.type("the pump 🐟")
        press(ben, "Enter", "l")
        saved(ben)
        api.expect(ada.locator("#count")).to_have_text("5 of 11 decided")
        api.expect(ada.locator('.gap[data-gap="3"]')).to_have_text("the pump 🐟")
        assert len(review.made) == 5  # on the disk, each as it was made
        server.send_signal(signal.SIGKILL)
        server.wait()
        api.expect(ada.locator("#saved")).to_contain_text("can’t be reached")
        press(ada, "j", "j", "j", "3", "m")
        point(ada, "three boats", 5)
        press(ada, "a")
        ada.keyboard.type("of its")
        press(ada, "Enter")
        api.expect(ada.locator("#saved")).to_contain_text("3 decisions wait in this browser")
        ben.close()
        assert len(review.made) == 5
    with review.server(twice=0) as (server, again):
        assert again == [ada_at, ben_at]
        saved(ada)  # by itself
        assert len(review.made) == 8
        ben = sit(ben_at)
        assert ben.locator("#count").inner_text() == "8 of 12 decided"
        ada.close()
        press(ben, "2", "d", "2", "5")
        saved(ben)
        api.expect(ben.locator("#count")).to_have_text("12 of 12 decided")
        server.send_signal(signal.SIGINT)
        assert "textmend apply" in server.stderr.read()
        assert server.wait() == 0
    names = [one.by for one in review.made]
    assert {name: names.count(name) for name in NAMES} == {"Ada": 5, "Ben 🐟": 7}
    late = document_decision(doc, "Monday evening")
    other = tmp_path / "cy.jsonl"
    other.write_text(dump(late))
    run = CliRunner().invoke
    merged = tmp_path / "merged.jsonl"
    assert run(app, ["decisions", "merge", str(review.decisions), str(other), "-o", str(merged)]).exit_code == 0
    target = tmp_path / "mended.txt"
    result = run(app, ["apply", str(merged), doc.id, "-o", str(target)])
    assert result.exit_code == 0, result.output
    assert "1 gap is decided differently by different people" in result.output
    assert target.read_bytes().decode() == expected_text(doc)


def document_decision(doc, words):
    return record(doc, doc.gaps[0], "fill", words, by="Cy", at="2999-01-01T00:00:00Z")


def expected_text(doc):
    """Return the text as it was decided, put together from the marked article."""
    gaps, own = NEWS.replace("\n", "\r\n").split("‹ ›"), doc.gaps
    words = ["Monday evening", None, own[2].fills[1].text, "the pump 🐟", None, own[5].fills[2].text, "[…]"]
    words += [own[7].fills[1].text, "drop", own[9].fills[1].text, own[10].fills[4].text]
    text = gaps[0]
    for said, part in zip(words, gaps[1:], strict=True):
        if said == "drop":
            text = text[: text.rindex("The council asked")] if "The council asked" in text[-40:] else text
            text += part.split(". ", 1)[1]
            continue
        text += " " + (part if said is None else f"{said}{'' if part.startswith(',') else ' '}{part}")
    return text.replace("sank three boats", "sank three of its boats")


def test_the_same_gaps_go_to_two_people_who_do_not_see_each_other_until_both_decided(review, sit):
    with review.server(twice=1) as (_, (ada_at, ben_at)):
        ada, ben = sit(ada_at), sit(ben_at)
        press(ada, "1", "x", "1")
        saved(ada)
        ben.wait_for_timeout(2500)
        assert ben.locator("#count").inner_text() == "0 of 11 decided"
        press(ben, "1", "1", "1")
        saved(ben)
        api.expect(ada.locator("#count")).to_have_text("3 of 11 decided, 1 to settle")
        api.expect(ben.locator("#count")).to_have_text("3 of 11 decided, 1 to settle")
        assert len(conflicts(review.made)) == 1
        ada.locator('.gap[data-gap="1"]').click()
        assert "Ben 🐟: filled with" in ada.get_by_role("note").inner_text()
        press(ada, "2")
        saved(ada)
        api.expect(ben.locator("#count")).to_have_text("3 of 11 decided")
        api.expect(ben.locator('.gap[data-gap="1"]')).to_have_text(review.doc.gaps[1].fills[1].text)
    assert conflicts(review.made) == {}
    assert review.made[-1].settles
    counted = latest(review.made)
    assert [one.text for one in counted.values()][-1] == review.doc.gaps[1].fills[1].text


def test_undo_takes_back_ones_own_decision_only(review, sit):
    with review.server(twice=0) as (_, (ada_at, ben_at)):
        ada, ben = sit(ada_at), sit(ben_at)
        press(ada, "1")
        saved(ada)
        api.expect(ben.locator("#count")).to_have_text("1 of 11 decided")
        press(ben, "u")
        assert "nothing to undo" in ben.locator("#status").inner_text()
        ben.locator('.gap[data-gap="0"]').click()
        press(ben, "x")
        saved(ben)
        api.expect(ada.locator('.gap[data-gap="0"]')).to_have_attribute("aria-label", "gap 1, not a gap")
        press(ben, "u")
        saved(ben)
        api.expect(ada.locator('.gap[data-gap="0"]')).to_have_attribute("aria-label", re.compile("filled"))
        ben.reload()
        assert ben.locator("#count").inner_text() == "1 of 11 decided"


def test_what_is_being_written_survives_the_news(review, sit):
    with review.server(twice=0) as (_, (ada_at, ben_at)):
        ada, ben = sit(ada_at), sit(ben_at)
        press(ben, "e")
        ben.keyboard.type("half a")
        press(ada, "j", "1")
        api.expect(ben.locator("#count")).to_have_text("1 of 11 decided")
        ben.keyboard.type(" word")
        assert ben.locator("#words").input_value() == "half a word"
        press(ben, "Enter")
        saved(ben)
        assert [one.text for one in review.made] == [review.doc.gaps[1].fills[0].text, "half a word"]


def test_an_added_gap_of_one_is_seen_by_the_other(review, sit):
    with review.server(twice=0) as (_, (ada_at, ben_at)):
        ada, ben = sit(ada_at), sit(ben_at)
        point(ada, "three boats", 5)
        press(ada, "a")
        ada.keyboard.type("of its")
        press(ada, "Enter")
        api.expect(ben.locator("#count")).to_have_text("1 of 12 decided")
        api.expect(ben.locator(".gap.added")).to_have_text("of its")
        press(ada, "u")
        api.expect(ben.locator("#count")).to_have_text("0 of 11 decided")
        assert ben.locator(".gap.added").count() == 0
    (made, undone) = review.made
    place = Gap(start=made.start, end=made.end, probability=1.0)
    assert made == record(review.doc, place, "fill", "of its", by="Ada", at=made.at, added=True)
    assert (undone.verdict, undone.added) == ("undo", True)
