-- Amounts of a report that was not filed are missing, not zero.
UPDATE "{table}" t SET {amount} = NULL FROM report_status s
WHERE NOT s.filed AND (t.code, t.year, t.report) = (s.code, s.year, s.report)
