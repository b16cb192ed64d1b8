"""README and docs show what the embedded models say; a block that doesn't is told, and written anew on demand."""

from __future__ import annotations

import pytest

from bench import samples
from bench.samples import BLOCKS, PAGES, ROOT, Block, Sample, names_in, read, says_the_same, update
from textmend.errors import RecordError

MEND = "1 mended, 5 left: textmend review\n  ▢1  5:111   kept  best “skippers” (joint 25%, below --apply-at 0.95)\n"


def test_the_samples_are_what_the_embedded_models_say(embedded):
    untrue = [f"{one.page}: {one.name}" for one in read(Sample(mender=embedded())) if not one.is_true]
    assert not untrue, "write them anew with  PYTHONPATH=tests python -m bench.samples --update"


def test_every_sample_is_shown_somewhere_and_every_page_shows_one():
    shown = {page: names_in((ROOT / page).read_text(encoding="utf-8")) for page in PAGES}
    assert all(shown.values())
    assert {name for names in shown.values() for name in names} == set(BLOCKS)


@pytest.mark.parametrize(
    ("new", "same"),
    [
        (MEND, True),
        (MEND.replace("25%", "27%"), True),
        (MEND.replace("25%", " 9%"), False),
        (MEND.replace("  5:111 ", " 5:111 "), True),
        (MEND.replace("5:111", "5:112"), False),
        (MEND.replace("1 mended", "2 mended"), False),
        (MEND.replace("skippers", "captains"), False),
        (MEND.replace("0.95", "0.96"), True),
        (MEND.replace("0.95", "0.8"), False),
        (MEND + "more\n", False),
        ("", False),
    ],
)
def test_only_rounding_and_white_space_make_no_difference(new, same):
    assert says_the_same(MEND, new) is same
    assert says_the_same(new, MEND) is same


def test_what_is_nearly_certain_may_be_rounded_either_way():
    assert says_the_same("gap >99%", "gap 99%")


def test_an_update_writes_what_is_untrue_and_nothing_else(tmp_path):
    page = "# Top\r\n<!-- output: gap -->\nold\n<!-- end -->\n<!-- output: fill -->\n0.94\n<!-- end -->\nlast"
    (tmp_path / "a.md").write_bytes(page.encode())
    update(tmp_path, [Block("a.md", "gap", "old\n", r"new \1" + "\n"), Block("a.md", "fill", "0.94\n", "0.95\n")])
    assert (tmp_path / "a.md").read_bytes().decode() == page.replace("old\n", "\nnew \\1\n\n")


@pytest.mark.parametrize("page", ["<!-- output: gap -->\nnever closed", "<!-- output: otter -->\n<!-- end -->"])
def test_broken_markers_are_errors(page):
    with pytest.raises(RecordError):
        names_in(page)


def test_a_sample_whose_losses_are_not_found_is_an_error(mender_without_models):
    with pytest.raises(RecordError, match="only 0 are found"):
        _ = Sample(mender=mender_without_models([])).losses


def test_the_mend_sample_runs_the_command_of_the_readme(tmp_path, monkeypatch):
    ran = []
    monkeypatch.setattr(Sample, "command", lambda self, arguments: ran.append(arguments) or ("", "done\n"))
    assert samples.BLOCKS["mend"](Sample()) == "```text\ndone\n```\n"
    assert ran[0].startswith("mend ")
    assert ran[0].endswith("fixtures/article.txt")
