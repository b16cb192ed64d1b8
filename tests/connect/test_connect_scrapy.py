"""The Scrapy pipeline: a crawl of a local site, and its dealings with items of every kind."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tiny_models import CLEAN, MENDED, TEXT, TRUE

from textmend import Gap
from textmend.errors import InputError, PolicyError

scrapy = pytest.importorskip("scrapy", reason="needs the extra test-connect")
pytestmark = pytest.mark.filterwarnings("ignore")

from scrapy.settings import Settings
from scrapy.statscollectors import MemoryStatsCollector

from textmend.connect.scrapy import MendPipeline

SPIDER = Path(__file__).with_name("site_spider.py")
PAGE = "<html><head><title>{title}</title></head><body><h1>{title}</h1><article><p>{text}</p></article></body></html>"
LINKED = TRUE.replace("patrols", '<a href="/patrols">patrols</a>')


@pytest.fixture
def site(tmp_path):
    """A site of one menu, three damaged articles and a clean one."""
    folder = tmp_path / "site"
    folder.mkdir()
    texts = {"one": LINKED, "two": f"{LINKED}</p><p>{CLEAN}", "three": LINKED, "clean": CLEAN}
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(PAGE.format(title=name.title(), text=text))
    menu = "".join(f'<a href="{name}.html">{name}</a>' for name in texts)
    (folder / "index.html").write_text(f"<html><body><nav>{menu}</nav></body></html>")

    class Quiet(SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=str(folder))

        def log_message(self, *arguments):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def crawl(site, folder, settings):
    output, stats = folder / "items.jsonl", folder / "stats.json"
    command = [sys.executable, str(SPIDER), site, str(output), str(stats), json.dumps(settings)]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=240)
    items = [json.loads(line) for line in output.read_text().splitlines()] if output.exists() else []
    return {item["url"].rpartition("/")[2]: item for item in items}, json.loads(stats.read_text()), run.stderr


@pytest.mark.parametrize("reactor", ["asyncioreactor.AsyncioSelectorReactor", "selectreactor.SelectReactor"])
def test_a_crawl(site, tmp_path, tiny, reactor):
    options = {**tiny, "title": "headline", "html": "page", "unsure": "keep"}
    settings = {"TEXTMEND": options, "TWISTED_REACTOR": f"twisted.internet.{reactor}"}
    items, stats, log = crawl(site, tmp_path, settings)
    assert log == ""
    assert set(items) == {"", "one.html", "two.html", "three.html", "clean.html"}
    assert items[""] == {"url": site, "menu": True}  # no text: it passes as it is
    assert items["one.html"]["text"] == items["three.html"]["text"] == TRUE  # not what the filler would say
    assert items["two.html"]["text"] == f"{TRUE}\n\n{CLEAN}"
    assert items["clean.html"]["text"] == CLEAN
    assert items["clean.html"]["textmend"] is None
    assert items["one.html"]["headline"] == "One"
    (edit,) = items["one.html"]["textmend"]["edits"]
    assert (edit["start"], edit["removed"], edit["replacement"]) == (20, "   ", " patrols ")
    assert edit["gap"]["fills"][0]["origin"] == "source"
    assert stats["textmend/items"] == 4
    assert stats["textmend/applied"] == 3


def test_a_crawl_with_a_model_that_is_missing_says_so(site, tmp_path):
    items, _, log = crawl(site, tmp_path, {"TEXTMEND": {"detector": "nowhere"}})
    assert items == {}
    assert "ModelError: unknown detector 'nowhere'" in log


class Crawler:
    """As much of a crawler as a pipeline looks at."""

    def __init__(self, options):
        self.settings = Settings({"TEXTMEND": options, "STATS_DUMP": False})
        self.stats = MemoryStatsCollector(self)


def process(options, *items):
    pipeline = MendPipeline.from_crawler(Crawler(options))
    pipeline.open_spider()

    async def all_of_them():
        return await asyncio.gather(*(pipeline.process_item(item) for item in items))

    try:
        return asyncio.run(all_of_them()), pipeline
    finally:
        pipeline.close_spider()


@dataclass
class Article:
    text: str
    textmend: dict | None = None


@dataclass
class Narrow:
    text: str


class Item(scrapy.Item):
    text = scrapy.Field()
    textmend = scrapy.Field()


@pytest.mark.parametrize("make", [dict, Item, Article])
def test_items_of_every_kind(tiny, make):
    given = make(text=TEXT)
    (item,), pipeline = process(tiny, given)
    assert item is given
    get = item.__getitem__ if not isinstance(item, Article) else lambda name: getattr(item, name)
    assert get("text") == MENDED
    assert [Gap.from_dict(gap).start for gap in get("textmend")["gaps"]] == [37]
    assert pipeline._stats.get_value("textmend/gaps") == 2


def test_many_items_at_once(tiny):
    items, _ = process(tiny, *({"text": f"{n} {TEXT}"} for n in range(50)))
    assert [item["text"] for item in items] == [f"{n} {MENDED}" for n in range(50)]


def test_settings_may_come_as_text(tiny):
    (item,), _ = process(json.dumps({**tiny, "text": "body", "annotations": None}), {"body": TEXT})
    assert item == {"body": MENDED}


def test_a_narrow_item_takes_the_text_alone(tiny):
    (item,), _ = process({**tiny, "annotations": None}, Narrow(TEXT))
    assert item == Narrow(MENDED)


@pytest.mark.parametrize(
    ("item", "error", "said"),
    [
        (Narrow(TEXT), PolicyError, "item Narrow has no field 'textmend': declare it"),
        ({"text": TEXT, "textmend": {}}, PolicyError, "item dict: there is a field 'textmend' already"),
        ({"text": [TEXT]}, InputError, "item dict: the field 'text' should hold a string, not list"),
    ],
)
def test_bad_items(tiny, item, error, said):
    with pytest.raises(error, match=said):
        process(tiny, item)


def test_bad_settings():
    with pytest.raises(PolicyError, match="unknown option 'aply_at'"):
        process({"aply_at": 1})
