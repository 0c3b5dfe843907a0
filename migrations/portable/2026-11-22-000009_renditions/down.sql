ALTER TABLE images DROP COLUMN has_alpha;
ALTER TABLE images DROP COLUMN frames;
