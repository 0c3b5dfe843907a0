DROP INDEX publications_by_kind;
DROP INDEX publications_by_place;
DROP TABLE redirects;
