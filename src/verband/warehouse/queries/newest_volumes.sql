-- Circulars of a year come in May (M), September (S) and December (D).
-- Volumes of all grant measures, newest grant year and circular (September after May).
SELECT code, measure, volume FROM grant_volumes
WHERE code IS NOT NULL
    AND (year, circular) = (SELECT (year, circular) FROM grant_volumes ORDER BY year DESC, right(circular, 4) DESC, strpos('MSD', left(circular, 1)) DESC LIMIT 1)
