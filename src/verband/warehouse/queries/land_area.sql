-- Land area in hectares by municipality: grant measure "land" of the newest grant year and circular.
SELECT code, volume FROM grant_volumes
WHERE measure = 'land' AND code IS NOT NULL
    AND (year, circular) = (SELECT (year, circular) FROM grant_volumes ORDER BY year DESC, circular_order(circular) DESC LIMIT 1)
