-- Texts apart from what lists show: a row with a long text is spread over many pages of the file, all of which are gone
-- through for whatever lies behind the text.
CREATE TABLE publication_texts (
    article_id TEXT NOT NULL PRIMARY KEY REFERENCES publications (id) ON DELETE CASCADE,
    rendered TEXT NOT NULL
);
INSERT INTO publication_texts (article_id, rendered) SELECT id, rendered FROM publications;
ALTER TABLE publications DROP COLUMN rendered;

-- Lists are of one kind, so that an order without the kind in front does not help them.
DROP INDEX publications_by_update;
DROP INDEX publications_by_title;
DROP INDEX publications_by_section;
CREATE INDEX publications_by_kind_and_time ON publications (kind, published_at, id);
CREATE INDEX publications_by_update ON publications (kind, updated_at, id);
CREATE INDEX publications_by_title ON publications (kind, title_key, id);
CREATE INDEX publications_by_section ON publications (section_id, kind, published_at, id);
CREATE INDEX publications_by_feature ON publications (featured, kind, published_at, id);
