-- The article's version that a save made. Versions after it, up to the next save, have the same content; of saves made
-- before this column was, nobody knows.
ALTER TABLE revisions ADD COLUMN version INTEGER;

-- The ids and addresses of articles that were public once and have been erased: answered 410 for ever, and nobody's again.
CREATE TABLE gravestones (
    name TEXT NOT NULL PRIMARY KEY,
    article_id TEXT NOT NULL,
    erased_at BIGINT NOT NULL
);
