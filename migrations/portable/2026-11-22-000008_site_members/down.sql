DROP VIEW image_uses;
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
    SELECT images.id, 'site', 'site', TRUE FROM images CROSS JOIN site WHERE site.settings LIKE '%' || images.id || '%';

ALTER TABLE site DROP COLUMN logo_id;
ALTER TABLE site DROP COLUMN comments_closed;
ALTER TABLE site DROP COLUMN comments_close_after;
