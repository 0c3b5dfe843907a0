-- The audit log is asked who did something, and what of a kind was done.
CREATE INDEX events_by_actor ON events (actor_id, at, id);
CREATE INDEX events_by_kind ON events (kind, at, id);
