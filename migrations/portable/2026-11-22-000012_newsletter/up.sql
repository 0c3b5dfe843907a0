-- What readers can subscribe to.
CREATE TABLE newsletter_lists (
    id TEXT NOT NULL PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    description TEXT,
    is_public BOOLEAN NOT NULL,
    is_default BOOLEAN NOT NULL,
    version INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX newsletter_lists_by_name ON newsletter_lists (name_key, id);

-- Who gets it, or asked to. `email_hash` is keyed, and the same as in `suppressions`.
CREATE TABLE subscribers (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    email_hash TEXT NOT NULL UNIQUE,
    name TEXT,
    status TEXT NOT NULL,
    consent TEXT,
    consented_at BIGINT,
    confirmed_at BIGINT,
    unsubscribed_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX subscribers_by_time ON subscribers (created_at, id);
CREATE INDEX subscribers_by_status ON subscribers (status, created_at, id);

CREATE TABLE subscriptions (
    subscriber_id TEXT NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
    list_id TEXT NOT NULL REFERENCES newsletter_lists (id) ON DELETE CASCADE,
    PRIMARY KEY (subscriber_id, list_id)
);
CREATE INDEX subscriptions_by_list ON subscriptions (list_id, subscriber_id);

-- Mails that were sent because an address was entered somewhere; the token of a confirmation is kept as its hash.
CREATE TABLE newsletter_mails (
    id TEXT NOT NULL PRIMARY KEY,
    subscriber_id TEXT NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    name TEXT,
    lists TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX newsletter_mails_by_subscriber ON newsletter_mails (subscriber_id, created_at);
CREATE INDEX newsletter_mails_by_end ON newsletter_mails (expires_at);

-- Addresses that are not written to, as keyed hashes, so that they outlive the erasure of whoever has them.
CREATE TABLE suppressions (
    id TEXT NOT NULL PRIMARY KEY,
    email_hash TEXT NOT NULL UNIQUE,
    reason TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX suppressions_by_time ON suppressions (created_at, id);
