-- The number of the transaction that wrote an event; 0 on SQLite, and for events from before.
ALTER TABLE events ADD COLUMN tx BIGINT NOT NULL DEFAULT 0;

-- What tells this database from others, wherever it is moved; the media store and access tokens name it.
CREATE TABLE identity (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    name TEXT NOT NULL
);
INSERT INTO identity (one, name) SELECT 1, id FROM events WHERE id = (SELECT MIN(id) FROM events);

-- The servers on this database; each renews its row while it runs, by the database's own clock.
CREATE TABLE nodes (
    id TEXT NOT NULL PRIMARY KEY,
    api_url TEXT NOT NULL,
    secret_key_digest TEXT NOT NULL,
    seen_at BIGINT NOT NULL
);
