DROP INDEX publications_by_time;
CREATE INDEX publications_by_time ON publications (published_at, id);
DROP TABLE former_slugs;
