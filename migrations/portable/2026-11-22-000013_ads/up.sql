-- Places for ads, and what is shown there.
CREATE TABLE ad_placements (
    id TEXT NOT NULL PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    label TEXT NOT NULL,
    label_key TEXT NOT NULL,
    description TEXT,
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX ad_placements_by_label ON ad_placements (label_key, id);

CREATE TABLE ad_creatives (
    id TEXT NOT NULL PRIMARY KEY,
    placement_id TEXT NOT NULL REFERENCES ad_placements (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    name TEXT,
    label TEXT,
    active BOOLEAN NOT NULL,
    src TEXT,
    container_id TEXT,
    attributes TEXT NOT NULL,
    link TEXT,
    image_id TEXT REFERENCES images (id),
    html TEXT,
    weight INTEGER NOT NULL,
    starts_at BIGINT,
    ends_at BIGINT,
    locales TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX ad_creatives_by_placement ON ad_creatives (placement_id, weight, id);
CREATE INDEX ad_creatives_by_time ON ad_creatives (created_at, id);
CREATE INDEX ad_creatives_by_image ON ad_creatives (image_id);

-- Where a creative is shown; everywhere where it has no row.
CREATE TABLE ad_creative_sections (
    creative_id TEXT NOT NULL REFERENCES ad_creatives (id) ON DELETE CASCADE,
    section_id TEXT NOT NULL REFERENCES sections (id),
    PRIMARY KEY (creative_id, section_id)
);
CREATE INDEX ad_creative_sections_by_section ON ad_creative_sections (section_id);

-- How often a creative was seen and clicked on, for each day (the millisecond that it begins with, UTC).
CREATE TABLE ad_counts (
    creative_id TEXT NOT NULL REFERENCES ad_creatives (id) ON DELETE CASCADE,
    day BIGINT NOT NULL,
    impressions BIGINT NOT NULL,
    clicks BIGINT NOT NULL,
    PRIMARY KEY (creative_id, day)
);

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
    SELECT logo_id, 'site', 'site', TRUE FROM site WHERE logo_id IS NOT NULL
    UNION ALL
    SELECT image_id, 'creative', id, active FROM ad_creatives WHERE image_id IS NOT NULL;
