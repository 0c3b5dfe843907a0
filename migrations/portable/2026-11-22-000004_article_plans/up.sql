-- What is to happen with an article, and what the desk said of it. No row means: nothing.
CREATE TABLE article_plans (
    article_id TEXT NOT NULL PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
    -- When it is to be published, as which save, under which slug (which nobody else gets until then), until when.
    scheduled_at BIGINT,
    scheduled_revision INTEGER,
    scheduled_slug TEXT,
    scheduled_until BIGINT,
    scheduled_correction TEXT,
    scheduled_by TEXT REFERENCES users (id) ON DELETE SET NULL,
    -- When what is public now ends.
    ends_at BIGINT,
    -- The earlier of the two times: what the scheduler looks for.
    due_at BIGINT,
    review_by TEXT REFERENCES users (id) ON DELETE SET NULL,
    review_at BIGINT,
    review_note TEXT,
    returned_by TEXT REFERENCES users (id) ON DELETE SET NULL,
    returned_at BIGINT,
    returned_note TEXT,
    -- The last time that a plan could not be carried out.
    failed_at BIGINT,
    failed_scheduled_at BIGINT,
    failed_detail TEXT
);
CREATE INDEX article_plans_by_due ON article_plans (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX article_plans_by_slug ON article_plans (scheduled_slug) WHERE scheduled_slug IS NOT NULL;
CREATE INDEX article_plans_by_schedule ON article_plans (scheduled_at) WHERE scheduled_at IS NOT NULL;
CREATE INDEX article_plans_in_review ON article_plans (review_at) WHERE review_at IS NOT NULL;
