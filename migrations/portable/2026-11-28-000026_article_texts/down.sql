ALTER TABLE articles ADD COLUMN markdown TEXT NOT NULL DEFAULT '';
ALTER TABLE articles ADD COLUMN rendered TEXT NOT NULL DEFAULT '{}';
UPDATE articles SET markdown = (SELECT markdown FROM article_texts WHERE article_id = articles.id);
UPDATE articles SET rendered = (SELECT rendered FROM article_texts WHERE article_id = articles.id);
DROP TABLE article_texts;
