-- Reports that were not filed, with the reason.
SELECT s.year, s.report, s.code AS municipality, l.name, s.reason
FROM report_status s LEFT JOIN municipality_list l ON (l.code, l.year) = (s.code, s.year)
WHERE NOT s.filed ORDER BY s.year, s.report, s.code
