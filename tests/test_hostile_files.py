"""Whatever bytes stand in a file that is read: what comes out is a result, or a TextmendError."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest
from hostile import wrong_bytes, wrong_json, wrong_lines
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import textmend
from textmend import Decision, Edit, Fill, Gap, Mended, Mender, TextmendError
from textmend.errors import FileError, ModelError
from textmend.files import read_document
from textmend.models.registry import EMBEDDED, hub_model, locate

TEXT = "They organised night  against trawlers. The crew of 32 left Tromsø ."
GAP = Gap(
    start=20,
    end=22,
    probability=0.9,
    lengths=(0.5, 0.5),
    cues=("double_space",),
    fills=(Fill(text="raids", probability=0.9, origin="model", spacing=(" ", " ")),),
    decision="apply",
)
hostile = settings(
    max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)


def reads(read: Callable[[Path], object], path: Path, data: bytes) -> None:
    """Let ``read`` read a file of these bytes; any error but textmend's own comes out."""
    path.write_bytes(data)
    with suppress(TextmendError):
        read(path)


ENCODINGS = [
    None,
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-32",
    "utf-7",
    "cp1252",
    "latin-1",
    "shift_jis",
    "idna",
    "gb18030",
]


@hostile
@given(wrong_bytes(TEXT.encode()), st.sampled_from([*ENCODINGS, "no such", "hex", "rot13", "punycode", "\x00"]))
def test_a_text(tmp_path, data, encoding):
    reads(lambda path: read_document(path, encoding).encode("x"), tmp_path / "a.txt", data)


PAGE = (
    '<?xml version="1.0" encoding="utf-8"?><!doctype html><html><head><meta charset="utf-8"><title>Otters</title>'
    '<script type="application/ld+json">{"articleBody": "They organised night raids"}</script></head><body>'
    "<p>They organised night <a href='/r'>raids</a> against trawlers.</p><table><tr><td>The crew &#55357; &#xDE00; "
    "&#1114112; of 32 left Tromsø </table><svg><p>yesterday</svg></body></html>"
).encode()


@hostile
@given(wrong_bytes(PAGE), st.sampled_from(["html", "reference"]), st.booleans())
def test_a_page(mender_without_models, data, name, as_text):
    mender = mender_without_models(["against"], ["raids"])
    page = data.decode("utf-8", "surrogateescape") if as_text or name == "reference" else data
    with suppress(TextmendError):
        mender.mend(TEXT, **{name: page})


@pytest.mark.parametrize(
    "encoding", ["utf-16", "utf-32", "utf-7", "idna", "punycode", "hex", "cp037", "no-such", "utf-8\x00"]
)
@pytest.mark.parametrize("how", ['<meta charset="{}">', '<?xml version="1.0" encoding="{}"?>'])
def test_a_page_that_names_an_odd_encoding(mender_without_models, encoding, how):
    page = how.format(encoding).encode() + b"<p>\xff\xfe\x00caf\xe9 +2AA- " + TEXT.encode()
    with suppress(TextmendError):
        mender_without_models(["against"]).mend(TEXT, html=page)


MENDED = Mended.of(TEXT, [GAP], "[…]")
DECISION = Decision(start=20, end=22, verdict="fill", text="raids", by="me", at="2026", spacing=(" ", " "))


@hostile
@given(st.data())
@pytest.mark.parametrize(
    "record", [GAP, GAP.fills[0], MENDED.edits[0], DECISION, MENDED], ids=lambda one: type(one).__name__
)
def test_a_record(record, data):
    changed = json.loads(data.draw(wrong_json(record.to_dict())))
    with suppress(TextmendError):
        again = type(record).from_dict(changed)
        json.dumps(again.to_dict())
        if isinstance(again, Mended):
            again.undo(), again.apply([DECISION])
    assert isinstance(record, Gap | Fill | Edit | Decision | Mended)


SUGGESTED = {"file": "a.txt", "id": "a", "text": TEXT, "title": "Otters", "gaps": [GAP.to_dict()]}


@hostile
@given(wrong_lines(SUGGESTED, {"text": "Whole.", "textmend": {"schema": 1, "mended": False, "edits": [], "gaps": []}}))
def test_suggestions_to_review(tmp_path, data):
    from textmend.review.documents import review_documents
    from textmend.review.exchange import FORMATS, exchange
    from textmend.review.files import read_rows
    from textmend.review.originals import hold
    from textmend.review.page import render_page

    def read(path):
        text = read_document(path).text
        rows = read_rows(str(path), text, lambda file: read_document(tmp_path / "absent" / file).text)
        documents = review_documents(rows, lambda rows: [[] for _ in rows])
        hold(str(path), text)
        for name in FORMATS:
            exchange(name).export(documents, {})
        render_page(documents)

    reads(read, tmp_path / "s.jsonl", data)


