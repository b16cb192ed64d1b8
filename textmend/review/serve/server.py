"""The server of a review, on the standard library's HTTP server: a thread a connection, one address a reviewer.

Loopback by default, and unencrypted: across machines it belongs behind a tunnel, or into a network that is trusted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import AF_INET6
from typing import Any
from urllib.parse import urlsplit

from textmend.errors import FileError, RecordError, TextmendError
from textmend.review.serve.addresses import is_own_host, reviewer_of
from textmend.review.serve.desk import Desk

_MOST_BYTES = 4 << 20
"""Of a request: 200 decisions have far less."""

_TIMEOUT = 60
"""Seconds after which a connection that says nothing is closed."""

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class ReviewServer(ThreadingHTTPServer):
    """Serves a desk to its reviewers; ``serve_forever()`` runs it.

    Args:
        desk: the review.
        tokens: the secret part of each reviewer's address, by name.
        host: where to listen.
        port: its port; 0: any free one.

    Raises:
        FileError: it can't listen there.
    """

    daemon_threads = True

    def __init__(self, desk: Desk, tokens: Mapping[str, str], host: str, port: int) -> None:
        self.desk, self.tokens, self.host = desk, dict(tokens), host
        if ":" in host:
            self.address_family = AF_INET6
        try:
            super().__init__((host, port), _Handler)
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or error
            raise FileError(f"can't listen on {host}, port {port}: {reason}; choose another --port") from error

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.server_address[1])

    def address(self, reviewer: str) -> str:
        """Return what a reviewer opens in a browser."""
        host = {"0.0.0.0": "localhost", "::": "localhost"}.get(self.host, self.host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/{self.tokens[reviewer]}/"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Pass over connections that broke: a browser was closed."""


class _RequestError(Exception):
    """A request that is not answered, and why."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        self.status, self.message = status, message


class _Handler(BaseHTTPRequestHandler):
    server: ReviewServer
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "textmend", ""
    timeout = _TIMEOUT

    def do_GET(self) -> None:
        """Hand the page out."""
        self._answered(self._page)

    def do_POST(self) -> None:
        """Take decisions, or propose words."""
        self._answered(self._post)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: addresses are secret."""

    def _answered(self, work: Any) -> None:
        try:
            body, kind = work(*self._who_and_what())
            status = HTTPStatus.OK
        except _RequestError as answer:
            status, body, kind = answer.status, answer.message.encode(), "text/plain"
            self.close_connection = True
        except RecordError as error:
            status, body, kind = HTTPStatus.BAD_REQUEST, str(error).encode("utf-8", "replace"), "text/plain"
        except TextmendError as error:  # the disk is full, a model is missing
            status, body, kind = HTTPStatus.INTERNAL_SERVER_ERROR, str(error).encode("utf-8", "replace"), "text/plain"
        self.send_response(status)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def _who_and_what(self) -> tuple[str, str]:
        """Return who asks, and for what.

        Raises:
            _RequestError: the request is not for this server, comes from another site, or its address is no reviewer's.
        """
        host = self.headers.get("Host")
        if not is_own_host(host, self.server.host, self.server.port):
            raise _RequestError(HTTPStatus.MISDIRECTED_REQUEST, "this server has another name")
        origin = self.headers.get("Origin")
        if origin is not None and origin.casefold() != f"http://{host}".casefold():
            raise _RequestError(HTTPStatus.FORBIDDEN, "another site asks")
        _, _, rest = urlsplit(self.path).path.partition("/")
        token, slash, asked = rest.partition("/")
        reviewer = reviewer_of(token, self.server.tokens)
        if reviewer is None or not slash:
            raise _RequestError(HTTPStatus.NOT_FOUND, "there is no review at this address")
        return reviewer, asked

    def _page(self, reviewer: str, asked: str) -> tuple[bytes, str]:
        if asked:
            raise _RequestError(HTTPStatus.NOT_FOUND, "there is nothing at this address")
        return self.server.desk.page(reviewer), "text/html"

    def _post(self, reviewer: str, asked: str) -> tuple[bytes, str]:
        data = self._json()
        desk = self.server.desk
        match asked:
            case "decisions":
                decisions = data.get("decisions")
                if not isinstance(decisions, list):
                    raise _RequestError(HTTPStatus.BAD_REQUEST, "expected 'decisions', a list")
                answer: dict[str, Any] = desk.exchange(reviewer, decisions, _count(data, "after"))
            case "fills":
                number, start, end = (_count(data, key) for key in ("document", "start", "end"))
                answer = {"fills": desk.fills(number, start, end)}
            case _:
                raise _RequestError(HTTPStatus.NOT_FOUND, "there is nothing at this address")
        return json.dumps(answer, ensure_ascii=True).encode(), "application/json"

    def _json(self) -> Mapping[str, Any]:
        if self.headers.get_content_type() != "application/json":
            raise _RequestError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "expected application/json")
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()):
            raise _RequestError(HTTPStatus.LENGTH_REQUIRED, "expected a Content-Length")
        if len(length) > 10 or int(length) > _MOST_BYTES:
            raise _RequestError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"more than {_MOST_BYTES} bytes")
        try:
            data = json.loads(self.rfile.read(int(length)))
        except (ValueError, RecursionError) as error:
            raise _RequestError(HTTPStatus.BAD_REQUEST, "expected JSON") from error
        if not isinstance(data, Mapping):
            raise _RequestError(HTTPStatus.BAD_REQUEST, "expected a JSON object")
        return data


def _count(data: Mapping[str, Any], key: str) -> int:
    value = data.get(key)
    if type(value) is not int or value < 0:
        raise _RequestError(HTTPStatus.BAD_REQUEST, f"expected {key!r}, a number from 0")
    return value
