#!/usr/bin/env python3
"""Checks the feeds and sitemaps of a running server with independent parsers.

    pip install feedparser xmlschema
    python3 scripts/check_feeds.py http://127.0.0.1:8080

RSS and Atom are parsed by feedparser, JSON Feed is checked against its specification (version 1.1), and sitemaps against the
schemas below, which follow the protocol (sitemaps.org) and Google's extension for news. Every article of a feed must be in a
sitemap, and oEmbed must describe it. Exits with 1 if there is an error.
"""

import datetime
import json
import re
import sys
import urllib.parse
import urllib.request

import feedparser
import xmlschema

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
NEWS = "http://www.google.com/schemas/sitemap-news/0.9"
TYPES = """
  <xsd:simpleType name="tLoc"><xsd:restriction base="xsd:anyURI"><xsd:minLength value="12"/><xsd:maxLength value="2048"/></xsd:restriction></xsd:simpleType>
  <xsd:simpleType name="tLastmod"><xsd:union memberTypes="xsd:date xsd:dateTime"/></xsd:simpleType>
"""
URLSET = f"""<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" targetNamespace="{SITEMAP}" xmlns="{SITEMAP}" elementFormDefault="qualified">{TYPES}
  <xsd:element name="urlset"><xsd:complexType><xsd:sequence><xsd:element name="url" maxOccurs="50000"><xsd:complexType><xsd:sequence>
    <xsd:element name="loc" type="tLoc"/><xsd:element name="lastmod" type="tLastmod" minOccurs="0"/>
    <xsd:any namespace="##other" processContents="skip" minOccurs="0" maxOccurs="unbounded"/>
  </xsd:sequence></xsd:complexType></xsd:element></xsd:sequence></xsd:complexType></xsd:element></xsd:schema>"""
INDEX = f"""<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" targetNamespace="{SITEMAP}" xmlns="{SITEMAP}" elementFormDefault="qualified">{TYPES}
  <xsd:element name="sitemapindex"><xsd:complexType><xsd:sequence><xsd:element name="sitemap" maxOccurs="50000"><xsd:complexType><xsd:sequence>
    <xsd:element name="loc" type="tLoc"/><xsd:element name="lastmod" type="tLastmod" minOccurs="0"/>
  </xsd:sequence></xsd:complexType></xsd:element></xsd:sequence></xsd:complexType></xsd:element></xsd:schema>"""
NEWS_ITEM = f"""<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" targetNamespace="{NEWS}" xmlns="{NEWS}" elementFormDefault="qualified">
  <xsd:simpleType name="tText"><xsd:restriction base="xsd:string"><xsd:minLength value="1"/></xsd:restriction></xsd:simpleType>
  <xsd:element name="news"><xsd:complexType><xsd:sequence>
    <xsd:element name="publication"><xsd:complexType><xsd:sequence><xsd:element name="name" type="tText"/>
      <xsd:element name="language"><xsd:simpleType><xsd:restriction base="xsd:string"><xsd:pattern value="zh-cn|zh-tw|[a-z]{{2,3}}"/></xsd:restriction></xsd:simpleType></xsd:element>
    </xsd:sequence></xsd:complexType></xsd:element>
    <xsd:element name="publication_date" type="xsd:dateTime"/><xsd:element name="title" type="tText"/>
  </xsd:sequence></xsd:complexType></xsd:element></xsd:schema>"""

faults = []


def check(fine, what):
    if not fine:
        faults.append(what)


def get(url):
    with urllib.request.urlopen(url) as answer:
        return answer.headers.get_content_type(), answer.headers, answer.read()


def is_absolute(url):
    return bool(re.match(r"https?://[^/]+", url or ""))


def relative_links(html):
    return [url for url in re.findall(r'<[^>]*?\s(?:href|src)="([^"]*)"', html) if not re.match(r"(https?:)?//|mailto:|tel:", url)]


def xml_feed(url, kind, content):
    media, headers, body = get(url)
    check(media == kind, f"{url}: the media type is {media}")
    feed = feedparser.parse(body, response_headers={"content-type": headers["content-type"], "content-location": url})
    check(not feed.bozo, f"{url}: {feed.get('bozo_exception')}")
    check(feed.feed.get("title") and is_absolute(feed.feed.get("link")), f"{url}: no title or link")
    check(any(link.rel == "self" and is_absolute(link.href) for link in feed.feed.get("links", [])), f"{url}: no link to itself")
    ids = [entry.get("id") for entry in feed.entries]
    check(ids and all(ids) and len(set(ids)) == len(ids), f"{url}: ids are missing or not unique: {ids}")
    times = [entry.get("published_parsed") for entry in feed.entries]
    check(all(times) and times == sorted(times, reverse=True), f"{url}: times are missing or out of order")
    for entry in feed.entries:
        name = f"{url}: {entry.get('title')}"
        check(entry.get("title") and is_absolute(entry.get("link")), f"{name}: no title or link")
        check(entry.get("summary"), f"{name}: no summary")
        check("@" not in str(entry.get("author")), f"{name}: an email address")
        check(bool(entry.get("content")) == (content == "full"), f"{name}: the content")
        for part in entry.get("content", []):
            check(not relative_links(part.value), f"{name}: {relative_links(part.value)}")
        for enclosure in entry.get("enclosures", []):
            check(is_absolute(enclosure.href) and int(enclosure.length) > 0 and enclosure.type.startswith("image/"), f"{name}: {enclosure}")
    return {entry.link: entry.title for entry in feed.entries}


