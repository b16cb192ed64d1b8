"""``textmend review --serve``: the server's addresses, and what became of the review when it ends."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from textmend.cli.terminal.screen import Screen, show_line
from textmend.report.numbers import count
from textmend.review.agreement import agreement, conflicts
from textmend.review.serve.addresses import KeyFile, is_loopback
from textmend.review.serve.desk import Desk
from textmend.review.serve.server import ReviewServer


def serve_review(desk: Desk, reviewers: Sequence[str], host: str, port: int, screen: Screen) -> None:
    """Serve a review until the person stops it, and say how to go on.

    Raises:
        FileError: the server can't listen there, or another one writes to the same decisions.
    """
    keys = KeyFile(desk.log.path)
    try:
        with ReviewServer(desk, {name: keys.token(name) for name in reviewers}, host, port) as server:
            _greet(server, reviewers, screen, any_port=port == 0)
            with suppress(KeyboardInterrupt):
                server.serve_forever(poll_interval=0.2)
    finally:
        keys.close()
    _farewell(desk, screen)


def _greet(server: ReviewServer, reviewers: Sequence[str], screen: Screen, *, any_port: bool) -> None:
    err = screen.err
    for name in reviewers:
        err.print(show_line(f"{name}: {server.address(name)}"), soft_wrap=True)
    if not is_loopback(server.host):
        err.print("Who is on this network can listen in: the connection is not encrypted.", soft_wrap=True)
    again = f"started again with  --port {server.port}" if any_port else "started again"
    err.print(f"Control-C stops the server; {again}, it goes on at the same addresses.", soft_wrap=True)


def _farewell(desk: Desk, screen: Screen) -> None:
    err, made = screen.err, desk.log.decisions
    err.print(show_line(f"{count(desk.decided, 'gap')} decided; kept in {desk.log.path}"), soft_wrap=True)
    for pair in agreement(made):
        err.print(show_line(f"{pair.first} and {pair.second}: {_agree(pair.same_answer, pair.gaps)}"), soft_wrap=True)
    if open_ones := len(conflicts(made)):
        err.print(f"{count(open_ones, 'gap')} to settle: choose “people disagree” on the page", soft_wrap=True)
    if desk.left:
        half = f", {desk.half_decided:,} of them for a second person" if desk.half_decided else ""
        err.print(f"{count(desk.left, 'gap')} left{half}: the same command goes on", soft_wrap=True)
    else:
        err.print(show_line(f"mend the texts with  textmend apply {desk.log.path}"), soft_wrap=True)


def _agree(same: int, gaps: int) -> str:
    return f"the same answer for {same} of {count(gaps, 'gap')} that both decided (textmend decisions agree tells more)"
