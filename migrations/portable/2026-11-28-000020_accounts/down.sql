ALTER TABLE invitations DROP COLUMN profile;
DELETE FROM authors WHERE unlisted AND NOT EXISTS (SELECT 1 FROM article_authors WHERE author_id = authors.id)
    AND NOT EXISTS (SELECT 1 FROM publication_authors WHERE author_id = authors.id);
ALTER TABLE authors DROP COLUMN unlisted;
DROP INDEX idempotency_keys_by_session;
DROP INDEX idempotency_keys_by_user;
ALTER TABLE idempotency_keys DROP COLUMN session_id;
ALTER TABLE idempotency_keys DROP COLUMN user_id;
-- An older program knows the scopes of before alone.
DELETE FROM api_keys WHERE NOT legacy;
ALTER TABLE api_keys DROP COLUMN legacy;
