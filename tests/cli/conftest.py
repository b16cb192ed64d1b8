"""Runs the command line with a mender without models."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fake_mender import ARTICLE, FakeMender
from typer.testing import CliRunner

from textmend.cli import run
from textmend.cli.main import app
from textmend.errors import ModelError
from textmend.policy import Policy


@pytest.fixture
def article(tmp_path: Path) -> Path:
    """A damaged article with CR LF in a file."""
    path = tmp_path / "article.txt"
    path.write_bytes(ARTICLE.encode())
    return path


@pytest.fixture
def menders(monkeypatch: pytest.MonkeyPatch) -> list[FakeMender]:
    """The menders that commands made; no models are loaded."""
    made: list[FakeMender] = []

    def make(
        detector: str,
        filler: str,
        policy: Policy,
        threads: int | None,
        ranking: Path | None = None,
        fast: bool = False,
        cache: object = None,
    ) -> FakeMender:
        if "broken" in (detector, filler):
            raise ModelError("unknown detector 'broken'")
        made.append(FakeMender(policy))
        made[-1].ranking, made[-1].fast, made[-1].cache = ranking, fast, cache
        return made[-1]

    monkeypatch.setattr(run, "make_mender", make)
    return made


class Outcome:
    """What a run of the command line gave."""

    def __init__(self, code: int, out: bytes, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def text(self) -> str:
        return self.out.decode()


@pytest.fixture
def cli(menders: list[FakeMender], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Outcome]:
    """Run ``textmend`` with these arguments and this standard input."""
    monkeypatch.setenv("NO_COLOR", "")  # so that what --no-color sets is set back
    monkeypatch.setenv("COLUMNS", "80")

    def invoke(*arguments: object, stdin: bytes = b"") -> Outcome:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Outcome(result.exit_code, result.stdout_bytes, result.stderr)

    return invoke
