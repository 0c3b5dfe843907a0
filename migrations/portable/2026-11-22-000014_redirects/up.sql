-- Where paths lead to that nothing stands at any more. Paths are kept in one form; `to_path` is that of the target where it
-- lies on the site, so that chains can be followed. What is gone for good (410) has no target.
CREATE TABLE redirects (
    id TEXT NOT NULL PRIMARY KEY,
    from_path TEXT NOT NULL UNIQUE,
    target TEXT,
    to_path TEXT,
    status INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX redirects_by_time ON redirects (created_at, id);
CREATE INDEX redirects_by_target ON redirects (to_path);

-- The neighbours of an article: those of its section, or all, in its language.
CREATE INDEX publications_by_place ON publications (section_id, locale, kind, published_at, id);
CREATE INDEX publications_by_kind ON publications (kind, locale, published_at, id);
