-- A table as published, with the amounts of reports that were not filed missing instead of zero.
SELECT * REPLACE (
    CASE WHEN (code, year, report) IN (SELECT (s.code, s.year, s.report) FROM report_status s WHERE NOT s.filed)
        THEN NULL ELSE {amount} END AS {amount}
)
FROM "{table}"
