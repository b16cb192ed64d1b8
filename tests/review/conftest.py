"""A real browser for the tests of the review page: Debian's Chromium, driven by Playwright, without network."""

from __future__ import annotations

import os
import shutil

import pytest

from textmend.review.page import render_page

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="session")
def browser():
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no Chromium here: install it, e.g.  apt-get install chromium")
    api.expect.set_options(timeout=20_000)  # a busy machine is no failure
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else [],
        )
        yield browser
        browser.close()


@pytest.fixture
def look(browser):
    """Open an address as a new person would, and check at the end that nothing went wrong.

    ``expected`` are words of messages on the console that belong to the test.
    """
    contexts, troubles = [], []

    def open_address(address, *, init=None, context=None, expected=(), allowed=("file:", "blob:"), **options):
        if context is None:
            context = browser.new_context(**{"viewport": {"width": 1400, "height": 900}, **options})
            context.set_default_timeout(20_000)
            contexts.append(context)
        page = context.new_page()

        def heard(message):
            if message.type in ("error", "warning") and not any(words in message.text for words in expected):
                troubles.append(message.text)

        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", heard)
        page.on("request", lambda request: request.url.startswith(allowed) or troubles.append(request.url))
        page.on("dialog", lambda dialog: troubles.append(dialog.message))
        if init:
            page.add_init_script(init)
        page.goto(address)
        return page

    yield open_address
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.fixture
def visit(look, tmp_path):
    """Write a page of documents and look at it."""

    def open_page(*documents, decisions=(), by=None, name="page.html", **options):
        path = tmp_path / name
        path.write_text(render_page(documents, decisions=decisions, by=by), encoding="utf-8")
        return look(path.as_uri(), **options)

    return open_page