def json_feed(url, content):
    media, _, body = get(url)
    check(media == "application/feed+json", f"{url}: the media type is {media}")
    feed = json.loads(body)
    known = {"version", "title", "home_page_url", "feed_url", "description", "user_comment", "next_url", "icon", "favicon", "authors",
             "language", "expired", "hubs", "items"}
    check(set(feed) <= known, f"{url}: {set(feed) - known} is unknown")
    check(feed["version"] == "https://jsonfeed.org/version/1.1" and isinstance(feed["title"], str), f"{url}: version or title")
    check(all(is_absolute(feed[name]) for name in ("home_page_url", "feed_url")), f"{url}: a URL is not absolute")
    known = {"id", "url", "external_url", "title", "content_html", "content_text", "summary", "image", "banner_image", "date_published",
             "date_modified", "authors", "tags", "language", "attachments"}
    for item in feed["items"]:
        name = f"{url}: {item.get('title')}"
        check(set(item) <= known, f"{name}: {set(item) - known} is unknown")
        check(isinstance(item["id"], str) and is_absolute(item["url"]), f"{name}: id or URL")
        check(("content_html" in item) == (content == "full") and ("content_html" in item or "content_text" in item), f"{name}: the content")
        check(not relative_links(item.get("content_html", "")), f"{name}: {relative_links(item.get('content_html', ''))}")
        for time in (item["date_published"], item["date_modified"]):
            datetime.datetime.fromisoformat(time)
        check(all(isinstance(tag, str) for tag in item.get("tags", [])), f"{name}: the tags")
        check(all(set(author) <= {"name", "url", "avatar"} and author for author in item.get("authors", [])), f"{name}: the authors")
    return {item["url"]: item["title"] for item in feed["items"]}


def locations(url, schema):
    media, _, body = get(url)
    check(media == "application/xml", f"{url}: the media type is {media}")
    text = body.decode()
    for error in xmlschema.XMLSchema(schema).iter_errors(text):
        faults.append(f"{url}: {error.reason} at {error.path}")
    if "sitemap-news" in url:
        item = xmlschema.XMLSchema(NEWS_ITEM)
        for part in xmlschema.XMLResource(text).root.iter(f"{{{NEWS}}}news"):
            faults.extend(f"{url}: {error.reason}" for error in item.iter_errors(part))
    check(len(body) <= 50 * 1024 * 1024, f"{url}: larger than 50 MiB")
    return [element.text for element in xmlschema.XMLResource(text).root.iter(f"{{{SITEMAP}}}loc")]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    api = sys.argv[1].rstrip("/")
    articles = {}
    for content in ("full", "summary"):
        same = [
            xml_feed(f"{api}/feeds/rss.xml?content={content}&limit=100", "application/rss+xml", content),
            xml_feed(f"{api}/feeds/atom.xml?content={content}&limit=100", "application/atom+xml", content),
            json_feed(f"{api}/feeds/feed.json?content={content}&limit=100", content),
        ]
        check(same[0] == same[1] == same[2], f"the three feeds with content={content} differ")
        articles.update(same[0])
    placed = []
    for sitemap in locations(f"{api}/sitemap.xml", INDEX):
        placed.extend(locations(sitemap, URLSET))
    check(len(placed) == len(set(placed)), "an address stands in two sitemaps")
    check(set(articles) <= set(placed), f"no sitemap has {set(articles) - set(placed)}")
    news = locations(f"{api}/sitemap-news.xml", URLSET)
    check(set(news) <= set(placed), f"news that no sitemap has: {set(news) - set(placed)}")
    for url, title in articles.items():
        _, _, body = get(f"{api}/oembed?format=json&url={urllib.parse.quote(url, safe='')}")
        card = json.loads(body)
        check(card["version"] == "1.0" and card["type"] == "link" and card["title"] == title, f"oEmbed of {url}: {card}")
    print(f"{len(articles)} articles in feeds, {len(placed)} URLs in sitemaps, {len(news)} news")
    print("\n".join(faults) or "no errors")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
