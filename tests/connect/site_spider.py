"""Crawls a site and loses the text of links, as many spiders do; run as a script, for Twisted runs once a process.

python site_spider.py URL OUTPUT STATS SETTINGS
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import scrapy
from scrapy.crawler import CrawlerProcess


class SiteSpider(scrapy.Spider):
    name = "site"

    def parse(self, response):
        for link in response.css("nav a"):
            yield response.follow(link, self.parse)
        if paragraphs := response.xpath("//article/p"):
            yield {
                "url": response.url,
                "text": "\n\n".join(" ".join(p.xpath("./text()").getall()) for p in paragraphs),
                "headline": response.css("h1::text").get(),
                "page": response.text,
            }
        else:
            yield {"url": response.url, "menu": True}


if __name__ == "__main__":
    url, output, stats, settings = sys.argv[1:]
    process = CrawlerProcess(
        {
            "FEEDS": {output: {"format": "jsonlines"}},
            "ITEM_PIPELINES": {"textmend.connect.scrapy.MendPipeline": 300},
            "LOG_LEVEL": "ERROR",
            "TELNETCONSOLE_ENABLED": False,
            **json.loads(settings),
        }
    )
    crawler = process.create_crawler(SiteSpider)
    process.crawl(crawler, start_urls=[url])
    process.start()
    Path(stats).write_text(json.dumps(crawler.stats.get_stats(), default=str))
