-- Texts of working copies apart from what lists and states need, as those of published copies are.
CREATE TABLE article_texts (
    article_id TEXT NOT NULL PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
    markdown TEXT NOT NULL,
    rendered TEXT NOT NULL
);
INSERT INTO article_texts (article_id, markdown, rendered) SELECT id, markdown, rendered FROM articles;
ALTER TABLE articles DROP COLUMN rendered;
ALTER TABLE articles DROP COLUMN markdown;
