DROP INDEX publications_by_comments;
