"""The server of a review without a browser: who may talk to it, what it keeps, who sees what."""

from __future__ import annotations

import http.client
import json
import os
import re
import stat
import threading
from contextlib import contextmanager
from dataclasses import replace

import pytest
from page_texts import data_of, document

from textmend.errors import FileError, RecordError
from textmend.records import Fill, Gap
from textmend.review.agreement import conflicts
from textmend.review.decisions import read_decisions, record
from textmend.review.log import Log
from textmend.review.serve.addresses import KeyFile, is_own_host, reviewer_of
from textmend.review.serve.desk import Desk
from textmend.review.serve.server import ReviewServer

DOC = document()
NAMES = ("Ada", "Ben")


def line(gap=0, verdict="keep", text=None, by="whoever", at="2026-01-31T12:00:00Z", doc=DOC, **options):
    return record(doc, doc.gaps[gap], verdict, text, by=by, at=at, **options).to_dict()


def added(start, end, text="lost", **options):
    return record(DOC, Gap(start=start, end=end, probability=1.0), "fill", text, added=True, **options).to_dict()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "decisions.jsonl"


@pytest.fixture
def desk(path):
    def make(twice=0.0, names=NAMES, **options):
        return Desk([DOC], Log(path), reviewers=names, twice=twice, **options)

    return make


def seen(answer):
    return {
        (start, end): (decision and decision["by"], len(others)) for _, start, end, decision, others in answer["news"]
    }


def place(gap=0):
    return DOC.gaps[gap].start, DOC.gaps[gap].end


def test_a_decision_is_on_the_disk_in_the_name_of_the_address(desk, path):
    answer = desk().exchange("Ada", [line(by="Mallory")], 0)
    (made,) = read_decisions("x", path.read_text())
    assert made.by == "Ada"
    assert (answer["after"], answer["refused"], seen(answer)) == (1, [], {place(): ("Ada", 0)})


def test_what_is_sent_again_is_kept_once(desk, path):
    one = desk()
    for _ in range(3):
        one.exchange("Ada", [line(), line(1)], 0)
    assert len(read_decisions("x", path.read_text())) == 2
    one.exchange("Ben", [line(verdict="undo")], 0)  # he decided nothing
    assert len(read_decisions("x", path.read_text())) == 2
    one.exchange("Ada", [line(verdict="undo"), line(verdict="undo")], 0)
    assert [made.verdict for made in read_decisions("x", path.read_text())] == ["keep", "keep", "undo"]


def test_a_new_server_goes_on_from_the_file(desk):
    desk().exchange("Ada", [line(), line(1, "fill", "words")], 0)
    again = desk()
    assert again.left == len(DOC.gaps) - 2
    data = data_of(again.page("Ben").decode())
    assert {(start, end) for _, start, end, _, _ in data["decided"]} == {place(0), place(1)}
    assert (data["served"]["after"], data["by"]) == (2, "Ben")
    assert again.exchange("Ben", [], 2)["news"] == []
    assert len(again.exchange("Ben", [], 99)["news"]) == 2  # it knows of a file that is gone: all is news


def test_who_has_not_decided_a_gap_for_two_does_not_see_the_other(desk, path):
    one = desk(twice=1.0)
    assert seen(one.exchange("Ada", [line(0, "fill", "a"), line(1)], 0)) == {place(0): ("Ada", 0), place(1): ("Ada", 0)}
    assert seen(one.exchange("Ben", [], 0)) == {place(0): (None, 0), place(1): (None, 0)}
    assert data_of(one.page("Ben").decode())["decided"] == []
    assert (one.decided, one.left, one.half_decided) == (2, len(DOC.gaps), 2)
    assert seen(one.exchange("Ben", [line(0, "fill", "b"), line(1)], 2)) == {place(0): ("Ben", 1), place(1): ("Ben", 0)}
    assert seen(one.exchange("Ada", [], 2)) == {place(0): ("Ada", 1), place(1): ("Ada", 0)}
    assert len(conflicts(read_decisions("x", path.read_text()))) == 1
    assert seen(one.exchange("Ada", [line(0, "mark", settles=True)], 4)) == {place(0): ("Ada", 0)}
    assert seen(one.exchange("Ben", [], 4)) == {place(0): ("Ada", 0)}
    assert (one.decided, one.left, one.half_decided) == (2, len(DOC.gaps) - 2, 0)


