-- What other queries ask of the site's settings, as columns: its logo, and when comments close (in milliseconds after
-- publication). The settings themselves are one JSON text, as they were sent.
ALTER TABLE site ADD COLUMN logo_id TEXT REFERENCES images (id);
ALTER TABLE site ADD COLUMN comments_closed BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE site ADD COLUMN comments_close_after BIGINT;

-- A quotation mark within a text is escaped, so that these are found in members alone.
UPDATE site SET
    logo_id = (SELECT min(images.id) FROM images WHERE site.settings LIKE '%"logo":"' || images.id || '"%'),
    comments_closed = settings LIKE '%"mode":"closed"%',
    comments_close_after = (
        WITH RECURSIVE days (day) AS (SELECT 1 UNION ALL SELECT day + 1 FROM days WHERE day < 36500)
        SELECT min(CAST(day AS BIGINT) * 86400000) FROM days
            WHERE site.settings LIKE '%"close_after_days":' || CAST(day AS TEXT) || ',%'
    );

DROP VIEW image_uses;
-- Who shows a picture, and whether readers see it there.
CREATE VIEW image_uses AS
    SELECT hero_image_id AS image_id, 'article' AS kind, id AS subject_id, FALSE AS is_public
        FROM articles WHERE hero_image_id IS NOT NULL
    UNION ALL
    SELECT image_id, 'article', article_id, FALSE FROM article_images
    UNION ALL
    SELECT hero_image_id, 'article', id, TRUE FROM publications WHERE hero_image_id IS NOT NULL
    UNION ALL
    SELECT image_id, 'article', article_id, TRUE FROM publication_images
    UNION ALL
    SELECT avatar_id, 'author', id, TRUE FROM authors WHERE avatar_id IS NOT NULL
    UNION ALL
    SELECT logo_id, 'site', 'site', TRUE FROM site WHERE logo_id IS NOT NULL;
