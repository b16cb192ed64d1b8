"""The formats by name.

A format has no state: main process and workers make their own from its name.
"""

from __future__ import annotations

from textmend.corpus.format import Format


def format_named(name: str) -> Format:
    """Return a format."""
    if name == "jsonl":
        from textmend.corpus.jsonl import JsonLines

        return JsonLines()
    if name == "mixed":
        from textmend.corpus.mixed import Mixed

        return Mixed(format_named)
    if name in ("parquet", "parquet_as_json"):
        from textmend.corpus.parquet import Parquet, ParquetAsJson

        return Parquet() if name == "parquet" else ParquetAsJson()
    from textmend.corpus.plaintext import TextAsJson, TextFiles

    return TextFiles() if name == "text" else TextAsJson()
