-- What decides which formats a picture is offered in: whether it moves, and whether something behind it shows through.
-- Of pictures that are there already nothing is known but the type; PNG is right for both.
ALTER TABLE images ADD COLUMN frames INTEGER NOT NULL DEFAULT 1;
ALTER TABLE images ADD COLUMN has_alpha BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE images SET has_alpha = TRUE WHERE mime <> 'image/jpeg';