@cache
def _exported() -> dict[str, bytes]:
    """Return the files of every format that decisions come back in."""
    from textmend.review.decisions import dump, latest, record
    from textmend.review.documents import ReviewDocument
    from textmend.review.exchange import FORMATS, exchange

    document = ReviewDocument(id="a.txt", text=TEXT, gaps=(GAP,), title="Otters")
    decided = [record(document, GAP, "fill", "raids", by="me", at="2026")]
    files = {name: exchange(name).export([document], latest(decided)).encode() for name in FORMATS}
    return {**files, "textmend": "".join(map(dump, decided)).encode()}


KINDS = ["textmend", "label-studio", "prodigy", "doccano", "web-annotation", "csv"]


@hostile
@given(st.data())
@pytest.mark.parametrize("name", KINDS)
def test_decisions(tmp_path, name, data):
    from textmend.review.files import decisions_in
    from textmend.review.log import Log
    from textmend.review.originals import hold
    from textmend.review.replay import replay

    seed = _exported()[name]
    try:
        like = wrong_json(json.loads(seed)) | wrong_bytes(seed)
    except ValueError:
        lines = [json.loads(line) for line in seed.splitlines()] if name != "csv" else []
        like = wrong_lines(*lines) if lines else wrong_bytes(seed)

    def read(path):
        if name == "textmend":
            log = Log(path)
            for decision in log.decisions[:1]:
                log.keep(decision)
        made = decisions_in(path, None if name == "textmend" else name)
        replay(hold("a.txt", TEXT).originals, made, "[…]")

    reads(read, tmp_path / "d", data.draw(like))


def test_the_source_of_a_web_annotation_that_is_no_utf8(tmp_path):
    from textmend.review.files import decisions_in

    page = json.loads(_exported()["web-annotation"])
    page["items"][0]["target"]["source"] = "urn:textmend:document:caf%E9"
    (tmp_path / "page.json").write_text(json.dumps(page))
    with pytest.raises(TextmendError, match=r"annotation 1.*source"):
        decisions_in(tmp_path / "page.json", "web-annotation")


ARTICLE = {"id": "a", "title": "Otters", "paragraphs": [{"text": TEXT, "links": [[15, 20]]}]}
RECORD = {
    "id": "a", "text": TEXT, "original": TEXT, "title": "Otters", "variant": "raw", "links": [[5, 14]],
    "gaps": [{"start": 20, "end": 22, "lost": "raids", "accept": ["raids"]}],
}  # fmt: skip


@hostile
@given(
    wrong_lines(RECORD, {**RECORD, "id": "b"}) | wrong_lines(ARTICLE, ARTICLE),
    st.sampled_from([".jsonl", ".gz", ".bz2", ".html"]),
)
def test_benchmarks_and_articles(tmp_path, data, suffix):
    from textmend.damage.articles import read_articles, read_benchmark_texts
    from textmend.damage.benchmark import read_benchmark
    from textmend.damage.make import make_records, read_sources

    path = tmp_path / f"b{suffix}"
    for read in (
        read_benchmark,
        lambda path: list(read_articles(path)),
        lambda path: list(read_benchmark_texts(path)),
        lambda path: list(make_records(read_sources([path]))),
    ):
        reads(read, path, data)


