"""The cache of suggestions: bounded, safe under several processes, never in the way."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from textmend.article import Article
from textmend.cache import Cache, digest_of, user_folder
from textmend.errors import FileError
from textmend.records import Fill, Gap

GAPS = [Gap(start=3, end=4, probability=0.9, fills=(Fill(text="Oslo", probability=0.5, origin="model"),))]


def keys(count: int) -> list[bytes]:
    return [number.to_bytes(20, "big") for number in range(count)]


def test_what_was_put_in_comes_back(tmp_path):
    known, other = keys(2)
    Cache(tmp_path / "new" / "folder").put({known: GAPS})
    assert Cache(tmp_path / "new" / "folder").get([other, known]) == [None, GAPS]


def test_no_gaps_are_known_too(tmp_path):
    (key,) = keys(1)
    cache = Cache(tmp_path)
    cache.put({key: []})
    assert cache.get([key]) == [[]]


def test_it_is_bounded_and_what_was_used_last_stays(tmp_path):
    first, *others = keys(60)
    cache = Cache(tmp_path, most_bytes=9_000)
    cache.put({first: GAPS})
    for key in others:
        cache.put({key: GAPS})
        assert cache.get([first]) == [GAPS]  # used again and again
    found = cache.get(others)
    assert found[-1] == GAPS
    assert found[0] is None
    assert sum(gaps is not None for gaps in found) < 40


def test_what_is_replaced_or_thrown_out_counts_no_more(tmp_path):
    (key,) = keys(1)
    cache = Cache(tmp_path, most_bytes=9_000)
    for _ in range(60):
        cache.put({key: GAPS})
    first, *others = keys(21)[1:]
    for other in (first, *others):
        cache.put({other: []})
    assert cache.get([key, first]) == [GAPS, []]  # one with gaps and twenty without fit
    with contextlib.closing(sqlite3.connect(next(tmp_path.glob("*.sqlite")))) as database:
        sums = "SELECT SUM(size) FROM suggestions UNION ALL SELECT bytes FROM total"
        assert len({size for (size,) in database.execute(sums)}) == 1


def test_a_cache_of_before_is_counted_when_it_is_opened(tmp_path):
    Cache(tmp_path).put(dict.fromkeys(keys(60), GAPS))
    with contextlib.closing(sqlite3.connect(next(tmp_path.glob("*.sqlite")))) as database:
        database.execute("DROP TABLE total")
    cache = Cache(tmp_path, most_bytes=9_000)
    cache.put({b"new": []})
    assert sum(gaps is not None for gaps in cache.get(keys(60))) < 40


def test_a_broken_record_is_not_known(tmp_path):
    (key,) = keys(1)
    cache = Cache(tmp_path)
    cache.put({key: GAPS})
    with sqlite3.connect(next(tmp_path.glob("*.sqlite"))) as database:
        database.execute("UPDATE suggestions SET gaps = '[{\"start\": -1}]'")
    database.close()
    assert cache.get([key]) == [None]


def test_a_broken_file_is_an_error_that_names_the_folder(tmp_path):
    (tmp_path / "suggestions.sqlite").write_bytes(b"no database at all, but long enough to be read as one" * 40)
    with pytest.raises(FileError, match="choose another"):
        Cache(tmp_path)


def test_a_file_where_the_folder_should_be_is_an_error(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(FileError, match="can't be used as a cache"):
        Cache(tmp_path / "file")


def test_a_cache_that_vanishes_is_forgotten(tmp_path):
    (key,) = keys(1)
    cache = Cache(tmp_path)
    next(tmp_path.glob("*.sqlite")).unlink()
    cache.put({key: GAPS})
    assert cache.get([key]) == [None]


@pytest.mark.parametrize(
    "other",
    [
        Article(text="a  c"),
        Article(text="a  b", title="t"),
        Article(text="a  b", metadata={"x": "t"}),
        Article(text="a  b", html="t"),
        Article(text="a  b", html=b"t"),
        Article(text="a  b", references=("t",)),
        Article(text="a  b\ud800"),
    ],
)
def test_whatever_a_suggestion_follows_from_is_in_the_digest(other):
    assert digest_of(other, "models") != digest_of(Article(text="a  b"), "models")
    assert digest_of(other, "models") != digest_of(other, "other models")
    assert digest_of(other, "models") == digest_of(other, "models")


def test_two_processes_write_at_once(tmp_path):
    script = (
        "import sys; from pathlib import Path; from textmend.cache import Cache\n"
        "from textmend.records import Gap\n"
        "cache = Cache(Path(sys.argv[1])); base = int(sys.argv[2])\n"
        "for n in range(40): cache.put({(base + n).to_bytes(20, 'big'): [Gap(start=n, end=n, probability=1.0)]})\n"
    )
    root = str(Path(__file__).parents[1])
    runs = [
        subprocess.Popen([sys.executable, "-c", script, str(tmp_path), str(base)], env={"PYTHONPATH": root})
        for base in (0, 40)
    ]
    assert [run.wait() for run in runs] == [0, 0]
    found = Cache(tmp_path).get(keys(80))
    assert all(gaps is not None and gaps[0].start == number % 40 for number, gaps in enumerate(found))


def test_the_users_folder_can_be_named(monkeypatch, tmp_path):
    monkeypatch.setenv("TEXTMEND_CACHE", str(tmp_path))
    assert user_folder() == tmp_path
    monkeypatch.delenv("TEXTMEND_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    if sys.platform == "linux":
        assert user_folder() == tmp_path / "textmend"


class TestMender:
    """With tiny folders of models, so that what is computed can be counted."""

    TEXT = "He said that the talks with , including the fleet, would end."

    @pytest.fixture
    def counted(self, embedded, monkeypatch):
        from textmend import Mender

        calls = []
        compute = Mender._computed
        monkeypatch.setattr(Mender, "_computed", lambda self, some: (calls.append(len(some)), compute(self, some))[1])
        return calls

    def test_the_same_text_is_worked_on_once(self, counted, tmp_path):
        from textmend import Mender

        mender = Mender(cache=tmp_path, threads=1)
        first = mender.suggest(self.TEXT)
        assert Mender(cache=tmp_path, threads=1).mend(self.TEXT).gaps == mender.mend(self.TEXT).gaps
        assert mender.suggest(self.TEXT) == first
        assert sum(counted) == 1

    def test_what_changes_the_gaps_is_told_apart(self, counted, tmp_path):
        from textmend import Mender, Policy

        Mender(cache=tmp_path, threads=1).suggest(self.TEXT)
        Mender(cache=tmp_path, threads=1, policy=Policy(find_at=0.9)).suggest(self.TEXT)
        Mender(cache=tmp_path, threads=1, policy=Policy(ignore=["code"])).suggest(self.TEXT)
        assert sum(counted) == 3
        Mender(cache=tmp_path, threads=1, policy=Policy(apply_at=0.5, unsure="mark")).suggest(self.TEXT)
        assert sum(counted) == 3  # what is decided is not kept

    def test_a_stream_has_known_and_new_texts_in_order(self, counted, tmp_path):
        from textmend import Mender

        mender = Mender(cache=tmp_path, threads=1)
        mender.suggest(self.TEXT)
        found = list(mender.suggest(["It was cold.", self.TEXT, "It rained."]))
        assert [len(gaps) > 0 for gaps in found] == [False, True, False]
        assert counted == [1, 2]

    def test_without_a_folder_nothing_is_written(self, mender_without_models, tmp_path, monkeypatch):
        monkeypatch.setenv("TEXTMEND_CACHE", str(tmp_path / "cache"))
        mender_without_models(["and"]).suggest("They met from and left.")
        assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    "spoil", [shutil.rmtree, lambda folder: next(folder.iterdir()).write_bytes(b"no database" * 999)]
)
def test_a_cache_that_breaks_on_the_way_is_forgotten(tmp_path, spoil):
    folder = tmp_path / "cache"
    cache = Cache(folder)
    spoil(folder)
    cache.put({keys(1)[0]: []})
    assert cache.get(keys(2)) in ([None, None], [[], None])


def test_the_total_is_kept_once(tmp_path):
    for _ in range(3):
        Cache(tmp_path)
    with contextlib.closing(sqlite3.connect(next(tmp_path.glob("*.sqlite")))) as database:
        assert database.execute("SELECT COUNT(*) FROM total").fetchone() == (1,)


@pytest.mark.parametrize("stored", [5, 1.5, b"\xff", "null", "5", '{"a": 1}', "[1]", "[[]]", "[" * 100_000, ""])
def test_a_record_of_others_is_not_known(tmp_path, stored):
    (key,) = keys(1)
    cache = Cache(tmp_path)
    cache.put({key: GAPS})
    with contextlib.closing(sqlite3.connect(next(tmp_path.glob("*.sqlite")))) as database, database:
        database.execute("UPDATE suggestions SET gaps = ?", (stored,))
    assert cache.get([key]) == [None]


def test_without_its_total_it_goes_on(tmp_path):
    (key,) = keys(1)
    cache = Cache(tmp_path)
    with contextlib.closing(sqlite3.connect(next(tmp_path.glob("*.sqlite")))) as database, database:
        database.execute("DELETE FROM total")
    cache.put({key: GAPS})
    assert cache.get([key]) == [GAPS]


@pytest.mark.parametrize("folder", ["a\0b", "\ud800"])
def test_a_folder_that_no_system_can_have(folder):
    with pytest.raises(FileError, match="can't be used as a cache"):
        Cache(Path(folder))


def test_a_user_without_a_home_has_no_folder(monkeypatch):
    for name in ("TEXTMEND_CACHE", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", lambda _: {}["no such user"])
    with pytest.raises(FileError, match="TEXTMEND_CACHE"):
        user_folder()
