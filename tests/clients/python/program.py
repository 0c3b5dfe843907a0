"""Typical first steps of a program, checked by mypy --strict with the package that openapi-python-client generates."""

import os

from masthead_client import AuthenticatedClient, Client
from masthead_client.api.articles import create_article, list_articles, read_article
from masthead_client.api.authentication import log_in
from masthead_client.models import ArticleDraft, ArticleEditorView, ArticleItemList, ArticleView, BodyDraft, Credentials, HeadingBlock, Tokens

base = os.environ["API"]
tokens = log_in.sync(client=Client(base_url=base), body=Credentials(email=os.environ["EMAIL"], password=os.environ["PASSWORD"]))
assert isinstance(tokens, Tokens), tokens
client = AuthenticatedClient(base_url=base, token=tokens.access_token)

bare = create_article.sync(client=client, body=ArticleDraft(title="A title alone"))
assert isinstance(bare, ArticleEditorView), bare
draft = ArticleDraft(title="With blocks", body=BodyDraft(markdown="# Steps\n\nOne *word*."))
made = create_article.sync(client=client, body=draft, publish=True)
assert isinstance(made, ArticleEditorView), made

page = list_articles.sync(client=client, limit=3)
assert isinstance(page, ArticleItemList), page
titles = [item.title for item in page.data]
assert "With blocks" in titles, titles

article = read_article.sync(str(made.id), client=client)
assert isinstance(article, ArticleView), article
heading = article.body.blocks[0]
assert isinstance(heading, HeadingBlock), heading
assert heading.text == "Steps", heading
print(f"Python: {len(titles)} articles listed, {len(article.body.blocks)} blocks distinguished")
