-- Both engines run this file: TEXT ids (UUIDv7) and JSON, BIGINT milliseconds since 1970, BOOLEAN.
-- `*_key` columns hold folded text (lower case, no accents): both engines then compare and sort alike.

CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    token_version INTEGER NOT NULL,
    suspended BOOLEAN NOT NULL,
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX users_by_time ON users (created_at, id);

CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    token_version INTEGER NOT NULL,
    user_agent TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id, created_at, id);
CREATE INDEX sessions_by_end ON sessions (expires_at);

CREATE TABLE refresh_tokens (
    hash TEXT NOT NULL PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);

CREATE TABLE api_keys (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    last_used_at BIGINT
);
CREATE INDEX api_keys_by_user ON api_keys (user_id, created_at, id);

CREATE TABLE signing_keys (
    kid TEXT NOT NULL PRIMARY KEY,
    public_key TEXT NOT NULL,
    sealed_private_key TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    retired_at BIGINT
);

CREATE TABLE idempotency_keys (
    scope TEXT NOT NULL PRIMARY KEY,
    request_hash TEXT NOT NULL,
    sealed_answer TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

CREATE TABLE events (
    id TEXT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    actor_id TEXT,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    tags TEXT NOT NULL,
    details TEXT NOT NULL
);
CREATE INDEX events_by_subject ON events (subject_id, at);
CREATE INDEX events_by_time ON events (at, id);

CREATE TABLE site (
    id INTEGER NOT NULL PRIMARY KEY,
    settings TEXT NOT NULL,
    version INTEGER NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE images (
    id TEXT NOT NULL PRIMARY KEY,
    sha256 TEXT NOT NULL,
    mime TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    alt TEXT,
    alt_key TEXT,
    caption TEXT,
    caption_key TEXT,
    credit TEXT,
    credit_key TEXT,
    focal_x DOUBLE PRECISION NOT NULL,
    focal_y DOUBLE PRECISION NOT NULL,
    thumbhash TEXT NOT NULL,
    color TEXT NOT NULL,
    file_name TEXT,
    search_key TEXT NOT NULL,
    custom TEXT NOT NULL,
    created_by TEXT REFERENCES users (id) ON DELETE SET NULL,
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX images_by_file ON images (sha256);
CREATE INDEX images_by_time ON images (created_at, id);
CREATE INDEX images_by_size ON images (bytes, id);

CREATE TABLE authors (
    id TEXT NOT NULL PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    role_title TEXT,
    bio_markdown TEXT NOT NULL,
    bio_html TEXT NOT NULL,
    avatar_id TEXT REFERENCES images (id) ON DELETE SET NULL,
    links TEXT NOT NULL,
    custom TEXT NOT NULL,
    article_count INTEGER NOT NULL,
    user_id TEXT UNIQUE REFERENCES users (id) ON DELETE SET NULL,
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX authors_by_name ON authors (name_key, id);
CREATE INDEX authors_by_avatar ON authors (avatar_id);

CREATE TABLE sections (
    id TEXT NOT NULL PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    description TEXT,
    parent_id TEXT REFERENCES sections (id),
    position INTEGER NOT NULL,
    article_count INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX sections_by_position ON sections (position, id);
CREATE INDEX sections_by_parent ON sections (parent_id);

-- A tag that only drafts have is no reader's business until it is listed or published.
CREATE TABLE tags (
    id TEXT NOT NULL PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    description TEXT,
    listed BOOLEAN NOT NULL,
    article_count INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX tags_by_name ON tags (name_key, id);

-- The working copy: what the desk sees and edits. Readers never get a byte from here.
CREATE TABLE articles (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    slug TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    title_key TEXT NOT NULL,
    dek TEXT,
    excerpt TEXT,
    markdown TEXT NOT NULL,
    rendered TEXT NOT NULL,
    locale TEXT NOT NULL,
    translation_group TEXT NOT NULL,
    section_id TEXT REFERENCES sections (id),
    hero_image_id TEXT REFERENCES images (id),
    featured BOOLEAN NOT NULL,
    comments_open BOOLEAN NOT NULL,
    seo TEXT NOT NULL,
    custom TEXT NOT NULL,
    word_count INTEGER NOT NULL,
    status TEXT NOT NULL,
    trashed_from TEXT,
    revision INTEGER NOT NULL,
    published_revision INTEGER,
    published_at BIGINT,
    published_order BIGINT NOT NULL,
    corrections TEXT NOT NULL,
    comment_count INTEGER NOT NULL,
    created_by TEXT REFERENCES users (id) ON DELETE SET NULL,
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CONSTRAINT one_translation_per_locale UNIQUE (translation_group, locale)
);
CREATE INDEX articles_by_update ON articles (updated_at, id);
CREATE INDEX articles_by_status ON articles (status, updated_at, id);
CREATE INDEX articles_by_section ON articles (section_id);
CREATE INDEX articles_by_hero ON articles (hero_image_id);
CREATE INDEX articles_by_creator ON articles (created_by);

CREATE TABLE article_authors (
    article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    author_id TEXT NOT NULL REFERENCES authors (id),
    PRIMARY KEY (article_id, position)
);
CREATE INDEX article_authors_by_author ON article_authors (author_id, article_id);

CREATE TABLE article_tags (
    article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    tag_id TEXT NOT NULL REFERENCES tags (id),
    PRIMARY KEY (article_id, position)
);
CREATE INDEX article_tags_by_tag ON article_tags (tag_id, article_id);

-- Which pictures the working copy's body holds.
CREATE TABLE article_images (
    article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    image_id TEXT NOT NULL REFERENCES images (id),
    PRIMARY KEY (article_id, position)
);
CREATE INDEX article_images_by_image ON article_images (image_id);

-- Every save, for ever: the whole content as it was.
CREATE TABLE revisions (
    article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    content TEXT NOT NULL,
    note TEXT,
    created_by TEXT REFERENCES users (id) ON DELETE SET NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (article_id, number)
);

-- The published copy: written whole by publishing, removed by unpublishing, all that readers get.
CREATE TABLE publications (
    id TEXT NOT NULL PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    slug TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    title_key TEXT NOT NULL,
    dek TEXT,
    excerpt TEXT NOT NULL,
    rendered TEXT NOT NULL,
    locale TEXT NOT NULL,
    translation_group TEXT NOT NULL,
    section_id TEXT REFERENCES sections (id),
    hero_image_id TEXT REFERENCES images (id),
    featured BOOLEAN NOT NULL,
    comments_open BOOLEAN NOT NULL,
    seo TEXT NOT NULL,
    custom TEXT NOT NULL,
    word_count INTEGER NOT NULL,
    corrections TEXT NOT NULL,
    comment_count INTEGER NOT NULL,
    published_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX publications_by_time ON publications (published_at, id);
CREATE INDEX publications_by_update ON publications (updated_at, id);
CREATE INDEX publications_by_title ON publications (title_key, id);
CREATE INDEX publications_by_section ON publications (section_id, published_at, id);
CREATE INDEX publications_by_translation ON publications (translation_group);
CREATE INDEX publications_by_hero ON publications (hero_image_id);

CREATE TABLE publication_authors (
    article_id TEXT NOT NULL REFERENCES publications (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    author_id TEXT NOT NULL REFERENCES authors (id),
    PRIMARY KEY (article_id, position)
);
CREATE INDEX publication_authors_by_author ON publication_authors (author_id, article_id);

CREATE TABLE publication_tags (
    article_id TEXT NOT NULL REFERENCES publications (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    tag_id TEXT NOT NULL REFERENCES tags (id),
    PRIMARY KEY (article_id, position)
);
CREATE INDEX publication_tags_by_tag ON publication_tags (tag_id, article_id);

CREATE TABLE publication_images (
    article_id TEXT NOT NULL REFERENCES publications (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    image_id TEXT NOT NULL REFERENCES images (id),
    PRIMARY KEY (article_id, position)
);
CREATE INDEX publication_images_by_image ON publication_images (image_id);

-- Every address under which an article was ever public.
CREATE TABLE public_slugs (
    slug TEXT NOT NULL PRIMARY KEY,
    article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL
);
CREATE INDEX public_slugs_by_article ON public_slugs (article_id);

CREATE TABLE collections (
    id TEXT NOT NULL PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE collection_items (
    collection_id TEXT NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    PRIMARY KEY (collection_id, position)
);
CREATE INDEX collection_items_by_article ON collection_items (article_id);

-- `shown` is what readers get: approved, and every comment above it approved.
CREATE TABLE comments (
    id TEXT NOT NULL PRIMARY KEY,
    article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    parent_id TEXT REFERENCES comments (id) ON DELETE CASCADE,
    depth INTEGER NOT NULL,
    author_name TEXT NOT NULL,
    author_name_key TEXT NOT NULL,
    author_email TEXT,
    author_url TEXT,
    is_staff BOOLEAN NOT NULL,
    user_id TEXT REFERENCES users (id) ON DELETE SET NULL,
    markdown TEXT NOT NULL,
    html TEXT NOT NULL,
    text TEXT NOT NULL,
    status TEXT NOT NULL,
    shown BOOLEAN NOT NULL,
    reply_count INTEGER NOT NULL,
    score INTEGER NOT NULL,
    reported INTEGER NOT NULL,
    address TEXT,
    user_agent TEXT,
    edit_token_hash TEXT,
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    edited_at BIGINT
);
CREATE INDEX comments_by_thread ON comments (article_id, depth, shown, created_at, id);
CREATE INDEX comments_by_score ON comments (article_id, depth, shown, score DESC, id);
CREATE INDEX comments_by_parent ON comments (parent_id, shown, created_at, id);
CREATE INDEX comments_by_parent_score ON comments (parent_id, shown, score DESC, id);
CREATE INDEX comments_by_status ON comments (status, created_at, id);
CREATE INDEX comments_by_time ON comments (created_at, id);
CREATE INDEX comments_by_email ON comments (author_email, status);
CREATE INDEX comments_by_user ON comments (user_id);
