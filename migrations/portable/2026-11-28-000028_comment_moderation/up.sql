-- What only moderation needs, apart from what readers get. Each comment has one row; `created_at` is that of the comment, for the indexes.
CREATE TABLE comment_moderation (
    comment_id TEXT NOT NULL PRIMARY KEY REFERENCES comments (id) ON DELETE CASCADE,
    address TEXT,
    user_agent TEXT,
    decision_reason TEXT,
    spam_score INTEGER NOT NULL,
    spam_signs TEXT NOT NULL,
    text_hash TEXT,
    created_at BIGINT NOT NULL
);
INSERT INTO comment_moderation (comment_id, address, user_agent, decision_reason, spam_score, spam_signs, text_hash, created_at)
    SELECT id, address, user_agent, decision_reason, spam_score, spam_signs, text_hash, created_at FROM comments;
DROP INDEX comments_by_text;
DROP INDEX comments_by_address;
ALTER TABLE comments DROP COLUMN address;
ALTER TABLE comments DROP COLUMN user_agent;
ALTER TABLE comments DROP COLUMN decision_reason;
ALTER TABLE comments DROP COLUMN spam_score;
ALTER TABLE comments DROP COLUMN spam_signs;
ALTER TABLE comments DROP COLUMN text_hash;
CREATE INDEX comment_moderation_by_text ON comment_moderation (text_hash, created_at);
CREATE INDEX comment_moderation_by_address ON comment_moderation (address, created_at);
