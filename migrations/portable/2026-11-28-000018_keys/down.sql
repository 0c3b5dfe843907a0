-- The keys stay; an older program writes its own with each save.
SELECT 1;
