-- Events hold no text of people: the reason of a decision is kept with the comment alone, and goes with it.
UPDATE events SET details =
    CASE
        WHEN details LIKE '%,"status":"approved","reason":%' THEN substr(details, 1, 49) || ',"status":"approved"}'
        WHEN details LIKE '%,"status":"rejected","reason":%' THEN substr(details, 1, 49) || ',"status":"rejected"}'
        WHEN details LIKE '%,"status":"pending","reason":%' THEN substr(details, 1, 49) || ',"status":"pending"}'
        WHEN details LIKE '%,"status":"spam","reason":%' THEN substr(details, 1, 49) || ',"status":"spam"}'
        ELSE 'null'
    END
WHERE kind = 'comment.moderated' AND details LIKE '%"reason":%';
