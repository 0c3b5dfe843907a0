DROP VIEW image_uses;
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
DROP TABLE ad_counts;
DROP TABLE ad_creative_sections;
DROP TABLE ad_creatives;
DROP TABLE ad_placements;
