ALTER TABLE publications DROP COLUMN reading_minutes;
ALTER TABLE articles DROP COLUMN reading_minutes;
