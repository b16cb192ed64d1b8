"""Corpora of articles for the tests of cleaning."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from corpus_fakes import article


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Three hundred articles, among them ones that can't be cleaned, and one far longer than the others."""
    path = tmp_path / "in.jsonl"
    lines = [
        json.dumps({"id": n, "url": f"https://www.site{n % 4}.example/{n}", "text": article(n)}) for n in range(300)
    ]
    lines[150] = json.dumps({"id": 150, "text": article(15) * 3000})
    lines[20], lines[40], lines[60] = "{broken", '{"text": 5}', '{"body": "x"}'
    lines[80] = '{"text": "RAISE it"}'
    data = "\n".join(lines).encode() + b'\n{"text": "caf\xe9"}\n'
    path.write_bytes(data)
    return path
