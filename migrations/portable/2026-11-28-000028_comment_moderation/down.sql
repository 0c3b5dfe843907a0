ALTER TABLE comments ADD COLUMN address TEXT;
ALTER TABLE comments ADD COLUMN user_agent TEXT;
ALTER TABLE comments ADD COLUMN decision_reason TEXT;
ALTER TABLE comments ADD COLUMN spam_score INTEGER NOT NULL DEFAULT 0;
ALTER TABLE comments ADD COLUMN spam_signs TEXT NOT NULL DEFAULT '[]';
ALTER TABLE comments ADD COLUMN text_hash TEXT;
UPDATE comments SET
    address = (SELECT address FROM comment_moderation WHERE comment_id = comments.id),
    user_agent = (SELECT user_agent FROM comment_moderation WHERE comment_id = comments.id),
    decision_reason = (SELECT decision_reason FROM comment_moderation WHERE comment_id = comments.id),
    spam_score = (SELECT spam_score FROM comment_moderation WHERE comment_id = comments.id),
    spam_signs = (SELECT spam_signs FROM comment_moderation WHERE comment_id = comments.id),
    text_hash = (SELECT text_hash FROM comment_moderation WHERE comment_id = comments.id);
DROP TABLE comment_moderation;
CREATE INDEX comments_by_text ON comments (text_hash, created_at);
CREATE INDEX comments_by_address ON comments (address, created_at);
