-- How often an article was read, counted three times over: by the minute, the hour and the day, in milliseconds. So a
-- window of any length is a few whole spans, and what is counted finely need not be kept for long.
CREATE TABLE article_views (
    article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    span BIGINT NOT NULL,
    began BIGINT NOT NULL,
    views BIGINT NOT NULL,
    PRIMARY KEY (article_id, span, began)
);
CREATE INDEX article_views_by_time ON article_views (span, began, article_id);
