"""A random sample of the gaps that stay open, straight into a review."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from corpus_fakes import article, fake

from textmend.corpus.options import Options
from textmend.corpus.run import clean
from textmend.edits.mended import Mended
from textmend.records import Gap
from textmend.review.documents import read_rows


def _sampled(target: Path) -> list[dict[str, Any]]:
    review = target.with_name(target.name + ".review.jsonl")
    return [json.loads(line) for line in review.read_text().splitlines()]


def _keys(target: Path) -> set[tuple[str, int]]:
    return {(row["id"], gap["start"]) for row in _sampled(target) for gap in row["gaps"]}


def test_a_sample_holds_open_gaps_only_with_the_texts_as_they_were(corpus, tmp_path):
    target = tmp_path / "out.jsonl"
    outcome = clean([corpus], target, options=Options(review_sample=20), mender=fake(), workers=1)
    assert outcome.review == tmp_path / "out.jsonl.review.jsonl"
    texts = {}
    for line in corpus.read_bytes().splitlines():
        try:
            record = json.loads(line)
            texts[str(record.get("id"))] = record["text"]
        except (ValueError, KeyError):
            pass
    rows = _sampled(target)
    assert sum(len(row["gaps"]) for row in rows) == 20
    for row in rows:
        assert row["text"] == texts[row["id"]]
        for form in row["gaps"]:
            gap = Gap.from_dict(form)
            assert row["text"].startswith(",", gap.end)  # where nothing was put in
            assert gap.decision == "keep"


def test_it_is_the_same_whatever_the_workers_and_another_with_another_seed(corpus, tmp_path):
    drawn = []
    for number, (workers, every, seed) in enumerate([(1, 60.0, 0), (2, 0.0, 0), (1, 60.0, 1)]):
        target = tmp_path / f"{number}.jsonl"
        options = Options(review_sample=15, seed=seed)
        clean([corpus], target, options=options, mender=fake(), workers=workers, checkpoint_seconds=every)
        drawn.append(_keys(target))
    assert drawn[0] == drawn[1] != drawn[2]


def test_it_is_chance_and_not_the_first_ones(corpus, tmp_path):
    clean([corpus], tmp_path / "all.jsonl", options=Options(review_sample=10_000), mender=fake(), workers=1)
    clean([corpus], tmp_path / "some.jsonl", options=Options(review_sample=20), mender=fake(), workers=1)
    every = sorted(_keys(tmp_path / "all.jsonl"), key=lambda key: int(key[0]))
    some = _keys(tmp_path / "some.jsonl")
    assert some < set(every)
    assert some != set(every[:20])


def test_nothing_is_drawn_where_nothing_is_asked_for(corpus, tmp_path):
    outcome = clean([corpus], tmp_path / "out.jsonl", mender=fake(), workers=1)
    assert outcome.review is None
    assert not list(tmp_path.glob("*.review.*"))


def test_ids_that_two_documents_share_are_told_apart(tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_text(
        (json.dumps({"id": "a", "text": article(5)}) + "\n") * 2 + json.dumps({"text": article(5)}) + "\n"
    )
    clean([source], tmp_path / "out.jsonl", options=Options(review_sample=9), mender=fake(), workers=1)
    assert [row["id"] for row in _sampled(tmp_path / "out.jsonl")] == [f"{source}:{n}" for n in (1, 2, 3)]


def test_a_text_file_is_called_as_apply_is_given_it(tmp_path):
    (tmp_path / "texts").mkdir()
    path = tmp_path / "texts" / "a.txt"
    path.write_text(article(5))
    clean([path.parent], tmp_path / "out", options=Options(review_sample=9), mender=fake(), workers=1)
    (row,) = [json.loads(line) for line in (tmp_path / "out.review.jsonl").read_text().splitlines()]
    assert row["id"] == str(path)


def test_a_review_reads_it(corpus, tmp_path):
    clean([corpus], tmp_path / "out.jsonl", options=Options(review_sample=20), mender=fake(), workers=1)
    text = (tmp_path / "out.jsonl.review.jsonl").read_text()
    rows = list(read_rows("sample", text, str))
    assert sum(len(row.gaps or ()) for row in rows) == 20


def test_a_run_that_is_resumed_draws_the_same(corpus, tmp_path, monkeypatch):
    from textmend.corpus import run as module

    options = Options(review_sample=15)
    clean([corpus], tmp_path / "whole.jsonl", options=options, mender=fake(), workers=1)

    class StoppedError(Exception):
        pass

    def stop(progress: Any) -> None:
        if progress.statistics.documents > 100:
            raise StoppedError

    with pytest.raises(StoppedError):
        clean(
            [corpus],
            tmp_path / "out.jsonl",
            options=options,
            mender=fake(),
            workers=1,
            checkpoint_seconds=0,
            progress=stop,
        )
    real = module.write_sample

    def die(*arguments: Any) -> None:
        real(*arguments)
        raise StoppedError

    monkeypatch.setattr(module, "write_sample", die)
    with pytest.raises(StoppedError):
        clean([corpus], tmp_path / "out.jsonl", options=options, mender=fake(), workers=1, resume=True)
    monkeypatch.undo()
    assert clean([corpus], tmp_path / "out.jsonl", options=options, mender=fake(), workers=1, resume=True).complete
    assert _keys(tmp_path / "out.jsonl") == _keys(tmp_path / "whole.jsonl")


def test_on_the_command_line_a_page_is_made(corpus, tmp_path, monkeypatch):
    from typer.testing import CliRunner

    from textmend.cli import clean as command
    from textmend.cli.main import app

    monkeypatch.setattr(command, "make_spec", lambda detector, filler, policy, **_: fake(unsure=policy.unsure))
    arguments = ["clean", corpus, "-o", tmp_path / "out.jsonl", "-w", 1, "--review-sample", 5]
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == 5, result.output
    assert "out.jsonl.review.html" in " ".join(result.stderr.split())
    assert (tmp_path / "out.jsonl.review.html").read_text().startswith("<!")
    assert CliRunner().invoke(app, ["clean", str(corpus), "-o", "x.jsonl", "--review", "y.html"]).exit_code == 2


def test_an_example_shows_whole_words_of_its_paragraph():
    from textmend.corpus.statistics import Statistics

    words = " ".join(f"word{number}" for number in range(60))
    text = f"Another paragraph.\n{words}  {words}"
    start = len("Another paragraph.\n") + len(words)
    gap = Gap(start=start, end=start + 2, probability=0.9, decision="keep")
    statistics = Statistics()
    statistics.count(Mended.of(text, [gap], "[…]"), "here", "here:1", dropped=False)
    ((example,),) = statistics.examples.values()
    before, after = example.before.removeprefix("…"), example.after.removesuffix("…")
    assert (before, after) != (example.before, example.after)
    assert set((before + after).split()) <= set(words.split())
