"""--html, --html-dir and --reference: what reaches the mender, what is shown, what is refused."""

from __future__ import annotations

import json

import pytest
from fake_mender import ARTICLE

PAGE = "<p>They met officials from <a href='/o'>Oslo</a>.</p>"


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "page.html"
    path.write_bytes(PAGE.encode())
    return path


@pytest.mark.parametrize("command", ["suggest", "mend"])
def test_they_reach_the_mender(cli, menders, article, page, tmp_path, command):
    copy = tmp_path / "copy.txt"
    copy.write_text("Another copy.", encoding="utf-8")
    outcome = cli(command, "--json", "--html", page, "--reference", copy, "--reference", page, article)
    assert outcome.code == 0
    assert menders[0].about == {"html": [PAGE.encode()], "reference": [["Another copy.", PAGE]]}


@pytest.mark.parametrize("command", ["suggest", "mend"])
def test_without_them_nothing_is_given(cli, menders, article, command):
    assert cli(command, "--json", article).code == 0
    assert menders[0].about == {"html": None, "reference": None}


@pytest.mark.parametrize("option", ["--html", "--reference"])
@pytest.mark.parametrize("command", ["suggest", "mend"])
class TestRefused:
    def test_with_several_files(self, cli, article, page, command, option):
        outcome = cli(command, option, page, article, article)
        assert outcome.code == 2
        assert f"{option} goes with one file" in outcome.err

    def test_a_missing_file(self, cli, article, command, option):
        outcome = cli(command, option, "nowhere.html", article)
        assert outcome.code == 3
        assert "nowhere.html: no such file" in outcome.err

    def test_standard_input_twice(self, cli, command, option):
        outcome = cli(command, option, "-", "-", stdin=b"text")
        assert outcome.code == 2
        assert "can be read only once" in outcome.err


def test_the_page_may_come_from_standard_input(cli, menders, article):
    assert cli("mend", "--json", "--html", "-", article, stdin=PAGE.encode()).code == 0
    assert menders[0].about["html"] == [PAGE.encode()]


def test_a_copy_is_read_in_the_encoding_of_the_files_a_page_in_its_own(cli, menders, article, tmp_path):
    copy, page = tmp_path / "copy.txt", tmp_path / "copy.htm"
    copy.write_bytes("é".encode("cp1252"))
    page.write_bytes("<meta charset=koi8-r>да".encode("koi8-r"))
    assert cli("mend", "--json", "-e", "cp1252", "--reference", copy, "--reference", page, article).code == 0
    assert menders[0].about["reference"] == [["é", "<meta charset=koi8-r>да"]]


def test_a_copy_that_is_not_in_it_is_a_file_that_failed(cli, article, tmp_path):
    copy = tmp_path / "copy.txt"
    copy.write_bytes(b"\xe9")
    assert cli("mend", "--reference", copy, article).code == 3


def test_the_json_is_as_ever(cli, article, page):
    record = json.loads(cli("suggest", "--json", "--html", page, article).out)
    assert record["gaps"]
    assert ARTICLE


@pytest.mark.parametrize("command", ["find", "suggest", "mend"])
class TestPagesInAFolder:
    def test_they_go_with_the_files_by_name(self, cli, menders, tmp_path, command):
        texts, pages = tmp_path / "texts", tmp_path / "pages"
        texts.mkdir()
        pages.mkdir()
        for name in ("a.txt", "b.txt", "c.v2.txt", "d"):
            (texts / name).write_bytes(ARTICLE.encode())
        (pages / "a.html").write_bytes(b"page a")
        (pages / "a.xml").write_bytes(b"another")
        (pages / "c.v2.htm").write_bytes(b"page c")
        (pages / "d.html").write_bytes(b"page d")
        assert cli(command, "--json", "--html-dir", pages, *sorted(texts.iterdir())).code == 0
        assert menders[0].pages == [b"page a", None, b"page c", b"page d"]

    def test_a_file_that_is_missing_takes_no_page_from_the_next(self, cli, menders, article, tmp_path, command):
        (tmp_path / "article.html").write_bytes(b"its page")
        assert cli(command, "--json", "--html-dir", tmp_path, tmp_path / "none.txt", article).code == 3
        assert menders[0].pages == [b"its page"]

    def test_a_folder_that_is_none_is_named(self, cli, article, command):
        outcome = cli(command, "--html-dir", article, article)
        assert outcome.code == 3
        assert "no such folder" in outcome.err


def test_find_takes_a_page(cli, menders, article, page):
    assert cli("find", "--json", "--html", page, article).code == 0
    assert menders[0].pages == [PAGE.encode()]


@pytest.mark.parametrize("more", [("--title", "A"), ("--reference", "x.txt")])
@pytest.mark.parametrize("command", ["suggest", "mend"])
def test_a_folder_goes_without_what_belongs_to_one_file(cli, article, tmp_path, command, more):
    outcome = cli(command, "--html-dir", tmp_path, *more, article)
    assert outcome.code == 2
    assert "go with one file" in outcome.err
