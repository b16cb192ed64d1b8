"""Pages in a folder. A page belongs to the text of the same name: ``7.html`` to ``news/7.txt``."""

from __future__ import annotations

import os
from pathlib import Path

from textmend.errors import FileError
from textmend.files import read_bytes

ENDINGS = (".html", ".htm", ".xhtml", ".xml")
"""Endings of pages, in the order in which they are looked for."""


class PageFolder:
    """A folder of pages.

    Args:
        path: the folder.

    Raises:
        FileError: there is no such folder.
    """

    def __init__(self, path: Path) -> None:
        if not path.is_dir():
            raise FileError(f"{path}: no such folder; it should hold the pages, named like the texts")
        self._path = path

    def page(self, name: str) -> bytes | None:
        """Return the page of a text, ``None`` if the folder has none.

        Args:
            name: the name of the text: of ``news/7.txt`` the page is ``7.html``, or ``7.txt.html``.

        Raises:
            FileError: the page can't be read.
        """
        base = name.replace("\\", "/").rpartition("/")[2]
        if base in ("", ".", ".."):
            return None
        for stem in dict.fromkeys((Path(base).stem, base)):
            for ending in ENDINGS:
                path = self._path / f"{stem}{ending}"
                if os.path.isfile(path):  # false for a name that no file can have, too
                    return read_bytes(path)
        return None
