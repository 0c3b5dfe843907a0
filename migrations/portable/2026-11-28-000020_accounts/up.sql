-- Keys of before have scopes that name no resource; they keep what they had, and are known by this.
ALTER TABLE api_keys ADD COLUMN legacy BOOLEAN NOT NULL DEFAULT TRUE;

-- Whose answer it is, so that what ends for a person ends for their kept answers; and the session whose tokens it holds.
ALTER TABLE idempotency_keys ADD COLUMN user_id TEXT;
ALTER TABLE idempotency_keys ADD COLUMN session_id TEXT REFERENCES sessions (id) ON DELETE CASCADE;
CREATE INDEX idempotency_keys_by_user ON idempotency_keys (user_id);
CREATE INDEX idempotency_keys_by_session ON idempotency_keys (session_id);

-- A profile that came with an account is not public until an article by it is, or somebody saves it.
ALTER TABLE authors ADD COLUMN unlisted BOOLEAN NOT NULL DEFAULT FALSE;

-- Whether the account gets one.
ALTER TABLE invitations ADD COLUMN profile BOOLEAN NOT NULL DEFAULT TRUE;

-- Accounts that may write and have no profile are given one by a step in Rust: src/db/steps/profiles.rs.
