-- The pictures of a save that is planned: it shows them when it is due, whatever the working copy shows by then.
CREATE TABLE planned_images (
    article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    image_id TEXT NOT NULL REFERENCES images (id),
    PRIMARY KEY (article_id, image_id)
);
CREATE INDEX planned_images_by_image ON planned_images (image_id);
-- An id that a text happens to hold is held back, too, until the plan is carried out; no picture that it shows is forgotten.
INSERT INTO planned_images (article_id, image_id)
    SELECT article_plans.article_id, images.id
        FROM article_plans
        JOIN revisions ON revisions.article_id = article_plans.article_id AND revisions.number = article_plans.scheduled_revision
        JOIN images ON revisions.content LIKE '%' || images.id || '%';

-- Uploads that come in pieces. Their bytes are in the media store.
CREATE TABLE uploads (
    id TEXT NOT NULL PRIMARY KEY,
    created_by TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- How many bytes the file has, and how many of them have come.
    length BIGINT NOT NULL,
    received BIGINT NOT NULL,
    -- The names and sizes of the pieces in the store, in order (JSON).
    pieces TEXT NOT NULL,
    -- What the client said of the picture (JSON).
    metadata TEXT NOT NULL,
    -- What was made of it, once all has come.
    image_id TEXT REFERENCES images (id) ON DELETE SET NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX uploads_by_creator ON uploads (created_by);
CREATE INDEX uploads_by_end ON uploads (expires_at);
CREATE INDEX uploads_by_image ON uploads (image_id);

DROP VIEW image_uses;
-- Who shows a picture, and whether readers see it there.
CREATE VIEW image_uses AS
    SELECT hero_image_id AS image_id, 'article' AS kind, id AS subject_id, FALSE AS is_public
        FROM articles WHERE hero_image_id IS NOT NULL
    UNION ALL
    SELECT image_id, 'article', article_id, FALSE FROM article_images
    UNION ALL
    SELECT image_id, 'article', article_id, FALSE FROM planned_images
    UNION ALL
    SELECT hero_image_id, 'article', id, TRUE FROM publications WHERE hero_image_id IS NOT NULL
    UNION ALL
    SELECT image_id, 'article', article_id, TRUE FROM publication_images
    UNION ALL
    SELECT avatar_id, 'author', id, TRUE FROM authors WHERE avatar_id IS NOT NULL
    UNION ALL
    SELECT logo_id, 'site', 'site', TRUE FROM site WHERE logo_id IS NOT NULL;
