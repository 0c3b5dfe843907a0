-- Where a trashed article came from nobody asks: it comes back as a draft, whatever it was.
ALTER TABLE articles DROP COLUMN trashed_from;