class TestModels:
    """Folders of models. Networks are loaded once; what stands around them is hostile."""

    @pytest.fixture(autouse=True)
    def _one_session(self, monkeypatch):
        from textmend.models.session import open_session

        opened = cache(lambda file: open_session(Path(file).resolve(), 1))
        for room in ("textmend.models.trunk", "textmend.detect.network"):
            monkeypatch.setattr(f"{room}.open_session", lambda file, threads: opened(str(Path(file).resolve())))

    def _folder(self, kind: str, folder: Path, name: str, data: bytes) -> Path:
        if not (EMBEDDED / "en" / kind / "model.onnx").is_file():
            pytest.skip("the embedded models are missing")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for file in (EMBEDDED / "en" / kind).iterdir():
            (folder / file.name).symlink_to(file)
        (folder / name).unlink()
        (folder / name).write_bytes(data)
        return folder

    @settings(hostile, max_examples=60)
    @given(st.data())
    @pytest.mark.parametrize("kind", ["detector", "filler"])
    def test_a_configuration(self, tmp_path, kind, data):
        seed = (EMBEDDED / "en" / kind / "config.json").read_bytes()
        wrong = data.draw(wrong_json(json.loads(seed)) | wrong_bytes(seed))
        folder = self._folder(kind, tmp_path / kind, "config.json", wrong)
        with suppress(TextmendError):
            mender = Mender(**{kind: folder})
            if kind == "detector":
                mender.find_gaps(TEXT)
            else:
                _ = mender.proposer

    @settings(hostile, max_examples=25)
    @given(st.data())
    @pytest.mark.parametrize("name", ["tokenizer.json", "casing.json"])
    def test_another_file_of_a_folder(self, tmp_path, name, data):
        kind = "filler" if name == "casing.json" else "detector"
        seed = (EMBEDDED / "en" / kind / name).read_bytes()
        folder = self._folder(kind, tmp_path / kind, name, data.draw(wrong_bytes(seed)))
        with suppress(TextmendError):
            mender = Mender(**{kind: folder})
            _ = mender.find_gaps(TEXT) if kind == "detector" else mender.proposer

    @hostile
    @given(st.data())
    def test_a_ranking(self, tmp_path, data):
        from textmend.fill.rank import Ranking
        from textmend.fill.ranking_file import read_ranking, write_ranking

        write_ranking(tmp_path / "seed.json", Ranking(), "m")
        seed = (tmp_path / "seed.json").read_bytes()
        wrong = data.draw(wrong_json(json.loads(seed)) | wrong_bytes(seed))
        reads(lambda path: read_ranking(path, "m"), tmp_path / "r.json", wrong)

    @pytest.mark.parametrize("name", ["a" * 5_000, "a/" * 3_000, "a\x00b", "/" + "b" * 300, "é" * 200, "\ud83d"])
    @pytest.mark.parametrize("kind", ["detector", "filler"])
    def test_an_absurd_name(self, kind, name):
        with suppress(ModelError):
            locate(name, kind)
            pytest.fail("there is such a model")
        with suppress(ModelError):
            hub_model(name)
        with pytest.raises(TextmendError):
            _ = Mender(**{kind: Path(name)})


@settings(hostile, max_examples=60)
@given(st.data())
@pytest.mark.parametrize("kind", ["jsonl", "parquet", "text"])
def test_a_corpus(tmp_path, kind, data):
    from corpus_fakes import make

    from textmend.corpus.batches import Cursor, batches
    from textmend.corpus.formats import format_named
    from textmend.corpus.options import FieldNames, Options
    from textmend.corpus.shards import plan
    from textmend.corpus.worker import Task, work

    suffix = {"jsonl": "jsonl", "parquet": "parquet", "text": "txt"}[kind]
    options = Options(fields=FieldNames(title="title", html="page", source="url"))
    seed = {"id": 1, "text": TEXT, "title": "x", "page": "<p>", "url": "https://[x"}
    like = wrong_bytes(_parquet()) if kind == "parquet" else wrong_lines(seed, seed)

    def read(path):
        layout = plan([path], tmp_path / f"out.{suffix}", options)
        for batch in batches(layout.shards, options, Cursor()):
            format = format_named(layout.shards[batch.shard].format)
            if batch.documents:
                packed = format.pack([one.raw for one in batch.documents])
                work(
                    Task(layout.shards[batch.shard].format, packed, tuple(one.place for one in batch.documents)),
                    make(pages=True),
                    options,
                )
                for one in batch.documents:
                    format.rejected(one.raw)

    reads(read, tmp_path / f"in.{suffix}", data.draw(like))


@cache
def _parquet() -> bytes:
    import io

    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    rows = {name: [f"{name} {TEXT}"] * 3 for name in ("text", "title", "page", "url")} | {"id": [1, 2, 3]}
    sink = io.BytesIO()
    pq.write_table(pa.table(rows), sink)
    return sink.getvalue()


@pytest.mark.parametrize("name", ["a" * 5_000, "a\x00b", "a/" * 3_000])
def test_an_absurd_name_of_a_file(tmp_path, name):
    from textmend.corpus.run import clean
    from textmend.damage.articles import read_articles
    from textmend.damage.benchmark import read_benchmark

    for read in (read_document, read_benchmark, lambda path: list(read_articles(path))):
        with pytest.raises(FileError):
            read(Path(name))
    with pytest.raises(TextmendError):
        clean([name], tmp_path / "out.jsonl")
    with pytest.raises(TextmendError):
        clean([__file__], tmp_path / name, format="text")
    assert textmend.__version__
