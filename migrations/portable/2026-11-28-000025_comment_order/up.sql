-- Lists by the number of comments.
CREATE INDEX publications_by_comments ON publications (kind, comment_count, id);
