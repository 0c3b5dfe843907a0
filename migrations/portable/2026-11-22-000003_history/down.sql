DROP TABLE gravestones;
ALTER TABLE revisions DROP COLUMN version;
