#!/usr/bin/env python3
"""Renders an article's page, with everything around the article, from a single response of the API.

    python3 examples/page.py SLUG > page.html          set API=http://… if the server is not on 127.0.0.1:8080

Needs only Python. It is meant to be read: each function renders a part of the page.
"""

import json
import os
import sys
import urllib.request
from html import escape

API = os.environ.get("API", "http://127.0.0.1:8080")

NETWORKS = {
    "x": "X", "facebook": "Facebook", "whatsapp": "WhatsApp", "telegram": "Telegram", "reddit": "Reddit",
    "linkedin": "LinkedIn", "email": "Email", "bluesky": "Bluesky", "mastodon": "Mastodon",
}
LABELS = {
    "author_name": "Your name", "author_email": "Your email address", "author_url": "Your website", "body": "Your comment",
    "notify_replies": "Email me replies",
}


def link(url, text, more=""):
    return f'<a href="{escape(url)}"{more}>{escape(text)}</a>'


def items(parts):
    return "".join(f"<li>{part}</li>" for part in parts)


def picture(image, alt=None, caption=None):
    caption = caption or image["caption"]
    below = " ".join(filter(None, [caption and escape(caption), image["credit"] and f'<small>{escape(image["credit"])}</small>']))
    return (
        f'<figure><img src="{escape(image["url"])}" width="{image["width"]}" height="{image["height"]}" '
        f'alt="{escape(alt or image["alt"] or "")}" style="background:{escape(image["placeholder"]["color"])}">'
        + (f"<figcaption>{below}</figcaption>" if below else "") + "</figure>"
    )


def ad_place(ads, placement):
    """A placement, which is empty if it has no ads now."""
    creatives = "".join(creative.get("html") or "" for creative in ads.get(placement, []))
    return f'<aside class="ad" data-placement="{escape(placement)}">{creatives}</aside>'


def header(site):
    logo = site["logo"] and f'<img src="{escape(site["logo"]["url"])}" alt="" height="48">' or ""
    menu = items(link(entry["url"], entry["label"]) for entry in site["navigation"])
    tagline = f'<p>{escape(site["tagline"])}</p>' if site["tagline"] else ""
    return f'<header>{link(site["url"], site["name"])}{logo}{tagline}<nav><ul>{menu}</ul></nav></header>'


def block(one, ads):
    """A block of the text. The server has sanitised every member `html`; all other members are escaped here."""
    kind = one["type"]
    if kind == "heading":
        return f'<h{one["level"]} id="{escape(one["anchor"])}">{one["html"]}</h{one["level"]}>'
    if kind == "paragraph":
        return f'<p>{one["html"]}</p>'
    if kind == "list":
        name, start = ("ol", f' start="{one["start"]}"') if one["ordered"] else ("ul", "")
        return f'<{name}{start}>{items(item["html"] for item in one["items"])}</{name}>'
    if kind == "quote":
        return f'<blockquote>{one["html"]}</blockquote>'
    if kind == "code":
        return f'<pre><code>{escape(one["code"])}</code></pre>'
    if kind == "table":
        return table(one)
    if kind == "image":
        return picture(one["image"], one["alt"], one["caption"])
    if kind == "embed":
        return link(one["url"], one["url"], f' class="embed" data-provider="{escape(one["provider"])}"')
    if kind == "ad":
        return ad_place(ads, one["placement"])
    if kind == "rule":
        return "<hr>"
    if kind == "footnotes":
        notes = (f'<li id="{escape(note["anchor"])}">{note["html"]}</li>' for note in one["items"])
        return f'<ol class="footnotes">{"".join(notes)}</ol>'
    return one.get("html", "")


def table(one):
    def row(cells, name):
        return "<tr>" + "".join(f'<{name} align="{align}">{cell["html"]}</{name}>' for cell, align in zip(cells, one["align"])) + "</tr>"

    return f'<table><thead>{row(one["headers"], "th")}</thead><tbody>{"".join(row(cells, "td") for cells in one["rows"])}</tbody></table>'


def contents(toc):
    return f'<nav class="contents"><ol>{items(link("#" + entry["anchor"], entry["text"]) for entry in toc)}</ol></nav>' if toc else ""


def share_row(article, networks):
    parts = (link(article["share"][network], NETWORKS[network], ' rel="noopener"') for network in networks)
    return f'<section class="share"><h2>Share</h2><ul>{items(parts)}</ul></section>'


def follow(links):
    return f'<ul class="follow">{items(link(one["url"], one["kind"].capitalize(), " rel=me") for one in links)}</ul>' if links else ""


def author_box(author):
    avatar = author["avatar"] and f'<img src="{escape(author["avatar"]["url"])}" alt="" width="96">' or ""
    role = f'<p>{escape(author["role_title"])}</p>' if author["role_title"] else ""
    return f'<section class="author">{avatar}<h2>{link(author["url"], author["name"])}</h2>{role}{author["bio"]["html"]}{follow(author["links"])}</section>'


