-- What staff pin, why they decided, what speaks for spam, who wants to hear of replies, whose text was erased.
ALTER TABLE comments ADD COLUMN pinned BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE comments ADD COLUMN decision_reason TEXT;
ALTER TABLE comments ADD COLUMN spam_score INTEGER NOT NULL DEFAULT 0;
ALTER TABLE comments ADD COLUMN spam_signs TEXT NOT NULL DEFAULT '[]';
ALTER TABLE comments ADD COLUMN text_hash TEXT;
ALTER TABLE comments ADD COLUMN notify_replies BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE comments ADD COLUMN erased BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX comments_pinned ON comments (article_id, pinned);
CREATE INDEX comments_by_text ON comments (text_hash, created_at);
CREATE INDEX comments_by_address ON comments (address, created_at);
CREATE INDEX comments_by_reports ON comments (reported, created_at, id);

-- One for each visitor; `visitor` and `place` are keyed hashes that are different for each comment.
CREATE TABLE comment_votes (
    comment_id TEXT NOT NULL REFERENCES comments (id) ON DELETE CASCADE,
    visitor TEXT NOT NULL,
    place TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (comment_id, visitor)
);
CREATE INDEX comment_votes_by_place ON comment_votes (comment_id, place);

CREATE TABLE comment_reports (
    id TEXT NOT NULL PRIMARY KEY,
    comment_id TEXT NOT NULL REFERENCES comments (id) ON DELETE CASCADE,
    visitor TEXT NOT NULL,
    place TEXT NOT NULL,
    reason TEXT NOT NULL,
    note TEXT,
    dismissed BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT one_report_per_visitor UNIQUE (comment_id, visitor)
);
CREATE INDEX comment_reports_by_place ON comment_reports (comment_id, place);
CREATE INDEX comment_reports_by_time ON comment_reports (comment_id, created_at, id);

CREATE TABLE comment_bans (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    note TEXT,
    created_at BIGINT NOT NULL,
    CONSTRAINT one_ban_of_a_kind UNIQUE (kind, value)
);
CREATE INDEX comment_bans_by_time ON comment_bans (created_at, id);

-- Replies that somebody who asked for it is told of; `mail_id` is that of the mail which tells of it.
CREATE TABLE comment_notices (
    reply_id TEXT NOT NULL PRIMARY KEY REFERENCES comments (id) ON DELETE CASCADE,
    email TEXT NOT NULL,
    mail_id TEXT,
    created_at BIGINT NOT NULL,
    sent_at BIGINT
);
CREATE INDEX comment_notices_by_email ON comment_notices (email, sent_at);
CREATE INDEX comment_notices_by_mail ON comment_notices (mail_id);
CREATE INDEX comment_notices_by_time ON comment_notices (sent_at);

-- Addresses that want no mails of replies, as keyed hashes.
CREATE TABLE comment_refusals (
    email_hash TEXT NOT NULL PRIMARY KEY,
    created_at BIGINT NOT NULL
);

-- Who wants to hear of comments that wait, whether the next mail is on its way, and when the last one left.
CREATE TABLE comment_digests (
    user_id TEXT NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    asked BOOLEAN NOT NULL,
    sent_at BIGINT
);
