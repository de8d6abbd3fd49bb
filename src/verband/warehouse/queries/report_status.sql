-- Every report that a municipality of the year should have filed, and whether it did.
-- A municipality that is dissolved in the course of a year files no accounts of its own for that year.
CREATE OR REPLACE TABLE report_status AS
WITH reports AS (
    SELECT DISTINCT year, report FROM key_totals
), expected AS (
    SELECT l.code, r.year, r.report FROM reports r JOIN municipality_list l USING (year)
    UNION
    SELECT code, year, report FROM key_totals
), dissolved AS (
    SELECT old_code AS code, year(effective_date) AS year, min(effective_date) AS effective_date
    FROM boundary_changes
    WHERE type IN ('merger', 'split') AND (month(effective_date), day(effective_date)) <> (1, 1)
    GROUP BY ALL
)
SELECT
    e.code, e.year, e.report,
    k.code IS NOT NULL AND coalesce(NOT starts_with(k.missing, 'not filed'), true) AS filed,
    d.effective_date IS NOT NULL AND e.report = 'accounts' AS dissolved_in_year,
    CASE
        WHEN k.code IS NOT NULL AND coalesce(NOT starts_with(k.missing, 'not filed'), true) THEN NULL
        WHEN d.effective_date IS NOT NULL AND e.report = 'accounts'
            THEN 'dissolved on ' || strftime(d.effective_date, '%Y-%m-%d') || ', in the course of the year'
        WHEN k.code IS NULL THEN 'not in the published table'
        ELSE k.missing
    END AS reason,
    k._file
FROM expected e
LEFT JOIN key_totals k ON (k.code, k.year, k.report) = (e.code, e.year, e.report)
LEFT JOIN dissolved d ON (d.code, d.year) = (e.code, e.year)
ORDER BY e.year, e.report, e.code
