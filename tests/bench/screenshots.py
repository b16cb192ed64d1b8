"""The pictures of the review page in ``docs/images``: the sample article, as the embedded models see it.

``python -m bench.screenshots`` takes them anew; it needs Playwright and Chromium. Two gaps are decided, the one asked
about is the second, and its first fill is shown in the sentence.
"""

from __future__ import annotations

import html
import json
import os
import shutil
import tempfile
from base64 import b64encode
from pathlib import Path
from typing import Any

import typer

from bench.samples import ROOT, Sample
from textmend.review.documents import ReviewDocument
from textmend.review.page import render_page

IMAGES = ROOT / "docs" / "images"
DESK = {"viewport": {"width": 1400, "height": 880}}
PHONE = {"viewport": {"width": 390, "height": 800}, "has_touch": True, "is_mobile": True}


def review_page(sample: Sample) -> str:
    """Return the review page of the sample article, with the page that the article came from."""
    lines = (sample.root / "fixtures" / "damaged.jsonl").read_bytes().decode().split("\n")
    (record,) = (one for one in map(json.loads, filter(None, lines)) if one["text"] == sample.text)
    paragraphs = "".join(f"<p>{html.escape(line)}</p>" for line in record["original"].split("\n") if line.strip())
    document = ReviewDocument(
        id="fixtures/article.txt",
        text=sample.text,
        gaps=tuple(sample.gaps),
        title="Norway leaves the herring panel",
        url="https://news.example/2026/norway-herring-panel",
        html=f"<html><body><article>{paragraphs}</article></body></html>",
    )
    return render_page([document], by="ed")


def shoot(browser: Any, address: str, options: dict[str, Any], scheme: str) -> bytes:
    """Return a picture of the page with two decisions made."""
    context = browser.new_context(color_scheme=scheme, **options)
    page = context.new_page()
    page.goto(address)
    for key in ("2", "j", "x", "k", "k"):
        page.keyboard.press(key)
    page.locator(".take").first.focus()
    page.wait_for_timeout(5_000)  # the message about the last decision goes
    taken: bytes = page.screenshot()
    context.close()
    return taken


def beside(browser: Any, pictures: list[bytes], width: int, height: int) -> bytes:
    """Return pictures side by side as one."""
    context = browser.new_context(viewport={"width": width * len(pictures), "height": height})
    page = context.new_page()
    shown = "".join(f'<img src="data:image/png;base64,{b64encode(one).decode()}">' for one in pictures)
    page.set_content(f"<style>body {{ margin: 0; display: flex }} img {{ width: {width}px }}</style>{shown}")
    page.wait_for_timeout(500)
    taken: bytes = page.screenshot()
    context.close()
    return taken


def main() -> None:
    """Take the pictures of the review page anew."""
    from playwright.sync_api import sync_playwright

    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        typer.echo("error: no Chromium here: install it, for example  apt-get install chromium", err=True)
        raise typer.Exit(1)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder, "review.html")
        file.write_text(review_page(Sample()), encoding="utf-8")
        args = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=chromium, args=args)
        for scheme in ("light", "dark"):
            (IMAGES / f"review-{scheme}.png").write_bytes(shoot(browser, file.as_uri(), DESK, scheme))
        phones = [shoot(browser, file.as_uri(), PHONE, scheme) for scheme in ("light", "dark")]
        (IMAGES / "review-phone.png").write_bytes(beside(browser, phones, 390, 800))
        browser.close()


if __name__ == "__main__":
    typer.run(main)
