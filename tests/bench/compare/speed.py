"""Speed, as ratios in one run on one thread: finding, filling, and both together."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from spacy.language import Language

from bench.compare.clock import Contender, drain, race
from bench.compare.configuration import THREADS, Report, Setting
from bench.compare.finding import described
from bench.compare.plain_torch import TorchDetector, TorchMaskedLM
from bench.compare.tables import Row, Table, columns, with_ratios
from bench.rivals.fill_mask import OneMask
from bench.rivals.parse import PIPELINE, load_pipeline
from textmend.detect.finder import find_gaps, judge
from textmend.evaluate.filling import documents_at_gaps
from textmend.evaluate.system import MenderSystem
from textmend.fill.load import load_filler
from textmend.fill.propose import Proposer
from textmend.mender import Mender
from textmend.models.masked_lm import MaskedLM, Prediction
from textmend.models.queries import Query
from textmend.models.registry import locate

FIND_RECORDS, FIND_ROUNDS = 24, 3
FILL_GAPS, FILL_ROUNDS = 12, 2
SUGGEST_RECORDS = 6

_NOTE = (
    "On one thread, in processor time; the contenders take turns, and each one's fastest turn counts. *textmend is … "
    "as fast*: its speed divided by the row's."
)


def time_finding(setting: Setting, report: Report) -> list[Table]:
    """Compare the words per second of ``find_gaps`` with spaCy's and torch's, on whole and on damaged text."""
    nlp, torch = load_pipeline(), TorchDetector(setting.single.detector, THREADS)
    tables = []
    for benchmark in (*setting.whole(FIND_RECORDS), *setting.damaged(FIND_RECORDS)):
        texts = [record.text for record in benchmark.records]
        contenders = _finders(setting.single, texts, nlp)
        if not benchmark.gaps:
            name = "the same encoder, transformers and torch, float32"
            contenders.append(Contender(name, partial(judge, texts, torch), contenders[0].units))
        tables.append(_raced(f"Finding, {described(benchmark)}", "words/s", contenders, FIND_ROUNDS, report, _NOTE))
    return tables


def _finders(mender: Mender, texts: Sequence[str], nlp: Language) -> list[Contender]:
    words = sum(len(text.split()) for text in texts)
    alone = partial(find_gaps, texts, mender.detector, mender.policy.find_at)
    parsing = [name for name in nlp.pipe_names if name in ("ner", "lemmatizer", "attribute_ruler")]
    return [
        Contender("textmend `find_gaps`", partial(drain, partial(mender.find_gaps, texts)), words),
        Contender("textmend `find_gaps`, without the second look", partial(drain, alone), words),
        Contender(f"spaCy `{PIPELINE}`, whole pipeline", partial(drain, partial(nlp.pipe, texts)), words),
        Contender("spaCy, tagger and parser only", partial(drain, partial(nlp.pipe, texts, disable=parsing)), words),
    ]


def time_filling(setting: Setting, report: Report) -> list[Table]:
    """Compare gaps per second of filling with the same rows under torch, and with one mask a gap."""
    records = setting.records_with_gaps(FILL_GAPS)
    documents = documents_at_gaps(records, MenderSystem(setting.single).judge)
    gaps = sum(len(document.gaps) for document in documents)
    filler = load_filler(locate(setting.filler, "filler"), THREADS)
    recorded = Recording(filler.model)
    Proposer(recorded, usual=filler.usual, ranking=filler.ranking).propose(documents)
    rows = recorded.take()
    OneMask(recorded).propose(documents)
    single = recorded.take()
    torch = TorchMaskedLM(filler.model, THREADS)
    contenders = [
        Contender("textmend, gaps given", partial(setting.single.proposer.propose, documents), gaps),
        Contender("its model's rows alone", partial(_predict, filler.model, rows), gaps),
        Contender("the same rows, transformers and torch, float32", partial(_predict, torch, rows), gaps),
        Contender("one mask a gap, textmend's model", partial(_predict, filler.model, single), gaps),
        Contender("one mask a gap, transformers and torch, float32", partial(_predict, torch, single), gaps),
    ]
    count = sum(map(len, rows))
    title = f"Filling: {gaps} gaps in {len(documents)} articles, {count:,} rows of the model ({count / gaps:.1f} a gap)"
    note = f"{_NOTE} A *row* is one run of the model over one gap's context."
    return [_raced(title, "gaps/s", contenders, FILL_ROUNDS, report, note)]


def time_suggesting(setting: Setting, report: Report) -> list[Table]:
    """Compare the words per second of ``suggest``, from a damaged text to its fills, with spaCy's."""
    texts = [record.text for one in setting.damaged(SUGGEST_RECORDS) for record in one.records]
    words = sum(len(text.split()) for text in texts)
    nlp = load_pipeline()
    found = sum(map(len, setting.single.find_gaps(texts)))
    contenders = [
        Contender("textmend `suggest`", partial(drain, partial(setting.single.suggest, texts)), words),
        Contender("textmend `find_gaps`", partial(drain, partial(setting.single.find_gaps, texts)), words),
        Contender(f"spaCy `{PIPELINE}`, whole pipeline", partial(drain, partial(nlp.pipe, texts)), words),
    ]
    title = f"Both: {len(texts)} damaged articles, {words:,} words, {found} gaps found in them"
    note = f"{_NOTE} The time of `suggest` goes with the gaps: a text without gaps costs what `find_gaps` costs."
    return [_raced(title, "words/s", contenders, 1, report, note)]


class Recording:
    """A masked language model that keeps the queries it is asked.

    Args:
        model: the model that answers.
    """

    def __init__(self, model: MaskedLM) -> None:
        self._model = model
        self.name, self.pieces, self.vocabulary = model.name, model.pieces, model.vocabulary
        self.window, self.pieces_per_word = model.window, model.pieces_per_word
        self._asked: list[Sequence[Query]] = []

    def predict(self, queries: Sequence[Query]) -> list[Prediction]:
        """Return a prediction for each query."""
        self._asked.append(queries)
        return self._model.predict(queries)

    def take(self) -> list[Sequence[Query]]:
        """Return the queries asked since this was last called, call by call."""
        asked, self._asked = self._asked, []
        return asked


def _raced(title: str, unit: str, contenders: Sequence[Contender], rounds: int, report: Report, note: str) -> Table:
    report(f"{len(contenders)} contenders, {rounds} rounds: " + ", ".join(one.name for one in contenders))
    timings = race(contenders, rounds)
    rows = [
        Row(
            one.name,
            {"speed": one.units / timing.processor, "clock": one.units / timing.wall},
        )
        for one, timing in zip(contenders, timings, strict=True)
    ]
    return Table(
        title=title,
        columns=columns(
            ("speed", unit, "number"), ("clock", f"{unit} by the clock", "number"), ("ratio", "textmend is", "ratio")
        ),
        rows=with_ratios(rows, "speed", "ratio"),
        note=note,
    )


def _predict(model: MaskedLM, calls: Sequence[Sequence[Query]]) -> None:
    for queries in calls:
        model.predict(queries)
