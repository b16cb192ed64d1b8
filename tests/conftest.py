"""What test files share: the fixtures' texts, menders with the embedded models, and menders without models."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from textmend import Fill, Mender, Policy
from textmend.calibration import Calibration
from textmend.detect.echoes import EchoWeights
from textmend.detect.lengths import LengthKinds
from textmend.detect.other_gaps import ArticleWeights
from textmend.models.registry import EMBEDDED

# A busy machine is no failure: no property has a deadline.
settings.register_profile(
    "untimed", parent=settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("untimed")

FIXTURES = Path(__file__).parents[1] / "fixtures"
SEPARATOR = 2


class WholeWords:
    """A vocabulary in which every word is one piece."""

    start = 1
    separator = SEPARATOR

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}

    def __call__(self, word: str) -> list[int]:
        return [self._ids.setdefault(word, SEPARATOR + 1 + len(self._ids))]


class FakeDetector:
    """Sees a gap before each of the words it is told of (``None``: at the end of a paragraph), and counts its work."""

    name = "fake"
    window = 32
    margin = 4
    labels = 7
    calibration = Calibration()
    echoes = EchoWeights()
    article = ArticleWeights()
    length_kinds = LengthKinds()

    def __init__(self, *words: str | None) -> None:
        self.pieces = WholeWords()
        self._at = [SEPARATOR if word is None else self.pieces(word)[0] for word in words]
        self.rows = self.tokens = 0

    def logits(self, rows: Sequence[Any]) -> list[np.ndarray]:
        self.rows += len(rows)
        self.tokens += sum(len(row.ids) for row in rows)
        return [self._judge(row.ids)[row.sites] for row in rows]

    def _judge(self, ids: np.ndarray) -> np.ndarray:
        logits = np.full((len(ids), self.labels), -30.0, dtype=np.float32)
        logits[:, 0] = 0
        logits[:, 1] = np.where(np.isin(ids, self._at), 4.0, -8.0)
        return logits


class FakeProposer:
    """Proposes the same fills for every gap, and remembers what it was asked."""

    def __init__(self, *fills: Fill) -> None:
        self.fills = fills
        self.documents: list[Any] = []

    def propose(self, documents: Sequence[Any]) -> list[list[Any]]:
        self.documents.extend(documents)
        return [[gap if gap.fills else gap.with_fills(self.fills) for gap in document.gaps] for document in documents]


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the commands' cache out of the user's folders."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEXTMEND_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def fake_detector() -> type[FakeDetector]:
    """The class of a detector without a model."""
    return FakeDetector


@pytest.fixture
def mender_without_models() -> Callable[..., Mender]:
    """Make a mender that sees gaps before ``words`` and proposes ``fills`` (texts, or fills) for each."""

    def make(words: Sequence[str | None], fills: Sequence[str | Fill] = ("x",), *, batch: int = 64, **policy) -> Mender:
        filler = FakeProposer(
            *(
                fill if isinstance(fill, Fill) else Fill(text=fill, probability=0.99 / 2**rank, origin="model")
                for rank, fill in enumerate(fills)
            )
        )
        return Mender(detector=FakeDetector(*words), filler=filler, policy=Policy(**policy), batch=batch)

    return make


@pytest.fixture(scope="session")
def embedded() -> Callable[..., Mender]:
    """Make a mender with the embedded models, which are loaded once for all default ones."""
    if not all((EMBEDDED / "en" / kind / "model.onnx").is_file() for kind in ("detector", "filler")):
        pytest.skip("the embedded models are missing")
    loaded = Mender()

    def make(*, fresh: bool = False, **options) -> Mender:
        models = {} if fresh else {"detector": loaded.detector, "filler": loaded.proposer}
        return Mender(**{**models, **options})

    return make


@pytest.fixture(scope="session")
def damaged() -> list[dict]:
    """The damaged articles of the fixtures, with the truth."""
    lines = (FIXTURES / "damaged.jsonl").read_bytes().decode().split("\n")
    return [json.loads(line) for line in lines if line]