def test_the_share_of_gaps_for_two_is_as_asked_and_always_the_same_ones(path):
    doc = document("word‹ ›" * 2000 + "end", fills=())
    log = Log(path)
    one = Desk([doc], log, reviewers=NAMES, twice=0.25)
    one.exchange("Ada", [line(number, doc=doc) for number in range(200)], 0)
    hidden = [item for item in one.exchange("Ben", [], 0)["news"] if item[3] is None]
    assert 20 < len(hidden) < 85
    again = Desk([doc], Log(path), reviewers=("Cy", *NAMES), twice=0.25)
    assert [item for item in again.exchange("Cy", [], 0)["news"] if item[3] is None] == hidden
    alone = Desk([doc], Log(path), reviewers=("Ada",), twice=1.0)
    assert alone.left == 1800


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        None,
        [],
        line() | {"digest": "0" * 16},
        line() | {"document": "elsewhere"},
        line() | {"verdict": "burn"},
        line() | {"start": 3, "end": 4},
        added(DOC.text.index("master"), DOC.text.index("master") + 2) | {"exact": "  "},
        added(DOC.gaps[0].end, DOC.gaps[0].end),
        added(10**9, 10**9 + 1) | {"exact": " "},
        line(0, "fill", "x") | {"replaces": 5, "suffix": "x"},
        line(len(DOC.gaps) - 1, "fill", "x") | {"replaces": 900, "suffix": "x" * 900},
    ],
)
def test_what_does_not_fit_is_refused_and_the_rest_is_kept(desk, path, wrong):
    answer = desk().exchange("Ada", [wrong, line(2)], 0)
    assert len(answer["refused"]) == 1
    assert [made.start for made in read_decisions("x", path.read_text())] == [place(2)[0]]


def test_quotes_are_those_of_the_text_whatever_was_sent(desk, path):
    desk().exchange("Ada", [line() | {"prefix": "forged", "suffix": "forged"}], 0)
    (made,) = read_decisions("x", path.read_text())
    assert made.quote == record(DOC, DOC.gaps[0], "keep").quote


def test_two_added_gaps_may_not_touch(desk):
    one = desk()
    start = DOC.text.index(" boats.")
    assert one.exchange("Ada", [added(start, start + 1)], 0)["refused"] == []
    assert one.exchange("Ben", [added(start + 1, start + 1)], 0)["refused"]
    assert one.exchange("Ben", [added(start, start + 1, "other")], 0)["refused"] == []  # the same place


def test_words_are_proposed_where_a_gap_is_added(desk):
    asked = []

    def propose(doc, start, end):
        asked.append((doc.id, start, end))
        return [Fill(text="small", probability=0.5, origin="model")]

    start = DOC.text.index(" boats.")
    one = desk(propose=propose)
    assert [fill["text"] for fill in one.fills(0, start, start + 1)] == ["small"]
    assert asked == [(DOC.id, start, start + 1)]
    for number, first, last in ((1, start, start + 1), (0, start, start + 3), (0, *place())):
        with pytest.raises(RecordError):
            one.fills(number, first, last)
    assert desk().fills(0, start, start + 1) == []


def test_a_full_disk_is_told_and_nothing_counts(desk, path, monkeypatch):
    one = desk()

    def full(decision):
        raise FileError("the decision can't be kept: no space left on device")

    monkeypatch.setattr(one.log, "keep", full)
    with pytest.raises(FileError, match="no space"):
        one.exchange("Ada", [line()], 0)
    assert one.exchange("Ben", [], 0)["news"] == []


