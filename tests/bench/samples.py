"""The samples in README and docs: what the embedded models say of ``fixtures/article.txt``.

``python -m bench.samples`` names the blocks that are no longer true; ``--update`` writes them anew. A block stands
between ``<!-- output: NAME -->`` and ``<!-- end -->``.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from textmend.damage.benchmark import TrueGap, read_benchmark
from textmend.edits.mended import Mended
from textmend.errors import RecordError, TextmendError
from textmend.mender import Mender
from textmend.policy import Policy
from textmend.records import Decision, Fill, Gap

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "docs/index.md", "docs/linting.md", "docs/records.md")
"""The files that hold samples."""

_BLOCK = re.compile(r"(<!-- output: ([a-z-]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)
_COMMAND = re.compile(r"<!-- mend command -->.*?\.venv/bin/textmend (.*?)\n.*?<!-- end -->", re.DOTALL)
_NUMBER = re.compile(r"[<>]?\d+(?:\.\d+)?%?")
_POINTS, _NEAR = 3.0, 0.03
"""By how much another machine's rounding may move a figure in per cent, and a probability."""

_LOSSES = 3
_BEFORE, _AFTER = 4, 6
_DIGITS = 2
_EAGER = 0.01
"""At this ``apply_at`` the sample article has edits to show, however unsure the models are."""


class Sample:
    """What the embedded models make of the sample article.

    Args:
        root: the project.
        mender: a mender with the embedded models; default: one is made.
    """

    def __init__(self, root: Path = ROOT, mender: Mender | None = None) -> None:
        self.root, self._given = root, mender
        self.text = (root / "fixtures" / "article.txt").read_bytes().decode()

    @cached_property
    def gaps(self) -> list[Gap]:
        """Its gaps with their fills."""
        return (self._given or Mender()).suggest(self.text)

    @cached_property
    def mended(self) -> Mended:
        """The article with nearly every first fill applied."""
        policy = Policy(apply_at=_EAGER)
        return Mended.of(self.text, [gap.with_decision(policy.decide(gap)) for gap in self.gaps], policy.placeholder)

    @cached_property
    def losses(self) -> list[tuple[Gap, TrueGap]]:
        """The surest gaps at places where words are missing indeed, with what stood there, in reading order.

        Raises:
            RecordError: too few of the article's losses are found.
        """
        records = read_benchmark(self.root / "fixtures" / "damaged.jsonl").records
        (record,) = (one for one in records if one.text == self.text)
        found = [
            (gap, lost) for gap in self.gaps for lost in record.gaps if gap.start <= lost.end and gap.end >= lost.start
        ]
        if len(found) < _LOSSES:
            raise RecordError(f"of the sample article's losses only {len(found)} are found; README shows {_LOSSES}")
        surest = sorted(found, key=lambda one: one[0].probability, reverse=True)[:_LOSSES]
        return sorted(surest, key=lambda one: one[0].start)

    def command(self, arguments: str) -> tuple[str, str]:
        """Run textmend in the project's folder. Returns what it wrote to standard output and to standard error."""
        kept = {name: value for name, value in os.environ.items() if name not in ("FORCE_COLOR", "TTY_COMPATIBLE")}
        with tempfile.TemporaryDirectory() as cache:
            done = subprocess.run(
                [sys.executable, "-m", "textmend", *shlex.split(arguments)],
                cwd=self.root,
                env=kept | {"COLUMNS": "80", "NO_COLOR": "1", "PYTHONUTF8": "1", "TEXTMEND_CACHE": cache},
                capture_output=True,
                encoding="utf-8",
                check=False,
            )
        if done.returncode:
            raise RecordError(f"textmend {arguments} ended with {done.returncode}: {done.stderr}")
        return done.stdout, done.stderr


class Block(NamedTuple):
    """A block of a page.

    Attributes:
        page: its file.
        name: its name.
        says: what stands in it.
        should_say: what the models say.
    """

    page: str
    name: str
    says: str
    should_say: str

    @property
    def is_true(self) -> bool:
        """Whether it says what the models say."""
        return says_the_same(self.says, self.should_say)


def _losses(sample: Sample) -> str:
    return "".join(f"> {_excerpt(sample.text, gap)}\n" for gap, _ in sample.losses)


def _loss(sample: Sample) -> str:
    return f"> {_excerpt(sample.text, sample.losses[0][0])}\n"


def _mend(sample: Sample) -> str:
    found = _COMMAND.search((sample.root / "README.md").read_text(encoding="utf-8"))
    if found is None:
        raise RecordError("README.md has no command between <!-- mend command --> and <!-- end -->")
    return _fenced("text", sample.command(found[1])[1])


def _find(sample: Sample) -> str:
    arguments = "find fixtures/article.txt"
    out, err = sample.command(arguments)
    return _fenced("console", f"$ textmend {arguments}\n{out}{err}")


def _gap(sample: Sample) -> str:
    gap = sample.losses[0][0].with_decision("keep")
    return _fenced("json", _lines(gap.to_dict() | {"fills": Cut("[ … ]")}))


def _fill(sample: Sample) -> str:
    fills = [(gap.probability * fill.probability, fill) for gap in sample.gaps for fill in gap.fills]
    best: Fill = max(fills, key=lambda one: (one[1].evidence is not None, one[0]))[1]
    return _fenced("json", _lines(best.to_dict()))


