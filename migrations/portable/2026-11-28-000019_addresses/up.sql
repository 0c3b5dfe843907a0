-- Slugs that sections, tags and authors had before: whoever asks for one is led to what has it now. `kind` is that of the
-- subject. A slug that is in use again is no longer here.
CREATE TABLE former_slugs (
    kind TEXT NOT NULL,
    slug TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (kind, slug)
);
CREATE INDEX former_slugs_by_subject ON former_slugs (subject_id);

-- Sitemaps say when the last article of a month changed.
DROP INDEX publications_by_time;
CREATE INDEX publications_by_time ON publications (published_at, id, updated_at);
