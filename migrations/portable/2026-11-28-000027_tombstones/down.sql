ALTER TABLE tombstones RENAME TO gravestones;