def test_many_at_once_lose_nothing(desk, path):
    one = desk(names=[f"p{number}" for number in range(8)])

    def work(name):
        for gap in range(len(DOC.gaps)):
            one.exchange(name, [line(gap, "fill", name)], 0)

    threads = [threading.Thread(target=work, args=(f"p{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = read_decisions("x", path.read_text())
    assert len(made) == len(set(made)) == 8 * len(DOC.gaps)


# Who may talk to it.


@contextmanager
def served(one, names=NAMES, host="127.0.0.1"):
    tokens = {name: f"{number:032x}" for number, name in enumerate(names, start=1)}
    with ReviewServer(one, tokens, host, 0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def ask(server, method, target, body=None, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    sent = {"Host": f"127.0.0.1:{server.port}", "Content-Type": "application/json"} | headers
    raw = json.dumps(body).encode() if isinstance(body, dict | list) else body
    connection.request(method, target, raw, {name.replace("_", "-"): value for name, value in sent.items() if value})
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    return answer, data


def test_the_page_comes_with_what_keeps_it_to_itself(desk):
    with served(desk()) as server:
        answer, data = ask(server, "GET", f"/{server.tokens['Ada']}/")
        assert answer.status == 200
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        page = data.decode()
        assert data_of(page)["served"]["reviewer"] == "Ada"
        assert "connect-src &#x27;self&#x27;" in page
        assert server.tokens["Ben"] not in page


@pytest.mark.parametrize(
    "target", ["/", "/x/", "/{token}", "/{other}/", "/{token}x/", "//", "/{token}/etc/passwd", "/?{token}"]
)
def test_without_the_token_there_is_nothing(desk, target):
    with served(desk()) as server:
        token = server.tokens["Ada"]
        answer, data = ask(server, "GET", target.format(token=token, other="f" * 32))
        assert answer.status == 404
        assert DOC.text[:20].encode() not in data


def test_other_sites_get_nothing(desk, path):
    body = {"after": 0, "decisions": [line()]}
    with served(desk()) as server:
        target = f"/{server.tokens['Ada']}/decisions"
        own = f"http://127.0.0.1:{server.port}"
        assert ask(server, "POST", target, body, Host="evil.example")[0].status == 421
        assert ask(server, "GET", f"/{server.tokens['Ada']}/", Host=f"evil.example:{server.port}")[0].status == 421
        for origin in ("http://evil.example", "null", own + "0", own.replace("http", "https")):
            assert ask(server, "POST", target, body, Origin=origin)[0].status == 403
        assert ask(server, "POST", target, body, Content_Type="text/plain")[0].status == 415
        assert not path.exists()
        assert ask(server, "POST", target, body, Origin=own)[0].status == 200
    assert len(read_decisions("x", path.read_text())) == 1


@pytest.mark.parametrize(
    ("target", "body", "status"),
    [
        ("decisions", b"{", 400),
        ("decisions", b"[" * 100_000, 400),
        ("decisions", [], 400),
        ("decisions", {}, 400),
        ("decisions", {"after": -1, "decisions": []}, 400),
        ("decisions", {"after": True, "decisions": []}, 400),
        ("decisions", {"after": 0, "decisions": {}}, 400),
        ("fills", {"document": 0, "start": 0}, 400),
        ("fills", {"document": 7, "start": 0, "end": 0}, 400),
        ("elsewhere", {}, 404),
    ],
)
def test_requests_that_make_no_sense_are_refused_and_the_server_goes_on(desk, target, body, status):
    with served(desk()) as server:
        assert ask(server, "POST", f"/{server.tokens['Ada']}/{target}", body)[0].status == status
        answer, data = ask(server, "POST", f"/{server.tokens['Ada']}/decisions", {"after": 0, "decisions": [line()]})
        assert (answer.status, json.loads(data)["after"]) == (200, 1)


def test_too_much_is_refused_before_it_is_read(desk):
    with served(desk()) as server:
        target = f"/{server.tokens['Ada']}/decisions"
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        connection.putrequest("POST", target)
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(10**9))
        connection.endheaders()
        assert connection.getresponse().status == 413
        connection.close()


def test_a_token_is_nobodys_unless_it_is_whole():
    tokens = {"Ada": "a" * 32, "Ben": "b" * 32}
    assert reviewer_of("a" * 32, tokens) == "Ada"
    for wrong in ("", "a", "a" * 31, "a" * 33, "c" * 32, "é" * 32, "\ud800"):
        assert reviewer_of(wrong, tokens) is None


@pytest.mark.parametrize(
    ("header", "listens", "own"),
    [
        ("127.0.0.1:8765", "127.0.0.1", True),
        ("localhost:8765", "127.0.0.1", True),
        ("LOCALHOST:8765", "127.0.0.1", True),
        ("[::1]:8765", "::1", True),
        ("127.0.0.1:80", "127.0.0.1", False),
        ("127.0.0.1", "127.0.0.1", False),
        ("192.168.1.5:8765", "127.0.0.1", False),
        ("localhost.evil.example:8765", "127.0.0.1", False),
        ("192.168.1.5:8765", "0.0.0.0", True),
        ("evil.example:8765", "0.0.0.0", False),
        ("desk.local:8765", "desk.local", True),
        ("", "127.0.0.1", False),
        (None, "127.0.0.1", False),
        ("[::1:8765", "::1", False),
        ("x:99999999", "127.0.0.1", False),
    ],
)
def test_only_its_own_names_are_the_server(header, listens, own):
    assert is_own_host(header, listens, 8765) == own


def test_the_key_is_the_owners_alone_stays_and_serves_one_server_at_a_time(path):
    first = KeyFile(path)
    file = path.with_name(".decisions.jsonl.key")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    tokens = [first.token(name) for name in ("Ada", "Ben", "\ud800")]
    assert len(set(tokens)) == 3
    assert all(re.fullmatch("[0-9a-f]{32}", token) for token in tokens)
    if os.name != "nt":
        with pytest.raises(FileError, match="another textmend review --serve"):
            KeyFile(path)
    first.close()
    again = KeyFile(path)
    assert [again.token(name) for name in ("Ada", "Ben", "\ud800")] == tokens
    again.close()
    file.write_bytes(b"cut")
    assert KeyFile(path).token("Ada") != tokens[0]


def test_a_port_that_is_taken_is_told(desk):
    with served(desk()) as server, pytest.raises(FileError, match="--port"):
        ReviewServer(desk(), {}, "127.0.0.1", server.port)
    with pytest.raises(FileError, match="can't listen"):
        ReviewServer(desk(), {}, "no such host", 0)


def test_each_reviewer_begins_at_another_article(path):
    docs = [document(name=name) for name in "abcd"]
    one = Desk(docs, Log(path), reviewers=NAMES)
    assert [data_of(one.page(name).decode())["served"]["article"] for name in NAMES] == [0, 2]
    few = Desk(docs[:1], Log(path), reviewers=("x", "y", "z"))
    assert [data_of(few.page(name).decode())["served"]["article"] for name in "xyz"] == [0, 0, 0]


def test_a_decision_that_replaces_words_comes_as_it_was_made(desk, path):
    fill = line(0, "fill", "x", spacing=(" ", ""), replaces=4)
    desk().exchange("Ada", [fill], 0)
    (made,) = read_decisions("x", path.read_text())
    assert (made.spacing, made.replaces) == ((" ", ""), 4)
    assert made == replace(record(DOC, DOC.gaps[0], "fill", "x", by="Ada", at=made.at, spacing=(" ", ""), replaces=4))
