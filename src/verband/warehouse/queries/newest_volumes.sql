-- Volumes of all grant measures, newest grant year and circular (September after May).
SELECT code, measure, volume FROM grant_volumes
WHERE code IS NOT NULL
    AND (year, circular) = (SELECT (year, circular) FROM grant_volumes ORDER BY year DESC, circular_order(circular) DESC LIMIT 1)
