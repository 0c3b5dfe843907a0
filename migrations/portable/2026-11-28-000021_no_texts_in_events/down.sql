-- What was taken out is gone.
SELECT 1;
