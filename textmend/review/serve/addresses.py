"""Who may talk to the server: each reviewer has an address that nobody can guess; and the names of this host.

The addresses follow from a key that lies beside the decisions, so that they are the same when the server starts again.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import socket
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from textmend.errors import FileError

_KEY_BYTES = 32
_TOKEN_DIGITS = 32  # 128 bits


class KeyFile:
    """The file of the key, which only its owner may read; held by one server at a time.

    Args:
        decisions: the file of decisions that it lies beside.

    Raises:
        FileError: it can't be read or made, or another server holds it.
    """

    def __init__(self, decisions: Path) -> None:
        path = decisions.with_name(f".{decisions.name}.key")
        try:
            self._handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
        except OSError as error:
            raise FileError(f"{path}: can't be opened: {error.strerror or error}") from error
        if not _locked(self._handle):
            os.close(self._handle)
            raise FileError(f"{decisions}: another textmend review --serve writes to it")
        try:
            self.key = os.read(self._handle, _KEY_BYTES)
            if len(self.key) < _KEY_BYTES:
                self.key = secrets.token_bytes(_KEY_BYTES)
                os.lseek(self._handle, 0, os.SEEK_SET)
                os.write(self._handle, self.key)
                os.fsync(self._handle)
        except OSError as error:
            raise FileError(f"{path}: can't be read or written: {error.strerror or error}") from error

    def close(self) -> None:
        """Let another server have it."""
        os.close(self._handle)

    def token(self, reviewer: str) -> str:
        """Return the secret part of a reviewer's address."""
        return hmac.new(self.key, reviewer.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:_TOKEN_DIGITS]


def reviewer_of(token: str, tokens: dict[str, str]) -> str | None:
    """Return whose token it is; it takes the same time whatever is right about it.

    Args:
        token: what stands in an address.
        tokens: the reviewers' tokens by their names.
    """
    given, found = token.encode("utf-8", "replace"), None
    for name, own in tokens.items():
        if hmac.compare_digest(given, own.encode()):
            found = name
    return found


def is_own_host(header: str | None, listens: str, port: int) -> bool:
    """Return whether a request names this server, and not a site that has its name point here (DNS rebinding).

    Args:
        header: the header ``Host``.
        listens: the host that the server was told to listen on.
        port: its port.
    """
    try:
        split = urlsplit(f"//{header or ''}")
        name, given = split.hostname, split.port or 80
    except ValueError:
        return False
    if name is None or given != port:
        return False
    if is_loopback(listens):
        return name == "localhost" or is_loopback(name)
    return _is_address(name) or name in {one.casefold() for one in (listens, "localhost", *_own_names())}


def is_loopback(host: str) -> bool:
    """Return whether a host can be reached from this machine alone."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.casefold() == "localhost"


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _own_names() -> Sequence[str]:
    return socket.gethostname(), socket.getfqdn()


def _locked(handle: int) -> bool:
    """Lock a file for this process; true where the system can't lock."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
