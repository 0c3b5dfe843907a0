ALTER TABLE articles ADD COLUMN trashed_from TEXT;
