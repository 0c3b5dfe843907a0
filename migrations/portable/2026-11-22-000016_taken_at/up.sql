-- When a picture was taken, as its file or somebody says.
ALTER TABLE images ADD COLUMN taken_at BIGINT;
