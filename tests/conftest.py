"""What test files share: the fixtures' texts, menders with the embedded models, and menders without models."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from fake_models import FakeDetector, FakeProposer
from hypothesis import HealthCheck, settings

from textmend import Fill, Mender, Policy
from textmend.models.registry import EMBEDDED

# A busy machine is no failure: no property has a deadline. A run is as good as the last one of the same code: what
# is generated follows from the test. ``pytest --hypothesis-profile=random`` looks for what no run saw yet.
_UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("random", parent=_UNTIMED, derandomize=False)
settings.register_profile("fixed", parent=_UNTIMED, derandomize=True, database=None)
settings.load_profile("fixed")

FIXTURES = Path(__file__).parents[1] / "fixtures"


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
