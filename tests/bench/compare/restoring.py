"""textmend beside a small language model that is asked to restore whole paragraphs: finding, filling, throughput."""

from __future__ import annotations

from functools import partial

from bench.compare.clock import Timing, drain, timed
from bench.compare.configuration import THREADS, Report, Setting
from bench.compare.filling import filled
from bench.compare.finding import THRESHOLD, batches
from bench.compare.paragraphs import paragraph_sample
from bench.compare.tables import Row, Table, Value, columns
from bench.rivals.llama import Llama
from bench.rivals.restore import Restore
from textmend.damage.benchmark import Benchmark
from textmend.evaluate.bootstrap import intervals
from textmend.evaluate.detection import Detection, judge_records
from textmend.evaluate.system import Judge, MenderSystem, Propose

PARAGRAPHS = 40

_COLUMNS = columns(
    ("precision", "gaps: precision", "share"),
    ("recall", "gaps: recall", "share"),
    ("f1", "gaps: F1", "share"),
    ("top_1", "fills: top-1", "share"),
    ("kept", "words kept", "share"),
    ("speed", "words/s", "count"),
)


def compare_language_model(setting: Setting, report: Report) -> list[Table]:
    """Return a table for each damaged file."""
    system = MenderSystem(setting.single)
    llama = Llama(setting.llm, THREADS)
    restore = Restore(llama)
    tables = []
    for whole in setting.all_damaged:
        benchmark = paragraph_sample(whole, setting.count(PARAGRAPHS), setting.seed)
        report(f"{benchmark.name}: textmend")
        texts = [record.text for record in benchmark.records]
        timing = timed(partial(drain, partial(setting.single.suggest, texts)))
        ours = _figures(benchmark, system.judge, system.propose, timing) | {"kept": 1.0}
        report(f"{benchmark.name}: {llama.name}")
        timing = timed(partial(restore.judge, texts))
        theirs = _figures(benchmark, restore.judge, restore.propose, timing)
        answers = [restore.restored(text) for text in texts]
        theirs["kept"] = sum(one.kept for one in answers) / max(1, sum(one.words for one in answers))
        tables.append(
            Table(
                title=f"Single paragraphs of `{benchmark.name}`: {len(texts)}, half of them damaged, "
                f"{benchmark.words:,} words, {benchmark.gaps:,} gaps",
                columns=_COLUMNS,
                rows=(Row("textmend", ours), Row(f"{llama.name}, asked to restore", theirs)),
                note="In percent but for speed, with 95 % intervals. Each paragraph stands alone, so there are no "
                "echoes from the rest of the article. *Words kept*: words and marks of the input that stand in the "
                "output in the same order; textmend keeps all by construction. Speed is of processor time on one "
                "thread, `suggest` in textmend's case.",
            )
        )
    return tables


def _figures(benchmark: Benchmark, judge: Judge, propose: Propose, timing: Timing) -> dict[str, Value]:
    judged = judge_records(batches(benchmark), judge)
    detection = intervals(Detection(judged, THRESHOLD).figures, len(judged))
    damaged = [record for record in benchmark.records if record.gaps]
    filling = filled(damaged, judge, propose)
    values: dict[str, Value] = {name: detection[name] for name in ("precision", "recall", "f1")}
    values["top_1"] = intervals(filling.figures, filling.documents)["top_1"]
    values["speed"] = benchmark.words / timing.processor
    return values
