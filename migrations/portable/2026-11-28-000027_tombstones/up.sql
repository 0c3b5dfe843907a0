-- As the document and the rest of the program call them.
ALTER TABLE gravestones RENAME TO tombstones;