def _edit(sample: Sample) -> str:
    edit = next(edit for edit in sample.mended.edits if edit.fill is not None)
    return _fenced("json", _line(edit.to_dict() | {"gap": Cut("{ … }"), "fill": Cut("{ … }")}))


def _mended(sample: Sample) -> str:
    form = sample.mended.to_dict()
    edits = Cut("[\n    " + ",\n    ".join(map(_line, form["edits"])) + "\n  ]")
    return _fenced("json", _lines(form | {"text": "…", "original": "…", "gaps": Cut("[ … ]"), "edits": edits}))


def _decision(sample: Sample) -> str:
    gap, true = sample.losses[0]
    made = Decision(start=gap.start, end=gap.end, verdict="fill", text=true.lost, by="ed", at="2026-01-31T12:00:00Z")
    return _fenced("json", _line(made.to_dict()))


BLOCKS: Mapping[str, Callable[[Sample], str]] = {
    "losses": _losses,
    "loss": _loss,
    "mend": _mend,
    "find": _find,
    "gap": _gap,
    "fill": _fill,
    "edit": _edit,
    "mended": _mended,
    "decision": _decision,
}
"""How the content of each block is made."""


def names_in(page: str) -> list[str]:
    """Return the names of a page's blocks.

    Raises:
        RecordError: a block is not closed, or is unknown.
    """
    names = [match[2] for match in _BLOCK.finditer(page)]
    if len(names) != page.count("<!-- output: "):
        raise RecordError("a marker '<!-- output: … -->' has no '<!-- end -->'")
    if unknown := set(names) - set(BLOCKS):
        raise RecordError(f"no sample is called {unknown.pop()!r}; there are: {', '.join(BLOCKS)}")
    return names


def read(sample: Sample) -> Iterator[Block]:
    """Yield all blocks of all pages, with what the models say."""
    made: dict[str, str] = {}
    for page in PAGES:
        text = (sample.root / page).read_text(encoding="utf-8")
        for name, match in zip(names_in(text), _BLOCK.finditer(text), strict=True):
            if name not in made:
                made[name] = BLOCKS[name](sample)
            yield Block(page, name, match[3], made[name])


def update(root: Path, blocks: Iterator[Block] | list[Block]) -> None:
    """Write blocks anew; what differs by rounding alone stays."""
    untrue: dict[str, dict[str, str]] = {}
    for block in blocks:
        if not block.is_true:
            untrue.setdefault(block.page, {})[block.name] = f"\n{block.should_say}\n"
    for page, made in untrue.items():
        file = root / page
        text = file.read_bytes().decode()
        new = _BLOCK.sub(lambda match, made=made: match[1] + made.get(match[2], match[3]) + match[4], text)
        file.write_bytes(new.encode())


def says_the_same(old: str, new: str) -> bool:
    """Whether two blocks differ at most in white space, and in figures as machines round differently."""
    if _NUMBER.sub("0", old).split() != _NUMBER.sub("0", new).split():
        return False
    return all(map(_near, _NUMBER.findall(old), _NUMBER.findall(new)))


def _near(old: str, new: str) -> bool:
    if old.endswith("%") and new.endswith("%"):
        return abs(float(old.strip("<>%")) - float(new.strip("<>%"))) <= _POINTS
    if "." in old and "." in new:
        return abs(float(old) - float(new)) <= _NEAR
    return old == new


def _excerpt(text: str, gap: Gap) -> str:
    """Return what stands around a gap, as it stands there."""
    before = list(re.finditer(r"\S+", text[text.rfind("\n", 0, gap.start) + 1 : gap.start]))
    after = list(re.finditer(r"\S+", text[gap.end :].partition("\n")[0]))
    start = gap.start - (before[-1].end() - before[-_BEFORE:][0].start())
    return f"… {text[start : gap.end + after[:_AFTER][-1].end()]} …"


class Cut(str):
    """What stands for a part of a JSON form that is not shown, or is laid out by itself."""


def _fenced(language: str, content: str) -> str:
    lines = "\n".join(line.rstrip() for line in content.rstrip("\n").split("\n"))
    return f"```{language}\n{lines}\n```\n"


def _lines(form: Mapping[str, Any]) -> str:
    """Return an object as JSON with one key a line."""
    return "{\n" + ",\n".join(f"  {json.dumps(key)}: {_line(value)}" for key, value in form.items()) + "\n}"


def _line(value: Any) -> str:
    """Return JSON on one line, with probabilities rounded."""
    match value:
        case Cut():
            return value
        case float():
            return json.dumps(round(value, _DIGITS))
        case dict():
            return "{" + ", ".join(f"{json.dumps(key)}: {_line(one)}" for key, one in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_line, value)) + "]"
        case _:
            return json.dumps(value, ensure_ascii=False)


def main(update_them: Annotated[bool, typer.Option("--update", help="Write the samples anew.")] = False) -> None:
    """See that the samples in README and docs are what the embedded models say."""
    try:
        blocks = list(read(Sample()))
    except TextmendError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error
    untrue = [block for block in blocks if not block.is_true]
    if update_them:
        update(ROOT, untrue)
    for block in untrue:
        typer.echo(f"{block.page}: {block.name} {'is written anew' if update_them else 'is not what the models say'}")
    if untrue and not update_them:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