def newsletter_box(newsletter):
    return (
        f'<form class="newsletter" method="post"><h2>{escape(newsletter["heading"])}</h2><p>{escape(newsletter["pitch"])}</p>'
        '<label>Email <input type="email" name="email" required></label><button>Subscribe</button>'
        f'<p><small>{escape(newsletter["promise"])}</small></p></form>'
    )


def cards(title, articles):
    shown = items(link(article["url"], article["title"]) for article in articles)
    return f"<section><h2>{title}</h2><ul>{shown}</ul></section>" if shown else ""


def comment(one):
    replies = "".join(comment(reply) for reply in one["replies"]["data"])
    more = one["replies"]["next"] and "<p>More replies …</p>" or ""
    return (
        f'<article class="comment" id="comment-{one["id"]}"><h3>{escape(one["author"]["name"])}</h3>'
        f'<time datetime="{one["created_at"]}">{one["created_at"][:10]}</time>{one["body"]["html"]}{replies}{more}</article>'
    )


def field(one):
    """A field of the comment form. Its label says if it will not be published, such as the email address."""
    name, required = one["name"], " required" if one["required"] else ""
    if name == "form":
        # The page's script sets this to the `form` that it gets from `POST /comments/forms` when the reader begins to write.
        return '<input type="hidden" name="form">'
    kind = {"author_email": "email", "author_url": "url", "notify_replies": "checkbox"}.get(name, "text")
    label = LABELS.get(name, name) + ("" if one["published"] or kind == "checkbox" else " (will not be published)")
    entry = f'<textarea name="{name}"{required}></textarea>' if name == "body" else f'<input type="{kind}" name="{name}"{required}>'
    return f"<p><label>{label} {entry}</label></p>"


def comments(article, page, policy):
    thread = "".join(comment(one) for one in page["data"])
    form = "<p>Comments are closed.</p>"
    if article["comments"]["open"]:
        action = f'{API}/api/v1/articles/{article["id"]}/comments'
        form = f'<form class="comments" action="{escape(action)}">{"".join(field(one) for one in policy["fields"])}<button>Send</button></form>'
    return f'<section id="comments"><h2>{article["comments"]["count"]} comments</h2>{thread}{form}</section>'


def document(page):
    site, article, ads = page["site"], page["article"], page["ads"]
    text = "\n".join(block(one, ads) for one in article["body"]["blocks"])
    by = ", ".join(link(author["url"], author["name"]) for author in article["authors"])
    section = article["section"] and link(article["section"]["url"], article["section"]["name"]) or ""
    around = [("Previous", page["previous"]), ("Next", page["next"])]
    seo = article["seo"]
    shown = seo["image"]
    networks = shown and (
        f'<meta property="og:image" content="{escape(shown["url"])}"><meta property="og:image:width" content="{shown["width"]}">'
        f'<meta property="og:image:height" content="{shown["height"]}"><meta property="og:image:alt" content="{escape(shown["alt"] or "")}">'
    )
    structured = json.dumps(seo["json_ld"]).replace("<", "\\u003c")
    return f"""<!doctype html>
<html lang="{escape(article["locale"])}">
<head>
<meta charset="utf-8">
<title>{escape(seo["title"])} – {escape(site["name"])}</title>
<meta name="description" content="{escape(seo["description"] or "")}">
<link rel="canonical" href="{escape(seo["canonical_url"])}">
{networks or ""}
<script type="application/ld+json">{structured}</script>
</head>
<body>
{header(site)}
{ad_place(ads, "top")}
<main>
<article>
<p class="section">{section}</p>
<h1>{escape(article["title"])}</h1>
{f'<p class="dek">{escape(article["dek"])}</p>' if article["dek"] else ""}
<p class="by">{by} <time datetime="{article["published_at"]}">{article["published_at"][:10]}</time> · {article["reading_minutes"]} min</p>
{picture(article["hero_image"]) if article["hero_image"] else ""}
{contents(article["body"]["toc"])}
{text}
<ul class="tags">{items(link(tag["url"], tag["name"]) for tag in article["tags"])}</ul>
</article>
{share_row(article, site["share_networks"])}
{"".join(author_box(author) for author in page["authors"])}
{newsletter_box(site["newsletter"])}
<nav class="around">{"".join(f"<p>{word}: {link(card['url'], card['title'])}</p>" for word, card in around if card)}</nav>
{cards("Related", page["related"])}
{cards("Most read", page["trending"])}
{ad_place(ads, "below")}
{comments(article, page["comments"], site["comment_policy"])}
</main>
<footer><h2>Follow us</h2>{follow(site["social_links"])}</footer>
</body>
</html>"""


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with urllib.request.urlopen(f"{API}/api/v1/pages/article/{sys.argv[1]}") as answer:
        print(document(json.load(answer)))


if __name__ == "__main__":
    main()
