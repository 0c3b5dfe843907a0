-- How long reading takes depends on the scripts of a text and not on the number of its words alone. 0: not measured yet, derived from the words.
ALTER TABLE articles ADD COLUMN reading_minutes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE publications ADD COLUMN reading_minutes INTEGER NOT NULL DEFAULT 0;
