"""The links of README, CONTRIBUTING, CHANGELOG and docs lead somewhere, and have words to click on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("fixtures/*.md"), *ROOT.glob("docs/**/*.md")])

_CODE = re.compile(r"^(```|~~~).*?^\1|`[^`\n]*`", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"!?\[([^\]]*)\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(.*?) *#*$", re.MULTILINE)


def links(page: Path) -> list[tuple[str, str]]:
    """Return the text and the target of each link."""
    return _LINK.findall(_CODE.sub("`code`", page.read_text(encoding="utf-8")))


def anchors(page: Path) -> set[str]:
    """Return the names of a page's headings, as code hosts and the site's generator make them."""
    text = re.sub(r"^(```|~~~).*?^\1", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in _HEADING.findall(text)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere_and_have_words(page):
    wrong = []
    for words, target in links(page):
        file, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        there = page.parent / file if file else page
        if (
            not words.strip()
            or not there.exists()
            or (anchor and there.suffix == ".md" and anchor not in anchors(there))
        ):
            wrong.append(f"[{words}]({target})")
    assert wrong == []


def test_the_readme_has_links_and_names_every_page_of_the_docs():
    linked = {target.partition("#")[0] for _, target in links(ROOT / "README.md")}
    pages = {f"docs/{page.name}" for page in ROOT.glob("docs/*.md")} - {"docs/index.md", "docs/changelog.md"}
    assert pages <= linked, f"README's last section should link to {sorted(pages - linked)}"


def test_a_broken_link_would_be_seen(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "# A b: `c`\n[x](#a-b-c) [y](other.md#z) `[no](link.md)`\n```\n[no](code.md)\n# no heading\n```\n![](p.png)\n"
    )
    assert links(page) == [("x", "#a-b-c"), ("y", "other.md#z"), ("", "p.png")]
    assert anchors(page) == {"a-b-c"}
