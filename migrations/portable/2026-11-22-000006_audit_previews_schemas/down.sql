DROP TABLE custom_schemas;
DROP TABLE previews;
DROP INDEX events_by_kind;
DROP INDEX events_by_actor;
