-- The audit log is asked who did something, and what of a kind was done.
CREATE INDEX events_by_actor ON events (actor_id, at, id);
CREATE INDEX events_by_kind ON events (kind, at, id);

-- Who may look at what is not public yet: one article's working copy or, where no article is named, the whole site's.
CREATE TABLE previews (
    id TEXT NOT NULL PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    article_id TEXT REFERENCES articles (id) ON DELETE CASCADE,
    at BIGINT,
    created_by TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX previews_by_article ON previews (article_id, created_at, id);
CREATE INDEX previews_by_maker ON previews (created_by);
CREATE INDEX previews_by_end ON previews (expires_at);

-- What `custom` must fit, by kind. A row stays when its schema is taken away, so that no version comes twice.
CREATE TABLE custom_schemas (
    kind TEXT NOT NULL PRIMARY KEY,
    content TEXT NOT NULL,
    version INTEGER NOT NULL,
    updated_at BIGINT NOT NULL
);
