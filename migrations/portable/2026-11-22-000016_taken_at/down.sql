ALTER TABLE images DROP COLUMN taken_at;
